"""Authenticate requests by signature or token.

The checks come in this order: an API key is there, it is known, the signature is right, its stamp
is fresh. For anything that is wrong with a signature, a missing stamp and a stale one included, the response has
the one documented body; the log says what it was and what the emulator computed.

Nonces are counted per API key and rule. A request that is refused here leaves the count as it is;
one whose signature and nonce are right moves it, whatever its response is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from qredo_signing import InvalidSignatureError
from qredo_signing._signature.headers import HMAC_TIMESTAMP

from qredo_emulator._description.security import Security
from qredo_emulator._errors import ApiError
from qredo_emulator._settings import Settings

from .agent_token import agent_token
from .explanation import Explanation, explain
from .key_ring import KeyRing
from .request import RawRequest
from .signatures import Signed, VerifyingKey
from .tokens import Tokens
from .variations import Served

__all__ = ["Authenticator", "Identity", "RefusedError"]

_DECIMAL = re.compile(r"[0-9]{1,20}")
_SIGNED = ("rsa", "hmac")
_NANOSECONDS = 10**9
"""In a second. As seconds, a number with twice as many digits would be 30 billion years away."""


class RefusedError(ApiError):
    """401.

    Attributes:
        cause: What is wrong in words; the response says less.
        explanation: What the emulator computed, where there was a signature to look at.
    """

    def __init__(self, msg: str, reason: str | None, cause: str, explanation: Explanation | None = None) -> None:
        super().__init__(401, reason, msg=msg)
        self.cause = cause
        self.explanation = explanation


@dataclass(frozen=True, slots=True)
class Identity:
    """The authenticated sender of a request.

    Attributes:
        owner: The API key, or the agent's id.
        proved: Whether a signature or token said so; False for an unsigned request that is taken.
        workspace_id: The workspace that a token is for; empty where there is none.
    """

    owner: str
    proved: bool = True
    workspace_id: str = ""


@dataclass(frozen=True, slots=True)
class _Claim:
    """The signing headers of a request, and what is wrong with their form."""

    stamp_name: str
    stamp: str
    signature: str
    problem: str | None


@dataclass(eq=False, slots=True)
class Authenticator:
    """Checks requests against the keys that are registered.

    Attributes:
        keys: The API keys that are known.
        settings: Time window and nonce rule.
        tokens: The tokens that were given.
        clocks: Each gives the time in Unix seconds; a timestamp has to be near one of them.
        served: What is served, for explanations.
        nonces: The last one per API key and rule.
    """

    keys: KeyRing
    settings: Settings
    tokens: Tokens
    clocks: Sequence[Callable[[], float]]
    served: Served
    nonces: dict[tuple[str, str], int] = field(default_factory=dict, init=False, repr=False)

    def check(self, security: Security, request: RawRequest) -> Identity:
        """Return the sender of a request.

        Raises:
            RefusedError: 401; see the module.
            ApiError: 501 for a scheme that this emulator does not verify.
        """
        if security.proof in _SIGNED:
            return self._check_signature(security, request)
        if security.proof == "token":
            return self._check_token(security, request)
        if security.proof == "agent":
            return self._check_agent_token(security, request)
        if security.proof == "none":
            return Identity("", proved=False)
        raise ApiError(501, "this emulator does not verify the signatures of this API")

    def clear(self) -> None:
        """Forget the nonces that were used, and revoke every token."""
        self.nonces.clear()
        self.tokens.clear()

    def _check_signature(self, security: Security, request: RawRequest) -> Identity:
        api_key, key = self._api_key(security, request)
        if self.settings.unsigned_ok and _is_unsigned(security, request):
            return Identity(api_key, proved=False)
        claim = _claim(security, request)
        method = "" if security.proof == "rsa" else request.method
        signed = Signed(claim.stamp, method, request.url, request.body)
        wrong = _wrong(key, signed, claim.signature)
        if cause := claim.problem or wrong or self._stale(security, api_key, claim):
            known = list(self.keys.known.values())  # other threads add keys
            others = [other for other in known if other.proof == key.proof and other is not key]
            shown = explain(request, signed, key, claim.signature, others, self.served, valid=not wrong)
            raise _refused(security, "signature", cause, shown)
        return Identity(api_key)

    def _api_key(self, security: Security, request: RawRequest) -> tuple[str, VerifyingKey]:
        header = security.headers["api_key"]
        values = request.values(header)
        if not values:
            raise _refused(security, "empty token", f"there is no {header} header")
        if len(values) > 1:
            raise _refused(security, "unknown token", f"there is more than one {header} header")
        key = self.keys.known.get(values[0])
        if key is None or key.proof != security.proof:
            raise _refused(security, "unknown token", "the API key is not one of this emulator's")
        return values[0], key

    def _stale(self, security: Security, api_key: str, claim: _Claim) -> str | None:
        header, given = security.headers[claim.stamp_name], int(claim.stamp)
        if claim.stamp_name == "timestamp":
            return self._outside_window(_seconds(security, given), header)
        if not self.settings.nonces_increase:
            return None
        last = self.nonces.get((api_key, security.nonce_rule))
        if security.nonce_rule == "counter":
            expected = self.settings.first_nonce if last is None else last + 1
            if expected not in (None, given):
                return f"{header} is {given}, and {expected} is next: this API counts the requests of an API key"
        elif last is not None and given <= last:
            return f"{header} is {given}, which is not greater than {last}, the last one of this API key"
        self.nonces[api_key, security.nonce_rule] = given
        return None

    def _outside_window(self, given: int, what: str) -> str | None:
        window, times = self.settings.time_window, [int(clock()) for clock in self.clocks]
        if window is None or any(abs(given - now) <= window for now in times):
            return None
        off = abs(given - times[0])
        return f"{what} is {given}, {off} s from the emulator's clock ({times[0]}); {window} s are allowed"

    def _check_token(self, security: Security, request: RawRequest) -> Identity:
        """Check the one token of a request, in the header or, for a feed, in the URL."""
        header = security.headers[security.scheme]
        given = [(value, False) for value in request.values(header)]
        given += [(value, True) for value in request.queries(security.query)] if security.query else []
        places = f"{header} or the query parameter {security.query}" if security.query else header
        if len(given) != 1:
            raise _refused(security, "token", f"exactly one token is needed in {places}, {len(given)} are there")
        token = self.tokens.find(given[0][0], for_feed=given[0][1])
        if token is None:
            raise _refused(security, "token", "the token is not one that this emulator gave, or it has ended")
        return Identity(token.api_key, workspace_id=token.workspace_id)

    def _check_agent_token(self, security: Security, request: RawRequest) -> Identity:
        """Check form and time only. The proof needs the vendor's key service, so it is not verified."""
        values = request.values(security.headers[security.scheme])
        if not values:
            raise _refused(security, "empty token", "there is no x-api-zkp header")
        token = agent_token(values[0]) if len(values) == 1 else None
        if token is None:
            form = "the hex of a JSON object with the texts ID, U, V and the time ET"
            raise _refused(security, "token", f"x-api-zkp is not {form}")
        if cause := self._outside_window(token["ET"], "ET in x-api-zkp"):
            raise _refused(security, "token", cause)
        return Identity(str(token["ID"]))


