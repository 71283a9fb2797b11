"""The ASGI application of the APIs: route, authenticate, validate, handle, respond, log."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping

from qredo_signing._http.schemes import SCHEMES
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from qredo_emulator._authentication.authenticator import Authenticator, Identity, RefusedError
from qredo_emulator._authentication.key_ring import KeyRing
from qredo_emulator._authentication.request import RawRequest, raw_request
from qredo_emulator._authentication.variations import Served
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
from qredo_emulator.handlers import keeps_state
from qredo_emulator.handlers._call import OperationRequest, Reply
from qredo_emulator.handlers._inherited import Serving, find_serving

from .body_limit import read_body
from .examples import example_reply
from .faults import Fault, FaultQueue, Faults
from .feeds import FeedHub, Listener
from .request_log import Record, RequestLog
from .responses import dated, error_response, success_response, undescribed, upgrade_required
from .tcp_connections import Connections

__all__ = ["App"]

_LOG = logging.getLogger("qredo_emulator")


_STAMPS = tuple(scheme.timestamp_header.lower() for scheme in SCHEMES.values() if scheme.timestamp_header)
_LONGEST_STAMP = 20
"""Digits. Such a number is no time any more, and int() takes longer for more."""


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
        # A timestamp may be fresh by any of these: clients sign by a clock that `advance` does not move.
        real = [] if settings.seed is None else [time.time]
        self._clocks: list[Callable[[], float]] = [self.world.time, settings.clock, *real]
        self.auth: Authenticator = Authenticator(keys, settings, self.world.tokens, self._clocks, self._served())
        self._faults = FaultQueue()
        self.faults: Faults = Faults(self._faults, self._names())
        requests, self._responses = Validators.for_requests(), Validators.for_responses()
        self._readers = {name: RequestReader(one.openapi, requests) for name, one in self.descriptions.items()}
        self._serving: dict[tuple[str, str], Serving] = {
            (package, operation.id): found
            for package, description in self.descriptions.items()
            for operation in description.operations
            if (found := find_serving(self.descriptions, package, operation, examples_only=settings.examples_only))
        }

    def _served(self) -> Served:
        descriptions = self.descriptions.values()
        bases = [path for paths in self.router.base_paths.values() for path in paths]
        urls = [url for one in descriptions for url in one.servers]
        words = [operation.path.rpartition("/")[2] for one in descriptions for operation in one.operations]
        return Served(list(dict.fromkeys(bases + urls)), list(dict.fromkeys(word for word in words if "{" not in word)))

    def _names(self) -> list[str]:
        descriptions = self.descriptions.values()
        feeds = [f"feed:{feed.name}" for one in descriptions for feed in one.feeds]
        return feeds + [operation.id for one in descriptions for operation in one.operations]

    def examples(self) -> dict[str, list[str]]:
        """Per package, the operations that return examples (with `strict`, an error)."""
        return {
            package: [
                operation.id
                for operation in description.operations
                if operation.success is not None and (package, operation.id) not in self._serving
            ]
            for package, description in self.descriptions.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface, for HTTP and WebSocket."""
        if scope["type"] == "lifespan":
            return
        body, too_long = b"", None
        try:
            if scope["type"] == "http":
                body = await read_body(scope, receive, self.settings.max_body)
        except ClientDisconnect:
            return
        except ApiError as error:
            too_long = error
        await self._serve(scope, receive, send, raw_request(scope, body), too_long)

    def clear(self) -> None:
        """Forget requests, nonces and faults, and restart the random numbers from their seed."""
        self.auth.clear()
        self.log.clear()
        self.faults.clear()
        if self.settings.seed is not None:
            self.settings.random.seed(self.settings.seed)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, request: RawRequest, failure: ApiError | None = None
    ) -> None:
        method = "WEBSOCKET" if request.is_handshake else request.method
        match = self.router.find(request.path)
        record = Record(time=self.world.time(), method=method, url=request.url, operation=_name(match, request))
        faults = await self._await_faults(record)
        fault = next((fault for fault in faults if fault.end), None)
        result: Response | Listener | None = None
        # A feed that is lost has no listener that could get what is published.
        if fault is None or (fault.after and not request.is_handshake):
            result = _failed(record, failure) if failure else self._respond(match, request, record)
        if fault and isinstance(fault.end, ApiError):
            result = _failed(record, fault.end)
        elif fault:
            self.log.add(record)
            await self.connections.reset(scope, receive)
            return
        if isinstance(result, Listener):
            record.status = 101
            self.log.add(record)
            await self.hub.serve(WebSocket(scope, receive, send), result)
        elif result is not None:
            record.status = result.status_code
            self.log.add(record)
            if request.is_handshake:
                result.headers["connection"] = "close"  # the server closes it; a client must not use it again
            skew = sum(fault.skew for fault in faults)
            await dated(result, self._time(request) + skew)(scope, receive, send)

    async def _await_faults(self, record: Record) -> list[Fault]:
        """The faults of a request, after their delay."""
        if faults := self._faults.next(record.operation):
            record.fault = ", ".join(map(str, faults))
            await asyncio.sleep(sum(fault.delay for fault in faults))
        return faults

    def _time(self, request: RawRequest) -> float:
        """Return the time for the Date header, by which clients may correct their own clock.

        Of the clocks that are fresh it is the one closest to the request's timestamp. Without a timestamp it is the
        clock of clients that have none of their own.
        """
        texts = [text for name in _STAMPS for text in request.values(name)]
        stamps = [int(text) for text in texts if text.isdecimal() and len(text) <= _LONGEST_STAMP]
        times = [clock() for clock in self._clocks]
        return min(times, key=lambda now: abs(now - stamps[0])) if stamps else times[-1]

    def _leads(self) -> tuple[int, ...]:
        """Return the possible leads of the caller's clock: with a seed, it may be the real clock or the emulator's."""
        return (0,) if self.settings.seed is None else (0, int(time.time()) - self.world.now)

    def _respond(self, match: Match | None, request: RawRequest, record: Record) -> Response | Listener:
        try:
            if match is None:
                why = unknown_path(self.router, request.path)
                _LOG.warning("not found: %s: %s", request.path, why)
                raise ApiError(404, why)
            return (self._listen if request.is_handshake else self._call)(match, request, record)
        except ApiError as error:
            return _failed(record, error)
        except Exception as error:
            _LOG.exception("the emulator failed at %s %s", request.method, request.url)
            reason = f"the emulator failed: {type(error).__name__}; its log has the rest"
            return _failed(record, ApiError(500, reason))

    def _call(self, match: Match, request: RawRequest, record: Record) -> Response:
        operation = _operation(match, request.method)
        try:
            caller = self._authenticate(operation.security, request, record)
            reply = self._reply(match, operation, caller, request, record)
        except ApiError as error:
            self._check(match, operation, error.status, Reply(error.body))
            raise
        response = success_response(operation, reply, example=record.example)
        self._check(match, operation, response.status_code, reply)
        return response

    def _authenticate(self, security: Security, request: RawRequest, record: Record) -> Identity:
        identity = self.auth.check(security, request)
        if identity.proved:
            record.verified = True
            self.keys.mark_live(identity.owner)
        return identity

    def _reply(
        self, match: Match, operation: Operation, caller: Identity, request: RawRequest, record: Record
    ) -> Reply:
        reader = self._readers[match.endpoint.package]
        given = reader.read(operation, match.sent, request.query, request.values, request.body)
        if operation.success is None:
            raise upgrade_required()
        serving = self._serving.get((match.endpoint.package, operation.id))
        if serving is None:
            if self.settings.strict:
                raise ApiError(501, f"{operation.id} has no handler in this emulator, which runs with --strict")
            record.example = True
            return example_reply(operation, ",".join(request.values("accept")) or None)
        record.inherited_from = serving.inherited_from
        with self.world.lock:
            self.world.leads = self._leads()
            account, agent_id = enter(self.world, caller.owner, agent=operation.security.proof == "agent")
            known = OperationRequest(
                base_url=f"{request.origin}{match.base_path}",
                path=given.path,
                query=given.query,
                body=given.body,
                agent_id=agent_id,
                workspace_id=caller.workspace_id,
                date=self._time(request),
            )
            return serving.handler(account, known)

    def _check(self, match: Match, operation: Operation, status: int, reply: Reply) -> None:
        """With `check_responses`, reject a response that does not match the description; 501 is the emulator's own."""
        if not self.settings.check_responses or status == 501:
            return
        openapi = self.descriptions[match.endpoint.package].openapi
        if problem := undescribed(operation, status, reply, self._responses, openapi):
            reason = f"{operation.id} returned what its description does not say: {problem}"
            _LOG.error("%s", reason)
            raise ApiError(500, reason)

    def _listen(self, match: Match, request: RawRequest, record: Record) -> Listener:
        feed = match.endpoint.feed
        if feed is None:
            raise ApiError(404, "there is no feed at this path")
        owner = self._authenticate(feed.security, request, record).owner
        if self.settings.examples_only:
            return self.hub.listen(Listener(feed.name, owner, match.parameters), [])
        with self.world.lock:  # so that no message is lost between the first ones and those that follow
            account, agent_id = enter(self.world, owner, agent=feed.security.proof == "agent")
            first = first_messages(account, agent_id, match.parameters.get("client_id"))
            return self.hub.listen(Listener(feed.name, agent_id or owner, match.parameters), first)


