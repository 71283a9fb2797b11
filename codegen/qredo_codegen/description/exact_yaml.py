"""YAML and JSON as text: read exactly, and written so that it is read as the same values.

YAML is read as YAML 1.2 reads it, which OpenAPI asks for: `NO` and `on` are text, and so are dates. A key that
stands twice in one mapping is refused, since every YAML reader in Python would silently keep the last.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import yaml

from qredo_codegen.errors import DocumentError

__all__ = ["dump", "lines", "parse", "plain"]

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


def parse(text: bytes, path: Path) -> Any:
    """Return what the text of a file says, as JSON values that share nothing.

    Raises:
        DocumentError: It is empty, has a key twice, is nested too deeply, or its aliases stand for too much.
        yaml.YAMLError: It is not YAML.
        TypeError: There is a value that JSON does not have.
        ValueError: A key stands twice in one object of a file that only JSON can read.
    """
    try:
        return _parse_yaml(text, path)
    except yaml.reader.ReaderError:  # JSON may hold control characters, which YAML refuses
        if not text.lstrip().startswith(b"{"):
            raise
        return plain(json.loads(text, object_pairs_hook=_distinct))


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


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in one object.")
        found[key] = value
    return found


def _parse_yaml(text: bytes, path: Path) -> Any:
    _refuse_depth(text, path)
    loader = _SafeLoader(text)
    loader.yaml_implicit_resolvers = _RESOLVERS
    try:
        root = loader.get_single_node()
        if root is None:
            raise DocumentError(f"{path} is empty.")
        if _size(root, path) > _MOST_VALUES:
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


def _size(root: yaml.Node, path: Path) -> int:
    """How many values a document holds, each alias counted as what it stands for; refuse keys that stand twice."""
    sizes: dict[int, int] = {}
    pending = [(root, False)]
    while pending:
        node, is_ready = pending.pop()
        if id(node) in sizes and not is_ready:  # an alias; also ends a loop of them
            continue
        children = _children(node)
        if is_ready:
            sizes[id(node)] = 1 + sum(sizes.get(id(child), 0) for child in children)
        else:
            _refuse_duplicate_keys(node, path)
            sizes[id(node)] = 0  # where an alias holds itself, which is refused when it is copied
            pending.append((node, True))
            pending.extend((child, False) for child in children)
    return sizes[id(root)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    if type(key) is int:  # a response status that is written without quotes
        return str(key)
    raise TypeError(f"the key {key!r} is no text: write it in quotes.")


def _refuse_duplicate_keys(node: yaml.Node, path: Path) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            raise DocumentError(f"{path}, line {line}: the key {name!r} stands already in line {lines[name]}.")
        lines[name] = line
