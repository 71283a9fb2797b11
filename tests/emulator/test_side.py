"""What is beside the API, below ``/-/``: who may use it, and the control methods over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from qredo_emulator import Control, Emulator
from qredo_emulator._api.faults import Faults
from qredo_emulator._authentication.signatures import HmacKey
from qredo_emulator._control.local_only import refusal
from qredo_signing import Credentials, HmacCredentials


def post(qredo: Emulator, client: httpx.Client, name: str, **arguments: Any) -> httpx.Response:
    return client.post(f"{qredo.url}/-/control/{name}", json=arguments)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80", "10.0.0.1"]
)
def test_another_host_name_is_refused(qredo: Emulator, client: httpx.Client, host: str) -> None:
    """A name that an attacker's DNS could point at this machine opens neither the page nor the control methods."""
    for path in ("/-/", "/-", "/-/control/", "/-/console/state", "/-/docs/qredo_v1/"):
        answer = client.get(f"{qredo.url}{path}", headers={"host": host})
        assert (answer.status_code, answer.headers["content-type"]) == (403, "text/plain; charset=utf-8")
    assert "Host header" in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://{host}", ""])
def test_another_origin_is_refused(qredo: Emulator, client: httpx.Client, origin: str) -> None:
    """A web page of another origin changes nothing here, whatever its scheme or port."""
    origin = origin.format(host=qredo.url.removeprefix("http://"))
    answer = client.post(f"{qredo.url}/-/control/reset", headers={"origin": origin})
    assert answer.status_code == 403
    assert "another origin" in answer.text


def test_its_own_page_and_plain_clients_are_let_in(qredo: Emulator, client: httpx.Client) -> None:
    """The emulator's own origin, no origin, and every loopback name work."""
    port = qredo.url.rsplit(":", 1)[1]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"127.8.9.1:{port}", f"[::1]:{port}"):
        url = f"{qredo.url}/-/control/reset"
        assert client.post(url, headers={"host": host}).status_code == 200
        assert client.post(url, headers={"host": host, "origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.7", False), ("::ffff:192.0.2.7", False)],
)
def test_another_machine_is_refused(peer: str, allowed: bool) -> None:
    """A client on another machine is refused, also where the emulator listens on all interfaces."""
    scope = {"type": "http", "scheme": "http", "client": (peer, 4), "headers": [(b"host", b"localhost:8080")]}
    assert (refusal(scope) is None) == allowed


def test_it_is_no_request_of_the_api(qredo: Emulator, client: httpx.Client) -> None:
    """What goes to the side needs no signature and is not among the requests."""
    assert client.get(f"{qredo.url}/-/control/").status_code == 200
    assert qredo.control.requests == ()


def test_every_control_method_is_there(qredo: Emulator, client: httpx.Client) -> None:
    """The list has each public method and property of Control and of its faults, with signature and docstring."""
    listed = {one["name"]: one for one in client.get(f"{qredo.url}/-/control/").json()}
    own = {name for name in vars(Control) if not name.startswith("_")} - {"faults"}
    faults = {f"faults/{name}" for name in vars(Faults) if not name.startswith("_")}
    assert set(listed) == own | faults
    assert all(one["about"] for one in listed.values())
    assert listed["credit"]["signature"] == "credit(wallet_id: str, amount: int) -> str"


def test_a_method_does_over_http_what_it_does_in_process(qredo: Emulator, client: httpx.Client, call: Any) -> None:
    """A wallet that is credited over HTTP has the money; the clock is advanced; a property is set and read."""
    company_id = call.company()
    fund_id, wallet_id = call.wallet(company_id)
    assert len(post(qredo, client, "credit", wallet_id=wallet_id, amount=5).json()["result"]) == 64
    [wallet] = call.ok("GET", f"/company/{company_id}/fund/{fund_id}")["wallets"]
    assert wallet["balance"] == 5
    before = qredo.control.now()
    assert post(qredo, client, "advance", seconds=1000).json()["result"] >= before + 1000
    assert post(qredo, client, "advance", seconds=1.0).status_code == 400  # a state file can't hold such a time
    assert post(qredo, client, "accept_users", value=False).json() == {"result": False}
    assert client.get(f"{qredo.url}/-/control/accept_users").json() is False
    assert not qredo.control.accept_users
    requests = client.get(f"{qredo.url}/-/control/requests").json()
    assert requests == [record.as_dict() for record in qredo.control.requests]


