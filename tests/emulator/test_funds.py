"""Funds: their policies, wallets and whitelists."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .refusals import reason

BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")


def test_a_fund_is_kept_with_its_policies_and_wallets(call: Any) -> None:
    """A fund is read back with its policies, members and wallets; a wallet inherits what it does not have itself."""
    company_id = call.company()
    ann, bob = call.party(company_id, "ann@example.com"), call.party(company_id, "bob@example.com")
    both, one = {"threshold": 2, "members": [ann, bob]}, {"threshold": 1, "members": [bob]}
    wallets = [{"name": "w1", "asset": "BTC-TESTNET", "custodygroup_tx": one}, {"name": "w2", "asset": "ETH-TESTNET"}]
    made = call.ok(
        "POST",
        f"/company/{company_id}/fund",
        {"name": "F", "description": "d", "custodygroup_withdraw": both, "custodygroup_tx": both, "wallets": wallets},
    )
    fund = call.ok("GET", f"/company/{company_id}/fund/{made['fund_id']}")
    assert made.items() <= fund.items()
    assert (fund["name"], fund["description"], fund["assets"]) == ("F", "d", ["BTC-TESTNET", "ETH-TESTNET"])
    assert fund["policy_tx"]["threshold"] == 2
    assert [member["entity"]["id"] for member in fund["policy_tx"]["members"]] == [ann, bob]
    assert fund["members"][0]["permissions"] == {"admin": True}
    first, second = fund["wallets"]
    assert first["custodygroup_tx"] != fund["custodygroup_tx"] == second["custodygroup_tx"]
    assert first["custodygroup_withdraw"] == fund["custodygroup_withdraw"]
    assert first["policy_tx"]["threshold"] == 1
    assert (first["status"], first["balance"], first["address_type"]) == ("ready", 0, "P2PKH")
    assert BASE58.fullmatch(first["wallet_id"])
    assert re.fullmatch("[a-z]+ [a-z]+ [a-z]+", first["short_code"])
    assert call.ok("GET", f"/company/{company_id}/fund/search?query=f")["list"] == [
        {"name": "F", "id": fund["fund_id"]}
    ]


def test_a_wallet_is_found_by_its_short_code(call: Any) -> None:
    """The three words lead to the same wallet as its id."""
    _, wallet_id = call.wallet(call.company())
    wallet = call.ok("GET", f"/wallet/{wallet_id}")
    assert call.ok("GET", f"/wallet/{wallet['short_code'].replace(' ', '%20')}") == wallet


def group(threshold: int, *members: str) -> dict[str, Any]:
    return {"threshold": threshold, "members": list(members)}


def test_a_policy_needs_members_who_are_trusted(call: Any) -> None:
    """A stranger, a member who is there twice, and a threshold that can't be reached are 400 and nothing is made."""
    company_id = call.company()
    ann = call.party(company_id)
    for policy, where in (
        (group(1, "stranger"), "/body/custodygroup_tx/members/0: "),
        (group(1, ann, ann), "/body/custodygroup_tx/members/1: "),
        (group(2, ann), "/body/custodygroup_tx/threshold: "),
        (group(0, ann), "/body/custodygroup_tx/threshold: "),
        (group(1), "/body/custodygroup_tx/"),
    ):
        response = call("POST", f"/company/{company_id}/fund", {"name": "F", "custodygroup_tx": policy})
        assert response.status_code == 400
        assert reason(response).startswith(where)
    assert call.ok("GET", f"/company/{company_id}/fund/search")["total_count"] == 0


@pytest.mark.parametrize(
    ("wallet", "where"),
    [
        ({"name": "w", "asset": "BTC"}, "/body/wallets/1/asset: 'BTC' is not enabled"),
        ({"name": "w", "asset": "GOLD"}, "/body/wallets/1/asset: 'GOLD' is not an asset"),
        ({"name": "w", "asset": "BTC-TESTNET", "type": 3}, "/body/wallets/1/type: 3"),
        ({"name": "w", "asset": "BTC-TESTNET", "type": 1}, "/body/wallets/1/connect: is required"),
        ({"name": "first", "asset": "BTC-TESTNET"}, "/body/wallets/1/name: 'first' is there twice"),
        ({"name": "w", "asset": "BTC-TESTNET", "custodygroup_tx": group(1, "x")}, "/body/wallets/1/custodygroup_tx/"),
    ],
)
def test_wallets_are_made_all_or_none(call: Any, wallet: dict[str, Any], where: str) -> None:
    """One wallet that can't be made refuses the request, says which, and leaves nothing behind."""
    company_id = call.company()
    body = {"name": "F", "wallets": [{"name": "first", "asset": "BTC-TESTNET"}, wallet]}
    response = call("POST", f"/company/{company_id}/fund", body)
    assert response.status_code == 400
    assert reason(response).startswith(where)
    assert call.ok("GET", f"/company/{company_id}/fund/search")["total_count"] == 0


