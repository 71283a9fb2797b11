"""The comparison of two descriptions: every kind of change, in both directions, and nothing that is none."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_codegen.compare.change_kinds import KINDS
from qredo_codegen.compare.changes import Change
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.compare.report import json_report, markdown_report
from qredo_codegen.compare.verdict import judge
from qredo_codegen.description.document import Document, operations, resolve

from .checkouts import from_1_0_to_1_1
from .mutations import FIELDS, MUTATIONS, B, C, Mutation, description, node, schema

PINNED = Path(__file__).with_name("compare_1_0_to_1_1.json")

PATHS = sorted(path for path in description()["paths"] if path.startswith("/"))

SOMEWHERE = st.lists(st.sampled_from(PATHS), min_size=6, max_size=8, unique=True).map(tuple)
"""A few paths of our description: all are met over the examples, and one example costs little."""
SOURCES = st.integers(min_value=0, max_value=2**32).map(random.Random)
_SEQUENCES = ("anyOf", "oneOf", "parameters", "required", "security", "servers", "tags")
_WORDS = ("description", "summary", "example")


def found(old: Document, new: Document) -> tuple[Change, ...]:
    """The changes that are more than words."""
    return compare(old, new).material


@cache
def planted(mutation: Mutation) -> tuple[Change, ...]:
    """The changes that are found of a planted one, for all tests that look at it."""
    return found(*mutation.pair())


# --- Planted changes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_each_planted_change_is_found_and_classified(mutation: Mutation) -> None:
    """One planted change gives its own kind with its own effect, at a place that is there, and nothing else."""
    old, new = mutation.pair()
    changes = planted(mutation)
    assert {change.kind: change.effect.value for change in changes} == mutation.expected
    for change in changes:
        assert change.why.endswith(".")
        assert change.locations
        assert change.old or change.new
        for document, at in ((old, change.old), (new, change.new)):
            if at is not None:
                resolve(document, "#" + at)


def test_every_kind_is_planted() -> None:
    """No kind of change is without a planted example, but for those of Python's names and of texts."""
    planted = {kind for mutation in MUTATIONS for kind in mutation.expected}
    elsewhere = {kind for kind in KINDS if kind.startswith("python-")} | {"text-changed", "extension-changed"}
    assert KINDS.keys() - elsewhere == planted


def test_direction_decides() -> None:
    """A schema that is sent and received is judged for both: a value set may narrow for who reads it only."""

    def prepare(document: Document) -> None:
        document["components"]["schemas"]["Probe"] = {"type": "string", "enum": ["a", "b"]}
        for name in ("CompanyCreate", "Company"):
            schema(document, name)["properties"]["probe"] = {"$ref": "#/components/schemas/Probe"}

    mutation = Mutation({}, lambda document: schema(document, "Probe")["enum"].remove("a"), prepare)
    effects = {change.kind: change.effect.value for change in found(*mutation.pair())}
    assert effects == {"request-enum-value-removed": B, "response-enum-value-removed": C}


def test_most_directed_changes_differ_by_direction() -> None:
    """What narrows breaks senders and what widens breaks receivers: each directed kind breaks at least one side."""
    for field in FIELDS:
        if (
            field.directed
            and field.request
            and field.response
            and field.kind not in ("field-added", "extra-fields-allowed")
        ):
            assert B in (field.request, field.response), field.kind


def test_a_shared_schema_is_one_change() -> None:
    """What changes in a schema that many operations use is told once, with every place where it is met."""
    old, new = description(), description()
    schema(new, "Error")["properties"].pop("msg")
    (change,) = found(old, new)
    assert change.kind == "response-field-removed"
    assert change.old == "/components/schemas/Error/properties/msg"
    assert len({location.call for location in change.locations}) == len(list(operations(new)))


def test_a_schema_that_holds_itself_is_compared_to_its_end() -> None:
    """A recursive schema ends the comparison, and a change inside it is found."""

    def prepare(document: Document) -> None:
        tree = {
            "type": "object",
            "properties": {"leaf": {"type": "string"}, "below": {"$ref": "#/components/schemas/Tree"}},
        }
        document["components"]["schemas"]["Tree"] = tree
        schema(document, "Company")["properties"]["tree"] = {"$ref": "#/components/schemas/Tree"}

    mutation = Mutation({}, lambda document: schema(document, "Tree")["properties"].pop("leaf"), prepare)
    assert {change.kind for change in found(*mutation.pair())} == {"response-field-removed"}


