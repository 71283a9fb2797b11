"""Choose the wallets of a transaction: 1.0 names a fund and a counterparty only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qredo_emulator._errors import invalid
from qredo_emulator._state.funds import Fund, Wallet
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Company
from qredo_emulator._state.world import Account
from qredo_emulator.domain.fees import fee_of

__all__ = ["receiving_wallet", "sending_wallet"]


def sending_wallet(account: Account, company: Company, body: Mapping[str, Any]) -> WalletPlace:
    """Return the fund's first wallet of the asset that covers the amount, or else its first one."""
    fund = account.fund(company.id, body["fund_id"])
    symbol, net = body["send"]["symbol"], body["send"]["amount"]
    wallets = _of_asset([fund], symbol)
    if not wallets:
        raise invalid("/body/send/symbol", f"{symbol!r} is not an asset of the fund")
    need = net + fee_of(max(net, 0), account.world.fee_rate)
    wallet = next((wallet for wallet in wallets if wallet.available >= need), wallets[0])
    return account.world.index.places[wallet.id]


def receiving_wallet(account: Account, company: Company, body: Mapping[str, Any]) -> WalletPlace:
    """Return the first wallet of the asset in the counterparty's company."""
    field = "/body/counterparty_id"
    party = company.parties.get(body["counterparty_id"])
    if party is None or not party.accepted:
        raise invalid(field, "is not a trusted_entity_id of this company")
    world = account.world
    entity = world.entity(party.entity_id)
    if entity.type != "company":
        raise invalid(field, f"is a {entity.type}; only a company has wallets")
    _, recipient = world.index.companies[entity.address]
    wallets = _of_asset(recipient.funds.values(), body["send"]["symbol"])
    if not wallets:
        raise invalid(field, f"has no wallet for {body['send']['symbol']!r}")
    return world.index.places[wallets[0].id]


def _of_asset(funds: Iterable[Fund], asset: str) -> list[Wallet]:
    wallets = (wallet for fund in funds for wallet in fund.wallets.values())
    return [wallet for wallet in wallets if wallet.asset == asset and wallet.status == "ready"]
