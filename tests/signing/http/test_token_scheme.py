"""The token scheme: got with an HMAC, refreshed at half of its life and after a 401, once for all who need it."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import (
    ConfigurationError,
    Environment,
    EnvironmentMismatchError,
    KeyKind,
    OriginError,
    OutcomeUnknownError,
    RedirectError,
    TokenAuth,
    TokenError,
    connect,
    sign_hmac,
)
from qredo_signing._signature.workspace_token import read_token

from ..doubles import Seen, serve
from .hostile_responses import RESPONSES
from .networks import Listener, foreign_server, listen
from .test_ends_of_calls import saying
from .test_handed_out import Thief, end_of
from .test_redirect_matrix import ELSEWHERE, fill
from .token_service import BASE, KEY, WORKSPACE, AsyncTokenDummy, Clock, TokenDummy, TokenService, jwt

PATH = f"/workspaces/{WORKSPACE}/policies"
HOME = Environment.custom("https://gateway.test", key_kind=KeyKind.LIVE, base_path=BASE)
MODES = ["sync", "async", "trio"]


class Calls:
    """Calls through a client of one mode, over `httpx.MockTransport`.

    Attributes:
        clock: The monotonic clock of the scheme.
        kept: The responses.
    """

    def __init__(
        self,
        mode: str,
        service: Callable[[httpx.Request], httpx.Response],
        clock: Clock | None = None,
        kept: list[httpx.Response] | None = None,
    ) -> None:
        self.mode, self.service = mode, service
        self.kept = [] if kept is None else kept
        self.auth = TokenAuth(KEY, HOME, workspace_id=WORKSPACE, base_path=BASE, monotonic=clock or Clock())

    def __call__(self, *steps: Callable[[], object] | str, method: str = "GET") -> list[int]:
        """Make a call for each path, and do each function in between; return the statuses."""
        transport = httpx.MockTransport(self.service)
        if self.mode == "sync":
            statuses = []
            with httpx.Client(transport=transport, auth=self.auth, base_url=f"{HOME.origin}{BASE}") as http:
                for step in steps:
                    if callable(step):
                        step()
                    else:
                        self.kept.append(http.request(method, step))
                        statuses.append(self.kept[-1].status_code)
            return statuses

        async def main() -> list[int]:
            statuses = []
            async with httpx.AsyncClient(transport=transport, auth=self.auth, base_url=f"{HOME.origin}{BASE}") as http:
                for step in steps:
                    if callable(step):
                        step()
                    else:
                        self.kept.append(await http.request(method, step))
                        statuses.append(self.kept[-1].status_code)
            return statuses

        return anyio.run(main, backend="trio" if self.mode == "trio" else "asyncio")


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Each way to call."""
    name: str = request.param
    return name


def after(clock: Clock, seconds: float) -> Callable[[], None]:
    """Let time pass."""

    def step() -> None:
        clock.time += seconds

    return step


def test_one_token_serves_many_calls(mode: str) -> None:
    """The first call gets a token with an HMAC; the calls after it carry that token."""
    service = TokenService()
    assert Calls(mode, service)(PATH, "/actions/1", "/workspaces") == [200] * 3
    assert service.log == ["get", "call 1", "call 1", "call 1"]


def test_a_token_is_refreshed_after_half_of_its_life(mode: str) -> None:
    """Not before half of its life, and then by the token; by the secret where it has ended."""
    service, clock = TokenService(life=3600), Clock()
    calls = Calls(mode, service, clock)
    assert calls(PATH, after(clock, 1790), PATH, after(clock, 20), PATH, PATH, after(clock, 4000), PATH) == [200] * 5
    assert service.log == ["get", "call 1", "call 1", "refresh", "call 2", "call 2", "get", "call 3"]


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), httpx.Response(401), httpx.Response(200, json={"token": ""}), httpx.Response(302)]
)
def test_a_refresh_that_fails_is_replaced(mode: str, answer: httpx.Response) -> None:
    """Where `/token/refresh` gives no token, one is got with the secret."""
    service, clock = TokenService(), Clock()
    service.answer = lambda kind: answer if kind == "refresh" else None
    assert Calls(mode, service, clock)(PATH, after(clock, 1900), PATH) == [200, 200]
    assert service.log == ["get", "call 1", "refresh", "get", "call 3"]