def test_a_move_does_not_hide_what_is_in_it() -> None:
    """An operation that is renamed or moved is still compared with what it was."""
    old, new = description(), description()
    operation = new["paths"].pop("/assets")
    operation["get"]["responses"]["200"].pop("content")
    new["paths"]["/all"] = operation
    assert {change.kind for change in found(old, new)} == {"operation-path-changed", "response-body-removed"}


def test_a_renamed_path_parameter_that_python_calls_the_same_is_no_difference() -> None:
    """`companyID` in place of `company_id` is the same argument, and goes over the wire as the same path."""
    old, new = description(), description()
    new["components"]["parameters"]["CompanyId"]["name"] = "companyID"
    new["paths"] = {path.replace("{company_id}", "{companyID}"): item for path, item in new["paths"].items()}
    assert found(old, new) == ()


# --- What is no difference --------------------------------------------------------------------------------------------


def test_a_description_does_not_differ_from_itself() -> None:
    """A description against itself gives nothing, not even a text."""
    assert compare(description(), description()).changes == ()


@settings(max_examples=40)
@given(SOMEWHERE, SOURCES)
def test_order_is_no_difference(paths: tuple[str, ...], source: random.Random) -> None:
    """Keys and lists without a meaningful order may stand in any order."""
    assert compare(description(*paths), shuffled(description(*paths), source)).material == ()


COMPANY = ("/company", "/company/{company_id}")
NULL, TEXT = {"type": "null"}, {"type": "string", "maxLength": 9}
STRING = {"type": "string"}
NAMED = {"$ref": "#/components/schemas/Error"}
BYTES, FORM, PARTS = "application/pdf", "application/x-www-form-urlencoded", "multipart/form-data"


def field_of(value: Document) -> Callable[[Document], object]:
    """Give a field of a response and of a request a schema."""

    def edit(document: Document) -> None:
        schema(document, "Company")["properties"]["city"] = value
        schema(document, "CompanyCreate")["properties"]["city"] = value

    return edit


def body_of(media: str, value: Document, kind: Document | None = None, **more: Any) -> Callable[[Document], object]:
    """Give a request a body of another media type, whole or with one field."""

    def edit(document: Document) -> None:
        given = {"type": "object", "properties": {"city": kind}} if kind else value
        document["paths"]["/company"]["post"]["requestBody"]["content"] = {media: {"schema": given, **more}}

    return edit


def written(kind: Document, media: str = FORM, **encoding: Any) -> Callable[[Document], object]:
    """Give a request a form with one field, and write how it is sent; nothing if it is not said."""
    return body_of(media, {}, kind, **({"encoding": {"city": encoding}} if encoding else {}))


def encoded_response(document: Document) -> None:
    """Say of a response how its fields are written, which OpenAPI ignores."""
    content = document["paths"]["/company"]["post"]["responses"]["200"]["content"]
    content["application/json"]["encoding"] = {"city": {"explode": False}}


