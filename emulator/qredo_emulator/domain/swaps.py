"""Atomic swaps: an offer by a maker, taken by another company of the same API account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_emulator._errors import ApiError, NotFoundError, invalid
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Company, Swap, Transaction
from qredo_emulator._state.world import Account

from .requests import check_amount, company_wallet
from .transactions import begin, end, publish

__all__ = ["can_be_taken", "cancel", "make", "offer", "put_on_hub", "take"]


def make(account: Account, company: Company, body: Mapping[str, Any]) -> Transaction:
    """Offer a swap, which the maker's approvers must approve first."""
    send, receive = _wallets(account, company, body)
    amount = check_amount(receive, body, "receive")
    swap = Swap(receive.wallet.id, receive.wallet.asset, amount, on_hub=body.get("add_to_liquidity_hub", False))
    return begin(account.world, send, "swap_make", body, swap=swap)


def take(account: Account, company: Company, body: Mapping[str, Any]) -> Transaction:
    """Take an offered swap, with its assets and amounts mirrored, and its deadline."""
    maker = offer(account, body["swap_id"], "swap_id")
    if maker.swap is None or not can_be_taken(maker):
        raise ApiError(400, f"swap_id: the swap is {_state(maker)}, not open to be taken")
    send, receive = _wallets(account, company, body)
    if {send.wallet.id, receive.wallet.id} & {maker.wallet_id, maker.swap.receive_wallet_id}:
        raise invalid("/body/send_wallet_id", "is a wallet of the maker's side, or /body/receive_wallet_id is")
    for place, asset, field in (
        (send, maker.swap.receive_asset, "send_wallet_id"),
        (receive, maker.asset, "receive_wallet_id"),
    ):
        if place.wallet.asset != asset:
            raise invalid(f"/body/{field}", f"holds {place.wallet.asset}, not {asset}")
    swap = Swap(receive.wallet.id, maker.asset, maker.net, peer_id=maker.id)
    tx = begin(account.world, send, "swap_take", body, net=maker.swap.receive_amount, expires=maker.expires, swap=swap)
    maker.swap.peer_id = tx.id
    return tx


def cancel(account: Account, maker: Transaction) -> None:
    """End an offer that was not taken; it becomes `rejected`.

    Raises:
        ApiError: 400; it is over, or is being taken.
    """
    if maker.swap is None or maker.status not in ("pending", "taker_pending") or maker.swap.peer_id:
        raise ApiError(400, f"tx_id: the swap is {_state(maker)}; only one that is open can be cancelled")
    end(account.world, maker, "rejected")


def put_on_hub(account: Account, maker: Transaction) -> None:
    """Publish an offer that its maker's approvers have approved.

    Raises:
        ApiError: 400; it is published already, or can't be taken.
    """
    if maker.swap is None or not can_be_taken(maker):
        raise ApiError(400, f"tx_id: the swap is {maker.status}; only one that can be taken can be published")
    if maker.swap.published:
        raise ApiError(400, "tx_id: the swap is on the hub already")
    publish(account.world, maker)


def offer(account: Account, tx_id: str, field: str) -> Transaction:
    """The maker's transaction with this id, of any company of the account."""
    maker = account.world.state.transactions.get(tx_id)
    if maker is None or maker.kind != "swap_make" or maker.company_id not in account.companies:
        raise NotFoundError(field)
    return maker


def can_be_taken(maker: Transaction) -> bool:
    """Whether a swap is open to takers now."""
    return maker.status == "taker_pending" and maker.swap is not None and not maker.swap.peer_id


def _state(maker: Transaction) -> str:
    return "being taken" if maker.status == "taker_pending" else maker.status


def _wallets(account: Account, company: Company, body: Mapping[str, Any]) -> tuple[WalletPlace, WalletPlace]:
    send = company_wallet(account.world, company, body["send_wallet_id"], "send_wallet_id")
    receive = company_wallet(account.world, company, body["receive_wallet_id"], "receive_wallet_id")
    if send.wallet.asset == receive.wallet.asset:
        raise invalid("/body/receive_wallet_id", f"holds {receive.wallet.asset}, too: a swap is of two assets")
    return send, receive
