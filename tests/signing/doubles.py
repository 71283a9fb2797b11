"""Stand-ins for the other side of each seam: generated client classes, API keys, signers, and servers on loopback."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace, TracebackType
from typing import Any, ClassVar, Literal, TypeAlias

import httpx
from qredo_signing import Credentials, Environment, HmacCredentials, PartnerAuth, QredoAuth, TokenAuth, connect

HMAC_HEADERS = {"qredo-api-key", "qredo-api-ts", "qredo-api-sig"}
CREDENTIAL_HEADERS = {"x-api-key", "x-sign", "x-timestamp", "x-nonce", "x-api-zkp", *HMAC_HEADERS}
API_SECRET = "cGxhbnRlZC1zZWNyZXQtb2YtdGhlLXFyZWRvLWFwaS12MQ"
WORKSPACE = "2ZDgLmOIYRLFXx1RtNYfF3Va7nu"
BASE = "/api/v2"
AnyCredentials: TypeAlias = Credentials | HmacCredentials


Rule: TypeAlias = Literal["clock", "counter"]
"""The rules of nonce sources, as their users write them."""


def make_api_key(**members: object) -> str:
    """Make an API key as the vendor does: base64url of JSON, here without padding."""
    text = json.dumps({"key_id": "a2V5LWlkLXRlc3Q", "key": "cGxhbnRlZC1zZWNyZXQtb2YtdGhlLWFwaS1rZXk", **members})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass
class Seen:
    """One request as a server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Recorder:
    """A server's answers, and what it was asked."""

    answer: Callable[[Seen], tuple[int, dict[str, str], bytes]]
    url: str = ""
    requests: list[Seen] = field(default_factory=list)


