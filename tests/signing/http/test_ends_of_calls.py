"""How a call ends, and what the error, the note and the log then say: deadlines, time limits, interruptions."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
import qredo_partner_v1_1 as api
from qredo_signing import Credentials, Environment, KeyKind, OutcomeUnknownError, PrivateKey, SQLiteNonces, connect

from .faulty import Clock
from .networks import Listener, listen
from .sending import MODES, TRUSTS_NOBODY, make_async_http
from .test_repeats import KEYED, Service, send

ONCE = {"repeatable": False}
ALWAYS = {"repeatable": True}
LIMITS = {"connect": 2.0, "read": 50.0, "write": None, "pool": 50.0}


class Timed(Service):
    """A service that keeps the time limits of each attempt."""

    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        super().__init__(*outcomes)
        self.limits: list[dict[str, float | None]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.limits.append(dict(request.extensions["timeout"]))
        return super().__call__(request)


def test_a_deadline_limits_every_step(mode: str, credentials: Credentials) -> None:
    """With a deadline no step of any attempt may take longer than what is left; without one, the limits stay."""
    service = Timed(httpx.Response(503))
    send(mode, service, credentials, ALWAYS, timeout=LIMITS, deadline=20.0)
    assert len(service.limits) == 2
    for limits in service.limits:
        assert limits["connect"] == 2.0
        assert all(15 < (limits[step] or 0) <= 20 for step in ("read", "write", "pool"))
    service = Timed()
    send(mode, service, credentials, ALWAYS, timeout=LIMITS)
    assert service.limits == [LIMITS]


def test_a_deadline_limits_a_request_made_by_hand(credentials: Credentials, sandbox: Environment) -> None:
    """It has the limits of your client, or what is left; afterwards it has what it came with, and can be sent again."""
    service = Timed()
    request = httpx.Request("POST", f"{sandbox.origin}/x")
    with httpx.Client(transport=httpx.MockTransport(service), timeout=httpx.Timeout(None, connect=2)) as http:
        connect(api.Client, credentials, sandbox, http_client=http, deadline=20).send(request)
        connect(api.Client, credentials, sandbox, http_client=http).send(request)
    bounded, unbounded = service.limits
    assert bounded["connect"] == 2.0
    assert all(15 < (bounded[step] or 0) <= 20 for step in ("read", "write", "pool"))
    assert unbounded == {"connect": 2.0, "read": None, "write": None, "pool": None}


@pytest.mark.parametrize(("method", "ends"), [("GET", httpx.ReadError), ("POST", OutcomeUnknownError)])
def test_a_lost_response_to_a_request_made_by_hand(
    method: str, ends: type[Exception], credentials: Credentials, sandbox: Environment
) -> None:
    """A GET changes nothing, so it ends with the error of the network; of any other request the outcome is unknown."""
    service = Service(httpx.ReadError("lost"))
    with httpx.Client(transport=httpx.MockTransport(service)) as http:
        client = connect(api.Client, credentials, sandbox, http_client=http, max_retries=0)
        with pytest.raises(ends):
            client.send(httpx.Request(method, f"{client.base_url}/company"))
    assert len(service.requests) == 1


def test_no_wait_goes_beyond_the_deadline(mode: str, credentials: Credentials) -> None:
    """A call that would have to wait beyond its deadline ends at once, with what it has or with an unknown outcome."""
    clock, lost = Clock(), httpx.ReadError("")
    for deadline, attempts in ((20.0, 1), (40.0, 2)):
        service = Service(httpx.Response(503, headers={"retry-after": "30"}))
        send(mode, service, credentials, ALWAYS, clock=clock, deadline=deadline)
        assert len(service.requests) == attempts
    with pytest.raises(OutcomeUnknownError, match=r"\(1 attempt\)"):
        send(mode, Service(lost), credentials, KEYED, clock=clock, deadline=0.2)
    assert clock.slept == [30.125]


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (httpx.ConnectTimeout, "connect"),
        (httpx.ReadTimeout, "read"),
        (httpx.WriteTimeout, "write"),
        (httpx.PoolTimeout, "pool"),
    ],
)
def test_a_timeout_names_its_limit(error: type[httpx.TimeoutException], step: str, credentials: Credentials) -> None:
    """The error of a time limit names the operation, the limit and its length, and how to wait longer."""
    limits = {"connect": 1.0, "read": 2.0, "write": 3.0, "pool": 4.0}
    known = "Nothing was sent" if step in {"connect", "pool"} else "A retry is safe"
    told = f"dummy.call: timed out, after {limits[step]:g} s ({step} timeout). {known};"
    for deadline in (None, 1000.0):
        with pytest.raises(error) as caught:
            send("sync", Service(error("")), credentials, ALWAYS, max_retries=0, timeout=limits, deadline=deadline)
        assert str(caught.value).startswith(told)
        assert caught.value.request.url.path == "/api/v1/p/x"
    with pytest.raises(error, match=r"^too late$"):
        send("sync", Service(error("too late")), credentials, ALWAYS, max_retries=0, timeout={**limits, step: None})


def test_a_server_that_cannot_be_reached_is_named(credentials: Credentials) -> None:
    """The note of a connect error says which server, and the error of a transport stays the error that is raised."""
    error = httpx.ConnectError("refused")
    with pytest.raises(httpx.ConnectError) as caught:
        send("sync", Service(error), credentials, ALWAYS, max_retries=0)
    (note,) = caught.value.__notes__
    assert note.startswith("dummy.call: no connection to https://sandbox-api.qredo.network. Is a server running there")


def test_an_error_that_is_not_of_httpx_is_made_one(credentials: Credentials) -> None:
    """Whatever a transport raises after the request was sent is raised as an `httpx.RemoteProtocolError`."""
    with pytest.raises(httpx.RemoteProtocolError, match=r"^dummy\.call failed after it was sent: OSError: broken$"):
        send("sync", Service(OSError("broken")), credentials, ALWAYS, max_retries=0)


@pytest.mark.parametrize(
    ("info", "before", "is_told"),
    [
        (ONCE, (), True),
        (KEYED, (), True),
        (ALWAYS, (), False),
        (KEYED, (httpx.ReadError(""),), True),
    ],
    ids=["once", "keyed", "always", "after a lost response"],
)
def test_an_interruption_says_what_is_unknown(
    info: dict[str, Any],
    before: tuple[Exception, ...],
    is_told: bool,
    credentials: Credentials,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ctrl-C passes with a note and one log line, if a request that matters may have been carried out."""
    service: Any = Service(*before, KeyboardInterrupt())  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING, "qredo_signing"), pytest.raises(KeyboardInterrupt) as caught:
        send("sync", _Interrupted(service), credentials, info)
    notes = getattr(caught.value, "__notes__", [])
    assert notes == [record.getMessage() for record in caplog.records]
    assert len(notes) == is_told
    for note in notes:
        assert note.startswith("dummy.call was interrupted after it was sent, so its outcome is unknown. Check")
        assert note.endswith("(idempotency key key-1)") is (info is KEYED)


