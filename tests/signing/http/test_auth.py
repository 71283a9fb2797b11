"""PartnerAuth on a plain httpx client. `test_connect.py` has the same through `connect`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from qredo_signing import (
    AgentTokenError,
    Credentials,
    Environment,
    HmacCredentials,
    KeyKind,
    OriginError,
    PartnerAuth,
    PrivateKey,
    QredoAuth,
    UnsignableError,
    verify,
)

from ..doubles import API_SECRET, CREDENTIAL_HEADERS, DummyHSM, send_bare, serve

URL = "https://sandbox-api.qredo.network/api/v1/p/company"
AGENT = {"qredo": SimpleNamespace(security="agent_token")}


def sent(mode: str, auth: PartnerAuth, *args: Any, **options: Any) -> httpx.Request:
    """Send a request through a plain client and return it as it went out."""
    return send_bare(mode, auth, httpx.Request(*args, **options))


def check_signature(request: httpx.Request, key: PrivateKey, url: str, body: bytes = b"") -> None:
    """Verify the x-sign header of a request over this URL and body."""
    stamp = request.headers.get("x-timestamp") or request.headers["x-nonce"]
    verify(key, stamp, url, body, request.headers["x-sign"])


def test_the_flow_by_hand(credentials: Credentials, key: PrivateKey) -> None:
    """The flow yields the request once, with API key, stamp and signature, and takes the answer as it is."""
    auth = PartnerAuth(credentials, Environment.SANDBOX, clock=lambda: 1700000000.9)
    flow = auth.sync_auth_flow(httpx.Request("POST", URL, json={"name": "Société"}))
    request = next(flow)
    assert request.headers["x-api-key"] == credentials.api_key
    assert request.headers["x-timestamp"] == "1700000000"
    check_signature(request, key, URL, '{"name":"Société"}'.encode())
    with pytest.raises(StopIteration):
        flow.send(httpx.Response(401, request=request))


def test_exactly_one_stamp(mode: str, credentials: Credentials, key: PrivateKey) -> None:
    """Timestamps and nonces exclude each other on every request."""
    timestamp = sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "GET", URL)
    nonce = sent(mode, PartnerAuth(credentials, Environment.SANDBOX, stamp="nonce"), "GET", URL)
    assert CREDENTIAL_HEADERS & set(timestamp.headers) == {"x-api-key", "x-sign", "x-timestamp"}
    assert CREDENTIAL_HEADERS & set(nonce.headers) == {"x-api-key", "x-sign", "x-nonce"}
    for request in (timestamp, nonce):
        check_signature(request, key, URL)


def test_stale_headers_are_replaced(mode: str, credentials: Credentials, key: PrivateKey) -> None:
    """What an earlier attempt or the caller put into our headers is gone when the request goes out."""
    stale = dict.fromkeys(CREDENTIAL_HEADERS, "stale")
    request = sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "GET", URL, headers=stale)
    assert CREDENTIAL_HEADERS & set(request.headers) == {"x-api-key", "x-sign", "x-timestamp"}
    assert "stale" not in request.headers.values()


def test_each_attempt_is_stamped_anew(mode: str, credentials: Credentials, key: PrivateKey) -> None:
    """The same request sent twice carries two stamps, each signed."""
    times = iter([1700000000.0, 1700000007.0])
    auth = PartnerAuth(credentials, Environment.SANDBOX, clock=lambda: next(times))
    request = httpx.Request("POST", URL, json={})
    stamps = []
    for _ in range(2):
        seen = send_bare(mode, auth, request)
        stamps.append(seen.headers["x-timestamp"])
        check_signature(seen, key, URL, b"{}")
    assert stamps == ["1700000000", "1700000007"]


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("https://sandbox-api.qredo.network", "https://sandbox-api.qredo.network/"),
        ("https://sandbox-api.qredo.network?a=1", "https://sandbox-api.qredo.network/?a=1"),
        ("https://SANDBOX-api.qredo.network:443/x", "https://sandbox-api.qredo.network/x"),
        ("wss://sandbox-api.qredo.network/feed", "wss://sandbox-api.qredo.network/feed"),
        (f"{URL}/a b?q=ü+c%20d", f"{URL}/a%20b?q=%C3%BC+c%20d"),
        (f"{URL}?", f"{URL}?"),
        (f"{URL}?q=%c3%a9&r='", f"{URL}?q=%c3%a9&r='"),
        (f"{URL}/a%2Fb", f"{URL}/a%2Fb"),
    ],
)
def test_what_is_signed_is_what_is_sent(
    url: str, wire: str, mode: str, credentials: Credentials, key: PrivateKey
) -> None:
    """The signed URL is scheme, host and the target that httpx writes to the connection."""
    request = sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "GET", url)
    check_signature(request, key, wire)


@pytest.mark.parametrize("path", ["/", "/a%2Fb/c?x=1&y=%20+%C3%A9", "/x?", "//double//slash", "/%e2%82%ac?'=()!*"])
def test_a_real_server_sees_what_was_signed(
    path: str, mode: str, emulator_credentials: Credentials, key: PrivateKey
) -> None:
    """The signature verifies over the Host header, the request line and the body as they arrived."""
    with serve() as server:
        auth = PartnerAuth(emulator_credentials, Environment.emulator(server.url))
        request = httpx.Request("POST", server.url + path, json={"name": "基金"})
        if mode == "sync":
            with httpx.Client(auth=auth) as http:
                http.send(request)
        else:

            async def main() -> None:
                async with httpx.AsyncClient(auth=auth) as http:
                    await http.send(request)

            asyncio.run(main())
        (seen,) = server.requests
    verify(
        key, seen.headers["x-timestamp"], f"http://{seen.headers['host']}{seen.path}", seen.body, seen.headers["x-sign"]
    )


def test_a_streaming_body_is_read_and_signed(mode: str, credentials: Credentials, key: PrivateKey) -> None:
    """A body that comes from a generator is read, signed and sent whole."""

    def chunks() -> Iterator[bytes]:
        yield b"one,"
        yield b"two"

    async def async_chunks() -> AsyncIterator[bytes]:
        yield b"one,"
        yield b"two"

    content: Any = chunks() if mode == "sync" else async_chunks()
    request = sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "POST", URL, content=content)
    assert request.content == b"one,two"
    check_signature(request, key, URL, b"one,two")


def test_a_body_of_the_other_kind(mode: str, credentials: Credentials) -> None:
    """A body that an async client reads is refused by a sync one, and the other way round, in words."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"

    content: Any = chunks() if mode == "sync" else iter([b"x"])
    other = "an async" if mode == "sync" else "a sync"
    with pytest.raises(UnsignableError, match=f"the body can be read by {other} client only: pass bytes"):
        sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "POST", URL, content=content)


