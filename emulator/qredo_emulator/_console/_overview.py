"""An overview of the state."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.world import Company, World

from ._keys import key_id

__all__ = ["overview"]

_SHOWN = 50


def overview(world: World) -> dict[str, Any]:
    """How many companies there are, and the newest 50 of them with their wallets."""
    with world.lock:
        companies = list(world.index.companies.values())
        newest = companies[: -_SHOWN - 1 : -1]
        return {"companies": len(companies), "newest": [_company(api_key, company) for api_key, company in newest]}


def _company(api_key: str, company: Company) -> dict[str, Any]:
    return {
        "key": key_id(api_key),
        "id": company.id,
        "name": company.name,
        "wallets": [
            # As text: a browser would round a number beyond 2**53.
            {
                "id": wallet.id,
                "fund": fund.name,
                "name": wallet.name,
                "asset": wallet.asset,
                "balance": str(wallet.balance),
            }
            for fund in company.funds.values()
            for wallet in fund.wallets.values()
        ],
    }
