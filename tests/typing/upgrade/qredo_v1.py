"""Every operation of `qredo_v1`, as a caller writes it, so that an update breaks no caller.

Written on version 0.1.0+r1 of the package. Type checkers read it, and test_upgrade runs it.
"""

from __future__ import annotations

from typing import assert_type

from qredo_v1 import AsyncClient, Client
from qredo_v1.models import (
    AccountInfoResponse,
    BalanceResponse,
    FundInfoResponse,
    FundsResponse,
    TransactionApprovalsResponse,
    TrustedPartiesResponse,
    TxHistoryResponse,
    TxInfoResponse,
    WalletHistoryResponse,
)


def call_all(client: Client) -> None:
    assert_type(client.account.get(), AccountInfoResponse)
    assert_type(client.balance.get(), BalanceResponse)
    assert_type(client.fund.get_all(archived=True), FundsResponse)
    assert_type(client.fund.get("fund_id"), FundInfoResponse)
    assert_type(client.fund.get_ledger("fund_id"), TxHistoryResponse)
    assert_type(client.trusted_party.get_all(), TrustedPartiesResponse)
    assert_type(client.wallet.get_history("wallet_id"), WalletHistoryResponse)
    assert_type(
        client.transaction.create(
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            to="0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab",
            value="0",
            gas_limit="65000",
            max_fee_per_gas="40000000000",
            max_priority_fee_per_gas="1500000000",
            data="0xa9059cbb000000000000000000000000",
            chain_id="5",
            note="payout 2022-118",
        ),
        TxInfoResponse,
    )
    assert_type(client.transaction.get_approvals("tx_id"), TransactionApprovalsResponse)
    assert_type(client.transaction.get_status("tx_id"), TxInfoResponse)


async def call_all_async(client: AsyncClient) -> None:
    assert_type(await client.account.get(), AccountInfoResponse)
    assert_type(await client.balance.get(), BalanceResponse)
    assert_type(await client.fund.get_all(archived=True), FundsResponse)
    assert_type(await client.fund.get("fund_id"), FundInfoResponse)
    assert_type(await client.fund.get_ledger("fund_id"), TxHistoryResponse)
    assert_type(await client.trusted_party.get_all(), TrustedPartiesResponse)
    assert_type(await client.wallet.get_history("wallet_id"), WalletHistoryResponse)
    assert_type(
        await client.transaction.create(
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            to="0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab",
            value="0",
            gas_limit="65000",
            max_fee_per_gas="40000000000",
            max_priority_fee_per_gas="1500000000",
            data="0xa9059cbb000000000000000000000000",
            chain_id="5",
            note="payout 2022-118",
        ),
        TxInfoResponse,
    )
    assert_type(await client.transaction.get_approvals("tx_id"), TransactionApprovalsResponse)
    assert_type(await client.transaction.get_status("tx_id"), TxInfoResponse)
