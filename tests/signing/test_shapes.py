"""`check_shapes`: what of the responses does not fit the description, by reads only, without a value."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import qredo_partner_v1_1
from hypothesis import given
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import AsyncClient, Client, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import CheckedOperation, ShapeMismatch, ShapeReport, check_shapes, connect
from qredo_signing._shapes.ids import find_ids, names_of_ids

PLANTED = "4Xb9-planted-value"
NAMES = names_of_ids(["company_id", "fund_id", "client_id", "action_id", "tx_id"], ["company", "fund", "core_client"])


class Service:
    """Responds by path, relative to the base URL; other paths are 404. Keeps the requests."""

    def __init__(self, responses: dict[str, Any]) -> None:
        self.responses = responses
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self.responses.get(request.url.path, httpx.Response(404, json={"code": 404, "msg": PLANTED}))
        if isinstance(response, Exception):
            raise response
        return response if isinstance(response, httpx.Response) else httpx.Response(200, json=response)

    def check(self) -> ShapeReport:
        """Check the shapes of this service."""
        http = httpx.Client(transport=httpx.MockTransport(self))
        with Client(http, base_url="http://127.0.0.1") as client:
            return check_shapes(client)

    def paths(self, text: str) -> list[str]:
        """The paths that were requested and have this text."""
        return [request.url.path for request in self.requests if text in request.url.path]


def by_operation(report: ShapeReport) -> dict[str, CheckedOperation]:
    """What was found by operation."""
    return {each.operation: each for each in report.operations}


def furnish(emulator: Emulator, client: Client) -> None:
    """Make a company with a fund, a wallet and a deposit."""
    company_id = client.company.create(name="ACME", city="Paris", country="FR", domain="acme.example").company_id
    client.trusted_party.add(company_id, address="treasurer@acme.example")
    members = [require(each.trusted_entity_id) for each in client.trusted_party.get_all(company_id).list_ or []]
    policy = NewCustodyGroup(threshold=1, members=members)
    wallets = [NewWallet(name="Main", asset="BTC-TESTNET")]
    fund = client.fund.create(
        company_id, name="F", description="", custodygroup_withdraw=policy, custodygroup_tx=policy, wallets=wallets
    )
    (wallet,) = require(client.fund.get(company_id, require(fund.fund_id)).wallets)
    emulator.control.credit(require(wallet.wallet_id), 150_000_000)


def test_nothing_misfits_at_the_emulator() -> None:
    """All reads whose ids are known are called with them, at most three times, by GET, and fit the description."""
    with (
        Emulator(Settings(check_responses=True)) as emulator,
        connect(Client, emulator.credentials, emulator.environment) as client,
    ):
        for _ in range(4):
            furnish(emulator, client)
        before = len(emulator.control.requests)
        report = check_shapes(client)
        requests = emulator.control.requests[before:]
    assert (report.package, report.version) == Client.API
    assert report.mismatches == ()
    assert {record.method for record in requests} == {"GET"}
    assert all(record.status == 200 and record.verified for record in requests)
    found = by_operation(report)
    assert sum(each.calls for each in report.operations) == len(requests)
    assert not any(each.errors for each in report.operations)
    assert {name: each.calls for name, each in found.items() if name.startswith(("fund.", "wallet.get_h"))} == {
        "fund.get": 3,
        "fund.get_deposit_addresses": 3,
        "fund.get_ledger": 3,
        "fund.get_whitelist": 3,
        "fund.search": 3,
        "wallet.get_history": 3,
    }
    assert found["asset.get_all"].calls == 1
    assert found["core_client.get_wallets"].not_tried == "no client_id known"
    assert found["sweep.get"].not_tried == "no client_id, tx_id known"
    assert found["signing_agent.open_feed"].not_tried == "a feed"
    assert found["signing_agent.get_action"].not_tried == "needs agent_token"
    longest = max(len(each.not_tried) for each in report.operations)
    assert longest <= 80 - 40 - len("not tried: "), "the table of the command line is 80 columns at most"


def test_what_does_not_fit_is_reported_exactly_and_without_values() -> None:
    """Each misfit is one row of names and types; no planted value, key or text of a body is in the report."""
    service = Service(
        {
            "/assets": {"assets": [{"code": "BTC", "scale": PLANTED}, {"code": "ETH", "scale": PLANTED}, PLANTED]},
            "/company/search": {"total_count": PLANTED, "matches": [{"company_id": "C1", "name": "ACME"}]},
            "/company/C1": {"company_id": "C1", "city": PLANTED},  # no name
            "/company/C1/trustedparty": [PLANTED],
            "/company/C1/fund/search": httpx.Response(200, text=f"<{PLANTED}>"),
            "/company/C1/holding": httpx.Response(200),
            "/coreclient": {"clients": [{"id": "K1"}]},
            "/coreclient/K1/actions": {"actions": [{"id": "A1"}]},
            "/coreclient/K1/action/A1": {"id": "A1", "details": {"clientData": {PLANTED: 1}}},
        }
    )
    report = service.check()
    assert report.mismatches == (
        ShapeMismatch("asset.get_all", "AssetInfo", "scale", "an integer", "a string"),
        ShapeMismatch("asset.get_all", "Assets", "assets[]", "an object", "a string"),
        ShapeMismatch("company.search", "CompanySearchResponse", "total_count", "an integer", "a string"),
        ShapeMismatch("company.get", "Company", "name", "required", "missing"),
        ShapeMismatch("trusted_party.get_all", "TrustedPartyList", "", "an object", "an array"),
        ShapeMismatch("holding.get_all", "Holdings", "", "JSON", "no body"),
        ShapeMismatch("fund.search", "FundSearchResult", "", "JSON", "not JSON"),
        ShapeMismatch("core_client.get_action", "ActionDetail", "clientData.*", "a string", "an integer"),
    )
    assert PLANTED not in repr(report)
    assert PLANTED not in json.dumps(report.to_dict())
    assert not any(text in json.dumps(report.to_dict()) for text in ("C1", "K1", "A1"))


def test_errors_are_counted_by_status() -> None:
    """A refusal is counted by its status and a missing response by its error's class, and the check goes on."""
    service = Service(
        {
            "/assets": httpx.Response(403, json={"code": 403, "msg": PLANTED}),
            "/exchanges": httpx.ReadTimeout(PLANTED),
            "/company/search": {"matches": [{"company_id": name} for name in ("C1", "C2")]},
            "/company/C1": {"name": "ACME"},
        }
    )
    found = by_operation(service.check())
    assert found["asset.get_all"] == ("asset.get_all", 1, {"403": 1}, "")
    assert found["wallet.get_exchanges"] == ("wallet.get_exchanges", 1, {"ReadTimeout": 1}, "")
    assert found["company.get"] == ("company.get", 2, {"404": 1}, "")
    assert PLANTED not in repr(found)