def test_a_dedicated_wallet_waits_for_its_exchange(call: Any) -> None:
    """A dedicated wallet is pending and shows its connection as initiated."""
    company_id = call.company()
    [exchange] = call.ok("GET", "/exchanges")["exchanges"]
    tie = {"counterparty_id": exchange["id"], "client_id": "account"}
    fund_id = call.fund(company_id, wallets=[{"name": "w", "asset": "BTC-TESTNET", "type": 1, "connect": [tie]}])
    [wallet] = call.ok("GET", f"/company/{company_id}/fund/{fund_id}")["wallets"]
    connected = [{**tie, "name": "Northern Exchange", "status": "initiated"}]
    assert (wallet["type"], wallet["status"], wallet["connected"]) == (1, "pending", connected)


def test_wallets_and_assets_are_added_once(call: Any) -> None:
    """More wallets come by name or by asset; a name or an asset that the fund has is 409."""
    company_id = call.company()
    fund_id, _ = call.wallet(company_id)
    path = f"/company/{company_id}/fund/{fund_id}"
    more = call.ok("POST", f"{path}/wallet", {"wallets": [{"name": "two", "asset": "BTC-TESTNET"}]})["wallets"]
    added = call.ok("POST", f"{path}/asset", {"assets": ["ETH-TESTNET"]})["wallets"]
    wallets = call.ok("GET", path)["wallets"]
    assert [wallet["wallet_id"] for wallet in wallets][1:] == more + added
    assert wallets[-1]["asset"] == "ETH-TESTNET"
    again = call("POST", f"{path}/wallet", {"wallets": [{"name": "two", "asset": "ETH-TESTNET"}]})
    assert (again.status_code, reason(again).split(":")[0]) == (409, "/body/wallets/0/name")
    again = call("POST", f"{path}/asset", {"assets": ["ETH-GOERLI", "ETH-TESTNET"]})
    assert (again.status_code, reason(again).split(":")[0]) == (409, "/body/assets/1")
    assert len(call.ok("GET", path)["wallets"]) == 3


def test_a_fund_can_be_made_with_assets(call: Any) -> None:
    """The list of assets gives a wallet to each that the list of wallets does not name."""
    company_id = call.company()
    wallets = [{"name": "mine", "asset": "BTC-TESTNET"}]
    fund_id = call.fund(company_id, wallets=wallets, assets=["BTC-TESTNET", "ETH-TESTNET"])
    made = call.ok("GET", f"/company/{company_id}/fund/{fund_id}")["wallets"]
    assert [wallet["name"] for wallet in made] == ["mine", "ETH-TESTNET"]


def test_the_whitelist_is_kept_per_fund(call: Any) -> None:
    """An address is listed once per asset, under its latest name, and found by asset and by address."""
    company_id = call.company()
    path = f"/company/{company_id}/fund/{call.fund(company_id)}/whitelist"
    for name, asset in (("old", "BTC-TESTNET"), ("eth", "ETH-TESTNET"), ("new", "BTC-TESTNET")):
        assert call.ok("POST", path, {"asset": asset, "address": "addr", "name": name}) == {"code": 200, "msg": "OK"}
    assert {entry["name"] for entry in call.ok("GET", path)["list"]} == {"eth", "new"}
    assert [entry["name"] for entry in call.ok("GET", f"{path}?asset=ETH-TESTNET&address=addr")["list"]] == ["eth"]
    assert call.ok("GET", f"{path}?address=none")["total_count"] == 0
    response = call("POST", path, {"asset": "BTC-TESTNET", "address": "", "name": "n"})
    assert reason(response) == "/body/address: is empty"


def test_a_fund_of_another_company_is_404(call: Any) -> None:
    """A fund is found in its own company only."""
    fund_id = call.fund(call.company("One"))
    response = call("GET", f"/company/{call.company('Two')}/fund/{fund_id}")
    assert (response.status_code, reason(response)) == (404, "fund_id")
