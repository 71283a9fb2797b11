"""Whatever a call ends with, a response or an error, leads to no API key, signature, token or secret.

Looked at are over 500 responses and broken connections, over all transports: everything that is reachable by attributes
and containers, what an error is chained to, what error trackers record of the frames that write headers, pickles,
copies, texts and logs.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import logging
import pickle
import socket
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any, cast

import httpx
import pytest
import qredo_partner_v1_1
import qredo_v1
from qredo_signing import (
    AiohttpTransport,
    Credentials,
    Environment,
    HmacCredentials,
    KeyKind,
    PartnerAuth,
    PrivateKey,
    connect,
    sign_hmac,
)
from qredo_signing._secrecy import chain

from ..doubles import API_SECRET, make_api_key
from .hostile_responses import RESPONSES
from .hostile_server import Server
from .sending import TRUSTS_NOBODY

API_KEY = make_api_key(sandbox=True)
HMAC_KEY = "planted-api-key-of-qredo-v1"
TOKEN = "deadbeef" * 8
SETUPS = ["sync", "own http", "custom", "async", "own async http", "aiohttp"]
LOOKED_AT = ("h11", "httpcore", "qredo_signing", "aiohttp")


class Notary:
    """A signer that remembers its signatures."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self.signatures = list[str]()

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        signature = self._key.sign(message)
        self.signatures.append(base64.urlsafe_b64encode(signature).decode().rstrip("="))
        return signature


def reachable(root: object) -> Iterator[object]:
    """Everything that an object leads to by attributes, slots, items and chained errors; but no code, no class."""
    waiting, seen = [root], dict[int, object]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type | ModuleType | FunctionType):
            continue
        seen[id(each)] = each
        yield each
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list | tuple | set | frozenset):
            waiting += each
        elif isinstance(each, BaseException):
            waiting += [each.__cause__, each.__context__, each.args]
        waiting.append(getattr(each, "__dict__", None))
        slots = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
        waiting += [getattr(each, name, None) for name in slots if isinstance(name, str)]


def texts(end: object) -> Iterator[str]:
    """All that is printed, pickled or recorded of the end of a call."""
    for each in reachable(end):
        if isinstance(each, str | bytes | bytearray):
            yield each if isinstance(each, str) else each.decode("latin-1")
        elif isinstance(each, BaseException | httpx.Request | httpx.Response | httpx.Headers):
            yield f"{each!r} {each!s}"
            with suppress(TypeError, AttributeError, pickle.PicklingError):  # there is no copy then
                yield pickle.dumps(each).decode("latin-1")
                yield repr(vars(copy.copy(each)))
            if isinstance(each, BaseException):
                for frame, _ in traceback.walk_tb(each.__traceback__):
                    if frame.f_globals["__name__"].partition(".")[0] in LOOKED_AT:
                        yield from map(shown, frame.f_locals.values())


def shown(value: object) -> str:
    """The repr of a value, if it has one: of a URL that could not be made there is none."""
    try:
        return repr(value)
    except AttributeError:
        return ""


