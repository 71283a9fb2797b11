"""The ASGI application: route, authenticate, validate, handle, answer, remember."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from ._auth import Authenticator, RefusedError, Wire
from ._call import Call, Handler, Reply
from ._description import Description, Operation, SpecError, find_descriptions, load_description
from ._errors import ApiError, NotFoundError
from ._examples import example_reply
from ._feeds import FeedHub, Listener
from ._json import dump
from ._keys import KeyRing
from ._log import Record, RequestLog
from ._routes import Match, Router
from ._settings import Settings
from ._state import World
from ._validate import Validators, read_body, read_parameters
from .handlers import find_handler

__all__ = ["App"]

_LOG = logging.getLogger("qredo_emulator")
_MARK = "x-qredo-emulator"


@dataclass(slots=True)
class _Trace:
    """What became known about a request while it was answered."""

    operation: str | None = None
    verified: bool | None = None
    example: bool = False


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
        self.world = World(settings)
        self.auth = Authenticator(keys, settings)
        self.hub = FeedHub()
        self.log = RequestLog()
        self.descriptions = {
            name: load_description(name, file) for name, file in find_descriptions(settings.spec).items()
        }
        self.default_api = _default_api(self.descriptions, settings.default_api)
        self.router = Router(self.descriptions.values(), self.default_api)
        self._requests, self._answers = Validators.for_requests(), Validators.for_answers()
        self._handlers: dict[tuple[str, str], Handler] = {}
        for package, description in self.descriptions.items():
            for operation in description.operations:
                handler = None if settings.examples_only else find_handler(package, operation)
                if handler is not None:
                    self._handlers[package, operation.id] = handler

    def examples(self) -> dict[str, list[str]]:
        """Per package, the operations that answer examples (with ``strict``, an error)."""
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
                body = await Request(scope, receive).body()
            except ClientDisconnect:
                return
            await self._answer(scope, _wire(scope, scope["method"], body))(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._feed(WebSocket(scope, receive, send))

    def _answer(self, scope: Scope, wire: Wire) -> Response:
        trace, failure = _Trace(), None
        try:
            response = self._try(scope, wire, trace)
        except ApiError as error:
            failure = error
            response = _error_response(failure)
        except Exception as error:
            _LOG.exception("the emulator failed at %s %s", wire.method, wire.url)
            failure = ApiError(500, f"the emulator failed: {type(error).__name__}; its log has the rest")
            response = _error_response(failure)
        self._remember(wire, trace, response.status_code, failure)
        return response

    def _try(self, scope: Scope, wire: Wire, trace: _Trace) -> Response:
        match, operation = self._route(scope, wire.method)
        trace.operation = operation.id
        try:
            trace.verified = False
            owner = self.auth.check(operation.security, wire)
            trace.verified = True
            self.keys.mark_live(owner)
            query = scope["query_string"].decode("latin-1")
            reply = self._reply(match, operation, owner, wire, query, trace)
            response = _success_response(operation, reply, trace.example)
            self._check(operation, response.status_code, reply.body)
        except ApiError as error:
            self._check(operation, error.status, error.body)
            raise
        return response

    def _route(self, scope: Scope, method: str) -> tuple[Match, Operation]:
        match = self._find(scope)
        if operation := match.endpoint.operations.get(method):
            return match, operation
        if not match.endpoint.operations:
            raise _upgrade_required()
        allowed = ", ".join(sorted(match.endpoint.operations))
        raise ApiError(405, f"{method} is not one of {allowed}", headers={"allow": allowed})

    def _find(self, scope: Scope) -> Match:
        raw_path = scope.get("raw_path") or scope["path"].encode()
        match = self.router.find(raw_path.decode("latin-1"))
        if match is None:
            bases = ", ".join(base for bases in self.router.base_paths.values() for base in bases)
            raise ApiError(404, f"no such path; base paths are {bases}")
        return match

    def _reply(
        self, match: Match, operation: Operation, owner: str, wire: Wire, query_string: str, trace: _Trace
    ) -> Reply:
        query = read_parameters(operation, match.parameters, query_string, self._requests)
        content_type = next(iter(wire.values(b"content-type")), None)
        body = read_body(operation, wire.body, content_type, self._requests)
        if operation.success is None:
            raise _upgrade_required()
        handler = self._handlers.get((match.endpoint.package, operation.id))
        if handler is None:
            if self.settings.strict:
                raise ApiError(501, f"{operation.id} has no handler in this emulator, which runs with --strict")
            trace.example = True
            return example_reply(operation)
        origin = "/".join(wire.url.split("/", 3)[:3])
        with self.world.lock:
            account = self.world.account(owner)
            return handler(account, Call(f"{origin}{match.base_path}", match.parameters, query, body))

    def _check(self, operation: Operation, status: int, body: Any) -> None:
        """With ``check_responses``, refuses to send what the description does not say."""
        if not self.settings.check_responses:
            return
        documented = operation.responses.get(str(status)) or operation.responses.get("default")
        problem = None
        if documented is None:
            problem = ("", f"status {status} is not documented")
        elif documented.schema is not None:
            problem = self._answers.problem(documented.schema, body)
        elif body is not None:
            problem = ("", f"status {status} is documented without a body")
        if problem:
            reason = f"{operation.id} answers what its description does not say: {problem[0]}: {problem[1]}"
            _LOG.error("%s", reason)
            raise ApiError(500, reason)

    def _remember(self, wire: Wire, trace: _Trace, status: int, failure: ApiError | None) -> None:
        refused = failure if isinstance(failure, RefusedError) else None
        reason = refused.cause if refused else failure.reason if failure else None
        explanation = refused.explanation if refused else None
        if refused:
            _LOG.warning(
                "refused %s %s: %s%s", wire.method, wire.url, reason, f"\n{explanation}" if explanation else ""
            )
        self.log.add(
            Record(
                time=self.settings.clock(),
                method=wire.method,
                url=wire.url,
                operation=trace.operation,
                status=status,
                verified=trace.verified,
                reason=reason,
                explanation=explanation,
                example=trace.example,
            )
        )

    async def _feed(self, socket: WebSocket) -> None:
        wire, trace = _wire(socket.scope, "WEBSOCKET", b""), _Trace()
        try:
            listener = self._admit(socket.scope, wire, trace)
        except ApiError as error:
            self._remember(wire, trace, error.status, error)
            response = _error_response(error)
            response.headers["connection"] = "close"  # the server closes it; a client must not use it again
            await socket.send_denial_response(response)
            return
        self._remember(wire, trace, 101, None)
        await self.hub.serve(socket, listener)

    def _admit(self, scope: Scope, wire: Wire, trace: _Trace) -> Listener:
        match = self._find(scope)
        feed = match.endpoint.feed
        if feed is None:
            raise ApiError(404, "there is no feed at this path")
        trace.operation = f"feed:{feed.name}"
        trace.verified = False
        owner = self.auth.check(feed.security, wire)
        trace.verified = True
        self.keys.mark_live(owner)
        client_id = match.parameters.get("client_id")
        with self.world.lock:
            known = self.world.account(owner).core_clients
            if client_id is not None and client_id not in known and not self.settings.examples_only:
                raise NotFoundError("client_id")
        return Listener(feed.name, owner, match.parameters)


def _default_api(descriptions: Mapping[str, Description], wanted: str | None) -> str:
    partner = [name for name in descriptions if name.startswith("qredo_partner_")]
    name = wanted or max(partner or descriptions, key=lambda name: [int(part) for part in re.findall("[0-9]+", name)])
    if name not in descriptions:
        raise SpecError(f"the default API {name!r} is not one of {', '.join(sorted(descriptions))}")
    return name


def _wire(scope: Scope, method: str, body: bytes) -> Wire:
    headers = scope["headers"]
    host = next((value for key, value in headers if key == b"host"), b"")
    path = scope.get("raw_path") or scope["path"].encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return Wire(method, f"{scope['scheme']}://{(host + path + query).decode('latin-1')}", headers, body)


def _success_response(operation: Operation, reply: Reply, example: bool) -> Response:
    status = reply.status or operation.success or 200
    headers = {_MARK: "example"} if example else None
    if reply.body is None:
        return Response(status_code=status, headers=headers)
    return Response(dump(reply.body), status, headers, "application/json")


def _error_response(error: ApiError) -> Response:
    headers = dict(error.headers)
    if isinstance(error, RefusedError):
        # Beside the documented body, which does not tell: what is wrong, for whoever looks at it.
        headers[_MARK] = "refused; " + error.cause.encode("ascii", "backslashreplace").decode()
    return Response(dump(error.body), error.status, headers, "application/json")


def _upgrade_required() -> ApiError:
    return ApiError(426, "this is a WebSocket feed", headers={"upgrade": "websocket", "connection": "upgrade"})
