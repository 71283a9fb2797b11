"""The token of the Qredo API v2 in forked processes: they share it, and ask for it once."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import pickle
import signal
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

import anyio
import anyio.lowlevel
import httpx
import pytest
from qredo_signing import Environment, KeyKind, TokenAuth, TokenError
from qredo_signing._http.shared_token import SharedToken
from qredo_signing._http.token_scheme import _patience_with_processes
from qredo_signing._nonces.serialize import Ticket
from qredo_signing._signature.workspace_token import WorkspaceToken

from ..doubles import Seen, serve
from .test_processes_and_loops import PATIENCE, forked
from .token_service import BASE, KEY, WORKSPACE, Clock, TokenService, jwt

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
PATH = f"{BASE}/workspaces/{WORKSPACE}/policies"
HOME = Environment.custom("https://gateway.test", key_kind=KeyKind.LIVE, base_path=BASE)


def make_auth(environment: Environment, clock: Clock) -> TokenAuth:
    return TokenAuth(KEY, environment, workspace_id=WORKSPACE, base_path=BASE, monotonic=clock)


def call(auth: TokenAuth, answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
    """Make a call over a function that answers."""
    with httpx.Client(transport=httpx.MockTransport(answer), auth=auth, timeout=PATIENCE) as http:
        return http.get(f"{HOME.origin}{PATH}")


@contextmanager
def child(work: Callable[[Any], object]) -> Iterator[Any]:
    """Run a function in a forked process, with one end of a pipe; give the other end."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there,))
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.kill()
        process.join(PATIENCE)
        here.close()


