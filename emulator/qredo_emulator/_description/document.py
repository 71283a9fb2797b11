"""Find OpenAPI documents, parse their YAML as the generator does, and resolve references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .yaml_1_2 import read_yaml

__all__ = ["SpecError", "find_descriptions", "read_document", "resolve_references"]

_HERE = Path(__file__).resolve().parents[1]
_MOST_HOPS = 100
# Beside a `$ref`, these say nothing about values.
_TEXTS = {"$ref", "summary", "description", "title", "deprecated", "default", "examples", "externalDocs"}


class SpecError(Exception):
    """A description that can't be served."""


def find_descriptions(folder: Path | str | None = None) -> dict[str, Path]:
    """Find `<package>/openapi.yaml` in a folder.

    Args:
        folder: Where to look; None is the data of the wheel, or the repository's `spec`
            folder where the emulator runs from its source.

    Raises:
        SpecError: No description is there.
    """
    places = [Path(folder)] if folder else [_HERE / "_spec", _HERE.parents[1] / "spec"]
    for place in places:
        if found := {file.parent.name: file for file in sorted(place.glob("*/openapi.yaml"))}:
            return found
    raise SpecError(f"no <package>/openapi.yaml found in {' or '.join(str(place) for place in places)}")


def read_document(file: Path) -> Any:
    """Parse the YAML document of a file, without resolving references.

    Raises:
        yaml.YAMLError: It is not YAML.
    """
    return read_yaml(file.read_bytes())


def resolve_references(document: Any) -> None:
    """Replace each `$ref` by its target; a recursive schema becomes a cyclic graph.

    The mapping of a discriminator, which has references as texts, becomes one from each value to its schema.

    Raises:
        SpecError: A reference leads nowhere, or out of the document.
    """
    for node in list(_nodes(document)):
        if isinstance(node, dict) and _is_discriminator(node.get("discriminator")):
            node["discriminator"] = {**node["discriminator"], "mapping": _members(node)}
    for node in list(_nodes(document)):
        for key, child in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(child, dict) and isinstance(child.get("$ref"), str):
                node[key] = _replacement(document, child)


def _replacement(document: Any, node: dict[str, Any]) -> Any:
    """What stands in the place of a reference; what a schema says beside it holds as well."""
    target = _follow(document, node)
    beside = {key: value for key, value in node.items() if key not in _TEXTS and not key.startswith("x-")}
    return {**beside, "allOf": [target, *beside.get("allOf", [])]} if beside else target


def _follow(document: Any, node: Any) -> Any:
    hops = 0
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference, hops = node["$ref"], hops + 1
        if not reference.startswith("#/") or hops > _MOST_HOPS:
            raise SpecError(f"$ref {reference!r} does not lead to a place in the same document")
        node = document
        for part in unquote(reference[2:]).split("/"):
            try:
                name = part.replace("~1", "/").replace("~0", "~")
                node = node[int(name)] if isinstance(node, list) else node[name]
            except (KeyError, IndexError, TypeError, ValueError):
                raise SpecError(f"$ref {reference!r} leads nowhere") from None
    return node


def _is_discriminator(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("propertyName"), str)


def _members(schema: dict[str, Any]) -> dict[str, Any]:
    """References by the value that leads to them: those of the mapping, and the names of the union's members."""
    unions = [member for key in ("oneOf", "anyOf") for member in schema.get(key, ())]
    named = [member["$ref"] for member in unions if isinstance(member, dict) and isinstance(member.get("$ref"), str)]
    given = schema["discriminator"].get("mapping", {})
    mapped = {value: text if "/" in text else f"#/components/schemas/{text}" for value, text in given.items()}
    implicit = {text.rpartition("/")[2]: text for text in named}
    return {value: {"$ref": text} for value, text in (mapped | implicit | mapped).items()}


def _nodes(document: Any) -> Iterator[Any]:
    """Every object and list of a document, each once."""
    seen: set[int] = set()
    queue = [document]
    while queue:
        node = queue.pop()
        if isinstance(node, dict | list) and id(node) not in seen:
            seen.add(id(node))
            yield node
            queue.extend(node.values() if isinstance(node, dict) else node)
