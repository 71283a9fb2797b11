"""Funds, their policies, wallets, deposit addresses, whitelist and ledger."""

from __future__ import annotations

from typing import Any

from qredo_emulator._call import OK, Call, Reply
from qredo_emulator._errors import ApiError, invalid
from qredo_emulator._state import Account, Company, Fund, Row, Wallet, Whitelisted

from ._new import check_asset, new_policy, new_wallets
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
    world, body = account.world, call.body
    company = account.company(call.path["company_id"])
    name = body["name"]
    withdraw, tx = (
        new_policy(world, company, f"{name} {kind}", body.get(f"custodygroup_{kind}"), f"/body/custodygroup_{kind}")
        for kind in ("withdraw", "tx")
    )
    fund = Fund(world.new_id(), name, body.get("description", ""), withdraw, tx)
    _add(fund, new_wallets(world, company, fund, body.get("wallets") or [], "/body/wallets"))
    _add(fund, _asset_wallets(account, company, fund, body.get("assets") or []))
    company.funds[fund.id] = fund
    return Reply({"fund_id": fund.id, **policy_ids(withdraw, tx)})


def get(account: Account, call: Call) -> Reply:
    """A fund with everything in it."""
    company, fund = _fund(account, call)
    wallets = fund.wallets.values()
    return Reply(
        {
            "fund_id": fund.id,
            "name": fund.name,
            "description": fund.description,
            **policy_ids(fund.policy_withdraw, fund.policy_tx),
            **policy_objects(company, fund.policy_withdraw, fund.policy_tx),
            "members": [company_member(company)],
            "assets": sorted({wallet.asset for wallet in wallets}),
            "wallets": [wallet_view(company, fund, wallet) for wallet in wallets],
        }
    )


def get_deposit_addresses(account: Account, call: Call) -> Reply:
    """One entry per wallet."""
    _, fund = _fund(account, call)
    entries = [
        {"asset": wallet.asset, "address": wallet.address, "balance": wallet.balance}
        for wallet in fund.wallets.values()
    ]
    return Reply({"total_count": len(entries), "list": entries})


def get_whitelist(account: Account, call: Call) -> Reply:
    """The whitelisted addresses, or those of one address or asset."""
    _, fund = _fund(account, call)
    wanted = call.query
    entries = [
        {"asset": entry.asset, "address": entry.address, "name": entry.name}
        for entry in fund.whitelist
        if wanted.get("address", entry.address) == entry.address and wanted.get("asset", entry.asset) == entry.asset
    ]
    return Reply({"total_count": len(entries), "list": entries})


def add_to_whitelist(account: Account, call: Call) -> Reply:
    """Adds an address; one that is there for the asset takes the new name."""
    _, fund = _fund(account, call)
    asset, address = call.body["asset"], call.body["address"]
    check_asset(asset, "/body/asset")
    if not address:
        raise invalid("/body/address", "is empty")
    fund.whitelist = [entry for entry in fund.whitelist if (entry.asset, entry.address) != (asset, address)]
    fund.whitelist.append(Whitelisted(asset, address, call.body["name"]))
    return Reply(OK)


def add_assets(account: Account, call: Call) -> Reply:
    """A wallet for each asset; one that the fund has is a conflict."""
    company, fund = _fund(account, call)
    held = {wallet.asset for wallet in fund.wallets.values()}
    for index, code in enumerate(call.body["assets"]):
        if code in held:
            raise ApiError(409, f"/body/assets/{index}: the fund has this asset")
    return _added(fund, _asset_wallets(account, company, fund, call.body["assets"]))


def add_wallets(account: Account, call: Call) -> Reply:
    """More wallets, all or none; a name that the fund has is a conflict."""
    company, fund = _fund(account, call)
    return _added(fund, new_wallets(account.world, company, fund, call.body["wallets"], "/body/wallets"))


def get_ledger(account: Account, call: Call) -> Reply:
    """Movements of the fund's wallets, newest first; ``Total`` counts all that the filters let through."""
    _, fund = _fund(account, call)
    wanted = call.query
    rows = [
        (wallet, row)
        for wallet in fund.wallets.values()
        if wanted.get("asset", wallet.asset) == wallet.asset
        and wanted.get("wallet_id", wallet.id) in (wallet.id, wallet.short_code)
        for row in wallet.rows
        if wanted.get("direction", "all") in ("all", "in" if row.inbound else "out")
    ]
    rows.reverse()  # the sort is stable: of two rows of the same second the later one comes first
    rows.sort(key=lambda pair: pair[1].timestamp, reverse=True)
    offset, limit = wanted.get("offset", 0), wanted.get("limit", _PAGE)
    page = [_ledger_row(fund, wallet, row) for wallet, row in rows[offset : offset + limit]]
    return Reply({"List": page, "Total": len(rows)})


def search(account: Account, call: Call) -> Reply:
    """Funds whose name has the query in it; all of them without a query."""
    query = call.query.get("query", "").casefold()
    funds = account.company(call.path["company_id"]).funds.values()
    matches = [{"name": fund.name, "id": fund.id} for fund in funds if query in fund.name.casefold()]
    return Reply({"total_count": len(matches), "list": matches})


def _fund(account: Account, call: Call) -> tuple[Company, Fund]:
    company = account.company(call.path["company_id"])
    return company, account.fund(company.id, call.path["fund_id"])


def _add(fund: Fund, wallets: list[Wallet]) -> None:
    fund.wallets.update({wallet.id: wallet for wallet in wallets})


def _added(fund: Fund, wallets: list[Wallet]) -> Reply:
    _add(fund, wallets)
    return Reply({"wallets": [wallet.id for wallet in wallets]})


def _asset_wallets(account: Account, company: Company, fund: Fund, codes: list[str]) -> list[Wallet]:
    for index, code in enumerate(codes):
        check_asset(code, f"/body/assets/{index}")
        if code in codes[:index]:
            raise invalid(f"/body/assets/{index}", f"{code!r} is there twice")
    held = {wallet.asset for wallet in fund.wallets.values()}
    bodies = [{"name": code, "asset": code} for code in codes if code not in held]
    return new_wallets(account.world, company, fund, bodies, "/body/assets")


def _ledger_row(fund: Fund, wallet: Wallet, row: Row) -> dict[str, Any]:
    return {
        "TxID": row.tx_id,
        "chainTxID": row.chain_tx_id,
        "fundID": fund.id,
        "timestamp": row.timestamp,
        "expireTime": row.expires,
        "status": row.status,
        "type": row.type,
        "asset": wallet.asset,
        "amount": row.net + row.fees,
        "fees": row.fees,
        "netAmount": row.net,
        "counterpartyID": "",
        "counterpartyName": "",
        "address": wallet.address,
        "reference": "",
        "benefitOf": "",
        "accountNo": "",
    }