LIST = {"type": "array", "items": STRING}
SAME = {
    "null as a type": (field_of({"anyOf": [TEXT, NULL]}), field_of({**TEXT, "type": ["string", "null"]})),
    "null as a mark": (field_of({"anyOf": [TEXT, NULL]}), field_of({**TEXT, "nullable": True})),
    "null of a union": (
        field_of({"oneOf": [TEXT, {"type": "integer"}, NULL]}),
        field_of({"oneOf": [TEXT, {"type": "integer"}], "nullable": True}),
    ),
    "null of a reference": (
        field_of({"anyOf": [NAMED, NULL]}),
        field_of({"allOf": [NAMED], "nullable": True}),
    ),
    "binary left out": (body_of(BYTES, {"type": "string", "format": "binary"}), body_of(BYTES, {})),
    "binary and a text": (body_of(BYTES, {"type": "string", "format": "binary"}), body_of(BYTES, {"type": "string"})),
    "style of a text": (written(STRING), written(STRING, style="form", explode=True)),
    "style of a list": (written(LIST), written(LIST, style="form")),
    "reserved": (written(LIST), written(LIST, allowReserved=False)),
    "explode of a style": (written(LIST, style="pipeDelimited"), written(LIST, style="pipeDelimited", explode=False)),
    "type of a part": (written(LIST, PARTS), written(LIST, PARTS, contentType="text/plain")),
    "encoding of a response": (lambda document: None, encoded_response),
    "a bound that is excluded": (
        field_of({"type": "integer", "minimum": 1, "exclusiveMinimum": True}),
        field_of({"type": "integer", "exclusiveMinimum": 1}),
    ),
    "order of an allOf": (
        field_of({"allOf": [TEXT, {"maxLength": 3}]}),
        field_of({"allOf": [{"maxLength": 3}, TEXT]}),
    ),
    "one value": (field_of({"type": "string", "enum": ["a"]}), field_of({"const": "a"})),
    "beside a reference": (field_of({**NAMED, "nullable": True}), field_of({"allOf": [NAMED], "nullable": True})),
}
OTHER = {
    "a text and null": (field_of(TEXT), field_of({"anyOf": [TEXT, NULL]})),
    "null and a limit": (field_of({"anyOf": [TEXT, NULL]}), field_of({"type": ["string", "null"], "maxLength": 8})),
    "null that does not fit": (
        field_of({"type": "string", "anyOf": [TEXT, NULL]}),
        field_of({**TEXT, "type": ["string", "null"]}),
    ),
    "null that fits twice": (
        field_of({"oneOf": [{**TEXT, "nullable": True}, NULL]}),
        field_of({**TEXT, "type": ["string", "null"]}),
    ),
    "a limit twice": (
        field_of({"maxLength": 9, "anyOf": [{"type": "string", "maxLength": 5}, NULL]}),
        field_of({"maxLength": 9, "anyOf": [{"type": "string", "maxLength": 3}, NULL]}),
    ),
    "a limit in an allOf": (
        field_of({"allOf": [TEXT, {"maxLength": 5}]}),
        field_of({"allOf": [TEXT, {"maxLength": 3}]}),
    ),
    "a field in two parts of an allOf": (
        field_of({"allOf": [{"properties": {"a": TEXT}}, {"properties": {"a": {"enum": ["x"]}}}]}),
        field_of({"allOf": [{"properties": {"a": TEXT}}, {"properties": {"a": {"enum": ["y"]}}}]}),
    ),
    "beside a reference": (field_of(NAMED), field_of({**NAMED, "nullable": True})),
    "a mark and a number": (field_of({"default": 1}), field_of({"default": True})),
    "binary and a limit": (body_of(BYTES, {"type": "string", "format": "binary"}), body_of(BYTES, TEXT)),
    "binary in JSON": (
        body_of("application/json", {"type": "string", "format": "binary"}),
        body_of("application/json", {"type": "string"}),
    ),
    "a file of a form": (written({"type": "string", "format": "binary"}, PARTS), written(STRING, PARTS)),
    "a list in one": (written(LIST), written(LIST, explode=False)),
    "a list with pipes": (written(LIST), written(LIST, style="pipeDelimited")),
    "reserved characters": (written(LIST), written(LIST, allowReserved=True)),
    "an object of a form": (written({"type": "object"}), written({"type": "object"}, style="form")),
    "a part in base64": (
        written({**STRING, "contentEncoding": "base64"}, PARTS),
        written({**STRING, "contentEncoding": "base64"}, PARTS, contentType="text/plain"),
    ),
    "a part that is an image": (
        written({**STRING, "contentMediaType": "image/png"}, PARTS),
        written({**STRING, "contentMediaType": "image/png"}, PARTS, contentType="text/plain"),
    ),
    "another type of a part": (written(LIST, PARTS), written(LIST, PARTS, contentType="text/csv")),
}


@pytest.mark.parametrize(("edit", "prepare"), SAME.values(), ids=SAME)
def test_another_way_to_write_the_same_is_no_difference(edit: Any, prepare: Any) -> None:
    """What a default, a mark or a media type says anyway may be written out or not, in both directions."""
    old, new = description(*COMPANY), description(*COMPANY)
    prepare(old)
    edit(new)
    assert found(old, new) == found(new, old) == ()


