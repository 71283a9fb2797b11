"""QredoAuth: the headers of the Qredo API v1. What it shares with PartnerAuth is tested where that is, with both."""

from __future__ import annotations

import asyncio
import copy
import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from qredo_signing import (
    ClockSkewError,
    Credentials,
    Environment,
    HmacCredentials,
    OriginError,
    PartnerAuth,
    QredoAuth,
    UnsignableError,
    verify_hmac,
)

from ..doubles import API_SECRET, CREDENTIAL_HEADERS, HMAC_HEADERS, call, send_bare, serve
from .test_auth import REFUSED
from .test_clock import NOW, answering, date_at

URL = "https://sandbox-api.qredo.network/qapi/v1/balance"
CREDENTIALS = HmacCredentials("_lJCqc-T3cnNpw", API_SECRET)


def sent(mode: str, *args: Any, **options: Any) -> httpx.Request:
    """Send a request through a plain client with the auth, and return it as it went out."""
    return send_bare(mode, QredoAuth(CREDENTIALS, Environment.SANDBOX), httpx.Request(*args, **options))


def check_signature(request: httpx.Request, url: str, body: bytes = b"") -> None:
    """Verify the signature of a request over this URL and body."""
    stamp, signature = request.headers["qredo-api-ts"], request.headers["qredo-api-sig"]
    verify_hmac(CREDENTIALS.secret, stamp, request.method, url, body, signature)


def test_the_three_headers(mode: str) -> None:
    """A request carries key, time and signature, and nothing of the other API, whatever was there before."""
    stale = dict.fromkeys(CREDENTIAL_HEADERS, "stale")
    before = int(time.time())
    request = sent(mode, "POST", URL, json={"name": "Société"}, headers=stale)
    assert CREDENTIAL_HEADERS & set(request.headers) == HMAC_HEADERS
    assert request.headers["qredo-api-key"] == CREDENTIALS.api_key
    assert before <= int(request.headers["qredo-api-ts"]) <= time.time()
    check_signature(request, URL, '{"name":"Société"}'.encode())


def test_the_other_auth_drops_them(mode: str, credentials: Credentials) -> None:
    """PartnerAuth in its turn drops what belongs to QredoAuth."""
    request = httpx.Request("GET", URL, headers=dict.fromkeys(HMAC_HEADERS, "stale"))
    headers = send_bare(mode, PartnerAuth(credentials, Environment.SANDBOX), request).headers
    assert CREDENTIAL_HEADERS & set(headers) == {"x-api-key", "x-sign", "x-timestamp"}


@pytest.mark.parametrize(
    ("method", "url", "wire"),
    [
        ("get", "https://sandbox-api.qredo.network", "https://sandbox-api.qredo.network/"),
        ("GET", "wss://sandbox-api.qredo.network/feed", "wss://sandbox-api.qredo.network/feed"),
        ("PUT", f"{URL}/a b?q=ü+c%20d", f"{URL}/a%20b?q=%C3%BC+c%20d"),
        ("DELETE", f"{URL}?", f"{URL}?"),
    ],
)
def test_what_is_signed_is_what_is_sent(method: str, url: str, wire: str, mode: str) -> None:
    """Signed are the method in upper case and the URL as httpx writes them to the connection."""
    check_signature(sent(mode, method, url), wire)


def test_each_attempt_is_stamped_anew(mode: str) -> None:
    """The same request sent twice carries two stamps, each signed."""
    times = iter([1700000000.0, 1700000007.0])
    auth = QredoAuth(CREDENTIALS, Environment.SANDBOX, clock=lambda: next(times))
    request = httpx.Request("POST", URL, json={})
    stamps = []
    for _ in range(2):
        seen = send_bare(mode, auth, request)
        stamps.append(seen.headers["qredo-api-ts"])
        check_signature(seen, URL, b"{}")
    assert stamps == ["1700000000", "1700000007"]


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_another_origin_gets_nothing(url: str, mode: str) -> None:
    """A request to another scheme, host or port is refused, unsigned and unsent."""
    request = httpx.Request("GET", url)
    with pytest.raises(OriginError):
        send_bare(mode, QredoAuth(CREDENTIALS, Environment.SANDBOX), request)
    assert not CREDENTIAL_HEADERS & set(request.headers)


@pytest.mark.parametrize("scheme", ["partner_signature", "agent_token"])
def test_operations_of_the_other_api_are_refused(scheme: str, mode: str) -> None:
    """An operation that wants RSA or an agent token is not signed with a secret."""
    with pytest.raises(UnsignableError, match=f"'{scheme}', which QredoAuth does not know"):
        sent(mode, "GET", URL, extensions={"qredo": SimpleNamespace(security=scheme)})


