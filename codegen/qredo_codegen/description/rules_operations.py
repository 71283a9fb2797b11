"""Rules for operations: names, tags, parameters, bodies, responses, security, servers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from keyword import iskeyword
from typing import Any

from .document import Document, Operation, operations, pointer
from .names import argument_name
from .places import Problem, holders, json_body, parameters, path_items, successes, target

__all__ = ["RULES"]

# Names that the generated Client has for itself.
_CLIENT = frozenset({"aclose", "base_url", "close", "http", "with_options", "with_raw_response"})
# Names that every generated method has for itself.
_METHOD = frozenset({"body", "client", "self"})
_SIGNING = frozenset({"x-api-key", "x-api-zkp", "x-nonce", "x-sign", "x-timestamp"})
_DEFAULT_STYLE = {"path": "simple", "query": "form"}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def tags(document: Document) -> Iterator[Problem]:
    """Each operation has exactly one declared tag, and tags can be attributes of the client."""
    declared = [tag.get("name", "") for tag in document.get("tags", ())]
    for index, name in enumerate(declared):
        if not _NAME.fullmatch(name) or iskeyword(name) or name in _CLIENT:
            yield Problem(pointer("tags", index, "name"), f"the tag {name!r} cannot be an attribute of the client.")
        elif name in declared[:index]:
            yield Problem(pointer("tags", index, "name"), f"the tag {name!r} is declared twice.")
    for operation in operations(document):
        given = operation.node.get("tags", [])
        if len(given) != 1:
            yield Problem(operation.pointer + "/tags", f"has {len(given)} tags {given}; exactly one is needed.")
        elif given[0] not in declared:
            yield Problem(operation.pointer + "/tags/0", f"the tag {given[0]!r} is not declared in /tags.")


def operation_ids(document: Document) -> Iterator[Problem]:
    """Each operationId is `<tag>_<verb>`, and the verb can be a method."""
    for operation in operations(document):
        name = operation.node.get("operationId")
        if not isinstance(name, str) or not name:
            yield Problem(operation.pointer, "has no operationId; give it one of the form <tag>_<verb>.")
            continue
        at, tag = operation.pointer + "/operationId", _tag(operation)
        verb = name.removeprefix(f"{tag}_")
        if not _NAME.fullmatch(name):
            yield Problem(at, f"{name!r} is not in snake case.")
        elif verb == name:
            yield Problem(at, f"{name!r} does not start with its tag: '{tag}_<verb>' is needed.")
        elif verb == "list" or iskeyword(verb):
            yield Problem(at, f"the verb {verb!r} means something else in Python; the generator would rename it.")


def unique_operations(document: Document) -> Iterator[Problem]:
    """No two operations get the same Python name: the second would silently overwrite the first."""
    seen: dict[tuple[str, str], Operation] = {}
    for operation in operations(document):
        name = operation.node.get("operationId")
        if not isinstance(name, str) or not name:
            continue
        first = seen.setdefault((_tag(operation), argument_name(name)), operation)
        if first is not operation:
            other = first.node["operationId"]
            yield Problem(
                operation.pointer + "/operationId",
                f"{name!r} gets the same Python name as {other!r} at {first.pointer}, and would overwrite it.",
            )


def no_header_parameters(document: Document) -> Iterator[Problem]:
    """Parameters are in the path or the query; what signs a call is described by security schemes."""
    for holder in holders(document):
        name, location = str(holder.node.get("name", "")), holder.node.get("in")
        if holder.role != "parameter" or location not in ("header", "cookie"):
            continue
        if name.lower() in _SIGNING:
            yield Problem(holder.pointer, f"the signing header {name!r} is a parameter; security schemes describe it.")
        else:
            yield Problem(holder.pointer, f"{name!r} is a {location} parameter; only path and query are generated.")


def parameter_names(document: Document) -> Iterator[Problem]:
    """No two parameters of an operation get the same Python name, nor one of the method's own."""
    for operation in operations(document):
        seen: dict[str, str] = {}
        for (_, name), (at, _) in parameters(document, operation).items():
            python = argument_name(name)
            if python in _METHOD:
                yield Problem(at, f"the parameter {name!r} has a name that every method has for itself.")
            elif python in seen:
                yield Problem(at, f"the parameters {seen[python]!r} and {name!r} both become {python!r}.")
            seen.setdefault(python, name)


def parameter_styles(document: Document) -> Iterator[Problem]:
    """Parameters have a schema and the default style: the generator does not look at any other."""
    for holder in holders(document):
        if holder.role != "parameter" or "in" not in holder.node:
            continue
        location, style, explode = (holder.node.get(key) for key in ("in", "style", "explode"))
        default = _DEFAULT_STYLE.get(str(location))
        if "schema" not in holder.node:
            yield Problem(holder.pointer, "has no schema; 'content' is not generated.")
        if style not in (None, default) or explode not in (None, default == "form"):
            yield Problem(holder.pointer, f"style {style!r}, explode {explode!r}: only the defaults are generated.")


def path_parameters(document: Document) -> Iterator[Problem]:
    """The path parameters of an operation are those of its path, and all are required."""
    for operation in operations(document):
        in_path = _placeholders(operation.path)
        declared = {name: value for (place, name), value in parameters(document, operation).items() if place == "path"}
        for name in in_path:
            if name not in declared:
                yield Problem(operation.pointer, f"the path has {{{name}}}, but there is no such path parameter.")
        for name, (at, parameter) in declared.items():
            if name not in in_path:
                yield Problem(at, f"the path parameter {name!r} is not in the path {operation.path!r}.")
            if parameter.get("required") is not True:
                yield Problem(at, f"the path parameter {name!r} is not marked as required.")


