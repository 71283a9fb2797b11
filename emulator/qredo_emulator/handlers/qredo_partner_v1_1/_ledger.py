"""Rows of a ledger."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Row, Transaction
from qredo_emulator._state.world import World

__all__ = ["row_view"]


def row_view(world: World, row: Row) -> dict[str, Any]:
    """A row with the current status of its transaction, and the other side as this fund sees it."""
    place = world.index.places[row.wallet_id]
    tx = world.state.transactions.get(row.tx_id)
    view = {
        "TxID": row.tx_id,
        "chainTxID": row.chain_tx_id,
        "fundID": place.fund.id,
        "timestamp": row.timestamp,
        "expireTime": 0,
        "status": "",
        "type": row.type,
        "asset": place.wallet.asset,
        "amount": row.net,
        "fees": 0,
        "netAmount": row.net,
        "counterpartyID": "",
        "counterpartyName": "",
        "address": place.wallet.address,
        "reference": "",
        "benefitOf": "",
        "accountNo": "",
    }
    return view | _transaction(world, row, tx) if tx else view


def _transaction(world: World, row: Row, tx: Transaction) -> dict[str, Any]:
    net = tx.net
    if row.inbound and tx.swap:
        net = tx.swap.receive_amount
    fees = 0 if row.inbound else tx.fees
    return {
        "chainTxID": tx.chain_tx_id,
        "expireTime": tx.expires,
        "status": tx.status,
        "amount": net + fees,
        "fees": fees,
        "netAmount": net,
        **_other_side(world, row, tx),
        "reference": tx.reference,
        "benefitOf": tx.benefit_of,
        "accountNo": tx.account_no,
    }


def _other_side(world: World, row: Row, tx: Transaction) -> dict[str, str]:
    if tx.kind == "withdrawal":
        return {"counterpartyName": tx.address_name, "address": tx.address}
    if tx.swap:
        peer = world.state.transactions.get(tx.swap.peer_id)
        return _wallet_side(world.index.places[peer.wallet_id]) if peer else {"address": ""}
    return _wallet_side(world.index.places[tx.wallet_id if row.inbound else tx.recipient_id])


def _wallet_side(place: WalletPlace) -> dict[str, str]:
    return {
        "counterpartyID": place.company.entity_id,
        "counterpartyName": place.company.name,
        "address": place.wallet.id,
    }
