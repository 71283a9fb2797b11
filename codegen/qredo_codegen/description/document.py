"""Descriptions as plain JSON values: reading them, pointing into them, walking over them.

YAML is read as YAML 1.2 reads it, which OpenAPI asks for: `NO` and `on` are text, and so are dates. A key that
stands twice in one mapping is refused, since every YAML reader in Python would silently keep the last.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml

from qredo_codegen.errors import DocumentError

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

# Ten times faster where PyYAML was built with libyaml; the same values.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Scalar types of YAML 1.2's core schema as far as JSON has them, and merge keys.
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


# More is no description, but a trap: a few lines of aliases can stand for any number of values.
_MOST_VALUES = 2_000_000
_DEEPEST = 200


class _Dumper(yaml.SafeDumper):
    """Writes in quotes whatever YAML 1.1 or 1.2 would read as something else than text."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write out what stands in several places: a reader of the file looks at one."""
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """Texts of several lines are easier to read, and to review, as a block."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Dumper.yaml_implicit_resolvers = {
    first: [*_RESOLVERS.get(first, ()), *yaml.SafeDumper.yaml_implicit_resolvers.get(first, ())]
    for first in {*_RESOLVERS, *yaml.SafeDumper.yaml_implicit_resolvers}
}
_Dumper.add_representer(str, _Dumper.represent_text)


class Operation(NamedTuple):
    """One operation of a document, and where it stands."""

    pointer: str
    path: str
    method: str
    node: Document


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
        document = _parse(text, path)
    except yaml.YAMLError as error:
        raise DocumentError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise DocumentError(f"{path} is nested too deeply, or contains itself.") from error
    except (TypeError, ValueError) as error:
        raise DocumentError(f"{path} is not a JSON document: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError(f"{path} holds a {type(document).__name__}; a mapping is needed.")
    return document


def lines(path: Path, key: str) -> list[int]:
    """Return the lines, from 1, in which the elements of a list at the top of a file begin."""
    root = yaml.compose(path.read_bytes(), Loader=_SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((value for name, value in pairs if name.value == key), None)
    return [one.start_mark.line + 1 for one in found.value] if isinstance(found, yaml.SequenceNode) else []


def dump(value: Any) -> str:
    """Return JSON values as YAML that `load` reads as the same values."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def plain(value: Any) -> Any:
    """Copy a JSON value so that no part of it is shared, as YAML aliases share theirs. Whole-number keys become text.

    Raises:
        TypeError: There is a value or a key that JSON does not have.
    """
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise TypeError("a number is too large to be read.")
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{value!r} is a {type(value).__name__}, which JSON does not have.")


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
        node = _look_up(document, ref)
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


def _parse(text: bytes, path: Path) -> Any:
    try:
        return _parse_yaml(text, path)
    except yaml.reader.ReaderError:  # JSON may hold control characters, which YAML refuses
        if not text.lstrip().startswith(b"{"):
            raise
        return plain(json.loads(text, object_pairs_hook=_distinct))


def _distinct(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"one of the keys {', '.join(map(repr, found))} stands twice in one object.")
    return found


def _parse_yaml(text: bytes, path: Path) -> Any:
    _refuse_depth(text, path)
    loader = _SafeLoader(text)
    loader.yaml_implicit_resolvers = _RESOLVERS
    try:
        root = loader.get_single_node()
        if root is None:
            raise DocumentError(f"{path} is empty.")
        _refuse_duplicate_keys(root, path)
        if _size(root) > _MOST_VALUES:
            raise DocumentError(
                f"{path} holds more than {_MOST_VALUES:,} values when its aliases (*name) are written out; use $ref."
            )
        return plain(loader.construct_document(root))
    finally:
        loader.dispose()


def _refuse_depth(text: bytes, path: Path) -> None:
    """Refuse what would crash the interpreter: libyaml builds nodes by recursion, and reads events without."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise DocumentError(f"{path}, line {line}: is nested more than {_DEEPEST} levels deep.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _size(root: yaml.Node) -> int:
    """How many values a document holds, each alias counted as what it stands for."""
    sizes: dict[int, int] = {}
    pending = [(root, False)]
    while pending:
        node, is_ready = pending.pop()
        if id(node) in sizes and not is_ready:
            continue
        children = _children(node)
        if is_ready:
            sizes[id(node)] = 1 + sum(sizes.get(id(child), 0) for child in children)
        else:
            sizes[id(node)] = 0  # where an alias holds itself, which is refused when it is copied
            pending.append((node, True))
            pending.extend((child, False) for child in children)
    return sizes[id(root)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _look_up(document: Document, ref: str) -> Any:
    if not ref.startswith("#"):
        raise DocumentError(f"$ref {ref!r} leaves the document; only references that start with '#' are read.")
    return _walk(document, tokens(unquote(ref[1:])), ref)


def _walk(document: Document, keys: tuple[str, ...], ref: str) -> Any:
    node: Any = document
    for token in keys:
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (KeyError, IndexError, TypeError, ValueError):
            raise DocumentError(f"$ref {ref!r} points at nothing: there is no {token!r}.") from None
    return node


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    if type(key) is int:  # a response status that is written without quotes
        return str(key)
    raise TypeError(f"the key {key!r} is no text: write it in quotes.")


def _refuse_duplicate_keys(root: yaml.Node, path: Path) -> None:
    pending, done = [root], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in done:  # an alias; also ends a loop of them
            continue
        done.add(id(node))
        if isinstance(node, yaml.MappingNode):
            _refuse_duplicates_of(node, path)
            pending.extend(value for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)


def _refuse_duplicates_of(node: yaml.MappingNode, path: Path) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            raise DocumentError(f"{path}, line {line}: the key {name!r} stands already in line {lines[name]}.")
        lines[name] = line