class _Interrupted(Service):
    """A service that raises what `Service` returns, Ctrl-C too."""

    def __init__(self, service: Service) -> None:
        super().__init__()
        self._service = service

    def __call__(self, request: httpx.Request) -> httpx.Response:
        outcome: object = self._service._outcomes.pop(0)
        assert isinstance(outcome, BaseException)
        raise outcome


def test_an_interruption_of_a_wait_says_what_is_unknown(credentials: Credentials) -> None:
    """Between two attempts, what counts is whether the first may have been carried out."""
    firsts = ((httpx.ReadError(""), True), (httpx.ConnectError(""), False), (httpx.Response(429), False))
    for first, is_told in firsts:
        clock = Clock()

        def interrupt() -> None:
            raise KeyboardInterrupt

        clock.on_sleep = interrupt
        with pytest.raises(KeyboardInterrupt) as caught:
            send("sync", Service(first), credentials, KEYED, clock=clock)
        assert len(getattr(caught.value, "__notes__", [])) == is_told


def test_the_user_agent_names_this_package_once(mode: str, credentials: Credentials) -> None:
    """This package stands before what a request made by hand says of itself, once, however often it is sent."""
    service = Service(httpx.Response(503))
    send(mode, service, credentials, {}, method="GET")
    agents = {headers["user-agent"] for headers in service.requests}
    assert len(service.requests) == 2
    assert len(agents) == 1
    (agent,) = agents
    assert agent.startswith("qredo-python/")
    assert agent.count("qredo-python/") == 1


