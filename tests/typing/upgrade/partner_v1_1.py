"""Every operation of `qredo_partner_v1_1`, as a caller writes it, so that an update breaks no caller.

Written on version 1.1.2+r1 of the package. Type checkers read it, and test_upgrade runs it.
"""

from __future__ import annotations

from typing import assert_type

from qredo_partner_v1_1 import AsyncClient, Client
from qredo_partner_v1_1.models import (
    ActionDetails,
    ActionMessages,
    ActionResult,
    ActionsInfo,
    AgentFinishResponse,
    AgentInitResponse,
    AssetAmount,
    Assets,
    Company,
    CompanySearchResponse,
    ConnectAccount,
    CoreClientInfo,
    CoreClientSignature,
    CoreClientsInfo,
    CoreClientWallets,
    CreateCompanyResponse,
    CreateFundResponse,
    ExchangesList,
    FeesResponse,
    FeeType,
    FundDepositResponse,
    FundDetail,
    FundSearchResult,
    FundWalletHistory,
    FundWalletInfo,
    FundWhitelist,
    Holdings,
    LedgerDirection,
    LiquidityHub,
    MaxAmountType,
    NewCustodyGroup,
    NewWallet,
    OkResponse,
    PolicyType,
    SwapTxId,
    SweepInfo,
    TrustedPartyList,
    TxId,
    TxInfo,
    TxLedger,
    WalletIDList,
    WalletType,
)