REFUSED = {
    "http": "http://sandbox-api.qredo.network/x",
    "ws": "ws://sandbox-api.qredo.network/x",
    "port": "https://sandbox-api.qredo.network:8443/x",
    "port-80": "https://sandbox-api.qredo.network:80/x",
    "host": "https://evil.example/x",
    "subdomain": "https://sandbox-api.qredo.network.evil.example/x",
    "prefix": "https://evil-sandbox-api.qredo.network/x",
    "parent": "https://qredo.network/x",
    "other-environment": "https://api.qredo.network/x",
    "trailing-dot": "https://sandbox-api.qredo.network./x",
    "userinfo": "https://sandbox-api.qredo.network@evil.example/x",
    "userinfo-port": "https://sandbox-api.qredo.network:443@evil.example/x",
    "backslash": "https://evil.example\\@sandbox-api.qredo.network.evil.example/x",
    "look-alike": "https://sandbox-api.qred\N{CYRILLIC SMALL LETTER O}.network/x",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_another_origin_gets_nothing(url: str, mode: str, credentials: Credentials) -> None:
    """A request to another scheme, host or port is refused with both origins, unsigned and unsent."""
    request = httpx.Request("GET", url)
    with pytest.raises(OriginError, match=r"for https://sandbox-api\.qredo\.network") as caught:
        send_bare(mode, PartnerAuth(credentials, Environment.SANDBOX), request)
    assert caught.value.expected == "https://sandbox-api.qredo.network"
    assert caught.value.actual == f"{request.url.scheme}://{request.url.netloc.decode()}"
    assert not CREDENTIAL_HEADERS & set(request.headers)


def test_plain_http_is_named_as_such(credentials: Credentials) -> None:
    """The error for http on the right host says why it is refused."""
    with pytest.raises(OriginError, match="plain http would show the API key"):
        sent("sync", PartnerAuth(credentials, Environment.SANDBOX), "GET", "http://sandbox-api.qredo.network/x")


@pytest.mark.parametrize(
    "url",
    [
        "https://user:word@sandbox-api.qredo.network/x",
        "https://evil.example\\@sandbox-api.qredo.network/x",
        "https://sandbox-api.qredo.network/x#part",
    ],
)
def test_userinfo_and_fragments_are_refused(url: str, mode: str, credentials: Credentials) -> None:
    """A URL with parts that never go over the wire is refused, and not repeated."""
    with pytest.raises(UnsignableError, match="userinfo or a fragment") as caught:
        sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "GET", url)
    assert "word" not in str(caught.value)