@contextmanager
def saying(reply: bytes | None) -> Iterator[int]:
    """The port of a server that reads once and sends this, then closes; with None it says nothing and stays."""
    listener, is_over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def talk() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    if reply is None:
                        is_over.wait(60)
                    connection.sendall(reply or b"")

    thread = threading.Thread(target=talk)
    thread.start()
    yield listener.getsockname()[1]
    is_over.set()
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def create(kind: str, credentials: Credentials, environment: Environment, **options: Any) -> object:
    """Make a call that is not repeatable, through a client of `connect`."""
    if kind == "sync":
        with connect(api.Client, credentials, environment, max_retries=0, **options) as client:
            return client.company.create(name="x")

    async def run() -> object:
        async with connect(api.AsyncClient, credentials, environment, max_retries=0, **options) as client:
            return await client.company.create(name="x")

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden", "503 Unavailable", None])
def test_a_proxy_that_refuses_is_named(
    kind: str, status: str | None, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tunnel that is refused, or closed, is a connection that failed: the proxy is named, and nothing was sent."""
    with saying(f"HTTP/1.1 {status}\r\n\r\n".encode() if status else b"") as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        environment = Environment.custom("https://api.custody.test", key_kind=KeyKind.SANDBOX)
        wanted = rf"company.create: no connection through the proxy 127.0.0.1:{port} \(.*\). Nothing was sent. Check"
        with pytest.raises(httpx.ConnectError, match=wanted):
            create(kind, credentials, environment)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"timeout": 0.2},
            "company.create: timed out while connecting through the proxy {}, after 0.2 s ({} timeout)",
        ),
        (
            {"deadline": 0.2},
            "company.create: the deadline of the call has passed while connecting through the proxy {}",
        ),
    ],
)
def test_a_proxy_that_is_silent_is_named(
    kind: str, options: dict[str, float], told: str, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a time limit or a deadline passes while a proxy opens its tunnel, the error names the proxy."""
    with saying(None) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        environment = Environment.custom("https://api.custody.test", key_kind=KeyKind.SANDBOX)
        with pytest.raises(httpx.TimeoutException) as caught:
            create(kind, credentials, environment, **options)
        assert str(caught.value).startswith(told.format(f"127.0.0.1:{port}", "read"))


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_socks_proxy_that_is_silent_is_not_waited_for(
    kind: str, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """httpcore sets no time limit while it speaks SOCKS, so the one for connecting holds."""
    pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    with saying(None) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"socks5://127.0.0.1:{port}")
        environment = Environment.custom("https://api.custody.test", key_kind=KeyKind.SANDBOX)
        with pytest.raises(httpx.ConnectTimeout, match=rf"the proxy 127\.0\.0\.1:{port}, after 0\.2 s \(connect"):
            create(kind, credentials, environment, timeout=httpx.Timeout(None, connect=0.2))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("timeout", "deadline"), [(httpx.Timeout(None, connect=0.2), None), (None, 0.2)])
def test_a_silent_socks_proxy_of_your_client_is_not_waited_for(
    mode: str, timeout: httpx.Timeout | None, deadline: float | None, credentials: Credentials
) -> None:
    """The limit for connecting, and a deadline, also hold while your own client speaks SOCKS, and nothing was sent."""
    pytest.importorskip("socksio", reason="needs socksio (httpx[socks])")
    environment = Environment.custom("https://api.custody.test", key_kind=KeyKind.SANDBOX)
    with saying(None) as port:
        made: dict[str, Any] = {"proxy": f"socks5://127.0.0.1:{port}", "verify": TRUSTS_NOBODY, "timeout": timeout}
        http = httpx.Client(**made) if mode == "sync" else make_async_http(mode, **made)
        with pytest.raises(httpx.ConnectTimeout, match=rf"through the proxy 127\.0\.0\.1:{port}"):
            create(mode, credentials, environment, http_client=http, deadline=deadline)


@pytest.mark.parametrize("mode", MODES)
def test_silence_after_an_interim_response(mode: str, credentials: Credentials) -> None:
    """The limit for reading also holds after a 1xx response, which is none to the call."""

    def interim(connection: socket.socket, listener: Listener) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        while connection.recv(65536):  # until the client closes
            pass

    transport = {"transport": "aiohttp"} if mode == "aiohttp" else {}
    with listen(interim) as server:
        environment = Environment.custom(f"http://127.0.0.1:{server.port}", key_kind=KeyKind.SANDBOX)
        with pytest.raises(OutcomeUnknownError) as caught:
            create(mode, credentials, environment, timeout=0.2, **transport)
    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)


