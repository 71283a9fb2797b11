"""A description in the one form, as the parser of openapi-python-client reads it.

What it is to name has its name here already; what it has no type for (numbers that are exact, files, several styles of
parameters) is given to it as a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal_form import Content, Normal, NormalOperation, NormalParameter
from qredo_codegen.description.schema_class import CLASS, SchemaClass

__all__ = ["prepare"]


def prepare(normal: Normal) -> Document:
    """The document for the parser: OpenAPI 3.0 with every class named and every reference to one."""
    paths: dict[str, Document] = {}
    for operation in normal.operations:
        method = operation.source.method
        paths.setdefault(_path(operation), {})[method] = _operation(normal, operation)
    return {
        "openapi": "3.0.3",
        "info": {"title": "title", "version": "1"},
        "paths": paths,
        "components": {"schemas": {one.name: _class(normal, one) for one in normal.classes.values()}},
    }


def _path(operation: NormalOperation) -> str:
    path = operation.source.path
    for one in operation.parameters:
        if one.place == "path":
            path = path.replace(f"{{{one.wire}}}", f"{{{_name(one)}}}")
    return path


def _name(parameter: NormalParameter) -> str:
    """The name of a parameter; in a path the parser reads ASCII alone."""
    name = parameter.name
    return name if name.isascii() or parameter.place != "path" else f"path_{name.encode().hex()}"


def _operation(normal: Normal, operation: NormalOperation) -> Document:
    found: Document = {
        "operationId": f"{operation.tag}_{operation.verb}",
        "tags": [operation.tag],
        "parameters": [
            {"name": _name(one), "in": one.place, "required": one.required, "schema": _parameter(normal, one)}
            for one in operation.parameters
        ],
        "responses": {
            status: {"description": "", **_content(normal, content, _READ)}
            for status, content in operation.contents.items()
        },
    }
    if operation.body:
        found["requestBody"] = {"required": operation.body.required, **_content(normal, operation.body.content, _MEDIA)}
    return found


_MEDIA = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",
    "text": "application/octet-stream",
    "bytes": "application/octet-stream",
}
# A response that a file calls a form is read as JSON: no service writes one.
_READ = {**_MEDIA, "form": "application/json", "multipart": "application/json"}


def _content(normal: Normal, content: Content, media: Mapping[str, str]) -> Document:
    if content.form == "nothing":
        return {}
    return {"content": {media[content.form]: {"schema": _schema(normal, content.schema)}}}


def _parameter(normal: Normal, parameter: NormalParameter) -> Any:
    return _schema(normal, parameter.schema) if parameter.place == "query" else {"type": "string"}


def _class(normal: Normal, one: SchemaClass) -> Document:
    if one.values is not None:
        names = [one.names[value] for value in one.values]
        return {"type": one.base, "enum": one.values, "x-enum-varnames": names}
    return {
        "type": "object",
        "properties": {one.names[wire]: _schema(normal, found) for wire, found in one.fields.items()},
        "required": [one.names[wire] for wire in one.required],
    }


def _schema(normal: Normal, schema: Document) -> Any:
    if CLASS in schema:
        return {"$ref": f"#/components/schemas/{normal.classes[schema[CLASS]].name}"}
    if "oneOf" in schema:
        return {"oneOf": [_schema(normal, member) for member in schema["oneOf"]]}
    kind = schema.get("type")
    if kind == "array":
        return {"type": "array", "items": _schema(normal, schema["items"])}
    if kind == "object":  # for a map, the parser would make a class under a name of its own
        return {}
    return {"type": "string" if kind == "bytes" else kind} if kind else {}
