"""Details of actions, by their subject."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.funds import Wallet
from qredo_emulator._state.model import Action, Transaction
from qredo_emulator._state.world import World
from qredo_emulator.domain.transactions import KINDS

__all__ = ["action_details"]


def action_details(world: World, action: Action) -> dict[str, Any]:
    """Return the details of an action. Those of policy updates are the emulator's own."""
    if action.subject == "connection":
        return _connection(world, action)
    if action.subject == "proposal":
        return _proposal(world, action)
    return _transaction(world, world.state.transactions[action.subject_id])


def _transaction(world: World, tx: Transaction) -> dict[str, Any]:
    place, initiator = world.index.places[tx.wallet_id], world.entity(tx.initiator_id)
    return {
        "txType": "swap" if tx.swap else KINDS[tx.kind][1],
        "txID": tx.id,
        "walletID": tx.wallet_id,
        "asset": tx.asset,
        "amount": tx.amount,
        "fees": tx.fees,
        "netAmount": tx.net,
        "reference": tx.reference,
        "benefitOf": tx.benefit_of,
        "accountNo": tx.account_no,
        "companyID": "" if tx.kind == "withdrawal" else tx.company_id,
        "fundID": place.fund.id,
        "initiatedTime": tx.created,
        "expires": tx.expires,
        "initiatedBy": initiator.id,
        "initiatorName": initiator.name,
        "initiatorType": initiator.type,
        **_recipient(world, tx),
    }


def _recipient(world: World, tx: Transaction) -> dict[str, str]:
    if tx.kind == "withdrawal":
        return {"recipientAddress": tx.address, "recipientAddressName": tx.address_name}
    if tx.recipient_id:
        company = world.index.places[tx.recipient_id].company
        return {"recipientID": tx.recipient_id, "recipientName": company.name}
    return {}


def _connection(world: World, action: Action) -> dict[str, Any]:
    wallet = world.index.places[action.subject_id].wallet
    number = next(link.client_id for link in wallet.connected if link.action_id == action.id)
    return {"clientData": {"customer_id": number}, "wallet": _wallet(wallet)}


def _wallet(wallet: Wallet) -> dict[str, Any]:
    kind = {1: "dedicated", 2: "multi-counterparty"}[wallet.type]
    return {
        "walletID": wallet.id,
        "name": wallet.name,
        "asset": wallet.asset,
        "type": wallet.type,
        "typeCode": kind,
    }


def _proposal(world: World, action: Action) -> dict[str, Any]:
    proposal = world.state.proposals[action.subject_id]
    place = world.index.places[proposal.wallet_id]
    return {
        "walletID": proposal.wallet_id,
        "companyID": place.company.id,
        "fundID": place.fund.id,
        "initiatedTime": proposal.created,
        "expires": proposal.expires,
        "policyID": proposal.policy_id,
        "threshold": proposal.threshold,
        "members": proposal.members,
    }
