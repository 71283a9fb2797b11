"""Connections of wallets to exchanges, which the exchanges approve."""

from __future__ import annotations

from qredo_emulator._state.funds import Wallet
from qredo_emulator._state.model import Action
from qredo_emulator._state.world import World

from .ballots import ask, mark

__all__ = ["expire", "on_vote", "start"]

_LIFETIME = 3600
"""Seconds, as in the one sample."""

_STATUSES = {"approved": "connected", "rejected": "rejected", "expired": "expired"}


def start(world: World, wallet: Wallet) -> None:
    """Ask every exchange that a new wallet names for its approval."""
    expires = world.now + _LIFETIME
    subject = ("connection", wallet.id)
    for link in wallet.connected:
        link.action_id = ask(world, link.counterparty_id, "ApproveNewWalletConnect", subject, expires)
        world.index.add_deadline(expires, "connection", link.action_id)


def on_vote(world: World, action: Action) -> None:
    """Update a wallet after an exchange decided, or its time expired."""
    place = world.index.places[action.subject_id]
    for link in place.wallet.connected:
        if link.action_id == action.id:
            link.status = _STATUSES[action.status]
    place.wallet.status = _status(place.wallet)


def expire(world: World, action: Action) -> None:
    """Expire a connection that its exchange has not decided on."""
    if action.status == "pending":
        mark(world, action, "expired")
        on_vote(world, action)


def _status(wallet: Wallet) -> str:
    """`ready` once an exchange has approved; otherwise `pending` while one can, then `rejected` or `expired`."""
    states = [link.status for link in wallet.connected]
    if "connected" in states:
        return "ready"
    if "initiated" in states:
        return "pending"
    return "rejected" if "rejected" in states else "expired"
