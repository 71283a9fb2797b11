"""Key material: credentials, RSA keys, secrets, and the signers that hold a key elsewhere."""

__all__: list[str] = []
