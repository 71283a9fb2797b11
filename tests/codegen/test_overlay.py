"""Overlays: what the specification says, what this applier refuses beyond it, and the vendor's own file."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from qredo_codegen.description.document import Document, Operation, load, operations, walk
from qredo_codegen.description.normal import normalize
from qredo_codegen.description.overlay import Overlay, apply, load_overlay, parse_overlay
from qredo_codegen.description.places import parameters, target
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.errors import DocumentError, OverlayError
from qredo_codegen.generate.parse import parse
from qredo_codegen.generate.prepare import prepare

from .checkouts import as_ours

SPEC = Path(__file__).parents[2] / "spec" / "qredo_partner_v1_1"


def overlay(*actions: dict[str, Any]) -> Overlay:
    """An overlay of the given actions, each with a reason."""
    reasons = {"description": "because", "x-evidence": "seen"}
    info = {"title": "Changes", "version": "1"}
    return parse_overlay({"overlay": "1.0.0", "info": info, "actions": [reasons | action for action in actions]})


def applied(document: Any, *actions: dict[str, Any]) -> Any:
    return apply(document, overlay(*actions))


# --- The specification ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "target", "update", "result"),
    [
        ({"a": {"b": 1}}, "$.a", {"c": 2}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, "$.a", {"b": "x"}, {"a": {"b": "x"}}),
        ({"a": {"b": 1}}, "$.a", {"b": None}, {"a": {"b": None}}),
        ({"a": {"b": {"c": 1}}}, "$", {"a": {"b": {"d": 2}}}, {"a": {"b": {"c": 1, "d": 2}}}),
        ({"a": {"b": [1]}}, "$.a", {"b": [2, 3]}, {"a": {"b": [1, 2, 3]}}),
        ({"a": [1]}, "$.a", {"b": 2}, {"a": [1, {"b": 2}]}),
        ({"a": [1]}, "$.a", "x", {"a": [1, "x"]}),
        ({"a": [{"n": 1}, {"n": 2}]}, "$.a[?@.n == 2]", {"m": 3}, {"a": [{"n": 1}, {"n": 2, "m": 3}]}),
        ({"x": {"y": {}}, "z": {}}, "$..*", {"k": 1}, {"x": {"y": {"k": 1}, "k": 1}, "z": {"k": 1}}),
    ],
)
def test_update(document: Any, target: str, update: Any, result: Any) -> None:
    """Objects merge to any depth, arrays in them are concatenated, primitives replaced; an array gets an entry."""
    assert applied(document, {"target": target, "update": update}) == result


@pytest.mark.parametrize(
    ("document", "target", "result"),
    [
        ({"a": 1, "b": {"c": 2}}, "$.b", {"a": 1}),
        ({"a": 1, "b": {"c": 2}}, "$.b.c", {"a": 1, "b": {}}),
        ({"a": [0, 1, 2, 3, 4]}, "$.a[0,1,3]", {"a": [2, 4]}),
        ({"a": [0, 1, 2, 3, 4]}, "$.a[3,0,1]", {"a": [2, 4]}),
        ({"a": [0, 1, 2]}, "$.a[1,1]", {"a": [0, 2]}),
        ({"a": [0, 1, 2]}, "$.a[:]", {"a": []}),
        ({"p": [{"in": "h"}, {"in": "q"}, {"in": "h"}]}, "$.p[?@.in == 'h']", {"p": [{"in": "q"}]}),
        ({"t": {"t": {"t": 1}}, "u": [{"t": 1}]}, "$..t", {"u": [{}]}),
    ],
)
def test_remove(document: Any, target: str, result: Any) -> None:
    """Every match is removed once, whatever the order of the matches, and matches inside matches."""
    assert applied(document, {"target": target, "remove": True}) == result


def test_actions_see_what_came_before() -> None:
    """An object can be removed by one action and made anew by the next."""
    result = applied({"a": {"old": 1}}, {"target": "$.a", "remove": True}, {"target": "$", "update": {"a": {"new": 2}}})
    assert result == {"a": {"new": 2}}


def test_remove_false_does_not_remove() -> None:
    """`remove: false` is the default, and leaves an update as it is."""
    assert applied({"a": {}}, {"target": "$.a", "remove": False, "update": {"b": 1}}) == {"a": {"b": 1}}


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "action", "message"),
    [
        ({"a": 1}, {"target": "$.b", "update": {}}, r"matches nothing\. Its reason was: because"),
        ({"a": []}, {"target": "$.a[*]", "remove": True}, "matches nothing"),
        ({"a": 1}, {"target": "$", "remove": True}, "removes the whole document"),
        ({"a": 1}, {"target": "$.a", "update": {"b": 1}}, r"cannot merge an object into 1 at \$\['a'\]"),
        ({"a": 1}, {"target": "$.a", "update": 2}, "cannot merge 2 into 1"),
        ({"a": {}}, {"target": "$.a", "update": 2}, "cannot merge 2 into an object"),
        ({"a": {}}, {"target": "$.a", "update": [2]}, "cannot merge an array into an object"),
        ({"a": []}, {"target": "$.a", "update": [2]}, "updates an array with an array"),
        ({"a": {"b": [1]}}, {"target": "$.a", "update": {"b": 1}}, r"cannot merge 1 into an array at \$\['a'\]\['b'\]"),
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"b": {}}}, "cannot merge an object into 1"),
        ({"a": 1}, {"target": "a", "update": {}}, "no JSONPath"),
        ({"a": 1}, {"target": "$.a[", "update": {}}, "no JSONPath"),
        ({"a": 1}, {"target": "$.a | $.b", "update": {}}, "no JSONPath"),
    ],
)
def test_an_action_that_does_not_fit_is_an_error(document: Any, action: dict[str, Any], message: str) -> None:
    """The error names the action by index and target."""
    with pytest.raises(OverlayError, match=message) as caught:
        applied(document, {"target": "$", "update": {"before": 1}}, action)
    assert (caught.value.index, caught.value.target) == (1, action["target"])
    assert str(caught.value).startswith(f"actions[1] ({action['target']}): ")


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("remove", "is 'remove'; a mapping is needed"),
        ({"target": None}, "has no target"),
        ({"description": None}, "gives no description"),
        ({"description": " "}, "gives no description"),
        ({"x-evidence": None}, "gives no x-evidence"),
        ({"update": None, "remove": False}, "needs either"),
        ({"remove": True}, "needs either"),
        ({"remove": "yes"}, "remove is 'yes'"),
        ({"updates": {}}, "unknown keys updates"),
        ({"copy": "$.a"}, "unknown keys copy"),
    ],
)
def test_a_malformed_action_is_an_error(action: Any, message: str) -> None:
    """An action says what, why and on what evidence, and does exactly one thing."""
    good = {"target": "$.a", "description": "because", "x-evidence": "seen", "update": {}}
    bad = {key: value for key, value in (good | action).items() if value is not None} if action != "remove" else action
    document = {"overlay": "1.0.0", "info": {"title": "", "version": ""}, "actions": [good, bad]}
    with pytest.raises(OverlayError, match=message) as caught:
        parse_overlay(document)
    assert caught.value.index == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overlay": "1.1.0"}, "version is '1.1.0'; 1.0.x is needed"),
        ({"overlay": 1.0}, "version is 1.0"),
        ({"overlay": None}, "version is None"),
        ({"info": None}, "info needs a title and a version"),
        ({"info": {"title": "x", "version": 1}}, "info needs a title and a version"),
        ({"info": {"title": "x", "version": "1", "author": "y"}}, "info has the unknown keys author"),
        ({"actions": []}, "no actions"),
        ({"actions": {}}, "no actions"),
        ({"action": []}, "the overlay has the unknown keys action"),
    ],
)
def test_a_malformed_overlay_is_an_error(change: dict[str, Any], message: str) -> None:
    """Only Overlay 1.0 is read, and every key is one of its own or an extension."""
    action = {"target": "$", "description": "because", "x-evidence": "seen", "update": {}, "x-more": 1}
    good = {"overlay": "1.0.1", "info": {"title": "", "version": "", "x-a": 1}, "actions": [action], "x-b": 2}
    assert parse_overlay(good).actions
    with pytest.raises(OverlayError, match=message) as caught:
        parse_overlay(good | change)
    assert caught.value.index is None


def test_a_file_that_is_no_yaml_is_an_error(tmp_path: Path) -> None:
    """What cannot be read at all is the document's error, with the line."""
    (tmp_path / "overlay.yaml").write_text("overlay: 1.0.0\noverlay: 1.0.0\n")
    with pytest.raises(DocumentError, match="line 2"):
        load_overlay(tmp_path / "overlay.yaml")


