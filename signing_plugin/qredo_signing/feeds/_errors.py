"""What can go wrong with a feed, beside what httpx, the auth and the API package raise."""

from __future__ import annotations

from ..errors import QredoSigningError

__all__ = ["FeedConnectionError", "FeedMessageError"]


class FeedConnectionError(QredoSigningError):
    """A feed could not be opened, or ended: the handshake was answered with something else, or the connection broke.

    After a broken connection the feed connects again by itself; then this is the `cause` of a `Gap`.

    Attributes:
        may_pass: Whether it may be otherwise the next time, so that the feed tries again.
    """

    def __init__(self, message: str, *, may_pass: bool = True) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class FeedMessageError(QredoSigningError):
    """A message is not what the description says. The feed goes on: ask it for the next message.

    What was wrong with it is the `__cause__`, where there is one.

    Attributes:
        feed: Name of the feed.
        raw: The message as it came: text, bytes, or what `resync` gave. None if it was too long to be kept.
    """

    def __init__(self, message: str, *, feed: str, raw: object) -> None:
        super().__init__(message)
        self.feed = feed
        self.raw = raw