def test_credentials_of_the_other_kind_are_refused(credentials: Credentials) -> None:
    """Each auth takes its own credentials only."""
    untyped: Any = QredoAuth
    with pytest.raises(TypeError, match="credentials must be HmacCredentials, got Credentials"):
        untyped(credentials, Environment.SANDBOX)
    untyped = PartnerAuth
    with pytest.raises(TypeError, match="credentials must be Credentials, got HmacCredentials"):
        untyped(CREDENTIALS, Environment.SANDBOX)


def test_the_repr_shows_origin_and_kind() -> None:
    """A print tells where requests go, and no secret."""
    auth = QredoAuth(CREDENTIALS, Environment.SANDBOX)
    assert repr(auth) == "<QredoAuth for https://sandbox-api.qredo.network with <HmacCredentials unknown key>>"


def test_a_signed_call(mode: str, hmac_credentials: HmacCredentials) -> None:
    """A call through `connect` verifies over the Host header, the request line and the body as they arrived."""
    with serve() as server:
        call(mode, hmac_credentials, Environment.emulator(server.url), "POST", "/transaction?x=a%20b", content=b"\xc3")
        (seen,) = server.requests
    assert CREDENTIAL_HEADERS & set(seen.headers) == HMAC_HEADERS
    url = f"http://{seen.headers['host']}{seen.path}"
    stamp, signature = seen.headers["qredo-api-ts"], seen.headers["qredo-api-sig"]
    verify_hmac(hmac_credentials.secret, stamp, seen.method, url, seen.body, signature)


@pytest.mark.parametrize("body", [b"", b'{"code": 401, "msg": "anything"}'], ids=["empty", "json"])
def test_the_clock_is_corrected(body: bytes, mode: str) -> None:
    """Any 401 from a server whose clock differs by more than 5 s is signed once more, by that clock."""
    answer, seen = answering(body, date_at(600), header="qredo-api-ts")
    options: dict[str, Any] = {"transport": httpx.MockTransport(answer), "clock": lambda: NOW}
    assert call(mode, CREDENTIALS, Environment.SANDBOX, options=options).status_code == 401
    assert seen == ["1700000000", "1700000600"]


@pytest.mark.parametrize(
    ("seconds", "status", "correction"), [(2, 401, True), (600, 403, True), (600, 401, False)], ids=str
)
def test_when_the_clock_is_left_alone(seconds: int, status: int, correction: bool, mode: str) -> None:
    """A clock that agrees, another status, and `clock_correction=False` leave the answer as it is."""
    answer, seen = answering(b"{}", date_at(seconds), status=status, header="qredo-api-ts")
    options: dict[str, Any] = {"transport": httpx.MockTransport(answer), "clock": lambda: NOW}
    options["clock_correction"] = correction
    assert call(mode, CREDENTIALS, Environment.SANDBOX, options=options).status_code == status
    assert seen == ["1700000000"]


def test_hours_are_not_corrected(mode: str) -> None:
    """Beyond an hour the clock is an error here too."""
    answer, _ = answering(b"{}", date_at(7200), header="qredo-api-ts")
    options: dict[str, Any] = {"transport": httpx.MockTransport(answer), "clock": lambda: NOW}
    with pytest.raises(ClockSkewError, match="ahead of ours"):
        call(mode, CREDENTIALS, Environment.SANDBOX, options=options)


def test_the_body_is_read_before_it_is_signed(mode: str) -> None:
    """A body that comes in pieces is signed whole."""

    async def pieces() -> Any:
        yield b"one,"
        yield b"two"

    content: Any = iter([b"one,", b"two"]) if mode == "sync" else pieces()
    check_signature(sent(mode, "POST", URL, content=content), URL, b"one,two")


def test_one_auth_serves_many_tasks() -> None:
    """Requests side by side are each signed for themselves."""
    auth = QredoAuth(CREDENTIALS, Environment.SANDBOX)
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(copy.copy(request))  # the client's own request has no credentials afterwards
        return httpx.Response(200)

    async def main() -> None:
        async with httpx.AsyncClient(auth=auth, transport=httpx.MockTransport(answer)) as http:
            await asyncio.gather(*(http.get(f"{URL}/{number}") for number in range(20)))

    asyncio.run(main())
    assert {str(request.url) for request in seen} == {f"{URL}/{number}" for number in range(20)}
    for request in seen:
        check_signature(request, str(request.url))
