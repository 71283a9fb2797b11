"""Who is let in: API keys, signatures, stamps and agent tokens."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator, Settings

from .story import KEY

EMPTY_TOKEN = {"code": 401, "msg": "Unauthorized", "detail": {"reason": "empty token"}}
UNKNOWN_TOKEN = {"code": 401, "msg": "Unauthorized", "detail": {"reason": "unknown token"}}
BAD_SIGNATURE = {"code": 401, "msg": "errPartnerAuth", "detail": {"reason": "signature"}}


def token(**changes: Any) -> str:
    """An agent token in the right form."""
    members = {"ID": "YQ==", "ET": int(time.time()), "U": "Yg==", "V": "Yw==", **changes}
    return json.dumps(members).encode().hex()


@pytest.mark.parametrize("value", [None, ""])
def test_no_api_key_is_the_documented_empty_token(call: Any, value: str | None) -> None:
    """A request without an API key answers the first documented 401, whatever else is wrong with it."""
    answer = call("GET", "/assets", headers={"x-api-key": value, "x-sign": "nonsense"})
    assert answer.status_code == 401
    assert answer.json() == EMPTY_TOKEN


def test_an_unknown_api_key_is_refused_before_its_signature_is_looked_at(call: Any, qredo: Emulator) -> None:
    """An API key that is not registered answers 401 with the reason `unknown token`."""
    answer = call("GET", "/assets", headers={"x-api-key": "eyJrZXlfaWQiOiJ4In0"})
    assert (answer.status_code, answer.json()) == (401, UNKNOWN_TOKEN)
    assert qredo.control.requests[-1].explanation is None


WRONG: dict[str, dict[str, Any]] = {
    "no signature": {"headers": {"x-sign": None}},
    "no stamp": {"headers": {"x-timestamp": None}},
    "both stamps": {"headers": {"x-nonce": "1"}},
    "another stamp than the signed one": {"headers": {"x-timestamp": "1700000000"}},
    "a stamp that is not decimal": {"stamp": "0x10"},
    "a stamp with a sign": {"stamp": "+1700000000"},
    "another body": {"signed_body": b'{"name": "OTHER"}'},
    "another URL": {"signed_url": "http://127.0.0.1:1/api/v1/p/company"},
    "https instead of http": {"signed_url": "https"},
    "nonsense": {"headers": {"x-sign": "nonsense"}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_is_the_documented_error(call: Any, qredo: Emulator, wrong: dict[str, Any]) -> None:
    """Whatever is wrong with stamp or signature answers the second documented 401; a header says more."""
    if wrong.get("signed_url") == "https":
        wrong = {"signed_url": f"{qredo.url}{call.base}/company".replace("http", "https")}
    answer = call("POST", "/company", {"name": "ACME"}, **wrong)
    assert (answer.status_code, answer.json()) == (401, BAD_SIGNATURE)
    assert answer.headers["x-qredo-emulator"].startswith("refused; ")
    assert call.ok("GET", "/company/search")["total_count"] == 0


def test_padding_is_refused(call: Any) -> None:
    """A signature in padded base64 is not the documented encoding."""
    request = httpx.Request("GET", f"{call.emulator.url}{call.base}/assets")
    headers = call.signature(request, None, "x-timestamp", None, None)
    answer = call("GET", "/assets", headers={**headers, "x-sign": f"{headers['x-sign']}=="})
    assert answer.status_code == 401


def test_two_values_of_a_signing_header_are_refused(call: Any) -> None:
    """A header that is there twice does not let the emulator choose one."""
    request = httpx.Request("GET", f"{call.emulator.url}{call.base}/assets")
    headers = call.signature(request, None, "x-timestamp", None, None)
    for name, value in headers.items():
        answer = call.client.get(request.url, headers=[*headers.items(), (name, value)])
        assert answer.status_code == 401, name


def test_a_refusal_shows_what_was_computed_and_no_secret(
    call: Any, qredo: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has stamp, URL, body length and digest of the refused request, but neither API key nor signature."""
    with caplog.at_level(logging.WARNING, "qredo_emulator"):
        call("POST", "/company?a=%20b", {"name": "ACME"}, stamp="1700000000", signed_body=b"")
    record = qredo.control.requests[-1]
    assert record.explanation is not None
    assert record.verified is False
    assert record.explanation.stamp == "1700000000"
    assert record.explanation.url == f"{qredo.url}{call.base}/company?a=%20b"
    assert record.explanation.body_length == len(b'{"name": "ACME"}')
    assert record.explanation.digest in caplog.text
    assert record.explanation.url in caplog.text
    assert qredo.credentials.api_key not in caplog.text + repr(record)