def test_a_good_token_outlives_a_service_that_gives_none(mode: str) -> None:
    """While the old token is good, a failed refresh fails no call, and is not tried for every call."""
    service, clock = TokenService(), Clock()
    calls = Calls(mode, service, clock)

    def down() -> None:
        service.answer = lambda kind: httpx.Response(503)

    assert calls(PATH, down, after(clock, 1900), PATH, PATH, PATH, after(clock, 31), PATH) == [200] * 5
    assert service.log == [
        "get",
        "call 1",
        *["refresh", "get", "call 1", "call 1", "call 1"],
        "refresh",
        "get",
        "call 1",
    ]
    with pytest.raises(TokenError, match=r"the service gave no token \(HTTP 503\), so the call was not sent") as caught:
        calls(after(clock, 3600), PATH)
    assert caught.value.status_code == 503
    assert service.count("call") == 5


def test_a_network_error_costs_one_call_at_most(mode: str) -> None:
    """A connection that fails during an early refresh ends that call, unsent; the next go on with the old token."""
    service, clock = TokenService(), Clock()
    calls = Calls(mode, service, clock)

    def lost(kind: str) -> httpx.Response | None:
        raise httpx.ConnectError("lost")

    def break_off() -> None:
        service.answer = lost

    with pytest.raises(httpx.ConnectError):
        calls(PATH, break_off, after(clock, 1900), PATH)
    assert calls(PATH, PATH) == [200, 200]
    assert service.log == ["get", "call 1", "refresh", "call 1", "call 1"]


def test_a_refused_token_is_replaced_once(mode: str) -> None:
    """After a 401 another token is got, and the request is sent again; a second 401 is the caller's."""
    service = TokenService()
    calls = Calls(mode, service)
    assert calls(PATH, service.revoke, PATH) == [200, 200]
    assert service.log == ["get", "call 1", "call None", "get", "call 2"]
    service.log.clear()
    refusing = Calls(mode, lambda request: service(request) if "token" in request.url.path else httpx.Response(401))
    assert refusing(PATH) == [401]
    assert service.log == ["get", "get"]


@pytest.mark.parametrize("skew", [-1800.0, 1800.0])
def test_no_clock_of_this_machine_decides_how_long_a_token_lasts(mode: str, skew: float) -> None:
    """The life is `exp` minus the service's Date, and the one HMAC is corrected where its timestamp was refused."""
    service, clock = TokenService(life=3600), Clock()
    service.skew = skew
    assert Calls(mode, service, clock)(PATH, after(clock, 1790), PATH, after(clock, 20), PATH) == [200, 200, 200]
    assert service.log == ["get", "get", "call 2", "call 2", "refresh", "call 3"]


@pytest.mark.parametrize("end", ["response", "refused", "error", "redirect", "no token"])
def test_no_token_is_reachable_from_what_a_call_ends_with(mode: str, end: str) -> None:
    """httpx keeps the responses that brought a token in the history of the next one, but without their bodies."""
    service = TokenService()
    sent = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.extend(request.headers[name] for name in ("x-token", "qredo-api-signature") if name in request.headers)
        if request.url.path.endswith("/token"):
            if end == "redirect":
                return httpx.Response(302, headers={"location": "https://elsewhere.test/"})
            return httpx.Response(401, json=dict(request.headers)) if end == "no token" else service(request)
        if end == "error":
            raise httpx.ReadError("lost", request=request)
        return httpx.Response(401) if end == "refused" else service(request)

    responses = list[httpx.Response]()
    calls = Calls(mode, answer, kept=responses)
    found = end_of(lambda: calls(PATH))
    assert sent
    thief = Thief(KEY.api_key, *sent, *service.tokens)
    thief.look(end, [found, *responses])
    while isinstance(found, BaseException):
        for frame, _ in traceback.walk_tb(found.__traceback__):
            if frame.f_globals["__name__"].startswith("httpx"):
                thief.look(end, [each for each in frame.f_locals.values() if isinstance(each, httpx.Response | list)])
        found = found.__cause__
    assert sorted(set(thief.found)) == []