def _seconds(security: Security, timestamp: int) -> int:
    # One page of the Qredo API v1 documents nanoseconds; no source of v2 does.
    is_of_v1 = security.headers["timestamp"] == HMAC_TIMESTAMP
    return timestamp // _NANOSECONDS if is_of_v1 and timestamp >= _NANOSECONDS**2 else timestamp


def _is_unsigned(security: Security, request: RawRequest) -> bool:
    """Whether a request of the Partner API has no signing header at all."""
    names = [security.headers[security.scheme], "x-timestamp", "x-nonce"]
    return security.proof == "rsa" and not any(request.values(name) for name in names)


def _claim(security: Security, request: RawRequest) -> _Claim:
    # The Partner API's other stamp is looked at where a version does not take it, so that the log can say so.
    known = {"nonce": "x-nonce", "timestamp": "x-timestamp"} if security.proof == "rsa" else {}
    headers = {**known, **{name: security.headers[name] for name in security.stamps}}
    given = [(name, value) for name, header in headers.items() for value in request.values(header)]
    name, stamp = given[0] if len(given) == 1 else ("", "")
    header = security.headers[security.scheme]
    signatures = request.values(header)
    allowed = " or ".join(security.headers[name] for name in security.stamps)
    problem = None
    if len(given) != 1:
        problem = f"exactly one of {allowed} is needed, {len(given)} are there"
    elif name not in security.stamps:
        problem = f"{headers[name]} is not taken by this API, which needs {allowed}"
    elif not _DECIMAL.fullmatch(stamp):
        problem = f"{headers[name]} is {stamp!r:.60}, which is not a decimal number"
    elif len(signatures) != 1:
        problem = f"exactly one {header} is needed, {len(signatures)} are there"
    return _Claim(name, stamp, signatures[0] if len(signatures) == 1 else "", problem)


def _wrong(key: VerifyingKey, signed: Signed, signature: str) -> str | None:
    # An ASGI server does not tell "/path?" from "/path"; the client that wrote the first signed it.
    urls = [signed.url] if "?" in signed.url else [signed.url, f"{signed.url}?"]
    causes = []
    for url in urls:
        try:
            key.verify(replace(signed, url=url), signature)
        except InvalidSignatureError as error:
            causes.append(str(error))
        else:
            return None
    return causes[0]


def _refused(security: Security, reason: str, cause: str, explanation: Explanation | None = None) -> RefusedError:
    # The Qredo API's documents name no reason.
    named = reason if security.proof in ("rsa", "agent") else None
    return RefusedError("errPartnerAuth" if named == "signature" else "Unauthorized", named, cause, explanation)
