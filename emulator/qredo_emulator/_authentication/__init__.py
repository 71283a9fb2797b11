"""Who sends a request: keys, signatures, and what differs when one does not verify."""