def call_all(client: Client) -> None:
    assert_type(client.asset.get_all(), Assets)
    assert_type(client.asset.calculate_fees(type_=FeeType.WITHDRAW, asset="BTC-TESTNET", amount=800000), FeesResponse)
    assert_type(
        client.company.create(name="ACME Corp", city="Paris", country="FR", domain="acme.example", ref="customer-1042"),
        CreateCompanyResponse,
    )
    assert_type(client.company.get("company_id"), Company)
    assert_type(client.company.update("company_id", city="Lyon", domain="acme.example"), CreateCompanyResponse)
    assert_type(client.company.search(query="x"), CompanySearchResponse)
    assert_type(client.trusted_party.get_all("company_id"), TrustedPartyList)
    assert_type(client.trusted_party.add("company_id", address="alice@acme.example"), OkResponse)
    assert_type(client.trusted_party.remove("company_id", "trustedparty_id"), OkResponse)
    assert_type(client.holding.get_all("company_id"), Holdings)
    assert_type(
        client.fund.create(
            "company_id",
            name="Treasury",
            description="Reserves of the group",
            custodygroup_withdraw=NewCustodyGroup(
                threshold=2,
                members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r", "vRbyckAEGFH72putTNpitDwthxJZs4X77KbpaZJxrKy"],
            ),
            custodygroup_tx=NewCustodyGroup(threshold=1, members=["8SQbM3JVr9xSbno1t3x2JWggM2iSrxFxsMmW7DzgkXDL"]),
            wallets=[
                NewWallet(name="Bitcoin reserve", asset="BTC-TESTNET"),
                NewWallet(
                    name="Ether at the exchange",
                    asset="ETH-TESTNET",
                    type_=WalletType.DEDICATED,
                    connect=[
                        ConnectAccount(
                            counterparty_id="CnbjvoUcAv4vHHRRFWMXyaNT7WdLBbrDsQVDZpZU5ETv", client_id="A-20417"
                        )
                    ],
                ),
            ],
        ),
        CreateFundResponse,
    )
    assert_type(client.fund.get("company_id", "fund_id"), FundDetail)
    assert_type(client.fund.get_deposit_addresses("company_id", "fund_id"), FundDepositResponse)
    assert_type(client.fund.get_whitelist("company_id", "fund_id", address="x", asset="x"), FundWhitelist)
    assert_type(
        client.fund.add_to_whitelist(
            "company_id",
            "fund_id",
            asset="BTC-TESTNET",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            name="Cold storage",
        ),
        OkResponse,
    )
    assert_type(client.fund.add_assets("company_id", "fund_id", assets=["ETH-TESTNET"]), WalletIDList)
    assert_type(
        client.fund.add_wallets(
            "company_id",
            "fund_id",
            wallets=[
                NewWallet(
                    name="Ether at the exchange",
                    asset="ETH-TESTNET",
                    custodygroup_tx=NewCustodyGroup(
                        threshold=1, members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r"]
                    ),
                    type_=WalletType.DEDICATED,
                    connect=[
                        ConnectAccount(
                            counterparty_id="CnbjvoUcAv4vHHRRFWMXyaNT7WdLBbrDsQVDZpZU5ETv", client_id="A-20417"
                        )
                    ],
                )
            ],
        ),
        WalletIDList,
    )
    assert_type(
        client.fund.get_ledger(
            "company_id", "fund_id", asset="x", wallet_id="x", direction=LedgerDirection.ALL, offset=1, limit=1
        ),
        TxLedger,
    )
    assert_type(client.fund.search("company_id", query="x"), FundSearchResult)
    assert_type(client.wallet.get("wallet_id"), FundWalletInfo)
    assert_type(client.wallet.get_history("wallet_id", since=1), FundWalletHistory)
    assert_type(client.wallet.get_max_amount("wallet_id", pending=1, tx_type=MaxAmountType.TRANSFER), FeesResponse)
    assert_type(client.wallet.get_exchanges(), ExchangesList)
    assert_type(
        client.wallet.update_policy(
            "company_id",
            "fund_id",
            "wallet_id",
            policy_id="2BJxSEBr2dC9kK8j7Z25rXvtUnI",
            threshold=2,
            members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r", "8SQbM3JVr9xSbno1t3x2JWggM2iSrxFxsMmW7DzgkXDL"],
            type_=PolicyType.POLICY_TX,
        ),
        OkResponse,
    )
    assert_type(
        client.transfer.create(
            "company_id",
            wallet_id="C1e8BXRBDDEtu2xmxRkC6hBSRcEM4y12m3AebLWYVGPa",
            counterparty_wallet_address="E1urVZntKTbJoSY6wjaZgmvnA1hkquoMC5mjLL7w9BRw",
            expires=1656806400,
            send=AssetAmount(symbol="BTC-TESTNET", amount=500000),
            benefit_of="Beta Ltd",
            account_no="99017",
            reference="invoice 7781",
            partner_tx_id="5f0f6c1e-2b7a-4d0e-9a83-6c1f5b0a7d42",
        ),
        TxId,
    )
    assert_type(client.transfer.get("company_id", "tx_id"), TxInfo)
    assert_type(
        client.withdrawal.create(
            "company_id",
            wallet_id="harbour velvet otter",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            expires=1656892800,
            send=AssetAmount(symbol="BTC-TESTNET", amount=800000),
            benefit_of="ACME Corp",
            account_no="10042",
            reference="to cold storage",
            partner_tx_id="0b9f2d6a-77f3-4c55-8f0e-3f1c7be1a9d4",
        ),
        TxId,
    )
    assert_type(client.withdrawal.get("company_id", "tx_id"), TxInfo)
    assert_type(
        client.atomic_swap.make(
            "company_id",
            send_wallet_id="C1e8BXRBDDEtu2xmxRkC6hBSRcEM4y12m3AebLWYVGPa",
            receive_wallet_id="4GoTfU6YH9b4RmLXaKp6vtnsuxF4mFzMeTajn1aRgMDh",
            expires=1656979200,
            send=AssetAmount(symbol="BTC-TESTNET", amount=100000),
            receive=AssetAmount(symbol="ETH-TESTNET", amount=18000000),
            reference="swap 31",
            partner_tx_id="c2a4e1f0-93d8-4b5e-bb0a-1d7f64e2c8a9",
            add_to_liquidity_hub=True,
        ),
        SwapTxId,
    )
    assert_type(client.atomic_swap.get_made("company_id", "tx_id"), TxInfo)
    assert_type(client.atomic_swap.cancel("company_id", "tx_id"), OkResponse)
    assert_type(
        client.atomic_swap.take(
            "company_id",
            swap_id="2BK1tnuQFmMPJ3QeLLqrHFHfwYr",
            send_wallet_id="CExY1wTVJPAXQUheJD7xbweVu3XzUoZr5yikQrnjR2RQ",
            receive_wallet_id="E1urVZntKTbJoSY6wjaZgmvnA1hkquoMC5mjLL7w9BRw",
            reference="swap 31",
            partner_tx_id="7d1b0c55-0c0e-4f6b-8a2d-e5b7c9a8f310",
        ),
        TxId,
    )
    assert_type(client.atomic_swap.get_taken("company_id", "tx_id"), TxInfo)
    assert_type(client.liquidity_hub.get_for_company("company_id"), LiquidityHub)
    assert_type(client.liquidity_hub.publish("company_id", tx_id="2BK1tnuQFmMPJ3QeLLqrHFHfwYr"), OkResponse)
    assert_type(client.liquidity_hub.get_all(), LiquidityHub)
    assert_type(client.core_client.get_all(), CoreClientsInfo)
    assert_type(client.core_client.create(name="Order desk"), CoreClientInfo)
    assert_type(client.core_client.get_actions("client_id"), ActionsInfo)
    assert_type(client.core_client.get_action("client_id", "action_id"), ActionDetails)
    assert_type(client.core_client.approve_action("client_id", "action_id"), ActionResult)
    assert_type(client.core_client.reject_action("client_id", "action_id"), ActionResult)
    assert_type(client.core_client.get_wallets("client_id"), CoreClientWallets)
    assert_type(
        client.core_client.sign(
            "client_id", message_hash_hex="f7ad281fda3d7484f4e0c34a02239a2db39fdc0450eb3dc0981c4824c67b7f4c"
        ),
        CoreClientSignature,
    )
    assert_type(
        client.core_client.verify(
            message_hash_hex="f7ad281fda3d7484f4e0c34a02239a2db39fdc0450eb3dc0981c4824c67b7f4c",
            signature_hex="034b7ca638a24a0ce81fa2cdc1bf4b49396894c533ffebcea0431d32e25be922700e10ba16c3b9bb4dbabd617f4683782b",
            signer_id="8SQbM3JVr9xSbno1t3x2JWggM2iSrxFxsMmW7DzgkXDL",
        ),
        None,
    )
    assert_type(
        client.sweep.create(
            "client_id",
            wallet_id="DtNPrdG6XJYDjD1RWjaNWmWwbe1dFoepmujHZG7YqTnA",
            recipient_wallet_id="CExY1wTVJPAXQUheJD7xbweVu3XzUoZr5yikQrnjR2RQ",
            send=AssetAmount(symbol="ETH-TESTNET", amount=40000000),
            expires=1656982800,
            reference="settlement 2022-07-05",
            partner_tx_id="e0c3a7d8-5f14-4b8e-9d26-80b1c2f3a4e5",
        ),
        TxId,
    )
    assert_type(client.sweep.get("client_id", "tx_id"), SweepInfo)
    assert_type(
        client.signing_agent.begin_registration(
            name="Night approver",
            bls_public_key="c651c3a185d93d8c48b4907146ec1903f0b305e2683bcb89074d4a1c2b1de2b5ac81f450058636ab70547cb5560d781577a29ab4b396d5e718938c68ac57bc8a9e99944b3af7e8cb57c82919837adfff30822f079d6e910c142e10690325195f48c8fd3b2f2a4cd425dec96e50b7264efa34d124a9cad9e7f1cd3b2f01135c02d5bb898082589feac2469e86daf57a725d9a2b64e913a89b0809a74087dd6ed30adf4d590b33c09e052a994eeea76898f3633e0574ce7ea19a84a483772d4293",
            ec_public_key="0441fcb27215d636df9c5d563e1865471f763c20df084e8cc834e8b1d24556db468d95adeb443ad51c838826d4baf4c9e30fabba0bda722dae0f753aba79c53b59",
        ),
        AgentInitResponse,
    )
    assert_type(
        client.signing_agent.finish_registration(
            id_doc_signature_hex="02c686ecf931b17ba7df95ba128929b8293400e0f6f7db052ae090a19e58589bb0bbd1d10098e565edafea554ea8848db1"
        ),
        AgentFinishResponse,
    )
    assert_type(client.signing_agent.get_action("action_id"), ActionMessages)
    assert_type(
        client.signing_agent.approve_action(
            "action_id",
            signatures=[
                "034b7ca638a24a0ce81fa2cdc1bf4b49396894c533ffebcea0431d32e25be922700e10ba16c3b9bb4dbabd617f4683782b",
                "031f47679d2e8e638cf8f51e93f6054762662efe4eff6803ee12289dbceb301d4f3355c1047c2bdcf228073dad5f621c25",
            ],
        ),
        None,
    )
    assert_type(client.signing_agent.reject_action("action_id"), None)


