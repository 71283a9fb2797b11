"""Random descriptions are generated completely, and what has a name keeps it, whatever is added."""

from __future__ import annotations

import copy
import os
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qredo_codegen.description.document import Document
from qredo_codegen.description.normal import normalize
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.generate.inputs import Inputs
from qredo_codegen.generate.write import write_package

from .shapes import BASE, JSON, ref

MANY = int(os.environ.get("QREDO_RANDOM_DESCRIPTIONS", "10"))
WORDS = (
    "class",
    "field",
    "a",
    "A",
    "aB",
    "a_b",
    "self",
    "values",
    "$ref",
    "1",
    "mro",
    "list",
    "None",
    "data",
    "type",
    "KYC",
)
NAMES = st.sampled_from(WORDS) | st.text(max_size=6)
SCHEMA_NAMES = st.sampled_from([*WORDS, "Kyc", "kyc", "Any", "Unset", "Operation", "a.b", "a-b"]).filter(
    lambda name: name.replace(".", "").replace("-", "").isalnum()
)
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "format": "date-time"},
        {"type": "integer"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "string", "enum": ["a", "A", ""]},
        {"type": "integer", "enum": [1, -1]},
        {"type": "string", "nullable": True},
        {"type": "object"},
        {},
    ]
)


def schemas(names: list[str]) -> st.SearchStrategy[Any]:
    """Schemas of every kind that may refer to these."""
    leaves = SCALARS | st.sampled_from(names).map(ref) if names else SCALARS
    return st.recursive(leaves, _around, max_leaves=5)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(NAMES, inner, min_size=1, max_size=4)
    return st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        inner.map(lambda values: {"type": "object", "additionalProperties": values}),
        inner.map(lambda schema: {"allOf": [schema], "nullable": True, "description": "x"}),
        st.lists(inner, min_size=1, max_size=3).map(lambda members: {"oneOf": members}),
        st.builds(_object, fields, st.booleans()),
    )


def _object(fields: dict[str, Any], is_required: bool) -> Document:
    return {"type": "object", "properties": fields} | ({"required": sorted(fields)[:1]} if is_required else {})


@st.composite
def descriptions(draw: st.DrawFn) -> Document:
    """Descriptions of a few operations and schemas."""
    document: Document = copy.deepcopy(BASE)
    names = draw(st.lists(SCHEMA_NAMES, unique=True, max_size=4))
    document["components"]["schemas"] = {
        name: draw(st.builds(_object, st.dictionaries(NAMES, schemas(names), min_size=1, max_size=4), st.booleans()))
        for name in names
    }
    for index in range(draw(st.integers(1, 3))):
        parameters = draw(st.dictionaries(NAMES.filter(bool), SCALARS, max_size=3))
        operation: Document = {
            "tags": [draw(NAMES)],
            "parameters": [{"name": name, "in": "query", "schema": schema} for name, schema in parameters.items()],
            "responses": {"200": {"description": "", "content": {JSON: {"schema": draw(schemas(names))}}}},
        }
        if draw(st.booleans()):
            operation["operationId"] = f"{draw(NAMES)}{index}"
        if draw(st.booleans()):
            operation["requestBody"] = {
                "required": draw(st.booleans()),
                "content": {JSON: {"schema": draw(schemas(names))}},
            }
        document["paths"][f"/{index}"] = {draw(st.sampled_from(["post", "put", "patch"])): operation}
    return document


@settings(max_examples=MANY, suppress_health_check=list(HealthCheck))
@given(descriptions())
def test_a_random_description_is_generated(tmp_path_factory: pytest.TempPathFactory, document: Document) -> None:
    """Whatever is valid and not ambiguous is generated completely, imports, and is called and answered as described."""
    if validate(document) or check_generable(document):
        return
    written = write_package(document, "made_up", tmp_path_factory.mktemp("made") / "made_up", Inputs("", "", {}))
    assert written.operations == len(document["paths"])


@settings(max_examples=3 * MANY, suppress_health_check=list(HealthCheck))
@given(descriptions(), descriptions(), st.randoms(use_true_random=False))
def test_what_has_a_name_keeps_it(old: Document, more: Document, order: Random) -> None:
    """Schemas, fields and operations are added in any order: every name that was there is there again."""
    if validate(old) or check_generable(old):
        return
    new = copy.deepcopy(old)
    paths = {f"/more{path}": item for path, item in more["paths"].items()}
    added = {
        name: schema
        for name, schema in more["components"]["schemas"].items()
        if name not in new["components"]["schemas"]
    }
    for place, extra in ((new["paths"], paths), (new["components"]["schemas"], added)):
        items = [*place.items(), *extra.items()]
        order.shuffle(items)
        place.clear()
        place.update(items)
    for schema in new["components"]["schemas"].values():
        properties = schema["properties"]
        extra = {name: {"type": "string"} for name in (*WORDS, "aa", "B") if name not in properties}
        items = [*properties.items(), *extra.items()]
        order.shuffle(items)
        schema["properties"] = dict(items)
    if validate(new) or check_generable(new):
        return
    before = normalize(old)
    assert names(before).items() <= names(normalize(new, before.names)).items()


def names(normal: Normal) -> dict[str, str]:
    """Every name that was given, by what has it."""
    found = {f"class {at}": one.name for at, one in normal.classes.items()}
    for at, one in normal.classes.items():
        found |= {f"in {at} {wire!r}": name for wire, name in one.names.items()}
    for one_operation in normal.operations:
        key = f"{one_operation.source.method} {one_operation.source.path}"
        found[key] = f"{one_operation.tag}.{one_operation.verb}"
        found |= {f"{key} {parameter.wire!r}": parameter.name for parameter in one_operation.parameters}
    return found
