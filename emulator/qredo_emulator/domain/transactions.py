"""The life of a transaction: from its request to its approval, rejection or expiry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_emulator._errors import ApiError
from qredo_emulator._state.funds import DEDICATED
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Action, Ballot, CoreClient, Row, Swap, Transaction
from qredo_emulator._state.world import World

from .ballots import ask, close, verdict
from .fees import fee_of
from .messages import announce_swap
from .requests import check_amount, check_expires
from .settlement import pay

__all__ = ["KINDS", "OPEN", "begin", "end", "on_authorization", "on_vote", "publish"]

OPEN = ("pending_initiate", "pending", "taker_pending", "taker_approved")
"""The states that a transaction can leave; `approved` only becomes `chain_rejected`."""

KINDS = {
    "transfer": ("ApproveTransfer", "transferOut"),
    "withdrawal": ("ApproveWithdraw", "withdraw"),
    "swap_make": ("ApproveSwap", "swapOut"),
    "swap_take": ("ApproveSwapTake", "swapOut"),
    "sweep": ("ApproveSweep", "transferOut"),
}
"""The types of the actions and of the ledger row of each kind of transaction."""


def begin(
    world: World,
    place: WalletPlace,
    kind: str,
    body: Mapping[str, Any],
    *,
    tx_id: str | None = None,
    net: int | None = None,
    expires: int | None = None,
    initiator_id: str | None = None,
    authorizer: CoreClient | None = None,
    recipient_id: str = "",
    address: tuple[str, str] = ("", ""),
    swap: Swap | None = None,
) -> Transaction:
    """Start a transaction: reserve its amount, and ask its approvers.

    Args:
        body: The request, for `reference`, `benefit_of` and `account_no`.
        net: What is to arrive; the fee comes on top. None for the body's `send`.
        expires: The deadline; None for the body's `expires`.
        initiator_id: Entity that asks for it; None is the company.
        authorizer: Core client that has to authorise it first.
        address: L1 address, and its name in the whitelist.

    Raises:
        ApiError: 400; amount or deadline is wrong, or the balance does not cover amount and fee.
    """
    net = check_amount(place, body, "send") if net is None else net
    expires = check_expires(world, body["expires"]) if expires is None else expires
    fees = fee_of(net, world.fee_rate)
    if place.wallet.available < net + fees:
        have = place.wallet.available
        raise ApiError(400, f"balance: {net + fees} base units are needed with the fee, {have} are available")
    tx = Transaction(
        id=tx_id or world.new_id(),
        kind=kind,
        status="pending",
        company_id=place.company.id,
        wallet_id=place.wallet.id,
        asset=place.wallet.asset,
        net=net,
        fees=fees,
        created=world.now,
        expires=expires,
        initiator_id=initiator_id or place.company.entity_id,
        ballot=Ballot(None),
        recipient_id=recipient_id,
        address=address[0],
        address_name=address[1],
        reference=body.get("reference", ""),
        benefit_of=body.get("benefit_of", ""),
        account_no=body.get("account_no", ""),
        swap=swap,
    )
    _keep(world, place, tx)
    if authorizer:
        tx.status = "pending_initiate"
        tx.authorizer_id = ask(world, authorizer.id, KINDS[kind][0], ("authorization", tx.id), expires)
    else:
        _ask_approvers(world, tx)
    return tx


def on_authorization(world: World, action: Action) -> None:
    """Continue or end a transaction after the core client of its `authorize_id` decided."""
    tx = world.state.transactions[action.subject_id]
    if action.status == "approved":
        _ask_approvers(world, tx)
    else:
        end(world, tx, "initiate_rejected")


def on_vote(world: World, action: Action) -> None:
    """Settle or end a transaction, if the decision of an approver was the last one needed."""
    tx = world.state.transactions[action.subject_id]
    result = verdict(world, tx.ballot)
    if result == "rejected":
        end(world, tx, "custody_rejected")
    elif result == "approved":
        _close(world, tx)
        _approved(world, tx)


def end(world: World, tx: Transaction, status: str) -> None:
    """End an open transaction without settlement, and release what it reserved."""
    tx.status = status
    world.index.places[tx.wallet_id].wallet.reserved -= tx.amount
    _close(world, tx)
    peer = world.state.transactions.get(tx.swap.peer_id) if tx.swap else None
    if tx.kind == "swap_make":
        _off_hub(world, tx)
        if peer and peer.status in OPEN:
            end(world, peer, status)
    elif tx.kind == "swap_take" and peer and peer.swap:
        peer.swap.peer_id = ""  # the maker's offer can be taken again


def publish(world: World, maker: Transaction) -> None:
    """Put an offered swap on the hub."""
    if maker.swap:
        maker.swap.published = world.now
        world.index.hub[world.index.places[maker.wallet_id].account][maker.id] = maker
        announce_swap(world, maker)


def _keep(world: World, place: WalletPlace, tx: Transaction) -> None:
    place.wallet.reserved += tx.amount
    world.state.transactions[tx.id] = tx
    world.add_row(Row(place.wallet.id, KINDS[tx.kind][1], tx.created, tx.id))
    world.index.add_deadline(tx.expires, "transaction", tx.id)


def _ask_approvers(world: World, tx: Transaction) -> None:
    tx.status = "pending"
    place = world.index.places[tx.wallet_id]
    if tx.kind == "sweep":  # the wallet's own custodians are not asked
        tx.ballot.threshold, exchanges = 0, [tx.initiator_id]
    else:
        exchanges = [link.counterparty_id for link in place.wallet.connected if link.status == "connected"]
        if place.wallet.type != DEDICATED:
            exchanges = []
        if policy := place.policies.get("withdraw" if tx.kind == "withdrawal" else "tx"):
            tx.ballot.threshold = policy.threshold
            tx.ballot.custodians = [_ask(world, tx, member) for member in policy.members]
    tx.ballot.exchanges = [_ask(world, tx, exchange) for exchange in exchanges]


def _ask(world: World, tx: Transaction, approver_id: str) -> str:
    return ask(world, approver_id, KINDS[tx.kind][0], ("transaction", tx.id), tx.expires)


def _close(world: World, tx: Transaction) -> None:
    authorizer = [tx.authorizer_id] if tx.authorizer_id else []
    close(world, [*tx.ballot.custodians, *tx.ballot.exchanges, *authorizer])


def _approved(world: World, tx: Transaction) -> None:
    if tx.kind == "swap_make" and tx.swap:
        tx.status = "taker_pending"
        if tx.swap.on_hub:
            publish(world, tx)
    elif tx.kind == "swap_take" and tx.swap:
        maker = world.state.transactions[tx.swap.peer_id]
        tx.status = maker.status = "taker_approved"
        announce_swap(world, maker)
        _settle(world, maker, tx)
    else:
        _settle(world, tx)


def _settle(world: World, tx: Transaction, other: Transaction | None = None) -> None:
    both = (tx, other) if other else (tx,)
    if any(one.chain_fails for one in both):
        for one in both:
            if one.status in OPEN:
                end(world, one, "chain_rejected")
        return
    pay(world, *both)
    if tx.kind == "swap_make":
        _off_hub(world, tx)


def _off_hub(world: World, maker: Transaction) -> None:
    world.index.hub[world.index.places[maker.wallet_id].account].pop(maker.id, None)
    announce_swap(world, maker)
