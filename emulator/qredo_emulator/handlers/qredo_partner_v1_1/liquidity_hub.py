"""The liquidity hub: published swaps that can be taken, among the companies of one API key."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.model import Transaction
from qredo_emulator._state.world import Account
from qredo_emulator.domain import swaps
from qredo_emulator.handlers._call import OK, OperationRequest, Reply

__all__ = ["get_all", "get_for_company", "publish"]


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return swaps that anyone can take."""
    return Reply({"items": _items(account, None)})


def get_for_company(account: Account, request: OperationRequest) -> Reply:
    """Return swaps that can be taken. A company is the owner of its own offers."""
    return Reply({"items": _items(account, account.company(request.path["company_id"]).id)})


def publish(account: Account, request: OperationRequest) -> Reply:
    """Publish an offer of the company on the hub."""
    company = account.company(request.path["company_id"])
    swaps.put_on_hub(account, account.transaction(company.id, request.body["tx_id"], "swap_make"))
    return Reply(OK)


def _items(account: Account, company_id: str | None) -> list[dict[str, Any]]:
    offers = account.world.index.hub[account.key].values()
    return [_item(maker, company_id) for maker in offers if swaps.can_be_taken(maker)]


def _item(maker: Transaction, company_id: str | None) -> dict[str, Any]:
    swap = maker.swap
    return {
        "tx_id": maker.id,
        "send_asset": maker.asset,
        "send_amount": maker.net,
        "receive_asset": swap.receive_asset if swap else "",
        "receive_amount": swap.receive_amount if swap else 0,
        "owner": maker.company_id == company_id,
        "added": swap.published if swap else 0,
        "expires": maker.expires,
    }
