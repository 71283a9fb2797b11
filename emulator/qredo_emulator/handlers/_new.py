"""Makes policies and wallets from request bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_emulator._assets import ASSETS
from qredo_emulator._errors import ApiError, invalid
from qredo_emulator._ids import chain_address
from qredo_emulator._state import Company, Connection, Fund, Policy, Wallet, World

__all__ = ["check_asset", "new_policy", "new_wallets"]

_STANDARD, _DEDICATED = 0, 1
_CREATABLE = (0, 1, 2)


def check_asset(code: str, pointer: str) -> None:
    """Refuses an asset that no wallet can hold."""
    if code not in ASSETS:
        raise invalid(pointer, f"{code!r} is not an asset of GET /assets")
    if not ASSETS[code].enabled:
        raise invalid(pointer, f"{code!r} is not enabled here: this is a test double and has test assets only")


def new_policy(world: World, company: Company, name: str, body: Mapping[str, Any] | None, at: str) -> Policy | None:
    """A policy of accepted trusted parties, None where none is asked for.

    Args:
        at: JSON pointer to the body, for errors.
    """
    if body is None:
        return None
    members, threshold = body["members"], body["threshold"]
    for index, member in enumerate(members):
        if member in members[:index]:
            raise invalid(f"{at}/members/{index}", f"{member!r} is there twice")
        if member not in company.parties or not company.parties[member].accepted:
            raise invalid(f"{at}/members/{index}", f"{member!r} is not a trusted_entity_id of this company")
    if not 1 <= threshold <= len(members):
        raise invalid(f"{at}/threshold", f"{threshold} is not between 1 and the number of members, {len(members)}")
    return Policy(world.new_id(), name, threshold, [company.parties[member].entity for member in members])


def new_wallets(world: World, company: Company, fund: Fund, bodies: list[dict[str, Any]], at: str) -> list[Wallet]:
    """Wallets that are not yet in the fund, all or none.

    Args:
        at: JSON pointer to the list, for errors.

    Raises:
        ApiError: 409 for a name that the fund has, 400 for a body that makes no wallet.
    """
    made: list[Wallet] = []
    for index, body in enumerate(bodies):
        if body["name"] in (wallet.name for wallet in made):
            raise invalid(f"{at}/{index}/name", f"{body['name']!r} is there twice")
        if any(body["name"] == wallet.name for wallet in fund.wallets.values()):
            raise ApiError(409, f"{at}/{index}/name: the fund has a wallet with this name")
        made.append(_wallet(world, company, body, f"{at}/{index}"))
    return made


def _wallet(world: World, company: Company, body: Mapping[str, Any], at: str) -> Wallet:
    check_asset(body["asset"], f"{at}/asset")
    kind = body.get("type", _STANDARD)
    connect = body.get("connect") or []
    if kind not in _CREATABLE:
        raise invalid(f"{at}/type", f"{kind} can't be created; {', '.join(map(str, _CREATABLE))} can")
    if kind == _DEDICATED and not connect:
        raise invalid(f"{at}/connect", "is required for a dedicated wallet")
    name = body["name"]
    wallet_id = world.ids.entity()
    return Wallet(
        id=wallet_id,
        name=name,
        asset=body["asset"],
        type=kind,
        # An exchange has to approve the connection first.
        status="pending" if kind == _DEDICATED else "ready",
        address=chain_address(wallet_id, ASSETS[body["asset"]].family),
        short_code=world.new_short_code(),
        policy_withdraw=_policy(world, company, name, body, "withdraw", at),
        policy_tx=_policy(world, company, name, body, "tx", at),
        connected=[Connection(tie["counterparty_id"], tie["client_id"]) for tie in connect],
    )


def _policy(world: World, company: Company, name: str, body: Mapping[str, Any], kind: str, at: str) -> Policy | None:
    key = f"custodygroup_{kind}"
    return new_policy(world, company, f"{name} {kind}", body.get(key), f"{at}/{key}")
