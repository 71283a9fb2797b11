"""Sources of nonces, and the order in which requests that carry them go out."""

__all__: list[str] = []