BINARY = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        ({"type": "object"}, {"request-type-changed"}),
        ({**BINARY, "maxLength": 9}, {"request-constraint-tightened", "request-constraint-loosened"}),
        ({**BINARY, "x-known-values": ["a"]}, {"value-set-added", "value-set-removed"}),
    ],
    ids=("an object", "a limit", "known values"),
)
def test_bytes_are_compared_with_what_is_more_than_bytes(other: Document, kinds: set[str]) -> None:
    """A schema that says more than its media type is compared with what is written, not with a schema of anything."""
    old, new = description(*COMPANY), description(*COMPANY)
    body_of(BYTES, BINARY)(old)
    body_of(BYTES, other)(new)
    assert {change.kind for change in (*found(old, new), *found(new, old))} == kinds


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_another_alternative_beside_null_is_all_that_is_told(keyword: str) -> None:
    """A schema or null that becomes a union with null has one alternative more, and loses none."""
    old, new = description(*COMPANY), description(*COMPANY)
    field_of({keyword: [NAMED, NULL]})(old)
    field_of({keyword: [NAMED, {"type": "integer"}, NULL]})(new)
    kinds = ("request-union-member", "response-union-member")
    assert {change.kind for change in found(old, new)} == {f"{kind}-added" for kind in kinds}
    assert {change.kind for change in found(new, old)} == {f"{kind}-removed" for kind in kinds}


