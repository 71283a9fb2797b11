"""The check of a package before it takes its place: it finds what does not do what the description says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import Inputs, hash_tree
from qredo_codegen.generate.parse import config, parse
from qredo_codegen.generate.self_check import self_check
from qredo_codegen.generate.write import write_package

from .shapes import CAT, JSON, LIST, NUMBER, SHAPES, TEXT, Shape, described, do, gives, objects, ref, together

SHAPE = Shape(
    "all at once",
    {
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": TEXT},
            {"name": "q", "in": "query", "schema": LIST},
            {"name": "X-Trace", "in": "header", "schema": TEXT},
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": ref("Cat"), "example": {"kind": "c", "lives": 1}}},
        },
        "responses": {
            "200": {
                "description": "Done.",
                "content": {JSON: {"schema": objects(amount=NUMBER, yes={"type": "boolean"})}},
            }
        },
    },
    do(),
    "",
    method="post",
    path="/things/{id}",
    schemas={"Cat": CAT},
)


class Break(NamedTuple):
    """What is changed in a generated package, and what the check then says."""

    file: str
    before: str
    after: str
    found: str


BREAKS = [
    Break("models/cat.py", "from attrs import define", "from attrs import no_such", "cannot be imported"),
    Break("api/thing.py", '"POST"', '"PUT"', "is sent as PUT instead of POST"),
    Break("api/thing.py", '"/things/{id}"', '"/thing/{id}"', "is sent to"),
    Break("api/thing.py", '"q": q', '"r": q', "sends the query"),
    Break("api/thing.py", '"X-Trace": x_trace', '"X-Other": x_trace', "sends the header X-Trace"),
    Break("_parameters.py", 'quote(value, safe="")', 'quote(value, safe="/&")', "sends the query"),
    Break("models/cat.py", 'data["lives"]', 'data["life"]', "sends the body"),
    Break("_numbers.py", "    return number\n", "    return round(number, 8)\n", "200 gives"),
    Break("_core.py", "response = await self._send", "response = self._send", "thing.do"),
    Break(
        "models/cat.py", "        return data\n", '        return {**data, "more": 1}\n', "the example comes out of Cat"
    ),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that is right."""
    folder = tmp_path_factory.mktemp("right") / "shaped"
    write_package(described(SHAPE), "shaped", folder, Inputs("", "", {}))
    return folder


@pytest.mark.parametrize("harm", BREAKS, ids=lambda harm: f"{harm.file}: {harm.after.strip()}")
def test_what_is_wrong_is_found(harm: Break, package: Path, tmp_path: Path) -> None:
    """Whatever is broken in a package, the check names the operation or the example, and what differs."""
    root = tmp_path / "shaped"
    shutil.copytree(package, root)
    text = (root / harm.file).read_text(encoding="utf-8")
    assert harm.before in text
    (root / harm.file).write_text(text.replace(harm.before, harm.after), encoding="utf-8")
    _, view, normal = parse(described(SHAPE), "shaped", config("shaped", root))
    with pytest.raises(GenerationError, match=harm.found):
        self_check(normal, view, root)


def test_a_path_is_taken_apart_as_it_was_put_together(tmp_path: Path) -> None:
    """A value that holds what stands behind it in the path is no fault of the client: 1.5 in `{at}.{format}`."""
    at = {"name": "at", "in": "path", "required": True, "schema": NUMBER}
    shape = Shape(
        "dots", {"parameters": [at, {**at, "name": "format", "schema": TEXT}]}, do(), "", path="/{at}.{format}"
    )
    assert write_package(described(shape), "shaped", tmp_path / "shaped", Inputs("", "", {})).called == 1


def test_what_a_package_may_do_is_no_fault(tmp_path: Path) -> None:
    """Required fields go first, a range of statuses stands beside one of its own, and JSON in a query has fractions."""
    fields = {"type": "object", "required": ["b"], "properties": {"a": TEXT, "b": {"type": "array", "items": NUMBER}}}
    parameters = [
        {"name": "$at", "in": "path", "required": True, "style": "matrix", "schema": fields},
        {"name": "X-At", "in": "header", "schema": fields},
        {"name": "deep", "in": "query", "explode": False, "schema": {"type": "array", "items": fields}},
        {"name": "json", "in": "query", "content": {JSON: {"schema": fields}}},
    ]
    responses = gives(fields)["responses"] | gives(TEXT, status="2XX")["responses"]
    shape = Shape("all", {"parameters": parameters, "responses": responses}, do(), "", path="/{$at}")
    assert write_package(described(shape), "shaped", tmp_path / "shaped", Inputs("", "", {})).called == 1


def test_a_header_may_be_an_object_of_any_values(tmp_path: Path) -> None:
    """Objects and lists in the object of a header, whose JSON has commas as the header has, are called and pass."""
    anything = {"type": "object"}
    parameters = [
        {"name": "X-Plain", "in": "header", "schema": anything},
        {"name": "X-Pairs", "in": "header", "explode": True, "schema": anything},
        {"name": "X-List", "in": "header", "schema": LIST},
    ]
    shape = Shape("headers", {"parameters": parameters}, do(), "")
    assert write_package(described(shape), "shaped", tmp_path / "shaped", Inputs("", "", {})).called == 1


def test_what_is_right_passes_and_stays(package: Path) -> None:
    """A package that is right passes, and the check leaves nothing in it."""
    before = hash_tree(package)
    _, view, normal = parse(described(SHAPE), "shaped", config("shaped", package))
    self_check(normal, view, package)
    assert hash_tree(package) == before
    assert not list(package.rglob("__pycache__"))


def test_nothing_is_a_float(tmp_path: Path) -> None:
    """No field, argument or result of any shape is typed as a float, which would round an amount."""
    document = json.loads(json.dumps(together(SHAPES)))
    _, view, _ = parse(document, "shaped", config("shaped", tmp_path))
    kinds = [field.kind for model in view.models for field in model.fields]
    kinds += [kind for tag in view.tags for method in tag.methods for kind in method.kinds]
    assert any(kind.annotation == "Decimal" for kind in kinds)
    assert not [kind for kind in kinds if "float" in f"{kind.annotation} {kind.argument}"]