@contextmanager
def serve(
    answer: Callable[[Seen], tuple[int, dict[str, str], bytes]] = lambda seen: (200, {}, b"{}"),
    tls: ssl.SSLContext | None = None,
) -> Iterator[Recorder]:
    """Run a real HTTP server on a free port of 127.0.0.1, over TLS if there is a context for it."""
    recorder = Recorder(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            # `self.path` would have a leading double slash cut to one.
            seen = Seen(self.command, self.requestline.split(" ")[1], headers, body)
            recorder.requests.append(seen)
            status, extra, content = recorder.answer(seen)
            self.send_response(status)
            for name, value in {**extra, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names that http.server looks up

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    recorder.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_info(**known: object) -> SimpleNamespace:
    """Make what a generated client says about a request."""
    usual = {"operation": "dummy.call", "security": "partner_signature", "repeatable": False}
    return SimpleNamespace(**{**usual, "idempotency_key": None, "look_up": None, "max_retries": None, **known})


class DummyAPI:
    """What the generated classes of one API version say about it."""

    API: ClassVar[tuple[str, str]] = ("dummy_v1", "1.0.0+r1")
    SERVERS: ClassVar[Mapping[str, str]] = {
        "production": "https://api.qredo.network/api/v1/p",
        "sandbox": "https://sandbox-api.qredo.network/api/v1/p",
        "sandbox_qapi": "https://sandbox-api.qredo.network/qapi/v1/p",
        "play": "https://play-api.qredo.network/api/v1/p",
    }
    SECURITY: ClassVar[Literal["partner_signature"]] = "partner_signature"
    STAMPS: ClassVar[tuple[str, ...]] = ("timestamp", "nonce")
    NONCE_RULE: ClassVar[str | None] = None
    FEEDS: ClassVar[Mapping[str, Any]] = {}

    base_url: str
    send: Callable[[httpx.Request], Any]

    def build(self, method: str, path: str, security: str | None = None, **options: Any) -> httpx.Request:
        """Build a request as a generated client does."""
        info = make_info(security=self.SECURITY if security is None else security, repeatable=method == "GET")
        agent = f"{getattr(self.send, 'product', '')} dummy_v1/1.0.0+r1".lstrip()
        headers = {"accept": "application/json", "user-agent": agent}
        return httpx.Request(method, self.base_url + path, headers=headers, extensions={"qredo": info}, **options)


class DummyClient(DummyAPI):
    """A sync client of the seam."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        base_url: str,
        send: Callable[[httpx.Request], httpx.Response] | None = None,
        owns_http: bool = True,
    ) -> None:
        self.http, self.base_url, self.owns_http = http, base_url, owns_http
        self.send = send or (lambda request: http.send(request, follow_redirects=False))

    def call(self, method: str = "GET", path: str = "/assets", **options: Any) -> httpx.Response:
        """Call an operation."""
        response: httpx.Response = self.send(self.build(method, path, **options))
        return response

    def close(self) -> None:
        """Close what is ours."""
        if self.owns_http:
            self.http.close()

    def __enter__(self) -> DummyClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncDummy(DummyAPI):
    """An async client of the seam."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        send: Any = None,
        owns_http: bool = True,
    ) -> None:
        self.http, self.base_url, self.owns_http = http, base_url, owns_http
        self.send = send or (lambda request: http.send(request, follow_redirects=False))

    async def call(self, method: str = "GET", path: str = "/assets", **options: Any) -> httpx.Response:
        """Call an operation."""
        response: httpx.Response = await self.send(self.build(method, path, **options))
        return response

    async def aclose(self) -> None:
        """Close what is ours."""
        if self.owns_http:
            await self.http.aclose()

    async def __aenter__(self) -> AsyncDummy:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


class HmacAPI:
    """What the classes of an API that is signed with a secret say about it."""

    SECURITY: ClassVar[Literal["qredo_signature"]] = "qredo_signature"
    STAMPS: ClassVar[tuple[str, ...]] = ("timestamp",)


class HmacDummy(HmacAPI, DummyClient):  # type: ignore[misc]  # the scheme of the other API
    """A sync client of such an API."""


class AsyncHmacDummy(HmacAPI, AsyncDummy):  # type: ignore[misc]
    """An async client of such an API."""


class TokenAPI:
    """What the classes of an API that takes tokens say about it."""

    API: ClassVar[tuple[str, str]] = ("dummy_v2", "2.0.0+r1")
    SERVERS: ClassVar[Mapping[str, str]] = {"production": f"https://api-v2.qredo.network{BASE}"}
    SECURITY: ClassVar[Literal["qredo_token"]] = "qredo_token"
    STAMPS: ClassVar[tuple[str, ...]] = ()


class TokenDummy(TokenAPI, DummyClient):  # type: ignore[misc]  # the scheme of the other API
    """A sync client of such an API."""


class AsyncTokenDummy(TokenAPI, AsyncDummy):  # type: ignore[misc]
    """An async client of such an API."""


class WorkspaceCredentials(HmacCredentials):
    """Credentials that get a token for `WORKSPACE`."""


def make_auth(
    credentials: AnyCredentials, environment: Environment, **options: Any
) -> PartnerAuth | QredoAuth | TokenAuth:
    """Make the auth that belongs to these credentials."""
    if isinstance(credentials, WorkspaceCredentials):
        return TokenAuth(credentials, environment, workspace_id=WORKSPACE, **options)
    if isinstance(credentials, HmacCredentials):
        return QredoAuth(credentials, environment, **options)
    return PartnerAuth(credentials, environment, **options)


def connect_sync(credentials: AnyCredentials, environment: Environment, **options: Any) -> DummyClient:
    """Connect a sync client that belongs to these credentials."""
    if isinstance(credentials, WorkspaceCredentials):
        return connect(TokenDummy, credentials, environment, workspace_id=WORKSPACE, **options)
    if isinstance(credentials, HmacCredentials):
        return connect(HmacDummy, credentials, environment, **options)
    return connect(DummyClient, credentials, environment, **options)


def connect_async(credentials: AnyCredentials, environment: Environment, **options: Any) -> AsyncDummy:
    """The same for an async one."""
    if isinstance(credentials, WorkspaceCredentials):
        return connect(AsyncTokenDummy, credentials, environment, workspace_id=WORKSPACE, **options)
    if isinstance(credentials, HmacCredentials):
        return connect(AsyncHmacDummy, credentials, environment, **options)
    return connect(AsyncDummy, credentials, environment, **options)


def call(
    mode: str,
    credentials: AnyCredentials,
    environment: Environment,
    *request: str,
    options: Mapping[str, Any] | None = None,
    **call_options: Any,
) -> httpx.Response:
    """Connect, call once and close, through the sync client or the async one, over aiohttp if the mode is that."""
    connect_options: dict[str, Any] = {**({"transport": "aiohttp"} if mode == "aiohttp" else {}), **(options or {})}
    if mode == "sync":
        with connect_sync(credentials, environment, **connect_options) as client:
            return client.call(*request, **call_options)

    async def main() -> httpx.Response:
        async with connect_async(credentials, environment, **connect_options) as client:
            return await client.call(*request, **call_options)

    return asyncio.run(main())


def send_bare(mode: str, auth: httpx.Auth, request: httpx.Request, **options: Any) -> httpx.Request:
    """Send one request through a plain httpx client that has the auth; return it as the server saw it, which says 200.

    The client's own request has no credentials any more when the call returns.
    """
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(copy.copy(request))
        return httpx.Response(200)

    transport = httpx.MockTransport(answer)
    if mode == "sync":
        with httpx.Client(transport=transport, auth=auth, **options) as http:
            http.send(request)
    else:

        async def main() -> None:
            async with httpx.AsyncClient(transport=transport, auth=auth, **options) as http:
                await http.send(request)

        asyncio.run(main())
    return seen[-1]


class DummyHSM:
    """A signer that keeps its key to itself, as a hardware module does."""

    def __init__(self, key: Any, answer: object = None) -> None:
        self._key = key
        self._answer = answer

    def sign(self, message: bytes) -> Any:
        """Sign, or give the answer that the test wants."""
        return self._key.sign(message) if self._answer is None else self._answer
