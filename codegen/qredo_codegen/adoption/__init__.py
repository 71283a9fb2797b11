"""What a vendor changed in a file, what becomes of each change, and what it means for a client."""
