"""The examples that make calls and move assets."""

from __future__ import annotations

import asyncio
import csv
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, NotFoundError, require
from qredo_partner_v1_1.models import ActionDetail, ActionDetails, NewWallet

from .conftest import Run, load

KEY = Path(__file__).parents[2] / "spec" / "signing" / "keys" / "test-rsa-2048-pkcs1.pem"
BTC, ETH = "BTC-TESTNET", "ETH-TESTNET"
LARGE = 2**53 + 1  # the first whole number that no float can say


def hold(emulator: Emulator, client: Client, company: str, **amounts: int) -> str:
    """A company with one fund, and a wallet per name that holds an amount; its id."""
    company_id = client.company.create(name=company).company_id
    assets = {name: ETH if name.startswith("eth") else BTC for name in amounts}
    wallets = [NewWallet(name=name, asset=asset) for name, asset in assets.items()]
    fund_id = require(client.fund.create(company_id, name="Treasury", wallets=wallets).fund_id)
    for wallet in client.fund.get(company_id, fund_id).wallets or []:
        if amount := amounts[require(wallet.name)]:
            emulator.control.credit(require(wallet.wallet_id), amount)
    return company_id


def test_the_first_call_is_signed(run: Run, emulator: Emulator, client: Client) -> None:
    """It prints each asset with its scale and counts the companies, by requests whose signatures are right."""
    client.company.create(name="ACME Corp")
    done = run("first_call")
    assert (done.code, done.err) == (0, "")
    assert f"{BTC}: one is 100000000 base units" in done.lines
    assert done.lines[-1] == "companies on emulator that this API key sees: 1"
    last = emulator.control.requests[-2:]
    assert [(one.operation, one.verified) for one in last] == [("asset_get_all", True), ("company_search", True)]


def test_the_first_call_says_what_is_wrong(run: Run, keys: Path, tmp_path: Path) -> None:
    """An environment that is not named, no keys, and another key than the API key's: each is told with what to do."""
    unnamed = run("first_call", QREDO_ENVIRONMENT="")
    assert (unnamed.code, unnamed.lines) == (1, [])
    assert unnamed.err.startswith("Nothing was sent: QREDO_ENVIRONMENT is not set: set it to one of production, ")
    keyless = run("first_call", QREDO_KEYS="nowhere")
    assert "nowhere" in keyless.err
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    shutil.copy(keys / "apikey", other)
    shutil.copy(KEY, other / "private.pem")
    (other / "private.pem").chmod(0o600)
    refused = run("first_call", QREDO_KEYS=str(other))
    assert refused.code == 1
    assert refused.err.startswith("asset.get_all: HTTP 401 Unauthorized")
    assert "Ask `qredo doctor`" in refused.err


def test_the_report_is_exact(run: Run, emulator: Emulator, client: Client, tmp_path: Path) -> None:
    """Table and CSV have every wallet of every company, with amounts that no float could hold, and their sums."""
    hold(emulator, client, "ACME Corp", main=LARGE, empty=0)
    hold(emulator, client, "Beta Ltd", main=1, ether=1_500_000_000)
    done = run("treasury_report", "--csv", "report.csv")
    assert (done.code, done.err) == (0, "")
    assert [line.split() for line in done.lines] == [
        ["ACME", "Corp", "Treasury", "main", BTC, "90071992.54740993"],
        ["ACME", "Corp", "Treasury", "empty", BTC, "0.00000000"],
        ["Beta", "Ltd", "Treasury", "main", BTC, "0.00000001"],
        ["Beta", "Ltd", "Treasury", "ether", ETH, "1.500000000"],
        ["total", BTC, "90071992.54740994"],
        ["total", ETH, "1.500000000"],
    ]
    assert len({len(line) for line in done.lines}) == 1, "the columns stand below each other"
    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["wallet"], row["base_units"], row["amount"]) for row in rows] == [
        ("main", str(LARGE), "90071992.54740993"),
        ("empty", "0", "0.00000000"),
        ("main", "1", "0.00000001"),
        ("ether", "1500000000", "1.500000000"),
    ]


def test_the_report_of_one_company(run: Run, emulator: Emulator, client: Client) -> None:
    """One company is reported alone, and a company without wallets is no empty table."""
    hold(emulator, client, "ACME Corp", main=5)
    beta = hold(emulator, client, "Beta Ltd", main=7)
    done = run("treasury_report", "--company", beta)
    assert [line.split()[0] for line in done.lines] == ["Beta", "total"]
    bare = run("treasury_report", "--company", client.company.create(name="New").company_id)
    assert (bare.code, bare.lines, bare.err) == (1, [], "there are no wallets\n")


def test_the_plot_says_exact_amounts(run: Run, emulator: Emulator, client: Client, tmp_path: Path) -> None:
    """With matplotlib the plot is an SVG, where each wallet and its exact amount is a text."""
    hold(emulator, client, "ACME Corp", main=LARGE, ether=1_500_000_000)
    (tmp_path / "matplotlibrc").write_text("svg.fonttype: none\n")  # texts as texts, not as outlines
    assert run("treasury_report", "--plot", "report.svg", MPLCONFIGDIR=str(tmp_path)).code == 0
    texts = {"".join(node.itertext()).strip() for node in ElementTree.parse(tmp_path / "report.svg").iter()}
    assert {"ACME Corp / Treasury / main", "90071992.54740993", "1.500000000", BTC, ETH} <= texts


def test_without_matplotlib_the_plot_says_what_to_install(
    run: Run, emulator: Emulator, client: Client, tmp_path: Path
) -> None:
    """The table is there all the same, and the line for pip."""
    hold(emulator, client, "ACME Corp", main=5)
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('not installed')\n")
    done = run("treasury_report", "--plot", "report.svg", PYTHONPATH=str(tmp_path))
    assert (done.code, done.err) == (1, "--plot needs matplotlib: pip install matplotlib\n")
    assert done.lines[-1].split() == ["total", BTC, "0.00000005"]


