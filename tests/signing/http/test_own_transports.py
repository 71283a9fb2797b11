"""What an attempt over a client or a transport of the user proves: only what shows that nothing was sent."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore
import httpx
import pytest
import qredo_partner_v1_1 as api
from qredo_partner_v1_1.errors import APIError
from qredo_signing import Credentials, Environment, InProcessNonces, KeyKind, OutcomeUnknownError, connect

from ..doubles import serve
from .networks import Listener, listen
from .sending import TRUSTS_NOBODY

GATEWAY = Environment.custom("https://api.custody.test", key_kind=KeyKind.SANDBOX)


def create(credentials: Credentials, environment: Environment, **options: Any) -> object:
    """Make a call that may not be sent twice."""
    with connect(api.Client, credentials, environment, max_retries=0, **options) as client:
        return client.company.create(name="x")


class Broken(httpcore.NetworkStream):
    """A connection that breaks while it is written to."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        raise httpcore.WriteError("broken")

    def get_extra_info(self, info: str) -> Any:
        return None

    def close(self) -> None:
        """Close nothing."""


class Network(httpcore.NetworkBackend):
    """Gives such connections."""

    def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        return Broken()


class Mine(httpx.HTTPTransport):
    """A transport of which nothing is known before it reports its first step."""


def test_headers_that_break_off(credentials: Credentials) -> None:
    """If the connection breaks while headers are written, a part of them may have been sent."""
    transport = httpx.HTTPTransport()
    transport._pool._network_backend = Network()
    environment = Environment.custom("http://127.0.0.1:1", key_kind=KeyKind.SANDBOX)
    with httpx.Client(transport=transport) as http, pytest.raises(OutcomeUnknownError):
        create(credentials, environment, http_client=http)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_hook_that_replaces_the_trace(error: type[BaseException], emulator_credentials: Credentials) -> None:
    """After a request hook put its own trace in place of the one that reports, silence proves nothing."""
    told: list[str] = []

    def trace(request: httpx.Request) -> None:
        request.extensions["trace"] = lambda event, info: told.append(event)

    def fail(response: httpx.Response) -> None:
        raise error("by the user")

    hooks: dict[str, list[Any]] = {"request": [trace], "response": [fail]}
    nonces = InProcessNonces(rule="counter", start=7)
    with serve() as server, httpx.Client(event_hooks=hooks, verify=TRUSTS_NOBODY) as http:
        environment = Environment.emulator(server.url)
        with pytest.raises((OutcomeUnknownError, KeyboardInterrupt)) as caught:
            create(emulator_credentials, environment, http_client=http, stamp="nonce", nonces=nonces)
        text = f"{caught.value}{getattr(caught.value, '__notes__', '')}"
    assert "its outcome is unknown" in text
    assert (len(server.requests), nonces.next()) == (1, 8)
    assert told


class InThread(httpx.Client):
    """A client that sends in another thread, as some do to give up after a while."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(super().send, request, **options).result()


@pytest.mark.parametrize("kind", [httpx.HTTPTransport, Mine])
def test_a_client_that_sends_in_another_thread(
    kind: type[httpx.HTTPTransport], emulator_credentials: Credentials
) -> None:
    """What happens in a thread that does not know of the call is not known, so a lost response is not retried."""

    def lose(connection: socket.socket, listener: Listener) -> None:
        listener.received.append(connection.recv(65536))

    nonces = InProcessNonces(rule="counter", start=7)
    options: dict[str, Any] = {"stamp": "nonce", "nonces": nonces}
    with listen(lose) as server, InThread(transport=kind(verify=TRUSTS_NOBODY)) as http:
        environment = Environment.emulator(f"http://127.0.0.1:{server.port}")
        client = connect(api.Client, emulator_credentials, environment, http_client=http, **options)
        with pytest.raises(OutcomeUnknownError, match="1 attempt"):
            client.company.create(name="x")
        assert len(server.received) == 1
    with pytest.raises(RuntimeError, match="has been closed"):  # before the auth ran anywhere
        client.company.create(name="x")
    assert nonces.next() == 8


class OfCopies(httpx.Client):
    """A client that sends a copy of each request."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        copy.extensions = dict(request.extensions)
        return super().send(copy, **options)


def test_a_number_on_a_copy_that_was_not_sent(emulator_credentials: Credentials) -> None:
    """If your client signs a copy of the request, which is not sent then, its number is issued again."""

    def fail(request: httpx.Request) -> None:
        raise ValueError("by the user")

    nonces = InProcessNonces(rule="counter", start=7)
    environment = Environment.emulator("http://127.0.0.1:1")
    http = OfCopies(event_hooks={"request": [fail]}, verify=TRUSTS_NOBODY)
    with http, pytest.raises(ValueError, match="by the user"):
        create(emulator_credentials, environment, http_client=http, stamp="nonce", nonces=nonces)
    assert nonces.next() == 7


def test_headers_that_cannot_be_written(emulator_credentials: Credentials) -> None:
    """If h11 refuses the headers, nothing was sent, and the error is the one about them."""
    with serve() as server, httpx.Client(headers={"x-note": "two\nlines"}) as http:
        with pytest.raises(httpx.LocalProtocolError, match="Illegal header"):
            create(emulator_credentials, Environment.emulator(server.url), http_client=http)
        assert server.requests == []


@pytest.mark.parametrize("make", [httpx.HTTPTransport, Mine])
def test_a_proxy_that_refuses(make: type[httpx.HTTPTransport], credentials: Credentials) -> None:
    """If a proxy refuses its tunnel, nothing was sent to the service, whatever class the transport is of."""
    refused = pytest.raises(httpx.ConnectError, match=r"no connection through the proxy .*Nothing was sent")
    with serve(lambda seen: (403, {}, b"")) as proxy, httpx.Client(transport=make(proxy=proxy.url)) as http, refused:
        create(credentials, GATEWAY, http_client=http)


@pytest.mark.parametrize("error", [httpx.ReadError("lost"), httpx.RemoteProtocolError("lost"), OSError("lost")])
def test_a_transport_that_shows_nothing(error: Exception, credentials: Credentials) -> None:
    """Of a transport that reports no step, an error other than a failed connection proves nothing."""

    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(OutcomeUnknownError):
        create(credentials, GATEWAY, transport=httpx.MockTransport(handle))


def test_a_transport_that_does_not_connect(credentials: Credentials) -> None:
    """A failed connection proves that nothing was sent."""

    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(httpx.ConnectError):
        create(credentials, GATEWAY, transport=httpx.MockTransport(handle))


@pytest.mark.parametrize("target", [httpx.HTTPTransport, httpcore.ConnectionPool])
@pytest.mark.parametrize("is_own", [True, False])
def test_a_library_that_replaces_the_transport(
    target: type, is_own: bool, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libraries such as respx and pytest-httpx, which replace methods of httpx or httpcore, can test your code.

    Their responses arrive, and a lost response is not taken for a request that was not sent, since nothing reports.
    """
    library: Any = httpcore if target is httpcore.ConnectionPool else httpx
    outcomes = [library.Response(422, content=b"{}"), library.ReadTimeout("lost"), library.ConnectError("refused")]

    def replaced(self: object, request: object) -> Any:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(target, "handle_request", replaced)
    for kind in (APIError, OutcomeUnknownError, httpx.ConnectError):
        with pytest.raises(kind):
            create(credentials, GATEWAY, **({} if is_own else {"http_client": httpx.Client(verify=TRUSTS_NOBODY)}))
