"""Names that are made of what a description says."""

from __future__ import annotations

import re

__all__ = ["member_name"]


def member_name(value: object) -> str:
    """The name of an enum member: `ApproveWithdraw` becomes APPROVE_WITHDRAW, the empty text EMPTY, 3 VALUE_3."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", str(value))
    name = "_".join(words).upper() or "EMPTY"
    return f"VALUE_{name}" if name[0].isdigit() else name
