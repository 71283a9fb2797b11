"""Repeats through `connect`: limits, budget, log, and what an unknown outcome says. The rules: `test_attempts.py`."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, cast

import httpx
import pytest
from qredo_partner_v1_1 import AsyncClient, Client, RateLimitedError
from qredo_signing import (
    Credentials,
    Environment,
    InProcessNonces,
    NonceError,
    OutcomeUnknownError,
    PartnerAuth,
    RedirectError,
    SignerError,
    connect,
)
from qredo_signing._http.sender import AsyncSender, SyncSender

from ..doubles import AsyncDummy, DummyClient, DummyHSM, make_info, serve
from .faulty import Clock

URL = "https://sandbox-api.qredo.network/api/v1/p/x"
KEYED = {"repeatable": True, "idempotency_key": "key-1", "look_up": "fund.get_ledger"}
OK = httpx.Response(200)

Outcome = httpx.Response | Exception


class Service:
    """A transport that ends each attempt as listed, and the rest with 200."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes = list(outcomes)
        self.requests: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(dict(request.headers))
        self.bodies.append(request.content)
        outcome = self._outcomes.pop(0) if self._outcomes else httpx.Response(200)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def nonces(self) -> list[int]:
        """The nonces that arrived."""
        return [int(headers["x-nonce"]) for headers in self.requests]


def send(
    mode: str,
    service: Service,
    credentials: Credentials,
    info: dict[str, Any],
    *,
    method: str = "POST",
    calls: int = 1,
    clock: Clock | None = None,
    max_retries: int = 2,
    deadline: float | None = None,
    timeout: dict[str, Any] | None = None,
    **auth: Any,
) -> httpx.Response:
    """Send a request through a sender as `connect` makes it, with a clock that needs no time to sleep."""
    clock = clock or Clock()
    partner = PartnerAuth(credentials, Environment.SANDBOX, **auth)
    transport = httpx.MockTransport(service)
    extensions: dict[str, Any] = {"qredo": make_info(**info)} if info else {}
    if timeout is not None:
        extensions["timeout"] = timeout
    requests = [httpx.Request(method, URL, content=b"{}", extensions=dict(extensions)) for _ in range(calls)]
    options: dict[str, Any] = {"max_retries": max_retries, "deadline": deadline, "random": lambda: 0.5}
    if mode == "sync":
        with httpx.Client(transport=transport) as http:
            sender = SyncSender(http, partner, sleep=clock.sleep, **options)
            return [sender(request) for request in requests][-1]

    async def main() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as http:
            sender = AsyncSender(http, partner, sleep=clock.async_sleep, **options)
            return [await sender(request) for request in requests][-1]

    return asyncio.run(main())


def test_what_an_unknown_outcome_tells(mode: str, credentials: Credentials) -> None:
    """The error names the operation, the key, where to look and the attempts, and says what to do."""
    service = Service(*(httpx.ReadTimeout("late") for _ in range(3)))
    with pytest.raises(OutcomeUnknownError, match=r"dummy\.call was sent.*Check with fund\.get_ledger") as caught:
        send(mode, service, credentials, KEYED)
    error = caught.value
    assert (error.operation, error.idempotency_key, error.outcome) == ("dummy.call", "key-1", "fund.get_ledger")
    assert (error.attempts, error.response) == (3, None)
    assert isinstance(error.__cause__, httpx.ReadTimeout)
    assert "same idempotency key is safe" in str(error)
    assert not isinstance(error, httpx.HTTPError)


def test_a_gateways_answer_is_kept(mode: str, credentials: Credentials) -> None:
    """A 502 or 504 to a call that may not be repeated is the error's response."""
    for status in (502, 504):
        with pytest.raises(OutcomeUnknownError, match="Check before you retry") as caught:
            send(mode, Service(httpx.Response(status)), credentials, {"repeatable": False})
        assert caught.value.response is not None
        assert (caught.value.response.status_code, caught.value.attempts) == (status, 1)


LAST: dict[str, Outcome] = {
    "connect": httpx.ConnectError("refused"),
    "429": httpx.Response(429, headers={"retry-after": "3600"}),
    "400": httpx.Response(400),
    "401": httpx.Response(401),
    "500": httpx.Response(500),
    "redirect": httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
    "protocol": httpx.LocalProtocolError("header"),
}


