"""Operations of funds that all versions share: deposit addresses, whitelist, search."""

from __future__ import annotations

from collections.abc import Callable

from qredo_emulator._errors import invalid
from qredo_emulator._state.funds import Fund, Wallet, Whitelisted
from qredo_emulator._state.model import Company
from qredo_emulator._state.world import Account
from qredo_emulator.domain.making import check_asset
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["company_and_fund", "deposit_addresses", "get_whitelist", "search", "whitelist"]


def deposit_addresses(account: Account, request: OperationRequest, balance: Callable[[Wallet], object]) -> Reply:
    """Return one entry per wallet, with its balance in the form of a version."""
    _, fund = company_and_fund(account, request)
    entries = [
        {"asset": wallet.asset, "address": wallet.address, "balance": balance(wallet)}
        for wallet in fund.wallets.values()
    ]
    return Reply({"total_count": len(entries), "list": entries})


def get_whitelist(account: Account, request: OperationRequest) -> Reply:
    """Return the whitelist, filtered by address or asset."""
    _, fund = company_and_fund(account, request)
    wanted = request.query
    entries = [
        {"asset": entry.asset, "address": entry.address, "name": entry.name}
        for entry in fund.whitelist.values()
        if wanted.get("address", entry.address) == entry.address and wanted.get("asset", entry.asset) == entry.asset
    ]
    return Reply({"total_count": len(entries), "list": entries})


def search(account: Account, request: OperationRequest) -> Reply:
    """Return the funds whose name contains the query; all of them without a query."""
    query = request.query.get("query", "").casefold()
    funds = account.company(request.path["company_id"]).funds.values()
    matches = [{"name": fund.name, "id": fund.id} for fund in funds if query in fund.name.casefold()]
    return Reply({"total_count": len(matches), "list": matches})


def company_and_fund(account: Account, request: OperationRequest) -> tuple[Company, Fund]:
    """Return the company and the fund in the path."""
    company = account.company(request.path["company_id"])
    return company, account.fund(company.id, request.path["fund_id"])


def whitelist(fund: Fund, request: OperationRequest) -> None:
    """Add the address of a request to the whitelist of a fund."""
    asset, address = request.body["asset"], request.body["address"]
    check_asset(asset, "/body/asset")
    if not address:
        raise invalid("/body/address", "is empty")
    entry = Whitelisted(asset, address, request.body["name"])
    fund.whitelist.pop(entry.key, None)
    fund.whitelist[entry.key] = entry
