"""Wallets, and the exchanges that they can be connected to."""

from __future__ import annotations

from typing import Any

from qredo_emulator._errors import NotFoundError
from qredo_emulator._state.model import Exchange
from qredo_emulator._state.world import Account
from qredo_emulator.domain import proposals
from qredo_emulator.domain.fees import fee_of, largest_net
from qredo_emulator.domain.messages import movement_fields
from qredo_emulator.handlers._call import OK, OperationRequest, Reply
from qredo_emulator.handlers._shared.views import wallet_view

__all__ = ["get", "get_exchanges", "get_history", "get_max_amount", "update_policy"]


def get(account: Account, request: OperationRequest) -> Reply:
    """Return a wallet, by id or short code."""
    return Reply(wallet_view(account.world, account.wallet(request.path["wallet_id"])))


def get_history(account: Account, request: OperationRequest) -> Reply:
    """Return the movements since a time, newest first; outgoing amounts are negative."""
    wallet = account.wallet(request.path["wallet_id"]).wallet
    since = request.query.get("since", 0)
    movements = [one for one in reversed(wallet.history) if one.timestamp >= since]
    return Reply({"history": [movement_fields(wallet, one) for one in movements]})


def get_max_amount(account: Account, request: OperationRequest) -> Reply:
    """Return the largest amount that can be moved, with its fee; `pending=1` leaves out what is reserved."""
    wallet = account.wallet(request.path["wallet_id"]).wallet
    rate = account.world.fee_rate
    net = largest_net(wallet.available if request.query.get("pending") == 1 else wallet.balance, rate)
    return Reply({"netAmount": net, "fees": fee_of(net, rate), "amountToSend": net + fee_of(net, rate)})


def get_exchanges(account: Account, request: OperationRequest) -> Reply:
    """Return every exchange."""
    return Reply({"exchanges": [_exchange(exchange) for exchange in account.world.state.exchanges.values()]})


def update_policy(account: Account, request: OperationRequest) -> Reply:
    """Ask the members of a wallet's own policy to approve a change."""
    fund = account.fund(request.path["company_id"], request.path["fund_id"])
    place = account.wallet(request.path["wallet_id"])
    if place.fund is not fund:
        raise NotFoundError("wallet_id")
    proposals.propose(account.world, place, request.body)
    return Reply(OK)


def _exchange(exchange: Exchange) -> dict[str, Any]:
    fields = [{"id": "customer_id", "type": "string", "name": "Customer number"}]
    return {
        "id": exchange.id,
        "name": exchange.name,
        "url": exchange.url,
        "logourl": exchange.logo_url,
        "client": {"fields": fields},
    }
