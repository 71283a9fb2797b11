"""Paths, forms and responses as the client takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain, count

from qredo_codegen.compare.calls import generic, placeholders
from qredo_codegen.description.document import METHODS, Document, operations, pointer, resolve_once, tokens
from qredo_codegen.description.places import path_items, successes, target
from qredo_codegen.description.rules_generable import encodings, header_parameters, is_media_type, media_types

from .decisions import Decisions
from .parameters import with_all_parameters
from .structure import drop

__all__ = ["distinct_names", "fit_operations", "inline_path_items", "keep_tags"]


def inline_path_items(document: Document, decisions: Decisions) -> None:
    """Put what a path refers to in its place."""
    for path, item in path_items(document).items():
        if isinstance(item, dict) and "$ref" in item:
            found = target(document, item)
            own = {key: value for key, value in item.items() if key != "$ref"}
            if isinstance(found, dict):
                document["paths"][path] = {**found, **own}
                decisions.add("replaced", pointer("paths", path), f"{item['$ref']} stands here itself.")
            else:
                document["paths"][path] = own
                decisions.add("lost", pointer("paths", path), f"{item['$ref']} is not in the file.")


def keep_tags(document: Document, kept: Mapping[str, str], named: Mapping[str, str]) -> None:
    """Give operations the tags that they have, by method and path; these tags come first, in their order.

    Args:
        document: The vendor's file.
        kept: The tags of operations.
        named: The tags of the file that names.yaml has a name for, which may be another one by now.
    """
    written = {name: tag for tag, name in named.items()}  # two tags of one name would be told apart
    tags = {at: written.get(name, name) for at, name in kept.items()}
    for one in operations(document):
        tag = tags.get(f"{one.method.upper()} {one.path}")
        if tag is not None and not named.keys() & set(one.node.get("tags") or ()):
            one.node["tags"] = [tag]
    names = dict.fromkeys(tags.values())
    others = [tag for tag in document.get("tags", ()) if tag["name"] not in names]
    document["tags"] = [*({"name": name} for name in names), *others]


def fit_operations(document: Document, decisions: Decisions) -> None:
    """Make paths, forms and responses what the generator takes."""
    _distinct_paths(document, decisions)
    _lose_queries(document, decisions)
    _fit_media_types(document, decisions)
    for problem in reversed(dict.fromkeys(header_parameters(document))):  # what is dropped must not move the others
        drop(document, problem.pointer, f"The parameter {problem.message}", decisions)
    for problem in list(encodings(document)):
        drop(document, problem.pointer, "The encoding of a form's field; it has the usual one.", decisions)
    for one in operations(document):
        if "x-websocket" in document["paths"][one.path]:
            continue  # an overlay made it the handshake of a feed, whose success is 101
        _fit_statuses(one.pointer, one.node, decisions)
        if not successes(document, one):
            _add_success(one.pointer, one.node, decisions)


def _distinct_paths(document: Document, decisions: Decisions) -> None:
    """Keep one path of those that differ only in the names of their parameters, with the methods of all."""
    first: dict[str, str] = {}
    for path in list(path_items(document)):
        other = first.setdefault(generic(path), path)
        if other != path:
            _unite(document, path, other, decisions)


def _unite(document: Document, path: str, other: str, decisions: Decisions) -> None:
    """Move what a path has to another one; each operation keeps the parameters of its own path, and no others."""
    for one in [one for one in operations(document) if one.path in (path, other)]:
        document["paths"][one.path][one.method] = with_all_parameters(document, one)
    gone, kept = document["paths"].pop(path), document["paths"][other]
    names = dict(zip(placeholders(path), placeholders(other), strict=True))
    for item in (gone, kept):
        item.pop("parameters", None)
    for key in [key for key in gone if key in (*METHODS, "x-websocket")]:
        text = f"{other} is the same path: a server cannot tell them apart."
        if key in kept:
            decisions.add("lost", pointer("paths", path, key), text)
        else:
            decisions.add("replaced", pointer("paths", path, key), f"{text} The operation stands there.")
            kept[key] = _renamed(document, gone[key], names)


def _renamed(document: Document, node: Document, names: Mapping[str, str]) -> Document:
    """Return an operation whose parameters of the path have other names; a shared one keeps its own elsewhere."""
    found = [
        {**given, "name": names.get(given["name"], given["name"])} if given.get("in") == "path" else one
        for one in node.get("parameters", ())
        for given in [target(document, one)]
    ]
    return {**node, "parameters": found} if found else node


def _lose_queries(document: Document, decisions: Decisions) -> None:
    """Drop paths with a query or a fragment: several stand for one path, and the client would send the text."""
    for path in [path for path in path_items(document) if re.search("[?#]", path)]:
        drop(document, pointer("paths", path), "A query or a fragment is no part of a path.", decisions)


def _fit_media_types(document: Document, decisions: Decisions) -> None:
    """Send a body without the charset that it cannot have, or as bytes if it has no media type at all."""
    for at, message in list(media_types(document)):
        content, media = resolve_once(document, at.rpartition("/")[0]), tokens(at)[-1]
        plain = media.partition(";")[0].strip()
        fitting = plain if is_media_type(plain) else "application/octet-stream"
        decisions.add("question", at, f"{message[0].upper()}{message[1:]} It is sent as {fitting}.")
        renamed = [(fitting if key == media else key, node) for key, node in content.items()]
        content.clear()
        content.update(renamed)


def distinct_names(document: Document, decisions: Decisions) -> None:
    """Give each parameter of a path a name of its own, where one stands there several times."""
    for path in list(path_items(document)):
        new = _with_distinct_names(path)
        if new != path and new not in document["paths"]:
            decisions.add("question", pointer("paths", path), f"One parameter stands there twice: the path is {new}.")
            document["paths"] = {new if one == path else one: item for one, item in document["paths"].items()}


def _with_distinct_names(path: str) -> str:
    written, given = placeholders(path), set[str]()

    def name(match: re.Match[str]) -> str:
        names = chain([match[1]], (f"{match[1]}_{number}" for number in count(2)))
        found = next(one for one in names if one not in given and (one == match[1] or one not in written))
        given.add(found)
        return f"{{{found}}}"

    return re.sub(r"\{([^}]*)\}", name, path)


def _fit_statuses(at: str, node: Document, decisions: Decisions) -> None:
    for status in list(node.get("responses", {})):
        if status != "default" and not re.fullmatch("[245]([0-9][0-9]|XX)", status):
            decisions.add(
                "dropped", at + pointer("responses", status), f"The status {status} has no meaning for the client."
            )
            del node["responses"][status]


def _add_success(at: str, node: Document, decisions: Decisions) -> None:
    given = node.get("responses", {})
    if "default" in given:
        decisions.add("replaced", at + "/responses/default", "The only response is that of success too: 2XX.")
        node["responses"] = {"2XX": given["default"], **given}
    else:
        decisions.add("question", at + "/responses", "No response of success: one without content is taken, 2XX.")
        node["responses"] = {"2XX": {"description": ""}, **given}
