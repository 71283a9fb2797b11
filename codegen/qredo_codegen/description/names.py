"""How names on the wire are written in Python, for the rules, the generator and the comparison alike."""

from __future__ import annotations

import re

from openapi_python_client.strings import PythonIdentifier

__all__ = ["argument_name", "member_name"]


def argument_name(wire: str) -> str:
    """The name of the argument or attribute for a name on the wire: `fundId` becomes fund_id."""
    return str(PythonIdentifier(wire, "field_"))


def member_name(value: object) -> str:
    """The name of an enum member: `ApproveWithdraw` becomes APPROVE_WITHDRAW, the empty text EMPTY, 3 VALUE_3."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", str(value))
    name = "_".join(words).upper() or "EMPTY"
    return f"VALUE_{name}" if name[0].isdigit() else name
