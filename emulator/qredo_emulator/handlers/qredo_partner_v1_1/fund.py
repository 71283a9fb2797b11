"""Funds, their policies, wallets, deposit addresses, whitelist and ledger."""

from __future__ import annotations

from qredo_emulator._errors import ApiError
from qredo_emulator._state.world import Account
from qredo_emulator.domain.making import add_wallets as put_wallets
from qredo_emulator.domain.making import asset_wallets, new_fund, new_wallets
from qredo_emulator.handlers._call import OK, OperationRequest, Reply
from qredo_emulator.handlers._shared.fund import (
    company_and_fund,
    deposit_addresses,
    get_whitelist,
    search,
    whitelist,
)
from qredo_emulator.handlers._shared.views import company_member, policy_ids, policy_objects, wallet_view

from ._ledger import row_view

__all__ = [
    "add_assets",
    "add_to_whitelist",
    "add_wallets",
    "create",
    "get",
    "get_deposit_addresses",
    "get_ledger",
    "get_whitelist",
    "search",
]

_PAGE = 100


def create(account: Account, request: OperationRequest) -> Reply:
    """Create a fund with its policies and wallets, all or nothing. `assets` adds one wallet per asset."""
    fund = new_fund(account, account.company(request.path["company_id"]), request.body)
    return Reply({"fund_id": fund.id, **policy_ids(fund.policies)})


def get_deposit_addresses(account: Account, request: OperationRequest) -> Reply:
    """Return one entry per wallet, its balance in base units."""
    return deposit_addresses(account, request, lambda wallet: wallet.balance)


def get(account: Account, request: OperationRequest) -> Reply:
    """Return a fund with its policies and wallets."""
    company, fund = company_and_fund(account, request)
    world, wallets = account.world, fund.wallets.values()
    return Reply(
        {
            "fund_id": fund.id,
            "name": fund.name,
            "description": fund.description,
            **policy_ids(fund.policies),
            **policy_objects(world, company, fund.policies),
            "members": [company_member(world, company)],
            "assets": sorted({wallet.asset for wallet in wallets}),
            "wallets": [wallet_view(world, world.index.places[wallet.id]) for wallet in wallets],
        }
    )


def add_to_whitelist(account: Account, request: OperationRequest) -> Reply:
    """Add an address. One that is whitelisted already gets the new name."""
    _, fund = company_and_fund(account, request)
    whitelist(fund, request)
    return Reply(OK)


def add_assets(account: Account, request: OperationRequest) -> Reply:
    """Add a wallet for each asset. An asset that the fund has is a conflict."""
    company, fund = company_and_fund(account, request)
    held = {wallet.asset for wallet in fund.wallets.values()}
    for index, code in enumerate(request.body["assets"]):
        if code in held:
            raise ApiError(409, f"/body/assets/{index}: the fund has this asset")
    wallets = asset_wallets(account.world, company, fund, request.body["assets"])
    return Reply({"wallets": put_wallets(account, company, fund, wallets)})


def add_wallets(account: Account, request: OperationRequest) -> Reply:
    """Add wallets, all or none. A name that the fund has is a conflict."""
    company, fund = company_and_fund(account, request)
    wallets = new_wallets(account.world, company, fund, request.body["wallets"], "/body/wallets")
    return Reply({"wallets": put_wallets(account, company, fund, wallets)})


def get_ledger(account: Account, request: OperationRequest) -> Reply:
    """Return the rows of a fund's ledger, newest first; `Total` counts all rows that match the filters."""
    _, fund = company_and_fund(account, request)
    world, wanted = account.world, request.query
    place = world.place(wanted["wallet_id"]) if "wallet_id" in wanted else None
    asset = wanted.get("asset")
    wallet = place.wallet if place and place.fund is fund and asset in (None, place.wallet.asset) else None
    if "wallet_id" in wanted and wallet is None:
        return Reply({"List": [], "Total": 0})
    rows = world.index.rows(fund, asset, wallet, wanted.get("direction", "all"))
    offset, limit = wanted.get("offset", 0), wanted.get("limit", _PAGE)
    end = max(len(rows) - offset, 0)
    page = rows[max(end - limit, 0) : end]
    return Reply({"List": [row_view(world, row) for row in reversed(page)], "Total": len(rows)})
