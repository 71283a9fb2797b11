"""How a template may print what comes from a description: as a literal, in a docstring, or as a name, and no other way.

`code` prints what this package wrote itself: types and expressions, in which names and literals went through the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any

from openapi_python_client.strings import safe_for_docstring

__all__ = ["FILTERS"]

_LAST_COLUMN = 118


def literal(value: str | int | bool | dict[str, Any] | None) -> str:
    """A value as a Python literal."""
    return ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)


def name(value: str) -> str:
    """A name that this package gave.

    Raises:
        ValueError: It is none.
    """
    if not value.isidentifier() or iskeyword(value):
        raise ValueError(f"{value!r} is no name in Python")
    return value


def code(value: str) -> str:
    """A type or an expression that this package wrote."""
    return value


def docstring(text: str, indent: int) -> str:
    """A text as lines of a docstring: escaped, wrapped, indented from the second line on."""
    # A lone surrogate cannot be written to a file.
    safe = safe_for_docstring(text.encode("utf-8", "replace").decode())
    paragraphs = []
    for paragraph in safe.split("\n\n"):
        lines = textwrap.wrap(paragraph, _LAST_COLUMN - indent, break_long_words=False, break_on_hyphens=False)
        paragraphs.append(("\n" + " " * indent).join(lines))
    found = ("\n\n" + " " * indent).join(paragraphs)
    return found[:-1] + "'" if found.endswith('"') else found


FILTERS: Mapping[str, Callable[..., Any]] = {"literal": literal, "name": name, "code": code, "docstring": docstring}
