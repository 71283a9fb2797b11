"""Wallets that are connected to exchanges, which have to agree."""

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
    """Asks every exchange that a new wallet names."""
    expires = world.now + _LIFETIME
    subject = ("connection", wallet.id)
    for link in wallet.connected:
        link.action_id = ask(world, link.counterparty_id, "ApproveNewWalletConnect", subject, expires)
        world.index.add_deadline(expires, "connection", link.action_id)


def on_vote(world: World, action: Action) -> None:
    """An exchange has decided, or let the time pass."""
    place = world.index.places[action.subject_id]
    for link in place.wallet.connected:
        if link.action_id == action.id:
            link.status = _STATUSES[action.status]
    place.wallet.status = _status(place.wallet)


def expire(world: World, action: Action) -> None:
    """The time to accept or refuse is over."""
    if action.status == "pending":
        mark(world, action, "expired")
        on_vote(world, action)


def _status(wallet: Wallet) -> str:
    """Ready with the first exchange that agrees; otherwise as the last word of the others has it."""
    states = [link.status for link in wallet.connected]
    if "connected" in states:
        return "ready"
    if "initiated" in states:
        return "pending"
    return "rejected" if "rejected" in states else "expired"