def test_ids_are_used_with_those_that_they_belong_to() -> None:
    """The fund of one company is not looked for in another, and what a fund holds is read below both."""
    service = Service({"/company/search": {"matches": [{"company_id": "C1"}, {"company_id": "C2"}]}})
    for company in ("C1", "C2"):
        ledger = {"List": [{"TxID": f"T{company}", "walletID": f"W{company}"}]}
        service.responses[f"/company/{company}/fund/search"] = {"list": [{"id": f"F{company}"}]}
        service.responses[f"/company/{company}/fund/F{company}/ledger"] = ledger
    service.check()
    assert service.paths("/ledger") == ["/company/C1/fund/FC1/ledger", "/company/C2/fund/FC2/ledger"]
    assert service.paths("/transfer/") == ["/company/C1/transfer/TC1", "/company/C2/transfer/TC2"]
    assert service.paths("/history") == ["/wallet/WC1/history", "/wallet/WC2/history"]


def test_ids_that_do_not_belong_together_are_not_combined() -> None:
    """A transaction of no known company is not looked for in the company that is known."""
    service = Service(
        {
            "/company/search": {"matches": [{"company_id": "C1"}]},
            "/liquidityhub": {"items": [{"tx_id": "T1"}]},
        }
    )
    found = by_operation(service.check())
    assert service.paths("/transfer/") == []
    assert found["transfer.get"].not_tried == "no company_id with its tx_id known"


