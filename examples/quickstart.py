"""From a company to its holdings in one run: an emulator with fresh keys, and signed calls.

Run it with `nox -s quickstart`, which regenerates the client first.
"""

from __future__ import annotations

from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import connect


def main() -> None:
    """Walk through the calls and print each step."""
    with Emulator() as emulator, connect(Client, emulator.credentials, emulator.environment) as client:
        print(f"Emulator at {emulator.url}, with a fresh API key and RSA key. {client!r}\n")

        company = client.company.create(name="ACME Corp", city="Paris", country="FR", domain="acme.example")
        company_id = company.company_id
        step("company.create", f"company {company_id}")

        client.trusted_party.add(company_id, address="treasurer@acme.example")
        parties = client.trusted_party.get_all(company_id)
        step("trusted_party.add, .get_all", *(f"{party.address} as {party.trusted_entity_id}" for party in parties))

        policy = NewCustodyGroup(threshold=1, members=[require(party.trusted_entity_id) for party in parties])
        fund = client.fund.create(
            company_id,
            name="Treasury",
            description="Operating funds",
            custodygroup_withdraw=policy,
            custodygroup_tx=policy,
            wallets=[NewWallet(name="Main", asset="BTC-TESTNET")],
        )
        fund_id = require(fund.fund_id)
        step("fund.create", f"fund {fund_id} with one wallet; one of one custodian approves")

        deposits = client.fund.get_deposit_addresses(company_id, fund_id)
        step("fund.get_deposit_addresses", *(f"{entry.asset}: {entry.address}" for entry in deposits))

        (wallet,) = require(client.fund.get(company_id, fund_id).wallets)
        emulator.control.credit(require(wallet.wallet_id), 150_000_000)
        step("(a deposit of 1.5 BTC arrives from outside)")

        holdings = client.holding.get_all(company_id)
        step("holding.get_all", *(f"{holding.code}: {holding.amount} base units" for holding in holdings))

        verified = [record for record in emulator.control.requests if record.verified]
        print(f"{len(verified)} requests were signed, and the emulator verified each signature.")


def step(call: str, *lines: str) -> None:
    """Print one step."""
    print(call)
    for line in lines:
        print(f"    {line}")


if __name__ == "__main__":
    main()