@pytest.mark.parametrize(
    ("children", "threads"), [(2, 3), pytest.param(4, 10, marks=pytest.mark.full)], ids=["small", "full"]
)
@pytest.mark.parametrize("need", ["first", "half", "ended", "refused"])
@pytest.mark.parametrize("mode", ["threads", "tasks"])
def test_forked_processes_ask_once(mode: str, need: str, children: int, threads: int) -> None:
    """Processes that need another token at once get one between them, and none of their callers gets a 401."""
    service, clock = TokenService(), Clock()
    service.delay = 0.02

    def answer(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        response = service.respond(seen.method, f"{recorder.url}{seen.path}", seen.headers, seen.body)
        return response.status_code, {}, response.content

    with serve(answer) as recorder:
        auth = make_auth(Environment.custom(recorder.url, key_kind=KeyKind.LIVE, base_path=BASE), clock)

        def in_threads(calls: int) -> list[int]:
            with httpx.Client(auth=auth, timeout=PATIENCE) as http, ThreadPoolExecutor(calls) as pool:
                return list(pool.map(lambda _: http.get(recorder.url + PATH).status_code, range(calls)))

        async def in_tasks(calls: int) -> list[int]:
            statuses = []

            async def one() -> None:
                statuses.append((await http.get(recorder.url + PATH)).status_code)

            async with httpx.AsyncClient(auth=auth, timeout=PATIENCE) as http, anyio.create_task_group() as group:
                for _ in range(calls):
                    group.start_soon(one)
            return statuses

        def work(who: str) -> list[str]:
            statuses = in_threads(threads) if mode == "threads" else anyio.run(in_tasks, threads)
            return [f"HTTP {status}" for status in statuses if status != 200]

        if need != "first":
            assert in_threads(1) == [200]
        if need == "refused":
            service.revoke()
        clock.time += {"half": 1900, "ended": 4000}.get(need, 0)
        found = forked(work, children)
    assert found == [[]] * (children + 1)
    expected = {"first": (1, 0), "half": (1, 1), "ended": (2, 0), "refused": (2, 0)}[need]
    assert (service.count("get"), service.count("refresh")) == expected


@pytest.mark.parametrize("system", ["any", "without memfd"])
def test_a_process_that_ends_while_it_asks_loses_nothing(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a process ends in the middle of a refresh, another one refreshes the token; also where a file is the lock."""
    if system == "without memfd":
        monkeypatch.delattr(os, "memfd_create", raising=False)
    service, clock = TokenService(), Clock()
    auth = make_auth(HOME, clock)
    call(auth, service)
    clock.time += 1900

    def end(request: httpx.Request) -> httpx.Response:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with child(lambda pipe: call(auth, end)) as pipe, pytest.raises(EOFError):
        pipe.recv()
    assert call(auth, service).status_code == 200
    assert service.log == ["get", "call 1", "refresh", "call 2"]


def test_the_old_token_is_used_while_another_process_refreshes() -> None:
    """A process does not wait for the refresh of another one while its own token is good, and has the new one then."""
    service, clock = TokenService(), Clock()
    auth = make_auth(HOME, clock)
    call(auth, service)
    clock.time += 1900

    def work(pipe: Any) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/refresh"):
                pipe.send("asks")
                pipe.recv()
            return service(request)

        call(auth, answer)
        pipe.send(max(service.tokens, key=lambda token: service.tokens[token]))
        pipe.recv()

    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["x-token"])
        return httpx.Response(200)

    with child(work) as pipe:
        assert pipe.recv() == "asks"
        call(auth, answer)
        pipe.send("go on")
        new = pipe.recv()
        call(auth, answer)
    assert seen == [*service.tokens, new]


def test_a_process_goes_on_with_the_newest_token() -> None:
    """A call has the token that another process got meanwhile, and a new one if the service refuses that, too."""
    service = TokenService()
    auth = make_auth(HOME, Clock())
    call(auth, service)

    def work(pipe: Any) -> None:
        service.revoke()
        pipe.send(call(auth, service).status_code)
        pipe.recv()

    with child(work) as pipe:
        assert pipe.recv() == 200
        assert call(auth, service).status_code == 200
    assert service.log == ["get", "call 1", "call None", "get", "call 2"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_no_event_loop_waits_for_another_process(backend: str) -> None:
    """While a task waits for the token that another process gets, the other tasks of its event loop go on."""
    clock, token = Clock(), jwt(exp=time.time() + 3600)
    auth = make_auth(HOME, clock)

    def work(pipe: Any) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/token"):
                pipe.send("asks")
                pipe.recv()
            return httpx.Response(200, json={"token": token})

        call(auth, answer)
        pipe.recv()

    asked: list[str] = []

    async def main(pipe: Any) -> str:
        responses = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            return httpx.Response(200, text=request.headers["x-token"])

        async def one() -> None:
            responses.append(await http.get(f"{HOME.origin}{PATH}"))

        transport = httpx.MockTransport(answer)
        async with (
            httpx.AsyncClient(transport=transport, auth=auth, timeout=None) as http,
            anyio.create_task_group() as group,
        ):
            group.start_soon(one)
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            assert not responses
            pipe.send("go on")
        return str(responses[0].text)

    with child(work) as pipe:
        assert pipe.recv() == "asks"
        assert anyio.run(main, pipe, backend=backend) == token
    assert asked == [PATH]


def test_a_stopped_process_keeps_no_other_from_its_token() -> None:
    """A process that waits for another one longer than half of its time gets a token of its own."""
    service = TokenService()
    auth = make_auth(HOME, Clock())

    def stop(pipe: Any) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            pipe.send("asks")
            pipe.recv()
            raise AssertionError

        call(auth, answer)

    with child(stop) as pipe:
        assert pipe.recv() == "asks"
        with httpx.Client(transport=httpx.MockTransport(service), auth=auth, timeout=0.1) as http:
            statuses = [http.get(f"{HOME.origin}{PATH}").status_code for _ in range(3)]
    assert statuses == [200] * 3
    assert service.log == ["get", *["call 1"] * 3]


def test_a_client_that_is_gone_leaves_no_file_open() -> None:
    """The file of the lock is closed with the client."""
    shared = SharedToken()
    file = shared._lock._file
    assert os.fstat(file).st_size == 0
    del shared
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


@pytest.mark.parametrize("closes", ["closed", "another file"])
def test_a_process_without_the_lock_has_tokens_of_its_own(closes: str) -> None:
    """A daemon that closes all files it inherited reads no token of another process, and locks no file of another."""
    clock = Clock()
    auth, service = make_auth(HOME, clock), TokenService()

    def daemon(pipe: Any) -> None:
        keep = pipe.fileno()
        os.closerange(3, keep)
        os.closerange(keep + 1, 256)
        files = [os.open(os.devnull, os.O_RDWR) for _ in range(64)] if closes == "another file" else []
        pipe.send(call(auth, service).status_code)
        pipe.recv()
        pipe.send((call(auth, service).status_code, service.log))
        assert len(files) in {0, 64}

    with child(daemon) as pipe:
        assert pipe.recv() == 200
        assert call(auth, service).status_code == 200
        pipe.send("once more")
        assert pipe.recv() == (200, ["get", "call 1", "call 1"])
    assert service.log == ["get", "call 1"]


@pytest.mark.parametrize(("pool", "seconds"), [(None, 10.0), (60.0, 10.0), (3.0, 1.5)])
def test_a_call_has_time_left_when_it_waited_for_a_process(pool: float | None, seconds: float) -> None:
    """A call waits for another process half of its pool timeout, and 10 seconds at most."""
    request = httpx.Request("GET", HOME.origin, extensions={"timeout": {"pool": pool}})
    assert _patience_with_processes(request) == seconds


def test_a_token_that_was_not_written_whole_is_none() -> None:
    """A write that ends in the middle leaves no token, and the next one is whole."""
    shared, wrong = SharedToken(), cast("float", "no number")
    assert shared.try_lock(Ticket(lambda: None))
    shared.put(WorkspaceToken("first", 1.0, 2.0))
    with pytest.raises(struct.error):
        shared.put(WorkspaceToken("torn", wrong, 3.0))
    assert shared.get() is None
    shared.put(WorkspaceToken("next", 3.0, 4.0))
    token = shared.get()
    assert token is not None
    assert (token.text, token.due, token.end) == ("next", 3.0, 4.0)


def test_the_lock_is_held_until_its_call_has_ended() -> None:
    """Releasing is for the call that took the lock: before its end, it changes nothing."""
    shared, ticket = SharedToken(), Ticket(lambda: None)
    assert shared.try_lock(ticket)

    def is_free() -> bool:
        with child(lambda pipe: pipe.send(shared.try_lock(Ticket(lambda: None)))) as pipe:
            return bool(pipe.recv())

    shared.unlock()
    assert not is_free()
    ticket.is_done = True
    shared.unlock()
    assert is_free()


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.full)])
def test_a_torn_token_is_never_read(rounds: int) -> None:
    """A process that is killed while it writes tokens leaves a whole one or none, and the next write is whole."""
    shared = SharedToken()

    def numbered(number: int) -> WorkspaceToken:
        length = 1 + number % 9000
        return WorkspaceToken(chr(33 + number % 90) * length, number, length)

    def write(pipe: Any) -> None:
        assert shared.try_lock(Ticket(lambda: None))
        for number in itertools.count(1):
            shared.put(numbered(number))

    for number in range(rounds):
        before = shared.stamp
        with child(write):
            while shared.stamp == before:
                time.sleep(0.001)
        ticket = Ticket(lambda: None)
        assert shared.try_lock(ticket)
        token = shared.get()
        assert token is None or token.text == numbered(int(token.due)).text
        shared.put(numbered(number))
        again = shared.get()
        assert again is not None
        assert (again.text, again.due) == (numbered(number).text, number)
        ticket.is_done = True
        shared.unlock()


def test_a_token_that_none_gives_is_not_waited_for() -> None:
    """A call that gets no token releases the lock: the call of another process asks at once."""
    auth = make_auth(HOME, Clock())

    def work(pipe: Any) -> None:
        pipe.recv()
        try:
            call(auth, lambda request: httpx.Response(500))
        except TokenError:
            pipe.send("none")
        pipe.recv()

    with child(work) as pipe:
        pipe.send("begin")
        assert pipe.recv() == "none"
        service = TokenService()
        assert call(auth, service).status_code == 200
    assert service.log == ["get", "call 1"]


def test_a_shared_token_shows_nowhere() -> None:
    """Its repr and its attributes show no token, and it cannot be pickled."""
    shared = SharedToken()
    assert shared.try_lock(Ticket(lambda: None))
    shared.put(WorkspaceToken("planted-token", 1.0, 2.0))
    assert "planted" not in repr(shared) + repr(vars(shared))
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(shared)