def test_many_ids_make_few_calls() -> None:
    """Of a thousand companies three are read."""
    service = Service({"/company/search": {"matches": [{"company_id": f"C{number}"} for number in range(1000)]}})
    assert by_operation(service.check())["company.get"].calls == 3
    assert {request.method for request in service.requests} == {"GET"}


@pytest.mark.parametrize("make", [lambda: AsyncClient(httpx.AsyncClient(), base_url="http://h"), object])
def test_it_takes_sync_clients_only(make: Callable[[], Any]) -> None:
    """Anything but a sync client of an API package is refused by its type, before a request."""
    with pytest.raises(TypeError, match="takes a sync client"):
        check_shapes(make())


def test_it_takes_a_client_of_a_subclass() -> None:
    """A client whose class is the user's own is checked as the package's is."""

    class Own(Client):
        pass

    service = Service({"/assets": {"assets": 1}})
    with Own(httpx.Client(transport=httpx.MockTransport(service)), base_url="http://127.0.0.1") as client:
        report = check_shapes(client)
    assert report.package == qredo_partner_v1_1.Client.API[0]
    assert report.mismatches == (ShapeMismatch("asset.get_all", "Assets", "assets", "an array", "an integer"),)


@pytest.mark.parametrize(
    ("tag", "data", "found"),
    [
        ("company", {"matches": [{"company_id": "1"}]}, [{"company_id": "1"}]),
        ("fund", {"list": [{"id": "1"}]}, [{"fund_id": "1"}]),
        ("core_client", {"clients": [{"id": "1"}]}, [{"client_id": "1"}]),
        ("core_client", {"actions": [{"id": "1", "coreClientID": "2"}]}, [{"client_id": "2", "action_id": "1"}]),
        ("wallet", {"exchanges": [{"id": "1"}]}, []),
        ("company", {"companies": [{"id": 7}]}, [{"company_id": 7}]),
        ("fund", {"List": [{"chainTxID": "1", "partner_txID": "2", "lockedTxID": "3"}]}, []),
        ("fund", {"list": [{"id": text} for text in ("", ".", "..", "\ud800", None, True, 1.5)]}, []),
    ],
)
def test_ids_are_found_by_name(tag: str, data: object, found: list[dict[str, object]]) -> None:
    """A field of the same name fills a parameter, and `id` by what its object is; other ids and no-ids do not."""
    assert list(find_ids(data, tag, {}, NAMES)) == found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*NAMES, "id", "list", "funds", "coreClientID", "x"]), inner, max_size=4)
    ),
)


def values_in(data: object) -> list[object]:
    """All values that are neither array nor object."""
    if isinstance(data, list | dict):
        return [value for item in (data.values() if isinstance(data, dict) else data) for value in values_in(item)]
    return [data]


@given(data=JSON, tag=st.sampled_from(["fund", "core_client", "asset"]))
def test_ids_come_from_the_response_or_were_known(data: object, tag: str) -> None:
    """For any JSON: parameters are known ones, values are of the response, and what is around an object stays known."""
    known = {"company_id": "around"}
    for ids in find_ids(data, tag, known, NAMES):
        assert ids.keys() <= set(NAMES.values())
        assert "company_id" in ids
        assert all(value == "around" or value in values_in(data) for value in ids.values())


def test_a_response_that_is_nested_without_end_is_read() -> None:
    """Depth does not end the search: it is no recursion."""
    data: object = {"fund_id": "deep"}
    for _ in range(100_000):
        data = [data]
    assert list(find_ids(data, "asset", {}, NAMES)) == [{"fund_id": "deep"}]
