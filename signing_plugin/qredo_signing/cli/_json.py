"""JSON texts with exact numbers: `json.dumps` cannot write a decimal."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

__all__ = ["parse_json", "to_json"]


def parse_json(data: bytes | str) -> Any:
    """Parse the JSON of a response; numbers with a fraction are exact.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    return json.loads(data, parse_float=_Number)


class _Number(Decimal):
    """A number that keeps the text that it came as."""

    text: str

    def __new__(cls, text: str) -> _Number:
        self = super().__new__(cls, text)
        self.text = text
        return self


def to_json(value: Any, indent: int | None = None, level: int = 0) -> str:
    """Write a value as JSON in one line, or with an indent. What JSON does not have is written as a string."""
    if isinstance(value, Decimal | float) and (text := getattr(value, "text", None)):  # as a package keeps it, too
        return str(text)
    if isinstance(value, Decimal):
        return format(value, "f")
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    start, end = "{}" if isinstance(value, dict) else "[]"
    if not value:
        return start + end
    inner = partial(to_json, indent=indent, level=level + 1)
    if isinstance(value, dict):
        items = [f"{json.dumps(name, ensure_ascii=False)}: {inner(each)}" for name, each in value.items()]
    else:
        items = list(map(inner, value))
    if indent is None:
        return f"{start}{', '.join(items)}{end}"
    line, last = "\n" + " " * indent * (level + 1), "\n" + " " * indent * level
    return f"{start}{line}{f',{line}'.join(items)}{last}{end}"
