"""Every shape that a vendor's description may hold, called from the command line."""

from __future__ import annotations

import json
import re
import shlex
import sys
import typing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from qredo_signing.cli._errors import CliError
from qredo_signing.cli._output import print_json
from qredo_signing.cli._responses import show_response
from qredo_signing.cli._view import View

from ..emulator.shaped import SERVED, UNKNOWN_VALUE, Api, given, serving
from .conftest import Cli


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """All shapes in one description, generated once and served once."""
    with serving(tmp_path_factory.mktemp("shapes")) as api:
        yield api


def words(name: str, value: Any, kind: Any = None) -> list[str]:
    """An option as it is typed: lists repeat it, objects are JSON, files begin with an @, a boolean alone is a flag."""
    text = ("--field-" if name in {"yes", "json"} else "--") + name.strip("_").replace("_", "-")
    if isinstance(value, bool):
        is_flag = int not in typing.get_args(kind)
        return [text if value else f"--no-{text[2:]}"] if is_flag else [text, json.dumps(value)]
    if isinstance(value, bytes):
        Path("upload.bin").write_bytes(value)
        return [text, "@upload.bin"]
    if isinstance(value, list) and name != "body":
        return [word for item in value if item is not None for word in words(name, item)]  # null is not sent
    if isinstance(value, dict | list) or (name == "body" and not isinstance(value, str)):
        return [text, json_text(value)]
    return [text, str(value)]


def json_text(value: Any) -> str:
    """JSON with exact numbers."""
    text = json.dumps(value, default=lambda number: f"<{number}>")
    return text.replace('"<', "").replace('>"', "")


def command(api: Api, index: int) -> list[str]:
    """The command line that calls a shape as its Python call does."""
    shape = SERVED[index]
    operation = api.operations[shape.method.upper(), f"/{index}{shape.path}"]
    arguments, keywords = given(shape)
    named = dict(zip((each.name for each in operation.parameters), arguments, strict=False)) | dict(keywords)
    kinds = {each.name: each.type for each in operation.parameters}
    typed = (word for name, value in named.items() for word in words(name, value, kinds.get(name)))
    return ["call", operation.id, "--api", "shaped", *typed]


@pytest.fixture
def called(api: Api, qredo: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command line against the emulator of the shapes."""
    monkeypatch.setenv("QREDO_ENVIRONMENT", "emulator")
    monkeypatch.setenv("QREDO_URL", api.emulator.url)
    monkeypatch.setenv("QREDO_KEYS", str(api.keys))
    return qredo


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """The requests as httpx sends them."""
    requests: list[httpx.Request] = []
    send = httpx.HTTPTransport.handle_request

    def watch(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", watch)
    return requests


def operation(api: Api, name: str) -> str:
    """The command line's name of the operation of a shape."""
    index = next(index for index, shape in enumerate(SERVED) if shape.name == name)
    found: str = api.operations[SERVED[index].method.upper(), f"/{index}{SERVED[index].path}"].id
    return found


# The others differ in the types of their responses alone, which this package does not look at.
FIRST = ("response", "query", "path", "header", "body", "union", "number", "method", "parameter", "tag", "readOnly")


def rows() -> Iterator[Any]:
    """The number of each shape."""
    for index, shape in enumerate(SERVED):
        if shape.name != UNKNOWN_VALUE:
            marks = () if shape.name.startswith(FIRST) else pytest.mark.full
            yield pytest.param(index, id=str(shape), marks=marks)


@pytest.mark.parametrize("index", list(rows()))
def test_a_shape_is_called(called: Cli, api: Api, sent: list[httpx.Request], index: int) -> None:
    """What is typed goes over the wire as the same call in Python does, and the emulator's example is printed."""
    shape = SERVED[index]
    done = called(shlex.join(command(api, index)))
    assert (done.code, done.err) == (0, "")
    method, _, target = shape.sent.partition(" ")
    assert (sent[-1].method, sent[-1].url.raw_path.decode()) == (method, f"/shaped/v1/{index}{target}")
    assert shape.headers.items() <= dict(sent[-1].headers).items()
    if shape.body is None or b"BOUNDARY" not in shape.body:
        assert sent[-1].content == (shape.body or b"")


def test_a_file_goes_up_with_its_name(called: Cli, api: Api, sent: list[httpx.Request]) -> None:
    """A field that is a file takes @PATH or stdin; the service sees its name and media type."""
    Path("report.pdf").write_bytes(b"\x00\xff")
    name = operation(api, "body: multipart")
    assert called(f"call {name} --api shaped --file @report.pdf --note x").code == 0
    assert b'filename="report.pdf"\r\nContent-Type: application/pdf\r\n\r\n\x00\xff\r\n' in sent[-1].content
    assert called(f"call {name} --api shaped --file -", stdin="piped").code == 0
    assert b'filename="file"\r\nContent-Type: application/octet-stream\r\n\r\npiped\r\n' in sent[-1].content


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        (
            "body: multipart",
            "--file report.pdf",
            "'report.pdf' is not a file: write @ before its path",
        ),
        ("body: multipart", "--file @none", "none cannot be read"),
        ("query: number", "--q 1e3", "'1e3' is not a number in digits, such as 1250 or 0.25"),
        ("query: number", "--q 0,5", "'0,5' is not a number in digits"),
        ("query: array of integers", "--q 1 --q x", "'x' is not a whole number"),
        ("query: object, form", "--q {", "--q is not JSON"),
        ("body: scalar", "", "--body"),
        ("body: scalar", "--body '\"x\"'", "body"),
        ("response: application/pdf", "--output x.pdf --json", "--output writes the response as received"),
    ],
)
def test_bad_values_are_not_sent(
    called: Cli, api: Api, sent: list[httpx.Request], name: str, options: str, text: str
) -> None:
    """Each mistake is exit code 2 and says what is wrong."""
    done = called(f"call {operation(api, name)} --api shaped {options}")
    assert (done.code, done.out, sent) == (2, "", [])
    assert text in done.err