@pytest.mark.parametrize("last", LAST)
def test_a_later_failure_hides_no_lost_answer(last: str, mode: str, credentials: Credentials) -> None:
    """When the answer to an attempt with a key was lost, only a success makes the outcome known."""
    with pytest.raises(OutcomeUnknownError) as caught:
        send(mode, Service(httpx.ReadError(""), LAST[last]), credentials, KEYED, max_retries=1)
    assert caught.value.attempts == 2
    assert send(mode, Service(httpx.ReadError("")), credentials, KEYED).status_code == 200


def test_neither_does_our_own(mode: str, credentials: Credentials, key: Any) -> None:
    """A signer that fails at the second attempt does not hide that the first may have been carried out."""
    answers = iter([bytes(256), b""])

    class Failing:
        def sign(self, message: bytes) -> bytes:
            return next(answers)

    service = Service(httpx.ReadError(""))
    with pytest.raises(OutcomeUnknownError) as caught:
        send(mode, service, Credentials(credentials.api_key, Failing()), KEYED)
    assert isinstance(caught.value.__cause__, SignerError)
    assert len(service.requests) == 1


def test_what_does_not_matter_is_raised_as_it_is(mode: str, credentials: Credentials) -> None:
    """A GET without an answer raises httpx's error; so does what was never sent, with or without a key."""
    with pytest.raises(httpx.ReadTimeout):
        send(mode, Service(*(httpx.ReadTimeout("") for _ in range(3))), credentials, {"repeatable": True})
    for info in (KEYED, {"repeatable": False}):
        service = Service(*(httpx.ConnectError("") for _ in range(3)))
        with pytest.raises(httpx.ConnectError):
            send(mode, service, credentials, info)
        assert len(service.requests) == 3


def test_a_request_that_says_nothing_about_itself(mode: str, credentials: Credentials) -> None:
    """Without a description only a GET is repeated, and the error names no operation."""
    assert send(mode, Service(httpx.Response(503)), credentials, {}, method="GET").status_code == 200
    with pytest.raises(OutcomeUnknownError, match=r"^the request was sent") as caught:
        send(mode, Service(httpx.ReadError("")), credentials, {})
    assert caught.value.operation is None


def test_the_body_is_the_same_each_time(mode: str, credentials: Credentials) -> None:
    """Every attempt carries the same body, with its own signature."""
    service, times = Service(httpx.ReadError(""), httpx.Response(503)), iter([1.0, 2.0, 3.0])
    send(mode, service, credentials, KEYED)
    assert service.bodies == [b"{}"] * 3
    service = Service(httpx.ReadError(""), httpx.Response(503))
    auth_clock = lambda: next(times)  # noqa: E731 - one clock for the auth alone
    transport = httpx.MockTransport(service)
    with httpx.Client(transport=transport) as http:
        auth = PartnerAuth(credentials, Environment.SANDBOX, clock=auth_clock)
        sender = SyncSender(http, auth, sleep=Clock().sleep)
        sender(httpx.Request("POST", URL, content=b"{}", extensions={"qredo": make_info(**KEYED)}))
    assert [headers["x-timestamp"] for headers in service.requests] == ["1", "2", "3"]
    assert len({headers["x-sign"] for headers in service.requests}) == 3


def test_the_limit_of_repeats(mode: str, credentials: Credentials) -> None:
    """max_retries counts repeats, and what a call says of itself goes before the client's."""
    for of_client, of_call, attempts in ((2, None, 3), (0, None, 1), (2, 0, 1), (0, 4, 5)):
        service = Service(*(httpx.Response(503) for _ in range(9)))
        info = {"repeatable": True, "max_retries": of_call}
        assert send(mode, service, credentials, info, max_retries=of_client).status_code == 503
        assert len(service.requests) == attempts


@pytest.mark.parametrize("wrong", [-1, 1.0, True, None, "2"])
def test_a_limit_must_be_a_number(wrong: Any, credentials: Credentials) -> None:
    """max_retries that is no whole number from 0 is refused when the client is made."""
    with pytest.raises((TypeError, ValueError), match=r"max_retries .* 0 for no retries"):
        connect(DummyClient, credentials, Environment.SANDBOX, max_retries=wrong)


