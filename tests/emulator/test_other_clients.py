"""Requests as other programs send them: `docs/emulator.md` lists the programs. The requests were made up here."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import require
from qredo_signing import ApprovalKey, HmacCredentials, sign_hmac

from .story import BTC, Story

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(qredo: Emulator, client: httpx.Client) -> Ask:
    """Asks the Qredo API v1 with a stamp and a secret of one's own."""

    def send(
        method: str = "GET",
        path: str = "/balance",
        *,
        body: bytes = b"",
        stamp: str = "",
        key: tuple[str, bytes] = ("", b""),
    ) -> httpx.Response:
        own = qredo.hmac_credentials
        api_key, secret = key if any(key) else (own.api_key, own.secret)
        url, stamp = f"{qredo.url}/qredo_v1/qapi/v1{path}", stamp or str(int(time.time()))
        signature = sign_hmac(secret, stamp, method, url, body)
        headers = {"qredo-api-key": api_key, "qredo-api-ts": stamp, "qredo-api-sig": signature}
        return client.request(method, url, content=body, headers=headers)

    return send


def test_an_empty_header_counts_as_not_sent(call: Any) -> None:
    """An empty nonce beside a timestamp, or the reverse, is not a second stamp; an empty content type is none."""
    headers = {"x-nonce": "", "content-type": ""}
    assert call("POST", "/company", {"name": "ACME"}, headers=headers).status_code == 200
    nonce = {"stamp": "1700000000000", "stamp_header": "x-nonce", "headers": {"x-timestamp": ""}}
    assert call("GET", "/assets", **nonce).status_code == 200
    assert call("GET", "/assets", headers={"x-sign": ""}).status_code == 401


@pytest.mark.parametrize(("digits", "status"), [(0, 200), (9, 200), (3, 401), (6, 401)])
def test_the_qredo_api_takes_nanoseconds(ask: Ask, digits: int, status: int) -> None:
    """A timestamp of the Qredo API v1 may be in seconds or in nanoseconds, and in no other unit."""
    assert ask(stamp=f"{int(time.time())}{'0' * digits}").status_code == status


@pytest.mark.parametrize(("digits", "status"), [(0, 200), (9, 401)])
def test_version_2_takes_seconds_only(qredo: Emulator, client: httpx.Client, digits: int, status: int) -> None:
    """The timestamp of a token's request is in seconds: no source of the Qredo API v2 has nanoseconds."""
    credentials, stamp = qredo.hmac_credentials, f"{int(time.time())}{'0' * digits}"
    url = f"{qredo.url}/qredo_v2/api/v2/workspaces/{qredo.workspace_id}/token"
    signature = sign_hmac(credentials.secret, stamp, "GET", url, b"")
    headers = {"qredo-api-key": credentials.api_key, "qredo-api-timestamp": stamp, "qredo-api-signature": signature}
    assert client.get(url, headers=headers).status_code == status


def test_nanoseconds_get_old_too(ask: Ask) -> None:
    """A timestamp in nanoseconds has to be near the emulator's clock."""
    assert ask(stamp=f"{int(time.time()) - 1000}000000000").status_code == 401


def test_the_partner_api_takes_seconds_only(call: Any) -> None:
    """A timestamp of the Partner API is in seconds."""
    assert call("GET", "/assets", stamp=f"{int(time.time())}000000000").status_code == 401


@pytest.mark.parametrize("padding", ["", "=", "=="])
@pytest.mark.parametrize("decode", [base64.b64decode, base64.urlsafe_b64decode])
def test_every_decoder_reads_a_secret_of_the_emulator(
    qredo: Emulator, ask: Ask, decode: Callable[[str], bytes], padding: str
) -> None:
    """A secret that the emulator makes is ASCII text in base64, so that no decoder gets other bytes out of it."""
    made = qredo.control.new_hmac_credentials()
    text = qredo.app.keys.files(made)["apisecret"].decode().strip()
    secret = decode(text + padding)
    assert (len(text), len(secret), secret.isascii()) == (80, 60, True)
    assert secret == made.secret == HmacCredentials(made.api_key, text).secret
    assert ask(key=(made.api_key, secret)).status_code == 200


