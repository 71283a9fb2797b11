"""Rules that look at several places of a description: without them no correct client can be made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from .document import Document, operations, pointer
from .normal_form import Normal, NormalOperation, form_of
from .places import Problem, holders, parameters, path_items, under
from .reserved import SCHEMES
from .security import is_open_scheme, signature_schemes, used_scheme

__all__ = ["NORMAL_RULES", "RULES", "encodings"]


def encodings(document: Document) -> Iterator[Problem]:
    """A part of a form has no headers of its own, and an object in it is JSON."""
    for holder in holders(document):
        fields = under(document, holder.node.get("schema")).get("properties", {})
        for name, encoding in holder.node.get("encoding", {}).items() if holder.role == "body" else ():
            at = holder.pointer + pointer("encoding", name)
            if encoding.get("headers"):
                yield Problem(at + "/headers", "has values that no argument could give; remove it.")
            media = encoding.get("contentType", "application/json")
            if under(document, fields.get(name)).get("type") == "object" and form_of(media) != "json":
                yield Problem(
                    at + "/contentType", f"an object cannot be sent as {media!r}; describe the field as text."
                )


def path_parameters(document: Document) -> Iterator[Problem]:
    """Each path parameter of an operation is in its path; OpenAPI has it the other way round."""
    for operation in operations(document):
        for (place, name), (at, _) in parameters(document, operation).items():
            if place == "path" and f"{{{name}}}" not in operation.path:
                yield Problem(at, f"the path parameter {name!r} is not in the path {operation.path!r}; remove it.")


def path_templates(document: Document) -> Iterator[Problem]:
    """No two paths differ only in the names of their parameters: no server could tell them apart."""
    seen: dict[str, str] = {}
    for path in path_items(document):
        first = seen.setdefault(re.sub(r"\{[^}]*\}", "{}", path), path)
        if first != path:
            yield Problem(
                pointer("paths", path), f"is the same path as {first!r}: only parameter names differ; keep one."
            )
        names = re.findall(r"\{([^}]*)\}", path)
        for name in {name for name in names if names.count(name) > 1}:
            yield Problem(pointer("paths", path), f"has the parameter {{{name}}} more than once; name them apart.")


def distinct_names(document: Document) -> Iterator[Problem]:
    """Servers have names of their own, and so have feeds: a client picks them by name."""
    given = enumerate(document.get("servers", ()))
    servers = [(pointer("servers", index, "x-name"), one["x-name"]) for index, one in given if "x-name" in one]
    feeds = [(at + "/name", feed["name"]) for at, feed in _feeds(document)]
    for kind, group in (("server", servers), ("feed", feeds)):
        names = [name for _, name in group]
        for index, (at, name) in enumerate(group):
            if name in names[:index]:
                yield Problem(at, f"the name {name!r} is taken by another {kind}; name one of them otherwise.")


def security(document: Document) -> Iterator[Problem]:
    """One scheme says how to sign, and each operation names its schemes; a vendor's form may leave the scheme open."""
    signing = signature_schemes(document)
    if len(signing) != 1 and not is_open_scheme(document):
        found = ", ".join(signing) or "none"
        yield Problem(
            "/components/securitySchemes",
            f"exactly one scheme needs x-signature; found: {found}. For a vendor's file, `nox -s describe` with "
            "--security writes it.",
        )
    places = [("", document), *((one.pointer, one.node) for one in operations(document)), *_feeds(document)]
    for at, node in places:
        if "security" in node:
            yield from _requirements(document, at + "/security", node["security"])
        elif at and not document.get("security"):
            yield Problem(
                at, "has no security, and there is none for the whole document; write `security: []` for an open call."
            )


def _requirements(document: Document, at: str, given: list[dict[str, Any]]) -> Iterator[Problem]:
    """Requirements are none for an open call, else the signature or one token."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    for index, requirement in enumerate(given):
        for name in requirement:
            if name not in schemes:
                known = ", ".join(schemes) or "none"
                yield Problem(at + pointer(index, name), f"there is no security scheme {name!r}; there are: {known}.")
    if used_scheme(document, given) is None:
        asked = " or ".join(" with ".join(requirement) for requirement in given)
        yield Problem(
            at,
            f"asks for {asked}, which the client cannot give: the signing plugin has the schemes {', '.join(SCHEMES)}. "
            "Name the one that the service means (for a vendor's file, `nox -s describe` with --security does), or "
            "write `security: []` if it takes none.",
        )


def outcomes(document: Document) -> Iterator[Problem]:
    """`x-outcome` names the GET operation that shows whether a call took effect."""
    reads = {one.node.get("operationId") for one in operations(document) if one.method == "get"}
    for operation in operations(document):
        name = operation.node.get("x-outcome")
        if name is not None and name not in reads:
            yield Problem(
                operation.pointer + "/x-outcome", f"there is no GET operation {name!r}; name one by its operationId."
            )


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    encodings,
    path_parameters,
    path_templates,
    distinct_names,
    security,
    outcomes,
)


def named_fields(normal: Normal) -> Iterator[Problem]:
    """What an extension names is there, and has the type that the client relies on."""
    for at, name, fields, kind in _named(normal):
        known = [wire for wire, schema in fields.items() if schema.get("type") == kind]
        if name not in known:
            yield Problem(at, f"names {name!r}, which is no {kind} here; there are: {', '.join(known) or 'none'}.")


def feed_messages(normal: Normal) -> Iterator[Problem]:
    """The message of a feed is an object, which becomes a class."""
    for path, schema in normal.feeds.items():
        found = normal.class_of(schema)
        if found is None or found.schema.values is not None:
            at = pointer("paths", path, "x-websocket", "message")
            yield Problem(at, "is no reference to an object schema; name the schema of a message.")


NORMAL_RULES: tuple[Callable[[Normal], Iterator[Problem]], ...] = (named_fields, feed_messages)
"""Rules for what the description means, however it is written."""


def _named(normal: Normal) -> Iterator[tuple[str, str, dict[str, Document], str]]:
    """Each name that an extension holds: its place, the name, what it may name, and the type of that."""
    for found in normal.classes.values():
        if found.schema.list is not None:
            yield found.schema.pointer + "/x-list", found.schema.list, found.schema.fields, "array"
    for one in normal.operations:
        node, at = one.source.node, one.source.pointer
        if "x-idempotency-key" in node:
            fields = _fields(normal, one.body.content.schema) if one.body else {}
            yield at + "/x-idempotency-key", node["x-idempotency-key"], fields, "string"
        if pages := node.get("x-pagination"):
            query = {parameter.wire: parameter.schema for parameter in one.parameters if parameter.place == "query"}
            yield at + "/x-pagination/items", pages["items"], _result_fields(normal, one), "array"
            yield at + "/x-pagination/offset", pages["offset"], query, "integer"
            yield at + "/x-pagination/limit", pages["limit"], query, "integer"


def _result_fields(normal: Normal, one: NormalOperation) -> dict[str, Document]:
    """The fields of a result that is one JSON object, whatever the status of the success; else none."""
    first, *others = one.successes.values()
    is_one = first.form == "json" and all(other.schema == first.schema for other in others)
    return _fields(normal, first.schema) if is_one and not first.schema.get("nullable") else {}


def _fields(normal: Normal, schema: Document) -> dict[str, Document]:
    found = normal.class_of(schema)
    return found.schema.fields if found else {}


def _feeds(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in path_items(document).items():
        if "x-websocket" in item:
            yield pointer("paths", path, "x-websocket"), item["x-websocket"]
