"""Every shape that a vendor's description may hold: the emulator reads it, checks it, and answers it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import qredo_signing
from hypothesis import given as given_
from hypothesis import settings
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings
from qredo_emulator._api.examples import example_of, example_reply
from qredo_emulator._api.responses import success_response
from qredo_emulator._description.bodies import parse
from qredo_emulator._description.document import SpecError, read_document
from qredo_emulator._description.media import Content
from qredo_emulator._description.operations import Operation, Parameter
from qredo_emulator._description.read import load_description
from qredo_emulator._description.reading import RequestReader, RequestValues
from qredo_emulator._description.routes import Router
from qredo_emulator._description.texts import read_parameter, split_query
from qredo_emulator._description.validation import Validators
from qredo_emulator._errors import ApiError
from qredo_emulator._json import dump
from qredo_partner_v1_1._content import write
from qredo_partner_v1_1._parameters import header, query, segment

from ..codegen.shapes import SHAPES, Shape, described
from ..codegen.test_random_descriptions import schemas
from .shaped import PACKAGE, SERVED, UNKNOWN_VALUE, Api, given, serving, signed


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """All shapes in one description, generated once and served once."""
    with serving(tmp_path_factory.mktemp("shapes")) as api:
        yield api


@pytest.fixture(scope="module")
def client(api: Api) -> Iterator[Any]:
    with qredo_signing.connect(api.package.Client, api.emulator.credentials, api.emulator.environment) as client:
        yield client


@pytest.mark.parametrize(
    "index",
    [index for index, shape in enumerate(SERVED) if shape.name != UNKNOWN_VALUE],
    ids=lambda index: str(SERVED[index]),
)
def test_a_shape_is_served(api: Api, client: Any, index: int) -> None:
    """The signed call of the generated client gets an example that fits the description and the client's types."""
    api.call(client, index)
    assert api.emulator.control.requests[-1].example


def test_shapes_are_served_without_threads(api: Api) -> None:
    """The same with asyncio, for a body, a file, a query and a path."""
    names = {"body: multipart", "body: form", "query: object, deepObject", "path: {id}:freeze", "method: trace"}

    async def run() -> list[Any]:
        environment = api.emulator.environment
        async with qredo_signing.connect(api.package.AsyncClient, api.emulator.credentials, environment) as client:
            calls = [api.call(client, index) for index, shape in enumerate(SERVED) if shape.name in names]
            return await asyncio.gather(*calls)

    assert len(asyncio.run(run())) == len(names)


READ = [shape for shape in SHAPES if shape.name.partition(":")[0] in ("query", "path", "header parameter", "body")]


def operation_of(shape: Shape, folder: Path) -> tuple[Operation, Router]:
    """The operation of a shape, as the emulator reads it."""
    file = folder / "openapi.yaml"
    file.write_text(json.dumps(described(shape)), encoding="utf-8")
    description = load_description(PACKAGE, file)
    return description.operations[0], Router([description], PACKAGE)


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


@pytest.mark.parametrize("shape", [shape for shape in READ if shape.name != UNKNOWN_VALUE], ids=str)
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


def shape(name: str) -> Shape:
    """The shape with this name."""
    return next(each for each in SHAPES if each.name == name)


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


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([b'{"kind":"c","lives":1}', b'{"kind":"fish"}'], [None, "'fish' is not one of 'c', 'd', 'Cat', 'Dog'"]),
        ([b'{"kind":"c"}', b'{"lives":1}'], ["is required", "is required"]),
    ],
)
def test_a_discriminator_decides_which_member_is_meant(
    values: list[bytes], found: list[str | None], tmp_path: Path
) -> None:
    """A union with a mapping takes the values of its members, and says what is wrong with the one that is named."""
    operation, _ = operation_of(shape("discriminator with mapping"), tmp_path)
    schema = operation.responses["200"].content[0].schema["properties"]["a"]
    problems = [Validators.for_requests().problem(schema, json.loads(value)) for value in values]
    assert [problem and problem[1] for problem in problems] == found


