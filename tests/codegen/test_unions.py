"""Which class of a union, or of an `allOf`, a value becomes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from .shapes import BASE, JSON, NUMBER, TEXT, WHOLE, objects, ref
from .test_shapes import BASE_URL, generated

KIND = {"propertyName": "kind"}
SCHEMAS = {
    # A parent that lists its children, each of which is made of it.
    "Pet": {**objects(kind__=TEXT), "oneOf": [ref("Cat"), ref("Dog")], "discriminator": KIND},
    "Cat": {"allOf": [ref("Pet"), objects(lives=WHOLE)]},
    "Dog": {"allOf": [ref("Pet"), objects(lives=WHOLE)]},
    # Fields that are added to each member.
    "Owned": {**objects(owner__=TEXT), "oneOf": [ref("Book"), ref("Car")], "discriminator": KIND},
    "Book": objects(kind=TEXT),
    "Car": objects(kind=TEXT),
    # Members that are known by a value of their own.
    "Event": {"oneOf": [ref("Started"), ref("Ended")], "discriminator": KIND},
    "Started": objects(kind={**TEXT, "enum": ["start"]}),
    "Ended": objects(kind={**TEXT, "enum": ["end"]}),
    "Untold": {"oneOf": [ref("Started"), ref("Ended")]},
    "Flagged": {
        "oneOf": [ref("Yes"), ref("No")],
        "discriminator": {"propertyName": "is", "mapping": {"true": "Yes", "false": "No"}},
    },
    "Filed": {
        "oneOf": [ref("Yes"), ref("No")],
        "discriminator": {"propertyName": "is", "mapping": {"true": "./Yes.yaml", "false": "schemas/No.json"}},
    },
    "Yes": objects(**{"is": {"type": "boolean"}}),
    "No": objects(**{"is": {"type": "boolean"}}),
    # One field that two parts of an allOf describe.
    "Base": objects(part=objects(a=TEXT)),
    "Derived": {"allOf": [ref("Base"), objects(part=objects(b=WHOLE))]},
    # An envelope whose content each of those made of it describes.
    "Envelope": objects(data={"type": "object", "description": "Anything."}, rows={"type": "array", "items": {}}),
    "Enveloped": {"allOf": [ref("Envelope"), objects(data=ref("Book"), rows={"type": "array", "items": ref("Car")})]},
    "Apart": {"oneOf": [objects(x=NUMBER), objects(y=TEXT)]},
    "Null": {"oneOf": [objects(x=TEXT), objects(x={**WHOLE, "nullable": True})]},
    "Exact": {"oneOf": [objects(x__=NUMBER), objects(y__=TEXT)]},
    "Shelf": objects(books={"type": "array", "items": {"allOf": [ref("Book")], "nullable": True}}),
    "Together": {"allOf": [ref("Apart"), objects(z=TEXT)]},
}
"""Schemas of which each is the response of an operation."""

VALUES = [
    ("pet", {"kind": "Dog", "lives": 1}, "Dog"),
    ("pet", {"kind": "Cat", "lives": 9}, "Cat"),
    ("owned", {"kind": "Car", "owner": "x"}, "OwnedOption2"),
    ("event", {"kind": "end"}, "Ended"),
    ("untold", {"kind": "end"}, "Ended"),
    ("flagged", {"is": False}, "No"),
    ("filed", {"is": True}, "Yes"),
    ("derived", {"part": {"a": "x", "b": 1}}, "Derived"),
    ("together", {"y": "x", "z": "x"}, "TogetherOption2"),
    ("null", {"x": None}, "NullOption2"),
    ("apart", {"y": "x"}, "ApartOption2"),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package of a description that gives and takes each of these schemas."""
    document = copy.deepcopy(BASE)
    document["components"]["schemas"] = SCHEMAS
    for name in SCHEMAS:
        content = {JSON: {"schema": ref(name)}}
        many = {JSON: {"schema": {"type": "array", "items": ref(name)}}}
        document["paths"][f"/{name}"] = {
            "get": {
                "operationId": f"get_{name.lower()}",
                "tags": ["thing"],
                "responses": {"200": {"description": "", "content": content}},
            },
            "put": {
                "operationId": f"put_{name.lower()}",
                "tags": ["thing"],
                "requestBody": {"required": True, "content": many},
                "responses": {"200": {"description": ""}},
            },
        }
    with generated(document, tmp_path_factory.mktemp("unions"), "united") as found:
        yield found


def client(package: ModuleType, value: Any, sent: list[bytes]) -> Any:
    """A client of a service that gives this value, and keeps what it is sent."""

    def serve(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(200, json=value)

    return package.Client(httpx.Client(transport=httpx.MockTransport(serve)), base_url=BASE_URL)


@pytest.mark.parametrize(("name", "value", "expected"), VALUES, ids=[f"{name} {value}" for name, value, _ in VALUES])
def test_a_value_becomes_the_class_that_describes_it(package: ModuleType, name: str, value: Any, expected: str) -> None:
    """The class is the one meant, knows each field, and gives the same JSON: in a response, and in a list to send."""
    sent: list[bytes] = []
    thing = client(package, value, sent).thing
    found = getattr(thing, f"get_{name}")()
    assert type(found).__name__ == expected
    assert found.additional_properties == {}
    getattr(thing, f"put_{name}")(body=[found, value])
    assert json.loads(sent[-1]) == [value, value]


def test_a_field_that_two_parts_describe_changes_no_part(package: ModuleType) -> None:
    """A schema that an allOf refers to keeps its own class for the field, with its own fields."""
    assert package.models.Base.__annotations__["part"] == "BasePart | Unset"
    assert "b" not in package.models.BasePart.__annotations__
    assert "a" not in package.models.ApartOption2.__annotations__
    assert package.models.Envelope.__annotations__["data"] == "dict[str, Any] | Unset"


def test_a_part_that_takes_any_object_leaves_the_other_its_class(package: ModuleType) -> None:
    """A field that an envelope leaves open has the class that a schema made of it names, alone and in a list."""
    fields = package.models.Enveloped.__annotations__
    assert (fields["data"], fields["rows"]) == ("Book | Unset", "list[Car] | Unset")


def test_a_wrong_value_in_a_member_of_a_union_makes_one_field_unusable(package: ModuleType) -> None:
    """Where no member of a union fits exactly, the first that can be read is it: the operation does not fail."""
    found = client(package, {"x": True}, []).thing.get_exact()
    assert isinstance(found.x, package.Mismatch)
    assert found.to_dict() == {"x": True}


def test_an_item_that_is_no_object_makes_one_field_unusable(package: ModuleType) -> None:
    """What stands in a list of models in the place of one does not make the whole response unreadable."""
    found = client(package, {"books": [None, 1]}, []).thing.get_shelf()
    assert isinstance(found.books, package.Mismatch)
    assert found.to_dict() == {"books": [None, 1]}


@pytest.mark.parametrize("name", ["book", "base"])
def test_a_mismatch_in_a_list_is_not_sent(package: ModuleType, name: str) -> None:
    """A body that is no model refuses a value that did not fit its description, as a model does, before it is sent."""
    sent: list[bytes] = []
    thing = client(package, {"kind": 1, "part": 1}, sent).thing
    found = getattr(thing, f"get_{name}")()
    sent.clear()
    with pytest.raises(package.ResponseError, match="got an integer"):
        getattr(thing, f"put_{name}")(body=[found])
    assert sent == []