def path_templates(document: Document) -> Iterator[Problem]:
    """No two paths differ only in the names of their parameters: no server could tell them apart."""
    seen: dict[str, str] = {}
    for path, item in path_items(document).items():
        if "$ref" in item:
            yield Problem(pointer("paths", path), "is a reference, behind which the generator finds no operation.")
        shape = re.sub(r"\{[^}]*\}", "{}", path)
        first = seen.setdefault(shape, path)
        if first != path:
            yield Problem(pointer("paths", path), f"is the same path as {first!r}: only parameter names differ.")
        for name, count in Counter(_placeholders(path)).items():
            if count > 1:
                yield Problem(pointer("paths", path), f"has the parameter {{{name}}} {count} times.")


def bodies(document: Document) -> Iterator[Problem]:
    """A request body is one JSON value, and is always sent."""
    for operation in operations(document):
        if "requestBody" not in operation.node:
            continue
        at = operation.pointer + "/requestBody"
        body = target(document, operation.node["requestBody"])
        if isinstance(body, dict) and body.get("required") is not True:
            yield Problem(at, "is not marked as required, though the client always sends one.")
        if json_body(document, operation) is None:
            yield Problem(at, "has no schema for application/json.")


def media_types(document: Document) -> Iterator[Problem]:
    """Everything that is sent or received is application/json, and has a schema."""
    for holder in holders(document):
        if "/content/" not in holder.pointer:
            continue
        media_type = holder.pointer.rpartition("/content/")[2].replace("~1", "/")
        if media_type != "application/json":
            yield Problem(holder.pointer, f"the media type {media_type!r} is not generated; only application/json is.")
        elif "schema" not in holder.node:
            yield Problem(holder.pointer, "has no schema.")


def one_success(document: Document) -> Iterator[Problem]:
    """An operation has one type of success, so that a method returns one type."""
    for operation in operations(document):
        found = successes(document, operation)
        at = operation.pointer + "/responses"
        if not found:
            yield Problem(at, "has no response for success (1xx or 2xx).")
        for status in found:
            if status[0] == "3" or not re.fullmatch("[12][0-9][0-9]", status):
                yield Problem(at + pointer(status), f"the status {status!r} has no meaning for the client.")
            if status[0] == "1" and "x-websocket" not in document["paths"][operation.path]:
                yield Problem(at + pointer(status), "is an upgrade, but the path has no x-websocket.")
        answers = {status: _schema(node) for status, node in found.items()}
        first = next(iter(answers.values()), None)
        for status, schema in answers.items():
            if schema != first:
                yield Problem(at + pointer(status), f"has another schema than {next(iter(answers))!r}.")


def security(document: Document) -> Iterator[Problem]:
    """One scheme says how to sign, and each operation names its schemes."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    signing = [name for name, scheme in schemes.items() if "x-signature" in scheme]
    if len(signing) != 1:
        found = ", ".join(signing) or "none"
        yield Problem("/components/securitySchemes", f"exactly one scheme needs x-signature; found: {found}.")
    if "security" in document:
        yield from requirements(document, "/security", document["security"])
    for operation in operations(document):
        if "security" in operation.node:
            yield from requirements(document, operation.pointer + "/security", operation.node["security"])
        elif not document.get("security"):
            yield Problem(operation.pointer, "has no security, and there is none for the whole document.")


def requirements(document: Document, at: str, given: list[dict[str, Any]]) -> Iterator[Problem]:
    """Check a list of security requirements."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    if not given:
        yield Problem(at, "names no scheme; every call is authenticated.")
    for index, requirement in enumerate(given):
        if not requirement:
            yield Problem(at + pointer(index), "names no scheme; every call is authenticated.")
        for name in requirement:
            if name not in schemes:
                yield Problem(at + pointer(index, name), f"there is no security scheme {name!r}.")


def servers(document: Document) -> Iterator[Problem]:
    """Servers have names, by which an environment finds them, and plain https URLs."""
    given = document.get("servers", [])
    if not given:
        yield Problem("/servers", "there is none.")
    names: list[object] = []
    for index, server in enumerate(given):
        at, name, url = pointer("servers", index), server.get("x-name"), server.get("url", "")
        if name is None:
            yield Problem(at, "has no x-name.")
        elif name in names:
            yield Problem(at + "/x-name", f"the name {name!r} is taken by another server.")
        if not re.fullmatch(r"https://[^/{}?#]+(/[^/{}?#]+)*", url):
            yield Problem(at + "/url", f"{url!r} is not https://host/path without variables, query or final slash.")
        names.append(name)


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    tags,
    operation_ids,
    unique_operations,
    no_header_parameters,
    parameter_names,
    parameter_styles,
    path_parameters,
    path_templates,
    bodies,
    media_types,
    one_success,
    security,
    servers,
)


def _tag(operation: Operation) -> str:
    return str(next(iter(operation.node.get("tags", [])), ""))


def _placeholders(path: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path)


def _schema(response: Document) -> Any:
    return next((value.get("schema") for value in response.get("content", {}).values()), None)