def test_a_company_may_be_made_again(call: Any) -> None:
    """The same company once more gets an id of its own; its reference with another name or domain is a conflict."""
    company = {"name": "ACME", "domain": "acme.example", "ref": "42"}
    ids = [call.ok("POST", "/company", company)["company_id"] for _ in range(3)]
    assert len(set(ids)) == 3
    for other in ({"name": "Beta"}, {"domain": "beta.example"}):
        assert call("POST", "/company", {**company, **other}).status_code == 409
        assert call("PUT", f"/company/{ids[1]}", other).status_code == 409
    for company_id in ids[1:]:
        call.ok("PUT", f"/company/{company_id}", {"ref": company_id})
    call.ok("PUT", f"/company/{ids[0]}", {"name": "Beta"})
    assert call("POST", "/company", company).status_code == 409


def test_a_decision_answers_the_whole_action(story: Story) -> None:
    """Approving or rejecting as a core client answers what reading the action gives."""
    core_id = require(story.client.core_client.create(name="Order desk").id)
    firm, other = story.firm(people=(core_id,)), story.firm("Beta")
    for decide in (story.client.core_client.approve_action, story.client.core_client.reject_action):
        story.transfer(firm, other[BTC])
        (action,) = require(story.client.core_client.get_actions(core_id).actions)
        answer = decide(core_id, require(action.id)).to_dict()
        assert answer == story.client.core_client.get_action(core_id, require(action.id)).to_dict()


def test_a_transaction_without_a_gas_limit_says_so(ask: Ask) -> None:
    """A transaction of the Qredo API v1 in an earlier form, with `gas` in place of `gasLimit`, is one clear 400."""
    body = b'{"from": "0x1", "to": "0x2", "value": "0", "gas": "21000", "gasPrice": "1"}'
    answer = ask("POST", "/transaction", body=body)
    assert (answer.status_code, answer.json()["detail"]) == (400, {"reason": "/body/gasLimit: is required"})


def test_an_agent_of_v2_registers_its_keys(qredo: Emulator, client: httpx.Client) -> None:
    """As the vendor's agent does: JSON without a content type, the token in its header, one signature."""
    key, own = ApprovalKey.from_seed(bytes(range(48))), qredo.hmac_credentials
    base = f"{qredo.url}/qredo_v2/api/v2"
    url, stamp = f"{base}/workspaces/{qredo.workspace_id}/token", str(int(time.time()))
    signed = {"qredo-api-timestamp": stamp, "qredo-api-signature": sign_hmac(own.secret, stamp, "GET", url, b"")}
    token = client.get(url, headers={"qredo-api-key": own.api_key, **signed}).json()["token"]
    exp = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["exp"]
    assert exp >= int(stamp) + 3600

    def ask(method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        answer = client.request(method, base + path, content=content, headers={"x-token": token})
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else None

    public = key.public_keys_base64
    place = f"/workspaces/{qredo.workspace_id}/apikeys/{own.api_key}"
    made = ask("PUT", place, {"blsPublicKey": public.bls, "ecPublicKey": public.ec})["actionID"]
    action = ask("GET", f"/actions/{made}")
    assert (action["id"], action["status"]) == (made, 1)
    assert bytes.fromhex(action["messages"][0]).startswith(bytes.fromhex("08011220"))
    signature = key.sign(bytes.fromhex(action["messages"][0]))
    ask("POST", f"/actions/{made}", {"status": 3, "signatures": [signature]})
    assert ask("GET", f"/actions/{made}")["status"] == 3
    assert ask("GET", f"/workspaces/{qredo.workspace_id}/token/refresh")["token"] != token
