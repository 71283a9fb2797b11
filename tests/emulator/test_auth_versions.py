"""Each version proves who calls in its own way: nonces that count, HMAC, and requests that are not signed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator, Settings
from qredo_signing import HmacCredentials, sign_hmac

from .descriptions import described

V1_0 = "/qredo_partner_v1_0/api/v1/p"
BAD_SIGNATURE = {"code": 401, "msg": "errPartnerAuth", "detail": {"reason": "signature"}}
UNAUTHORIZED = {"code": 401, "msg": "Unauthorized"}


@pytest.mark.parametrize(
    ("package", "scheme", "stamps", "rule", "header"),
    [
        ("qredo_partner_v1_0", "partner_signature", ("nonce",), "counter", "x-sign"),
        ("qredo_partner_v1_1", "partner_signature", ("timestamp", "nonce"), "increasing", "x-sign"),
        ("qredo_v1", "qredo_signature", ("timestamp",), "increasing", "qredo-api-sig"),
    ],
)
def test_the_description_says_how(package: str, scheme: str, stamps: tuple[str, ...], rule: str, header: str) -> None:
    """Scheme, stamps, nonce rule and headers of every operation are read from the description."""
    description = described(package)
    signed = [one.security for one in description.operations if one.security.scheme != "agent_token"]
    assert {(one.scheme, one.stamps, one.nonce_rule, one.headers[scheme]) for one in signed} == {
        (scheme, stamps, rule, header)
    }
    assert all(feed.security.scheme in (scheme, "agent_token") for feed in description.feeds)


def counted(call: Any, nonces: list[int]) -> list[int]:
    """The statuses of requests to 1.0 with these nonces."""
    call.base = V1_0
    return [call("GET", "/company/search", stamp=str(n), stamp_header="x-nonce").status_code for n in nonces]


def test_a_counter_goes_up_by_one(call: Any, qredo: Emulator) -> None:
    """1.0 takes the first nonce as it comes, and then exactly one more with each request."""
    assert counted(call, [41, 42, 42, 44, 41, 43, 44]) == [200, 200, 401, 401, 401, 200, 200]
    assert qredo.control.requests[2].reason == (
        "x-nonce is 42, and 43 is next: this API counts the requests of an API key"
    )


def test_what_is_refused_does_not_count(call: Any) -> None:
    """A wrong signature leaves the counter; a request whose signature is right counts, whatever it is answered."""
    assert counted(call, [7]) == [200]
    assert call("GET", "/company/search", stamp="8", stamp_header="x-nonce", signed_body=b"x").status_code == 401
    assert call("GET", "/company/nobody", stamp="8", stamp_header="x-nonce").status_code == 404
    assert call("POST", "/company", {}, stamp="9", stamp_header="x-nonce").status_code == 400
    assert counted(call, [9, 10]) == [401, 200]


def test_the_counter_may_have_to_start_somewhere(call_as: Any) -> None:
    """With first_nonce the first request has to have it; without the rule any nonce is taken."""
    with Emulator(Settings(first_nonce=0)) as emulator:
        assert counted(call_as(None, emulator), [5, 1, 0, 1]) == [401, 401, 200, 200]
    with Emulator(Settings(nonces_increase=False)) as emulator:
        assert counted(call_as(None, emulator), [5, 5, 1]) == [200, 200, 200]


def test_versions_do_not_disturb_each_other(call: Any) -> None:
    """The nonces of 1.1 are not those of the counter of 1.0, of the same API key."""
    assert counted(call, [1]) == [200]
    call.base = "/qredo_partner_v1_1/api/v1/p"
    assert call("GET", "/assets", stamp="1700000000000000", stamp_header="x-nonce").status_code == 200
    assert counted(call, [2]) == [200]


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(qredo: Emulator, client: httpx.Client) -> Ask:
    """Asks the Qredo API v1; headers replace those of a right request, None leaves one out."""

    def send(
        path: str = "/balance",
        *,
        credentials: HmacCredentials | None = None,
        headers: dict[str, str | None] | None = None,
        stamp: str | None = None,
        method: str = "GET",
    ) -> httpx.Response:
        credentials = credentials or qredo.hmac_credentials
        url, stamp = f"{qredo.url}/qredo_v1/qapi/v1{path}", stamp or str(int(time.time()))
        text = sign_hmac(credentials.secret, stamp, method, url, b"")
        sent = {"qredo-api-key": credentials.api_key, "qredo-api-ts": stamp, "qredo-api-sig": text, **(headers or {})}
        return client.get(url, headers={name: value for name, value in sent.items() if value is not None})

    return send


def test_an_hmac_is_verified(qredo: Emulator, ask: Ask) -> None:
    """A right HMAC is let in, and the operation answers its example; its key is live."""
    answer = ask()
    assert answer.status_code == 200
    assert answer.headers["x-qredo-emulator"] == "example"
    assert qredo.control.requests[-1].verified
    assert qredo.hmac_credentials.api_key in qredo.app.keys.live
    assert ask(credentials=qredo.control.new_hmac_credentials()).status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "no key": {"headers": {"qredo-api-key": None}},
    "an unknown key": {"headers": {"qredo-api-key": "emulator-xxxxx"}},
    "no stamp": {"headers": {"qredo-api-ts": None}},
    "another stamp": {"headers": {"qredo-api-ts": "1700000000"}},
    "a stale stamp": {"stamp": "1700000000"},
    "no signature": {"headers": {"qredo-api-sig": None}},
    "nonsense": {"headers": {"qredo-api-sig": "nonsense"}},
    "another method": {"method": "POST"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_hmac_is_the_documented_401(qredo: Emulator, ask: Ask, wrong: dict[str, Any]) -> None:
    """Whatever is wrong answers the body that the description shows; a header says more."""
    answer = ask(**wrong)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    assert answer.headers["x-qredo-emulator"].startswith("refused; ")
    assert qredo.control.requests[-1].reason


def test_an_api_takes_its_own_keys_only(qredo: Emulator, ask: Ask, call: Any) -> None:
    """The Partner API does not know a key of the Qredo API, nor the other way round."""
    assert ask(headers={"qredo-api-key": qredo.credentials.api_key}).status_code == 401
    assert call("GET", "/assets", headers={"x-api-key": qredo.hmac_credentials.api_key}).status_code == 401


def test_reset_keeps_the_first_hmac_key(qredo: Emulator, ask: Ask) -> None:
    """After a reset the emulator's own key works, and a further one does not."""
    other = qredo.control.new_hmac_credentials()
    qredo.control.reset()
    assert [ask().status_code, ask(credentials=other).status_code] == [200, 401]


