"""The operations of a description: parameters with their styles, bodies and responses by media type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .document import SpecError
from .media import Content, read_content
from .parameters import STYLES, Parameter, styled
from .schemas import kinds_of
from .security import Security, read_security

__all__ = ["METHODS", "Operation", "read_operations"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a description, its references resolved.

    Attributes:
        id: Its `operationId`, or method and path where it has none.
        body: The body by media type, JSON first; empty where it takes none.
        responses: The same by status.
    """

    id: str
    tag: str
    method: str
    path: str
    security: Security
    parameters: tuple[Parameter, ...]
    body: tuple[Content, ...]
    body_required: bool
    responses: Mapping[str, tuple[Content, ...]] = field(default_factory=dict)

    @property
    def verb(self) -> str:
        """The operation's name without its tag."""
        return self.id.removeprefix(f"{self.tag}_")

    @property
    def success(self) -> int | None:
        """The first documented 2xx status, None for a WebSocket upgrade."""
        found = next((status for status in self.responses if status.startswith("2")), None)
        if found is None:
            return None if "101" in self.responses else 200
        return int(found) if found.isdecimal() else 200

    def response(self, status: int) -> tuple[Content, ...] | None:
        """The documented bodies of a status: its own, that of its range, or the default one."""
        names = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        return next((self.responses[name] for name in names if name in self.responses), None)


def read_operations(document: Any, path: str, item: Mapping[str, Any]) -> Iterator[Operation]:
    """The operations of one path.

    Raises:
        SpecError: One of them has something that the emulator can't read or write.
    """
    for method in METHODS:
        if method in item:
            where = f"{method.upper()} {path}"
            try:
                yield _read(document, path, method, item)
            except SpecError as error:
                raise SpecError(f"{where}: {error}") from None


def _read(document: Any, path: str, method: str, item: Mapping[str, Any]) -> Operation:
    node = item[method]
    body = node.get("requestBody", {})
    parameters = _parameters([*item.get("parameters", ()), *node.get("parameters", ())])
    _check_path(path, parameters)
    return Operation(
        id=node.get("operationId") or f"{method.upper()} {path}",
        tag=next(iter(node.get("tags", ())), "default"),
        method=method.upper(),
        path=path,
        security=read_security(document, node.get("security", document.get("security", []))),
        parameters=parameters,
        body=read_content(body.get("content", {})),
        body_required=bool(body.get("required")),
        responses={
            str(status): read_content(response.get("content", {}))
            for status, response in node.get("responses", {}).items()
        },
    )


def _check_path(path: str, parameters: tuple[Parameter, ...]) -> None:
    names = re.findall(r"{([^{}]*)}", path)
    described = {each.name for each in parameters if each.where == "path"}
    if set(names) != described or len(names) != len(set(names)):
        shown = ", ".join(sorted(described)) or "none"
        raise SpecError(f"its path parameters are {shown}, which is not what stands in the path")


def _parameters(nodes: list[Any]) -> tuple[Parameter, ...]:
    # An operation's own parameter replaces one of the same name and place of the path item.
    latest = {(node["name"], node["in"]): node for node in nodes}
    return tuple(_parameter(node) for node in latest.values())


def _parameter(node: Any) -> Parameter:
    name, where, required = node["name"], node["in"], bool(node.get("required"))
    if where not in STYLES:
        raise SpecError(f"parameter {name!r} is in {where!r}; the emulator reads the path, the query and headers")
    if "content" in node:
        [content] = read_content(node["content"]) or [None]
        if content is None or content.form != "json":
            raise SpecError(f"parameter {name!r} has content that is not JSON")
        return Parameter(name, where, required, content.schema, "json")
    style = node.get("style", STYLES[where][0])
    if style not in STYLES[where]:
        styles = " or ".join(STYLES[where])
        raise SpecError(f"parameter {name!r} has the style {style!r}; in the {where} it is {styles}")
    schema = node.get("schema", {})
    if style == "deepObject" and "object" not in kinds_of(schema):
        raise SpecError(f"parameter {name!r} has the style deepObject, and is no object")
    return styled(name, where, schema, style, node.get("explode"), required=required)