def test_the_budget_is_the_clients(mode: str, credentials: Credentials) -> None:
    """After ten repeats without a success, calls are made once only."""
    service = Service(*(httpx.Response(503) for _ in range(40)))
    send(mode, service, credentials, {"repeatable": True}, calls=8)
    assert len(service.requests) == 8 + 10


def test_variants_share_connections_and_budget(mode: str, emulator_credentials: Credentials) -> None:
    """`with_options(max_retries=)` limits its calls only; repeats of all variants come from one budget."""
    with serve(lambda seen: (429, {"retry-after": "0"}, b"{}")) as server:
        environment = Environment.emulator(server.url)

        def variants(client: Any) -> Iterator[Any]:
            yield client.with_options(max_retries=0)
            yield client
            for _ in range(4):
                yield client.with_options(max_retries=3)

        async def main() -> list[int]:
            counts = []
            async with connect(AsyncClient, emulator_credentials, environment) as client:
                for variant in variants(client):
                    with pytest.raises(RateLimitedError):
                        await cast("Awaitable[object]", variant.asset.get_all())
                    counts.append(len(server.requests))
            return counts

        def main_sync() -> list[int]:
            counts = []
            with connect(Client, emulator_credentials, environment) as client:
                for variant in variants(client):
                    with pytest.raises(RateLimitedError):
                        variant.asset.get_all()
                    counts.append(len(server.requests))
            return counts

        counts = main_sync() if mode == "sync" else asyncio.run(main())
    assert counts == [1, 4, 8, 12, 15, 16]  # 2 + 3 + 3 + 2 repeats


def test_the_log_tells_of_each_repeat(mode: str, credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """Each repeat is one line with operation, attempt, reason and wait; no URL, no header, no body."""
    with caplog.at_level(logging.DEBUG, "qredo_signing"):
        send(mode, Service(httpx.ReadError("secret"), httpx.Response(503)), credentials, KEYED)
    lines = [record.getMessage() for record in caplog.records if record.name == "qredo_signing"]
    assert lines == [
        "dummy.call: attempt 1 ended with ReadError; next in 0.38 s",
        "dummy.call: attempt 2 ended with HTTP 503; next in 0.75 s",
    ]
    assert {record.levelno for record in caplog.records if record.name == "qredo_signing"} == {logging.INFO}


def test_the_logger_is_quiet_by_itself() -> None:
    """The package's logger has a NullHandler, so that an application without logging prints nothing."""
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("qredo_signing").handlers)


def raise_for_status(response: httpx.Response) -> None:
    """What many give httpx as an event hook."""
    if response.status_code >= 400:
        response.raise_for_status()


def test_a_hook_that_raises_for_the_status(emulator_credentials: Credentials) -> None:
    """An error that a caller's hook makes of a status is judged by the status: repeated, unknown, or raised."""
    answers = iter([503, 200, 504, 404])
    with (
        serve(lambda seen: (next(answers), {"retry-after": "0"}, b"{}")) as server,
        httpx.Client(event_hooks={"response": [raise_for_status]}) as http,
    ):
        client = connect(DummyClient, emulator_credentials, Environment.emulator(server.url), http_client=http)
        assert client.call("GET").status_code == 200
        with pytest.raises(OutcomeUnknownError) as caught:
            client.call("POST")
        assert caught.value.response is not None
        with pytest.raises(httpx.HTTPStatusError):
            client.call("POST")
        assert len(server.requests) == 4


def test_a_redirect_is_an_answer(mode: str, credentials: Credentials) -> None:
    """A 307 ends a call at once, and counts as no lost response."""
    service = Service(httpx.Response(307, headers={"location": "https://elsewhere.example/"}))
    with pytest.raises(RedirectError):
        send(mode, service, credentials, KEYED)
    assert len(service.requests) == 1


def counter(start: int = 1) -> InProcessNonces:
    """Numbers without a gap."""
    return InProcessNonces(rule="counter", start=start)


