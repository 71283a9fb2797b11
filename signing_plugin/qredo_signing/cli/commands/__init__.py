"""The commands of `qredo`, one module each."""

__all__: list[str] = []
