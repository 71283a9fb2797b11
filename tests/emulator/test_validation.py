"""Requests and answers are what the description says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from qredo_emulator import Emulator, Settings

from .descriptions import DESCRIPTIONS

BIG = 2**63


@pytest.mark.parametrize(
    ("method", "path", "content", "reason"),
    [
        ("POST", "/company", b"", "/body: is required"),
        ("POST", "/company", b"{", "/body: is not JSON"),
        ("POST", "/company", b"\xff", "/body: is not UTF-8"),
        ("POST", "/company", b"[]", "/body: [] is not of type 'object'"),
        ("POST", "/company", b"{}", "/body/name: is required"),
        ("POST", "/company", b'{"name": null}', "/body/name: null is not of type 'string'"),
        ("POST", "/company", b'{"name": "A", "name": "B"}', "/body: has the key 'name' twice"),
        ("POST", "/company", b'{"name": "A", "x": NaN}', "/body: has NaN"),
        ("POST", "/company", b"[" * 100_000, "/body: is nested too deeply"),
        ("POST", "/company", b'{"name": ' + b"9" * 5000 + b"}", "/body: is JSON that cannot be read"),
        ("POST", "/fees", b'{"type":"swap","asset":"BTC","amount":1.0}', "/body/amount: 1.0 is not of type 'integer'"),
        ("POST", "/fees", b'{"type":"swap","asset":"BTC","amount":1e3}', "/body/amount: 1E+3 is not of type"),
        ("POST", "/fees", b'{"type":"swap","asset":"BTC","amount":"1"}', "/body/amount: '1' is not of type 'integer'"),
        ("POST", "/fees", b'{"type":"swap","asset":"BTC","amount":true}', "/body/amount: true is not of type"),
        ("POST", "/fees", f'{{"type":"swap","asset":"BTC","amount":{BIG}}}'.encode(), f"/body/amount: {BIG} is not"),
        ("POST", "/fees", b'{"type":"swap","asset":"BTC","amount":-1}', "/body/amount: -1 is"),
        ("POST", "/fees", b'{"type":"swap","asset":"GOLD","amount":1}', "/body/asset: 'GOLD' is not an asset"),
        ("POST", "/company/c/fund", b'{"name":"F","wallets":[{"name":"w"}]}', "/body/wallets/0/asset: is required"),
        ("GET", "/company/c/fund/f/ledger?limit=x", b"", "/query/limit: 'x' is not of type 'integer'"),
        ("GET", "/company/c/fund/f/ledger?limit=", b"", "/query/limit: '' is not of type 'integer'"),
        ("GET", "/company/c/fund/f/ledger?limit=0", b"", "/query/limit: 0 is less than the minimum of 1"),
        ("GET", "/company/c/fund/f/ledger?limit=1&limit=2", b"", "/query/limit: is there 2 times"),
        ("GET", "/company/c/fund/f/ledger?offset=-1", b"", "/query/offset: -1 is less than the minimum of 0"),
        ("GET", "/wallet/w/history?since=1.5", b"", "/query/since: '1.5' is not of type 'integer'"),
        ("GET", "/wallet/w/max?pending=2", b"", "/query/pending: 2 is greater than the maximum of 1"),
    ],
)
def test_an_invalid_request_is_400_and_says_where(
    call: Any, method: str, path: str, content: bytes, reason: str
) -> None:
    """A request that the description does not allow is 400; the reason begins with a JSON pointer to the place."""
    answer = call(method, path, content=content)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert answer.json()["msg"] == "Bad Request"
    assert answer.json()["detail"]["reason"].startswith(reason)


@pytest.mark.parametrize("content_type", [None, "", "application/json", "Application/JSON; charset=utf-8"])
def test_json_is_taken_with_and_without_its_content_type(call: Any, content_type: str | None) -> None:
    """A missing or empty Content-Type counts as JSON, since the vendor's own tool sends none."""
    assert call("POST", "/company", {"name": "A"}, headers={"content-type": content_type}).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(call: Any, content_type: str) -> None:
    """A body that says that it is something else is 400."""
    answer = call("POST", "/company", {"name": "A"}, headers={"content-type": content_type})
    assert answer.status_code == 400
    assert answer.json()["detail"]["reason"].startswith("/header/content-type: ")