@pytest.mark.parametrize("info", [KEYED, {"repeatable": True}, {"repeatable": False}], ids=["keyed", "get", "plain"])
def test_a_counter_needs_to_know(info: dict[str, Any], mode: str, credentials: Credentials) -> None:
    """With a counter no lost answer is repeated, whatever the call; its number counts as used."""
    nonces = counter()
    lost: list[Outcome] = [httpx.ReadError(""), httpx.Response(502), httpx.Response(504)]
    for number, outcome in enumerate(lost, 1):
        service = Service(outcome)
        with pytest.raises(OutcomeUnknownError):
            send(mode, service, credentials, info, nonces=nonces)
        assert service.nonces == [number]
    assert nonces.next() == 4


def test_a_number_that_was_never_sent_is_used_again(mode: str, credentials: Credentials) -> None:
    """Repeats after a failure to connect carry the same number, and so does the next call after the last of them."""
    nonces, service = counter(), Service(*(httpx.ConnectError("") for _ in range(3)))
    with pytest.raises(httpx.ConnectError):
        send(mode, service, credentials, {"repeatable": False}, nonces=nonces)
    send(mode, service, credentials, {"repeatable": False}, nonces=nonces)
    send(mode, service, credentials, {"repeatable": False}, nonces=nonces)
    assert service.nonces == [1, 1, 1, 1, 2]


def test_a_number_without_a_signature_is_used_again(mode: str, credentials: Credentials) -> None:
    """When the signer fails, the number goes back, in a thread, in a task, and with a signer that is awaited."""
    nonces, service = counter(), Service()

    class AwaitedHSM:
        async def sign(self, message: bytes) -> bytes:
            raise KeyError

    broken: list[tuple[Any, type[Exception], dict[str, Any]]] = [(DummyHSM(None, b""), SignerError, {})]
    if mode == "async":
        broken += [(DummyHSM(None, b""), SignerError, {"offload": True}), (AwaitedHSM(), KeyError, {})]
    for signer, error, options in broken:
        with pytest.raises(error):
            send(mode, service, Credentials(credentials.api_key, signer), {}, nonces=nonces, **options)
    send(mode, service, credentials, {}, nonces=nonces)
    assert service.nonces == [1]


def test_a_429_uses_its_number(mode: str, credentials: Credentials) -> None:
    """An answer that may be repeated is, with the next number; agent operations have none."""
    nonces, service = counter(), Service(httpx.Response(429))
    send(mode, service, credentials, {"repeatable": True}, nonces=nonces)
    assert service.nonces == [1, 2]
    service = Service(httpx.ReadError(""))
    info = {"repeatable": True, "security": "agent_token"}
    send(mode, service, credentials, info, nonces=nonces, agent_token=lambda: "c0ffee")
    assert len(service.requests) == 2
    assert nonces.next() == 3


def test_a_source_that_fails_is_heard(mode: str, credentials: Credentials) -> None:
    """An error of the source is raised as it is, and nothing is sent."""

    class Broken:
        def next(self) -> int:
            raise NonceError("the store is gone")

    service = Service()
    with pytest.raises(NonceError, match="the store is gone"):
        send(mode, service, credentials, {"repeatable": True}, nonces=Broken())
    assert service.requests == []


class SlowCounter:
    """A counter whose numbers come from a disk: slow to issue, and told to be slow by the test."""

    rule = "counter"
    blocks = True

    def __init__(self, wait: Callable[[], object]) -> None:
        self.last = 0
        self.wait = wait

    def next(self) -> int:
        """Count, slowly."""
        self.last += 1
        self.wait()
        return self.last

    def give_back(self, nonce: int) -> None:
        """Take the last one back."""
        assert nonce == self.last
        self.last -= 1


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_a_cancellation_loses_no_number(loop: str, credentials: Credentials) -> None:
    """A task that is cancelled while its number is being issued gives it back, before anybody else has his turn."""
    anyio = pytest.importorskip("anyio")
    pytest.importorskip(loop)
    is_asked, may_answer, service = threading.Event(), threading.Event(), Service()

    def wait() -> None:
        is_asked.set()
        may_answer.wait(10)

    nonces = SlowCounter(wait)

    async def main() -> None:
        options: dict[str, Any] = {"nonces": nonces, "transport": httpx.MockTransport(service)}
        async with connect(AsyncDummy, credentials, Environment.SANDBOX, **options) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call)
                await anyio.to_thread.run_sync(is_asked.wait, 10)
                group.cancel_scope.cancel()
                may_answer.set()
            assert nonces.last == 0
            await client.call()

    anyio.run(main, backend=loop)
    assert service.nonces == [1]