async def call_all_async(client: AsyncClient) -> None:
    assert_type(await client.asset.get_all(), Assets)
    assert_type(
        await client.asset.calculate_fees(type_=FeeType.WITHDRAW, asset="BTC-TESTNET", amount=800000), FeesResponse
    )
    assert_type(
        await client.company.create(
            name="ACME Corp", city="Paris", country="FR", domain="acme.example", ref="customer-1042"
        ),
        CreateCompanyResponse,
    )
    assert_type(await client.company.get("company_id"), Company)
    assert_type(await client.company.update("company_id", city="Lyon", domain="acme.example"), CreateCompanyResponse)
    assert_type(await client.company.search(query="x"), CompanySearchResponse)
    assert_type(await client.trusted_party.get_all("company_id"), TrustedPartyList)
    assert_type(await client.trusted_party.add("company_id", address="alice@acme.example"), OkResponse)
    assert_type(await client.trusted_party.remove("company_id", "trustedparty_id"), OkResponse)
    assert_type(await client.holding.get_all("company_id"), Holdings)
    assert_type(
        await client.fund.create(
            "company_id",
            name="Treasury",
            description="Reserves of the group",
            custodygroup_withdraw=NewCustodyGroup(
                threshold=2,
                members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r", "vRbyckAEGFH72putTNpitDwthxJZs4X77KbpaZJxrKy"],
            ),
            custodygroup_tx=NewCustodyGroup(threshold=1, members=["8SQbM3JVr9xSbno1t3x2JWggM2iSrxFxsMmW7DzgkXDL"]),
            wallets=[
                NewWallet(name="Bitcoin reserve", asset="BTC-TESTNET"),
                NewWallet(
                    name="Ether at the exchange",
                    asset="ETH-TESTNET",
                    type_=WalletType.DEDICATED,
                    connect=[
                        ConnectAccount(
                            counterparty_id="CnbjvoUcAv4vHHRRFWMXyaNT7WdLBbrDsQVDZpZU5ETv", client_id="A-20417"
                        )
                    ],
                ),
            ],
        ),
        CreateFundResponse,
    )
    assert_type(await client.fund.get("company_id", "fund_id"), FundDetail)
    assert_type(await client.fund.get_deposit_addresses("company_id", "fund_id"), FundDepositResponse)
    assert_type(await client.fund.get_whitelist("company_id", "fund_id", address="x", asset="x"), FundWhitelist)
    assert_type(
        await client.fund.add_to_whitelist(
            "company_id",
            "fund_id",
            asset="BTC-TESTNET",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            name="Cold storage",
        ),
        OkResponse,
    )
    assert_type(await client.fund.add_assets("company_id", "fund_id", assets=["ETH-TESTNET"]), WalletIDList)
    assert_type(
        await client.fund.add_wallets(
            "company_id",
            "fund_id",
            wallets=[
                NewWallet(
                    name="Ether at the exchange",
                    asset="ETH-TESTNET",
                    custodygroup_tx=NewCustodyGroup(
                        threshold=1, members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r"]
                    ),
                    type_=WalletType.DEDICATED,
                    connect=[
                        ConnectAccount(
                            counterparty_id="CnbjvoUcAv4vHHRRFWMXyaNT7WdLBbrDsQVDZpZU5ETv", client_id="A-20417"
                        )
                    ],
                )
            ],
        ),
        WalletIDList,
    )
    assert_type(
        await client.fund.get_ledger(
            "company_id", "fund_id", asset="x", wallet_id="x", direction=LedgerDirection.ALL, offset=1, limit=1
        ),
        TxLedger,
    )
    assert_type(await client.fund.search("company_id", query="x"), FundSearchResult)
    assert_type(await client.wallet.get("wallet_id"), FundWalletInfo)
    assert_type(await client.wallet.get_history("wallet_id", since=1), FundWalletHistory)
    assert_type(
        await client.wallet.get_max_amount("wallet_id", pending=1, tx_type=MaxAmountType.TRANSFER), FeesResponse
    )
    assert_type(await client.wallet.get_exchanges(), ExchangesList)
    assert_type(
        await client.wallet.update_policy(
            "company_id",
            "fund_id",
            "wallet_id",
            policy_id="2BJxSEBr2dC9kK8j7Z25rXvtUnI",
            threshold=2,
            members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r", "8SQbM3JVr9xSbno1t3x2JWggM2iSrxFxsMmW7DzgkXDL"],
            type_=PolicyType.POLICY_TX,
        ),
        OkResponse,
    )
    assert_type(
        await client.transfer.create(
            "company_id",
            wallet_id="C1e8BXRBDDEtu2xmxRkC6hBSRcEM4y12m3AebLWYVGPa",
            counterparty_wallet_address="E1urVZntKTbJoSY6wjaZgmvnA1hkquoMC5mjLL7w9BRw",
            expires=1656806400,
            send=AssetAmount(symbol="BTC-TESTNET", amount=500000),
            benefit_of="Beta Ltd",
            account_no="99017",
            reference="invoice 7781",
            partner_tx_id="5f0f6c1e-2b7a-4d0e-9a83-6c1f5b0a7d42",
        ),
        TxId,
    )
    assert_type(await client.transfer.get("company_id", "tx_id"), TxInfo)
    assert_type(
        await client.withdrawal.create(
            "company_id",
            wallet_id="harbour velvet otter",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            expires=1656892800,
            send=AssetAmount(symbol="BTC-TESTNET", amount=800000),
            benefit_of="ACME Corp",
            account_no="10042",
            reference="to cold storage",
            partner_tx_id="0b9f2d6a-77f3-4c55-8f0e-3f1c7be1a9d4",
        ),
        TxId,
    )
    assert_type(await client.withdrawal.get("company_id", "tx_id"), TxInfo)
    assert_type(
        await client.atomic_swap.make(
            "company_id",
            send_wallet_id="C1e8BXRBDDEtu2xmxRkC6hBSRcEM4y12m3AebLWYVGPa",
            receive_wallet_id="4GoTfU6YH9b4RmLXaKp6vtnsuxF4mFzMeTajn1aRgMDh",
            expires=1656979200,
            send=AssetAmount(symbol="BTC-TESTNET", amount=100000),
            receive=AssetAmount(symbol="ETH-TESTNET", amount=18000000),
            reference="swap 31",
            partner_tx_id="c2a4e1f0-93d8-4b5e-bb0a-1d7f64e2c8a9",
            add_to_liquidity_hub=True,
        ),
        SwapTxId,
    )
    assert_type(await client.atomic_swap.get_made("company_id", "tx_id"), TxInfo)
    assert_type(await client.atomic_swap.cancel("company_id", "tx_id"), OkResponse)
    assert_type(
        await client.atomic_swap.take(
            "company_id",
            swap_id="2BK1tnuQFmMPJ3QeLLqrHFHfwYr",
            send_wallet_id="CExY1wTVJPAXQUheJD7xbweVu3XzUoZr5yikQrnjR2RQ",
            receive_wallet_id="E1urVZntKTbJoSY6wjaZgmvnA1hkquoMC5mjLL7w9BRw",
            reference="swap 31",
            partner_tx_id="7d1b0c55-0c0e-4f6b-8a2d-e5b7c9a8f310",
        ),
        TxId,
    )
    assert_type(await client.atomic_swap.get_taken("company_id", "tx_id"), TxInfo)
    assert_type(await client.liquidity_hub.get_for_company("company_id"), LiquidityHub)
    assert_type(await client.liquidity_hub.publish("company_id", tx_id="2BK1tnuQFmMPJ3QeLLqrHFHfwYr"), OkResponse)
    assert_type(await client.liquidity_hub.get_all(), LiquidityHub)
    assert_type(await client.core_client.get_all(), CoreClientsInfo)
    assert_type(await client.core_client.create(name="Order desk"), CoreClientInfo)
    assert_type(await client.core_client.get_actions("client_id"), ActionsInfo)
    assert_type(await client.core_client.get_action("client_id", "action_id"), ActionDetails)
    assert_type(await client.core_client.approve_action("client_id", "action_id"), ActionResult)
    assert_type(await client.core_client.reject_action("client_id", "action_id"), ActionResult)
    assert_type(await client.core_client.get_wallets("client_id"), CoreClientWallets)
    assert_type(
        await client.core_client.sign(
            "client_id", message_hash_hex="f7ad281fda3d7484f4e0c34a02239a2db39fdc0450eb3dc0981c4824c67b7f4c"
        ),
        CoreClientSignature,
    )
    assert_type(
        await client.core_client.verify(
            message_hash_hex="f7ad281fda3d7484f4e0c34a02239a2db39fdc0450eb3dc0981c4824c67b7f4c",
            signature_hex="034b7ca638a24a0ce81fa2cdc1bf4b49396894c533ffebcea0431d32e25be922700e10ba16c3b9bb4dbabd617f4683782b",
            signer_id="8SQbM3JVr9xSbno1t3x2JWggM2iSrxFxsMmW7DzgkXDL",
        ),
        None,
    )
    assert_type(
        await client.sweep.create(
            "client_id",
            wallet_id="DtNPrdG6XJYDjD1RWjaNWmWwbe1dFoepmujHZG7YqTnA",
            recipient_wallet_id="CExY1wTVJPAXQUheJD7xbweVu3XzUoZr5yikQrnjR2RQ",
            send=AssetAmount(symbol="ETH-TESTNET", amount=40000000),
            expires=1656982800,
            reference="settlement 2022-07-05",
            partner_tx_id="e0c3a7d8-5f14-4b8e-9d26-80b1c2f3a4e5",
        ),
        TxId,
    )
    assert_type(await client.sweep.get("client_id", "tx_id"), SweepInfo)
    assert_type(
        await client.signing_agent.begin_registration(
            name="Night approver",
            bls_public_key="c651c3a185d93d8c48b4907146ec1903f0b305e2683bcb89074d4a1c2b1de2b5ac81f450058636ab70547cb5560d781577a29ab4b396d5e718938c68ac57bc8a9e99944b3af7e8cb57c82919837adfff30822f079d6e910c142e10690325195f48c8fd3b2f2a4cd425dec96e50b7264efa34d124a9cad9e7f1cd3b2f01135c02d5bb898082589feac2469e86daf57a725d9a2b64e913a89b0809a74087dd6ed30adf4d590b33c09e052a994eeea76898f3633e0574ce7ea19a84a483772d4293",
            ec_public_key="0441fcb27215d636df9c5d563e1865471f763c20df084e8cc834e8b1d24556db468d95adeb443ad51c838826d4baf4c9e30fabba0bda722dae0f753aba79c53b59",
        ),
        AgentInitResponse,
    )
    assert_type(
        await client.signing_agent.finish_registration(
            id_doc_signature_hex="02c686ecf931b17ba7df95ba128929b8293400e0f6f7db052ae090a19e58589bb0bbd1d10098e565edafea554ea8848db1"
        ),
        AgentFinishResponse,
    )
    assert_type(await client.signing_agent.get_action("action_id"), ActionMessages)
    assert_type(
        await client.signing_agent.approve_action(
            "action_id",
            signatures=[
                "034b7ca638a24a0ce81fa2cdc1bf4b49396894c533ffebcea0431d32e25be922700e10ba16c3b9bb4dbabd617f4683782b",
                "031f47679d2e8e638cf8f51e93f6054762662efe4eff6803ee12289dbceb301d4f3355c1047c2bdcf228073dad5f621c25",
            ],
        ),
        None,
    )
    assert_type(await client.signing_agent.reject_action("action_id"), None)
