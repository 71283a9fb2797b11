"""The guard against hops that httpx makes below the auth: where it sees them, and where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketSession, aconnect_ws, connect_ws
from qredo_emulator import Emulator
from qredo_signing import AiohttpTransport, Credentials, Environment, KeyKind, OriginError, PartnerAuth

from ..doubles import WORKSPACE, AnyCredentials, Recorder, connect_async, connect_sync, make_auth, serve
from .networks import Listener, foreign_server, http2_server, http_proxy, socks_proxy
from .sending import MODES, TRUSTS_NOBODY, make_async_http, send
from .token_service import jwt

NAME = "api.custody.test"


@pytest.fixture(name="mode", params=MODES)
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="foreign")
def _foreign() -> Iterator[Listener]:
    """Another server, which must not hear of us."""
    with foreign_server() as server:
        yield server
        assert (server.connections, server.received) == (0, [])


@pytest.fixture(name="home")
def _home(foreign: Listener) -> Iterator[Recorder]:
    """The environment's server, which redirects `/go` to the other one."""
    location = f"http://localhost:{foreign.port}/taken"
    with serve(lambda seen: (307, {"location": location}, b"") if seen.path.endswith("/go") else OK) as server:
        yield server


OK: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")


def requests(mode: str, auth: PartnerAuth | None, *requests: httpx.Request, **options: Any) -> list[httpx.Response]:
    """Send requests one after the other through one client that follows redirects."""
    options = {"auth": auth, "follow_redirects": True, "verify": TRUSTS_NOBODY, **options}
    if mode == "sync":
        with httpx.Client(**options) as http:
            return [http.send(request) for request in requests]

    async def main() -> list[httpx.Response]:
        async with make_async_http(mode, **options) as http:
            return [await http.send(request) for request in requests]

    return asyncio.run(main())


def tracer(mode: str, events: list[str]) -> Callable[[str, Any], Any]:
    """A `trace` of the user's own."""

    async def atrace(event: str, info: Any) -> None:
        events.append(event)

    return (lambda event, info: events.append(event)) if mode == "sync" else atrace


def test_a_trace_of_the_users(mode: str, home: Recorder, emulator_credentials: Credentials) -> None:
    """A trace that the caller had set is called as before, once for each event however often the request is sent."""
    plain: list[str] = []
    requests(mode, None, httpx.Request("GET", home.url, extensions={"trace": tracer(mode, plain)}))
    events: list[str] = []
    request = httpx.Request("GET", home.url, extensions={"trace": tracer(mode, events)})
    auth = PartnerAuth(emulator_credentials, Environment.emulator(home.url))
    requests(mode, auth, request)
    requests(mode, auth, request)
    assert events == plain * 2
    assert "http11.send_request_headers.started" in plain


def test_another_way_for_the_next_attempt(mode: str, home: Recorder, emulator_credentials: Credentials) -> None:
    """A request that was sent before may take another way, such as a proxy, when it is sent again."""
    auth = PartnerAuth(emulator_credentials, Environment.emulator(f"http://{NAME}"))
    request = httpx.Request("GET", f"http://{NAME}/")
    for _ in range(2):
        with http_proxy({NAME: int(home.url.rpartition(":")[2])}) as proxy:
            (response,) = requests(mode, auth, request, proxy=f"http://127.0.0.1:{proxy.port}")
            assert (response.status_code, len(proxy.received)) == (200, 1)


@pytest.mark.parametrize("way", ["bare", "connect"])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_no_proxy_before_loopback(
    scheme: str, way: str, mode: str, home: Recorder, either_real_credentials: AnyCredentials
) -> None:
    """A proxy is told nothing of a request in plain http to loopback: it would see the API key."""
    if scheme == "socks5":
        pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    environment = Environment.custom(home.url, key_kind=KeyKind.LIVE)
    with (http_proxy if scheme == "http" else socks_proxy)({}) as proxy:
        options = {"proxy": f"{scheme}://127.0.0.1:{proxy.port}"}
        with pytest.raises(OriginError, match=r"would see the API key .*Add the host to NO_PROXY"):
            send(way, mode, either_real_credentials, environment, home.url, http_options=options)
        assert proxy.received == []
    assert home.requests == []


