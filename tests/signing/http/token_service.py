"""The token endpoints of the Qredo API v2, and an operation that takes a token, as a transport or behind a server."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
from qredo_signing import HmacCredentials, InvalidSignatureError, verify_hmac

from ..doubles import API_SECRET, BASE, WORKSPACE, AsyncTokenDummy, TokenDummy

__all__ = [
    "BASE",
    "KEY",
    "WORKSPACE",
    "AsyncTokenDummy",
    "Clock",
    "TokenDummy",
    "TokenService",
    "jwt",
]

KEY = HmacCredentials("a.S3GpfPuHWiTA4h3tYNvE9od9hzsT7BUQA4wTKAWgwBaW", API_SECRET)


def jwt(**claims: object) -> str:
    """A token with these claims."""
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "c2lnbmF0dXJl"])


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class TokenService:
    """Gives tokens for good signatures and for good tokens, and takes the good ones. Thread-safe.

    Attributes:
        life: Seconds that a token lasts.
        skew: Seconds by which its clock is ahead.
        now: Its clock, in Unix seconds, without the skew.
        log: What was asked, in order: `get`, `refresh`, or `call` with the number of the token.
        answer: Answers a request for a token in place of the service, if it returns a response.
        delay: Seconds that a request for a token takes.
    """

    def __init__(self, life: float = 3600.0, now: Callable[[], float] = time.time) -> None:
        self.life, self.skew, self.now, self.delay = life, 0.0, now, 0.0
        self.log: list[str] = []
        self.answer: Callable[[str], httpx.Response | None] = lambda kind: None
        self.tokens: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def count(self, kind: str) -> int:
        """How often something was asked."""
        return sum(entry.startswith(kind) for entry in self.log)

    def revoke(self) -> None:
        """Refuse every token that was given."""
        with self._lock:
            self.tokens.clear()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        response = self.respond(request.method, str(request.url), request.headers, request.content)
        response.headers["date"] = formatdate(self.now() + self.skew, usegmt=True)
        return response

    def respond(self, method: str, url: str, headers: Any, body: bytes) -> httpx.Response:
        """Answer a request, without a Date."""
        path = httpx.URL(url).path
        if path == f"{BASE}/workspaces/{WORKSPACE}/token":
            return self._give("get", self._is_signed(method, url, headers, body))
        if path == f"{BASE}/workspaces/{WORKSPACE}/token/refresh":
            return self._give("refresh", self._number(headers) is not None)
        number = self._number(headers)
        self.log.append(f"call {number}")
        return httpx.Response(401 if number is None else 200, json={"token": number})

    def _give(self, kind: str, is_right: bool) -> httpx.Response:
        self.log.append(kind)
        if self.delay:
            time.sleep(self.delay)
        if (response := self.answer(kind)) is not None:
            return response
        if not is_right:
            return httpx.Response(401)
        end = self.now() + self.skew + self.life
        with self._lock:
            number = self.count("get") + self.count("refresh")
            token = jwt(exp=end, n=number)
            self.tokens[token] = number, end
        return httpx.Response(200, json={"token": token})

    def _number(self, headers: Any) -> int | None:
        with self._lock:
            number, end = self.tokens.get(headers.get("x-token", ""), (0, 0.0))
        return number if number and self.now() + self.skew < end else None

    def _is_signed(self, method: str, url: str, headers: Any, body: bytes) -> bool:
        stamp = headers.get("qredo-api-timestamp", "")
        try:
            verify_hmac(KEY.secret, stamp, method, url, body, headers.get("qredo-api-signature", ""))
        except InvalidSignatureError:
            return False
        return headers.get("qredo-api-key") == KEY.api_key and abs(int(stamp) - self.now() - self.skew) < 60
