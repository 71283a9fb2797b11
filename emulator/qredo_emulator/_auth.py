"""Decides whether a request is signed by who it says.

The checks come in this order: an API key is there, it is known, the signature is right. What is
wrong with a signature, a missing stamp and a stale one included, answers the one documented body;
the log says which it was and what the emulator computed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qredo_signing import Explanation, InvalidSignatureError, PublicKey, explain, verify

from ._description import Security
from ._errors import ApiError
from ._settings import Settings

__all__ = ["Authenticator", "RefusedError", "Wire"]

_DECIMAL = re.compile(r"[0-9]{1,20}")
_TOKEN_TEXTS = ("ID", "U", "V")


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it came.

    Attributes:
        url: Scheme, Host header, and the raw path and query as the client wrote them.
        headers: Names in lower case.
    """

    method: str
    url: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def values(self, name: bytes) -> list[str]:
        """Every value of a header, white space around it removed."""
        return [value.decode("latin-1").strip() for key, value in self.headers if key == name]


class RefusedError(ApiError):
    """401.

    Attributes:
        cause: What is wrong in words; the answer says less.
        explanation: What the emulator computed, where there was a signature to look at.
    """

    def __init__(self, msg: str, reason: str, cause: str, explanation: Explanation | None = None) -> None:
        super().__init__(401, reason, msg=msg)
        self.cause = cause
        self.explanation = explanation


class Authenticator:
    """Checks requests against the keys that are registered.

    Args:
        keys: Public key by API key.
        settings: Time window, nonce rule and clock.
    """

    def __init__(self, keys: Mapping[str, PublicKey], settings: Settings) -> None:
        self._keys = keys
        self._settings = settings
        self._last_nonces: dict[str, int] = {}

    def check(self, security: Security, wire: Wire) -> str:
        """Returns whose request it is: the API key, or the agent's id.

        Raises:
            RefusedError: 401; see the module.
            ApiError: 501 for a scheme that this emulator does not verify.
        """
        if security.scheme == "partner_signature":
            return self._partner(security.stamps, wire)
        if security.scheme == "agent_token":
            return self._agent(wire)
        raise ApiError(501, "this emulator does not verify the signatures of this API")

    def clear(self) -> None:
        """Forgets which nonces were used."""
        self._last_nonces.clear()

    def _partner(self, stamps: tuple[str, ...], wire: Wire) -> str:
        api_key = _api_key(wire)
        if api_key not in self._keys:
            raise RefusedError("Unauthorized", "unknown token", "the API key is not one of this emulator's")
        key = self._keys[api_key]
        name, stamp = _stamp(stamps, wire, key)
        _verify(key, stamp, wire)
        if cause := self._stale(api_key, name, stamp):
            # The signature itself is right: the explanation says so.
            raise _bad_signature(cause, explain(key, stamp, wire.url, wire.body, wire.values(b"x-sign")[0]))
        return api_key

    def _stale(self, api_key: str, name: str, stamp: str) -> str | None:
        if name == "timestamp":
            return self._outside_window(int(stamp), "x-timestamp")
        if not self._settings.nonces_increase:
            return None
        last = self._last_nonces.get(api_key, -1)
        if int(stamp) <= last:
            return f"x-nonce is {stamp}, which is not greater than {last}, the last one of this API key"
        self._last_nonces[api_key] = int(stamp)
        return None

    def _outside_window(self, given: int, what: str) -> str | None:
        window, now = self._settings.time_window, int(self._settings.clock())
        if window is None or abs(given - now) <= window:
            return None
        return f"{what} is {given}, {abs(given - now)} s from the emulator's clock ({now}); {window} s are allowed"

    def _agent(self, wire: Wire) -> str:
        """Form and freshness only: the proof needs the vendor's key service, and any id is taken."""
        values = wire.values(b"x-api-zkp")
        if values in ([], [""]):
            raise RefusedError("Unauthorized", "empty token", "there is no x-api-zkp header")
        token = _agent_token(values[0]) if len(values) == 1 else None
        if token is None:
            raise RefusedError(
                "Unauthorized",
                "token",
                "x-api-zkp is not the hex of a JSON object with the texts ID, U, V and the time ET",
            )
        if cause := self._outside_window(token["ET"], "ET in x-api-zkp"):
            raise RefusedError("Unauthorized", "token", cause)
        return str(token["ID"])


def _api_key(wire: Wire) -> str:
    values = wire.values(b"x-api-key")
    if values in ([], [""]):
        raise RefusedError("Unauthorized", "empty token", "there is no x-api-key header")
    if len(values) > 1:
        raise RefusedError("Unauthorized", "unknown token", "there is more than one x-api-key header")
    return values[0]


def _stamp(stamps: tuple[str, ...], wire: Wire, key: PublicKey) -> tuple[str, str]:
    given = [(name, value) for name in ("timestamp", "nonce") for value in wire.values(f"x-{name}".encode())]
    signs = wire.values(b"x-sign")
    allowed = " or ".join(f"x-{name}" for name in stamps)
    if len(given) != 1:
        cause = f"exactly one of {allowed} is needed, {len(given)} are there"
    elif given[0][0] not in stamps:
        cause = f"x-{given[0][0]} is not taken by this API, which needs {allowed}"
    elif not _DECIMAL.fullmatch(given[0][1]):
        cause = f"x-{given[0][0]} is {given[0][1]!r:.60}, which is not a decimal number"
    elif len(signs) != 1:
        cause = f"exactly one x-sign is needed, {len(signs)} are there"
    else:
        return given[0]
    stamp = given[0][1] if len(given) == 1 else ""
    raise _bad_signature(cause, explain(key, stamp, wire.url, wire.body))


def _verify(key: PublicKey, stamp: str, wire: Wire) -> None:
    signature = wire.values(b"x-sign")[0]
    try:
        verify(key, stamp, wire.url, wire.body, signature)
    except InvalidSignatureError as error:
        # An ASGI server does not tell "/path?" from "/path"; the client that wrote the first signed it.
        if "?" not in wire.url and explain(key, stamp, f"{wire.url}?", wire.body, signature).valid:
            return
        raise _bad_signature(str(error), explain(key, stamp, wire.url, wire.body, signature)) from None


def _bad_signature(cause: str, explanation: Explanation) -> RefusedError:
    return RefusedError("errPartnerAuth", "signature", cause, explanation)


def _agent_token(text: str) -> dict[str, Any] | None:
    try:
        token = json.loads(bytes.fromhex(text))
    except (ValueError, RecursionError):
        return None
    if not isinstance(token, dict) or not all(isinstance(token.get(key), str) and token[key] for key in _TOKEN_TEXTS):
        return None
    return token if type(token.get("ET")) is int else None
