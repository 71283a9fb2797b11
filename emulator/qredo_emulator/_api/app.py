"""The ASGI application of the APIs: route, authenticate, validate, handle, respond, log."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from qredo_emulator._authentication.authenticator import Authenticator, RefusedError
from qredo_emulator._authentication.key_ring import KeyRing
from qredo_emulator._authentication.request import Wire, wire_of
from qredo_emulator._description.document import SpecError, find_descriptions
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.read import Description, load_description
from qredo_emulator._description.reading import RequestReader
from qredo_emulator._description.routes import Match, Router, unknown_path
from qredo_emulator._description.security import Security
from qredo_emulator._description.validation import Validators
from qredo_emulator._errors import ApiError
from qredo_emulator._settings import Settings
from qredo_emulator._state.world import World
from qredo_emulator.domain.access import enter, first_messages
from qredo_emulator.handlers import find_handler, keeps_state
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply

from .examples import example_reply
from .faults import AppliedFaults, Fault, FaultQueue, Faults
from .feeds import FeedHub, Listener
from .request_log import Record, RequestLog
from .responses import dated, error_response, success_response, upgrade_required
from .tcp_connections import Connections

__all__ = ["App"]

_LOG = logging.getLogger("qredo_emulator")


@dataclass(slots=True)
class _Trace:
    """What was found out about a request while it was handled."""

    operation: str | None = None
    verified: bool | None = None
    example: bool = False
    failure: ApiError | None = None
    fault: str | None = None


_STAMPS = ("x-timestamp", "qredo-api-ts")
_LONGEST_STAMP = 20
"""Digits. Such a number is no time any more, and int() takes longer for more."""


_LONGEST_BODY = 16 * 1024 * 1024
"""Bytes."""


class App:
    """One emulator without its server; any ASGI server or test transport can run it.

    Args:
        settings: The rules.
        keys: The API keys that are known.

    Raises:
        SpecError: No description is there, one can't be served, or the default API is none of them.
    """

    def __init__(self, settings: Settings, keys: KeyRing) -> None:
        self.settings = settings
        self.keys = keys
        self.world: World = World(settings)
        self.hub: FeedHub = FeedHub()
        self.world.publish = self.hub.publish
        self.log: RequestLog = RequestLog()
        self.descriptions: dict[str, Description] = {
            name: load_description(name, file) for name, file in find_descriptions(settings.spec).items()
        }
        self.default_api: str = _default_api(self.descriptions, settings.default_api)
        self.router: Router = Router(self.descriptions.values(), self.default_api)
        self.connections: Connections = Connections()
        self.auth: Authenticator = Authenticator(keys, settings, self._clocks(), self._bases(), self._words())
        self._faults = FaultQueue()
        self.faults: Faults = Faults(self._faults, self._names())
        requests, self._responses = Validators.for_requests(), Validators.for_responses()
        self._readers = {name: RequestReader(one.openapi, requests) for name, one in self.descriptions.items()}
        self._handlers: dict[tuple[str, str], Handler] = {}
        for package, description in self.descriptions.items():
            for operation in description.operations:
                handler = None if settings.examples_only else find_handler(package, operation)
                if handler is not None:
                    self._handlers[package, operation.id] = handler

    def _clocks(self) -> list[Callable[[], float]]:
        """Return the clocks by which a timestamp may be fresh: clients sign by a clock that `advance` does not move."""
        own = [self.world.time, self.settings.clock]
        return own if self.settings.seed is None else [*own, time.time]

    def _bases(self) -> list[str]:
        served = [path for paths in self.router.base_paths.values() for path in paths]
        return list(dict.fromkeys([*served, *(url for one in self.descriptions.values() for url in one.servers)]))

    def _words(self) -> list[str]:
        paths = (operation.path for one in self.descriptions.values() for operation in one.operations)
        return list(dict.fromkeys(word for path in paths if "{" not in (word := path.rpartition("/")[2])))

    def _names(self) -> list[str]:
        descriptions = self.descriptions.values()
        feeds = [f"feed:{feed.name}" for one in descriptions for feed in one.feeds]
        return feeds + [operation.id for one in descriptions for operation in one.operations]

    def examples(self) -> dict[str, list[str]]:
        """Per package, the operations that answer examples (with `strict`, an error)."""
        return {
            package: [
                operation.id
                for operation in description.operations
                if operation.success is not None and (package, operation.id) not in self._handlers
            ]
            for package, description in self.descriptions.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface, for HTTP and WebSocket."""
        if scope["type"] == "http":
            try:
                body = await _body_of(Request(scope, receive))
            except ClientDisconnect:
                return
            except ApiError as error:
                await self._reject(scope, receive, send, error)
                return
            await self._serve(scope, receive, send, wire_of(scope, scope["method"], body))
        elif scope["type"] == "websocket":
            await self._feed(WebSocket(scope, receive, send))

    async def _reject(self, scope: Scope, receive: Receive, send: Send, error: ApiError) -> None:
        """Answer a request that was not read to its end."""
        wire = wire_of(scope, scope["method"], b"")
        self._remember(wire, _Trace(failure=error), error.status)
        response = dated(error_response(error), self._time(wire))
        response.headers["connection"] = "close"
        await response(scope, receive, send)

    def clear(self) -> None:
        """Forget requests, nonces and faults, and restart the random numbers from their seed."""
        self.auth.clear()
        self.log.clear()
        self.faults.clear()
        if self.settings.seed is not None:
            self.settings.random.seed(self.settings.seed)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, wire: Wire) -> None:
        trace = _Trace()
        applied = await self._apply_faults(scope, wire.method, trace)
        end = applied.end
        response = self._answer(scope, wire, trace) if end is None or end.after else None
        if end is not None and end.kind == "reset":
            self._remember(wire, trace, 0)
            await self.connections.reset(scope, receive)
            return
        if response is None or end is not None:
            trace.failure = _failure_of(end)
            response = error_response(trace.failure)
        self._remember(wire, trace, response.status_code)
        await dated(response, self._time(wire) + applied.skew)(scope, receive, send)

    async def _apply_faults(self, scope: Scope, method: str, trace: _Trace) -> AppliedFaults:
        """Apply the faults of a request: return what they change, after their delay."""
        applied = self._faults.next(self._name(scope, method)) if self._faults else AppliedFaults()
        if applied.names:
            trace.operation, trace.fault = self._name(scope, method), ", ".join(applied.names)
        if applied.delay:
            await asyncio.sleep(applied.delay)
        return applied

    def _name(self, scope: Scope, method: str) -> str | None:
        match = self.router.find(_raw_path(scope))
        if match is None:
            return None
        if method == "WEBSOCKET":
            return f"feed:{match.endpoint.feed.name}" if match.endpoint.feed else None
        operation = match.endpoint.operations.get(method)
        return operation.id if operation else None

    def _time(self, wire: Wire) -> float:
        """Return the time for the Date header: a client compares it with its own clock, and may correct that by it."""
        return self._clock(wire)()

    def _clock(self, wire: Wire) -> Callable[[], float]:
        """Return the clock that the client follows: of those that are fresh, the one that is closest to its timestamp.

        Without a timestamp it is the clock of clients that have none of their own.
        """
        texts = [text for name in _STAMPS for text in wire.values(name)]
        stamps = [int(text) for text in texts if text.isdecimal() and len(text) <= _LONGEST_STAMP]
        clocks = self._clocks()
        return min(clocks, key=lambda clock: abs(clock() - stamps[0])) if stamps else clocks[-1]

    def _leads(self, wire: Wire) -> tuple[int, ...]:
        """Return by how much the client's clock is ahead: code that uses the real clock works with a seed, too."""
        if self.settings.seed is None or self._clock(wire) is not time.time:
            return (0,)
        real = int(time.time()) - self.world.now
        return (real,) if any(wire.values(name) for name in _STAMPS) else (real, 0)

    def _answer(self, scope: Scope, wire: Wire, trace: _Trace) -> Response:
        try:
            return self._try(scope, wire, trace)
        except ApiError as error:
            trace.failure = error
        except Exception as error:
            _LOG.exception("the emulator failed at %s %s", wire.method, wire.url)
            trace.failure = ApiError(500, f"the emulator failed: {type(error).__name__}; its log has the rest")
        return error_response(trace.failure)

    def _try(self, scope: Scope, wire: Wire, trace: _Trace) -> Response:
        match, operation = self._route(scope, wire.method)
        trace.operation = operation.id
        try:
            owner = self._authenticate(operation.security, wire, trace)
            query = scope["query_string"].decode("latin-1")
            reply = self._reply(match, operation, owner, wire, query, trace)
            response = success_response(operation, reply, example=trace.example)
            self._check(match, operation, response.status_code, reply)
        except ApiError as error:
            self._check(match, operation, error.status, Reply(error.body))
            raise
        return response

    def _authenticate(self, security: Security, wire: Wire, trace: _Trace) -> str:
        trace.verified = False
        identity = self.auth.check(security, wire)
        trace.verified = True if identity.proved else None
        if identity.proved:
            self.keys.mark_live(identity.owner)
        return identity.owner

    def _route(self, scope: Scope, method: str) -> tuple[Match, Operation]:
        match = self._find(scope)
        if operation := match.endpoint.operations.get(method):
            return match, operation
        if not match.endpoint.operations:
            raise upgrade_required()
        allowed = ", ".join(sorted(match.endpoint.operations))
        raise ApiError(405, f"{method} is not one of {allowed}", headers={"allow": allowed})

    def _find(self, scope: Scope) -> Match:
        match = self.router.find(_raw_path(scope))
        if match is None:
            why = unknown_path(self.router, _raw_path(scope))
            _LOG.warning("not found: %s: %s", _raw_path(scope), why)
            raise ApiError(404, why)
        return match

    def _reply(
        self, match: Match, operation: Operation, owner: str, wire: Wire, query_string: str, trace: _Trace
    ) -> Reply:
        reader = self._readers[match.endpoint.package]
        given = reader.read(operation, match.sent, query_string, wire.values, wire.body)
        if operation.success is None:
            raise upgrade_required()
        handler = self._handlers.get((match.endpoint.package, operation.id))
        if handler is None:
            if self.settings.strict:
                raise ApiError(501, f"{operation.id} has no handler in this emulator, which runs with --strict")
            trace.example = True
            return example_reply(operation, ",".join(wire.values("accept")) or None)
        origin = "/".join(wire.url.split("/", 3)[:3])
        with self.world.lock:
            self.world.leads = self._leads(wire)
            account, agent_id = enter(self.world, owner, agent=operation.security.proof == "token")
            base_url = f"{origin}{match.base_path}"
            request = OperationRequest(base_url, given.path, given.query, given.header, given.body, agent_id)
            return handler(account, request)

    def _check(self, match: Match, operation: Operation, status: int, reply: Reply) -> None:
        """With `check_responses`, reject a response that does not match the description."""
        if not self.settings.check_responses:
            return
        documented = operation.response(status)
        content = reply.content or next(iter(documented.content if documented else ()), None)
        problem = None
        if documented is None:
            problem = ("", f"status {status} is not documented")
        elif content is not None:
            openapi = self.descriptions[match.endpoint.package].openapi
            problem = self._responses.problem(content.schema, reply.body, openapi)
        elif reply.body is not None:
            problem = ("", f"status {status} is documented without a body")
        if problem:
            reason = f"{operation.id} answers what its description does not say: {problem[0]}: {problem[1]}"
            _LOG.error("%s", reason)
            raise ApiError(500, reason)

    def _remember(self, wire: Wire, trace: _Trace, status: int) -> None:
        failure = trace.failure
        refused = failure if isinstance(failure, RefusedError) else None
        reason = refused.cause if refused else failure.reason if failure else None
        explanation = refused.explanation if refused else None
        if refused:
            shown = f"\n{explanation}" if explanation else ""
            _LOG.warning("refused %s %s: %s%s", wire.method, wire.url, reason, shown)
        self.log.add(
            Record(
                time=self.world.time(),
                method=wire.method,
                url=wire.url,
                operation=trace.operation,
                status=status,
                verified=trace.verified,
                reason=reason,
                explanation=explanation,
                example=trace.example,
                fault=trace.fault,
            )
        )

    async def _feed(self, socket: WebSocket) -> None:
        wire, trace = wire_of(socket.scope, "WEBSOCKET", b""), _Trace()
        applied = await self._apply_faults(socket.scope, wire.method, trace)
        if applied.end is not None and applied.end.kind == "reset":
            self._remember(wire, trace, 0)
            await self.connections.reset(socket.scope, socket.receive)
            return
        try:
            if applied.end is not None:
                raise _failure_of(applied.end)
            listener = self._admit(socket.scope, wire, trace)
        except ApiError as error:
            trace.failure = error
            self._remember(wire, trace, error.status)
            response = dated(error_response(error), self._time(wire) + applied.skew)
            response.headers["connection"] = "close"  # the server closes it; a client must not use it again
            await socket.send_denial_response(response)
            return
        self._remember(wire, trace, 101)
        await self.hub.serve(socket, listener)

    def _admit(self, scope: Scope, wire: Wire, trace: _Trace) -> Listener:
        match = self._find(scope)
        feed = match.endpoint.feed
        if feed is None:
            raise ApiError(404, "there is no feed at this path")
        trace.operation = f"feed:{feed.name}"
        owner = self._authenticate(feed.security, wire, trace)
        if self.settings.examples_only:
            return self.hub.listen(Listener(feed.name, owner, match.parameters), [])
        with self.world.lock:  # so that no message is lost between the first ones and those that follow
            account, agent_id = enter(self.world, owner, agent=feed.security.proof == "token")
            first = first_messages(account, agent_id, match.parameters.get("client_id"))
            return self.hub.listen(Listener(feed.name, agent_id or owner, match.parameters), first)


async def _body_of(request: Request) -> bytes:
    """Read the body of a request.

    Raises:
        ApiError: 413; it is too long.
    """
    announced = request.headers.get("content-length", "0")
    body = bytearray()
    if int(announced[:20]) <= _LONGEST_BODY:  # a number, as the server has checked
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST_BODY:
                break
        else:
            return bytes(body)
    raise ApiError(413, f"/body: is longer than {_LONGEST_BODY:,} bytes, the most that this emulator reads")


def _default_api(descriptions: Mapping[str, Description], wanted: str | None) -> str:
    stateful = [name for name in descriptions if keeps_state(name)]
    name = wanted or max(stateful or descriptions, key=lambda name: [int(part) for part in re.findall("[0-9]+", name)])
    if name not in descriptions:
        raise SpecError(f"the default API {name!r} is not one of {', '.join(sorted(descriptions))}")
    return name


def _raw_path(scope: Scope) -> str:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw_path.decode("latin-1")


def _failure_of(fault: Fault | None) -> ApiError:
    assert fault is not None
    headers = {} if fault.retry_after is None else {"retry-after": fault.retry_after}
    return ApiError(fault.status, "the emulator was told to answer this", headers=headers)
