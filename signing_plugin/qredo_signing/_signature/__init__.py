"""The signing rules, as pure functions: what is signed, how it is encoded, which headers carry it."""

__all__: list[str] = []
