"""No request makes the emulator fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings

from .descriptions import Operation, described

PACKAGE = "qredo_partner_v1_1"
DESCRIPTION = described(PACKAGE)
SIGNED = [operation for operation in DESCRIPTION.operations if operation.security.scheme == "partner_signature"]

TEXT = st.text(max_size=8) | st.sampled_from(["", "BTC-TESTNET", "a@b.c", "\ud800", "\0", "all", "in", "1", "-1"])
NUMBERS = st.integers() | st.sampled_from([0, 1, 2, 2**63 - 1, -(2**63)])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def bodies(schema: Any) -> st.SearchStrategy[Any]:
    """Values that fit a schema, now and then replaced by something else."""
    while "type" not in schema and schema.get("allOf"):
        schema = schema["allOf"][0]
    match schema.get("type"):
        case "object":
            fields = {name: bodies(part) for name, part in schema.get("properties", {}).items()}
            required = {name: fields.pop(name) for name in schema.get("required", [])}
            fitting: st.SearchStrategy[Any] = st.fixed_dictionaries(required, optional=fields)
        case "array":
            fitting = st.lists(bodies(schema["items"]), max_size=3)
        case "integer":
            fitting = NUMBERS
        case "boolean":
            fitting = st.booleans()
        case _:
            fitting = TEXT
    return st.one_of(*[fitting] * 12, JSON)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Settings(check_responses=True)) as emulator:
        yield emulator


@pytest.mark.parametrize("examples", [40, pytest.param(400, marks=pytest.mark.full)])
def test_no_request_is_a_fault(call_as: Any, emulator: Emulator, examples: int) -> None:
    """Whatever is sent to any operation, the response is one that the description allows, and no 5xx."""

    @settings(max_examples=examples, deadline=None)
    @given(st.data())
    def send(data: st.DataObject) -> None:
        _send_anything(call_as(None, emulator), emulator, data)

    send()


def _send_anything(call: Any, emulator: Emulator, data: st.DataObject) -> None:
    emulator.control.reset()
    company_id = call.company()
    fund_id, wallet_id = call.wallet(company_id)
    known = {"company_id": company_id, "fund_id": fund_id, "wallet_id": wallet_id}
    operation: Operation = data.draw(st.sampled_from(SIGNED))
    path = operation.path
    for name in ("company_id", "fund_id", "wallet_id", "client_id", "tx_id", "action_id", "trustedparty_id"):
        path = path.replace(f"{{{name}}}", known.get(name, "other"))
    query = data.draw(
        st.sampled_from(["", "?limit=5&offset=1", "?query=a", "?since=0&pending=1", "?asset=&direction=in"])
    )
    body = data.draw(bodies(operation.body[0].schema)) if operation.body else None
    answer = call(operation.method, f"{path}{query}", body)
    assert answer.status_code < 500, answer.text
    assert call("GET", f"/company/{company_id}/fund/{fund_id}").status_code == 200
