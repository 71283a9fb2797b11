"""From a description as it was loaded to the one form that the generator takes, with the names in Python.

Built once from the description as it was loaded. What is written in several ways there (parameters of a path,
references, inline schemas, OpenAPI 3.1) is written in one way here; nothing is left out but what `left_out` names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, count
from typing import Any
from urllib.parse import quote

from .class_names import name_classes
from .document import Document, Operation, operations, pointer, resolve_once, tokens
from .names import Names, Wanted, argument_name, class_name
from .normal_form import (
    DEFAULT_STYLES,
    Body,
    Content,
    Normal,
    NormalOperation,
    NormalParameter,
    Tag,
    form_of,
)
from .places import Problem, parameters, path_items, placed, responses
from .reserved import CLIENT, METHOD, SIGNING_HEADERS
from .schema_class import CLASS
from .type_schemas import TypeSchemas

__all__ = ["normalize", "url_path"]

_PATH = "/:@!$&'()*+,;=~%"


def url_path(path: str) -> str:
    """A path template as it is sent: what a URL cannot hold is percent-encoded, placeholders stay."""
    parts = re.split(r"(\{[^{}]*\})", path)
    return "".join(part if index % 2 else quote(part, safe=_PATH, errors="replace") for index, part in enumerate(parts))


def normalize(document: Document, kept: Mapping[str, Mapping[str, str]] | None = None) -> Normal:
    """Bring a description into the one form.

    Args:
        document: Valid OpenAPI, as loaded.
        kept: The names that were given before, by section.
    """
    names = Names(kept)
    schemas = TypeSchemas(document)
    tags = _tags(document, names)
    verbs = _verbs(document, tags, names)
    found = [_operation(one, tags, verbs, schemas, names) for one in operations(document)]
    feeds = {
        path: schemas.typed(item["x-websocket"]["message"], pointer("paths", path, "x-websocket", "message"), path)
        for path, item in path_items(document).items()
        if "x-websocket" in item
    }
    resources = {name for tag in tags.values() for name in _resources(tag.class_name)}
    name_classes(schemas.classes, names, resources)
    normal = Normal(document, list(tags.values()), found, schemas.classes, feeds, schemas.problems)
    normal.left_out = list(_left_out(document, schemas))
    normal.names = names.record
    return normal


def _resources(base: str) -> set[str]:
    """The classes of a tag."""
    return {f"{prefix}{base}{suffix}" for prefix in ("", "Async") for suffix in ("Resource", "WithRawResponse")}


def _tags(document: Document, names: Names) -> dict[str, Tag]:
    """Every tag that an operation has, by its name in the description."""
    declared = {str(tag.get("name", "")): str(tag.get("description") or "") for tag in document.get("tags", ())}
    used = list(dict.fromkeys(_tag(one) for one in operations(document)))
    ordered = [tag for tag in declared if tag in used] + [tag for tag in used if tag not in declared]
    wanted = [Wanted(tag, tag, argument_name(tag)) for tag in ordered]
    given = names.give("tags", wanted, lambda name: name not in CLIENT and not name.startswith("_"))
    classes: dict[str, str] = {}
    taken = {"ClientWithRawResponse", "AsyncClientWithRawResponse"}
    for tag, name in given.items():
        bases = (f"{class_name(name)}{number}" for number in chain([""], count(2)))
        classes[tag] = next(base for base in bases if not taken & _resources(base))
        taken |= _resources(classes[tag])
    return {tag: Tag(given[tag], classes[tag], declared.get(tag) or f"Operations of {tag}.", tag) for tag in ordered}


def _tag(operation: Operation) -> str:
    return str(next(iter(operation.node.get("tags") or ["default"])))


def _verbs(document: Document, tags: Mapping[str, Tag], names: Names) -> dict[str, str]:
    """The verb of each operation by its method and path."""
    found: dict[str, str] = {}
    for tag in tags.values():
        wanted = [_wanted(one, tag.name) for one in operations(document) if _tag(one) == tag.wire]
        found |= names.give("operations", wanted, lambda name: name not in ("self", "mro") and not name.startswith("_"))
    return found


def _wanted(operation: Operation, tag: str) -> Wanted:
    written = operation.node.get("operationId")
    words = argument_name(str(written)) if written else argument_name(_words_of(operation))
    verb = argument_name(words.removeprefix(f"{tag.rstrip('_')}_"))
    wire = verb if written in (f"{tag}_{verb}", verb) else None
    return Wanted(operation.key, wire, verb)


def _words_of(operation: Operation) -> str:
    """Words for an operation without a name: `GET /fund/{id}/ledger` becomes get_fund_by_id_ledger."""
    path = re.sub(r"\{([^}]*)\}", r" by \1 ", operation.path)
    return "_".join(re.findall(r"\w+", f"{operation.method} {path}"))


def _operation(
    source: Operation, tags: Mapping[str, Tag], verbs: Mapping[str, str], schemas: TypeSchemas, names: Names
) -> NormalOperation:
    tag, verb = tags[_tag(source)], verbs[source.key]
    hint = f"{tag.class_name}_{verb}"
    contents = {}
    for status, node in responses(source).items():
        at = source.pointer + pointer("responses", status)
        suffix = "Response" if status in ("200", "201", "202", "204") else f"{status}_Response"
        first, *others = _contents(node, at, f"{hint}_{suffix}", schemas)
        contents[str(status)] = replace(first, others=tuple(others))
    arguments = _parameters(source, hint, schemas, names)
    return NormalOperation(source, tag.name, verb, arguments, _body(source, hint, schemas), contents)


def _parameters(source: Operation, hint: str, schemas: TypeSchemas, names: Names) -> list[NormalParameter]:
    order = re.findall(r"\{([^}]*)\}", source.path)
    nodes = {key: value for key, value in parameters(schemas.document, source).items() if _is_ours(*key)}
    keys = sorted(nodes, key=lambda key: order.index(key[1]) if key[0] == "path" and key[1] in order else len(order))
    wanted = [Wanted(f"{place}:{wire}", wire, argument_name(wire)) for place, wire in keys]
    given = names.give(
        "arguments", wanted, lambda name: name not in METHOD and argument_name(name) == name, scope=f"{source.key} "
    )
    found = []
    for place, wire in keys:
        at, node = nodes[place, wire]
        key, words = _anchor(at, f"{place}:{wire}", f"{hint}_{wire}", schemas)
        written, below = _written_schema(node)
        schema = schemas.typed(written or {}, key + below, words)
        found.append(
            NormalParameter(
                wire=wire,
                name=given[f"{place}:{wire}"],
                place=place,
                required=node.get("required") is True or place == "path",
                schema=schema,
                description=str(node.get("description") or schema.get("description", "")),
                style="json" if node.get("content") else _style(node, DEFAULT_STYLES[place]),
                deprecated=node.get("deprecated") is True,
            )
        )
    return found


def _anchor(at: str, key: str, hint: str, schemas: TypeSchemas) -> tuple[str, str]:
    """What a parameter is known by, whatever stands before it in its list, and words for the name of its class."""
    where, _ = placed(schemas.document, at, resolve_once(schemas.document, at))
    if where != at:
        return where, tokens(where)[-1]
    known = at.rpartition("/parameters/")[0] + pointer("parameters", key)
    schemas.know(known, at)
    return known, hint


def _written_schema(node: Document) -> tuple[Any, str]:
    """The schema of a parameter as it is written, and its pointer below the parameter."""
    for media, inner in node.get("content", {}).items():
        return inner.get("schema"), pointer("content", media, "schema")
    return node.get("schema"), "/schema"


def _is_ours(place: str, wire: str) -> bool:
    """Whether the caller gives this parameter: signing headers are the scheme's, and OpenAPI ignores three others."""
    return place in ("path", "query") or (place == "header" and wire.lower() not in SIGNING_HEADERS)


