"""The aiohttp transport on the wire: the bytes that were signed, sent once, and nothing else. Errors: another file."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from qredo_emulator import Emulator
from qredo_signing import (
    AiohttpTransport,
    ConfigurationError,
    Credentials,
    Environment,
    HmacCredentials,
    KeyKind,
    OriginError,
    PartnerAuth,
    PrivateKey,
    connect,
    verify,
)
from qredo_signing._http.defaults import proxies_of_environment
from qredo_signing._http.outcomes import never_sent
from qredo_signing.feeds import feed

from ..doubles import AsyncDummy, DummyClient, DummyHSM, Recorder, Seen, connect_async, make_auth, serve
from .networks import OK, Listener, http_proxy, listen, make_authority, socks_proxy
from .sending import TRUSTS_NOBODY, make_async_http

NAME = "api.custody.test"
KEPT = OK.replace(b"connection: close\r\n", b"")


@pytest.fixture(name="home")
def _home() -> Iterator[Recorder]:
    with serve() as server:
        yield server


def over_aiohttp(*requests: httpx.Request, auth: httpx.Auth | None = None, **options: Any) -> list[httpx.Response]:
    """Send requests one after the other through one client."""

    async def main() -> list[httpx.Response]:
        async with make_async_http("aiohttp", auth=auth, verify=TRUSTS_NOBODY, **options) as http:
            return [await http.send(request) for request in requests]

    return asyncio.run(main())


# --- URLs


def check_arrival(seen: Seen, url: httpx.URL, key: PrivateKey) -> None:
    """The target arrived as httpx has it, and the signature holds for what arrived."""
    assert seen.path.encode() == url.raw_path
    wire = f"http://{seen.headers['host']}{seen.path}"
    verify(key, seen.headers["x-timestamp"], wire, seen.body, seen.headers["x-sign"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the server is the same for all
@given(
    target=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")) | st.sampled_from("%?&=+/.;~"))
)
def test_any_url_arrives_as_it_was_signed(
    target: str, home: Recorder, emulator_credentials: Credentials, key: PrivateKey
) -> None:
    """Whatever httpx takes for a URL is on the wire byte by byte as it was signed: nothing is quoted or sorted anew."""
    try:
        request = httpx.Request("POST", f"{home.url}/{target}", json={"name": "基金"})
    except httpx.InvalidURL:
        assume(False)
    assume(not request.url.fragment)
    home.requests.clear()
    over_aiohttp(request, auth=PartnerAuth(emulator_credentials, Environment.emulator(home.url)))
    check_arrival(home.requests[0], request.url, key)


ODD = [
    "",
    "/",
    "/?",
    "?a=1",
    "/a%2Fb/c?x=1&y=%20+%C3%A9",
    "//double//slash",
    "/../up/./x",
    "/%e2%82%ac?'=()!*",
    "/a;b=c",
]
ODD += ["/%7E~?%7e", "/x?a=b?c=d&&", "/[v6]?q=[]{}|\\^`", "/a:b@c", "/%", "/%zz?%", "/x?b=2&a=1&b=1", "/:80/x"]


@pytest.mark.parametrize("target", ODD)
@pytest.mark.parametrize("proxied", [False, True])
def test_odd_urls(
    target: str, proxied: bool, home: Recorder, emulator_credentials: Credentials, key: PrivateKey
) -> None:
    """The URLs that libraries like to mend arrive as they were signed, also in the long form that a proxy gets."""
    origin = f"http://{NAME}" if proxied else home.url
    request = httpx.Request("GET", origin + target)
    auth = PartnerAuth(emulator_credentials, Environment.emulator(origin))
    if proxied:
        with http_proxy({NAME: int(home.url.rpartition(":")[2])}) as proxy:
            over_aiohttp(request, auth=auth, proxy=f"http://127.0.0.1:{proxy.port}")
        home.requests[0].path = home.requests[0].path.removeprefix(origin)
    else:
        over_aiohttp(request, auth=auth)
    check_arrival(home.requests[0], request.url, key)


def test_the_emulator_verifies_odd_urls() -> None:
    """The emulator, which signs nothing anew, takes odd URLs and bodies over aiohttp."""
    with Emulator() as emulator:
        auth = PartnerAuth(emulator.credentials, emulator.environment)
        base = f"{emulator.url}/qredo_partner_v1_1/api/v1/p"
        targets = ["?query=a%20b%2Fc&x=1&x=2", "?query=%C3%BC+%7E~!$'()*,;:@", "?", "?query="]
        answers = over_aiohttp(*(httpx.Request("GET", f"{base}/company/search{each}") for each in targets), auth=auth)
        answers += over_aiohttp(httpx.Request("POST", f"{base}/company", json={"name": "基金"}), auth=auth)
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        assert all(record.verified for record in emulator.control.requests)


# --- headers, cookies, bodies


def headers_of(mode: str, request: httpx.Request) -> list[dict[str, str]]:
    """The headers of a request that is sent twice, as a server sees them."""

    async def main() -> None:
        async with make_async_http(mode, verify=TRUSTS_NOBODY) as http:
            for _ in range(2):
                await http.send(request)

    with serve(lambda seen: (200, {"set-cookie": "a=b"}, b"{}")) as server:
        request.url = httpx.URL(server.url).join(request.url.raw_path.decode())
        request.headers["host"] = "api.custody.test"
        asyncio.run(main())
        return [seen.headers for seen in server.requests]


@pytest.mark.parametrize(
    "options",
    [
        {"method": "GET"},
        {
            "method": "GET",
            "headers": [
                (b"x-twice", b"1"),
                (b"x-twice", "ü".encode()),
                (b"Authorization", b"Bearer x"),
                (b"Cookie", b"c=d"),
            ],
        },
        {"method": "POST"},
        {"method": "POST", "content": b"bytes"},
        {"method": "PUT", "json": {"a": 1}},
        {"method": "DELETE", "headers": {"content-length": "0"}},  # which aiohttp adds: httpx leaves it out
        {"method": "GET", "content": b"body"},
    ],
)
def test_headers_are_those_that_httpx_sends(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No header is added, changed or lost: no netrc, no cookies, no encoding that the caller did not ask for."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login planted password planted\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    over_httpx = headers_of("async", httpx.Request(url="http://x/path", **options))
    assert headers_of("aiohttp", httpx.Request(url="http://x/path", **options)) == over_httpx
    assert over_httpx[0] == over_httpx[1]


def test_answers_are_decoded_once() -> None:
    """A compressed answer is what was compressed; one that was compressed twice has a layer left."""
    once = gzip.compress(b"{}")
    for body in (once, gzip.compress(once)):
        with serve(lambda seen, body=body: (200, {"content-encoding": "gzip"}, body)) as server:  # type: ignore[misc]
            (answer,) = over_aiohttp(httpx.Request("GET", server.url))
        assert answer.content == gzip.decompress(body)
        assert answer.headers["content-encoding"] == "gzip"


def test_what_an_answer_tells() -> None:
    """Status, reason, version, repeated and long headers, an empty body and one of many parts are as over httpx."""
    with serve(lambda seen: (207, {"x-long": "x" * 60_000, "set-cookie": "a=b"}, b"")) as server:
        (answer,) = over_aiohttp(httpx.Request("GET", server.url))
    assert (answer.status_code, answer.reason_phrase, answer.http_version) == (207, "Multi-Status", "HTTP/1.1")
    assert (len(answer.headers["x-long"]), answer.content) == (60_000, b"")
    large = b"0123456789" * 200_000
    with serve(lambda seen: (200, {}, large)) as server:
        (answer,) = over_aiohttp(httpx.Request("GET", server.url))
    assert answer.content == large


def test_a_large_body_arrives(emulator_credentials: Credentials, key: PrivateKey) -> None:
    """A body of megabytes, and one that comes in parts, are sent whole and signed."""

    async def parts() -> Any:
        for _ in range(100):
            yield b"x" * 50_000

    with serve() as server:
        auth = PartnerAuth(emulator_credentials, Environment.emulator(server.url))
        requests = [httpx.Request("POST", server.url, content=body) for body in (b"x" * 5_000_000, parts())]
        over_aiohttp(*requests, auth=auth)
        for seen in server.requests:
            check_arrival(seen, requests[0].url, key)
            assert len(seen.body) == 5_000_000


def test_a_body_is_measured_once(emulator_credentials: Credentials, key: PrivateKey) -> None:
    """One that comes in parts is sent whole and says its length; a length that the caller gave is not believed."""

    async def parts() -> Any:
        for part in (b'{"amount":', b"1}"):
            yield part

    with serve() as server:
        auth = PartnerAuth(emulator_credentials, Environment.emulator(server.url))
        given = {"content-length": "5"}
        requests = [
            httpx.Request("POST", server.url, content=parts()),
            httpx.Request("POST", server.url, content=b'{"amount":1}', headers=given),
        ]
        over_aiohttp(*requests, auth=auth)
        arrived = [(seen.body, seen.headers["content-length"]) for seen in server.requests]
        assert arrived == [(b'{"amount":1}', "12")] * 2
        assert not any("transfer-encoding" in seen.headers for seen in server.requests)
        for seen in server.requests:
            check_arrival(seen, requests[0].url, key)


# --- connections


@pytest.mark.parametrize("how", ["no answer", "cancelled", "refused"])
def test_no_frame_of_an_error_holds_the_key(how: str, emulator_credentials: Credentials) -> None:
    """What an error tracker records of a failed call, in frames of aiohttp too, is without the API key."""

    def hang(connection: socket.socket, listener: Listener) -> None:
        while connection.recv(65536):
            pass

    async def main(url: str) -> None:
        environment = Environment.emulator(url)
        options: dict[str, Any] = {"transport": "aiohttp", "timeout": 0.3, "max_retries": 0}
        async with connect(AsyncDummy, emulator_credentials, environment, **options) as client:
            async with asyncio.timeout(0.1 if how == "cancelled" else None):
                await client.call()

    with listen(hang) as silent:
        port = 1 if how == "refused" else silent.port
        with pytest.raises((httpx.TransportError, TimeoutError)) as caught:
            asyncio.run(main(f"http://127.0.0.1:{port}"))
    errors: list[BaseException | None] = [caught.value, caught.value.__cause__, caught.value.__context__]
    for error in filter(None, errors):
        stack = traceback.TracebackException.from_exception(error, capture_locals=True).stack
        assert not [frame.name for frame in stack if emulator_credentials.api_key in repr(frame.locals)]


def test_a_stale_connection_is_not_tried_twice() -> None:
    """A GET on a kept connection that breaks without an answer is sent once: aiohttp by itself would send it again."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        for _ in range(2):
            listener.received.append(connection.recv(65536))
            if len(listener.received) == 1:
                connection.sendall(KEPT)

    with listen(handle) as server:
        url = f"http://127.0.0.1:{server.port}"
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending a response"):
            over_aiohttp(httpx.Request("GET", url), httpx.Request("GET", url))
        assert [head.split(b" ")[0] for head in server.received] == [b"GET", b"GET"]


