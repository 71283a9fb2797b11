"""One story for the sync client and for the async one on each event loop."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Literal

import anyio
import httpx
import qredo_partner_v1_1
from qredo_signing import Credentials, Environment, HmacCredentials, connect
from qredo_signing.feeds import Keepalive, Reconnect, feed

__all__ = ["KINDS", "QUICK", "Kind", "agent_token", "listen", "misled"]

Kind = Literal["sync", "asyncio", "trio"]
KINDS: tuple[Kind, ...] = ("sync", "asyncio", "trio")

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # for plain http; and loading the usual list takes its time
QUICK: dict[str, Any] = {"reconnect": Reconnect(first=0.01, limit=0.02), "keepalive": Keepalive(interval=5, timeout=5)}


def agent_token(identity: str = "aWQ=") -> str:
    """A token of the form that agents send; the emulator takes one with the identity of an agent that it knows."""
    return json.dumps({"ID": identity, "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


def listen(
    kind: Kind,
    credentials: Credentials | HmacCredentials,
    environment: Environment,
    name: str,
    *,
    until: int | Callable[[list[Any]], bool] = 1,
    package: Any = qredo_partner_v1_1,
    path: dict[str, str] | None = None,
    http: dict[str, Any] | None = None,
    **options: Any,
) -> list[Any]:
    """Take messages until there are so many, or until a function of them is true; then close feed and client."""
    got: list[Any] = []
    is_enough = until if callable(until) else lambda messages: len(messages) >= until
    arguments = {**QUICK, **options, **(path or {})}
    extra: dict[str, Any] = dict(http or {})
    timeout = extra.pop("timeout", 30)
    verify = extra.pop("verify", TRUSTS_NOBODY)
    transport = {"transport": extra.pop("transport")} if "transport" in extra else {}
    if isinstance(credentials, Credentials):
        extra.setdefault("agent_token", agent_token)

    def sync() -> None:
        with (
            httpx.Client(verify=verify, trust_env=False, timeout=timeout, **transport) as http_client,
            connect(package.Client, credentials, environment, http_client=http_client, **extra) as client,
            feed(client, name, **arguments) as messages,
        ):
            for message in messages:
                got.append(message)
                if is_enough(got):
                    return

    async def story() -> None:
        async with (
            httpx.AsyncClient(verify=verify, trust_env=False, timeout=timeout, **transport) as http_client,
            connect(package.AsyncClient, credentials, environment, http_client=http_client, **extra) as client,
            feed(client, name, **arguments) as messages,
        ):
            async for message in messages:
                got.append(message)
                if is_enough(got):
                    return

    if kind == "sync":
        sync()
    else:
        anyio.run(story, backend=kind)
    return got


def misled(url: str) -> Any:
    """A package whose clients take another server for theirs, as by a mistake in its code."""

    def make(made: Any) -> Any:
        class Misled(made):  # type: ignore[misc]
            def __init__(self, http: Any, *, base_url: str, **rest: Any) -> None:
                super().__init__(http, base_url=f"{url}/api/v1/p", **rest)

        return Misled

    return SimpleNamespace(Client=make(qredo_partner_v1_1.Client), AsyncClient=make(qredo_partner_v1_1.AsyncClient))
