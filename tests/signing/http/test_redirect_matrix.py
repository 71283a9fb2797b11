"""Where signed requests may go: every redirect, spelling and trick, against real servers, by `connect` and bare."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from qredo_signing import Credentials, Environment, KeyKind, OriginError, RedirectError, UnsignableError

from ..doubles import CREDENTIAL_HEADERS, AnyCredentials, Recorder, make_auth, serve
from .networks import Authority, Listener, foreign_server, http_proxy, make_authority
from .sending import MODES, make_async_http, send

STATUSES = [301, 302, 303, 307, 308]
QUERY = "?token=planted-in-a-query"


@pytest.fixture(name="mode", params=MODES)
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="home")
def _home() -> Iterator[Recorder]:
    """The environment's server."""
    with serve() as server:
        yield server


@pytest.fixture(name="foreign")
def _foreign() -> Iterator[Listener]:
    """Another server, which must not hear of us."""
    with foreign_server() as server:
        yield server
        assert (server.connections, server.received) == (0, [])


@pytest.fixture(name="way", params=["connect", "bare"])
def _way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# {home}: host and port of the environment's server. {port}: its port. {foreign}: the port of the other server.
ELSEWHERE = {
    "other port": "http://127.0.0.1:{foreign}/taken",
    "other host": "http://localhost:{foreign}/taken",
    "other name of the same server": "http://localhost:{port}/taken",
    "no path": "http://127.0.0.1:{foreign}",
    "upper case": "HTTP://LOCALHOST:{foreign}/taken",
    "default port": "http://127.0.0.1/taken",
    "empty port": "http://127.0.0.1:/taken",
    "//host": "//127.0.0.1:{foreign}/taken",
    "//host, upper case": "//LOCALHOST:{foreign}/taken",
    "userinfo that looks like home": "http://{home}@127.0.0.1:{foreign}/taken",
    "password": "http://user:planted-password@127.0.0.1:{foreign}/taken",
    "fragment that looks like home": "http://127.0.0.1:{foreign}#@{home}/taken",
    "query that looks like home": "http://127.0.0.1:{foreign}?@{home}/taken",
    "unicode dots": "http://127\u30020\u30020\u30021:{foreign}/taken",
    "closing dot": "http://127.0.0.1.:{foreign}/taken",
    "host as a number": "http://2130706433:{foreign}/taken",
    "short host": "http://127.1:{foreign}/taken",
    "ipv6": "http://[::1]:{foreign}/taken",
    "feed": "ws://127.0.0.1:{foreign}/taken",
    "https": "https://127.0.0.1:{foreign}/taken",
}


def fill(text: str, home: Recorder, foreign: Listener) -> str:
    """Put hosts and ports into a URL of a table."""
    host = home.url.removeprefix("http://")
    return text.format(home=host, port=host.rpartition(":")[2], foreign=foreign.port)


def redirect_to(location: str, status: int) -> Any:
    """Answers that point elsewhere."""
    return lambda seen: (status, {"location": location.encode().decode("latin-1")}, b"")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_redirect_elsewhere(
    name: str, way: str, mode: str, home: Recorder, foreign: Listener, either_credentials: AnyCredentials
) -> None:
    """No redirect takes anything to another server, which is not even connected to; the error names the target."""
    location = fill(ELSEWHERE[name], home, foreign) + (QUERY if "?" not in ELSEWHERE[name] else "")
    target = httpx.URL(home.url).join(location)
    for status in STATUSES:
        home.requests.clear()
        home.answer = redirect_to(location, status)
        with pytest.raises((OriginError, RedirectError)) as caught:
            send(way, mode, either_credentials, Environment.emulator(home.url), f"{home.url}/v1/p/x{QUERY}")
        error = caught.value
        assert len(home.requests) == 1
        assert "planted" not in f"{error} {vars(error)}"
        assert target.netloc.decode() in str(error)
        if way == "connect":
            assert isinstance(error, RedirectError)
            assert (error.status_code, httpx.URL(error.target).netloc) == (status, target.netloc)
        else:
            assert isinstance(error, OriginError)
            assert (error.expected, error.actual.rpartition("://")[2]) == (home.url, target.netloc.decode())


# What a browser might take for another host, and httpx takes for a path of this one, or for nonsense.
NOWHERE = {
    "backslashes": "\\\\127.0.0.1:{foreign}\\taken",
    "slash and backslash": "/\\127.0.0.1:{foreign}/taken",
    "backslash before @": "http://127.0.0.1:{foreign}\\@{home}/taken",
    "no host": "http:/127.0.0.1:{foreign}/taken",
    "backslashes for slashes": "http:\\\\127.0.0.1:{foreign}/taken",
    "digits in circles": "http://\u2460\u2461\u2466.0.0.1:{foreign}/taken",
    "control character": "\x09http://127.0.0.1:{foreign}/taken",
    "host in the port": "http://{home}.127.0.0.1:{foreign}/taken",
    "path": "javascript:alert(1)",
}


