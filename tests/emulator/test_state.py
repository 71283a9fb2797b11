"""What is kept: from a company to a balance."""

from __future__ import annotations

import random
import re
import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings
from qredo_emulator.domain.fees import fee_of, largest_net

KSUID = re.compile(r"[0-9A-Za-z]{27}")
BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")


def reason(answer: Any) -> str:
    text: str = answer.json()["detail"]["reason"]
    return text


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
    answer = call("POST", "/company", {"name": "C", "ref": "r"})
    assert (answer.status_code, answer.json()) == (409, {"code": 409, "msg": "Conflict", "detail": {"reason": "ref"}})
    assert call("PUT", f"/company/{second}", {"ref": "r"}).status_code == 409
    assert call("PUT", f"/company/{first}", {"ref": "r"}).status_code == 200
    call.ok("POST", "/company", {"name": "D", "ref": ""})


def test_a_missing_company_is_404(call: Any) -> None:
    """An id that is not there is 404 and named by its parameter."""
    answer = call("GET", "/company/0000000000000000000000000AB")
    assert (answer.status_code, answer.json()) == (
        404,
        {"code": 404, "msg": "Not Found", "detail": {"reason": "company_id"}},
    )


def test_a_person_is_trusted_after_he_accepts(call: Any, qredo: Emulator) -> None:
    """With acceptance held, a person is listed only once he has accepted, and is no policy member before."""
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


@pytest.mark.parametrize("address", ["", "nobody", "@", "a@", "a b@example.com"])
def test_an_address_that_leads_nowhere_is_refused(call: Any, address: str) -> None:
    """A trusted party has an e-mail address or the id of something that is there."""
    answer = call("POST", f"/company/{call.company()}/trustedparty", {"address": address})
    assert answer.status_code == 400
    assert reason(answer).startswith("/body/address: ")


def test_a_party_is_added_once_and_removed_once(call: Any) -> None:
    """Adding again changes nothing; removing answers 202, and 404 the second time."""
    company_id = call.company()
    party = call.party(company_id)
    assert call.party(company_id) == party
    assert call.ok("GET", f"/company/{company_id}/trustedparty")["total_count"] == 1
    path = f"/company/{company_id}/trustedparty/{party}"
    removed = call("DELETE", path)
    assert (removed.status_code, removed.json()) == (202, {"code": 202, "msg": "OK"})
    assert call("DELETE", path).status_code == 404


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
        answer = call("POST", f"/company/{company_id}/fund", {"name": "F", "custodygroup_tx": policy})
        assert answer.status_code == 400
        assert reason(answer).startswith(where)
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
    answer = call("POST", f"/company/{company_id}/fund", body)
    assert answer.status_code == 400
    assert reason(answer).startswith(where)
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


def test_deposits_show_in_every_place(call: Any, qredo: Emulator) -> None:
    """What is paid in shows at the wallet, the deposit addresses, the holdings, the ledger and the history."""
    company_id = call.company()
    fund_id, wallet_id = call.wallet(company_id)
    other_fund, other_wallet = call.wallet(company_id, "ETH-TESTNET")
    chain_tx = qredo.control.credit(wallet_id, 150_000)
    qredo.control.credit(call.ok("GET", f"/wallet/{other_wallet}")["short_code"], 2**53 + 1)
    address = call.ok("GET", f"/wallet/{wallet_id}")["address"]
    assert call.ok("GET", f"/company/{company_id}/fund/{fund_id}/deposit") == {
        "total_count": 1,
        "list": [{"asset": "BTC-TESTNET", "address": address, "balance": 150_000}],
    }
    assert call.ok("GET", f"/company/{company_id}/holding") == {
        "total_count": 2,
        "holdings": [{"code": "BTC-TESTNET", "amount": 150_000}, {"code": "ETH-TESTNET", "amount": 2**53 + 1}],
    }
    ledger = call.ok("GET", f"/company/{company_id}/fund/{fund_id}/ledger")
    assert ledger["Total"] == 1
    [row] = ledger["List"]
    shown = {
        key: row[key] for key in ("type", "TxID", "status", "fees", "netAmount", "amount", "expireTime", "chainTxID")
    }
    assert shown == {
        "type": "deposit",
        "TxID": "",
        "status": "",
        "fees": 0,
        "netAmount": 150_000,
        "amount": 150_000,
        "expireTime": 0,
        "chainTxID": chain_tx,
    }
    [entry] = call.ok("GET", f"/wallet/{wallet_id}/history")["history"]
    assert (entry["amount"], entry["fee"], entry["net_amount"], entry["chain_tx_id"]) == (150_000, 0, 150_000, chain_tx)
    assert call.ok("GET", f"/company/{company_id}/fund/{other_fund}/ledger?direction=out")["Total"] == 0


