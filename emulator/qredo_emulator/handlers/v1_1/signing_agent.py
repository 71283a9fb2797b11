"""Signing agents: approvers that keep their own keys. What they sign is not verified here."""

from __future__ import annotations

import json

from qredo_emulator._errors import ApiError, NotFoundError, invalid
from qredo_emulator._state.model import Action, CoreClient
from qredo_emulator._state.world import Account
from qredo_emulator.domain.signatures import messages_of, read_hex
from qredo_emulator.domain.votes import decide
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["approve_action", "begin_registration", "finish_registration", "get_action", "reject_action"]

_BLS_KEY, _EC_KEY = 192, 65


def begin_registration(account: Account, request: OperationRequest) -> Reply:
    """A new agent, which can't be trusted before it has finished."""
    world, body = account.world, request.body
    read_hex(body["blsPublicKey"], "/body/blsPublicKey", size=_BLS_KEY)
    read_hex(body["ecPublicKey"], "/body/ecPublicKey", size=_EC_KEY)
    entity = world.new_entity("core-client", body["name"])
    agent = CoreClient(entity.id, account.key, world.now, agent=True, registered=False)
    account.core_clients[agent.id] = world.index.clients[agent.id] = agent
    identity = json.dumps({"id": agent.id, "curve": "BLS381", "created": agent.created}, separators=(",", ":"))
    return Reply(
        {
            "id": agent.id,
            "clientID": identity.encode().hex(),
            "clientSecret": world.ids.hexadecimal(97),
            "accountCode": agent.id,
            "idDoc": world.ids.hexadecimal(81),
            "timestamp": agent.created,
        }
    )


def finish_registration(account: Account, request: OperationRequest) -> Reply:
    """From now on the agent can be trusted and asked."""
    read_hex(request.body["idDocSignatureHex"], "/body/idDocSignatureHex")
    account.core_client(request.agent_id).registered = True
    return Reply({"feed": f"{request.base_url.replace('http', 'ws', 1)}/coreclient/feed"})


def get_action(account: Account, request: OperationRequest) -> Reply:
    """What the agent has to sign to approve an action."""
    return Reply({"messages": messages_of(_action(account, request))})


def approve_action(account: Account, request: OperationRequest) -> Reply:
    """Approves a pending action with one signature per message, whatever they are."""
    action, signatures = _action(account, request), request.body["signatures"]
    if len(signatures) != len(messages_of(action)):
        raise invalid("/body/signatures", f"{len(signatures)} are given for {len(messages_of(action))} messages")
    for index, signature in enumerate(signatures):
        read_hex(signature, f"/body/signatures/{index}")
    decide(account.world, action, approve=True)
    return Reply()


def reject_action(account: Account, request: OperationRequest) -> Reply:
    """Rejects a pending action."""
    decide(account.world, _action(account, request), approve=False)
    return Reply()


def _action(account: Account, request: OperationRequest) -> Action:
    if not account.core_client(request.agent_id).registered:
        raise ApiError(403, "the registration of this agent is not finished")
    action = account.world.state.actions.get(request.path["action_id"])
    if action is None or action.approver_id != request.agent_id:
        raise NotFoundError("action_id")
    return action
