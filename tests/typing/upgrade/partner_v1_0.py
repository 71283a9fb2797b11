"""Every operation of `qredo_partner_v1_0`, as a caller writes it, so that an update breaks no caller.

Written on version 1.0.0+r1 of the package. Type checkers read it, and test_upgrade runs it.
"""

from __future__ import annotations

from typing import assert_type

from qredo_partner_v1_0 import AsyncClient, Client
from qredo_partner_v1_0.models import (
    AssetAmount,
    Company,
    CompanySearchResponse,
    CreateCompanyResponse,
    CreateFundResponse,
    FundDepositResponse,
    FundDetail,
    FundSearchResult,
    FundWhitelist,
    Holdings,
    NewCustodyGroup,
    OkResponse,
    TrustedPartyList,
    TrustedPartyType,
    TxId,
    TxInfo,
)


def call_all(client: Client) -> None:
    assert_type(
        client.company.create(name="ACME Corp", city="Paris", country="FR", domain="acme.example", ref="customer-1042"),
        CreateCompanyResponse,
    )
    assert_type(client.company.get("company_id"), Company)
    assert_type(
        client.company.update(
            "company_id", name="ACME Corp", city="Lyon", country="FR", domain="acme.example", ref="customer-1042"
        ),
        CreateCompanyResponse,
    )
    assert_type(client.company.search(query="x"), CompanySearchResponse)
    assert_type(client.trusted_party.get_all("company_id"), TrustedPartyList)
    assert_type(
        client.trusted_party.add("company_id", address="alice@acme.example", type_=TrustedPartyType.USER), OkResponse
    )
    assert_type(client.trusted_party.remove("company_id", "trustedparty_domain"), OkResponse)
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
            custodygroup_tx=NewCustodyGroup(threshold=1, members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r"]),
            assets=["BTC-TESTNET", "ETH-TESTNET"],
        ),
        CreateFundResponse,
    )
    assert_type(client.fund.get("company_id", "fund_id"), FundDetail)
    assert_type(client.fund.get_deposit_addresses("company_id", "fund_id"), FundDepositResponse)
    assert_type(client.fund.get_whitelist("company_id", "fund_id"), FundWhitelist)
    assert_type(
        client.fund.add_to_whitelist(
            "company_id",
            "fund_id",
            asset="BTC-TESTNET",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            name="Cold storage",
        ),
        None,
    )
    assert_type(client.fund.search("company_id", query="x"), FundSearchResult)
    assert_type(
        client.transfer.create(
            "company_id",
            fund_id="1fXcA9sNqW2LxTg6HbVmRoK4yPd",
            counterparty_id="5fAYBQNigkZTvXP7L84yANV9n5Uxa35VrqZGqaJEDYBq",
            expires=1596620000,
            send=AssetAmount(symbol="BTC-TESTNET", amount=500000),
            reference="invoice 7781",
            benefit_of="Beta Ltd",
            account_no="99017",
        ),
        TxId,
    )
    assert_type(client.transfer.get("company_id", "tx_id"), TxInfo)
    assert_type(
        client.withdrawal.create(
            "company_id",
            fund_id="1fXcA9sNqW2LxTg6HbVmRoK4yPd",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            expires=1596706400,
            send=AssetAmount(symbol="BTC-TESTNET", amount=800000),
            reference="to cold storage",
            benefit_of="ACME Corp",
            account_no="10042",
        ),
        TxId,
    )
    assert_type(client.withdrawal.get("company_id", "tx_id"), TxInfo)


async def call_all_async(client: AsyncClient) -> None:
    assert_type(
        await client.company.create(
            name="ACME Corp", city="Paris", country="FR", domain="acme.example", ref="customer-1042"
        ),
        CreateCompanyResponse,
    )
    assert_type(await client.company.get("company_id"), Company)
    assert_type(
        await client.company.update(
            "company_id", name="ACME Corp", city="Lyon", country="FR", domain="acme.example", ref="customer-1042"
        ),
        CreateCompanyResponse,
    )
    assert_type(await client.company.search(query="x"), CompanySearchResponse)
    assert_type(await client.trusted_party.get_all("company_id"), TrustedPartyList)
    assert_type(
        await client.trusted_party.add("company_id", address="alice@acme.example", type_=TrustedPartyType.USER),
        OkResponse,
    )
    assert_type(await client.trusted_party.remove("company_id", "trustedparty_domain"), OkResponse)
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
            custodygroup_tx=NewCustodyGroup(threshold=1, members=["GUF3cgwR4uvQ7BQZNYYQYx7qMTyUQirzGDAAFrKBLz4r"]),
            assets=["BTC-TESTNET", "ETH-TESTNET"],
        ),
        CreateFundResponse,
    )
    assert_type(await client.fund.get("company_id", "fund_id"), FundDetail)
    assert_type(await client.fund.get_deposit_addresses("company_id", "fund_id"), FundDepositResponse)
    assert_type(await client.fund.get_whitelist("company_id", "fund_id"), FundWhitelist)
    assert_type(
        await client.fund.add_to_whitelist(
            "company_id",
            "fund_id",
            asset="BTC-TESTNET",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            name="Cold storage",
        ),
        None,
    )
    assert_type(await client.fund.search("company_id", query="x"), FundSearchResult)
    assert_type(
        await client.transfer.create(
            "company_id",
            fund_id="1fXcA9sNqW2LxTg6HbVmRoK4yPd",
            counterparty_id="5fAYBQNigkZTvXP7L84yANV9n5Uxa35VrqZGqaJEDYBq",
            expires=1596620000,
            send=AssetAmount(symbol="BTC-TESTNET", amount=500000),
            reference="invoice 7781",
            benefit_of="Beta Ltd",
            account_no="99017",
        ),
        TxId,
    )
    assert_type(await client.transfer.get("company_id", "tx_id"), TxInfo)
    assert_type(
        await client.withdrawal.create(
            "company_id",
            fund_id="1fXcA9sNqW2LxTg6HbVmRoK4yPd",
            address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
            expires=1596706400,
            send=AssetAmount(symbol="BTC-TESTNET", amount=800000),
            reference="to cold storage",
            benefit_of="ACME Corp",
            account_no="10042",
        ),
        TxId,
    )
    assert_type(await client.withdrawal.get("company_id", "tx_id"), TxInfo)
