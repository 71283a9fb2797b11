"""Every shape that a vendor's description may hold is served, or refused at the start."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import qredo_signing
from hypothesis import given as given_
from hypothesis import settings
from qredo_emulator import Emulator, Settings
from qredo_emulator._api.examples import example_of, example_reply
from qredo_emulator._api.responses import success_response
from qredo_emulator._description.document import SpecError, read_document
from qredo_emulator._description.read import load_description
from qredo_emulator._description.routes import Router
from qredo_emulator._description.validation import Validators
from qredo_emulator._json import dump

from ..codegen.shapes import Shape, described
from ..codegen.test_random_descriptions import schemas
from .shaped import PACKAGE, SERVED, UNKNOWN_VALUE, Api, operation_of, serving, shape, signed


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
    schema = operation.responses["200"][0].schema["properties"]["a"]
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


def serve(folder: Path, document: Any) -> Emulator:
    """An emulator of one description, without credentials."""
    (folder / PACKAGE).mkdir()
    (folder / PACKAGE / "openapi.yaml").write_text(json.dumps({**document, "security": []}), encoding="utf-8")
    return Emulator(Settings(spec=folder, check_responses=True))


@pytest.mark.parametrize(
    ("url", "base"), [("api/v1", "/api/v1"), ("./v1/", "/v1"), ("/", ""), ("//example.com/v1", "/v1"), ("", "")]
)
def test_a_server_may_be_relative(url: str, base: str, tmp_path: Path) -> None:
    """A server's URL without a host, or without a slash before its path, is a base path below the package's name."""
    document = {**described(Shape("", {}, lambda *_: None, "")), "servers": [{"url": url}]}
    assert serve(tmp_path, document).app.router.base_paths == {PACKAGE: (f"/{PACKAGE}{base}", base)}


def test_why_a_response_is_not_described_is_said(tmp_path: Path) -> None:
    """An example that its own description does not allow is a 500 that says why, where 500 is not described either."""
    schema = {"type": "string", "pattern": "^[A-Z]{3}$"}
    operation = {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}
    document = described(Shape("", operation, lambda *_: None, ""))
    [path] = document["paths"]
    with serve(tmp_path, document) as emulator:
        response = httpx.get(f"{emulator.base_urls[PACKAGE][0]}{path}")
    assert response.status_code == 500
    assert "does not match '^[A-Z]{3}$'" in response.json()["detail"]["reason"]


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
