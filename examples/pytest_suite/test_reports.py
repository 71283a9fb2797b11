"""Reports, which only read: all tests of this module share one treasury, and some are async."""

from __future__ import annotations

import asyncio

import pytest
from qredo_partner_v1_1 import AsyncClient, NotFoundError

from .treasury import Treasury


def test_the_balance_is_the_deposit(shared_treasury: Treasury) -> None:
    """The treasury holds what was deposited."""
    assert shared_treasury.balance() == 1_000_000


@pytest.mark.anyio
async def test_holdings_are_the_sum_of_the_wallets(shared_treasury: Treasury, async_client: AsyncClient) -> None:
    """Holdings and wallet, read at the same time, agree."""
    holdings, wallet = await asyncio.gather(
        async_client.holding.get_all(shared_treasury.company), async_client.wallet.get(shared_treasury.wallet)
    )
    assert [(each.code, each.amount) for each in holdings] == [("BTC-TESTNET", wallet.balance)]


@pytest.mark.anyio
async def test_another_company_is_not_found(async_client: AsyncClient) -> None:
    """An id that does not exist raises `NotFoundError`."""
    with pytest.raises(NotFoundError):
        await async_client.company.get("2BJyw5Hr94QjXbAtV4qKlKHBzNU")
