"""Rules that look at several places of a description: without them no correct client can be made of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Any

from .document import Document, operations, pointer, tokens
from .normal_form import Normal, NormalOperation, charset_of, form_of
from .places import Place, Problem, feeds, holders, parameters, path_items, placed
from .reserved import SCHEMES
from .schema_class import CLASS
from .security import is_open_scheme, signature_schemes, used_scheme
from .type_schemas import TypeSchemas

__all__ = ["NORMAL_RULES", "RULES", "encodings", "form_bodies", "is_media_type", "media_types"]

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_FORMS = ("form", "multipart")
_MEDIA = re.compile(rf"{_WORD}/{_WORD}(\s*;[ -~]*)?")


def media_types(document: Document) -> Iterator[Problem]:
    """A body has a media type that a header can hold, in a charset that there is; forms and JSON are UTF-8."""
    for holder in holders(document):
        media = tokens(holder.pointer)[-1]
        if holder.role == "body" and (problem := _media_problem(media)):
            yield Problem(holder.pointer, problem)


def is_media_type(text: str) -> bool:
    """Whether a text is a media type that a header can hold."""
    return _MEDIA.fullmatch(text) is not None


def _media_problem(media: str) -> str | None:
    """What is wrong with a media type of a request, or None."""
    if not is_media_type(media):
        return f"{media!r} is no media type; write one, such as application/json."
    charset = charset_of(media)
    try:
        "".encode(charset or "utf-8")  # fails for what is a codec and no charset, too
    except LookupError:
        return f"the charset {charset!r} is not known; write the one that the service takes, or none for UTF-8."
    if charset is not None and codecs.lookup(charset).name != "utf-8" and form_of(media) not in ("text", "bytes"):
        return f"only text can be sent in the charset {charset!r}; write none, for UTF-8."
    return None


_OF_A_PART = {"style": "form", "explode": True}
"""How a list is sent as parts: one for each item. (`allowReserved` changes nothing: no part is percent-encoded.)"""


def encodings(document: Document) -> Iterator[Problem]:
    """An encoding is that of a field; a part of a form has no headers of its own, and an object in it is JSON."""
    has_styles = str(document.get("openapi")).startswith("3.1")  # of parts; in 3.0 they mean nothing there
    for holder in holders(document):
        encoding = holder.node.get("encoding") if holder.role == "body" else None
        form = form_of(tokens(holder.pointer)[-1])
        fields = _typed_fields(document, holder) if encoding else {}
        for name, given in (encoding or {}).items():
            at = holder.pointer + pointer("encoding", name)
            if fields and name not in fields and form in _FORMS:
                yield Problem(at, f"is that of no field; there are: {', '.join(fields)}. Name one of them.")
                continue
            for key, usual in _OF_A_PART.items() if form == "multipart" and has_styles else ():
                if given.get(key, usual) != usual or (key in given and fields.get(name) == "object"):
                    yield Problem(at + pointer(key), "cannot be followed in a part; describe the field as text.")
            if given.get("headers"):
                yield Problem(at + "/headers", "has values that no argument could give; remove it.")
            if problem := _encoding_problem(given.get("contentType", "application/json"), fields.get(name)):
                yield Problem(at + "/contentType", problem)


def _encoding_problem(media: str, kind: str | None) -> str | None:
    """What is wrong with the media types of a field, or None."""
    if kind == "object" and form_of(media) != "json":
        return f"an object cannot be sent as {media!r}; describe the field as text."
    return next(filter(None, (_media_problem(one.strip()) for one in media.split(","))), None)


def _typed_fields(document: Document, holder: Place) -> dict[str, str]:
    """The JSON type of each field of a body; for an array that of its items, since each is sent as a part."""
    schemas = TypeSchemas(document)
    key = schemas.typed(holder.node.get("schema"), holder.pointer + "/schema", "").get(CLASS)
    return {name: _json_type(schemas, field) for name, field in schemas.classes[key].fields.items()} if key else {}


def _json_type(schemas: TypeSchemas, schema: Document) -> str:
    if schema.get("type") == "array":
        return _json_type(schemas, schema["items"])
    kinds = {_json_type(schemas, member) for member in schema.get("oneOf", ())}
    return "object" if "object" in kinds else schemas.json_type(schema)


def path_parameters(document: Document) -> Iterator[Problem]:
    """Each path parameter of an operation is in its path; OpenAPI has it the other way round."""
    for operation in operations(document):
        for (place, name), (at, _) in parameters(document, operation).items():
            if place == "path" and f"{{{name}}}" not in operation.path:
                yield Problem(at, f"the path parameter {name!r} is not in the path {operation.path!r}; remove it.")


def header_parameters(document: Document) -> Iterator[Problem]:
    """No header is described twice: the case of its name means nothing."""
    for operation in operations(document):
        seen: dict[str, str] = {}
        for (place, name), (at, _) in parameters(document, operation).items():
            first = seen.setdefault(name.lower(), name) if place == "header" else name
            if first != name:
                yield Problem(at, f"is the header {first!r} once more, since case means nothing; keep one.")


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
    groups = {
        "server": [(pointer("servers", index, "x-name"), one["x-name"]) for index, one in given if "x-name" in one],
        "feed": [(at + "/name", feed["name"]) for at, feed in feeds(document)],
    }
    for kind, group in groups.items():
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
    places = [("", document), *((one.pointer, one.node) for one in operations(document)), *feeds(document)]
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
    media_types,
    encodings,
    path_parameters,
    header_parameters,
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
        if found is None or found.values is not None:
            at = pointer("paths", path, "x-websocket", "message")
            yield Problem(at, "is no reference to an object schema; name the schema of a message.")


def form_bodies(normal: Normal) -> Iterator[Problem]:
    """A form is an object: it has fields with names."""
    for one in normal.operations:
        content = one.body.content if one.body else None
        if content and content.form in _FORMS and not _is_object(normal, content.schema):
            at, _ = placed(normal.document, one.source.pointer + "/requestBody", one.source.node["requestBody"])
            yield Problem(
                at + pointer("content", content.media or "", "schema"),
                "is sent as a form, and is no object; describe its fields as properties.",
            )


def _is_object(normal: Normal, schema: Document) -> bool:
    if "oneOf" in schema:
        return all(_is_object(normal, member) for member in schema["oneOf"])
    found = normal.class_of(schema)
    return found.values is None if found else schema.get("type", "object") == "object"


NORMAL_RULES: tuple[Callable[[Normal], Iterator[Problem]], ...] = (named_fields, feed_messages, form_bodies)
"""Rules for what the description means, however it is written."""


def _named(normal: Normal) -> Iterator[tuple[str, str, dict[str, Document], str]]:
    """Each name that an extension holds: its place, the name, what it may name, and the type of that."""
    for found in normal.classes.values():
        if found.list is not None:
            yield found.pointer + "/x-list", found.list, found.fields, "array"
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
    return found.fields if found else {}