@pytest.mark.parametrize(
    "path",
    [
        "/company/search?query=a%20b%2Fc&x=1&x=2",
        "/company/search?query=%C3%BC+%7E~!$'()*,;:@",
        "/company/search?",
        "/company/%73earch?query=",
    ],
)
def test_the_url_is_verified_as_it_was_written(call: Any, path: str) -> None:
    """Path and query are taken raw: nothing is decoded, ordered or normalised before the signature is verified."""
    request = httpx.Request("GET", f"{call.emulator.url}{call.base}/company/search")
    raw = f"{call.base}{path}"
    request.extensions["target"] = raw.encode()
    headers = call.signature(request, None, "x-timestamp", f"{call.emulator.url}{raw}", None)
    request.headers.update({name: value for name, value in headers.items() if value})
    assert call.client.send(request).status_code == 200


def test_the_host_is_verified_as_it_was_written(call: Any, qredo: Emulator) -> None:
    """A client that calls the emulator by another name signs that name."""
    url = f"{qredo.url}{call.base}/assets".replace("127.0.0.1", "LocalHost")
    host = url.split("/")[2]
    assert call("GET", "/assets", signed_url=url, headers={"host": host}).status_code == 200
    assert call("GET", "/assets", headers={"host": host}).status_code == 401


@pytest.mark.parametrize(("offset", "status"), [(-299, 200), (299, 200), (-302, 401), (302, 401)])
def test_a_timestamp_has_to_be_in_the_window(call: Any, offset: int, status: int) -> None:
    """A timestamp may differ from the emulator's clock by 300 seconds, either way."""
    assert call("GET", "/assets", stamp=str(int(time.time()) + offset)).status_code == status


def test_an_equal_timestamp_is_no_replay(call: Any) -> None:
    """Two requests within one second carry the same timestamp, and even the same signature."""
    stamp = str(int(time.time()))
    assert [call("GET", "/assets", stamp=stamp).status_code for _ in range(3)] == [200, 200, 200]


def test_nonces_increase(call: Any) -> None:
    """A nonce that is not greater than the last one of its API key is refused; gaps are fine."""
    statuses = [call("GET", "/assets", stamp=n, stamp_header="x-nonce").status_code for n in ("5", "5", "4", "6", "99")]
    assert statuses == [200, 401, 401, 200, 200]


def test_the_nonces_show_no_api_key(call: Any, qredo: Emulator) -> None:
    """What checks the requests counts nonces per API key, and its repr has none of the API keys."""
    assert call("GET", "/assets", stamp="5", stamp_header="x-nonce").status_code == 200
    assert qredo.app.auth.nonces
    assert qredo.credentials.api_key not in repr(qredo.app.auth)


def test_a_refused_request_uses_no_nonce_up(call: Any) -> None:
    """A wrong signature does not move the nonce, so a third party cannot lock a key out."""
    assert call("GET", "/assets", stamp="9000", stamp_header="x-nonce", signed_body=b"x").status_code == 401
    assert call("GET", "/assets", stamp="1", stamp_header="x-nonce").status_code == 200


def test_nonces_belong_to_their_key(call: Any, call_as: Any, qredo: Emulator) -> None:
    """The nonce of one API key says nothing about another's."""
    other = call_as(qredo.control.new_credentials())
    assert call("GET", "/assets", stamp="7", stamp_header="x-nonce").status_code == 200
    assert other("GET", "/assets", stamp="3", stamp_header="x-nonce").status_code == 200


