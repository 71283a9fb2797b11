"""The rows about a vendor's changes as a table, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from qredo_codegen._markdown import cell, table

from .edits import ABSENT
from .rows import Row

__all__ = ["rows_json", "rows_markdown"]

_EFFECTS = {"breaking": "**breaking**", "compatible": "compatible", "none": "none"}
_LONGEST = 80


def rows_markdown(rows: Sequence[Row]) -> str:
    """Return the part of the report about what the vendor changed, what breaks a client first."""
    lines = ["", "## What the vendor changed", ""]
    if not rows:
        return "\n".join([*lines, "Nothing but texts.", ""])
    cells = [
        (_what(row), cell(row.becomes), f"{_EFFECTS[row.effect]}: {cell(row.reason)}")
        for row in sorted(rows, key=lambda one: list(_EFFECTS).index(one.effect))
    ]
    heads = "What the vendor changed", "What becomes of it", "For a client"
    return "\n".join([*lines, table(heads, cells), ""])


def rows_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the rows as JSON values."""
    return [
        {
            "pointer": row.edit.pointer,
            "kind": row.edit.kind,
            "before": None if row.edit.before is ABSENT else row.edit.before,
            "after": None if row.edit.after is ABSENT else row.edit.after,
            "becomes": row.becomes,
            "actions": [{"index": one.index, "line": one.line} for one in row.actions],
            "effect": row.effect,
            "reason": row.reason,
        }
        for row in rows
    ]


def _what(row: Row) -> str:
    values = [_short(value) for value in (row.edit.before, row.edit.after) if value is not ABSENT]
    return f"{row.edit.kind} `{cell(row.edit.pointer)}`: {cell(' to '.join(values))}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}`"
