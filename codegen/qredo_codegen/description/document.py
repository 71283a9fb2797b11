"""Descriptions as plain JSON values: reading them, pointing into them, walking over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml

from qredo_codegen.errors import DocumentError

from .exact_yaml import dump, lines, parse, plain

__all__ = [
    "METHODS",
    "Document",
    "Operation",
    "dump",
    "lines",
    "load",
    "located",
    "operations",
    "plain",
    "pointer",
    "resolve",
    "resolve_once",
    "tokens",
    "walk",
]

Document = dict[str, Any]
"""An OpenAPI document, or an object of one: JSON values only."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""Keys of a path item that hold an operation."""


class Operation(NamedTuple):
    """One operation of a document, and where it stands."""

    pointer: str
    path: str
    method: str
    node: Document

    @property
    def key(self) -> str:
        """Its method and path, such as `GET /fund/{id}`: unique in the document."""
        return f"{self.method.upper()} {self.path}"


def load(path: Path) -> Document:
    """Read a YAML or JSON file as a mapping of JSON values.

    Args:
        path: The file; UTF-8.

    Raises:
        DocumentError: The file is missing or unreadable, not YAML, has a key twice (the line is named), holds a value
            that JSON does not have, or is no mapping.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        document = parse(text, path)
    except yaml.YAMLError as error:
        raise DocumentError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise DocumentError(f"{path} is nested too deeply, or contains itself.") from error
    except (TypeError, ValueError) as error:
        raise DocumentError(f"{path} is not a JSON document: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError(f"{path} holds a {type(document).__name__}; a mapping is needed.")
    return document


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of the given keys and indexes.

    >>> pointer("paths", "/company/{company_id}", "get")
    '/paths/~1company~1{company_id}/get'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def tokens(text: str) -> tuple[str, ...]:
    """Return the keys of a JSON pointer, unescaped: the inverse of `pointer`.

    Raises:
        DocumentError: The text is neither empty nor starts with a slash.
    """
    if text and not text.startswith("/"):
        raise DocumentError(f"{text!r} is no JSON pointer: it must start with a slash.")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def resolve(document: Document, ref: str) -> Any:
    """Return what a `$ref` points at; a chain of references is followed to its end.

    Args:
        document: The whole document.
        ref: `#` and a JSON pointer, percent-encoded or not. Other documents are not read.

    Raises:
        DocumentError: The reference leaves the document, points at nothing, or leads back to itself.
    """
    return located(document, ref)[1]


def located(document: Document, ref: str) -> tuple[str, Any]:
    """Return the JSON pointer of what a `$ref` points at, and the thing itself, as `resolve` finds it.

    Raises:
        DocumentError: As in `resolve`.
    """
    seen: list[str] = []
    while ref not in seen:
        seen.append(ref)
        if not ref.startswith("#"):
            raise DocumentError(f"$ref {ref!r} leaves the document; only references that start with '#' are read.")
        node = _walk(document, tokens(unquote(ref[1:])), ref)
        if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
            return unquote(ref[1:]), node
        ref = node["$ref"]
    raise DocumentError(f"$ref {ref!r} leads back to itself.")


def resolve_once(document: Document, where: str) -> Any:
    """Return what stands at a JSON pointer; a reference that stands there is not followed.

    Raises:
        DocumentError: It points at nothing.
    """
    return _walk(document, tokens(where), "#" + where)


def operations(document: Document) -> Iterator[Operation]:
    """Yield every operation in the order of the document."""
    for path, item in document.get("paths", {}).items():
        for method, node in item.items() if isinstance(item, dict) else ():
            if method in METHODS and isinstance(node, dict):
                yield Operation(pointer("paths", path, method), path, method, node)


def walk(document: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a document with its JSON pointer, parents before children."""
    yield at, document
    if isinstance(document, dict):
        for key, value in document.items():
            yield from walk(value, at + pointer(key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from walk(value, at + pointer(index))


def _walk(document: Document, keys: tuple[str, ...], ref: str) -> Any:
    node: Any = document
    for token in keys:
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (KeyError, IndexError, TypeError, ValueError):
            raise DocumentError(f"$ref {ref!r} points at nothing: there is no {token!r}.") from None
    return node
