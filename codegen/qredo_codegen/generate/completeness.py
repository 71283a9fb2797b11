"""Nothing is lost: what the description has as it was loaded, against what the parser gave and the view shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from openapi_python_client.parser import GeneratorData

from qredo_codegen.description.document import operations
from qredo_codegen.description.normal import url_path
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.places import Problem

from .view import PackageView

__all__ = ["losses"]


def losses(normal: Normal, data: GeneratorData, view: PackageView) -> Iterator[Problem]:
    """What would be lost, each with its place."""
    methods = {(method.method, method.path) for tag in view.tags for method in tag.methods}
    for described in operations(normal.document):
        if (described.method.upper(), url_path(described.path)) not in methods:
            yield Problem(described.pointer, "would not be generated.")
    endpoints = Counter(
        (
            endpoint.method,
            len(endpoint.path_parameters),
            len(endpoint.query_parameters),
            len(endpoint.header_parameters),
        )
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    )
    for operation in normal.operations:
        places = Counter(parameter.place for parameter in operation.parameters)
        key = (operation.source.method, places["path"], places["query"], places["header"])
        if not endpoints[key]:
            yield Problem(operation.source.pointer, "is read by the parser with other parameters, or not at all.")
        endpoints[key] -= 1
    classes = {str(one.class_info.name) for one in (*data.models, *data.enums)}
    for at, one in normal.classes.items():
        if one.name not in classes:
            yield Problem(at, f"is not read by the parser as the class {one.name}.")