def test_the_ledger_is_paged_newest_first(call: Any, qredo: Emulator) -> None:
    """Pages follow each other without a gap, the latest movement first, and Total counts all of them."""
    company_id = call.company()
    fund_id, wallet_id = call.wallet(company_id)
    for amount in range(1, 106):
        qredo.control.credit(wallet_id, amount)
    path = f"/company/{company_id}/fund/{fund_id}/ledger"
    pages = [call.ok("GET", f"{path}{query}") for query in ("", "?offset=100", "?offset=2&limit=3", "?offset=105")]
    amounts = [[row["amount"] for row in page["List"]] for page in pages]
    assert amounts == [list(range(105, 5, -1)), [5, 4, 3, 2, 1], [103, 102, 101], []]
    assert [page["Total"] for page in pages] == [105] * 4
    assert call.ok("GET", f"{path}?asset=ETH-TESTNET")["Total"] == 0
    assert call.ok("GET", f"{path}?wallet_id={wallet_id}&direction=in")["Total"] == 105


def test_history_begins_at_since(call: Any, qredo: Emulator) -> None:
    """`since` is inclusive."""
    _, wallet_id = call.wallet(call.company())
    qredo.control.credit(wallet_id, 1)
    [row] = call.ok("GET", f"/wallet/{wallet_id}/history")["history"]
    lengths = [
        len(call.ok("GET", f"/wallet/{wallet_id}/history?since={row['timestamp'] + more}")["history"])
        for more in (0, 1)
    ]
    assert lengths == [1, 0]


@pytest.mark.parametrize("amount", [0, -1])
def test_a_deposit_is_at_least_one_unit(qredo: Emulator, amount: int) -> None:
    """Control refuses an amount that is no deposit."""
    with pytest.raises(ValueError, match="at least 1 base unit"):
        qredo.control.credit("w", amount)


@pytest.mark.parametrize("amount", [1.0, True, "1"])
def test_a_deposit_is_an_int(qredo: Emulator, amount: Any) -> None:
    """Control refuses an amount that is not a whole number of base units."""
    with pytest.raises(TypeError, match="must be an int"):
        qredo.control.credit("w", amount)


def test_a_deposit_needs_a_wallet(qredo: Emulator) -> None:
    """Control says which wallet is not there."""
    with pytest.raises(LookupError, match="no wallet 'w'"):
        qredo.control.credit("w", 1)


def test_the_whitelist_is_kept_per_fund(call: Any) -> None:
    """An address is listed once per asset, under its latest name, and found by asset and by address."""
    company_id = call.company()
    path = f"/company/{company_id}/fund/{call.fund(company_id)}/whitelist"
    for name, asset in (("old", "BTC-TESTNET"), ("eth", "ETH-TESTNET"), ("new", "BTC-TESTNET")):
        assert call.ok("POST", path, {"asset": asset, "address": "addr", "name": name}) == {"code": 200, "msg": "OK"}
    assert {entry["name"] for entry in call.ok("GET", path)["list"]} == {"eth", "new"}
    assert [entry["name"] for entry in call.ok("GET", f"{path}?asset=ETH-TESTNET&address=addr")["list"]] == ["eth"]
    assert call.ok("GET", f"{path}?address=none")["total_count"] == 0
    answer = call("POST", path, {"asset": "BTC-TESTNET", "address": "", "name": "n"})
    assert reason(answer) == "/body/address: is empty"


def test_a_fund_of_another_company_is_404(call: Any) -> None:
    """A fund is found in its own company only."""
    fund_id = call.fund(call.company("One"))
    answer = call("GET", f"/company/{call.company('Two')}/fund/{fund_id}")
    assert (answer.status_code, reason(answer)) == (404, "fund_id")


@pytest.mark.parametrize(("net", "fees"), [(200_000, 200), (2_800, 3), (800, 1), (1, 1), (0, 0)])
def test_fees_are_the_documented_samples(call: Any, net: int, fees: int) -> None:
    """Fees are 0.1 % rounded up, which fits the samples, on top of the net amount."""
    answer = call.ok("POST", "/fees", {"type": "withdraw", "asset": "BTC-TESTNET", "amount": net})
    assert answer == {"netAmount": net, "fees": fees, "amountToSend": net + fees}