@pytest.mark.parametrize("name", NOWHERE)
def test_a_redirect_that_is_a_trick(
    name: str, way: str, mode: str, home: Recorder, foreign: Listener, emulator_credentials: Credentials
) -> None:
    """A Location that parsers disagree about is an error, or stays on this server; nothing of it leads elsewhere."""
    home.answer = lambda seen: (
        redirect_to(fill(NOWHERE[name], home, foreign), 302)(seen) if seen.path == "/v1/p/x" else (200, {}, b"{}")
    )
    try:
        response = send(way, mode, emulator_credentials, Environment.emulator(home.url), f"{home.url}/v1/p/x")
    except (RedirectError, OriginError, httpx.RemoteProtocolError, httpx.InvalidURL):
        assert len(home.requests) == 1
    else:
        assert way == "bare"
        assert f"http://{response.url.netloc.decode()}" == home.url


def test_a_redirect_on_the_same_server(
    way: str, mode: str, home: Recorder, foreign: Listener, either_credentials: AnyCredentials
) -> None:
    """Within the origin `connect` refuses too; bare, httpx follows it with a signature that is for the first URL."""
    home.answer = lambda seen: (302, {"location": "/moved"}, b"") if seen.path == "/v1" else (401, {}, b"{}")
    environment = Environment.emulator(home.url)
    if way == "connect":
        with pytest.raises(RedirectError, match="/moved"):
            send(way, mode, either_credentials, environment, f"{home.url}/v1")
        return
    assert send(way, mode, either_credentials, environment, f"{home.url}/v1").status_code == 401
    first, second = home.requests
    signature = "x-sign" if isinstance(either_credentials, Credentials) else "qredo-api-sig"
    assert first.headers[signature] == second.headers[signature]


def test_a_chain_of_redirects(mode: str, home: Recorder, foreign: Listener, either_credentials: AnyCredentials) -> None:
    """A redirect that is followed within the origin does not open the way for the next one, which leaves it."""
    home.answer = lambda seen: (
        (302, {"location": "/second"}, b"")
        if seen.path == "/first"
        else (302, {"location": f"http://127.0.0.1:{foreign.port}/{QUERY}"}, b"")
    )
    with pytest.raises(OriginError, match=str(foreign.port)):
        send("bare", mode, either_credentials, Environment.emulator(home.url), f"{home.url}/first")
    assert [seen.path for seen in home.requests] == ["/first", "/second"]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_absolute_url_given_to_the_client(
    name: str, way: str, mode: str, home: Recorder, foreign: Listener, either_credentials: AnyCredentials
) -> None:
    """A request that the caller addresses elsewhere is refused before anything is sent to anyone."""
    url = httpx.URL(home.url).join(fill(ELSEWHERE[name], home, foreign)).copy_merge_params({"token": "planted"})
    with pytest.raises(OriginError) as caught:
        send(way, mode, either_credentials, Environment.emulator(home.url), str(url))
    assert home.requests == []
    assert caught.value.actual == f"{url.scheme}://{url.netloc.decode()}"
    assert "planted" not in f"{caught.value} {vars(caught.value)}"


def test_userinfo_and_host_headers(
    way: str, mode: str, home: Recorder, foreign: Listener, either_credentials: AnyCredentials
) -> None:
    """Userinfo before the right host is refused, and so is a Host header of another server."""
    environment = Environment.emulator(home.url)
    with pytest.raises(UnsignableError, match="userinfo"):
        send(way, mode, either_credentials, environment, home.url.replace("//", "//user:planted@") + "/x")
    headers = {"host": f"127.0.0.1:{foreign.port}"}
    with pytest.raises(OriginError, match=str(foreign.port)):
        send(way, mode, either_credentials, environment, home.url + "/x", headers=headers)
    assert home.requests == []


@pytest.mark.parametrize(
    "spelling", ["HTTP://LOCALHOST:{port}/x", "http://LocalHost:0{port}/x", "//localhost:{port}/x"]
)
def test_spellings_of_the_same_origin(
    spelling: str, way: str, mode: str, home: Recorder, foreign: Listener, emulator_credentials: Credentials
) -> None:
    """Upper case, a zero before the port and a relative scheme name the same server, which is asked, not refused."""
    environment = Environment.emulator(home.url.replace("127.0.0.1", "LOCALHOST"))
    assert environment.origin == home.url.replace("127.0.0.1", "localhost")
    url = httpx.URL(environment.origin).join(fill(spelling, home, foreign))
    assert send(way, mode, emulator_credentials, environment, str(url)).status_code == 200
    assert "x-sign" in home.requests[0].headers


