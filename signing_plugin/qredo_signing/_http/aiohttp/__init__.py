"""The transport on aiohttp, for an async client; extra `aiohttp`."""