PDF = "response: application/pdf"


def test_a_file_comes_down(called: Cli, api: Api) -> None:
    """A file goes to a pipe as it is, or to the file of --output, which is complete or as it was before."""
    call = f"call {operation(api, PDF)} --api shaped"
    assert called(call).out == "text"
    assert called(f"{call} --output got.pdf") == (0, "", "")
    assert Path("got.pdf").read_bytes() == b"text"
    api.emulator.control.faults.unavailable(500)
    assert called(f"{call} --output got.pdf").code == 4
    assert Path("got.pdf").read_bytes() == b"text"
    assert [each.name for each in Path().iterdir()] == ["got.pdf"]


def test_a_terminal_gets_no_file(
    called: Cli, api: Api, sent: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent where the description says that a file comes; one that comes as a surprise is not printed."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    done = called(f"call {operation(api, PDF)} --api shaped")
    assert (done.code, done.out, sent) == (2, "", [])
    assert "which a terminal cannot show" in done.err
    response = httpx.Response(200, content=b"%PDF", headers={"content-type": "application/pdf"})
    with pytest.raises(CliError, match=r"the response is a file \(application/pdf, 4 bytes\)"):
        show_response(response, View())


def test_numbers_are_exact_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    """A number with a fraction is printed with all the digits that were received, in fields, objects and CSV."""
    response = httpx.Response(200, content=b'{"a": [{"b": [0.10000000000000000001, {}]}], "n": 1.50}')
    show_response(response, View())
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert {"n  1.50", "[0.10000000000000000001, {}]"} <= set(lines)
    show_response(response, View(csv=True))
    assert capsys.readouterr().out.splitlines()[1] == '"[0.10000000000000000001, {}]"'
    print_json({"x": Decimal("1E-7"), "y": [Decimal(3), {}], "z": {"w": None}})
    assert (
        capsys.readouterr().out
        == """{
  "x": 0.0000001,
  "y": [
    3,
    {}
  ],
  "z": {
    "w": null
  }
}
"""
    )


def test_what_may_go_is_marked(called: Cli, api: Api) -> None:
    """The list and the help say which operations and options are deprecated."""
    name = operation(api, "deprecated")
    [line] = [line for line in called("call --list --api shaped").out.splitlines() if f" {name} " in line]
    assert "(deprecated)" in line
    text = called(f"call {name} --api shaped --help").out
    assert "Deprecated: the service may drop it." in text
    assert re.search(r"--q +TEXT +Deprecated\.", text)


def test_doctor_reads_what_is_signed(qredo: Cli, tmp_path: Path) -> None:
    """An operation without security says nothing about a signature, so doctor takes the next one."""
    shapes = [each for each in SERVED if each.name in ("security: []", "deprecated")]
    with serving(tmp_path, sorted(shapes, key=lambda each: each.name, reverse=True), "opened") as api:
        where = f"--environment emulator --url {api.emulator.url} --keys {api.keys}"
        found = json.loads(qredo(f"doctor --api opened --json {where}").out)[-1]
        assert found["status"] == "ok"
        assert api.emulator.control.requests[-1].verified is True