def test_the_next_request_of_an_answer(
    mode: str, home: Recorder, foreign: Listener, either_credentials: AnyCredentials
) -> None:
    """Sending `response.next_request` oneself is refused as well, with the auth and without it."""
    home.answer = redirect_to(f"http://127.0.0.1:{foreign.port}/taken", 307)
    auth = make_auth(either_credentials, Environment.emulator(home.url))

    async def main() -> None:
        async with make_async_http(mode, auth=auth) as http:
            response = await http.post(home.url, json={})
            for send_again in (http.send, partial(http.send, auth=None)):
                assert response.next_request is not None
                with pytest.raises(OriginError):
                    await send_again(response.next_request)

    if mode != "sync":
        asyncio.run(main())
        return
    with httpx.Client(auth=auth) as http:
        response = http.post(home.url, json={})
        for again in (http.send, partial(http.send, auth=None)):
            assert response.next_request is not None
            with pytest.raises(OriginError):
                again(response.next_request)


# --- TLS, under names that a proxy leads to this machine

NAME = "api.custody.test"


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("tls"), NAME, "evil.test")


@pytest.fixture(name="secure")
def _secure(authority: Authority) -> Iterator[Recorder]:
    """The server of https://api.custody.test."""
    with serve(tls=authority.server) as server:
        yield server


@pytest.fixture(name="proxy")
def _proxy(secure: Recorder, foreign: Listener) -> Iterator[Listener]:
    """The way to names: everything but the environment's own host and port is the other server."""
    names = dict.fromkeys((f"{NAME}:80", NAME, f"{NAME}:8443", "evil.test:443", "evil.test"), foreign.port)
    with http_proxy({**names, f"{NAME}:443": int(secure.url.rpartition(":")[2])}) as proxy:
        yield proxy


@pytest.mark.parametrize("url", [f"https://{NAME}/x", f"HTTPS://{NAME.upper()}/x", f"https://{NAME}:443/x"])
def test_spellings_of_a_default_port(
    url: str,
    way: str,
    mode: str,
    secure: Recorder,
    proxy: Listener,
    authority: Authority,
    credentials: Credentials,
) -> None:
    """Over real TLS and through a proxy, upper case and an explicit default port are the environment's origin."""
    environment = Environment.custom(f"https://{NAME}:443", key_kind=KeyKind.LIVE)
    options = {"proxy": f"http://127.0.0.1:{proxy.port}", "verify": authority.client}
    assert send(way, mode, credentials, environment, url, http_options=options).status_code == 200
    assert secure.requests[0].headers["host"] == NAME
    assert CREDENTIAL_HEADERS & set(secure.requests[0].headers) == {"x-api-key", "x-timestamp", "x-sign"}
    assert all(credentials.api_key.encode() not in head for head in proxy.received)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("location", "actual"),
    [
        (f"http://{NAME}/x", f"http://{NAME}"),
        (f"http://{NAME}:443/x", f"http://{NAME}:443"),
        (f"https://{NAME}:8443/x", f"https://{NAME}:8443"),
        ("https://evil.test/x", "https://evil.test"),
        ("//evil.test/x", "https://evil.test"),
        ("http://evil.test/x", "http://evil.test"),
    ],
)
def test_a_redirect_away_from_https(
    location: str,
    actual: str,
    status: int,
    way: str,
    mode: str,
    secure: Recorder,
    proxy: Listener,
    authority: Authority,
    credentials: Credentials,
) -> None:
    """A downgrade to http, another port and another host are refused before the proxy hears of them."""
    secure.answer = redirect_to(location + QUERY, status)
    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    options = {"proxy": f"http://127.0.0.1:{proxy.port}", "verify": authority.client}
    with pytest.raises((OriginError, RedirectError)) as caught:
        send(way, mode, credentials, environment, f"https://{NAME}/x", http_options=options)
    assert "planted" not in str(caught.value)
    assert [head.split(b"\r\n")[0] for head in proxy.received] == [f"CONNECT {NAME}:443 HTTP/1.1".encode()]
    if isinstance(caught.value, OriginError):
        assert caught.value.expected == f"https://{NAME}"
        assert caught.value.actual.removeprefix("https://") == actual.removeprefix("https://")  # httpcore has none
