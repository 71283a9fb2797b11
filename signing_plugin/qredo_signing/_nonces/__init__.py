"""Sources of nonces, and the order in which requests that carry them go out."""
