"""Make funds, policies and wallets from request bodies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from qredo_emulator._errors import ApiError, invalid
from qredo_emulator._state.assets import ASSETS
from qredo_emulator._state.funds import DEDICATED, MULTI_COUNTERPARTY, STANDARD, ExchangeLink, Fund, Policy, Wallet
from qredo_emulator._state.ids import chain_address
from qredo_emulator._state.model import Company
from qredo_emulator._state.world import Account, World

from . import connections

__all__ = ["add_wallets", "asset_wallets", "check_asset", "check_members", "new_fund", "new_wallets"]

_CREATABLE = (STANDARD, DEDICATED, MULTI_COUNTERPARTY)


def check_asset(code: str, pointer: str) -> None:
    """Reject an asset that no wallet can hold."""
    if code not in ASSETS:
        raise invalid(pointer, f"{code!r} is not an asset of GET /assets")
    if not ASSETS[code].enabled:
        raise invalid(pointer, f"{code!r} is not enabled here: this is a test double and has test assets only")


def check_members(company: Company, body: Mapping[str, Any], at: str) -> None:
    """Reject a policy unless its members are accepted trusted parties and can reach its threshold.

    Args:
        body: Has `members` and `threshold`.
        at: JSON pointer to it, for errors.
    """
    members, threshold = body["members"], body["threshold"]
    for index, member in enumerate(members):
        if member in members[:index]:
            raise invalid(f"{at}/members/{index}", f"{member!r} is there twice")
        if member not in company.parties or not company.parties[member].accepted:
            raise invalid(f"{at}/members/{index}", f"{member!r} is not a trusted_entity_id of this company")
    if not 1 <= threshold <= len(members):
        raise invalid(f"{at}/threshold", f"{threshold} is not between 1 and the number of members, {len(members)}")


def new_fund(account: Account, company: Company, body: Mapping[str, Any]) -> Fund:
    """Make a fund with its policies and wallets, all or nothing. `assets` adds one wallet per asset."""
    world = account.world
    policies = _policies(world, company, body, "/body")
    fund = Fund(world.new_id(), body["name"], body.get("description", ""), policies, body.get("theme"))
    wallets = new_wallets(world, company, fund, body.get("wallets") or [], "/body/wallets")
    named = {wallet.asset for wallet in wallets}
    missing = asset_wallets(world, company, fund, body.get("assets") or [], named)
    for index, wallet in enumerate(missing):
        if any(wallet.name == other.name for other in wallets):
            raise invalid(f"/body/assets/{index}", f"{wallet.name!r} is the name of another of these wallets")
    company.funds[fund.id] = fund
    add_wallets(account, company, fund, [*wallets, *missing])
    return fund


def new_wallets(world: World, company: Company, fund: Fund, bodies: list[dict[str, Any]], at: str) -> list[Wallet]:
    """Make wallets, all or none, without adding them to the fund.

    Args:
        at: JSON pointer to the list, for errors.

    Raises:
        ApiError: 409 for a name that the fund has, 400 for a body that makes no wallet.
    """
    taken = {wallet.name for wallet in fund.wallets.values() if wallet.status in ("ready", "pending")}
    made: dict[str, Wallet] = {}
    for index, body in enumerate(bodies):
        name = body["name"]
        if name in made:
            raise invalid(f"{at}/{index}/name", f"{name!r} is there twice")
        if name in taken:
            raise ApiError(409, f"{at}/{index}/name: the fund has a wallet with this name")
        made[name] = _wallet(world, company, body, f"{at}/{index}", [wallet.short_code for wallet in made.values()])
    return list(made.values())


def asset_wallets(
    world: World, company: Company, fund: Fund, assets: list[str], held: Collection[str] = ()
) -> list[Wallet]:
    """Make a wallet for each asset that is not `held`, named after the asset."""
    for index, code in enumerate(assets):
        check_asset(code, f"/body/assets/{index}")
        if code in assets[:index]:
            raise invalid(f"/body/assets/{index}", f"{code!r} is there twice")
    bodies = [{"name": code, "asset": code} for code in assets if code not in held]
    return new_wallets(world, company, fund, bodies, "/body/assets")


def add_wallets(account: Account, company: Company, fund: Fund, wallets: list[Wallet]) -> list[str]:
    """Add new wallets to their fund, ask their exchanges for approval, and return the wallets' ids."""
    for wallet in wallets:
        fund.wallets[wallet.id] = wallet
        account.world.index.add_wallet(account.key, company, fund, wallet)
        connections.start(account.world, wallet)
    return [wallet.id for wallet in wallets]


def _wallet(world: World, company: Company, body: Mapping[str, Any], at: str, codes: list[str]) -> Wallet:
    check_asset(body["asset"], f"{at}/asset")
    kind = body.get("type", STANDARD)
    connect = _connections(world, kind, body.get("connect") or [], at)
    wallet_id = world.ids.entity()
    return Wallet(
        id=wallet_id,
        name=body["name"],
        asset=body["asset"],
        type=kind,
        # An exchange has to approve the connection first.
        status="pending" if connect else "ready",
        address=chain_address(wallet_id, ASSETS[body["asset"]].family),
        short_code=world.ids.short_code(world.index.codes, codes),
        policies=_policies(world, company, body, at),
        connected=connect,
    )


def _connections(world: World, kind: int, bodies: list[dict[str, Any]], at: str) -> list[ExchangeLink]:
    if kind not in _CREATABLE:
        raise invalid(f"{at}/type", f"{kind} can't be created; {', '.join(map(str, _CREATABLE))} can")
    if kind == DEDICATED and len(bodies) != 1:
        raise invalid(f"{at}/connect", "is required for a dedicated wallet, with one exchange")
    if kind == STANDARD and bodies:
        raise invalid(f"{at}/connect", "is for dedicated and multi-counterparty wallets, types 1 and 2")
    for index, body in enumerate(bodies):
        if body["counterparty_id"] not in world.state.exchanges:
            raise invalid(f"{at}/connect/{index}/counterparty_id", "is not an exchange of GET /exchanges")
        if any(body["counterparty_id"] == other["counterparty_id"] for other in bodies[:index]):
            raise invalid(f"{at}/connect/{index}/counterparty_id", "is there twice")
    return [ExchangeLink(body["counterparty_id"], body["client_id"], "") for body in bodies]


def _policies(world: World, company: Company, body: Mapping[str, Any], at: str) -> dict[str, Policy]:
    asked = {kind: body.get(f"custodygroup_{kind}") for kind in ("withdraw", "tx")}
    found: dict[str, Policy] = {}
    for kind, group in asked.items():
        if group is not None:
            check_members(company, group, f"{at}/custodygroup_{kind}")
            name = f"{body['name']} {kind}"
            found[kind] = Policy(world.new_id(), name, group["threshold"], list(group["members"]))
    return found
