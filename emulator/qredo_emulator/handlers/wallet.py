"""Wallets."""

from __future__ import annotations

from typing import Any

from qredo_emulator._call import Call, Reply
from qredo_emulator._state import Account, Row, Wallet

from ._money import fee_of, largest_net
from ._views import wallet_view

__all__ = ["get", "get_history", "get_max_amount"]


def get(account: Account, call: Call) -> Reply:
    """A wallet, by id or short code."""
    company, fund, wallet = account.wallet(call.path["wallet_id"])
    return Reply(wallet_view(company, fund, wallet))


def get_history(account: Account, call: Call) -> Reply:
    """Movements at or after ``since``, newest first; what left has negative amounts."""
    _, _, wallet = account.wallet(call.path["wallet_id"])
    since = call.query.get("since", 0)
    return Reply({"history": [_row(wallet, row) for row in reversed(wallet.rows) if row.timestamp >= since]})


def get_max_amount(account: Account, call: Call) -> Reply:
    """The most that can be moved, its fee included in the balance."""
    _, _, wallet = account.wallet(call.path["wallet_id"])
    net = largest_net(wallet.balance)
    return Reply({"netAmount": net, "fees": fee_of(net), "amountToSend": net + fee_of(net)})


def _row(wallet: Wallet, row: Row) -> dict[str, Any]:
    sign = 1 if row.inbound else -1
    return {
        "wallet_id": wallet.id,
        "tx_id": row.tx_id,
        "chain_tx_id": row.chain_tx_id,
        "asset": wallet.asset,
        "amount": sign * (row.net + row.fees),
        "fee": sign * row.fees,
        "net_amount": sign * row.net,
        "timestamp": row.timestamp,
    }
