"""What the emulator knows: the model, its index, snapshots, the state file."""
