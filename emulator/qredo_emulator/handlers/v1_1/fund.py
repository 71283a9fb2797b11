"""Funds, their policies, wallets, deposit addresses, whitelist and ledger."""

from __future__ import annotations

from qredo_emulator._errors import ApiError, invalid
from qredo_emulator._state.model import Company, Fund, Whitelisted
from qredo_emulator._state.world import Account
from qredo_emulator.domain.making import add_wallets as put_wallets
from qredo_emulator.domain.making import asset_wallets, check_asset, new_fund, new_wallets
from qredo_emulator.handlers._call import OK, Call, Reply

from ._ledger import row_view
from ._views import company_member, policy_ids, policy_objects, wallet_view

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


def create(account: Account, call: Call) -> Reply:
    """A fund with its policies and wallets, all or nothing; ``assets`` gives a wallet to each."""
    fund = new_fund(account, account.company(call.path["company_id"]), call.body)
    return Reply({"fund_id": fund.id, **policy_ids(fund.policy_withdraw, fund.policy_tx)})


def get(account: Account, call: Call) -> Reply:
    """A fund with everything in it."""
    company, fund = company_and_fund(account, call)
    world, wallets = account.world, fund.wallets.values()
    return Reply(
        {
            "fund_id": fund.id,
            "name": fund.name,
            "description": fund.description,
            **policy_ids(fund.policy_withdraw, fund.policy_tx),
            **policy_objects(world, company, fund.policy_withdraw, fund.policy_tx),
            "members": [company_member(world, company)],
            "assets": sorted({wallet.asset for wallet in wallets}),
            "wallets": [wallet_view(world, world.index.places[wallet.id]) for wallet in wallets],
        }
    )


def get_deposit_addresses(account: Account, call: Call) -> Reply:
    """One entry per wallet."""
    _, fund = company_and_fund(account, call)
    entries = [
        {"asset": wallet.asset, "address": wallet.address, "balance": wallet.balance}
        for wallet in fund.wallets.values()
    ]
    return Reply({"total_count": len(entries), "list": entries})


def get_whitelist(account: Account, call: Call) -> Reply:
    """The whitelisted addresses, or those of one address or asset."""
    _, fund = company_and_fund(account, call)
    wanted = call.query
    entries = [
        {"asset": entry.asset, "address": entry.address, "name": entry.name}
        for entry in fund.whitelist.values()
        if wanted.get("address", entry.address) == entry.address and wanted.get("asset", entry.asset) == entry.asset
    ]
    return Reply({"total_count": len(entries), "list": entries})


def add_to_whitelist(account: Account, call: Call) -> Reply:
    """Adds an address; one that is there for the asset takes the new name."""
    _, fund = company_and_fund(account, call)
    whitelist(fund, call)
    return Reply(OK)


def add_assets(account: Account, call: Call) -> Reply:
    """A wallet for each asset; one that the fund has is a conflict."""
    company, fund = company_and_fund(account, call)
    held = {wallet.asset for wallet in fund.wallets.values()}
    for index, code in enumerate(call.body["assets"]):
        if code in held:
            raise ApiError(409, f"/body/assets/{index}: the fund has this asset")
    wallets = asset_wallets(account.world, company, fund, call.body["assets"])
    return Reply({"wallets": put_wallets(account, company, fund, wallets)})


def add_wallets(account: Account, call: Call) -> Reply:
    """More wallets, all or none; a name that the fund has is a conflict."""
    company, fund = company_and_fund(account, call)
    wallets = new_wallets(account.world, company, fund, call.body["wallets"], "/body/wallets")
    return Reply({"wallets": put_wallets(account, company, fund, wallets)})


def get_ledger(account: Account, call: Call) -> Reply:
    """What came and what goes, newest first; ``Total`` counts all that the filters let through."""
    _, fund = company_and_fund(account, call)
    world, wanted = account.world, call.query
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


def search(account: Account, call: Call) -> Reply:
    """Funds whose name has the query in it; all of them without a query."""
    query = call.query.get("query", "").casefold()
    funds = account.company(call.path["company_id"]).funds.values()
    matches = [{"name": fund.name, "id": fund.id} for fund in funds if query in fund.name.casefold()]
    return Reply({"total_count": len(matches), "list": matches})


def company_and_fund(account: Account, call: Call) -> tuple[Company, Fund]:
    """What the path names."""
    company = account.company(call.path["company_id"])
    return company, account.fund(company.id, call.path["fund_id"])


def whitelist(fund: Fund, call: Call) -> None:
    """Lets the fund withdraw to the address of a request."""
    asset, address = call.body["asset"], call.body["address"]
    check_asset(asset, "/body/asset")
    if not address:
        raise invalid("/body/address", "is empty")
    entry = Whitelisted(asset, address, call.body["name"])
    fund.whitelist.pop(entry.key, None)
    fund.whitelist[entry.key] = entry