def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """Where the server has closed a kept connection, the next request goes over a new one."""
    is_closed = threading.Event()

    def handle(connection: socket.socket, listener: Listener) -> None:
        connection.recv(65536)
        connection.sendall(KEPT)
        connection.shutdown(socket.SHUT_RDWR)
        is_closed.set()

    async def main(url: str) -> None:
        async with make_async_http("aiohttp", verify=TRUSTS_NOBODY) as http:
            for _ in range(3):
                assert (await http.get(url)).status_code == 200
                await asyncio.to_thread(is_closed.wait, 20)
                await asyncio.sleep(0.02)  # in which the loop hears of it

    with listen(handle) as server:
        asyncio.run(main(f"http://127.0.0.1:{server.port}"))
        assert server.connections == 3


def counting(answers: Iterator[int]) -> Callable[[socket.socket, Listener], None]:
    """Keep connections, and answer with these statuses."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        while head := connection.recv(65536):
            listener.received.append(head)
            connection.sendall(KEPT.replace(b"200 OK", b"%d -\r\nretry-after: 0" % next(answers), 1))

    return handle


def test_the_connection_is_kept_across_calls_and_repeats(emulator_credentials: Credentials) -> None:
    """Calls one after the other, repeats after 503 among them, share one connection; each is stamped by itself."""

    async def main(environment: Environment) -> None:
        async with connect_async(emulator_credentials, environment, transport="aiohttp") as client:
            for _ in range(3):
                assert (await client.call()).status_code == 200

    answers = [503, 200, 200, 503, 503, 200]
    with listen(counting(iter(answers))) as server:
        asyncio.run(main(Environment.emulator(f"http://127.0.0.1:{server.port}")))
        assert (server.connections, len(server.received)) == (1, len(answers))


def test_no_more_connections_than_allowed() -> None:
    """No more connections than the limit are open, and who waits for one gets it."""
    barrier = threading.Barrier(2)

    def handle(connection: socket.socket, listener: Listener) -> None:
        while connection.recv(65536):
            barrier.wait(20)  # two at a time
            connection.sendall(KEPT)

    async def main(url: str) -> None:
        transport = AiohttpTransport(verify=TRUSTS_NOBODY, limits=httpx.Limits(max_connections=2))
        async with httpx.AsyncClient(transport=transport) as http:
            await asyncio.gather(*(http.get(url) for _ in range(6)))

    with listen(handle) as server:
        asyncio.run(main(f"http://127.0.0.1:{server.port}"))
        assert server.connections == 2


def test_waiting_for_a_connection_has_an_end(home: Recorder) -> None:
    """A request that gets no connection in time is a PoolTimeout, and was never sent; the place is free afterwards."""

    async def main() -> None:
        transport = AiohttpTransport(verify=TRUSTS_NOBODY, limits=httpx.Limits(max_connections=1))
        async with httpx.AsyncClient(transport=transport) as http:
            async with http.stream("GET", f"{home.url}/held"):
                with pytest.raises(httpx.PoolTimeout) as caught:
                    await http.get(home.url, timeout=httpx.Timeout(20, pool=0.05))
            assert never_sent(caught.value)
            assert (await http.get(f"{home.url}/later")).status_code == 200

    asyncio.run(main())
    assert [seen.path for seen in home.requests] == ["/held", "/later"]


def test_a_body_that_is_not_read_does_not_spoil_the_next_answer(home: Recorder) -> None:
    """Leaving a streamed answer early frees its place; the connection, which has more to come, is not used again."""
    home.answer = lambda seen: (200, {}, seen.path.encode() * 100_000)

    async def main() -> None:
        transport = AiohttpTransport(verify=TRUSTS_NOBODY, limits=httpx.Limits(max_connections=1))
        async with httpx.AsyncClient(transport=transport) as http:
            for _ in range(3):
                async with http.stream("GET", f"{home.url}/left") as answer:
                    async for _ in answer.aiter_raw():
                        break
                assert (await http.get(f"{home.url}/whole")).content == b"/whole" * 100_000

    asyncio.run(main())


def test_nothing_is_left_open(home: Recorder, emulator_credentials: Credentials) -> None:
    """Closing the client closes all that was opened, and one that was never used needs no loop to be closed."""

    async def main() -> None:
        environment = Environment.emulator(home.url)
        async with connect_async(emulator_credentials, environment, transport="aiohttp") as client:
            await asyncio.gather(*(client.call() for _ in range(4)))
        unused = connect_async(emulator_credentials, environment, transport="aiohttp")
        await unused.aclose()
        await unused.aclose()

    asyncio.run(main())
    gc.collect()  # what aiohttp finds open then is a warning, and an error here


# --- where it runs


def test_another_event_loop(home: Recorder) -> None:
    """A client that is used in a second event loop opens connections of its own there, and closes each in its loop."""
    http = make_async_http("aiohttp", verify=TRUSTS_NOBODY)

    async def get() -> int:
        return (await http.get(home.url)).status_code

    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert one.run(get()) == 200
        assert other.run(get()) == 200
        one.run(http._transport.aclose())
        assert other.run(get()) == 200
        other.run(http.aclose())


def test_trio(home: Recorder) -> None:
    """On trio, which aiohttp does not know, the error says what to do."""
    pytest.importorskip("trio")

    async def main() -> None:
        async with make_async_http("aiohttp", verify=TRUSTS_NOBODY) as http:
            with pytest.raises(ConfigurationError, match="aiohttp runs on asyncio only: leave transport= out"):
                await http.get(home.url)

    anyio.run(main, backend="trio")


def test_without_the_extra() -> None:
    """Where aiohttp is missing, asking for it is an ImportError with the line for pip; nothing else asks for it."""
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from qredo_signing import AiohttpTransport, connect\n"
        "try: AiohttpTransport()\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'pip install ".[aiohttp]" in a checkout of the project (not found: aiohttp)' in done.stdout, done.stderr


def test_what_connect_takes(credentials: Credentials, hmac_credentials: HmacCredentials) -> None:
    """By name there is one transport, for async clients; with it RSA is signed off the loop unless told otherwise."""
    untyped: Any = connect
    for client_class, name, message in (
        (DummyClient, "aiohttp", "'aiohttp' is for async clients: leave it out"),
        (AsyncDummy, "Aiohttp", "'Aiohttp' is not known: the only transport with a name is 'aiohttp'"),
    ):
        with pytest.raises(TypeError, match=message):
            untyped(client_class, credentials, Environment.SANDBOX, transport=name)
    emulator = Environment.emulator("http://127.0.0.1:1")
    assert connect_async(hmac_credentials, emulator, transport="aiohttp").base_url  # an HMAC stays on the loop


@pytest.mark.parametrize("transport", ["aiohttp", "own", None])
@pytest.mark.parametrize("offload", [None, True, False])
def test_where_is_signed(
    transport: str | None, offload: bool | None, home: Recorder, emulator_credentials: Credentials
) -> None:
    """Over aiohttp signatures are made in a thread unless told otherwise; over httpx on the event loop's."""
    threads = set[int]()

    class Watched(DummyHSM):
        def sign(self, message: bytes) -> bytes:
            threads.add(threading.get_ident())
            return bytes(256)

    async def main() -> None:
        given = AiohttpTransport(verify=TRUSTS_NOBODY) if transport == "own" else transport
        options: dict[str, Any] = {"transport": given, "offload": offload}
        credentials = Credentials(emulator_credentials.api_key, Watched(None))
        async with connect_async(credentials, Environment.emulator(home.url), **options) as client:
            await client.call()

    asyncio.run(main())
    expected = (transport is not None) if offload is None else offload
    assert (threads != {threading.get_ident()}) is expected