def test_another_workspace_is_refused(mode: str) -> None:
    """A path that names another workspace than the token's is not sent, however it is written."""
    service = TokenService()
    calls = Calls(mode, service)
    for path in (
        "/workspaces/other/policies",
        "/workspaces/2ZDgLmOIYRLFXx1RtNYfF3Va7nv",
        "/x/workspaces/%41",
        "/%77orkspaces/other",
        f"/workspaces/{WORKSPACE}/%2e%2E/other",
        f"/workspaces/{WORKSPACE}/x%2F..%2F..%2Fother",
    ):
        with pytest.raises(TokenError, match=rf"but the token is for '{WORKSPACE}'|to another workspace\. Nothing"):
            calls(path)
    assert service.log == []
    assert calls(f"/workspaces/%32{WORKSPACE[1:]}/policies") == [200]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, b"", r"HTTP 401\), so the call was not sent. Check API key, API secret and workspace_id"),
        (404, b"{}", r"HTTP 404\).*Check workspace_id"),
        (302, b"", r"HTTP 302\)"),
        (500, b"not JSON", r"HTTP 500\)"),
        (200, b"not JSON", "has none that can be used"),
        (200, b"[]", "has none that can be used"),
        (200, b'{"token": 5}', "has none that can be used"),
        (200, b'{"token": "two words"}', "has none that can be used"),
        (200, b'{"token": "a\\r\\nx-evil: 1"}', "has none that can be used"),
        (200, b"[" * 100_000, "has none that can be used"),
    ],
)
def test_no_token_no_call(mode: str, status: int, body: bytes, words: str) -> None:
    """Whatever comes in place of a token, the call is not sent, and nothing of the response is in the error."""
    service = TokenService()
    service.answer = lambda kind: httpx.Response(status, content=body, headers={"location": "https://evil.test/"})
    with pytest.raises(TokenError, match=words) as caught:
        Calls(mode, service)(PATH, method="POST")
    assert service.count("call") == 0
    assert "evil" not in "".join(traceback.format_exception(caught.value))
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (str(copied), copied.status_code) == (str(caught.value), caught.value.status_code)


@pytest.mark.parametrize("text", ["opaque", "a.b.c", jwt(), jwt(exp="soon"), jwt(exp=True), "a.b.c.d"])
def test_a_token_without_an_end_is_used_until_it_is_refused(mode: str, text: str) -> None:
    """A token whose end cannot be read is never refreshed early, and replaced after a 401."""
    service, clock = TokenService(), Clock()
    service.answer = lambda kind: httpx.Response(200, json={"token": text})

    def take(request: httpx.Request) -> httpx.Response:
        return service(request) if request.url.path.endswith("token") else httpx.Response(200)

    assert Calls(mode, take, clock)(PATH, after(clock, 1e9), PATH) == [200, 200]
    assert service.log == ["get"]


@given(st.floats(-1e17, 1e17), st.floats(0, 1e10), st.floats(0, 1e9))
def test_the_life_of_a_token(exp: float, date: float, now: float) -> None:
    """A token is due after half of `exp - date`, and ends after all of it, counted from when it was asked for."""
    token = read_token(json.dumps({"token": jwt(exp=exp)}).encode(), date, now)
    assert token is not None
    assert (token.due, token.end) == (now + (exp - date) / 2, now + (exp - date))
    assert not token.is_usable(token.end)
    assert repr(token) == "<WorkspaceToken>"


@given(st.binary(max_size=60))
def test_any_body_is_read(body: bytes) -> None:
    """Reading a token raises nothing, whatever the body is."""
    assert read_token(body, 0.0, 0.0) is None
    read_token(json.dumps({"token": f"a.{body.hex()}.c"}).encode(), 0.0, 0.0)


