"""Every operation of every version, called from the command line with the example of its description."""

from __future__ import annotations

import importlib
import json
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import attrs
import httpx
import pytest
from qredo_emulator import Emulator, Settings
from qredo_signing import SQLiteNonces
from qredo_signing._operations import operations_of
from qredo_signing.cli._readable import flat
from qredo_signing.cli._response_fields import names_in, tables_of, unknown

from ..versions import OUR_OWN, PACKAGES, document_of
from .conftest import Cli

WORKSPACE = "2ZDgLmOIYRLFXx1RtNYfF3Va7nu"
"""The one in the examples: the token must be for it."""


class Described(NamedTuple):
    """An operation, read from its description without the code of the CLI."""

    api: str
    id: str
    method: str
    parameters: list[dict[str, Any]]
    body: dict[str, Any] | None
    model: str | None
    feed: str | None


def described(api: str) -> list[Described]:
    """Every operation of a description."""
    document = document_of(api)
    found = []
    for item in document["paths"].values():
        for method in ("get", "post", "put", "delete"):
            if method not in item:
                continue
            node = item[method]
            tag, content = node["tags"][0], node.get("requestBody", {}).get("content", {}).get("application/json", {})
            parameters = [
                _follow(document, each) for each in (*item.get("parameters", []), *node.get("parameters", []))
            ]
            name = f"{tag}.{node['operationId'].removeprefix(f'{tag}_')}"
            model = content["schema"]["$ref"].rsplit("/", 1)[-1] if content else None
            feed = item.get("x-websocket", {}).get("name")
            found.append(Described(api, name, method.upper(), parameters, content.get("example"), model, feed))
    return found


def _follow(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    if "$ref" in node.get("schema", {}):
        return {**node, "schema": _follow(document, node["schema"])}
    return node


def example(parameter: dict[str, Any]) -> str:
    """A value for a parameter in the path or in the query."""
    schema = parameter["schema"]
    known = schema.get("x-known-values") or schema.get("enum") or [None]
    value = parameter.get("example", schema.get("example", known[0]))
    if value is None:
        value = {"integer": 1, "boolean": True}.get(schema.get("type"), "a b&c=d+é/%")
    return str(value).lower() if isinstance(value, bool) else str(value)


def option(name: str, value: Any) -> list[str]:
    """An option as it is typed; lists repeat it, objects are JSON."""
    text = "--" + name.strip("_").replace("_", "-")
    if isinstance(value, bool):
        return [text if value else f"--no-{text[2:]}"]
    if isinstance(value, list):
        return [word for item in value for word in option(name, item)]
    if hasattr(value, "to_dict"):
        return [text, json.dumps(value.to_dict())]
    return [text, str(getattr(value, "value", value))]


def fields(operation: Described) -> list[str]:
    """The options of a body's fields."""
    package = importlib.import_module(operation.api)
    model = getattr(package.models, str(operation.model)).from_dict(operation.body)
    given = {each.name: getattr(model, each.name) for each in attrs.fields(type(model))}
    assert given.pop("additional_properties") == {}
    return [
        word
        for name, value in given.items()
        if value is not package.UNSET and value is not None
        for word in option(name, value)
    ]


def agent_token() -> str:
    """A token of the form that agents send, made just now."""
    return json.dumps({"ID": "aWQ=", "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


def fields_in(response: Any) -> set[str]:
    """The names of all fields of a response, as tables have them."""
    if isinstance(response, list):
        return {name for item in response for name, _ in flat(item)}
    lists = [each for _, each in flat(response) if isinstance(each, list) and each and isinstance(each[0], dict)]
    return {name for name, _ in flat(response)}.union(*map(fields_in, lists))


def known_fields(operation: Described) -> frozenset[str]:
    """The names that `--fields` takes."""
    package = importlib.import_module(operation.api)
    return next(names_in(tables_of(each)) for each in operations_of(package) if each.id == operation.id)


OPERATIONS = [operation for api in PACKAGES for operation in described(api)]
CALLS = [operation for operation in OPERATIONS if operation.api in OUR_OWN and not operation.feed]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and nonces."""
    return tmp_path_factory.mktemp("every")


@pytest.fixture(scope="module")
def examples(place: Path) -> Iterator[Emulator]:
    """An emulator that responds to each operation with its example."""
    with Emulator(Settings(examples_only=True, check_responses=True), keys=place / "keys") as emulator:
        nonces = SQLiteNonces(place / "nonces.db", rule="counter")
        nonces.initialise(1)
        nonces.close()
        yield emulator


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """The requests as httpx sends them, each to be looked at later."""
    requests: list[httpx.Request] = []
    send = httpx.HTTPTransport.handle_request

    def watch(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", watch)
    return requests


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: f"{operation.api}-{operation.id}")
def test_an_operation_is_called_with_the_example_of_its_description(
    qredo: Cli,
    examples: Emulator,
    place: Path,
    sent: list[httpx.Request],
    operation: Described,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is typed arrives, each field of a body as its option, and what comes back is printed unchanged."""
    monkeypatch.setenv("QREDO_AGENT_TOKEN", agent_token())
    client = importlib.import_module(operation.api).Client
    keys = place / "keys" / ("" if client.SECURITY == "partner_signature" else "qredo_v1")
    words = ["call", operation.id, "--api", operation.api, "--keys", str(keys), "--json"]
    words += ["--environment", "emulator", "--url", examples.url]
    if client.NONCE_RULE == "counter":
        words += ["--nonces", str(place / "nonces.db")]
    if client.SECURITY == "qredo_token":
        words += ["--workspace", WORKSPACE]
    query = {}
    for parameter in operation.parameters:
        value = example(parameter)
        if parameter["in"] == "query":
            query[parameter["name"]] = value
        is_flag = parameter["schema"].get("type") == "boolean"
        words += option(parameter["name"], value == "true" if is_flag else value)
    if operation.model:
        words += fields(operation)
    done = qredo(shlex.join(words))
    assert (done.code, done.err) == (0, "")
    record = examples.control.requests[-1]
    assert (record.operation, record.method) == (operation.id.replace(".", "_"), operation.method)
    assert record.verified, record.reason
    assert dict(parse_qsl(urlsplit(record.url).query)) == query
    assert (json.loads(sent[-1].content) if sent[-1].content else None) == operation.body
    if done.out:
        assert unknown(fields_in(json.loads(done.out)), known_fields(operation)) == []


def test_nothing_is_left_out(qredo: Cli) -> None:
    """The command line lists every operation of every description under its name."""
    for api in PACKAGES:
        rows = json.loads(qredo(f"call --list --api {api} --json").out)
        listed = [row["operation"] for row in rows if ".iter_" not in row["operation"]]
        assert sorted(listed) == sorted(operation.id for operation in OPERATIONS if operation.api == api)
