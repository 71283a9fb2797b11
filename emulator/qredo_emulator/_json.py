"""JSON as the emulator writes it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

__all__ = ["dump"]


def dump(value: Any) -> bytes:
    """Return compact JSON in UTF-8; text that UTF-8 can't hold (a lone surrogate) is escaped.

    Decimals are numbers with all their digits.
    """
    try:
        return _text(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _text(value, ensure_ascii=True).encode()


def _text(value: Any, *, ensure_ascii: bool) -> str:
    try:
        return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))
    except TypeError:  # there is a Decimal, which `json` has no way to write
        return _exact(value, ensure_ascii=ensure_ascii)


def _exact(value: Any, *, ensure_ascii: bool) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        names = [f"{json.dumps(name, ensure_ascii=ensure_ascii)}:" for name in value]
        items = [_exact(item, ensure_ascii=ensure_ascii) for item in value.values()]
        return "{" + ",".join(map("".join, zip(names, items, strict=True))) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_exact(item, ensure_ascii=ensure_ascii) for item in value) + "]"
    return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False)
