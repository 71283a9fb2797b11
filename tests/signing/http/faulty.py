"""A server on loopback that fails as it is told, on raw sockets, and a clock that all sides share."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from types import TracebackType
from typing import Any, TypeAlias

import httpx
from qredo_signing import AiohttpTransport, InvalidSignatureError, PublicKey, verify, verify_hmac

from .sending import TRUSTS_NOBODY

__all__ = ["Answer", "Arrival", "Clock", "FaultyServer", "FirstTimeout", "Step"]


class Clock:
    """A clock that stands still until something sleeps; `on_sleep` happens meanwhile."""

    def __init__(self, now: float = 1_700_000_000.25) -> None:
        self.now = now
        self.slept: list[float] = []
        self.on_sleep: Callable[[], object] = lambda: None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds
        self.on_sleep()

    async def async_sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.sleep(seconds)


@dataclass(frozen=True)
class Arrival:
    """A request as it arrived.

    Attributes:
        at: The server's time.
        age: Seconds from its timestamp to that, or None without one.
        is_signed: Whether the signature is right.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    age: float | None
    is_signed: bool


@dataclass(frozen=True, eq=False)
class Answer:
    """What the server says.

    Attributes:
        body: Bytes, or what is written as JSON.
        does: Whether the server does what was asked, before it says this.
        cut: Whether the connection ends in the middle of the body.
    """

    status: int
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    does: bool = False
    cut: bool = False


Step: TypeAlias = Answer | str | Callable[[Arrival], Answer]
"""An answer, or one of `reset` (nothing was done), `do and reset`, `do and hang`."""


class FaultyServer:
    """Takes one request per connection and one step of its script per request; after the last step, `usual` forever.

    Args:
        key: A public key, or the secret of an HMAC.
        clock: The time.
        usual: What it does when the script is over.
        script: What it does before.

    Attributes:
        arrivals: What came, in order.
        effects: How often the server did what was asked. A request with a key that it knows has no further effect.
    """

    def __init__(
        self, key: PublicKey | bytes, clock: Callable[[], float], usual: Step, script: tuple[Step, ...] = ()
    ) -> None:
        self._key, self._clock, self._usual, self._script = key, clock, usual, list(script)
        self._keys: set[str] = set()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.arrivals: list[Arrival] = []
        self.effects = 0

    def listen(self) -> None:
        """Take connections; until then they are refused."""
        if not self._thread.ident:
            self._socket.listen()
            self._thread.start()

    def __enter__(self) -> FaultyServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._thread.ident:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            with connection:
                arrival = self._read(connection)
                if arrival is not None:
                    self.arrivals.append(arrival)
                    self._play(connection, arrival, self._script.pop(0) if self._script else self._usual)

    def _play(self, connection: socket.socket, arrival: Arrival, step: Step) -> None:
        answer = step(arrival) if callable(step) else step
        if answer == "reset":
            return reset(connection)
        if isinstance(answer, str) or answer.does:
            self._do(arrival)
        if answer == "do and reset":
            return reset(connection)
        if isinstance(answer, str):
            assert connection.recv(1) == b""  # the client hangs up
        else:
            connection.sendall(self._write(answer))

    def _do(self, arrival: Arrival) -> None:
        key = json.loads(arrival.body or b"{}").get("partner_txID", "")
        if key not in self._keys:
            self.effects += 1
        if key:
            self._keys.add(key)

    def _write(self, answer: Answer) -> bytes:
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        length = len(body) + (10 if answer.cut else 0)
        headers = {"date": formatdate(self._clock(), usegmt=True), "connection": "close", **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} -", f"content-length: {length}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _read(self, connection: socket.socket) -> Arrival | None:
        with connection.makefile("rb") as stream:
            line = stream.readline().decode()
            headers = {}
            while header := stream.readline().decode().strip():
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            if not line:
                return None
            body = stream.read(int(headers.get("content-length", 0)))
        method, target, _ = line.split(" ")
        now, stamp = self._clock(), headers.get("x-timestamp", headers.get("qredo-api-ts"))
        return Arrival(
            method=method,
            target=target,
            headers=headers,
            body=body,
            at=now,
            age=None if stamp is None else now - int(stamp),
            is_signed=self._verifies(method, target, headers, body),
        )

    def _verifies(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bool:
        url = self.url + target
        try:
            if isinstance(self._key, bytes):
                stamp, signature = headers.get("qredo-api-ts", ""), headers.get("qredo-api-sig", "")
                verify_hmac(self._key, stamp, method, url, body, signature)
            else:
                stamp = headers.get("x-timestamp") or headers.get("x-nonce", "")
                verify(self._key, stamp, url, body, headers.get("x-sign", ""))
        except InvalidSignatureError:
            return False
        return True


def reset(connection: socket.socket) -> None:
    """End a connection with RST, as a process does that was killed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class FirstTimeout(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Counts what is sent, and gives the first request little time to be answered, all later ones much."""

    def __init__(self, seconds: float, mode: str) -> None:
        self.tries = 0
        self._seconds = seconds
        # Plain http only: loading certificates takes longer than a test.
        self._sync = httpx.HTTPTransport(verify=TRUSTS_NOBODY)
        make: Any = AiohttpTransport if mode == "aiohttp" else httpx.AsyncHTTPTransport
        self._async: httpx.AsyncBaseTransport = make(verify=TRUSTS_NOBODY)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        self._count(request)
        return self._sync.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        self._count(request)
        return await self._async.handle_async_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._sync.close()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._async.aclose()

    def _count(self, request: httpx.Request) -> None:
        self.tries += 1
        request.extensions["timeout"] = httpx.Timeout(30.0 if self.tries > 1 else self._seconds).as_dict()