def test_the_rate_of_fees_is_set(call_as: Any) -> None:
    """Another rate holds for the calculation and for the largest amount, rounded up all the same."""
    with Emulator(Settings(fee_rate=Decimal("0.25"), check_responses=True)) as emulator:
        call = call_as(None, emulator)
        fees = call.ok("POST", "/fees", {"type": "transferOut", "asset": "BTC-TESTNET", "amount": 9})
        _, wallet_id = call.wallet(call.company())
        emulator.control.credit(wallet_id, 10)
        largest = call.ok("GET", f"/wallet/{wallet_id}/max")
    assert fees == {"netAmount": 9, "fees": 3, "amountToSend": 12}
    assert largest == {"netAmount": 8, "fees": 2, "amountToSend": 10}


def test_a_fee_that_no_number_can_say_is_refused(call: Any) -> None:
    """An amount that fits into 64 bits without its fee only is 400."""
    answer = call("POST", "/fees", {"type": "swap", "asset": "BTC-TESTNET", "amount": 2**63 - 1})
    assert (answer.status_code, reason(answer).split(":")[0]) == (400, "/body/amount")


def test_more_than_64_bits_is_never_held(call: Any, qredo: Emulator) -> None:
    """Deposits end where the sum over all wallets would not fit into the numbers of the API."""
    company_id = call.company()
    wallets = [call.wallet(company_id)[1] for _ in range(2)]
    qredo.control.credit(wallets[0], 2**63 - 2)
    qredo.control.credit(wallets[1], 1)
    with pytest.raises(ValueError, match="more than a number of 64 bits can say"):
        qredo.control.credit(wallets[1], 1)
    assert call.ok("GET", f"/company/{company_id}/holding")["holdings"] == [
        {"code": "BTC-TESTNET", "amount": 2**63 - 1}
    ]


def test_time_goes_forward(call: Any, qredo: Emulator) -> None:
    """The clock is advanced for everything that is stamped, is not turned back, and is the real one after a reset."""
    before = qredo.control.now()
    assert qredo.control.advance(86_400) - before in range(86_400, 86_460)
    core = call.ok("POST", "/coreclient", {"name": "later"})
    assert core["timestamp"] - before in range(86_400, 86_460)
    with pytest.raises(ValueError, match="only goes forward"):
        qredo.control.advance(-1)
    qredo.control.reset()
    assert qredo.control.now() - before in range(60)


@given(st.integers(0, 2**63), st.fractions(0, 2, max_denominator=10**6))
def test_the_largest_amount_and_its_fee_fit_and_no_larger_does(available: int, rate: Fraction) -> None:
    """The most that can be moved is covered with its fee, and one base unit more is not."""
    net = largest_net(available, rate)
    assert net + fee_of(net, rate) <= available < net + 1 + fee_of(net + 1, rate)


def test_the_largest_amount_is_of_the_balance(call: Any, qredo: Emulator) -> None:
    """GET max answers for the wallet's balance; an empty wallet has nothing to move."""
    _, wallet_id = call.wallet(call.company())
    assert call.ok("GET", f"/wallet/{wallet_id}/max")["netAmount"] == 0
    qredo.control.credit(wallet_id, 200_200)
    assert call.ok("GET", f"/wallet/{wallet_id}/max?tx_type=withdraw&pending=1") == {
        "netAmount": 200_000,
        "fees": 200,
        "amountToSend": 200_200,
    }


def test_assets_have_a_scale_and_test_assets_are_enabled(call: Any) -> None:
    """The documented assets are listed with their scales; only test assets are enabled."""
    assets = {asset["code"]: asset for asset in call.ok("GET", "/assets")["assets"]}
    assert assets["BTC-TESTNET"]["scale"] == 100_000_000
    assert assets["ETH-TESTNET"]["scale"] == 1_000_000_000
    assert all(asset["enabled"] == asset["testAsset"] for asset in assets.values())


def test_ids_are_repeatable_with_a_seed(call_as: Any) -> None:
    """Two emulators with the same seed and clock give the same ids."""
    answers = []
    for _ in range(2):
        settings = Settings(random=random.Random(7), clock=lambda: 1_700_000_000.5, time_window=None)
        with Emulator(settings) as emulator:
            call = call_as(None, emulator)
            company_id = call.company()
            answers.append((company_id, call.wallet(company_id), call.ok("GET", f"/company/{company_id}/trustedparty")))
    assert answers[0] == answers[1]
    assert answers[0][0].startswith("2Y")
