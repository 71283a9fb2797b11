"""Operations without a handler, and the modes around them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from qredo_emulator import Emulator, Settings
from qredo_emulator._api.examples import example_of, example_reply
from qredo_emulator._description.validation import Validators

from .descriptions import DESCRIPTIONS, Operation, described

PACKAGE = "qredo_partner_v1_1"
FILE = DESCRIPTIONS[PACKAGE]
DESCRIPTION = described(PACKAGE)
OPERATIONS = pytest.mark.parametrize("operation", DESCRIPTION.operations, ids=lambda operation: operation.id)


@pytest.fixture(scope="module")
def examples() -> Iterator[Emulator]:
    with Emulator(Settings(examples_only=True, check_responses=True)) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def bodies() -> dict[str, Any]:
    """The description's example body of each operation."""
    document = yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader)
    operations = [node for item in document["paths"].values() for node in item.values() if "operationId" in node]
    return {
        node["operationId"]: node["requestBody"]["content"]["application/json"]["example"]
        for node in operations
        if "requestBody" in node
    }


def send(call: Any, operation: Operation, body: Any) -> httpx.Response:
    """Calls an operation with made-up path parameters and the authentication that it needs."""
    path = operation.path.replace("{", "").replace("}", "")
    if operation.security.scheme == "partner_signature":
        answer: httpx.Response = call(operation.method, path, body)
        return answer
    token = json.dumps({"ID": "a", "ET": int(time.time()), "U": "b", "V": "c"}).encode().hex()
    url = f"{call.emulator.url}{call.base}{path}"
    answer = call.client.request(operation.method, url, json=body, headers={"x-api-zkp": token})
    return answer


@OPERATIONS
def test_every_operation_answers_a_valid_example(
    operation: Operation, call_as: Any, examples: Emulator, bodies: dict[str, Any]
) -> None:
    """With examples only, each operation takes its example body and answers an example that is marked and valid."""
    answer = send(call_as(None, examples), operation, bodies.get(operation.id))
    if operation.success is None:
        assert answer.status_code == 426
        return
    assert answer.status_code == operation.success, answer.text
    assert answer.headers["x-qredo-emulator"] == "example"
    contents = operation.responses[str(operation.success)]
    assert (contents == ()) == (answer.content == b"")
    for content in contents:
        assert Validators.for_responses().problem(content.schema, answer.json()) is None


@OPERATIONS
def test_an_example_can_be_made_from_each_schema(operation: Operation) -> None:
    """Where the description had no example, the one that is made from its schema is valid, too."""
    for content in [content for contents in operation.responses.values() for content in contents]:
        made = example_of(content.schema)
        assert Validators.for_responses().problem(content.schema, made) is None, made


def test_a_required_property_that_is_not_listed_has_the_type_of_all_others() -> None:
    """What is required and described by `additionalProperties` alone is of its schema."""
    assert example_of({"required": ["a"], "type": "object", "additionalProperties": {"type": "integer"}}) == {"a": 0}


def test_an_example_of_an_upgrade_does_not_exist() -> None:
    """A WebSocket upgrade has no answer to show."""
    [feed] = [operation for operation in DESCRIPTION.operations if operation.success is None]
    with pytest.raises(LookupError, match=feed.id):
        example_reply(feed)


@pytest.fixture
def unhandled(tmp_path: Path) -> Path:
    """Descriptions in which one operation has a name that no handler knows."""
    document = yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader)
    document["paths"]["/liquidityhub"]["get"]["operationId"] = "liquidity_hub_guess"
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "openapi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return tmp_path


def test_a_kept_operation_is_not_marked(call_as: Any, unhandled: Path) -> None:
    """An answer that comes from the state carries no mark, and the request log knows the difference."""
    with Emulator(Settings(spec=str(unhandled))) as emulator:
        call = call_as(None, emulator)
        assert "x-qredo-emulator" not in call("GET", "/assets").headers
        assert call("GET", "/liquidityhub").headers["x-qredo-emulator"] == "example"
        assert [record.example for record in emulator.control.requests] == [False, True]


def test_strict_makes_an_example_an_error(call_as: Any, unhandled: Path) -> None:
    """With strict, an operation without a handler is 501 in the documented form; one with a handler works."""
    with Emulator(Settings(strict=True, spec=unhandled)) as emulator:
        call = call_as(None, emulator)
        answer = call("GET", "/liquidityhub")
        assert call("GET", "/assets").status_code == 200
        listed = emulator.app.examples()[PACKAGE]
    assert (answer.status_code, answer.json()["code"], answer.json()["msg"]) == (501, 501, "Not Implemented")
    assert answer.json()["detail"]["reason"].startswith("liquidity_hub_guess ")
    assert "liquidity_hub_guess" in listed
    assert "asset_get_all" not in listed


def test_every_partner_operation_is_kept(qredo: Emulator) -> None:
    """No operation that the vendor has in a Partner version returns an example; one that came later may, until kept."""
    examples, shape = qredo.app.examples(), json.loads((FILE.parent / "adopted.json").read_bytes())
    vendors = [one.id for one in DESCRIPTION.operations if one.method.lower() in shape["paths"].get(one.path, {})]
    assert len(vendors) > 50
    assert (examples["qredo_partner_v1_0"], {*examples[PACKAGE]} & {*vendors}) == ([], set())


def test_a_recursive_schema_has_an_example() -> None:
    """A schema that contains itself gives an example that ends."""
    schema: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string", "minLength": 6}}}
    schema["properties"]["children"] = {"type": "array", "items": schema}
    example = example_of(schema)
    assert example["name"] == "textxx"
    assert Validators.for_responses().problem(schema, example) is None