def test_what_would_send_another_url_is_refused(mode: str, credentials: Credentials) -> None:
    """A Host header of another host, and httpcore's target extension, are refused: the signature would not match."""
    auth = PartnerAuth(credentials, Environment.SANDBOX)
    with pytest.raises(OriginError, match=r"would go to https://evil\.example"):
        sent(mode, auth, "GET", URL, headers={"host": "evil.example"})
    for hosts in ([], [("host", "sandbox-api.qredo.network")] * 2):
        request = httpx.Request("GET", URL)
        request.headers = httpx.Headers(hosts)
        with pytest.raises(UnsignableError, match="one Host header"):
            next(auth.sync_auth_flow(request))
    with pytest.raises(UnsignableError, match="'target' extension"):
        sent(mode, auth, "GET", URL, extensions={"target": b"/other"})


def test_a_client_with_a_base_url_is_pinned_too(credentials: Credentials) -> None:
    """An absolute URL overrides a client's base_url, and is refused all the same."""
    auth = PartnerAuth(credentials, Environment.SANDBOX)
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(auth=auth, transport=transport, base_url=URL) as http:
        assert http.get("/x").status_code == 200
        with pytest.raises(OriginError):
            http.get("https://evil.example/x")


@pytest.mark.parametrize("environment", ["emulator", "custom"])
def test_loopback_may_be_plain_http(
    environment: str, mode: str, credentials: Credentials, emulator_credentials: Credentials, key: PrivateKey
) -> None:
    """An emulator or custom environment on loopback is signed over http, and its feeds over ws."""
    given = {
        "emulator": (emulator_credentials, Environment.emulator("http://localhost:8080")),
        "custom": (credentials, Environment.custom("http://localhost:8080", key_kind=KeyKind.LIVE)),
    }
    for url in ("http://localhost:8080/x", "ws://localhost:8080/x"):
        check_signature(sent(mode, PartnerAuth(*given[environment]), "GET", url), key, url)


def test_an_agent_operation_takes_its_token_alone(mode: str, credentials: Credentials) -> None:
    """An agent operation carries x-api-zkp and neither API key, stamp nor signature; each attempt a fresh token."""
    tokens = iter(["0A", "0b"])
    auth = PartnerAuth(credentials, Environment.SANDBOX, agent_token=lambda: next(tokens))
    stale = dict.fromkeys(CREDENTIAL_HEADERS, "stale")
    request = httpx.Request("PUT", URL, headers=stale, extensions=AGENT)
    for token in ("0A", "0b"):
        headers = send_bare(mode, auth, request).headers
        assert {name: headers[name] for name in CREDENTIAL_HEADERS & set(headers)} == {"x-api-zkp": token}


class Later:
    """An awaitable that is no coroutine."""

    def __await__(self) -> Generator[None, None, str]:
        yield
        return "c0ffee"


async def coroutine_token() -> str:
    """A coroutine function that gives a token."""
    return "c0ffee"


@pytest.mark.parametrize("source", [coroutine_token, Later])
def test_an_async_agent_token(source: Any, credentials: Credentials) -> None:
    """In async use the token may come from a coroutine or another awaitable; in sync use that is a clear error."""
    auth = PartnerAuth(credentials, Environment.SANDBOX, agent_token=source)
    assert sent("async", auth, "GET", URL, extensions=AGENT).headers["x-api-zkp"] == "c0ffee"
    with pytest.raises(AgentTokenError, match="needs an async client"):
        sent("sync", auth, "GET", URL, extensions=AGENT)


@pytest.mark.parametrize("token", ["", "xyz", "c0ffee\n", "c0 ff", None, b"c0ffee", 12])
def test_a_token_must_be_hexadecimal(token: Any, mode: str, credentials: Credentials) -> None:
    """What the callable returns is checked before anything is sent, and is not repeated in the error."""
    auth = PartnerAuth(credentials, Environment.SANDBOX, agent_token=lambda: token)
    with pytest.raises(AgentTokenError, match="agent_token") as caught:
        sent(mode, auth, "GET", URL, extensions=AGENT)
    assert not token or str(token) not in str(caught.value)