def _default_api(descriptions: Mapping[str, Description], wanted: str | None) -> str:
    stateful = [name for name in descriptions if "partner" in name and keeps_state(name)]
    name = wanted or max(stateful or descriptions, key=lambda name: [int(part) for part in re.findall("[0-9]+", name)])
    if name not in descriptions:
        raise SpecError(f"the default API {name!r} is not one of {', '.join(sorted(descriptions))}")
    return name


def _name(match: Match | None, request: RawRequest) -> str | None:
    """The operation's id or the feed's name, as faults use it; None for neither."""
    if match is None:
        return None
    feed, operation = match.endpoint.feed, match.endpoint.operations.get(request.method)
    if request.is_handshake:
        return f"feed:{feed.name}" if feed else None
    return operation.id if operation else None


def _operation(match: Match, method: str) -> Operation:
    operations = match.endpoint.operations
    if not operations:
        raise upgrade_required()
    if method not in operations:
        allowed = ", ".join(sorted(operations))
        raise ApiError(405, f"{method} is not one of {allowed}", headers={"allow": allowed})
    return operations[method]


def _failed(record: Record, error: ApiError) -> Response:
    """Return the response of an error, with its reason in the record and, if it was refused, in the log."""
    record.reason, record.explanation = error.reason, None
    if isinstance(error, RefusedError):
        record.reason, record.explanation, record.verified = error.cause, error.explanation, False
        shown = f"\n{error.explanation}" if error.explanation else ""
        _LOG.warning("refused %s %s: %s%s", record.method, record.url, error.cause, shown)
    return error_response(error)
