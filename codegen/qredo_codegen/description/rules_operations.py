"""Rules for operations: parameters, bodies, responses, security, servers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from .document import Document, operations, pointer
from .normal_form import form_of
from .places import Problem, holders, parameters, path_items, successes, under
from .reserved import SCHEMES
from .security import is_open_scheme, signature_schemes, used_scheme

__all__ = ["RULES", "STYLES", "encodings"]

STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}
"""The styles that a parameter can have, by its place."""


def no_cookies(document: Document) -> Iterator[Problem]:
    """No parameter is a cookie: the client shares its cookies between calls, so one call cannot set one."""
    for holder in holders(document):
        if holder.role == "parameter" and holder.node.get("in") == "cookie":
            name = holder.node.get("name")
            yield Problem(
                holder.pointer, f"{name!r} is a cookie, which one call cannot set; set it on the httpx client."
            )


def parameter_styles(document: Document) -> Iterator[Problem]:
    """Parameters have a style that their place has."""
    for holder in holders(document):
        if holder.role != "parameter" or "in" not in holder.node:
            continue
        location, style = str(holder.node["in"]), holder.node.get("style")
        if style is not None and style not in STYLES.get(location, ()):
            known = ", ".join(STYLES.get(location, ()))
            yield Problem(holder.pointer, f"a {location} parameter cannot have the style {style!r}; it takes {known}.")


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
    """The path parameters of an operation are those of its path, and all are required."""
    for operation in operations(document):
        in_path = _placeholders(operation.path)
        declared = {name: value for (place, name), value in parameters(document, operation).items() if place == "path"}
        for name in in_path:
            if name not in declared:
                yield Problem(
                    operation.pointer, f"the path has {{{name}}}, but there is no such path parameter; add it."
                )
        for name, (at, parameter) in declared.items():
            if name not in in_path:
                yield Problem(at, f"the path parameter {name!r} is not in the path {operation.path!r}; remove it.")
            if parameter.get("required") is not True:
                yield Problem(at, f"the path parameter {name!r} is not marked as required; write `required: true`.")


def path_templates(document: Document) -> Iterator[Problem]:
    """No two paths differ only in the names of their parameters: no server could tell them apart."""
    seen: dict[str, str] = {}
    for path, item in path_items(document).items():
        if "$ref" in item:
            yield Problem(pointer("paths", path), "is a reference, which is not followed; write its operations here.")
        shape = re.sub(r"\{[^}]*\}", "{}", path)
        first = seen.setdefault(shape, path)
        if first != path:
            yield Problem(
                pointer("paths", path), f"is the same path as {first!r}: only parameter names differ; keep one."
            )
        for name, count in Counter(_placeholders(path)).items():
            if count > 1:
                yield Problem(pointer("paths", path), f"has the parameter {{{name}}} {count} times; name them apart.")


def success(document: Document) -> Iterator[Problem]:
    """An operation says what a success is."""
    for operation in operations(document):
        found = successes(document, operation)
        at = operation.pointer + "/responses"
        if not found:
            yield Problem(at, "has no response for success (1xx or 2xx); add the one that the service gives.")
        for status in found:
            if status[0] == "3" or not re.fullmatch("[12][0-9][0-9]|2XX", status):
                yield Problem(at + pointer(status), f"the status {status!r} has no meaning for the client; remove it.")
            if status[0] == "1" and "x-websocket" not in document["paths"][operation.path]:
                yield Problem(at + pointer(status), "is an upgrade, but the path has no x-websocket.")


def no_other_servers(document: Document) -> Iterator[Problem]:
    """No path and no operation has servers of its own: its requests would be signed for another host."""
    places = [(pointer("paths", path), item) for path, item in path_items(document).items()]
    places += [(one.pointer, one.node) for one in operations(document)]
    for at, node in places:
        if "servers" in node:
            yield Problem(at + "/servers", "is another host than the rest has; describe it in a package of its own.")


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
    if "security" in document:
        yield from requirements(document, "/security", document["security"])
    for operation in operations(document):
        if "security" in operation.node:
            yield from requirements(document, operation.pointer + "/security", operation.node["security"])
        elif not document.get("security"):
            yield Problem(
                operation.pointer,
                "has no security, and there is none for the whole document; write `security: []` for an open call.",
            )


def requirements(document: Document, at: str, given: list[dict[str, Any]]) -> Iterator[Problem]:
    """Check a list of security requirements: none for an open call, else the signature or one token."""
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


def servers(document: Document) -> Iterator[Problem]:
    """Servers have names, by which an environment finds them, and plain https URLs."""
    given = document.get("servers", [])
    if not given:
        yield Problem(
            "/servers", "there is none; add the base URL, such as {url: https://host/path, x-name: production}."
        )
    names: list[object] = []
    for index, server in enumerate(given):
        at, name, url = pointer("servers", index), server.get("x-name"), server.get("url", "")
        if name is None:
            yield Problem(at, "has no x-name, by which a client picks it; add one, such as production.")
        elif name in names:
            yield Problem(at + "/x-name", f"the name {name!r} is taken by another server; name one of them otherwise.")
        if not re.fullmatch(r"https://[^/{}?#]+(/[^/{}?#]+)*", url):
            yield Problem(at + "/url", f"{url!r} is not https://host/path without variables, query or final slash.")
        names.append(name)


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    no_cookies,
    parameter_styles,
    encodings,
    path_parameters,
    path_templates,
    success,
    no_other_servers,
    security,
    servers,
)


def _placeholders(path: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path)
