"""Signs what the library `requests` sends, with the pure rules alone: schemathesis speaks HTTP through it."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator

import requests
from qredo_emulator import Emulator
from qredo_signing import PrivateKey, sign, sign_hmac
from requests import PreparedRequest

from ..versions import document_of

__all__ = ["Sign", "agent_token", "as_agent", "signing"]

Sign = Callable[[PreparedRequest], PreparedRequest]
"""What `requests` takes as `auth`: it puts the headers on a request that is ready to be sent."""


def signing(emulator: Emulator, package: str, nonces: Iterator[int]) -> Sign:
    """Signs as an API demands it, with the emulator's own key; versions that count nonces count them together."""
    schemes = document_of(package)["components"]["securitySchemes"]
    if "qredo_signature" in schemes:
        return _by_hmac(emulator, "qredo-api-ts", "qredo-api-sig")
    if "qredo_token" in schemes:
        return _by_token(emulator, package)
    if schemes["nonce"].get("x-stamp-rule") == "counter":
        return _by_key(emulator, "x-nonce", map(str, nonces))
    return _by_key(emulator, "x-timestamp", iter(_now, None))


def agent_token(agent_id: str) -> str:
    """A token of an agent: the emulator can't verify its proof and looks at the id and the time only."""
    return json.dumps({"ID": agent_id, "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


def as_agent(agent_id: str) -> Sign:
    """Puts an agent's token on a request, and nothing else."""

    def put(request: PreparedRequest) -> PreparedRequest:
        request.headers["x-api-zkp"] = agent_token(agent_id)
        return request

    return put


def _by_key(emulator: Emulator, header: str, stamps: Iterator[str]) -> Sign:
    credentials = emulator.credentials
    signer = credentials.signer
    assert isinstance(signer, PrivateKey)

    def put(request: PreparedRequest) -> PreparedRequest:
        stamp = next(stamps)
        signature = sign(signer, stamp, str(request.url), _body(request))
        request.headers.update({"x-api-key": credentials.api_key, header: stamp, "x-sign": signature})
        return request

    return put


def _by_hmac(emulator: Emulator, timestamp_header: str, signature_header: str) -> Sign:
    credentials = emulator.hmac_credentials

    def put(request: PreparedRequest) -> PreparedRequest:
        stamp = _now()
        signature = sign_hmac(credentials.secret, stamp, str(request.method), str(request.url), _body(request))
        request.headers.update(
            {"qredo-api-key": credentials.api_key, timestamp_header: stamp, signature_header: signature}
        )
        return request

    return put


def _by_token(emulator: Emulator, package: str) -> Sign:
    """Gets one token for all requests, and signs those for one."""
    sign_it = _by_hmac(emulator, "qredo-api-timestamp", "qredo-api-signature")
    url = f"{emulator.base_urls[package][0]}/workspaces/{emulator.workspace_id}/token"

    token = functools.cache(lambda: requests.get(url, auth=sign_it, timeout=30).json()["token"])

    def put(request: PreparedRequest) -> PreparedRequest:
        if str(request.url).endswith("/token") and request.method == "GET":
            return sign_it(request)
        request.headers["x-token"] = token()
        return request

    return put


def _body(request: PreparedRequest) -> bytes:
    body = request.body or b""
    assert isinstance(body, bytes | str)
    return body.encode() if isinstance(body, str) else body


def _now() -> str:
    return str(int(time.time()))