def test_a_hook_cannot_send_it_elsewhere(home: Recorder, emulator_credentials: Credentials) -> None:
    """A request that a hook changes after signing is stopped before there is a connection."""

    async def change(request: httpx.Request) -> None:
        request.url = httpx.URL("http://127.0.0.1:1/taken")

    async def main() -> None:
        environment = Environment.emulator(home.url)
        async with connect_async(emulator_credentials, environment, transport="aiohttp") as client:
            client.http.event_hooks = {"request": [change]}
            with pytest.raises(OriginError, match="about to go on to"):
                await client.call()

    asyncio.run(main())
    assert home.requests == []


# --- proxies


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"HTTP_PROXY": "http://a:1", "HTTPS_PROXY": "b:2", "ALL_PROXY": "socks5://c:3"},
        {"HTTPS_PROXY": "http://a:1", "NO_PROXY": "example.com, .sub.test,localhost,127.0.0.1,10.0.0.0/8,::1,"},
        {"ALL_PROXY": "http://a:1", "NO_PROXY": "http://one.test,LocalHost,1.2.3"},
        {"ALL_PROXY": "http://a:1", "NO_PROXY": "x.test,*"},
        {"NO_PROXY": "x.test"},
    ],
)
def test_proxies_are_those_of_httpx(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Which proxy is for which URL is read from the environment as httpx reads it for its own transport."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = httpx.Client(verify=TRUSTS_NOBODY)
    theirs = {pattern.pattern: transport is not None for pattern, transport in client._mounts.items()}
    ours = proxies_of_environment(lambda url: url)
    assert {pattern: url is not None for pattern, url in ours.items()} == theirs
    assert {url for url in ours.values() if url is not None} <= {"http://a:1", "http://b:2", "socks5://c:3"}


def calling(credentials: Credentials, environment: Environment, **options: Any) -> int:
    """Call once over aiohttp."""

    async def main() -> int:
        async with connect_async(credentials, environment, transport="aiohttp", **options) as client:
            return (await client.call()).status_code

    return asyncio.run(main())


def test_a_proxy_of_the_environment(credentials: Credentials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS goes through the proxy that the environment names, in a tunnel, and NO_PROXY is heeded."""
    authority = make_authority(tmp_path, NAME)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    with (
        serve(tls=authority.server) as server,
        http_proxy({f"{NAME}:443": int(server.url.rpartition(":")[2])}) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:p%40ss@127.0.0.1:{proxy.port}")
        assert calling(credentials, environment) == 200
        (head,) = proxy.received
        assert head.startswith(f"CONNECT {NAME}:443 HTTP/1.1\r\n".encode())
        assert b"Proxy-Authorization: Basic dXNlcjpwQHNz\r\n" in head
        assert b"x-api-key" not in head.lower()
        assert "proxy-authorization" not in server.requests[0].headers
        monkeypatch.setenv("NO_PROXY", NAME)
        with pytest.raises(httpx.ConnectError):
            calling(credentials, environment, max_retries=0)
        assert proxy.connections == 1


def test_no_proxy_sees_a_request_to_loopback(
    home: Recorder, emulator_credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy named in the environment is not used for loopback."""
    with serve() as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert calling(emulator_credentials, Environment.emulator(home.url)) == 200
        assert (len(home.requests), proxy.requests) == (1, [])


def test_a_proxy_without_a_tunnel(home: Recorder, emulator_credentials: Credentials) -> None:
    """Plain http goes through a proxy as it is, with the proxy's own credentials beside ours."""
    names = {NAME: int(home.url.rpartition(":")[2])}
    with http_proxy(names) as proxy:
        auth = PartnerAuth(emulator_credentials, Environment.emulator(f"http://{NAME}"))
        request = httpx.Request("GET", f"http://{NAME}/x?")
        over_aiohttp(request, auth=auth, proxy=f"http://user:word@127.0.0.1:{proxy.port}")
        assert proxy.received[0].startswith(f"GET http://{NAME}/x? HTTP/1.1\r\n".encode())
    assert home.requests[0].headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"


def test_a_socks_proxy(home: Recorder, emulator_credentials: Credentials) -> None:
    """Through SOCKS, which aiohttp does not speak, requests go all the same: over httpx's own transport."""
    pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    with socks_proxy({f"{NAME}:80": int(home.url.rpartition(":")[2])}) as proxy:
        auth = make_auth(emulator_credentials, Environment.emulator(f"http://{NAME}"))
        url = f"socks5://127.0.0.1:{proxy.port}"
        (answer,) = over_aiohttp(httpx.Request("GET", f"http://{NAME}/"), auth=auth, proxy=url)
        assert (answer.status_code, len(proxy.received)) == (200, 1)


# --- feeds


def test_feeds_come_over_httpx() -> None:
    """A feed of a client that goes over aiohttp is opened, brings its messages, and is closed with the client."""
    from qredo_partner_v1_1 import AsyncClient

    async def main(emulator: Emulator) -> Any:
        async with connect(AsyncClient, emulator.credentials, emulator.environment, transport="aiohttp") as client:
            await client.asset.get_all()
            messages: Any = feed(
                client, "wallets", on_gap=lambda gap: emulator.control.publish("wallets", {"type": "x"})
            )
            async with messages:
                return await anext(messages)

    with Emulator() as emulator:
        assert asyncio.run(main(emulator)).to_dict()["type"] == "x"
