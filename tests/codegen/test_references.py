"""What stands behind a `$ref` means what it means where it is written out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.description.document import Document
from qredo_codegen.description.rules import check_described, check_generable, validate
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import Inputs
from qredo_codegen.generate.parse import config, parse
from qredo_codegen.generate.self_check import self_check
from qredo_codegen.generate.write import write_package

from .references import behind_references
from .shapes import CAT, GROUPS, JSON, TEXT, Shape, described, do, objects, ref, together
from .test_rules import VALID
from .test_shapes import Renamed, expect_calls, generated

FEW = [
    shape
    for shape in GROUPS["3.0"]
    if shape.name.startswith(("body: ", "encoding: ", "response: JSON and", "path: {id}:", "header parameter"))
]
"""Shapes with every kind of thing that can stand behind a reference."""
WEBHOOK: Document = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": objects(url=TEXT, body={"type": "object"}, headers=TEXT)}},
    }
}


def on_the_wire(shapes: list[Shape], folder: Path) -> None:
    """Expect each shape to be right on the wire where everything is behind references."""
    document = behind_references(together(shapes))
    with generated(document, folder) as package:
        for index, shape in enumerate(shapes):

            def call(client: Any, models: Any, index: int = index, shape: Shape = shape) -> Any:
                return shape.call(Renamed(client, index), Renamed(models, index))

            sent = shape.sent.replace(" /", f" /{index}/", 1)
            expect_calls(package, Shape(**{**vars(shape), "call": call, "sent": sent}))


def test_a_request_is_the_same_from_behind_references(tmp_path: Path) -> None:
    """One shape of each kind: what is sent and what comes back is as where everything is written out."""
    assert behind_references(together(FEW))["components"].keys() >= {"parameters", "requestBodies", "responses"}
    on_the_wire(FEW, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("group", GROUPS)
def test_every_request_is_the_same_from_behind_references(group: str, tmp_path: Path) -> None:
    """All shapes: what is sent and what comes back is as where everything is written out."""
    on_the_wire(GROUPS[group], tmp_path)


def test_compare_sees_no_difference_behind_references() -> None:
    """All shapes, and a whole description with texts and examples: a reference is no change, either way."""
    for document in (together(GROUPS["3.0"]), VALID):
        document = json.loads(json.dumps(document))
        moved = behind_references(document)
        assert [str(one) for one in compare(document, moved).changes] == []
        assert [str(one) for one in compare(moved, document).changes] == []


def test_rules_look_behind_references() -> None:
    """A complete description stays one, and a broken example is found in the component that holds it."""
    moved = behind_references(VALID)
    assert [*validate(moved), *check_generable(moved), *check_described(moved)] == []
    (name,) = (name for name, example in moved["components"]["examples"].items() if "value" in example)
    del moved["components"]["examples"][name]["value"]["kind"]
    (problem,) = check_described(moved)
    assert problem.pointer == f"/components/examples/{name}/value"
    assert "'kind' is a required property" in problem.message


def test_a_reference_to_no_example_is_named() -> None:
    """An example behind a reference to nothing breaks the description, as any other such reference."""
    moved = behind_references(VALID)
    del moved["components"]["examples"]
    assert any("points at nothing" in message for _, message in validate(moved))


def test_an_example_behind_a_reference_is_checked(tmp_path: Path) -> None:
    """The check of a package takes the example of a body that is behind references, as one that is written out."""
    content = {JSON: {"schema": ref("Cat"), "examples": {"one": {"value": {"kind": "c", "lives": 1}}}}}
    shape = Shape("example", {"requestBody": {"content": content}}, do(), "", method="post", schemas={"Cat": CAT})
    document, root = behind_references(described(shape)), tmp_path / "shaped"
    write_package(document, "shaped", root, Inputs("", "", {}), checked=False)
    model = root / "models" / "cat.py"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("        return data\n", '        return {**data, "more": 1}\n'), encoding="utf-8")
    _, view, normal = parse(document, "shaped", config("shaped", root))
    with pytest.raises(GenerationError, match=r"/components/examples/examples\.0/value: the example comes out of Cat"):
        self_check(normal, view, root)


@pytest.mark.parametrize("move", [behind_references, dict], ids=["behind references", "written out"])
def test_a_form_with_a_field_that_only_body_carries_is_called(move: Any, tmp_path: Path) -> None:
    """A multipart body one of whose fields is called `body` is sent whole, as `body=`, by the check of its package."""
    shape = Shape("webhook", WEBHOOK, do(), "", method="post")
    written = write_package(move(described(shape)), "shaped", tmp_path / "shaped", Inputs("", "", {}))
    assert written.called == 1
