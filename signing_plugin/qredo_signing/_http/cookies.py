"""No cookies: every request says by itself who sends it."""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import Any

__all__ = ["NoCookies"]


class NoCookies(CookieJar):
    """A jar that takes no cookie from an answer, and so gives none to the next request.

    A cookie would tie requests together that have nothing to do with each other, and looking for some in every answer
    takes time. One that is set by hand stays.
    """

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave the cookies of an answer alone."""
