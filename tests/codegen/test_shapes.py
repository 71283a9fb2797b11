"""Every shape that a vendor's description may hold is generated, imported, called, and right on the wire."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import importlib
import json
import pickle
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from qredo_codegen.description.document import Document
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.generate.inputs import Inputs
from qredo_codegen.generate.write import write_package

from .shapes import GROUPS, JSON, NAMED, PETS, SHAPES, TEXT, Shape, described, do, gives, ref, takes, together

BASE_URL = "https://api.example.com/v1"


@contextmanager
def generated(document: Document, folder: Path, name: str = "shaped") -> Iterator[ModuleType]:
    """The package of a description, imported. The tests here are its check; `together` is checked as all others are."""
    document = json.loads(json.dumps(document))
    assert (validate(document) or check_generable(document)) == []
    write_package(document, name, folder / name, Inputs("", "", {}), checked=False)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
            del sys.modules[module]


def shown(value: Any) -> Any:
    """A result without the classes of the package."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return [shown(item) for item in value] if isinstance(value, list) else value


class Service:
    """A service that gives one response and keeps what it was sent."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Give the response."""
        self.requests.append(request)
        return httpx.Response(self.shape.status, content=self.shape.answer, headers={"content-type": self.shape.media})


def call(package: ModuleType, shape: Shape, service: Service, *, raw: bool = False) -> Any:
    """The result of the call without asyncio."""
    with package.Client(httpx.Client(transport=httpx.MockTransport(service)), base_url=BASE_URL) as client:
        return shape.call(client.with_raw_response if raw else client, package.models)


async def call_async(package: ModuleType, shape: Shape, service: Service) -> Any:
    """The result of the call with asyncio."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(service))
    async with package.AsyncClient(http, base_url=BASE_URL) as client:
        return await shape.call(client, package.models)


class Renamed:
    """An object under whose attributes the names of a group are those of one shape.

    Args:
        target: A client, one of its tags, or the models.
        index: Of the shape.
    """

    def __init__(self, target: Any, index: int) -> None:
        self._target = target
        self._index = index

    def __getattr__(self, name: str) -> Any:
        if name == "thing":
            return Renamed(self._target.thing, self._index)
        return getattr(self._target, f"do{self._index}" if name == "do" else f"S{self._index}{name}")


IN_GROUPS = [pytest.param(name, shape, id=shape.name) for name, shapes in GROUPS.items() for shape in shapes]


@pytest.mark.parametrize("shape", NAMED, ids=str)
def test_a_named_shape_is_right_on_the_wire(shape: Shape, tmp_path: Path) -> None:
    """Without and with asyncio, and raw: the request has these bytes, and the response gives this value."""
    document = described(shape)
    document["paths"] = {path: _without_none(item) for path, item in document["paths"].items()}
    with generated(document, tmp_path) as package:
        expect_calls(package, shape)


@pytest.fixture(scope="session")
def group(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ModuleType]]:
    """The package of a group of shapes."""
    name = f"shaped_{request.param.replace('.', '_')}"
    with generated(together(GROUPS[request.param]), tmp_path_factory.mktemp("group"), name) as package:
        yield request.param, package


# With the scope of the fixture: by default it would be generated again for each shape.
@pytest.mark.parametrize(("group", "shape"), IN_GROUPS, indirect=["group"], scope="session")
def test_a_shape_is_right_on_the_wire(group: tuple[str, ModuleType], shape: Shape) -> None:
    """As a named shape, in one package with others."""
    name, package = group
    index = GROUPS[name].index(shape)

    def in_group(client: Any, models: Any) -> Any:
        return shape.call(Renamed(client, index), Renamed(models, index))

    expect_calls(package, dataclasses.replace(shape, call=in_group, sent=shape.sent.replace(" /", f" /{index}/", 1)))


def expect_calls(package: ModuleType, shape: Shape) -> None:
    """A call is as the shape says, in each of three ways, and so are the models."""
    assert shape.look(package.models)
    service = Service(shape)
    results = [call(package, shape, service), asyncio.run(call_async(package, shape, service))]
    results.append(call(package, shape, service, raw=True).parsed)
    for request in service.requests:
        expect(request, shape)
    for result in results:
        found = shown(result)
        assert found == shape.result
        assert type(found) is type(shape.result) or isinstance(found, str | int)


USE = """\
# pyright: reportDeprecated=true
import shaped

