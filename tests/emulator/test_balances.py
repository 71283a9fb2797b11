"""Balances: deposits, fees, the ledger, and time."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings
from qredo_emulator.domain.fees import fee_of, largest_net

from .refusals import reason


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


@pytest.mark.parametrize(("net", "fees"), [(200_000, 200), (2_800, 3), (800, 1), (1, 1), (0, 0)])
def test_fees_are_the_documented_samples(call: Any, net: int, fees: int) -> None:
    """Fees are 0.1 % rounded up, which fits the samples, on top of the net amount."""
    response = call.ok("POST", "/fees", {"type": "withdraw", "asset": "BTC-TESTNET", "amount": net})
    assert response == {"netAmount": net, "fees": fees, "amountToSend": net + fees}


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
    response = call("POST", "/fees", {"type": "swap", "asset": "BTC-TESTNET", "amount": 2**63 - 1})
    assert (response.status_code, reason(response).split(":")[0]) == (400, "/body/amount")


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
    with pytest.raises(ValueError, match="at most"):
        qredo.control.advance(10**12)
    with pytest.raises(TypeError, match="whole seconds"):
        qredo.control.advance(1.5)  # type: ignore[arg-type]
    qredo.control.reset()
    assert qredo.control.now() - before in range(60)


@given(st.integers(0, 2**63), st.fractions(0, 2, max_denominator=10**6))
def test_the_largest_amount_and_its_fee_fit_and_no_larger_does(available: int, rate: Fraction) -> None:
    """The most that can be moved is covered with its fee, and one base unit more is not."""
    net = largest_net(available, rate)
    assert net + fee_of(net, rate) <= available < net + 1 + fee_of(net + 1, rate)


def test_the_largest_amount_is_of_the_balance(call: Any, qredo: Emulator) -> None:
    """GET max is of the wallet's balance; an empty wallet has nothing to move."""
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
    made = []
    for _ in range(2):
        settings = Settings(random=random.Random(7), clock=lambda: 1_700_000_000.5, time_window=None)
        with Emulator(settings) as emulator:
            call = call_as(None, emulator)
            company_id = call.company()
            made.append((company_id, call.wallet(company_id), call.ok("GET", f"/company/{company_id}/trustedparty")))
    assert made[0] == made[1]
    assert made[0][0].startswith("2Y")
