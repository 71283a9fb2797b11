"""Requests are read by their description: the values that a client sends, and where they are wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import settings
from hypothesis import strategies as st
from qredo_codegen.description.normal import normalize
from qredo_emulator._description.bodies import parse
from qredo_emulator._description.media import Content
from qredo_emulator._description.parameters import Parameter
from qredo_emulator._description.reading import RequestReader, RequestValues
from qredo_emulator._description.texts import read_parameter, split_query
from qredo_emulator._description.validation import Validators
from qredo_emulator._errors import ApiError
from qredo_partner_v1_1._content import write
from qredo_partner_v1_1._parameters import header, query, segment

from ..codegen.shapes import SHAPES, Shape, described, objects, takes
from .shaped import UNKNOWN_VALUE, given, operation_of, shape

KINDS = ("query", "path", "header parameter", "body", "encoding")
READ = [shape for shape in SHAPES if shape.name.partition(":")[0] in KINDS]


def read(shape: Shape, folder: Path, *, sent: str | None = None, body: bytes | None = None, media: str = "") -> Any:
    """What the emulator reads from the bytes that a shape says that a client sends, or from others."""
    operation, router = operation_of(shape, folder)
    method, _, target = (sent or shape.sent).partition(" ")
    path, _, query = target.partition("?")
    match = router.find(f"/v1{path}")
    assert match is not None
    assert match.endpoint.operations[method] is operation
    headers = (
        {"content-type": media or "; boundary=".join([operation.body[0].media, "BOUNDARY"])} if operation.body else {}
    )
    headers |= shape.headers if not media else {}
    reader = RequestReader("3.0", Validators.for_requests())
    content = body if body is not None else shape.body or b""
    return reader.read(operation, match.sent, query, lambda name: [headers[name]] if name in headers else [], content)


UNTOLD = "body: multipart of any fields"  # one part of a type that is not described may be a list of one


@pytest.mark.parametrize("shape", [shape for shape in READ if shape.name not in {UNKNOWN_VALUE, UNTOLD}], ids=str)
def test_what_the_caller_gave_is_what_the_emulator_reads(shape: Shape, tmp_path: Path) -> None:
    """From the bytes on the wire come the values of the call: types, exact numbers, lists, objects and files."""
    values: RequestValues = read(shape, tmp_path)
    arguments, keywords = given(shape)
    if shape.name.startswith("path"):
        assert list(values.path.values()) == list(arguments)
    elif shape.name.startswith("query"):
        assert values.query == {name: value for name, value in keywords.items() if value != []}
    elif shape.name.startswith("header"):
        assert values.header == {"Idempotency-Key": "k"}
    else:
        assert values.body == keywords.get("body", keywords or None)


def test_one_part_of_a_type_that_is_not_described_is_its_text(tmp_path: Path) -> None:
    """Where nothing says that it is a list, it is none."""
    assert read(shape(UNTOLD), tmp_path).body == {"note": "a"}


MULTIPART = "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    ("name", "sent", "body", "media", "reason"),
    [
        (UNKNOWN_VALUE, None, None, "", "/query/q/1: 'z' is not one of"),
        ("query: array of integers", "GET /things?q=1&q=x", None, "", "/query/q/1: 'x' is not of type 'integer'"),
        ("query: object, deepObject", "GET /things?q[low]=x", None, "", "/query/q/low: 'x' is not of type 'integer'"),
        ("query: object, deepObject", "GET /things?q[low=1", None, "", "/query/q: 'q[low' does not end with a bracket"),
        ("query: object, deepObject", "GET /things?q[low]=1&q[low]=2", None, "", "/query/q: has 'low' twice"),
        ("query: object, not exploded", "GET /things?q=a", None, "", "/query/q: has a key without a value"),
        ("query: JSON in content", "GET /things?q=%7B", None, "", "/query/q: is not JSON"),
        ("query: JSON in content", "GET /things?q=[]", None, "", "/query/q: [] is not of type 'object'"),
        ("query: number", "GET /things?q=1.5x", None, "", "/query/q: '1.5x' is not of type 'number'"),
        ("query: number", "GET /things?q=1e999999999", None, "", "/query/q: has a number of more than 64 digits"),
        ("query: boolean", "GET /things?q=True", None, "", "/query/q: 'True' is not of type 'boolean'"),
        ("query: boolean", "GET /things?q=true&q=true", None, "", "/query/q: is there 2 times"),
        ("path: integer", "GET /things/x", None, "", "/path/id: 'x' is not of type 'integer'"),
        ("path: label", "GET /things/a,b", None, "", "/path/id: 'a,b' does not start with '.'"),
        ("path: matrix", "GET /things/;other=5", None, "", "/path/id: 'other=5' does not start with 'id='"),
        ("body: map", None, b'{"a": "1"}', "application/json", "/body/a: '1' is not of type 'number'"),
        ("body: map", None, b'{"a": 1e99999999999999999999}', "application/json", "/body: has a number of more than"),
        ("body: scalar", None, b"3.5", "application/json", "/body: 3.5 is not of type 'integer'"),
        ("body: text", None, b"a", "application/json", "/header/content-type: 'application/json' is not text/plain"),
        ("body: text", None, b"\xff", "text/plain", "/body: is not utf-8"),
        ("body: text", None, b"a", "text/plain; charset=none", "/body: has the charset 'none', which is not known"),
        ("body: form", None, b"n=x&a=b", "application/x-www-form-urlencoded", "/body/n: 'x' is not of type 'integer'"),
        ("body: form", None, b"a=b&a=c", "application/x-www-form-urlencoded", "/body: has 'a' twice"),
        ("body: form", None, b"n=1", "application/x-www-form-urlencoded", "/body/a: is required"),
        ("body: multipart", None, b"--B--\r\n", MULTIPART, "/body/file: is required"),
        ("body: multipart", None, b"--B\r\n\r\nx", MULTIPART, "/body: does not end with the boundary 'B'"),
        ("body: multipart", None, b"--B\r\n\r\nx\r\n--B--", MULTIPART, "/body: has a part without a name"),
        (
            "body: multipart",
            None,
            b"x",
            "multipart/form-data",
            "/body: is multipart, and its Content-Type names no bound",
        ),
        ("readOnly that is required", None, b'{"id":"a","name":"b"}', "application/json", "/body/id: is read-only"),
        ("union in a body", None, b'{"pet":{"kind":"d"}}', "application/json", "/body/pet"),
    ],
)
def test_what_a_shape_does_not_allow_is_400_and_says_where(
    name: str, sent: str | None, body: bytes | None, media: str, reason: str, tmp_path: Path
) -> None:
    """Texts that do not have the form of their style, and values that the schema does not allow, are refused."""
    with pytest.raises(ApiError) as caught:
        read(shape(name), tmp_path, sent=sent, body=body, media=media)
    assert caught.value.status == 400
    assert str(caught.value.reason).startswith(reason)


@given_(st.binary(max_size=60), st.text("abc-\r\n", max_size=5))
def test_a_file_arrives_as_it_was_sent(content: bytes, name: str) -> None:
    """Whatever bytes a part of a multipart body has, line breaks and dashes included."""
    body = b'--BB\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n%s\r\n--BB--\r\n' % content
    if b"\r\n--BB" in content:
        return
    part = Content("multipart/form-data", "multipart", {"properties": {"f": {"type": "string", "format": "binary"}}})
    assert parse(part, body, "multipart/form-data; boundary=BB") == {"f": content}


# Style, explode, and the characters that a text cannot have: the style does not tell them from its own.
LISTS = [
    ("query", "form", True, ""),
    ("query", "form", False, ""),
    ("query", "spaceDelimited", False, " +"),
    ("query", "pipeDelimited", False, "|"),
    ("path", "simple", False, ""),
    ("path", "simple", True, ""),
    ("path", "label", False, ""),
    ("path", "label", True, "."),
    ("path", "matrix", False, ""),
    ("path", "matrix", True, ""),
    ("header", "simple", False, ","),
]
OBJECTS = [
    ("query", "form", True, ""),
    ("query", "form", False, ""),
    ("query", "deepObject", True, "[]"),
    ("path", "simple", False, ""),
    ("path", "simple", True, ""),
    ("path", "label", False, ""),
    ("path", "label", True, "."),
    ("path", "matrix", False, ""),
    ("path", "matrix", True, ""),
    ("header", "simple", False, ","),
    ("header", "simple", True, ",="),
]


def wire(where: str, value: Any, style: str, *, explode: bool) -> list[tuple[str, str]]:
    """What the generated client makes of a parameter `q`, as the emulator takes it apart."""
    written = style + "*" * explode
    if where == "query":
        return split_query(query({"q": value}, {"q": written})[1:])
    return [("q", header("q", value, written) if where == "header" else segment("q", value, written))]


def texts(where: str, forbidden: str) -> st.SearchStrategy[str]:
    """Texts that a place and a style can hold."""
    letters = st.characters(min_codepoint=32, max_codepoint=126 if where == "header" else 0x2FFF)
    return st.text(letters.filter(lambda letter: letter not in forbidden), min_size=1)


@pytest.mark.parametrize(("where", "style", "explode", "forbidden"), LISTS)
@settings(max_examples=25)
@given_(data=st.data())
def test_reading_a_list_undoes_writing(
    where: str, style: str, explode: bool, forbidden: str, data: st.DataObject
) -> None:
    """What the generated client writes in a style, the emulator reads as the same list, whatever the texts are."""
    values = data.draw(st.lists(texts(where, forbidden), min_size=1, max_size=4))
    schema = {"type": "array", "items": {"type": "string"}}
    parameter = Parameter("q", where, True, schema, style, explode, is_many=True)
    assert read_parameter(parameter, wire(where, values, style, explode=explode)) == values


@pytest.mark.parametrize(("where", "style", "explode", "forbidden"), OBJECTS)
@settings(max_examples=25)
@given_(data=st.data())
def test_reading_an_object_undoes_writing(
    where: str, style: str, explode: bool, forbidden: str, data: st.DataObject
) -> None:
    """The same for objects, whose keys are any texts, too."""
    values = data.draw(st.dictionaries(texts(where, forbidden), texts(where, forbidden), min_size=1, max_size=4))
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    parameter = Parameter("q", where, True, schema, style, explode, is_object=True)
    assert read_parameter(parameter, wire(where, values, style, explode=explode)) == values


@pytest.mark.parametrize(("where", "style", "explode", "forbidden"), LISTS)
def test_null_in_a_list_is_not_written(where: str, style: str, explode: bool, forbidden: str) -> None:
    """No style can write null: a list is written as if it were not there."""
    with_null, without = (wire(where, value, style, explode=explode) for value in ([None, "a", None], ["a"]))
    assert with_null == without


@pytest.mark.parametrize(("where", "style", "explode", "forbidden"), OBJECTS)
def test_null_in_an_object_is_not_written(where: str, style: str, explode: bool, forbidden: str) -> None:
    """The same for the fields of an object."""
    with_null, without = (wire(where, value, style, explode=explode) for value in ({"a": "b", "c": None}, {"a": "b"}))
    assert with_null == without


PLAIN = texts("header", "")
ANY_JSON = st.recursive(
    st.dictionaries(PLAIN, PLAIN | st.integers(0, 9), max_size=3) | st.lists(PLAIN, max_size=3),
    lambda inner: st.dictionaries(PLAIN, inner, max_size=2) | st.lists(inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("explode", [False, True])
@settings(max_examples=25)
@given_(items=st.lists(ANY_JSON, min_size=1, max_size=3), keys=st.lists(texts("header", ",="), min_size=3, unique=True))
def test_json_in_a_header_keeps_its_commas(explode: bool, items: list[Any], keys: list[str]) -> None:
    """Objects and lists inside a list or an object that a header holds are read as they were written, as JSON."""
    inner = {"anyOf": [{"type": "object"}, {"type": "array", "items": {}}]}
    many = Parameter("q", "header", True, {"type": "array", "items": inner}, "simple", explode, is_many=True)
    assert read_parameter(many, wire("header", items, "simple", explode=explode)) == items
    fields = {**dict(zip(keys, items, strict=False)), "name": "{"}
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": inner}
    one = Parameter("q", "header", True, schema, "simple", explode, is_object=True)
    assert read_parameter(one, wire("header", fields, "simple", explode=explode)) == fields


NAMED = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_characters='"\\'), min_size=1)


@pytest.mark.parametrize("form", ["form", "multipart"])
@settings(max_examples=25)
@given_(data=st.data())
def test_reading_a_form_undoes_writing(form: str, data: st.DataObject) -> None:
    """Fields that the generated client writes as a form or as multipart are read as they were, whatever the texts."""
    media = {"form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}[form]
    values = data.draw(st.dictionaries(NAMED, st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
    content = Content(media, form, {"type": "object", "additionalProperties": {"type": "string"}})
    body, content_type = write(media, values, {})
    assert parse(content, body, content_type) == values


WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_characters="+|[]"), min_size=1)
OBJECT = st.dictionaries(WORDS, WORDS, min_size=1, max_size=3)
FREE = {"type": "object", "additionalProperties": {"type": "string"}}
FIELDS = [
    ({"type": "string"}, WORDS),
    ({"type": "integer"}, st.integers(-(2**63), 2**63)),
    ({"type": "boolean"}, st.booleans()),
    ({"type": "array", "items": {"type": "string"}}, st.lists(WORDS, min_size=1, max_size=3)),
    ({"type": "array", "items": {"type": "integer"}}, st.lists(st.integers(-(10**63), 10**63), min_size=1, max_size=3)),
    ({"type": "array", "items": FREE}, st.lists(OBJECT, min_size=1, max_size=3)),
    (FREE, OBJECT),
]
"""Schemas of fields, and their values; texts have none of the characters that a style takes for its own."""

STYLED = st.fixed_dictionaries(
    {"style": st.sampled_from(["form", "spaceDelimited", "pipeDelimited", "deepObject"])},
    optional={"explode": st.booleans()},
)
ENCODINGS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "application/x-www-form-urlencoded": st.one_of(
        st.just({}),
        STYLED,
        st.fixed_dictionaries({"explode": st.booleans()}),
        st.just({"contentType": "application/json"}),
    ),
    "multipart/form-data": st.fixed_dictionaries(
        {},
        optional={
            "contentType": st.sampled_from(
                ["application/json", "application/x+json; charset=utf-8", 'text/plain; charset="utf-16"', "text/csv"]
            )
        },
    ),
}


@pytest.mark.parametrize("media", ENCODINGS)
@settings(max_examples=40)
@given_(data=st.data())
def test_reading_a_form_undoes_writing_it_in_any_encoding(
    media: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the description says of how fields are written, the emulator reads what the client sends."""
    drawn = data.draw(st.lists(st.tuples(st.sampled_from(FIELDS), ENCODINGS[media]), min_size=1, max_size=4))
    # An object is no text, which is a rule of the generator.
    drawn = [(field, {} if field[0] is FREE and "text" in str(one) else one) for field, one in drawn]
    # An object that is written as fields of its own takes whatever is left: two of them could not be told apart.
    spread = [index for index, (field, encoding) in enumerate(drawn) if field[0] is FREE and is_spread(encoding)]
    drawn = [one for index, one in enumerate(drawn) if index not in spread[1:]]
    names = [f"field {index}&" for index in range(len(drawn))]
    values = {name: data.draw(field[1]) for name, (field, _) in zip(names, drawn, strict=True)}
    one = shape("body: form")
    schema = objects(**{name: field[0] for name, (field, _) in zip(names, drawn, strict=True)})
    operation = takes(schema, media)
    encoding = {name: encoding for name, (_, encoding) in zip(names, drawn, strict=True) if encoding}
    operation["requestBody"]["content"][media]["encoding"] = encoding
    one = dataclasses.replace(one, operation=operation, headers={})
    found = normalize(described(one)).operations[0].body
    assert found is not None
    body, content_type = write(media, values, found.encoding)
    assert read(one, tmp_path_factory.getbasetemp(), body=body, media=content_type).body == values


def is_spread(encoding: dict[str, Any]) -> bool:
    """Whether an object is written as fields of its own."""
    style = encoding.get("style", "form")
    return bool(encoding.keys() & {"style", "explode"}) and (
        style != "deepObject" and encoding.get("explode", style == "form")
    )