def test_what_is_not_described_is_tolerated(call: Any) -> None:
    """Further query parameters and further keys of a body are no error, as with the service."""
    assert call("POST", "/company?trace=1", {"name": "A", "anon_IOI": True, "x": 1.5}).status_code == 200


def test_null_is_taken_where_it_is_described(call: Any) -> None:
    """A nullable object may be null, as some clients send it."""
    wallet = {
        "name": "w",
        "asset": "BTC-TESTNET",
        "custodygroup_tx": None,
        "custodygroup_withdraw": None,
        "connect": None,
    }
    assert call.fund(call.company(), wallets=[wallet], assets=None, members=None)


def test_the_signature_comes_before_the_content(call: Any) -> None:
    """An invalid body with a wrong signature is 401: a caller without access learns nothing from validation."""
    assert call("POST", "/company", content=b"{", signed_body=b"x").status_code == 401


def _changed(folder: Path, change: Any) -> Path:
    """A folder with the description, changed."""
    name = "qredo_partner_v1_1"
    file = DESCRIPTIONS[name]
    document = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    change(document)
    (folder / name).mkdir()
    (folder / name / "openapi.yaml").write_text(yaml.safe_dump(document))
    return folder


def _wrong_example(document: Any) -> None:
    answers = document["paths"]["/liquidityhub"]["get"]["responses"]["200"]
    answers["content"]["application/json"]["example"] = {"items": [{"send_amount": "much"}]}


def test_a_wrong_answer_is_500_when_answers_are_checked(tmp_path: Path, call_as: Any) -> None:
    """With check_responses a response that the description does not allow is 500 and says where it is wrong."""
    with Emulator(
        Settings(examples_only=True, check_responses=True, spec=_changed(tmp_path, _wrong_example))
    ) as emulator:
        answer = call_as(None, emulator)("GET", "/liquidityhub")
    assert answer.status_code == 500
    assert "/items/0/send_amount: 'much' is not of type 'integer'" in answer.json()["detail"]["reason"]


def test_answers_are_not_checked_unless_asked(tmp_path: Path, call_as: Any) -> None:
    """Without check_responses the same answer goes out."""
    with Emulator(Settings(examples_only=True, spec=_changed(tmp_path, _wrong_example))) as emulator:
        assert call_as(None, emulator)("GET", "/liquidityhub").status_code == 200


def _undocumented_error(document: Any) -> None:
    operation = document["paths"]["/company"]["post"]
    operation["responses"] = {"200": operation["responses"]["200"]}


def test_an_undocumented_status_is_500_when_answers_are_checked(tmp_path: Path, call_as: Any) -> None:
    """With check_responses an error that the operation does not document is 500, too."""
    with Emulator(Settings(check_responses=True, spec=_changed(tmp_path, _undocumented_error))) as emulator:
        answer = call_as(None, emulator)("POST", "/company", {})
    assert answer.status_code == 500
    assert "status 400 is not documented" in answer.json()["detail"]["reason"]


def test_an_error_of_the_emulator_is_500_in_the_documented_form(
    call: Any, qredo: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault inside a handler is answered as 500 that names no more than its type, and the server goes on."""
    monkeypatch.setattr(qredo.app.world.ids, "ksuid", None)
    answer: httpx.Response = call("POST", "/company", {"name": "A"})
    assert answer.status_code == 500
    assert answer.json()["detail"]["reason"].startswith("the emulator failed: TypeError")
    assert call("GET", "/assets").status_code == 200
