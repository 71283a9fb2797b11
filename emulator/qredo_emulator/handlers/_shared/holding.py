"""Holdings."""

from __future__ import annotations

from collections.abc import Iterable

from qredo_emulator._state.funds import Fund
from qredo_emulator._state.world import Account
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["get_all"]


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return the sum of each asset over all funds of a company, zero for an empty wallet."""
    held = holdings(account.company(request.path["company_id"]).funds.values())
    return Reply({"total_count": len(held), "holdings": held})


def holdings(funds: Iterable[Fund]) -> list[dict[str, str | int]]:
    """The sum of each asset over funds, sorted by the asset's code."""
    sums: dict[str, int] = {}
    for fund in funds:
        for wallet in fund.wallets.values():
            sums[wallet.asset] = sums.get(wallet.asset, 0) + wallet.balance
    return [{"code": code, "amount": sums[code]} for code in sorted(sums)]