def use(client: shaped.Client, other: shaped.AsyncClient) -> str:
    client.thing.{verb}()
    client.thing.{takes}(body=client.thing.{gives}())
    _ = other.thing.{takes}(body=bytes(1))
    return client.with_raw_response.thing.{csv}(accept="text/csv").parsed
"""
"""A program of which type checkers report one line."""
FILES = {"takes": "body", "gives": "response"}


def test_all_shapes_together_are_one_typed_package(tmp_path: Path) -> None:
    """All shapes in one description: each operation is there; type checkers find the call of a deprecated one alone."""
    for checker in ("mypy", "pyright"):
        pytest.importorskip(checker, reason=f"{checker} is not installed here; nox -s types runs this test")
    document = json.loads(json.dumps(together(SHAPES)))
    assert (validate(document) or check_generable(document)) == []
    written = write_package(document, "shaped", tmp_path / "shaped", Inputs("", "", {}))
    assert written.operations == len(SHAPES)
    settings = {"include": ["shaped", "use.py"], "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    names = [shape.name for shape in SHAPES]
    verb = f"do{names.index('deprecated')}"
    csv = f"do{names.index('response: JSON and CSV for one status')}"
    files = {key: f"do{names.index(f'{place}: application/pdf')}" for key, place in FILES.items()}
    (tmp_path / "use.py").write_text(USE.format(verb=verb, csv=csv, **files), encoding="utf-8")
    mypy = ["mypy", "--strict", "--enable-error-code=deprecated", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    for command in ([*mypy, "shaped", "use.py"], ["pyright"]):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        found = [line for line in done.stdout.splitlines() if "error:" in line]
        assert [re.search(r"use\.py:5\b", line) is None for line in found] == [False], done.stdout
        assert f"thing.{verb} is deprecated: the service may drop it" in done.stdout


ERRORS = {
    "403": (b'{"kind":"c","lives":2}', {"kind": "c", "lives": 2}),
    "404": (b"", None),
    "409": (b"a, b", "a, b"),
    "422": (b'["a"]', ["a"]),
    "429": (b'{"kind":"d","name":"Rex"}', {"kind": "d", "name": "Rex"}),
    "500": (b"<html>", None),
}
"""Content of an error by its status, and what its parsed body is in the description below."""


def test_an_error_has_the_body_that_its_status_describes(tmp_path: Path) -> None:
    """By status, range or default, without and with asyncio and raw; None where another body came; pickled with it."""
    contents = {
        "403": {JSON: {"schema": ref("Cat")}},
        "404": {},
        "409": {"text/csv": {"schema": TEXT}},
        "422": {JSON: {"schema": {"type": "array", "items": TEXT}}},
        "4XX": {JSON: {"schema": ref("Dog")}},
        "default": {JSON: {"schema": ref("Dog")}},
    }
    responses = {status: {"description": "It failed.", "content": content} for status, content in contents.items()}
    operation = {"responses": {"200": {"description": "Done."}, **responses}}
    shape = Shape("errors", operation, do(), "GET /things", schemas=PETS)
    with generated(described(shape), tmp_path) as package:
        for status, (content, body) in ERRORS.items():
            service = Service(dataclasses.replace(shape, status=int(status), answer=content))
            for error in errors(package, shape, service):
                assert shown(error.body) == body
                assert shown(pickle.loads(pickle.dumps(error)).body) == body


def test_a_raw_call_can_ask_for_another_media_type(tmp_path: Path) -> None:
    """Without and with asyncio the service is asked for it, and the parsed value is its text; others are refused."""
    (shape,) = (shape for shape in SHAPES if shape.name == "response: JSON and CSV for one status")
    service = Service(dataclasses.replace(shape, answer=b"kind,lives\nc,2\n", media="text/csv"))
    transport = httpx.MockTransport(service)
    with generated(described(shape), tmp_path) as package:
        client = package.Client(httpx.Client(transport=transport), base_url=BASE_URL)
        other = package.AsyncClient(httpx.AsyncClient(transport=transport), base_url=BASE_URL)
        raw = client.with_raw_response.thing.do(accept="text/csv")
        assert raw.parsed == "kind,lives\nc,2\n"
        assert asyncio.run(other.with_raw_response.thing.do(accept="text/csv")).parsed == raw.parsed
        assert [request.headers["accept"] for request in service.requests] == ["text/csv", "text/csv"]
        with pytest.raises(ValueError, match="gives application/json or text/csv, not 'text/plain'"):
            client.with_raw_response.thing.do(accept="text/plain")


@pytest.mark.parametrize("media", ["application/pdf", "application/octet-stream", "image/*"])
def test_content_that_is_no_text_is_bytes(media: str, tmp_path: Path) -> None:
    """Body and response of a binary media type are bytes in the signatures and the docs; a text is refused unsent."""
    binary = {"type": "string", "format": "binary"}
    operation = takes(binary, media) | gives(binary, media)
    shape = Shape("bytes", operation, do(body="text"), "POST /things", method="post")
    with generated(described(shape), tmp_path) as package:
        for name in ("ThingResource", "AsyncThingResource"):
            method = getattr(importlib.import_module("shaped.api.thing"), name).do
            assert (method.__annotations__["body"], method.__annotations__["return"]) == ("bytes", "bytes")
            assert f"Sent as {media}." in method.__doc__
        service = Service(shape)
        with pytest.raises(TypeError, match=r"thing\.do\.body takes bytes, not str"):
            call(package, shape, service)
        with pytest.raises(TypeError, match=r"thing\.do\.body takes bytes, not str"):
            asyncio.run(call_async(package, shape, service))
        assert service.requests == []


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_response_that_is_called_a_form_is_json(media: str, tmp_path: Path) -> None:
    """What services send where a file says so by mistake: JSON is read, and typed by the schema."""
    shape = Shape("form", gives(ref("Cat"), media), do(), "GET /things", schemas=PETS, answer=b'{"kind":"c","lives":1}')
    shape = dataclasses.replace(shape, result={"kind": "c", "lives": 1})
    with generated(described(shape), tmp_path) as package:
        expect_calls(package, shape)


def errors(package: ModuleType, shape: Shape, service: Service) -> Iterator[Any]:
    """What a call raises without asyncio, raw, and with asyncio."""
    for raw in (False, True):
        with pytest.raises(package.APIError) as caught:
            call(package, shape, service, raw=raw)
        yield caught.value
    with pytest.raises(package.APIError) as caught:
        asyncio.run(call_async(package, shape, service))
    yield caught.value


def test_deprecation_changes_nothing_at_run_time(tmp_path: Path) -> None:
    """A deprecated operation is called as any other, without a warning; its docstring says what it is."""
    (shape,) = (shape for shape in SHAPES if shape.name == "deprecated")
    with generated(described(shape), tmp_path) as package, warnings.catch_warnings(action="error"):
        call(package, shape, Service(shape))
        assert "Deprecated: the service may drop it." in package.Client(None, base_url=BASE_URL).thing.do.__doc__


def expect(request: httpx.Request, shape: Shape) -> None:
    """A request is what the shape says."""
    target = request.url.raw_path.decode().removeprefix("/v1")
    assert f"{request.method} {target}" == shape.sent
    content = request.content
    if shape.body is not None and b"BOUNDARY" in shape.body:
        boundary = request.headers["content-type"].removeprefix("multipart/form-data; boundary=")
        content = content.replace(boundary.encode(), b"BOUNDARY")
    assert content == (shape.body or b"")
    assert ("content-type" in request.headers) is (shape.body is not None)
    assert shape.headers.items() <= dict(request.headers).items()


def _without_none(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_none(value) for key, value in node.items() if value is not None or key != "operationId"}
    return copy.deepcopy(node)
