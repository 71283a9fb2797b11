"""Transfers between wallets."""

from __future__ import annotations

from qredo_emulator._errors import invalid
from qredo_emulator._state.model import Company, CoreClient, Transaction
from qredo_emulator._state.world import Account
from qredo_emulator.domain.requests import check_amount, company_wallet, once, recipient_wallet
from qredo_emulator.domain.transactions import begin
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply
from qredo_emulator.handlers._shared.transactions import getter

__all__ = ["create", "get"]

get: Handler = getter("transfer", "sweep", "swap_make", "swap_take")


def create(account: Account, request: OperationRequest) -> Reply:
    """Start a transfer, or return the first one with the same idempotency key."""
    company = account.company(request.path["company_id"])
    return Reply(once(account.world, company.id, request.body, lambda: _transfer(account, company, request)))


def authorizer(account: Account, request: OperationRequest) -> CoreClient | None:
    """Return the core client that must authorize the transaction first."""
    client_id = request.body.get("authorize_id", "")
    if client_id and client_id not in account.core_clients:
        raise invalid("/body/authorize_id", "is not a core client of this API key")
    return account.core_clients.get(client_id)


def _transfer(account: Account, company: Company, request: OperationRequest) -> Transaction:
    world, body = account.world, request.body
    sender = company_wallet(world, company, body["wallet_id"], "wallet_id")
    field = "counterparty_wallet_address"
    return begin(
        world,
        sender,
        "transfer",
        body,
        net=check_amount(sender, body, "send"),  # which is wrong rather than a recipient that holds another asset
        authorizer=authorizer(account, request),
        recipient_id=recipient_wallet(world, sender, body[field], field).wallet.id,
    )
