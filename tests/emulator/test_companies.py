"""Companies, and the companies that they trust."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from qredo_emulator import Emulator

from .refusals import reason

KSUID = re.compile(r"[0-9A-Za-z]{27}")
BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")


def test_a_company_is_kept_and_changed(call: Any) -> None:
    """A company is read back as it was created; an update changes what it names and leaves the rest."""
    made = call.ok("POST", "/company", {"name": "ACME", "city": "Paris", "country": "FR", "ref": "r-1"})
    assert made == {"company_id": made["company_id"], "ref": "r-1"}
    assert KSUID.fullmatch(made["company_id"])
    path = f"/company/{made['company_id']}"
    assert call.ok("PUT", path, {"city": "Lyon"}) == made
    expected = {**made, "name": "ACME", "city": "Lyon", "country": "FR", "domain": ""}
    assert call.ok("GET", path) == expected


def test_companies_are_searched_by_a_part_of_their_name(call: Any) -> None:
    """A search finds a part of the name, without regard to case; without a query it finds all."""
    ids = [call.company(name) for name in ("Alpha Bank", "Beta bank", "Gamma")]
    found = call.ok("GET", "/company/search?query=BANK")
    assert [match["company_id"] for match in found["matches"]] == ids[:2]
    assert found["total_count"] == 2
    assert call.ok("GET", "/company/search")["total_count"] == 3
    assert call.ok("GET", "/company/search?query=zzz")["matches"] == []


def test_a_ref_is_of_one_company(call: Any) -> None:
    """Another company with the same reference is 409; an empty one is none, and its own may be set again."""
    first = call.ok("POST", "/company", {"name": "A", "ref": "r"})["company_id"]
    second = call.ok("POST", "/company", {"name": "B", "ref": ""})["company_id"]
    response = call("POST", "/company", {"name": "C", "ref": "r"})
    assert (response.status_code, response.json()) == (
        409,
        {"code": 409, "msg": "Conflict", "detail": {"reason": "ref"}},
    )
    assert call("PUT", f"/company/{second}", {"ref": "r"}).status_code == 409
    assert call("PUT", f"/company/{first}", {"ref": "r"}).status_code == 200
    call.ok("POST", "/company", {"name": "D", "ref": ""})


def test_a_missing_company_is_404(call: Any) -> None:
    """An id that is not there is 404 and named by its parameter."""
    response = call("GET", "/company/0000000000000000000000000AB")
    assert (response.status_code, response.json()) == (
        404,
        {"code": 404, "msg": "Not Found", "detail": {"reason": "company_id"}},
    )


def test_a_person_is_trusted_after_accepting(call: Any, qredo: Emulator) -> None:
    """With acceptance held, a person is listed after accepting, and is no policy member before."""
    qredo.control.accept_users = False
    company_id = call.company()
    path = f"/company/{company_id}/trustedparty"
    assert call.ok("POST", path, {"address": "Ann@example.com", "name": "Ann Lee"}) == {"code": 200, "msg": "OK"}
    assert call.ok("GET", path) == {"company_id": company_id, "total_count": 0, "list": []}
    assert qredo.control.accept("ann@EXAMPLE.com") == 1
    assert qredo.control.accept("ann@example.com") == 0
    [party] = call.ok("GET", path)["list"]
    assert BASE58.fullmatch(party["trusted_entity_id"])
    assert (party["name"], party["address"], party["type"]) == ("Ann Lee", "Ann@example.com", "user")
    assert abs(party["created"] - time.time()) < 60
    with pytest.raises(LookupError, match=r"bob@example\.com"):
        qredo.control.accept("bob@example.com")


def test_a_core_client_is_trusted_at_once(call: Any, qredo: Emulator) -> None:
    """A core client is a trusted party without acceptance, under its own id."""
    qredo.control.accept_users = False
    core = call.ok("POST", "/coreclient", {"name": "approver"})
    assert BASE58.fullmatch(core["id"])
    assert core["feed"] == f"{qredo.url.replace('http', 'ws')}{call.base}/coreclient/{core['id']}/feed"
    assert call.ok("GET", "/coreclient") == {"count": 1, "clients": [core]}
    company_id = call.company()
    assert call.party(company_id, core["id"]) == core["id"]
    [party] = call.ok("GET", f"/company/{company_id}/trustedparty")["list"]
    assert (party["type"], party["name"]) == ("core-client", "approver")


def test_a_company_is_trusted_by_another(call: Any) -> None:
    """A company of the account can be a trusted party of another one, not of itself."""
    one, two = call.company("One"), call.company("Two")
    assert BASE58.fullmatch(call.party(one, two))
    assert call("POST", f"/company/{one}/trustedparty", {"address": one}).status_code == 400


@pytest.mark.parametrize("address", ["", "unknown", "@", "a@", "a b@example.com"])
def test_an_address_that_leads_nowhere_is_refused(call: Any, address: str) -> None:
    """A trusted party has an e-mail address or the id of something that is there."""
    response = call("POST", f"/company/{call.company()}/trustedparty", {"address": address})
    assert response.status_code == 400
    assert reason(response).startswith("/body/address: ")


def test_a_party_is_added_once_and_removed_once(call: Any) -> None:
    """Adding again changes nothing; removing is 202, and 404 the second time."""
    company_id = call.company()
    party = call.party(company_id)
    assert call.party(company_id) == party
    assert call.ok("GET", f"/company/{company_id}/trustedparty")["total_count"] == 1
    path = f"/company/{company_id}/trustedparty/{party}"
    removed = call("DELETE", path)
    assert (removed.status_code, removed.json()) == (202, {"code": 202, "msg": "OK"})
    assert call("DELETE", path).status_code == 404