def test_both_rules_can_be_switched_off(call_as: Any) -> None:
    """Without a window any time is taken, without the nonce rule any nonce."""
    with Emulator(Settings(time_window=None, nonces_increase=False)) as emulator:
        call = call_as(None, emulator)
        assert call("GET", "/assets", stamp="1").status_code == 200
        nonces = [call("GET", "/assets", stamp="5", stamp_header="x-nonce").status_code for _ in range(2)]
    assert nonces == [200, 200]


def test_data_belongs_to_its_key(call: Any, call_as: Any, qredo: Emulator) -> None:
    """Another API key neither lists nor finds a company, a fund or a wallet."""
    company_id = call.company()
    fund_id, wallet_id = call.wallet(company_id)
    other = call_as(qredo.control.new_credentials())
    assert other.ok("GET", "/company/search")["total_count"] == 0
    for path in (f"/company/{company_id}", f"/company/{company_id}/fund/{fund_id}", f"/wallet/{wallet_id}"):
        assert call("GET", path).status_code == 200
        assert other("GET", path).status_code == 404


def test_another_keys_signature_is_refused(call: Any, qredo: Emulator) -> None:
    """An API key with the signature of another registered RSA key is refused."""
    api_key = qredo.control.new_credentials().api_key
    assert call("GET", "/assets", headers={"x-api-key": api_key}).json() == BAD_SIGNATURE


def test_reset_forgets_the_further_keys(call_as: Any, qredo: Emulator) -> None:
    """After a reset only the emulator's first API key is known."""
    other = call_as(qredo.control.new_credentials())
    qredo.control.reset()
    assert other("GET", "/assets").json() == UNKNOWN_TOKEN


AGENT_PATH = "/coreclient/action/2BK1tnuQFmMPJ3QeLLqrHFHfwYr"


def test_an_agent_needs_its_token_only(client: httpx.Client, qredo: Emulator, call: Any) -> None:
    """An agent operation takes x-api-zkp and neither API key nor signature; an agent that is unknown is refused."""
    keys = {"blsPublicKey": KEY.public_keys_hex.bls, "ecPublicKey": KEY.public_keys_hex.ec}
    made = call.ok("POST", "/coreclient/init", {"name": "agent", **keys})
    agent, signature = made["id"], KEY.sign(bytes.fromhex(made["idDoc"]))
    url = f"{qredo.url}{call.base}/coreclient/finish"
    answer = client.post(url, json={"idDocSignatureHex": signature}, headers={"x-api-zkp": token(ID=agent)})
    assert answer.status_code == 200
    url = f"{qredo.url}{call.base}{AGENT_PATH}"
    assert client.get(url, headers={"x-api-zkp": token(ID=agent)}).json()["detail"] == {"reason": "action_id"}
    assert client.get(url, headers={"x-api-zkp": token()}).json()["detail"] == {"reason": "token"}
    record = qredo.control.requests[-1]
    assert (record.verified, record.reason) == (False, "the ID in x-api-zkp is of no signing agent of this emulator")
    assert call("GET", AGENT_PATH).json() == EMPTY_TOKEN


@pytest.mark.parametrize(
    "value",
    [
        "xyz",
        "7b7d",
        token(ET="now"),
        token(ET=True),
        token(ID=""),
        token(U=None),
        token(ET=int(time.time()) - 1000),
        token(ET=int(time.time()) + 1000),
        b"[]".hex(),
    ],
)
def test_an_agent_token_has_a_form_and_a_time(client: httpx.Client, qredo: Emulator, call: Any, value: str) -> None:
    """A token that is not hex of JSON with ID, ET, U and V, or that is not fresh, is refused."""
    answer = client.get(f"{qredo.url}{call.base}{AGENT_PATH}", headers={"x-api-zkp": value})
    assert answer.status_code == 401
    assert answer.json()["detail"] == {"reason": "token"}


def test_an_agent_token_does_not_open_the_rest(client: httpx.Client, qredo: Emulator, call: Any) -> None:
    """An operation that takes signatures refuses an agent token."""
    answer = client.get(f"{qredo.url}{call.base}/assets", headers={"x-api-zkp": token()})
    assert answer.json() == EMPTY_TOKEN