def test_a_transfer_is_approved_and_completed(run: Run, emulator: Emulator) -> None:
    """The approver's program approves, and the recipient has the amount."""
    done = run("transfer_with_approval", "--order", "2026-0042")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[-1] for line in done.lines[:2]] == ["new", "approved"]
    assert done.lines[-1] == f"the recipient has 250000 base units of {BTC}"
    assert emulator.control.totals()[BTC] == {
        "deposited": 1_000_000, "held": 999_750, "reserved": 0, "fees": 250, "withdrawn": 0,
    }  # fmt: skip


def test_lost_answers_do_not_send_twice(run: Run, emulator: Emulator) -> None:
    """The answers to the transfer and to its approval are lost: it looks, finds both done, and pays once."""
    faults = emulator.control.faults
    faults.reset(after=True, times=3, operation="transfer_create")  # each attempt that the client makes by itself
    faults.reset(after=True, operation="core_client_approve_action")
    done = run("transfer_with_approval", "--order", "2026-0042")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "no response to transfer.create; looking for 2026-0042"
    assert done.lines[1].endswith(" is existing")
    assert done.lines[2] == "no response to core_client.approve_action; looking with core_client.get_action"
    assert done.lines[3].endswith(" is approved")
    assert done.lines[-1] == f"the recipient has 250000 base units of {BTC}"
    asked = [one.operation for one in emulator.control.requests]
    assert (asked.count("transfer_create"), asked.count("core_client_approve_action")) == (4, 1)


def test_an_approval_that_never_arrived_is_made_again(run: Run, emulator: Emulator) -> None:
    """The connection breaks before the approval is there: it looks, finds the action open, and approves."""
    emulator.control.faults.reset(operation="core_client_approve_action")
    done = run("transfer_with_approval", "--order", "2026-0042")
    assert done.code == 0
    assert done.lines[2].endswith(" is pending")
    assert done.lines[-2].endswith(" is approved")


def asked(**details: Any) -> ActionDetails:
    """What the approver is asked: the payment below, but for these fields."""
    same: dict[str, Any] = {"tx_id": "tx", "wallet_id": "from", "recipient_id": "to", "asset": BTC, "net_amount": 7}
    return ActionDetails(id="action", details=ActionDetail(**(same | details)))


def test_an_approver_compares_each_field() -> None:
    """An action that differs from the payment in one field, or says nothing, is not approved."""
    example = load("transfer_with_approval")
    payment = example.Payment("order", "company", "from", "to", amount=7, expires=0)
    assert example.is_asked_for(asked(), payment, "tx")
    others = {"tx_id": "other", "wallet_id": "other", "recipient_id": "other", "asset": ETH, "net_amount": 8}
    for name, value in others.items():
        assert not example.is_asked_for(asked(**{name: value}), payment, "tx"), name
    assert not example.is_asked_for(ActionDetails(id="action"), payment, "tx")


def test_a_swap_settles_on_both_sides(run: Run) -> None:
    """Offered, found, taken and approved: each side has what it wanted, less its fee."""
    done = run("swap")
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "offered: taker_pending",
        "taken: approved",
        f"Maker has 49899900 {BTC}, 68000000 {ETH}",
        f"Taker has 50100000 {BTC}, 31982000 {ETH}",
    ]


@pytest.mark.parametrize("name", ["swap", "transfer_with_approval --order 1"])
def test_a_stage_is_set_on_an_emulator_only(run: Run, emulator: Emulator, name: str) -> None:
    """An example that makes its own companies does nothing anywhere else."""
    done = run(*name.split(), QREDO_ENVIRONMENT="sandbox")
    assert (done.code, done.lines) == (1, [])
    assert "set by an emulator" in done.err
    assert emulator.control.requests == ()


def test_one_failure_does_not_lose_ninety_nine(run: Run, emulator: Emulator, client: Client) -> None:
    """Of a hundred companies one answers 500: it is named with its error, and the other holdings are there."""
    for number in range(100):
        client.company.create(name=f"Company {number:02}")
    hold(emulator, client, "Rich Ltd", main=LARGE)
    emulator.control.faults.unavailable(status=500, operation="holding_get_all")
    done = run("fan_out", "--at-once", "8")
    (missing,) = (line for line in done.lines[:-1] if "MISSING" in line)
    assert "MISSING (holding.get_all: HTTP 500 Internal Server Error" in missing
    assert sum(line.endswith(": nothing") for line in done.lines) >= 99
    assert (done.code, done.lines[-1]) == (1, "101 companies, 1 missing")
    emulator.control.faults.clear()
    whole = run("fan_out")
    assert (whole.code, whole.lines[-1]) == (0, "101 companies, 0 missing")
    assert f"Rich Ltd: {LARGE} {BTC}" in whole.lines


def test_so_many_calls_at_once(client: Client) -> None:
    """Never more than the limit are in flight, results keep their places, and a bug is not taken for a lost answer."""
    for_each = load("fan_out").for_each
    flying, most = 0, 0
    with pytest.raises(NotFoundError) as caught:
        client.company.get("nothing")

    async def call(number: int) -> int:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        if number == 5:
            raise caught.value
        return number * number

    results = asyncio.run(for_each(range(20), call, at_once=3))
    assert most == 3
    assert results == [caught.value if number == 5 else number * number for number in range(20)]

    async def bug(number: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as group:
        asyncio.run(for_each(range(2), bug, at_once=1))
    assert group.group_contains(ZeroDivisionError)
