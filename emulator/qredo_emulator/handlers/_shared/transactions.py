"""Views of transactions and their approvals."""

from __future__ import annotations

from functools import cache
from typing import Any

from qredo_emulator._state.model import Action, Transaction
from qredo_emulator._state.world import Account, World
from qredo_emulator.domain.ballots import approved_count, required_count
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply

from .views import person

__all__ = ["approvals", "getter"]


@cache
def getter(*kinds: str) -> Handler:
    """Make the operation that shows a transaction of these kinds, by its id or that of one of its actions.

    It is one handler for the same kinds, whichever version names them.
    """

    def get(account: Account, request: OperationRequest) -> Reply:
        tx = account.transaction(request.path["company_id"], request.path["tx_id"], *kinds)
        return Reply(_view(account.world, tx))

    return get


def _view(world: World, tx: Transaction) -> dict[str, Any]:
    """A transfer, a withdrawal or one side of a swap, with one entry per approver."""
    place = world.index.places[tx.wallet_id]
    authorizer = world.state.actions.get(tx.authorizer_id)
    return {
        "txID": tx.id,
        "txStatus": tx.status,
        "reference": tx.reference,
        "initiatorName": world.entity(tx.initiator_id).name,
        "initiatorAuthorized": authorizer is None or authorizer.status == "approved",
        "initiatedTimestamp": tx.created,
        "expires": tx.expires,
        "approvedCount": approved_count(world, tx.ballot),
        "thresholdRequired": required_count(tx.ballot),
        "status": [_approval(world, action) for action in approvals(world, tx)],
        "statusDetails": {
            "asset": tx.asset,
            "amount": tx.amount,
            "fees": tx.fees,
            "netAmount": tx.net,
            "fundID": place.fund.id,
            **({} if tx.swap else {"recipientAddress": tx.recipient_id or tx.address}),
            "requestedBy": world.entity(tx.initiator_id).name,
            "benefitOf": tx.benefit_of,
            "accountNo": tx.account_no,
            "reference": tx.reference,
            "expires": 0,
        },
    }


def approvals(world: World, tx: Transaction) -> list[Action]:
    """The actions of the approvers: custodians first, then exchanges."""
    return [world.state.actions[action_id] for action_id in (*tx.ballot.custodians, *tx.ballot.exchanges)]


def _approval(world: World, action: Action) -> dict[str, Any]:
    first, last, username = person(world.entity(action.approver_id))
    return {
        "actionID": action.id,
        "userID": action.approver_id,
        "firstName": first,
        "lastName": last,
        "username": username,
        "status": action.status,
        "timestamp": action.decided or action.created,
    }