def test_no_open_connection_to_a_proxy_before_loopback(
    mode: str, home: Recorder, emulator_credentials: Credentials
) -> None:
    """The same where the client has a connection to the proxy already, and for the name of loopback."""
    url = home.url.replace("127.0.0.1", "localhost")
    with http_proxy({url.removeprefix("http://"): int(url.rpartition(":")[2])}) as proxy:

        async def main() -> None:
            async with make_async_http(mode, proxy=f"http://127.0.0.1:{proxy.port}", verify=TRUSTS_NOBODY) as http:
                assert (await http.get(url)).status_code == 200
                with pytest.raises(OriginError, match="to go to a proxy, which would see the API key"):
                    await http.get(url, auth=auth)

        auth = PartnerAuth(emulator_credentials, Environment.emulator(url))
        if mode == "sync":
            with httpx.Client(proxy=f"http://127.0.0.1:{proxy.port}", verify=TRUSTS_NOBODY) as http:
                assert http.get(url).status_code == 200
                with pytest.raises(OriginError, match="to go to a proxy, which would see the API key"):
                    http.get(url, auth=auth)
        else:
            asyncio.run(main())
        assert len(proxy.received) == 1


def test_nobody_is_connected_to(mode: str, home: Recorder, emulator_credentials: Credentials) -> None:
    """The hop ends before the other server's name is looked up."""
    events: list[str] = []
    request = httpx.Request("GET", home.url + "/go", extensions={"trace": tracer(mode, events)})
    with pytest.raises(OriginError):
        requests(mode, PartnerAuth(emulator_credentials, Environment.emulator(home.url)), request)
    assert events.count("connection.connect_tcp.started") == (0 if mode == "aiohttp" else 1)  # which tells less
    assert events.count("http11.send_request_headers.started") == 1


def test_a_connection_that_is_open_already(mode: str, emulator_credentials: Credentials) -> None:
    """The hop is refused also over a connection that is there; the error names that server, whatever the path says."""
    location = "/taken?next=http://127.0.0.1/"
    with serve() as other, serve(lambda seen: (307, {"location": other.url + location}, b"")) as home:
        auth = PartnerAuth(emulator_credentials, Environment.emulator(home.url))

        async def main() -> None:
            async with make_async_http(mode, follow_redirects=True) as http:
                await http.get(other.url)
                with pytest.raises(OriginError, match=rf"about to go on to {other.url},"):
                    await http.get(home.url, auth=auth)
                await http.get(other.url)

        if mode != "sync":
            asyncio.run(main())
        else:
            with httpx.Client(follow_redirects=True) as http:
                http.get(other.url)
                with pytest.raises(OriginError, match=rf"about to go on to {other.url},"):
                    http.get(home.url, auth=auth)
                http.get(other.url)
        assert [seen.path for seen in other.requests] == ["/", "/"]


def test_the_client_works_on(mode: str, home: Recorder, emulator_credentials: Credentials) -> None:
    """After a refused hop the same client sends the next request over the connection that it has."""
    auth = PartnerAuth(emulator_credentials, Environment.emulator(home.url))

    async def main() -> None:
        async with make_async_http(mode, auth=auth, follow_redirects=True, verify=TRUSTS_NOBODY) as http:
            for _ in range(3):
                with pytest.raises(OriginError):
                    await http.get(home.url + "/go")
                assert (await http.get(home.url)).status_code == 200

    if mode != "sync":
        asyncio.run(main())
        return
    with httpx.Client(auth=auth, follow_redirects=True, verify=TRUSTS_NOBODY) as http:
        for _ in range(3):
            with pytest.raises(OriginError):
                http.get(home.url + "/go")
            assert http.get(home.url).status_code == 200


