"""A call during which the user's own code sends other requests, signed or not: from a hook, or before it signs.

What becomes of those says nothing about the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from qredo_signing import AiohttpTransport, Credentials, Environment, OriginError, OutcomeUnknownError, PartnerAuth

from ..doubles import call, connect_async, connect_sync, serve

Send = Callable[[str], object]


@pytest.fixture(name="nowhere", scope="module")
def _nowhere() -> str:
    """A URL at which no server listens."""
    with serve() as gone:
        return gone.url


class Opaque(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that reports nothing, as one that a library wraps around httpx's own."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = iter(answers)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers, httpx.Response(200, content=b"{}"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def post(mode: str, credentials: Credentials, url: str, send: Send, **http_options: Any) -> None:
    """Call a POST over an httpx client with a response hook that sends."""
    environment = Environment.emulator(url)

    def hook(response: httpx.Response) -> None:
        send(url)

    async def async_hook(response: httpx.Response) -> None:
        send(url)

    async def main() -> None:
        async with httpx.AsyncClient(event_hooks={"response": [async_hook]}, **http_options) as http:
            await connect_async(credentials, environment, http_client=http).call("POST")

    if mode == "async":
        asyncio.run(main())
        return
    with httpx.Client(event_hooks={"response": [hook]}, **http_options) as http:
        connect_sync(credentials, environment, http_client=http).call("POST")


def signed(credentials: Credentials, url: str, **options: Any) -> None:
    """Send a signed request with a plain httpx client."""
    with httpx.Client(auth=PartnerAuth(credentials, Environment.emulator(url)), **options) as http:
        http.get(url)


def test_a_redirect_does_not_take_the_api_key_along(mode: str, emulator_credentials: Credentials) -> None:
    """What signs another request while it is signed itself, through the transport of `connect`, guards that one too."""
    with serve() as foreign, serve(lambda seen: (307, {"location": f"{foreign.url}/taken"}, b"")) as server:

        def clock() -> float:
            signed(emulator_credentials, server.url, follow_redirects=True)
            return 1_700_000_000.0

        with pytest.raises(OriginError, match="Nothing was sent there"):
            call(mode, emulator_credentials, Environment.emulator(server.url), options={"clock": clock})
        assert foreign.requests == []


@pytest.mark.parametrize("kind", ["signed", "plain"])
def test_no_connection_for_one_from_a_hook(
    kind: str, mode: str, emulator_credentials: Credentials, nowhere: str
) -> None:
    """A call that was sent is not sent again because a response hook finds no connection to another server."""

    def send(url: str) -> None:
        signed(emulator_credentials, nowhere) if kind == "signed" else httpx.get(nowhere)

    with serve() as server:
        with pytest.raises(OutcomeUnknownError):
            post(mode, emulator_credentials, server.url, send)
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [404, 503])
def test_a_status_for_one_from_a_hook(status: int, mode: str, emulator_credentials: Credentials) -> None:
    """A hook that raises for the status of another response does not say that the call was rejected."""
    with serve(lambda seen: (status if seen.method == "GET" else 200, {}, b"{}")) as server:
        with pytest.raises(OutcomeUnknownError) as caught:
            post(mode, emulator_credentials, server.url, lambda url: httpx.get(url).raise_for_status())
        assert caught.value.response is None
        assert [seen.method for seen in server.requests] == ["POST", "GET"]


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.PoolTimeout, httpx.UnsupportedProtocol])
@pytest.mark.parametrize("is_named", [True, False])
def test_errors_of_a_hook_over_a_silent_transport(
    is_named: bool, error: type[httpx.RequestError], mode: str, emulator_credentials: Credentials
) -> None:
    """Where nothing is known of the network, an error of a hook is no proof that the call was not sent."""
    transport = Opaque()

    def send(url: str) -> None:
        raise error("of another request", request=httpx.Request("GET", url) if is_named else None)

    with pytest.raises(OutcomeUnknownError) as caught:
        post(mode, emulator_credentials, "http://127.0.0.1:8080", send, transport=transport)
    assert type(caught.value.__cause__) is error
    assert len(transport.requests) == 1


def test_no_connection_for_the_call_itself(mode: str, emulator_credentials: Credentials) -> None:
    """Over such a transport, the call's own error is proof still: what found no connection is sent again."""
    transport = Opaque(httpx.ConnectError("refused"))
    post(mode, emulator_credentials, "http://127.0.0.1:8080", lambda url: None, transport=transport)
    assert len(transport.requests) == 2


def test_a_hook_over_aiohttp(emulator_credentials: Credentials, nowhere: str) -> None:
    """What a transport reports of a hook's request is not taken for a report of the call."""
    transport = Opaque()

    async def hook(response: httpx.Response) -> None:
        async with httpx.AsyncClient(transport=AiohttpTransport()) as http:
            await http.get(nowhere)

    async def main() -> None:
        async with httpx.AsyncClient(transport=transport, event_hooks={"response": [hook]}) as http:
            environment = Environment.emulator("http://127.0.0.1:8080")
            await connect_async(emulator_credentials, environment, http_client=http).call("POST")

    with pytest.raises(OutcomeUnknownError):
        asyncio.run(main())
    assert len(transport.requests) == 1


def test_a_401_of_one_from_a_hook(mode: str, emulator_credentials: Credentials) -> None:
    """A nested request that is rejected does not make the call look as if it had been rejected."""
    with serve(lambda seen: (401 if seen.method == "GET" else 200, {}, b"{}")) as server:

        def send(url: str) -> None:
            signed(emulator_credentials, url)
            raise httpx.ReadError("of the hook")

        with pytest.raises(OutcomeUnknownError):
            post(mode, emulator_credentials, server.url, send)
        assert [seen.method for seen in server.requests] == ["POST", "GET"]


@pytest.mark.parametrize("is_copied", [True, False])
def test_a_client_that_sends_a_call_twice(is_copied: bool, emulator_credentials: Credentials) -> None:
    """A client that sends again by itself, after a response that was lost, and finds no connection then: unknown."""

    class Stubborn(httpx.Client):
        def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
            try:
                return super().send(request, **options)
            except httpx.ReadError:
                again = httpx.Request(request.method, request.url, extensions=request.extensions)
                return super().send(again if is_copied else request, **options)

    transport = Opaque(httpx.ReadError("lost"), httpx.ConnectError("gone"))
    with Stubborn(transport=transport) as http:
        client = connect_sync(emulator_credentials, Environment.emulator("http://127.0.0.1:8080"), http_client=http)
        with pytest.raises(OutcomeUnknownError):
            client.call("POST")
    assert len(transport.requests) == 2
