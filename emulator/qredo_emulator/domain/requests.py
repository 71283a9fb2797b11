"""Checks of a request before its transaction begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qredo_emulator._errors import ApiError, NotFoundError, invalid
from qredo_emulator._state.funds import Fund, Whitelisted
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Company, Transaction
from qredo_emulator._state.world import World

__all__ = ["check_amount", "check_expires", "company_wallet", "once", "recipient_wallet", "whitelisted"]


def once(world: World, scope: str, body: Mapping[str, Any], start: Callable[[], Transaction]) -> dict[str, str]:
    """Start a transaction, or find the one whose request had the same key: its `tx_id`, and `new` or `existing`.

    Args:
        scope: Company or core client within which keys are told apart.
        start: Makes the transaction.
    """
    key = body.get("partner_txID", "")
    known = world.state.idempotency_keys.get(scope, {})
    if key and key in known:
        return {"tx_id": known[key], "status": "existing"}
    tx = start()
    if key:
        world.state.idempotency_keys.setdefault(scope, {})[key] = tx.id
    return {"tx_id": tx.id, "status": "new"}


def company_wallet(world: World, company: Company, wallet_id: str, field: str) -> WalletPlace:
    """Return the wallet of a company, by id or short code, if it is ready.

    Args:
        field: Name of the field in the body, for errors.
    """
    place = world.place(wallet_id)
    if place is None or place.company is not company:
        raise NotFoundError(field)
    return _ready(place, field)


def recipient_wallet(world: World, sender: WalletPlace, wallet_id: str, field: str) -> WalletPlace:
    """Return a wallet of any account that can receive the sender's asset."""
    place = world.place(wallet_id)
    if place is None:
        raise NotFoundError(field)
    if place.wallet is sender.wallet:
        raise invalid(f"/body/{field}", "is the wallet that sends")
    if place.wallet.asset != sender.wallet.asset:
        raise invalid(f"/body/{field}", f"holds {place.wallet.asset}, not {sender.wallet.asset}")
    return _ready(place, field)


def check_amount(place: WalletPlace, body: Mapping[str, Any], field: str) -> int:
    """Return the amount of `{symbol, amount}` in base units. The symbol must be the wallet's asset."""
    given = body[field]
    if given["symbol"] != place.wallet.asset:
        raise invalid(
            f"/body/{field}/symbol", f"{given['symbol']!r} is not {place.wallet.asset}, which the wallet holds"
        )
    if given["amount"] < 1:
        raise invalid(f"/body/{field}/amount", f"{given['amount']} is not at least 1 base unit")
    return int(given["amount"])


def check_expires(world: World, expires: int) -> int:
    """Convert a deadline to the emulator's clock. It must be in the future on the clock to which it is closest."""
    lead = min(world.leads, key=lambda lead: abs(expires - lead - world.now))
    if expires - lead <= world.now:
        raise invalid("/body/expires", f"{expires} is not after the present, {world.now + lead}")
    return expires - lead


def whitelisted(fund: Fund, asset: str, address: str) -> tuple[str, str]:
    """Return a whitelisted address of the fund for this asset, with its name."""
    entry = fund.whitelist.get(Whitelisted(asset, address, "").key)
    if entry is None:
        raise ApiError(400, f"address: {address!r} is not whitelisted for {asset} in this fund")
    return address, entry.name


def _ready(place: WalletPlace, field: str) -> WalletPlace:
    if place.wallet.status != "ready":
        raise invalid(f"/body/{field}", f"the wallet is {place.wallet.status}, not ready")
    return place