# --- Laws -------------------------------------------------------------------------------------------------------------

names = st.text(st.sampled_from("ab'~/ "), min_size=1, max_size=3)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=16,
)
documents = st.dictionaries(names, values, min_size=1, max_size=4)


def containers(*roots: Any) -> Iterator[int]:
    for root in roots:
        yield from (id(value) for _, value in walk(root) if isinstance(value, dict | list))


def path(*parts: str | int) -> str:
    """The normalized JSONPath of a place."""
    escaped = (repr(part) if isinstance(part, int) else "'" + part.replace("'", "\\'") + "'" for part in parts)
    return "$" + "".join(f"[{part}]" for part in escaped)


@given(documents, st.dictionaries(names, values, max_size=3))
def test_input_and_overlay_stay_as_they_are(document: Document, update: Document) -> None:
    """Applying changes neither the document nor the overlay, and the result shares no part with them."""
    before = copy.deepcopy((document, update))
    result = applied(
        document, {"target": "$", "update": {"new": update}}, {"target": "$.new", "update": {"x": [update]}}
    )
    assert (document, update) == before
    assert not set(containers(result)) & set(containers(document, update))


@given(documents, values)
def test_targets_share_nothing(document: Document, update: Any) -> None:
    """Each of several targets gets its own copy of the update, so that changing one leaves the others."""
    whole = {"one": {"place": document}, "two": {"place": {}}, "three": {"place": {}}}
    result = applied(whole, {"target": "$.*.place", "update": {"new": update}})
    found = list(containers(result))
    assert len(found) == len(set(found))
    assert [result[key]["place"]["new"] for key in whole] == [update] * 3


