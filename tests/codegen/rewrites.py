"""Other ways to write the same description, as a vendor might from one file to the next."""

from __future__ import annotations

import json
from typing import Any

from qredo_codegen.description.document import METHODS, Document, operations
from qredo_codegen.description.places import target

__all__ = ["REWRITES"]


def inline(document: Document) -> Document:
    """The same document with everything in the place of what refers to it; components stay, and nothing needs them."""

    def inlined(node: Any) -> Any:
        if isinstance(node, list):
            return [inlined(item) for item in node]
        if not isinstance(node, dict):
            return node
        return inlined(target(document, node)) if "$ref" in node else {key: inlined(one) for key, one in node.items()}

    return {**document, "paths": inlined(document["paths"])}


def behind_references(document: Document) -> Document:
    """The same document with parameters, bodies and fields as components of their own."""
    components = document["components"]
    for index, one in enumerate(operations(document)):
        for place, given in enumerate(one.node.get("parameters", [])):
            if "$ref" not in given:
                components.setdefault("parameters", {})[f"P{index}_{place}"] = given
                one.node["parameters"][place] = {"$ref": f"#/components/parameters/P{index}_{place}"}
        if body := one.node.get("requestBody"):
            components.setdefault("requestBodies", {})[f"B{index}"] = body
            one.node["requestBody"] = {"$ref": f"#/components/requestBodies/B{index}"}
    for name, given in list(components["schemas"].items()):
        for field, value in given.get("properties", {}).items():
            if "$ref" not in value:
                components["schemas"][f"{name}_{field}"] = value
                given["properties"][field] = {"$ref": f"#/components/schemas/{name}_{field}"}
    return document


def other_names(document: Document) -> Document:
    """The same document with other names for schemas and parameters in paths."""
    for section, name in (("schemas", "Company"), ("schemas", "CompanyCreate"), ("parameters", "CompanyId")):
        if name in document["components"].get(section, {}):
            document["components"][section][f"{name}X"] = document["components"][section].pop(name)
            text = json.dumps(document)
            at = f"#/components/{section}/{name}"
            document = json.loads(text.replace(f'"{at}"', f'"{at}X"'))
    text = json.dumps(document).replace("{company_id}", "{companyID}")
    renamed: Document = json.loads(text.replace('"name": "company_id"', '"name": "companyID"'))
    return renamed


def beside_the_path(document: Document) -> Document:
    """The same document with the parameters of paths, and security, where operations share them, or the other way."""
    for one in operations(document):
        one.node.setdefault("security", document["security"])
    del document["security"]
    for item in document["paths"].values():
        if shared := item.pop("parameters", None):
            for method in METHODS & item.keys():
                item[method].setdefault("parameters", []).extend(shared)
        elif len(own := METHODS & item.keys()) == 1:
            (method,) = own
            item["parameters"] = item[method].pop("parameters", [])
    return document


def in_3_1(document: Document) -> Document:
    """The same document as OpenAPI 3.1."""

    def written(node: Any) -> Any:
        if isinstance(node, list):
            return [written(item) for item in node]
        if not isinstance(node, dict):
            return node
        found = {key: written(one) for key, one in node.items()}
        if isinstance(kind := found.get("type"), str) and found.pop("nullable", False):
            found["type"] = [kind, "null"]
        return found

    return {**written(document), "openapi": "3.1.0"}


REWRITES = (inline, behind_references, other_names, beside_the_path, in_3_1)