def test_new_keys_come_as_the_texts_of_their_files(qredo: Emulator, client: httpx.Client, call_as: Any) -> None:
    """Credentials that are made over HTTP work; a feed's message can be meant for such an API key."""
    files = post(qredo, client, "new_credentials").json()["result"]
    credentials = Credentials(files["apikey"], files["private.pem"])
    assert call_as(credentials)("GET", "/assets").status_code == 200
    assert files["public.pem"].startswith("-----BEGIN PUBLIC KEY-----\n")
    files = post(qredo, client, "new_hmac_credentials").json()["result"]
    assert qredo.app.keys.known[files["apikey"]] == HmacKey(HmacCredentials(files["apikey"], files["apisecret"]).secret)
    for api_key in (credentials.api_key, files["apikey"]):
        message: Any = {"feed": "wallets", "message": {}, "credentials": api_key}
        assert post(qredo, client, "publish", **message).json() == {"result": 0}
    assert post(qredo, client, "publish", **{**message, "credentials": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("credit", "{", 400, "is not JSON"),
        ("credit", "[]", 400, "is not a JSON object of arguments"),
        (
            "credit",
            "{}",
            400,
            "'wallet_id' is a required property; expected are the arguments of credit(wallet_id: str",
        ),
        ("credit", '{"wallet_id": "x", "amount": "1"}', 400, "amount: '1' is not of type 'integer'"),
        ("credit", '{"wallet_id": "x", "amount": true}', 400, "amount: True is not of type 'integer'"),
        ("credit", '{"wallet_id": "x", "amount": 1, "more": 1}', 400, "'more' was unexpected"),
        ("credit", '{"wallet_id": "x", "amount": 1}', 404, "there is no wallet 'x'"),
        ("requests", "{}", 400, "can be read only"),
        ("accept_users", "{}", 400, "'value' is a required property"),
        ("nothing", "{}", 404, "there is no such method; there are accept, "),
        ("_locked", "{}", 404, "there is no such method"),
        ("faults/delay", '{"seconds": -1}', 400, "seconds is -1"),
        ("faults/unavailable", '{"status": 404}', 400, "one of 500, 502, 503, 504"),
        ("faults/rate_limit", '{"retry_after": "a\\nb"}', 400, "can't stand in a header"),
        ("faults/reset", '{"times": 0}', 400, "times is 0"),
        ("faults/reset", '{"operation": "asset_get_al"}', 404, "asset_get_all"),
    ],
)
def test_wrong_arguments_say_what_is_expected(
    qredo: Emulator, client: httpx.Client, name: str, body: str, status: int, words: str
) -> None:
    """Arguments that a method does not take are 400, and what is not there 404, both in the API's form."""
    answer = client.post(f"{qredo.url}/-/control/{name}", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert words in answer.json()["detail"]["reason"]


@pytest.mark.parametrize("name", ["now/", "faults/clear/"])
def test_a_slash_at_the_end_is_the_same_method(qredo: Emulator, client: httpx.Client, name: str) -> None:
    """A path with a slash at its end names the method that it names without."""
    assert post(qredo, client, name).status_code == 200


def test_a_method_is_not_read(qredo: Emulator, client: httpx.Client) -> None:
    """GET of a method calls nothing and says how to."""
    answer = client.get(f"{qredo.url}/-/control/reset")
    assert answer.status_code == 400
    assert "POST" in json.loads(answer.content)["detail"]["reason"]