@given(st.lists(values, min_size=1, max_size=8), st.data())
def test_removal_is_that_of_the_set(items: list[Any], data: st.DataObject) -> None:
    """Whichever indexes are removed, in whichever order they are named, the others stay in their order."""
    chosen = data.draw(st.lists(st.integers(0, len(items) - 1), min_size=1))
    result = applied({"list": items}, {"target": f"$.list[{', '.join(map(str, chosen))}]", "remove": True})
    assert result == {"list": [item for index, item in enumerate(items) if index not in chosen]}


@given(documents, st.data())
def test_removing_one_place_leaves_the_others(document: Document, data: st.DataObject) -> None:
    """Any key can be named and removed, and nothing else changes; a second removal matches nothing."""
    key = data.draw(st.sampled_from(sorted(document)))
    action = {"target": path(key), "remove": True}
    assert applied(document, action) == {name: value for name, value in document.items() if name != key}
    with pytest.raises(OverlayError, match="matches nothing"):
        applied(document, action, action)


@given(documents, st.dictionaries(names, st.integers() | st.text(max_size=3), max_size=3))
def test_merging_plain_values_twice_is_merging_once(document: Document, update: Document) -> None:
    """A merge without arrays can be repeated, and what is not named in it stays."""
    action = {"target": "$", "update": {"place": update}}
    document = {key: value for key, value in document.items() if key != "place"} | {"place": {"kept": [1]}}
    once = applied(document, action)
    assert applied(document, action, action) == once
    assert once == document | {"place": {"kept": [1]} | update}


# --- The vendor's own file --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", name="vendor")
def _vendor() -> Document:
    file = os.environ.get("QREDO_VENDOR_FILE")
    if not file:
        pytest.skip("QREDO_VENDOR_FILE does not name the vendor's description of the Partner API 1.1.2")
    return load(Path(file))


@pytest.fixture(scope="module", name="overlaid")
def _overlaid(vendor: Document) -> Document:
    return as_ours(vendor)


def test_overlay_gives_reasons() -> None:
    """The overlay is valid, and each of its actions says why and on what evidence."""
    actions = load_overlay(SPEC / "overlay.yaml").actions
    assert all(len(action.reason) > 10 and len(action.evidence) > 10 for action in actions)


def test_vendor_file_has_every_operation(overlaid: Document) -> None:
    """After the overlay the vendor's file has the 53 operations of our description, under the same names and paths."""
    ours = load(SPEC / "openapi.yaml")
    named = {(one.node["operationId"], one.method, one.path) for one in operations(overlaid)}
    assert named == {(one.node["operationId"], one.method, one.path) for one in operations(ours)}
    assert len(named) == 53


def test_vendor_file_can_be_generated_from(overlaid: Document) -> None:
    """After the overlay the vendor's file is valid OpenAPI and keeps every rule."""
    assert validate(overlaid) == []
    assert check_generable(overlaid) == []


def test_vendor_file_alone_cannot_be_generated_from(vendor: Document) -> None:
    """Without the overlay no scheme says how a request is signed, and no server has a name."""
    messages = "\n".join(map(str, check_generable(vendor)))
    assert "/components/securitySchemes: exactly one scheme needs x-signature" in messages


