"""How values are written: as JSON in a body, and as text in a URL, a header or a form."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ._numbers import Exact, text_of
from ._types import as_text


def to_json(value: Any) -> str:
    """JSON without spaces, every number as exact as it is. (`json.dumps` has no way to write a Decimal.)"""
    if isinstance(value, dict):
        return "{" + ",".join(f"{to_json(text(key))}:{to_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(to_json, value)) + "]"
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, Exact):
        return value.text
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def text(value: object) -> str:
    """A value in a URL, a header or a form; a boolean is written as JSON writes it."""
    if isinstance(value, str | int):
        return as_text(value)
    if isinstance(value, Decimal):
        return text_of(value)
    return value.text if isinstance(value, Exact) else str(value)
