"""How a request of an operation proves who sends it, from the security of a description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from qredo_signing._http.schemes import SCHEMES

__all__ = ["Security", "read_security"]

_OPEN = ""
_UNKNOWN = "unknown"
# An operation that names a token and a signature as alternatives is one of an agent.
_SCHEMES = sorted(SCHEMES, key=lambda name: SCHEMES[name].proof != "agent")
_STAMPS = ("timestamp", "nonce")
_BY_TOKEN = ("token", "agent")


@dataclass(frozen=True, slots=True)
class Security:
    """How a request of one operation proves who sends it.

    Attributes:
        scheme: Its name in the plugin's table of schemes, empty for an operation that anyone may call, or `unknown`.
        stamps: The stamps that a signature may carry: `timestamp`, `nonce` or both.
        headers: Header of each part in lower case: `api_key`, the scheme's name, and the stamps.
        nonce_rule: `counter` where each nonce is the last one plus one; `increasing` where it is greater.
        query: Query parameter that may hold a token in the place of the header; empty for none.
    """

    scheme: str
    stamps: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    nonce_rule: Literal["counter", "increasing"] = "increasing"
    query: str = ""

    @property
    def proof(self) -> str:
        """What proves who sends a request: `rsa`, `hmac`, `token`, `agent`, `none` or `unknown`."""
        if self.scheme == _OPEN:
            return "none"
        return SCHEMES[self.scheme].proof if self.scheme in SCHEMES else _UNKNOWN


def read_security(document: Any, alternatives: list[Mapping[str, Any]]) -> Security:
    """The security that a description's `security` means."""
    named = {name for names in alternatives for name in names}
    if not named:
        return Security(_OPEN)
    scheme = next((name for name in _SCHEMES if name in named), _UNKNOWN)
    if scheme == _UNKNOWN:
        return Security(scheme)
    schemes = document["components"]["securitySchemes"]
    parts = (
        [scheme]
        if SCHEMES[scheme].proof in _BY_TOKEN
        else ["api_key", scheme, *(name for name in _STAMPS if name in named)]
    )
    return Security(
        scheme,
        tuple(name for name in _STAMPS if name in parts),
        {name: schemes[name]["name"].lower() for name in parts},
        "counter" if "nonce" in parts and schemes["nonce"].get("x-stamp-rule") == "counter" else "increasing",
        next((schemes[name]["name"] for name in sorted(named) if schemes[name].get("in") == "query"), ""),
    )
