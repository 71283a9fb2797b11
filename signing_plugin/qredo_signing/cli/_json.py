"""JSON texts with exact numbers: `json.dumps` cannot write a decimal."""

from __future__ import annotations

import json
from decimal import Decimal
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
    if isinstance(value, Decimal):
        return value.text if isinstance(value, _Number) else format(value, "f")
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    start, end = "{}" if isinstance(value, dict) else "[]"
    if not value:
        return start + end
    names = [f"{json.dumps(name, ensure_ascii=False)}: " for name in value] if isinstance(value, dict) else []
    texts = [to_json(each, indent, level + 1) for each in (value.values() if names else value)]
    items = [f"{name}{text}" for name, text in zip(names, texts, strict=True)] if names else texts
    if indent is None:
        return f"{start}{', '.join(items)}{end}"
    inner, outer = "\n" + " " * indent * (level + 1), "\n" + " " * indent * level
    return f"{start}{inner}{f',{inner}'.join(items)}{outer}{end}"