HOLDERS: dict[str, Document] = {
    "itself": {"oneOf": [{"$ref": "#/components/schemas/Tree"}, STRING]},
    "a list of it": {"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}, STRING]},
    "two that hold each other": {
        "anyOf": [{"$ref": "#/components/schemas/Tree"}, {"$ref": "#/components/schemas/Pair"}, STRING]
    },
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_a_schema_may_hold_itself_in_a_union(holder: Document) -> None:
    """A union that leads back to its own schema ends, equal to itself, and a change in it is found."""

    def tree(document: Document, value: str) -> Document:
        schemas = document["components"]["schemas"]
        schemas["Tree"] = {"type": "object", "properties": {"all": holder, "value": {"type": value}}}
        schemas["Pair"] = {"type": "object", "properties": {"left": holder, "size": {"type": "integer"}}}
        field_of({"$ref": "#/components/schemas/Tree"})(document)
        return document

    old, same, new = (tree(description(*COMPANY), value) for value in ("integer", "integer", "string"))
    assert compare(old, same).changes == ()
    assert {"request-type-changed", "response-type-changed"} <= {change.kind for change in found(old, new)}


def tangle(document: Document) -> Document:
    """Eight schemas of which each has a union of all others."""
    names = [f"Node{index}" for index in range(8)]
    members = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    for name in names:
        fields = {"of": {"oneOf": members}, name: {"type": "integer"}}
        document["components"]["schemas"][name] = {"type": "object", "properties": fields}
    field_of({"oneOf": members})(document)
    return document


def test_many_schemas_that_hold_each_other_are_compared_in_time() -> None:
    """Not every way through the circles is looked at, neither where all schemas are equal nor where one is not."""
    old, same, new = (tangle(description(*COMPANY)) for _ in range(3))
    assert compare(old, same).changes == ()
    schema(new, "Node7")["properties"]["Node7"]["type"] = "string"
    changes = sorted((change.kind, change.old) for change in found(old, new))
    at = "/components/schemas/Node7/properties/Node7"
    assert changes == [("request-type-changed", at), ("response-type-changed", at)]


def test_what_is_in_a_circle_is_noted_at_each_way_into_it() -> None:
    """A change in a schema that holds itself is met through each field of that type, at the shortest path."""
    tree: Document = {
        "type": "object",
        "properties": {"below": {"$ref": "#/components/schemas/Tree"}, "size": {"type": "integer"}},
    }

    def prepare(document: Document) -> None:
        document["components"]["schemas"]["Tree"] = tree
        schema(document, "Company")["properties"] |= {
            name: {"$ref": "#/components/schemas/Tree"} for name in ("a", "b")
        }

    old, new = description("/company/{company_id}"), description("/company/{company_id}")
    prepare(old)
    prepare(new)
    new["components"]["schemas"]["Tree"] = {**tree, "properties": {"below": tree["properties"]["below"]}}
    (change,) = found(old, new)
    places = {location.place for location in change.locations}
    assert places == {"response 200 body a.size", "response 200 body b.size"}


@pytest.mark.parametrize("named", [True, False], ids=["by name", "by fields"])
def test_alternatives_that_changed_are_told_apart_wherever_they_stand(named: bool) -> None:
    """Two alternatives that both changed and now stand in another order are each compared with what they were."""

    def union(names: list[str], **more: Document) -> Document:
        document = description(*COMPANY)
        kinds = {"Cash": {"currency": STRING, "amount": STRING}, "Coin": {"chain": STRING, "amount": STRING}}
        made: dict[str, Document] = {
            name: {"type": "object", "properties": {**fields, **more}} for name, fields in kinds.items()
        }
        document["components"]["schemas"] |= made
        members = [{"$ref": f"#/components/schemas/{name}"} if named else made[name] for name in names]
        schema(document, "Company")["properties"]["city"] = {"oneOf": members}
        return document

    changes = found(union(["Cash", "Coin"]), union(["Coin", "Cash"], note=STRING))
    assert {(change.kind, change.subject) for change in changes} == {("response-field-added", "note")}


def test_a_schema_that_was_not_there_does_not_hide_a_change() -> None:
    """That new items may be anything says nothing of the same schema elsewhere, which had a type."""
    named = {"$ref": "#/components/schemas/Probe"}

    def build(probe: Document, items: Document) -> Document:
        document = description(*COMPANY)
        document["components"]["schemas"]["Probe"] = probe
        properties = schema(document, "Company")["properties"]
        properties |= {"aaa": {"type": "array", **items}, "zzz": named}
        return document

    changes = found(build(STRING, {}), build({}, {"items": named}))
    assert {change.kind for change in changes} == {"response-type-widened"}


@pytest.mark.parametrize(("edit", "prepare"), OTHER.values(), ids=OTHER)
def test_what_only_looks_the_same_is_a_difference(edit: Any, prepare: Any) -> None:
    """What goes over the wire in another way is breaking in one direction at least."""
    old, new = description(*COMPANY), description(*COMPANY)
    prepare(old)
    edit(new)
    effects = {change.effect for change in (*found(old, new), *found(new, old))}
    assert "breaking" in effects


@pytest.mark.parametrize("other", ["Application/JSON", "application/json; charset=UTF-8"])
def test_a_media_type_written_otherwise_hides_nothing(other: str) -> None:
    """Case, and the charset that JSON has anyway, are no difference, and what stands below is compared."""
    old, new = description(*COMPANY), description(*COMPANY)
    content = node(new, "company_get")["responses"]["200"]["content"]
    content[other] = content.pop("application/json")
    assert found(old, new) == ()
    content[other]["schema"] = STRING
    assert [change.kind for change in found(old, new)][-1:] == ["response-type-changed"]


@pytest.mark.parametrize("cover", ["4XX", "default"])
def test_an_error_that_another_response_covers_is_compared_with_it(cover: str) -> None:
    """A status that gets or loses a response of its own has had, or has now, that of its range or of all others."""

    def with_error(status: str, kind: Document) -> Document:
        document = description(*COMPANY)
        body = {"application/json": {"schema": {"type": "object", "properties": {"msg": kind}}}}
        node(document, "company_get")["responses"] = {
            "200": {"description": ""},
            status: {"description": "", "content": body},
        }
        return document

    own, same, other = with_error("423", STRING), with_error(cover, STRING), with_error(cover, {"type": "integer"})
    statuses = {"error-status-added", "error-status-removed"}
    for before, after in ((own, same), (same, own)):
        assert {change.kind for change in found(before, after)} == statuses
    for before, after in ((own, other), (other, own)):
        assert {change.kind for change in found(before, after)} == {*statuses, "response-type-changed"}


def test_words_are_texts() -> None:
    """Other words and other examples are differences of text only."""
    comparison = compare(description(), reworded(description()))
    assert comparison.material == ()
    assert len(comparison.changes) > 400
    assert {change.kind for change in comparison.changes} == {"text-changed"}


@settings(max_examples=30)
@given(SOMEWHERE, SOURCES, st.floats(min_value=0.05, max_value=0.4))
def test_a_schema_moved_inline_is_no_difference(paths: tuple[str, ...], source: random.Random, share: float) -> None:
    """What stood behind a reference may stand in its place, and the other way round."""
    whole = description(*paths)
    moved = inlined(whole, whole, source, share)
    assert compare(whole, moved).material == ()
    assert compare(moved, whole).material == ()


def test_a_renamed_schema_is_no_difference() -> None:
    """The names of schemas do not go over the wire."""
    text = json.dumps(description())
    for name in ("Company", "Entity", "Error", "WalletStatus"):
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{name}X"')
        text = text.replace(f'"{name}": {{"type"', f'"{name}X": {{"type"')
    renamed = json.loads(text)
    assert "CompanyX" in renamed["components"]["schemas"]
    assert compare(description(), renamed).changes == ()


def test_a_reference_behind_an_allof_is_no_difference() -> None:
    """A field may refer to a schema directly, or through an `allOf` that only adds a description."""
    old, new = description(), description()
    assert schema(old, "FeesRequest")["properties"]["type"] == {"$ref": "#/components/schemas/FeeType"}
    wrapped = {"allOf": [{"$ref": "#/components/schemas/FeeType"}], "description": "Its kind."}
    schema(new, "FeesRequest")["properties"]["type"] = wrapped
    assert found(old, new) == ()


def test_an_unknown_extension_is_text() -> None:
    """An extension that no client knows changes nothing in one."""
    old, new = description(), description()
    node(new, "asset_get_all")["x-probe"] = 1
    schema(new, "Company")["x-probe"] = 2
    assert found(old, new) == ()
    assert {change.kind for change in compare(old, new).changes} == {"extension-changed"}


# --- Fingerprints -----------------------------------------------------------------------------------------------------


def test_fingerprints_tell_changes_apart() -> None:
    """Each planted change has a fingerprint of its own: twelve hexadecimal digits."""
    seen: dict[str, str] = {}
    for mutation in MUTATIONS:
        for change in planted(mutation):
            assert len(change.fingerprint) == 12
            int(change.fingerprint, 16)
            key = json.dumps([change.kind, list(map(str, change.locations)), change.before, change.after])
            assert seen.setdefault(change.fingerprint, key) == key
    assert len(seen) > 100


@settings(max_examples=25)
@given(st.sampled_from(MUTATIONS), SOURCES)
def test_fingerprints_outlast_texts_and_order(mutation: Mutation, source: random.Random) -> None:
    """Other words and another order, on either side, leave every fingerprint as it is."""
    old, new = mutation.pair()
    before = [change.fingerprint for change in planted(mutation)]
    after = [change.fingerprint for change in found(reworded(shuffled(old, source)), shuffled(new, source))]
    assert sorted(after) == sorted(before)


def test_fingerprints_outlast_names() -> None:
    """The names of an operation and of its schemas are no part of a fingerprint."""
    old, new = description(), description()
    schema(new, "Company")["properties"].pop("city")
    (before,) = found(old, new)
    for document in (old, new):
        node(document, "company_get")["operationId"] = "company_fetch"
        document["components"]["schemas"]["Firm"] = document["components"]["schemas"].pop("Company")
        content = node(document, "company_fetch")["responses"]["200"]["content"]["application/json"]
        content["schema"] = {"$ref": "#/components/schemas/Firm"}
    (after,) = found(old, new)
    assert after.fingerprint == before.fingerprint


def test_another_place_is_another_fingerprint() -> None:
    """What was accepted in one place is not thereby accepted in two."""

    def without(*operation_ids: str) -> str:
        new = description()
        for operation_id in operation_ids:
            content = node(new, operation_id)["responses"]["200"]["content"]["application/json"]
            content["schema"] = {"$ref": "#/components/schemas/Less"}
        less = copy.deepcopy(schema(new, "CreateCompanyResponse"))
        less["properties"].pop("city")
        new["components"]["schemas"]["Less"] = less
        (change,) = found(description(), new)
        return change.fingerprint

    assert without("company_create") != without("company_create", "company_update") != without("company_update")


# --- Reports ----------------------------------------------------------------------------------------------------------


def test_the_json_report_says_everything() -> None:
    """A program finds version, class, pointers, values, reason, places and fingerprint of each change."""
    old, new = description(), description()
    schema(new, "CompanyCreate")["properties"]["name"]["type"] = "integer"
    report = json.loads(json_report(judge(old, new, python=False)))
    assert report["schema_version"] == 1
    assert report["summary"] == {"breaking": 1, "unwaived": 1, "compatible": 0, "text": 0}
    assert report["old"] == {"title": "Qredo Partner API", "version": "1.1.2+r1"}
    (change,) = report["changes"]
    assert {key: change[key] for key in ("kind", "class", "old", "new", "before", "after", "waived")} == {
        "kind": "request-type-changed",
        "class": "breaking",
        "old": "/components/schemas/CompanyCreate/properties/name",
        "new": "/components/schemas/CompanyCreate/properties/name",
        "before": "string",
        "after": "integer",
        "waived": None,
    }
    assert change["locations"] == [
        {
            "call": "POST /company",
            "place": "request body name",
            "name": "company.create",
            "method": "POST",
            "path": "/company",
        },
    ]


def test_the_markdown_report_has_a_table_per_operation() -> None:
    """A person finds the operation as a heading, and the change as a row with its fingerprint."""
    old, new = description(), description()
    schema(new, "CompanyCreate")["required"].append("city")
    node(new, "asset_get_all")["summary"] = "Other words"
    verdict = judge(old, new, python=False)
    text = markdown_report(verdict, "A title")
    assert text.startswith("# A title\n")
    assert "1 breaking (1 not waived), 0 compatible, 1 in texts only." in text
    assert "## `company.create`: `POST /company`" in text
    assert f"`{verdict.breaking[0].fingerprint}`" in text
    assert "asset.get_all" not in text
    assert "asset.get_all" in markdown_report(verdict, "A title", texts=True)


# --- Two versions -----------------------------------------------------------------------------------------------------


def test_from_1_0_to_1_1_is_pinned() -> None:
    """Between our two descriptions of the Partner API lies what was checked by hand once, and nothing else."""
    report, pinned = json.loads(json_report(from_1_0_to_1_1())), json.loads(PINNED.read_bytes())
    assert report["changes"] == pinned["changes"]
    assert report["python"] == pinned["python"]


# --- Ways to change nothing -------------------------------------------------------------------------------------------


def shuffled(value: Any, source: random.Random, key: str = "") -> Any:
    """A JSON value with its keys, and its lists that have no order, in another order."""
    if isinstance(value, dict):
        keys = list(value)
        source.shuffle(keys)
        result = {name: shuffled(value[name], source, name) for name in keys}
        return _values_shuffled(result, source)
    if isinstance(value, list):
        items = [shuffled(item, source) for item in value]
        if key in _SEQUENCES:
            source.shuffle(items)
        return items
    return value


def _values_shuffled(result: dict[str, Any], source: random.Random) -> dict[str, Any]:
    """The values of a set keep their names, wherever they stand."""
    for key in ("enum", "x-known-values"):
        if isinstance(result.get(key), list):
            order = list(range(len(result[key])))
            source.shuffle(order)
            for name in (key, "x-enum-varnames"):
                if isinstance(result.get(name), list):
                    result[name] = [result[name][index] for index in order]
    return result


def reworded(document: Document) -> Document:
    """A description with other words."""
    return json.loads(json.dumps(_reworded(document)))  # type: ignore[no-any-return]


def _reworded(value: Any, named: bool = False) -> Any:
    if isinstance(value, list):
        return [_reworded(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, item in value.items():
        word = key in _WORDS and not named and (key == "example" or isinstance(item, str))
        result[key] = f"other {key}" if word else _reworded(item, named=key == "properties" and not named)
    return result


def inlined(value: Any, document: Document, source: random.Random, share: float) -> Any:
    """A description in which some references are replaced by what they point at."""
    if isinstance(value, list):
        return [inlined(item, document, source, share) for item in value]
    if not isinstance(value, dict):
        return value
    ref = value.get("$ref")
    if isinstance(ref, str) and source.random() < share:
        return inlined(copy.deepcopy(resolve(document, ref)), document, source, share)
    return {key: inlined(item, document, source, share) for key, item in value.items()}
