"""YAML 1.2, which OpenAPI means and the generator reads: `NO`, `on` and dates are text, `010` is no octal number."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

__all__ = ["read_yaml"]

# The scalars of YAML 1.2's core schema as far as JSON has them, and merge keys, by their first characters.
_SCALARS = (
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("bool", r"true|True|TRUE|false|False|FALSE", tuple("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", tuple("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", tuple("-+0123456789")),
    ("merge", r"<<", ("<",)),
)
_RESOLVERS = {
    first: [
        (f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"))
        for tag, pattern, firsts in _SCALARS
        if first in firsts
    ]
    for _, _, all_firsts in _SCALARS
    for first in all_firsts
}


def read_yaml(text: bytes) -> Any:
    """Read a document. Numbers with a fraction are exact; whole-number keys, such as a status without quotes, are text.

    Raises:
        yaml.YAMLError: It is not YAML.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    loader.yaml_implicit_resolvers = _RESOLVERS
    loader.yaml_constructors = {**loader.yaml_constructors, "tag:yaml.org,2002:float": _decimal}
    try:
        return _with_text_keys(loader.get_single_data())
    finally:
        loader.dispose()


def _decimal(loader: Any, node: Any) -> Decimal:
    return Decimal(loader.construct_scalar(node))


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key) if type(key) is int else key: _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value