def giving_tokens(handle: Callable[[httpx.Request], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    """Handle calls, and give a token to those that ask for one."""

    def give(request: httpx.Request) -> httpx.Response:
        is_for_token = request.url.path.endswith(f"/{WORKSPACE}/token")
        return httpx.Response(200, json={"token": jwt(exp=4102444800)}) if is_for_token else handle(request)

    return give


def test_a_url_changed_after_signing(mode: str, foreign: Listener, any_real_credentials: AnyCredentials) -> None:
    """A request hook, which httpx runs after the auth, cannot send what was signed to another server either."""

    def change(request: httpx.Request) -> None:
        request.url = httpx.URL(f"http://127.0.0.1:{foreign.port}/taken")

    async def achange(request: httpx.Request) -> None:
        change(request)

    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    hooks = {"request": [change if mode == "sync" else achange]}
    for way in ("bare", "connect"):
        with http_proxy({}) as proxy:
            options = {"event_hooks": hooks, "proxy": f"http://127.0.0.1:{proxy.port}"}
            with pytest.raises(OriginError, match=str(foreign.port)):
                send(way, mode, any_real_credentials, environment, f"https://{NAME}/", http_options=options)
            assert proxy.received == []


def test_a_url_changed_by_a_hook_before_loopback(
    mode: str, foreign: Listener, home: Recorder, either_real_credentials: AnyCredentials
) -> None:
    """Where the origin is in plain http on loopback, the error of a changed URL does not call its target a proxy."""

    def change(request: httpx.Request) -> None:
        request.url = httpx.URL(f"http://127.0.0.1:{foreign.port}/taken")

    async def achange(request: httpx.Request) -> None:
        change(request)

    environment = Environment.custom(home.url, key_kind=KeyKind.LIVE)
    options = {"event_hooks": {"request": [change if mode == "sync" else achange]}}
    for way in ("bare", "connect"):
        with pytest.raises(OriginError, match=rf"^(?!.*the proxy \d).*127\.0\.0\.1:{foreign.port},.* change"):
            send(way, mode, either_real_credentials, environment, home.url, http_options=options)
    assert (foreign.received, home.requests) == ([], [])


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_proxies(scheme: str, mode: str, home: Recorder, foreign: Listener, emulator_credentials: Credentials) -> None:
    """Through a forward proxy or SOCKS a signed request arrives; the hop is refused before the proxy can pass it on."""
    if scheme == "socks5":
        pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    names = {f"{NAME}:80": int(home.url.rpartition(":")[2]), f"localhost:{foreign.port}": foreign.port}
    names[NAME] = names[f"{NAME}:80"]
    environment = Environment.emulator(f"http://{NAME}")
    with (http_proxy if scheme == "http" else socks_proxy)(names) as proxy:
        options = {"proxy": f"{scheme}://127.0.0.1:{proxy.port}"}
        assert send("bare", mode, emulator_credentials, environment, f"http://{NAME}/", http_options=options)
        with pytest.raises(OriginError, match=f"localhost:{foreign.port}"):
            send("bare", mode, emulator_credentials, environment, f"http://{NAME}/go", http_options=options)
        assert len(proxy.received) == 2
    assert [seen.path.removeprefix(f"http://{NAME}") for seen in home.requests] == ["/", "/go"]


def test_a_proxy_for_the_other_server_only(
    mode: str, home: Recorder, foreign: Listener, emulator_credentials: Credentials
) -> None:
    """Where only the hop would take a proxy, that proxy is not connected to."""
    make: Any = {"sync": httpx.HTTPTransport, "async": httpx.AsyncHTTPTransport, "aiohttp": AiohttpTransport}[mode]
    with http_proxy({}) as proxy:
        mounts = {"all://localhost": make(proxy=f"http://127.0.0.1:{proxy.port}", verify=TRUSTS_NOBODY)}
        request = httpx.Request("GET", home.url + "/go")
        auth = PartnerAuth(emulator_credentials, Environment.emulator(home.url))
        with pytest.raises(OriginError):
            requests(mode, auth, request, mounts=mounts)
        assert proxy.connections == 0


def test_a_feed_through_socks(mode: str, foreign: Listener, either_real_credentials: AnyCredentials) -> None:
    """A wss feed through a SOCKS proxy is refused: httpcore would send its credentials unencrypted."""
    pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    with serve() as server, socks_proxy({f"{NAME}:443": int(server.url.rpartition(":")[2])}) as proxy:
        options = {"proxy": f"socks5://127.0.0.1:{proxy.port}"}
        with pytest.raises(OriginError, match="does not encrypt a wss feed through a SOCKS proxy"):
            send("bare", mode, either_real_credentials, environment, f"wss://{NAME}/feed", http_options=options)
        assert server.requests == []


def test_a_wss_request_of_a_connected_client_through_socks(
    either_real_credentials: AnyCredentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for a request that is made by hand and sent by a client of `connect`, which finds the proxy itself."""
    pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    with serve() as server, socks_proxy({f"{NAME}:443": int(server.url.rpartition(":")[2])}) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
        with (
            connect_sync(either_real_credentials, environment) as client,
            pytest.raises(OriginError, match="does not encrypt a wss feed through a SOCKS proxy"),
        ):
            client.send(client.http.build_request("GET", f"wss://{NAME}/feed"))
        assert server.requests == []


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_http2(mode: str, foreign: Listener, emulator_credentials: Credentials) -> None:
    """Over HTTP/2 the hop is refused as well, and the connection to the environment goes on working."""
    pytest.importorskip("h2", reason="needs h2 (httpx[http2])")

    def answer(headers: dict[str, str]) -> list[tuple[str, str]]:
        assert "x-sign" in headers
        if headers[":path"] != "/go":
            return [(":status", "200")]
        return [(":status", "307"), ("location", f"http://127.0.0.1:{foreign.port}/taken")]

    with http2_server(answer) as home:
        url = f"http://127.0.0.1:{home.port}"
        auth = PartnerAuth(emulator_credentials, Environment.emulator(url))
        with httpx.Client(auth=auth, http1=False, http2=True, follow_redirects=True) as http:
            for _ in range(2):
                assert http.get(url + "/").http_version == "HTTP/2"
                with pytest.raises(OriginError, match=str(foreign.port)):
                    http.get(url + "/go")
        assert home.received == [b"/", b"/go", b"/", b"/go"]
        options = {"http1": False, "http2": True}
        with pytest.raises(OriginError, match=str(foreign.port)):
            send("bare", mode, emulator_credentials, Environment.emulator(url), url + "/go", http_options=options)


@pytest.mark.parametrize(
    ("feed", "path", "message"),
    [
        ("wallets", "/qredo_partner_v1_1/api/v1/p/wallets/feed", {"type": "wallet"}),
        ("transactions", "/qredo_v1/qapi/v1/transactions/feed", {"txID": "t", "status": "approved"}),
    ],
    ids=["rsa", "hmac"],
)
def test_signed_feeds_open(feed: str, path: str, message: Any, mode: str) -> None:
    """The handshake of a signed feed goes through a client with its auth, and messages arrive."""
    with Emulator() as emulator:
        url = emulator.url.replace("http", "ws", 1) + path
        credentials = emulator.credentials if feed == "wallets" else emulator.hmac_credentials
        auth = make_auth(credentials, emulator.environment)

        socket: WebSocketSession

        async def main() -> Any:
            socket: AsyncWebSocketSession
            async with make_async_http(mode, auth=auth) as http, aconnect_ws(url, http) as socket:
                assert emulator.control.publish(feed, message) == 1
                return await socket.receive_json()

        if mode != "sync":
            assert asyncio.run(main()) == message
            return
        with httpx.Client(auth=auth) as http, connect_ws(url, http) as socket:
            assert emulator.control.publish(feed, message) == 1
            assert socket.receive_json() == message


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_transport_that_knows_no_trace(mode: str, any_real_credentials: AnyCredentials) -> None:
    """Where the transport ignores the guard, the hop cannot be stopped; the answer is an error that says so."""
    arrived: list[httpx.URL] = []

    def handle(request: httpx.Request) -> httpx.Response:
        arrived.append(request.url)
        if request.url.path != "/x":
            return httpx.Response(200)
        return httpx.Response(302, headers={"location": "https://evil.test/taken?token=planted"})

    options = {"transport": httpx.MockTransport(giving_tokens(handle))}
    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    with pytest.raises(OriginError, match=r"redirected to https://evil\.test and went there WITH its cred") as caught:
        send("bare", mode, any_real_credentials, environment, f"https://{NAME}/x", http_options=options)
    assert "planted" not in str(caught.value)
    assert [url.host for url in arrived] == [NAME, "evil.test"]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_there_and_back(mode: str, any_real_credentials: AnyCredentials) -> None:
    """The error comes also when the other server sent the request back to the environment's."""
    hops = {"/x": "https://evil.test/y", "/y": f"https://{NAME}/z"}

    def handle(request: httpx.Request) -> httpx.Response:
        location = hops.get(request.url.path)
        return httpx.Response(302, headers={"location": location}) if location else httpx.Response(200)

    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    options = {"transport": httpx.MockTransport(giving_tokens(handle))}
    with pytest.raises(OriginError, match=r"redirected to https://evil\.test and"):
        send("bare", mode, any_real_credentials, environment, f"https://{NAME}/x", http_options=options)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_transport_given_to_connect(mode: str, any_real_credentials: AnyCredentials) -> None:
    """If a hook moves a signed request and the transport ignores `trace`, the other server does not get the API key."""
    arrived: list[httpx.URL] = []

    def handle(request: httpx.Request) -> httpx.Response:
        arrived.append(request.url)
        return httpx.Response(200)

    def change(request: httpx.Request) -> None:
        request.url = httpx.URL("https://evil.test/")

    async def achange(request: httpx.Request) -> None:
        change(request)

    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    transport = httpx.MockTransport(giving_tokens(handle))

    async def main() -> None:
        async with connect_async(any_real_credentials, environment, transport=transport) as client:
            await client.call()
            client.http.event_hooks = {"request": [achange]}
            with pytest.raises(OriginError, match=r"about to go on to https://evil\.test,"):
                await client.call()

    if mode == "async":
        asyncio.run(main())
    else:
        with connect_sync(any_real_credentials, environment, transport=transport) as client:
            client.call()
            client.http.event_hooks = {"request": [change]}
            with pytest.raises(OriginError, match=r"about to go on to https://evil\.test,"):
                client.call()
    assert [url.host for url in arrived] == [NAME]


@pytest.mark.parametrize("name", ["target", "sni_hostname"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_extension_added_after_signing(name: str, mode: str, any_real_credentials: AnyCredentials) -> None:
    """A hook cannot make a transport ask for another place, or accept another server's certificate, after signing."""
    arrived: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        arrived.append(request.url.path)
        return httpx.Response(200)

    def change(request: httpx.Request) -> None:
        request.extensions[name] = b"/other" if name == "target" else "evil.test"

    async def achange(request: httpx.Request) -> None:
        change(request)

    environment = Environment.custom(f"https://{NAME}", key_kind=KeyKind.LIVE)
    transport = httpx.MockTransport(giving_tokens(handle))

    async def main() -> None:
        async with connect_async(any_real_credentials, environment, transport=transport) as client:
            client.http.event_hooks = {"request": [achange]}
            with pytest.raises(OriginError, match=f"another place, by the '{name}' extension"):
                await client.call()

    if mode == "async":
        asyncio.run(main())
    else:
        with connect_sync(any_real_credentials, environment, transport=transport) as client:
            client.http.event_hooks = {"request": [change]}
            with pytest.raises(OriginError, match=f"another place, by the '{name}' extension"):
                client.call()
    assert arrived == []


@pytest.mark.parametrize("way", ["bare", "connect"])
@pytest.mark.parametrize("name", ["target", "sni_hostname"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_extension_added_by_a_hook_of_your_client(
    mode: str, name: str, way: str, home: Recorder, either_real_credentials: AnyCredentials
) -> None:
    """The same for a client of yours: nothing is sent over a connection that httpcore made by such an extension."""

    def change(request: httpx.Request) -> None:
        request.extensions[name] = b"/other" if name == "target" else "evil.test"

    async def achange(request: httpx.Request) -> None:
        change(request)

    options = {"event_hooks": {"request": [change if mode == "sync" else achange]}}
    environment = Environment.custom(home.url, key_kind=KeyKind.LIVE)
    with pytest.raises(OriginError, match=f"another place, by the '{name}' extension"):
        send(way, mode, either_real_credentials, environment, home.url, http_options=options)
    assert home.requests == []


def test_a_transport_that_tries_to_connect_again(emulator_credentials: Credentials) -> None:
    """A connection that fails is httpx's error, also where the transport of the user tries to connect again."""
    auth = PartnerAuth(emulator_credentials, Environment.emulator("http://127.0.0.1:1"))
    with pytest.raises(httpx.ConnectError):
        requests("sync", auth, httpx.Request("GET", "http://127.0.0.1:1"), transport=httpx.HTTPTransport(retries=1))