def test_asyncios_own_cancellation_loses_no_number(credentials: Credentials) -> None:
    """The same for `task.cancel()` and timeouts of asyncio, which know no shields."""
    is_asked, may_answer, service = threading.Event(), threading.Event(), Service()

    def wait() -> None:
        is_asked.set()
        may_answer.wait(10)

    nonces = SlowCounter(wait)

    async def main() -> None:
        options: dict[str, Any] = {"nonces": nonces, "transport": httpx.MockTransport(service)}
        async with connect(AsyncDummy, credentials, Environment.SANDBOX, **options) as client:
            task = asyncio.create_task(client.call())
            await asyncio.to_thread(is_asked.wait, 10)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()  # impatient
            may_answer.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert nonces.last == 0
            await client.call()

    asyncio.run(main())
    assert service.nonces == [1]


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_waits_are_the_loops_own(loop: str, emulator_credentials: Credentials) -> None:
    """Between attempts the event loop is free, with asyncio and with trio."""
    anyio = pytest.importorskip("anyio")
    pytest.importorskip(loop)
    answers = iter([(503, {"retry-after": "0"}, b"{}")])

    async def main() -> int:
        async with connect(AsyncDummy, emulator_credentials, Environment.emulator(server.url)) as client:
            return (await client.call()).status_code

    with serve(lambda seen: next(answers, (200, {}, b"{}"))) as server:
        assert anyio.run(main, backend=loop) == 200
    assert len(server.requests) == 2


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_cancelled_request_that_never_left_gives_its_number_back(
    is_sent: bool, emulator_credentials: Credentials
) -> None:
    """A task that is cancelled while it connects gives its number back; once it has sent something, it does not."""
    nonces, is_there = counter(), threading.Event()
    steps: list[str] = []

    async def trace(event: str, info: dict[str, Any]) -> None:
        steps.append(event)
        if event == ("http11.receive_response_headers.started" if is_sent else "connection.connect_tcp.started"):
            is_there.set()
            await asyncio.sleep(60)

    async def main() -> None:
        environment = Environment.emulator(server.url)
        async with connect(AsyncDummy, emulator_credentials, environment, nonces=nonces) as client:
            request = client.build("GET", "/assets")
            request.extensions["trace"] = trace
            task = asyncio.create_task(client.send(request))
            await asyncio.to_thread(is_there.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert request.extensions["trace"] is trace

    with serve() as server:
        asyncio.run(main())
    assert steps
    assert nonces.next() == (2 if is_sent else 1)


def test_an_interrupted_request_that_never_left_gives_its_number_back(emulator_credentials: Credentials) -> None:
    """The same for a sync client, where it is a KeyboardInterrupt."""
    nonces = counter()

    def trace(event: str, info: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with serve() as server:
        environment = Environment.emulator(server.url)
        with connect(DummyClient, emulator_credentials, environment, nonces=nonces) as client:
            request = client.build("GET", "/assets")
            request.extensions["trace"] = trace
            with pytest.raises(KeyboardInterrupt):
                client.send(request)
    assert nonces.next() == 1


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("outcome", [httpx.Response(503), httpx.Response(401), httpx.ConnectError("refused")], ids=str)
def test_an_open_operation_is_retried_as_a_signed_one(
    outcome: Outcome, repeatable: bool, mode: str, credentials: Credentials
) -> None:
    """Without security, as many attempts are made as with a signature, and none has credentials."""
    made = []
    for security in ("", "partner_signature"):
        service = Service(outcome)
        with suppress(OutcomeUnknownError):
            send(mode, service, credentials, {"security": security, "repeatable": repeatable})
        made.append(len(service.requests))
        assert any("x-sign" in headers for headers in service.requests) is bool(security)
    assert made[0] == made[1]