# ----- many at once


@pytest.mark.parametrize("revoked", [False, True])
def test_a_hundred_threads_get_one_token(revoked: bool) -> None:
    """Threads that need a token at once get one, and wait for it; also after the service has refused the last."""
    service = TokenService()
    service.delay = 0.05
    auth = TokenAuth(KEY, HOME, workspace_id=WORKSPACE, base_path=BASE)
    with httpx.Client(transport=httpx.MockTransport(service), auth=auth) as http:
        if revoked:
            http.get(f"{HOME.origin}{BASE}{PATH}")
            service.revoke()
            service.log.clear()
        with ThreadPoolExecutor(100) as pool:
            statuses = list(pool.map(lambda _: http.get(f"{HOME.origin}{BASE}{PATH}").status_code, range(100)))
    assert statuses == [200] * 100
    assert (service.count("get"), service.count("refresh")) == (1, 0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_hundred_tasks_get_one_token(backend: str) -> None:
    """Tasks that need a token at once get one; a hundred across a refresh make one refresh, and no 401 is seen."""
    service, clock = TokenService(), Clock()
    statuses: list[int] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        await anyio.sleep(0.02)
        return service(request)

    async def main() -> None:
        auth = TokenAuth(KEY, HOME, workspace_id=WORKSPACE, base_path=BASE, monotonic=clock)
        async with httpx.AsyncClient(transport=httpx.MockTransport(slow), auth=auth, timeout=30) as http:

            async def call() -> None:
                statuses.append((await http.get(f"{HOME.origin}{BASE}{PATH}")).status_code)

            for _ in range(2):
                async with anyio.create_task_group() as group:
                    for _ in range(100):
                        group.start_soon(call)
                clock.time += 1900

    anyio.run(main, backend=backend)
    assert statuses == [200] * 200
    assert (service.count("get"), service.count("refresh")) == (1, 1)


def test_threads_across_a_refresh_make_one() -> None:
    """A hundred calls in threads across half of a token's life make one refresh, and none of them gets a 401."""
    service, clock = TokenService(), Clock()
    auth = TokenAuth(KEY, HOME, workspace_id=WORKSPACE, base_path=BASE, monotonic=clock)
    with httpx.Client(transport=httpx.MockTransport(service), auth=auth) as http:
        http.get(f"{HOME.origin}{BASE}{PATH}")
        service.delay, clock.time = 0.05, clock.time + 1900
        with ThreadPoolExecutor(100) as pool:
            statuses = list(pool.map(lambda _: http.get(f"{HOME.origin}{BASE}{PATH}").status_code, range(100)))
    assert statuses == [200] * 100
    assert (service.count("get"), service.count("refresh"), service.count("call None")) == (1, 1, 0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_call_takes_nobody_along(backend: str) -> None:
    """If the call that asks for a token is cancelled, the next in line asks."""
    service = TokenService()
    started: list[anyio.Event] = []
    statuses: list[int] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token") and service.count("get") == 0:
            service.log.append("get")
            started[0].set()
            await anyio.sleep_forever()
        return service(request)

    async def main() -> None:
        started.append(anyio.Event())
        auth = TokenAuth(KEY, HOME, workspace_id=WORKSPACE, base_path=BASE)
        async with httpx.AsyncClient(transport=httpx.MockTransport(slow), auth=auth) as http:

            async def call() -> None:
                statuses.append((await http.get(f"{HOME.origin}{BASE}{PATH}")).status_code)

            async with anyio.create_task_group() as group:
                scope = anyio.CancelScope()

                async def cancelled() -> None:
                    with scope:
                        await call()

                group.start_soon(cancelled)
                await started[0].wait()
                for _ in range(5):
                    group.start_soon(call)
                await anyio.sleep(0.05)
                scope.cancel()

    anyio.run(main, backend=backend)
    assert statuses == [200] * 5
    assert service.count("get") == 2


def test_a_call_does_not_wait_longer_than_for_a_connection() -> None:
    """A call that waits for another's token gives up after its pool timeout, unsent."""
    service, entered, release = TokenService(), threading.Event(), threading.Event()

    def held(kind: str) -> None:
        entered.set()
        release.wait(10)

    service.answer = held
    auth = TokenAuth(KEY, HOME, workspace_id=WORKSPACE, base_path=BASE)
    url = f"{HOME.origin}{BASE}{PATH}"
    with httpx.Client(transport=httpx.MockTransport(service), auth=auth) as http, ThreadPoolExecutor(1) as pool:
        first = pool.submit(http.get, url)
        assert entered.wait(10)
        with pytest.raises(httpx.PoolTimeout, match="another call is getting the token"):
            http.get(url, timeout=httpx.Timeout(10, pool=0.05))
        release.set()
        assert first.result().status_code == 200
    assert service.count("get") == 1


# ----- through connect


@contextmanager
def running(service: TokenService) -> Iterator[tuple[Environment, Any]]:
    """The service behind a real server."""

    def answer(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        response = service.respond(seen.method, f"{recorder.url}{seen.path}", seen.headers, seen.body)
        return response.status_code, {"content-type": "application/json"}, response.content

    with serve(answer) as recorder:
        yield Environment.custom(recorder.url, key_kind=KeyKind.LIVE), recorder


@pytest.mark.parametrize("transport", [None, "aiohttp"])
def test_connect_async(transport: Any) -> None:
    """`connect` makes an async client of such an API, over either transport; calls at once share each new token."""
    service = TokenService()

    async def main(environment: Environment) -> list[int]:
        statuses = []
        async with connect(AsyncTokenDummy, KEY, environment, workspace_id=WORKSPACE, transport=transport) as client:
            for _ in range(3):
                batch = await asyncio.gather(*(client.call("GET", PATH) for _ in range(40)))
                statuses += [response.status_code for response in batch]
                service.revoke()
        return statuses

    with running(service) as (environment, _):
        assert asyncio.run(main(environment)) == [200] * 120
    assert (service.count("get"), service.count("refresh")) == (3, 0)


def test_connect_sync() -> None:
    """`connect` makes a sync client of such an API; the requests of its responses have no token."""
    service = TokenService()
    with (
        running(service) as (environment, recorder),
        connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE) as client,
    ):
        response = client.call("GET", PATH)
    assert response.status_code == 200
    assert [
        set(seen.headers) & {"x-token", "qredo-api-key", "qredo-api-signature", "qredo-api-timestamp"}
        for seen in recorder.requests
    ] == [{"qredo-api-key", "qredo-api-signature", "qredo-api-timestamp"}, {"x-token"}]
    assert "x-token" not in response.request.headers


def test_a_lost_token_request_is_no_unknown_outcome() -> None:
    """A change whose token could not be fetched was not sent: its error says so, and is not an unknown outcome."""
    service = TokenService()
    service.delay = 0.5
    with (
        running(service) as (environment, recorder),
        connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE, timeout=0.1, max_retries=0) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.call("POST", PATH)
    assert all(seen.path.endswith("/token") for seen in recorder.requests)


@pytest.mark.parametrize("kind", [httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError])
def test_a_lost_token_request_names_the_call_that_was_not_sent(kind: type[httpx.TransportError]) -> None:
    """If the request for a token is lost, the error names the operation and says that it was not sent."""

    def lose(request: httpx.Request) -> httpx.Response:
        raise kind("lost")

    with (
        connect(
            TokenDummy, KEY, HOME, workspace_id=WORKSPACE, transport=httpx.MockTransport(lose), max_retries=0
        ) as client,
        pytest.raises(httpx.TransportError, match=rf"^dummy\.call was not sent; .* failed: {kind.__name__}: lost$"),
    ):
        client.call("POST", PATH)


def test_a_closed_connection_of_a_token_request_names_the_call() -> None:
    """If the server closes the connection of the request for a token, the error names the operation, too."""
    with saying(b"") as port:
        environment = Environment.custom(f"http://127.0.0.1:{port}", key_kind=KeyKind.LIVE)
        told = r"dummy\.call was not sent; the request before it failed: "
        with (
            connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE, max_retries=0) as client,
            pytest.raises(httpx.TransportError, match=told),
        ):
            client.call("POST", PATH)


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 502 Bad Gateway\r\n\r\n"])
def test_a_proxy_in_front_of_a_token_request_is_named(reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a proxy opens no tunnel for the request for a token, the error names the proxy and the operation."""
    with saying(reply) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        told = rf"dummy\.call: no connection through the proxy 127\.0\.0\.1:{port} "
        with (
            connect(TokenDummy, KEY, HOME, workspace_id=WORKSPACE, max_retries=0) as client,
            pytest.raises(httpx.ConnectError, match=told),
        ):
            client.call("POST", PATH)


def test_a_lost_change_is_an_unknown_outcome() -> None:
    """Once the token is there, the call itself is judged as any other."""
    service = TokenService()

    def answer(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        if not seen.path.endswith("/token"):
            return 504, {}, b""
        response = service.respond(seen.method, f"{recorder.url}{seen.path}", seen.headers, seen.body)
        return response.status_code, {}, response.content

    with serve(answer) as recorder:
        environment = Environment.custom(recorder.url, key_kind=KeyKind.LIVE)
        with (
            connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE) as client,
            pytest.raises(OutcomeUnknownError),
        ):
            client.call("POST", PATH)


def test_production_is_where_this_api_is() -> None:
    """With PRODUCTION the client goes to the host of the v2 API, and its credentials go there only."""
    service = TokenService()
    with connect(
        TokenDummy, KEY, Environment.PRODUCTION, workspace_id=WORKSPACE, transport=httpx.MockTransport(service)
    ) as client:
        assert client.base_url == f"https://api-v2.qredo.network{BASE}"
        assert client.call("GET", PATH).status_code == 200
        client.base_url = f"https://api.qredo.network{BASE}"
        with pytest.raises(OriginError):
            client.call("GET", PATH)


@pytest.mark.parametrize(
    "environment", [Environment.SANDBOX, Environment.PLAY, Environment.PRODUCTION_TEST], ids=lambda value: value.name
)
@pytest.mark.filterwarnings("ignore::qredo_signing.DeprecatedEnvironmentWarning")
def test_there_is_no_sandbox(environment: Environment) -> None:
    """No environment but production's is taken for this API."""
    with pytest.raises(EnvironmentMismatchError, match=r"documents no server|choose the environment of that server"):
        connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE)


def test_a_description_cannot_choose_its_origin() -> None:
    """A client class whose server is elsewhere gets no credentials of PRODUCTION."""

    class Elsewhere(TokenDummy):
        SERVERS: ClassVar[Mapping[str, str]] = {"production": "https://api-v3.evil.test/api/v2"}

    with pytest.raises(EnvironmentMismatchError, match=r"is on https://api-v3\.evil\.test"):
        connect(Elsewhere, KEY, Environment.PRODUCTION, workspace_id=WORKSPACE)


def test_a_workspace_is_needed() -> None:
    """Without a workspace, with one that cannot stand in a path, and for an API without tokens, `connect` refuses."""
    untyped: Any = connect
    with pytest.raises(ConfigurationError, match="pass workspace_id="):
        untyped(TokenDummy, KEY, HOME)
    with pytest.raises(ConfigurationError, match="letters and digits"):
        untyped(TokenDummy, KEY, HOME, workspace_id="../x")
    with pytest.raises(TypeError, match="workspace_id must be str, got int"):
        untyped(TokenDummy, KEY, HOME, workspace_id=5)
    from ..doubles import HmacDummy

    with pytest.raises(ConfigurationError, match="leave out workspace_id="):
        untyped(HmacDummy, KEY, HOME, workspace_id=WORKSPACE)


def test_the_golden_signatures() -> None:
    """The HMAC of the request for a token is the published rule's: three signatures that were computed beforehand."""
    secret = b"$2a$04$ethku.q5kCreAahqXVysfuiSDrwlNU8He64NHiG4Z.1za/YJ/yHLK"
    url = "https://api-v2.qredo.network/api/v2/workspaces/2VsyH0ml1s6o7AthXYb80gNMAMr/token"
    assert sign_hmac(secret, "1696493005", "GET", url, b"") == "oQ5iAn83wVRuDryc6OfILtygISiTD5rl9v6dJ5w2OjI"
    assert sign_hmac(secret, "1703031309", "GET", url, b"") == "ZcZq4LJ7kUkujLg8x-UW1LDNua3tzryIH6thFVQ_p0I"
    signature = sign_hmac(
        secret, "1696493005", "POST", "https://api-v2.qredo.network/api/v2/workspaces", b'{"name":"my-workspace"}'
    )
    assert signature == "wUsGLy9szkt2qxxf1bNDg4sZCa0q5h4Sqbt0q_mqzUc"


def test_a_token_stays_in_the_process() -> None:
    """No token is in the repr of an auth, of its scheme or of a client; none can be pickled, and a copy is the same."""
    service = TokenService()
    calls = Calls("sync", service)
    calls(PATH)
    (token,) = service.tokens
    assert token not in repr(calls.auth) + repr(vars(calls.auth)) + repr(vars(calls.auth._schemes["qredo_token"]))
    kept = vars(calls.auth._schemes["qredo_token"])["_token"]
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(kept)
    assert copy.copy(kept) is copy.deepcopy(kept) is kept


# ----- redirects and other origins


@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("what", ["token", "call"])
@pytest.mark.parametrize("way", ["connect", "bare"])
def test_no_redirect_takes_a_token_along(name: str, what: str, way: str) -> None:
    """Neither the request for a token nor a call with one follows a redirect: the other server hears nothing."""
    service, statuses = TokenService(), [0]

    def answer(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        if seen.path.endswith("/token") == (what == "token"):
            return statuses[-1], {"location": fill(ELSEWHERE[name], home, foreign).encode().decode("latin-1")}, b""
        response = service.respond(seen.method, f"{home.url}{seen.path}", seen.headers, seen.body)
        return response.status_code, {}, response.content

    with foreign_server() as foreign, serve(answer) as home:
        environment = Environment.custom(home.url, key_kind=KeyKind.LIVE)
        for status in (301, 302, 303, 307, 308):
            home.requests.clear()
            statuses.append(status)
            with pytest.raises((OriginError, RedirectError, TokenError)):
                once(way, environment)
            assert len(home.requests) == (1 if what == "token" else 2)
        assert (foreign.connections, foreign.received) == (0, [])


def once(way: str, environment: Environment) -> None:
    """Call once, through `connect` or with the auth on a plain client that follows redirects."""
    if way == "connect":
        with connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE) as client:
            client.call("GET", PATH)
        return
    auth = TokenAuth(KEY, environment, workspace_id=WORKSPACE, base_path=BASE)
    with httpx.Client(auth=auth, follow_redirects=True) as http:
        http.get(f"{environment.origin}{BASE}{PATH}")


HOSTILE = [response for response in RESPONSES.values() if b"HTTP/1.1 101" not in response][::5]


def test_hostile_responses_in_place_of_a_token() -> None:
    """Whatever bytes come in place of a token, the call is not sent and fails with a documented error."""
    sent: list[bytes] = []

    def handle(connection: Any, listener: Listener) -> None:
        sent.append(connection.recv(65536))
        connection.sendall(HOSTILE[(len(sent) - 1) % len(HOSTILE)])

    with listen(handle) as server:
        environment = Environment.custom(f"http://127.0.0.1:{server.port}", key_kind=KeyKind.LIVE)
        for _ in HOSTILE:
            with (
                connect(TokenDummy, KEY, environment, workspace_id=WORKSPACE, max_retries=0, timeout=5) as client,
                pytest.raises((TokenError, RedirectError, OriginError, httpx.TransportError)),
            ):
                client.call("POST", PATH)
    assert len(sent) >= len(HOSTILE)
    assert all(b"/token HTTP/1.1" in request.partition(b"\r\n")[0] for request in sent)
