"""What runs in a fresh process to check a generated package: nothing of the generator is imported there."""