@pytest.mark.parametrize("deadline", [1e-9, math.inf])
def test_a_deadline_at_its_bounds(mode: str, deadline: float, credentials: Credentials) -> None:
    """If the deadline has passed, nothing is sent, over a transport of yours too; an infinite one is none."""
    service = Timed()
    if math.isinf(deadline):
        send(mode, service, credentials, ONCE, timeout=LIMITS, deadline=deadline)
        assert service.limits == [LIMITS]
    else:
        with pytest.raises(httpx.ConnectTimeout, match="the deadline of the call has passed"):
            send(mode, service, credentials, ONCE, timeout=LIMITS, deadline=deadline)
        assert not service.requests


def test_a_call_that_is_late_when_it_is_signed_is_not_sent(
    mode: str, credentials: Credentials, key: PrivateKey
) -> None:
    """If signing takes longer than the deadline, nothing is sent, also over a transport of yours."""

    class Slow:
        def sign(self, message: bytes) -> bytes:
            time.sleep(0.06)
            return key.sign(message)

    service = Timed()
    with pytest.raises(httpx.ConnectTimeout, match="the deadline of the call has passed"):
        send(mode, service, Credentials(credentials.api_key, Slow()), ONCE, timeout=LIMITS, deadline=0.05)
    assert not service.requests


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("rule", ["clock", "counter"])
def test_a_deadline_ends_the_wait_for_a_nonce(
    kind: str, rule: Literal["clock", "counter"], credentials: Credentials, tmp_path: Path
) -> None:
    """If another process holds the file of the nonces, the deadline ends the wait, in a thread of its own as well."""
    nonces = SQLiteNonces(tmp_path / "nonces", rule=rule, timeout=300)
    if rule == "counter":
        nonces.initialise(1)
    nonces.next()
    holder = sqlite3.connect(tmp_path / "nonces", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    environment = Environment.custom("http://127.0.0.1:1", key_kind=KeyKind.SANDBOX)
    with pytest.raises(httpx.ConnectTimeout, match="the deadline of the call has passed"):
        create(kind, credentials, environment, deadline=0.1, stamp="nonce", nonces=nonces)
    holder.close()
    assert nonces.next() > 1


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_deadline_says_what_is_known(kind: str, credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a deadline passes after a change was sent, its outcome is unknown; before that, nothing was sent."""
    with saying(None) as port:
        environment = Environment.custom(f"http://127.0.0.1:{port}", key_kind=KeyKind.SANDBOX)
        with pytest.raises(
            OutcomeUnknownError, match=r"company\.create was sent, but its outcome is unknown \(1 attempt\)"
        ):
            create(kind, credentials, environment, deadline=0.3)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        environment = Environment.custom("https://api.custody.test", key_kind=KeyKind.SANDBOX)
        with pytest.raises(httpx.ConnectTimeout, match=r"company\.create: the deadline of the call has passed"):
            create(kind, credentials, environment, deadline=0.3)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_deadline_of_one_call_goes_before_that_of_the_client(kind: str, credentials: Credentials) -> None:
    """`with_options(deadline=)` limits the calls of the client that it returns."""

    async def call_async(environment: Environment) -> None:
        async with connect(api.AsyncClient, credentials, environment, timeout=None, deadline=900) as client:
            await client.with_options(deadline=0.2).company.create(name="x")

    def call(environment: Environment) -> None:
        with connect(api.Client, credentials, environment, timeout=None, deadline=900) as client:
            client.with_options(deadline=0.2).company.create(name="x")

    with saying(None) as port:
        environment = Environment.custom(f"http://127.0.0.1:{port}", key_kind=KeyKind.SANDBOX)
        with pytest.raises(OutcomeUnknownError):
            asyncio.run(call_async(environment)) if kind == "async" else call(environment)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_server_at_the_usual_port_is_no_proxy(kind: str, credentials: Credentials) -> None:
    """Nothing listens where a URL without a port leads: the server is named, and not as a proxy."""
    with pytest.raises(httpx.ConnectError) as caught:
        create(kind, credentials, Environment.custom("https://127.0.0.1", key_kind=KeyKind.SANDBOX))
    notes = getattr(caught.value, "__notes__", [])
    assert [note for note in notes if "no connection to https://127.0.0.1. Is a server running there" in note]


def test_a_limit_that_passes_before_the_deadline_is_named(mode: str, credentials: Credentials) -> None:
    """A time limit that ends a step shortly before the deadline is what the error names."""
    with pytest.raises(httpx.ConnectTimeout, match=r"\(connect timeout\)"):
        send(mode, Service(httpx.ConnectTimeout("")), credentials, ONCE, timeout=LIMITS, deadline=0.9, max_retries=0)