def _body(source: Operation, hint: str, schemas: TypeSchemas) -> Body | None:
    written = source.node.get("requestBody")
    at, node = placed(schemas.document, source.pointer + "/requestBody", written)
    if not isinstance(node, dict) or not node.get("content"):
        return None
    content = next(_contents(written, source.pointer + "/requestBody", f"{hint}_Body", schemas))
    for media in sorted(node["content"], key=_preference)[1:]:
        text = f"is left out: the body is sent as {content.media}."
        schemas.left_out[Problem(at + pointer("content", media), text)] = None
    uploaded = schemas.classes.get(content.schema.get(CLASS, ""))
    if uploaded and content.form == "multipart":
        uploaded.is_upload = True  # its fields that are files take bytes
    written_as = _PARTS.get(content.form)
    encoding = node["content"][content.media].get("encoding", {}) if written_as else {}
    styles = {name: style for name, given in encoding.items() if written_as and (style := written_as(given))}
    return Body(content, node.get("required") is True, styles)


def _style(given: Document, usual: str) -> str:
    """How a value is written by its `style` and `explode`."""
    style = str(given.get("style", usual.rstrip("*")))
    return style + ("*" if given.get("explode", style == "form") else "")


def _style_of_field(given: Document) -> str | None:
    """How a field of a form is written; None for as usual."""
    if given.keys() & {"style", "explode"}:
        return _style(given, "form*")
    return "json" if form_of(str(given.get("contentType", "text/plain"))) == "json" else None


def _media_of_part(given: Document) -> str | None:
    """The media type of a part; None where there are several, or none: a file brings its own."""
    media = str(given.get("contentType", "*"))
    return None if "*" in media or "," in media else media


_PARTS: Mapping[str, Callable[[Document], str | None]] = {"form": _style_of_field, "multipart": _media_of_part}


def _contents(written: Any, at: str, hint: str, schemas: TypeSchemas) -> Iterator[Content]:
    """What a body or a response holds in each of its media types; JSON comes first."""
    where, node = placed(schemas.document, at, written)
    if where != at:
        at, hint = where, tokens(where)[-1]
    text = str(node.get("description") or "")
    medias = sorted(node.get("content") or {}, key=_preference)
    if not medias:
        yield Content(None, {}, text)
    for media in medias:
        if form_of(media) in ("bytes", "text"):
            yield Content(media, {"type": "bytes" if form_of(media) == "bytes" else "string"}, text)
        else:
            schema = node["content"][media].get("schema")
            place = at + pointer("content", media, "schema")
            words = hint if media == medias[0] else f"{hint}_{argument_name(media)}"
            typed = schemas.typed(schema if schema is not None else {}, place, words)
            if media.startswith("*/*") and typed.get("format") == "binary":
                typed = {"type": "bytes"}
            yield Content(media, typed, text)


def _preference(media: str) -> int:
    if media.partition(";")[0].strip().lower() == "application/json":
        return -1
    return ["json", "form", "multipart", "text", "bytes"].index(form_of(media))


def _left_out(document: Document, schemas: TypeSchemas) -> Iterator[Problem]:
    for name in document.get("components", {}).get("schemas", {}):
        at = pointer("components", "schemas", name)
        if at not in schemas.known:
            yield Problem(at, "is left out: no operation uses it.")
    yield from schemas.left_out
    for name in document.get("webhooks", {}):
        yield Problem(pointer("webhooks", name), "is left out: webhooks are not generated.")
