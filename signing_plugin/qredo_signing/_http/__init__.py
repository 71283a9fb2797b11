"""The adapters to httpx: the only folder, beside `_connect`, `feeds` and `cli`, that imports it."""

__all__: list[str] = []