def test_an_agent_operation_needs_a_token(mode: str, credentials: Credentials) -> None:
    """Without agent_token an agent operation is an error that says what to pass."""
    with pytest.raises(AgentTokenError, match=r"pass agent_token=.*Nothing was sent"):
        sent(mode, PartnerAuth(credentials, Environment.SANDBOX), "GET", URL, extensions=AGENT)


def test_an_agent_token_stays_on_the_origin(mode: str, credentials: Credentials) -> None:
    """An agent operation is pinned to the origin as any other; no token is even asked for."""
    auth = PartnerAuth(credentials, Environment.SANDBOX, agent_token=lambda: pytest.fail("asked"))
    with pytest.raises(OriginError):
        sent(mode, auth, "GET", "https://evil.example/", extensions=AGENT)


def test_an_unknown_scheme_is_refused(mode: str, credentials: Credentials) -> None:
    """An operation that wants another security scheme is refused, not signed in the wrong way."""
    with pytest.raises(UnsignableError, match="'hmac', which PartnerAuth does not know"):
        sent(
            mode,
            PartnerAuth(credentials, Environment.SANDBOX),
            "GET",
            URL,
            extensions={"qredo": SimpleNamespace(security="hmac")},
        )


def test_offload_signs_in_another_thread(key: PrivateKey, credentials: Credentials) -> None:
    """With offload=True RSA runs beside the event loop; without it, on the loop's thread."""
    threads: list[int] = []

    class Watching:
        def sign(self, message: bytes) -> bytes:
            threads.append(threading.get_ident())
            return key.sign(message)

    watched = Credentials(credentials.api_key, Watching())
    for offload in (True, False):
        check_signature(sent("async", PartnerAuth(watched, Environment.SANDBOX, offload=offload), "GET", URL), key, URL)
    assert [thread == threading.get_ident() for thread in threads] == [False, True]


def test_an_hsm_signs(mode: str, credentials: Credentials, key: PrivateKey) -> None:
    """A signer that keeps its key elsewhere gives the same headers as the key itself."""
    auth = PartnerAuth(Credentials(credentials.api_key, DummyHSM(key)), Environment.SANDBOX)
    check_signature(sent(mode, auth, "GET", URL), key, URL)


def test_arguments_are_checked(credentials: Credentials) -> None:
    """Arguments of the wrong kind are refused when the auth is made, each with its name."""
    wrong: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
        (("key", Environment.SANDBOX), {}, "credentials must be Credentials"),
        ((credentials, "sandbox"), {}, "environment must be an Environment"),
        ((credentials, None), {}, "no default"),
        ((credentials, Environment.SANDBOX), {"agent_token": "c0ffee"}, "agent_token must be a callable"),
        ((credentials, Environment.SANDBOX), {"stamp": "timestamp", "nonces": object()}, "nonces= goes with"),
    ]
    for args, options, why in wrong:
        with pytest.raises(TypeError, match=why):
            PartnerAuth(*args, **options)
    stamp: Any = "date"
    with pytest.raises(ValueError, match="'timestamp' or 'nonce'"):
        PartnerAuth(credentials, Environment.SANDBOX, stamp=stamp)


def test_an_open_operation_carries_no_credentials(mode: str, credentials: Credentials) -> None:
    """`security: []`: each auth sends the request without credentials, also where some were on it, and draws no stamp.

    It goes to the environment's origin only, as any other.
    """
    stale = dict.fromkeys(CREDENTIAL_HEADERS, "stale")
    hmac = HmacCredentials("_lJCqc-T3cnNpw", API_SECRET)
    open_call = {"qredo": SimpleNamespace(security="")}
    for auth in (
        PartnerAuth(credentials, Environment.SANDBOX, clock=lambda: pytest.fail("asked")),
        QredoAuth(hmac, Environment.SANDBOX, clock=lambda: pytest.fail("asked")),
    ):
        request = send_bare(mode, auth, httpx.Request("GET", URL, headers=stale, extensions=open_call))
        assert not CREDENTIAL_HEADERS & set(request.headers)
        assert "stale" not in request.headers.values()
        assert not auth.scheme_of(request).counted
        with pytest.raises(OriginError):
            send_bare(mode, auth, httpx.Request("GET", "https://evil.example/", extensions=open_call))