class Thief:
    """Looks for secrets."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = [secret[:24] for secret in secrets]
        self.found = list[str]()

    def look(self, what: str, end: object, *more: str) -> None:
        """Note where a secret is, and which error shows a control character."""
        if isinstance(end, Exception):
            self.found += [f"{what}: {each!r}" for each in chain(end) if not str(each).isprintable()]
        text = "\n".join(texts(end))  # searched at once, as no secret has a line break
        self.found += [f"{what}: {secret}" for secret in (*self._secrets, *more) if secret[:24] in text]


def end_of(call: Callable[[], object]) -> object:
    """What a call returns or raises."""
    try:
        return call()
    except BaseException as error:
        return error


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def options_of(setup: str) -> dict[str, Any]:
    """What `connect` is given in a setup."""
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "own http": lambda: {"http_client": httpx.Client(verify=TRUSTS_NOBODY)},
        "custom": lambda: {"transport": httpx.HTTPTransport(verify=TRUSTS_NOBODY)},
        "own async http": lambda: {"http_client": httpx.AsyncClient(verify=TRUSTS_NOBODY)},
        "aiohttp": lambda: {"transport": "aiohttp"},
    }
    return makers[setup]() if setup in makers else {}


def each_end(setup: str, api: Any, calls: list[Callable[[Any], Any]], *args: Any, **more: Any) -> Iterator[object]:
    """Make the calls through one client; give what each returns or raises, as soon as it ends."""
    options = {**options_of(setup), **more, "max_retries": 0}
    if setup in {"sync", "own http", "custom"}:
        with connect(api.Client, *args, **options) as client:
            for call in calls:
                yield end_of(lambda call=call: call(client))  # type: ignore[misc]
        return
    with asyncio.Runner() as runner:
        async_client: Any = connect(api.AsyncClient, *args, **options)

        async def run(call: Callable[[Any], Any]) -> object:
            return await cast("Awaitable[object]", call(async_client))

        for call in calls:
            yield end_of(lambda call=call: runner.run(run(call)))  # type: ignore[misc]
        runner.run(async_client.aclose())


PARTNER: list[Callable[[Any], Any]] = [
    lambda client: client.company.create(name="A"),
    lambda client: client.with_raw_response.company.get("c"),
    lambda client: client.signing_agent.get_action("a"),
]


@pytest.mark.parametrize("step", [15, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("setup", SETUPS)
def test_a_call_of_the_partner_api(
    setup: str, step: int, server: Server, key: PrivateKey, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is returned or raised for whatever response holds no API key, signature or token; nor does a log."""
    caplog.set_level(logging.DEBUG)
    notary = Notary(key)
    credentials = Credentials(API_KEY, notary)
    environment = Environment.custom(server.url, key_kind=KeyKind.SANDBOX)
    thief, names, signed = Thief(API_KEY, TOKEN), list(RESPONSES)[::step], 0
    calls = [call for _ in names for call in PARTNER]
    server.sequence = RESPONSES[names[0]]
    ends = each_end(setup, qredo_partner_v1_1, calls, credentials, environment, agent_token=lambda: TOKEN)
    for number, end in enumerate(ends):
        thief.look(names[number // len(PARTNER)], end, *notary.signatures)
        signed += len(notary.signatures)
        server.sequence = RESPONSES[names[min((number + 1) // len(PARTNER), len(names) - 1)]]
        thief.look("log", caplog.text, *notary.signatures)
        caplog.clear()
        notary.signatures.clear()
    assert signed >= 2 * len(names) > 1000 / step
    assert sorted(set(thief.found)) == []


@pytest.mark.parametrize("setup", SETUPS)
def test_a_call_of_the_other_api(setup: str, server: Server) -> None:
    """The same for key and signature of the Qredo API v1."""
    credentials = HmacCredentials(HMAC_KEY, API_SECRET)
    environment = Environment.custom(server.url, key_kind=KeyKind.SANDBOX)
    signature = sign_hmac(credentials.secret, "1700000000", "GET", f"{server.url}/api/v1/fund", b"")
    thief, names = Thief(HMAC_KEY, API_SECRET, credentials.secret.decode("latin-1"), signature), list(RESPONSES)[::20]
    server.sequence = RESPONSES[names[0]]
    calls: list[Callable[[Any], Any]] = [lambda client: client.fund.get_all()] * len(names)
    ends = each_end(setup, qredo_v1, calls, credentials, environment, clock=lambda: 1_700_000_000.0)
    for number, end in enumerate(ends):
        thief.look(names[number], end)
        server.sequence = RESPONSES[names[min(number + 1, len(names) - 1)]]
    assert sorted(set(thief.found)) == []


BODY = "x" * 8_000_000
"""More than the buffers of a socket hold, where the one that receives is small."""


def send_long_headers(client: Any) -> Any:
    """Make a call whose headers cannot be written while the server does not read."""
    client.http.headers["x-long"] = BODY
    return client.company.create(name="A")


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("fault", ["refused", "never reads"])
def test_a_broken_connection(fault: str, setup: str, key: PrivateKey) -> None:
    """An error of the connection, at whatever step, holds neither, nor do the frames that write headers."""
    notary = Notary(key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        environment = Environment.custom(f"http://127.0.0.1:{listener.getsockname()[1]}", key_kind=KeyKind.SANDBOX)
        if fault == "refused":
            listener.close()
        timeout = {} if "own" in setup else {"timeout": 0.3}
        more: dict[str, Any] = {**timeout, "agent_token": lambda: TOKEN, "deadline": 0.5}
        args = (Credentials(API_KEY, notary), environment)
        calls: list[Callable[[Any], Any]] = [
            lambda client: client.company.create(name=BODY),
            *PARTNER,
            send_long_headers,
        ]
        thief = Thief(API_KEY, TOKEN)
        for end in each_end(setup, qredo_partner_v1_1, calls, *args, **more):
            assert isinstance(end, Exception)
            thief.look(fault, end, *notary.signatures)
    assert sorted(set(thief.found)) == []
    assert notary.signatures


@pytest.mark.parametrize("mode", ["sync", "async", "aiohttp"])
def test_a_bare_client(mode: str, server: Server, key: PrivateKey) -> None:
    """With the auth alone, on an httpx client of yours, it is the same; so also for the request that you made."""
    notary = Notary(key)
    auth = PartnerAuth(Credentials(API_KEY, notary), Environment.custom(server.url, key_kind=KeyKind.SANDBOX))
    thief = Thief(API_KEY)
    with asyncio.Runner() as runner:

        async def asend(request: httpx.Request) -> httpx.Response:
            transport = AiohttpTransport(verify=TRUSTS_NOBODY) if mode == "aiohttp" else None
            async with httpx.AsyncClient(auth=auth, verify=TRUSTS_NOBODY, transport=transport) as http:
                return await http.send(request)

        for name in list(RESPONSES)[::7]:
            server.sequence = RESPONSES[name]
            request = httpx.Request("GET", f"{server.url}/x")
            if mode == "sync":
                with httpx.Client(auth=auth, verify=TRUSTS_NOBODY) as http:
                    end = end_of(lambda: http.send(request))  # noqa: B023 - called at once
            else:
                end = end_of(lambda: runner.run(asend(request)))  # noqa: B023
            if isinstance(end, httpx.Response):
                end.stream = httpx.ByteStream(b"")  # of httpx's pool, and out of our reach here
            elif isinstance(end, Exception):
                clear_all_frames(end)  # likewise
            thief.look(name, (end, request), *notary.signatures)
            assert notary.signatures.pop()
    assert sorted(set(thief.found)) == []


REDIRECT = b"HTTP/1.1 307 -\r\nlocation: /next\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("end", ["lost", "loop"])
def test_a_bare_client_that_follows_redirects(mode: str, end: str, server: Server, key: PrivateKey) -> None:
    """The error after a redirect, whose request httpx made of the signed one, has no credentials either."""
    notary = Notary(key)
    auth = PartnerAuth(Credentials(API_KEY, notary), Environment.custom(server.url, key_kind=KeyKind.SANDBOX))
    server.sequence = REDIRECT
    seen = list[httpx.Request]()

    def look(request: httpx.Request) -> None:
        seen.append(request)
        assert request.headers["x-api-key"] == API_KEY
        if request.url.path == "/next" and end == "lost":
            server.sequence = b""

    async def alook(request: httpx.Request) -> None:
        look(request)

    async def asend() -> None:
        async with httpx.AsyncClient(auth=auth, follow_redirects=True, event_hooks={"request": [alook]}) as http:
            await http.get(f"{server.url}/x")

    def send() -> None:
        with httpx.Client(auth=auth, follow_redirects=True, event_hooks={"request": [look]}) as http:
            http.get(f"{server.url}/x")

    error = end_of(send if mode == "sync" else lambda: asyncio.run(asend()))
    assert isinstance(error, httpx.RemoteProtocolError if end == "lost" else httpx.TooManyRedirects)
    assert [each.url.path for each in seen][:2] == ["/x", "/next"]
    clear_all_frames(error)  # of httpx, and out of our reach here
    thief = Thief(API_KEY)
    thief.look(end, error, *notary.signatures)
    assert sorted(set(thief.found)) == []


def clear_all_frames(error: BaseException | None) -> None:
    """Forget the local variables of an error."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def test_what_a_transport_keeps_is_not_changed(key: PrivateKey) -> None:
    """The headers that a transport was given stay as they were sent, so that a test can look at them afterwards."""
    seen = list[httpx.Headers]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={"company_id": "c", "ref": "r", "name": "A"})

    credentials = Credentials(API_KEY, key)
    options: Any = {"transport": httpx.MockTransport(answer)}
    with connect(qredo_partner_v1_1.Client, credentials, Environment.SANDBOX, **options) as client:
        response = client.with_raw_response.company.get("c").response
    assert seen[0]["x-api-key"] == API_KEY
    assert "x-sign" in seen[0]
    assert {"x-api-key", "x-sign"}.isdisjoint(response.request.headers)
    assert response.request.headers["x-timestamp"] == seen[0]["x-timestamp"]


def test_other_headers_stay_as_they_were(emulator_credentials: Credentials) -> None:
    """Spelling, order, duplicates, bytes and the declared encoding of all other headers survive the redaction."""
    given = [(b"X-One", b"1"), (b"x-ONE", "é".encode()), (b"X-Two", b"\xe9")]
    http = httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200)),
        auth=PartnerAuth(emulator_credentials, Environment.emulator("http://127.0.0.1:8080")),
    )
    request = httpx.Request("GET", "http://127.0.0.1:8080/", headers=httpx.Headers(given, encoding="iso-8859-1"))
    request.headers.encoding = "iso-8859-1"
    headers = http.send(request).request.headers
    assert [header for header in headers.raw if header[0].lower() in {b"x-one", b"x-two"}] == given
    assert (headers["x-one"], headers["x-two"]) == ("1, Ã©", "é")
    assert "x-api-key" not in headers
