"""Every operation of `qredo_v2`, as a caller writes it, so that an update breaks no caller.

Written on version 2.0.0+r1 of the package. Type checkers read it, and test_upgrade runs it.
"""

from __future__ import annotations

from typing import assert_type

from qredo_v2 import AsyncClient, Client
from qredo_v2.models import (
    Action,
    ActionReference,
    ApiKey,
    Decision,
    EvmTransactionReference,
    Policy,
    PolicyListObject,
    PortfolioReference,
    Token,
    WebSocketToken,
    WorkspaceReference,
)


def call_all(client: Client, workspace_id: str) -> None:
    assert_type(client.token.get(workspace_id), Token)
    assert_type(client.token.refresh(workspace_id), Token)
    assert_type(client.workspace.create(name="Trading desk"), WorkspaceReference)
    assert_type(client.api_key.get(workspace_id, "key_id"), ApiKey)
    assert_type(
        client.api_key.update(workspace_id, "key_id", bls_public_key="AA==", ec_public_key="BA=="), ActionReference
    )
    assert_type(client.policy.get_all(workspace_id), list[Policy] | PolicyListObject)
    assert_type(client.portfolio.create(workspace_id, name="Market making", type_="standard"), PortfolioReference)
    assert_type(client.action.get("action_id"), Action)
    client.action.sign("action_id", status=Decision.APPROVE, signatures=["AA=="])
    assert_type(client.action.create_feed_token(), WebSocketToken)
    assert_type(
        client.transaction.create_legacy(
            workspace_id,
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            to="0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab",
            chain_id="11155111",
            value="0",
            gas="21000",
            gas_price="40000000000",
            input_="0x",
            nonce="1",
            note="payout 2024-07",
            broadcast=True,
        ),
        EvmTransactionReference,
    )
    assert_type(
        client.transaction.create_dynamic_fee(
            workspace_id,
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            to="0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab",
            chain_id="11155111",
            value="0",
            gas="21000",
            max_fee_per_gas="40000000000",
            max_priority_fee_per_gas="1500000000",
            input_="0x",
            nonce="2",
            note="payout 2024-08",
            description="to the exchange",
            broadcast=False,
        ),
        EvmTransactionReference,
    )
    assert_type(
        client.transaction.create_raw(
            workspace_id,
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            chain_id="11155111",
            data="0x",
            value="0",
            note="payout 2024-09",
            broadcast=True,
        ),
        EvmTransactionReference,
    )


async def call_all_async(client: AsyncClient, workspace_id: str) -> None:
    assert_type(await client.token.get(workspace_id), Token)
    assert_type(await client.token.refresh(workspace_id), Token)
    assert_type(await client.workspace.create(name="Trading desk"), WorkspaceReference)
    assert_type(await client.api_key.get(workspace_id, "key_id"), ApiKey)
    assert_type(
        await client.api_key.update(workspace_id, "key_id", bls_public_key="AA==", ec_public_key="BA=="),
        ActionReference,
    )
    assert_type(await client.policy.get_all(workspace_id), list[Policy] | PolicyListObject)
    assert_type(await client.portfolio.create(workspace_id, name="Market making", type_="standard"), PortfolioReference)
    assert_type(await client.action.get("action_id"), Action)
    await client.action.sign("action_id", status=Decision.APPROVE, signatures=["AA=="])
    assert_type(await client.action.create_feed_token(), WebSocketToken)
    assert_type(
        await client.transaction.create_legacy(
            workspace_id,
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            to="0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab",
            chain_id="11155111",
            value="0",
            gas="21000",
            gas_price="40000000000",
            input_="0x",
            nonce="1",
            note="payout 2024-07",
            broadcast=True,
        ),
        EvmTransactionReference,
    )
    assert_type(
        await client.transaction.create_dynamic_fee(
            workspace_id,
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            to="0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab",
            chain_id="11155111",
            value="0",
            gas="21000",
            max_fee_per_gas="40000000000",
            max_priority_fee_per_gas="1500000000",
            input_="0x",
            nonce="2",
            note="payout 2024-08",
            description="to the exchange",
            broadcast=False,
        ),
        EvmTransactionReference,
    )
    assert_type(
        await client.transaction.create_raw(
            workspace_id,
            from_="0x38a775e098b6555e51e1cd297a25c5f6a30e4b50",
            chain_id="11155111",
            data="0x",
            value="0",
            note="payout 2024-09",
            broadcast=True,
        ),
        EvmTransactionReference,
    )
