"""Signing agents: approvers that keep their own keys, and prove each approval by signatures."""

from __future__ import annotations

import json

from qredo_emulator._errors import ApiError, NotFoundError, invalid
from qredo_emulator._state.model import Action
from qredo_emulator._state.world import Account
from qredo_emulator.domain.signatures import check_signature, document_of, messages_of, new_client_secret, read_hex
from qredo_emulator.domain.votes import decide
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["approve_action", "begin_registration", "finish_registration", "get_action", "reject_action"]

_BLS_KEY, _EC_KEY = 192, 65


def begin_registration(account: Account, request: OperationRequest) -> Reply:
    """Register an agent. It can be a trusted party once it has finished its registration."""
    world, body = account.world, request.body
    read_hex(body["blsPublicKey"], "/body/blsPublicKey", size=_BLS_KEY)
    read_hex(body["ecPublicKey"], "/body/ecPublicKey", size=_EC_KEY)
    agent = account.new_core_client(body["name"], agent=True, registered=False, bls_key=body["blsPublicKey"].lower())
    identity = json.dumps({"id": agent.id, "curve": "BLS381", "created": agent.created}, separators=(",", ":"))
    return Reply(
        {
            "id": agent.id,
            "clientID": identity.encode().hex(),
            "clientSecret": new_client_secret(world.ids),
            "accountCode": agent.id,
            "idDoc": document_of(agent.id),
            "timestamp": agent.created,
        }
    )


def finish_registration(account: Account, request: OperationRequest) -> Reply:
    """Finish the registration of an agent by its signature of its id document."""
    agent, signature = account.core_client(request.agent_id), request.body["idDocSignatureHex"]
    check_signature(account.world, agent.bls_key, document_of(agent.id), signature, "/body/idDocSignatureHex")
    agent.registered = True
    return Reply({"feed": f"{request.base_url.replace('http', 'ws', 1)}/coreclient/feed"})


def get_action(account: Account, request: OperationRequest) -> Reply:
    """Return the messages that the agent signs to approve an action."""
    return Reply({"messages": messages_of(_action(account, request))})


def approve_action(account: Account, request: OperationRequest) -> Reply:
    """Approve a pending action with one signature per message, in their order."""
    action, signatures = _action(account, request), request.body["signatures"]
    agent, messages = account.core_client(request.agent_id), messages_of(action)
    if len(signatures) != len(messages):
        raise invalid("/body/signatures", f"{len(signatures)} are given for {len(messages)} messages")
    for index, (message, signature) in enumerate(zip(messages, signatures, strict=True)):
        check_signature(account.world, agent.bls_key, message, signature, f"/body/signatures/{index}")
    decide(account.world, action, approve=True)
    return Reply()


def reject_action(account: Account, request: OperationRequest) -> Reply:
    """Reject a pending action."""
    decide(account.world, _action(account, request), approve=False)
    return Reply()


def _action(account: Account, request: OperationRequest) -> Action:
    if not account.core_client(request.agent_id).registered:
        raise ApiError(403, "the registration of this agent is not finished")
    action = account.world.state.actions.get(request.path["action_id"])
    if action is None or action.approver_id != request.agent_id:
        raise NotFoundError("action_id")
    return action
