"""WebSocket feeds of the API as loops over the API package's own models. Needs the extra `feeds`.

    from qredo_signing.feeds import feed

    async for message in feed(client, "core_client", client_id=client_id):
        ...

docs/feeds.md has the rest.
"""

from .._extras import install_advice as _install_advice

try:
    import wsproto as _wsproto  # noqa: F401
except ImportError as _error:
    raise ModuleNotFoundError(
        f"feeds need an extra: {_install_advice('feeds', _error.name)}", name=_error.name
    ) from _error

from ._async_messages import AsyncMessages
from ._errors import FeedConnectionError, FeedMessageError
from ._feed import feed
from ._keepalive import Keepalive
from ._reconnect import Reconnect
from ._state import Gap
from ._sync_messages import Messages

__all__ = [
    "AsyncMessages",
    "FeedConnectionError",
    "FeedMessageError",
    "Gap",
    "Keepalive",
    "Messages",
    "Reconnect",
    "feed",
]
