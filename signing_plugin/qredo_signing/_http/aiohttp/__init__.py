"""The transport on aiohttp, for an async client; extra `aiohttp`."""

__all__: list[str] = []
