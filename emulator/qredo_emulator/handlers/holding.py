"""Holdings."""

from __future__ import annotations

from collections import Counter

from qredo_emulator._call import Call, Reply
from qredo_emulator._state import Account

__all__ = ["get_all"]


def get_all(account: Account, call: Call) -> Reply:
    """The sum of each asset over all funds of a company; an asset with an empty wallet counts zero."""
    company = account.company(call.path["company_id"])
    sums: Counter[str] = Counter()
    for fund in company.funds.values():
        for wallet in fund.wallets.values():
            sums[wallet.asset] += wallet.balance
    holdings = [{"code": code, "amount": sums[code]} for code in sorted(sums)]
    return Reply({"total_count": len(holdings), "holdings": holdings})
