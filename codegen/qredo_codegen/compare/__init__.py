"""What a difference between two descriptions means for a client."""
