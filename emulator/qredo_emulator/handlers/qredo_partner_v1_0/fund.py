"""Funds with their policies and assets; what 1.1 calls a wallet is an asset of the fund here."""

from __future__ import annotations

from typing import Any

from qredo_emulator._errors import ApiError, invalid
from qredo_emulator._state.assets import ASSETS, in_coins
from qredo_emulator._state.funds import Policy
from qredo_emulator._state.world import Account, World
from qredo_emulator.domain.making import new_fund
from qredo_emulator.handlers._call import OperationRequest, Reply
from qredo_emulator.handlers._shared.fund import (
    company_and_fund,
    deposit_addresses,
    get_whitelist,
    search,
    whitelist,
)
from qredo_emulator.handlers._shared.holding import holdings
from qredo_emulator.handlers._shared.views import person, policy_ids

__all__ = ["add_to_whitelist", "create", "get", "get_deposit_addresses", "get_whitelist", "search"]

_FIELDS = ("name", "description", "custodygroup_withdraw", "custodygroup_tx", "assets", "theme")


def create(account: Account, request: OperationRequest) -> Reply:
    """Create a fund with its policies and a wallet for each asset; at most one in 15 seconds."""
    company = account.company(request.path["company_id"])
    _check_interval(account)
    _check_users(account, request.body)
    fund = new_fund(account, company, {name: request.body[name] for name in _FIELDS if name in request.body})
    account.data.last_fund = account.world.now
    return Reply({"fund_id": fund.id, **policy_ids(fund.policies)})


def get_deposit_addresses(account: Account, request: OperationRequest) -> Reply:
    """Return one entry per wallet. Its balance is in coins, unlike every other amount of this version."""
    return deposit_addresses(account, request, lambda wallet: in_coins(wallet.balance, wallet.asset))


def get(account: Account, request: OperationRequest) -> Reply:
    """Return a fund with its policies, its holdings, and the company as its administrator."""
    company, fund = company_and_fund(account, request)
    world = account.world
    entity = world.entity(company.entity_id)
    member = {"userID": entity.id, "firstName": entity.name, "lastName": "", "permissions": {"admin": True}}
    assets = [ASSETS[code] for code in sorted({wallet.asset for wallet in fund.wallets.values()})]
    return Reply(
        {
            "fund_id": fund.id,
            "name": fund.name,
            "description": fund.description,
            **{f"custodygroup_{kind}": _group(world, policy) for kind, policy in fund.policies.items()},
            "members": [member],
            "assets": [{"code": asset.code, "name": asset.name, "unitCode": asset.unit_code} for asset in assets],
            "holdings": holdings([fund]),
            **({} if fund.theme is None else {"theme": fund.theme}),
        }
    )


def add_to_whitelist(account: Account, request: OperationRequest) -> Reply:
    """Add an address; the response has no body."""
    _, fund = company_and_fund(account, request)
    whitelist(fund, request)
    return Reply()


def _check_interval(account: Account) -> None:
    interval, now = account.world.settings.fund_interval, account.world.now
    wait = account.data.last_fund + interval - now
    if account.data.last_fund and 0 < wait <= interval:
        reason = f"a fund was made {interval - wait} s ago; 1.0 takes one in {interval} s"
        raise ApiError(429, reason, headers={"retry-after": str(wait)})


def _check_users(account: Account, body: dict[str, Any]) -> None:
    for key in ("custodygroup_withdraw", "custodygroup_tx"):
        for index, member in enumerate(body.get(key, {}).get("members", [])):
            entity = account.world.state.entities.get(member)
            if entity and entity.type != "user":
                raise invalid(f"/body/{key}/members/{index}", f"{member!r} is a {entity.type}, not a user")


def _group(world: World, policy: Policy) -> dict[str, Any]:
    names = [(member, *person(world.entity(member))) for member in policy.members]
    return {
        "id": policy.id,
        "threshold": policy.threshold,
        "members_count": len(policy.members),
        "members": [{"user_id": member, "firstName": first, "lastName": last} for member, first, last, _ in names],
    }