def test_unsigned_requests_are_taken_where_it_is_said_so(call_as: Any, ask: Ask) -> None:
    """With unsigned_ok an API key alone is enough for the Partner API; what is there of a signature is verified."""
    unsigned = {"x-sign": None, "x-timestamp": None}
    with Emulator(Settings(unsigned_ok=True)) as emulator:
        call = call_as(None, emulator)
        assert call("POST", "/company", {"name": "A"}, headers=unsigned).status_code == 200
        assert emulator.control.requests[-1].verified is None
        assert emulator.app.keys.live == set()
        assert call("GET", "/assets").status_code == 200
        for headers in ({"x-sign": None}, {"x-timestamp": None}, {"x-sign": "AAAA"}, {**unsigned, "x-nonce": "1"}):
            assert call("GET", "/assets", headers=headers).json() == BAD_SIGNATURE
        assert call("GET", "/assets", headers={**unsigned, "x-api-key": None}).status_code == 401
        url = f"{emulator.url}/qredo_v1/qapi/v1/balance"
        assert call.client.get(url, headers={"qredo-api-key": emulator.hmac_credentials.api_key}).status_code == 401


def test_unsigned_requests_are_refused_by_default(call: Any) -> None:
    """Without the setting an API key alone is a wrong signature."""
    assert call("GET", "/assets", headers={"x-sign": None, "x-timestamp": None}).json() == BAD_SIGNATURE


def test_advancing_the_clock_shuts_nobody_out(call: Any, qredo: Emulator) -> None:
    """Who signs by the real clock, or by the emulator's, is let in after the emulator's was advanced."""
    qredo.control.advance(100_000)
    now = int(time.time())
    stamps = (now, now + 100_000, now + 50_000)
    assert [call("GET", "/assets", stamp=str(stamp)).status_code for stamp in stamps] == [200, 200, 401]