@pytest.mark.parametrize(
    ("operation", "version", "message"),
    [
        ({"parameters": [{"name": "c", "in": "cookie", "schema": {}}]}, "3.0.3", "GET /things: .* is in 'cookie'"),
        ({"parameters": [{"name": "q", "in": "query", "style": "simple"}]}, "3.0.3", "has the style 'simple'"),
        (
            {"parameters": [{"name": "q", "in": "query", "content": {"text/csv": {}}}]},
            "3.0.3",
            "content that is not JSON",
        ),
        (
            {"parameters": [{"name": "q", "in": "query", "style": "deepObject", "schema": {"type": "string"}}]},
            "3.0.3",
            "is no object",
        ),
        ({"parameters": [{"name": "id", "in": "path", "required": True}]}, "3.0.3", "not what stands in the path"),
        (
            {"requestBody": {"content": {"application/xml": {"schema": {"type": "object"}}}}},
            "3.0.3",
            "can't read application/xml",
        ),
        ({}, "3.2.0", "is written in OpenAPI 3.2; the emulator reads 3.0 and 3.1"),
    ],
)
def test_what_cannot_be_served_is_refused_at_the_start(
    operation: Any, version: str, message: str, tmp_path: Path
) -> None:
    """A description that the emulator cannot read, or would answer wrongly, is one clear message at the start."""
    (tmp_path / PACKAGE).mkdir()
    document = {**signed(described(Shape("", operation, lambda *_: None, ""))), "openapi": version}
    (tmp_path / PACKAGE / "openapi.yaml").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        Emulator(Settings(spec=tmp_path))


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["/a/{x}", "/a/{y}"], "/a/{x} and /a/{y} are one path"),
        (["/a/{x}", "/b/{x}"], "the operationId 'thing_do' is there twice"),
    ],
)
def test_two_operations_that_cannot_be_told_apart_are_refused(paths: list[str], message: str, tmp_path: Path) -> None:
    """No operation is lost behind another one."""
    parameters = [{"name": "x", "in": "path", "required": True, "schema": {"type": "string"}}]
    document = signed(described())
    for number, path in enumerate(paths):
        given = [{**each, "name": path[-2]} for each in parameters]
        node = {
            "operationId": f"thing_do{number if '/b' not in paths[1] else ''}",
            "tags": ["thing"],
            "parameters": given,
        }
        document["paths"] = {**document["paths"], path: {"get": {**node, "responses": {"200": {"description": ""}}}}}
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "openapi.yaml").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SpecError, match=re.escape(message)):
        Emulator(Settings(spec=tmp_path))


@pytest.mark.parametrize(
    ("accept", "media", "body"),
    [
        (None, "application/json", b'{"kind":"text","lives":0}'),
        ("text/csv", "text/csv; charset=utf-8", b"text"),
        ("text/csv;q=0.1, */*", "application/json", b'{"kind":"text","lives":0}'),
        ("image/png", "application/json", b'{"kind":"text","lives":0}'),
    ],
)
def test_accept_chooses_between_media_types(accept: str | None, media: str, body: bytes, tmp_path: Path) -> None:
    """A response that is described as CSV and as JSON comes as what the request prefers."""
    operation, _ = operation_of(shape("response: JSON and CSV for one status"), tmp_path)
    response = success_response(operation, example_reply(operation, accept), example=True)
    assert (response.headers["content-type"], response.body) == (media, body)


def test_the_longest_template_wins(tmp_path: Path) -> None:
    """`/x/{id}:freeze` is not an `{id}` that ends with `:freeze`; an encoded colon belongs to the id."""
    paths = ["/x/{id}", "/x/{id}:freeze", "/x/{id}.csv", "/x/{from}..{to}", "/x/all"]
    document = signed(described())
    document["paths"] = {
        path: {
            "get": {
                "operationId": path,
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in re.findall("{(.*?)}", path)
                ],
            }
        }
        for path in paths
    }
    file = tmp_path / "openapi.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    router = Router([load_description(PACKAGE, file)], PACKAGE)
    sent = ["a", "a:freeze", "a%3Afreeze", "a.csv", "1..2", "all", ":freeze"]
    found = [router.find(f"/v1/x/{each}") for each in sent]
    assert [(each.endpoint.template, dict(each.parameters)) if each else None for each in found] == [
        ("/x/{id}", {"id": "a"}),
        ("/x/{id}:freeze", {"id": "a"}),
        ("/x/{id}", {"id": "a:freeze"}),
        ("/x/{id}.csv", {"id": "a"}),
        ("/x/{from}..{to}", {"from": "1", "to": "2"}),
        ("/x/all", {}),
        ("/x/{id}", {"id": ":freeze"}),
    ]


def test_numbers_in_examples_are_exact(tmp_path: Path) -> None:
    """A number with a fraction comes out of a description, JSON or YAML, with all its digits."""
    file = tmp_path / "openapi.yaml"
    file.write_text("a: 0.10000000000000000000000001\nb: [NO, 2026-01-01, 1e-7]\n", encoding="utf-8")
    document = read_document(file)
    assert dump(document) == b'{"a":0.10000000000000000000000001,"b":["NO","2026-01-01",0.0000001]}'


def test_a_schema_that_has_to_hold_itself_has_no_example() -> None:
    """There is no finite value, and the error says so."""
    schema: dict[str, Any] = {"type": "object", "required": ["self"], "properties": {}}
    schema["properties"]["self"] = schema
    with pytest.raises(LookupError, match="has to hold itself"):
        example_of(schema)


@settings(max_examples=30)
@given_(schemas([]))
def test_an_example_that_is_made_from_a_schema_is_valid(schema: Any) -> None:
    """Whatever a schema says, the value that is made from it is a value of it."""
    made = example_of(schema)
    assert Validators.for_responses().problem(schema, made) is None


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


NAMED = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_characters='"\\'), min_size=1)


@pytest.mark.parametrize("form", ["form", "multipart"])
@settings(max_examples=25)
@given_(data=st.data())
def test_reading_a_form_undoes_writing(form: str, data: st.DataObject) -> None:
    """Fields that the generated client writes as a form or as multipart are read as they were, whatever the texts."""
    media = {"form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}[form]
    values = data.draw(st.dictionaries(NAMED, st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
    content = Content(media, form, {"type": "object", "additionalProperties": {"type": "string"}})
    body, content_type = write(media, values)
    assert parse(content, body, content_type) == values