def test_vendor_file_goes_through_the_generator(overlaid: Document) -> None:
    """The generator takes all 53 operations without a warning; no field or argument is Any or float."""
    settings = Config.from_sources(
        ConfigFile(),
        MetaType.NONE,
        document_source=Path("openapi.yaml"),
        file_encoding="utf-8",
        overwrite=False,
        output_path=None,
    )
    data = GeneratorData.from_dict(prepare(normalize(overlaid)), config=settings)
    assert not isinstance(data, GeneratorError)
    collections = list(data.endpoint_collections_by_tag.values())
    endpoints = [endpoint for collection in collections for endpoint in collection.endpoints]
    assert len(endpoints) == 53
    assert [*data.errors, *(error for collection in collections for error in collection.parse_errors)] == []
    view = parse(overlaid, "vendor", settings)[1]
    types = {field.kind.annotation for model in view.models for field in model.fields}
    methods = [method for tag in view.tags for method in tag.methods]
    types |= {one.annotation for method in methods for one in (*method.path_arguments, *method.named_arguments)}
    assert len(types) > 20
    assert not [name for name in types if name == "Any" or "float" in name]


def test_vendor_file_equals_our_description(overlaid: Document) -> None:
    """After the overlay the vendor's file says the same as our description, texts and examples apart."""
    ours = load(SPEC / "openapi.yaml")
    assert substance(overlaid) == substance(ours)


def substance(document: Document) -> dict[str, Any]:
    """What a client is made of: operations by id, schemas, feeds, servers and security, without texts."""
    unused = {problem.pointer.rpartition("/")[2] for problem in normalize(document).left_out}
    schemas = {name: node for name, node in document["components"]["schemas"].items() if name not in unused}
    paths = document["paths"].items()
    return {
        "operations": {one.node["operationId"]: operation_of(document, one) for one in operations(document)},
        "schemas": {name: schema_of(schema) for name, schema in schemas.items()},
        "feeds": {path: without_text(item["x-websocket"]) for path, item in paths if "x-websocket" in item},
        "servers": [without_text(server) for server in document["servers"]],
        "tags": [tag["name"] for tag in document["tags"]],
        "schemes": {key: without_text(value) for key, value in document["components"]["securitySchemes"].items()},
    }


def operation_of(document: Document, operation: Operation) -> dict[str, Any]:
    node = operation.node
    body = target(document, node.get("requestBody", {}))
    responses = {status: target(document, response) for status, response in node["responses"].items()}
    return {
        "at": (operation.method, operation.path, node["tags"], node.get("security", document["security"])),
        "parameters": {
            key: (parameter.get("required", False), schema_of(parameter["schema"]))
            for key, (_, parameter) in parameters(document, operation).items()
        },
        "body": (body.get("required"), content_of(body)),
        "responses": {status: content_of(response) for status, response in responses.items()},
        "extensions": {key: value for key, value in node.items() if key.startswith("x-")},
    }


def content_of(node: Document) -> dict[str, Any]:
    return {key: schema_of(value["schema"]) for key, value in node.get("content", {}).items()}


def schema_of(schema: Document) -> Document:
    """A schema without texts and order; an allOf of one reference is that reference."""
    schema = without_text(schema)
    for member in schema.pop("allOf", ()):
        schema |= schema_of(member)
    for key in {"items", "additionalProperties"} & schema.keys():
        schema[key] = schema_of(schema[key])
    if "properties" in schema:
        schema["properties"] = {name: schema_of(value) for name, value in schema["properties"].items()}
    if "required" in schema:
        schema["required"] = set(schema["required"])
    return schema


def without_text(node: Document) -> Document:
    texts = {"description", "example", "examples", "summary", "x-examples"}
    return {key: value for key, value in node.items() if key not in texts}


def test_vendor_file_without_a_path_does_not_fit(vendor: Document) -> None:
    """When the vendor drops an endpoint, the overlay stops and names the action that has lost its place."""
    shorter = copy.deepcopy(vendor)
    for path in ("/fees", "/coreclient/{client_id}/sign", "/coreclient/verify"):
        del shorter["paths"][path]
    with pytest.raises(OverlayError, match="matches nothing") as caught:
        apply(shorter, load_overlay(SPEC / "overlay.yaml"))
    assert caught.value.target == "$.paths['/fees', '/coreclient/{client_id}/sign', '/coreclient/verify'].post"
    assert f"actions[{caught.value.index}] ({caught.value.target})" in str(caught.value)
