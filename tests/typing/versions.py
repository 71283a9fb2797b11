"""Four API versions in one program, read by mypy --strict and pyright; not meant to be executed."""

from __future__ import annotations

from typing import assert_type

import qredo_partner_v1_0
import qredo_partner_v1_1
import qredo_v1
import qredo_v2
from qredo_signing import Credentials, Environment, HmacCredentials, SQLiteNonces, connect


def sync(credentials: Credentials, hmac_credentials: HmacCredentials, environment: Environment) -> None:
    counter = SQLiteNonces("counter.db", rule="counter")
    with (
        connect(qredo_partner_v1_0.Client, credentials, environment, nonces=counter) as old,
        connect(qredo_partner_v1_1.Client, credentials, environment, max_retries=3) as new,
        connect(qredo_v1.Client, hmac_credentials, environment, timeout=3) as other,
        connect(qredo_v2.Client, hmac_credentials, environment, workspace_id="w", strict=True) as latest,
    ):
        assert_type(old, qredo_partner_v1_0.Client)
        assert_type(new, qredo_partner_v1_1.Client)
        assert_type(other, qredo_v1.Client)
        assert_type(latest, qredo_v2.Client)
        assert_type(old.company.get("c"), qredo_partner_v1_0.models.Company)
        assert_type(new.company.get("c"), qredo_partner_v1_1.models.Company)
        assert_type(old.company.get("c").city, str)
        assert_type(new.company.get("c").city, str | qredo_partner_v1_1.Unset)
        assert_type(other.balance.get(), qredo_v1.models.BalanceResponse)
        assert_type(latest.action.get("a"), qredo_v2.models.Action)


async def asynchronous(credentials: Credentials, hmac_credentials: HmacCredentials, environment: Environment) -> None:
    counter = SQLiteNonces("counter.db", rule="counter")
    async with (
        connect(qredo_partner_v1_0.AsyncClient, credentials, environment, nonces=counter) as old,
        connect(qredo_partner_v1_1.AsyncClient, credentials, environment, offload=True) as new,
        connect(qredo_v1.AsyncClient, hmac_credentials, environment) as other,
        connect(qredo_v2.AsyncClient, hmac_credentials, environment, workspace_id="w", deadline=9) as latest,
    ):
        assert_type(await old.company.get("c"), qredo_partner_v1_0.models.Company)
        assert_type(await new.company.get("c"), qredo_partner_v1_1.models.Company)
        assert_type(await other.balance.get(), qredo_v1.models.BalanceResponse)
        assert_type(await latest.action.get("a"), qredo_v2.models.Action)


def wrong_model(client: qredo_partner_v1_1.Client, transfer: qredo_partner_v1_0.models.Transfer) -> None:
    client.transfer.create("c", body=transfer)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


def wrong(hmac_credentials: HmacCredentials, environment: Environment) -> None:
    client, aclient = qredo_v1.Client, qredo_v1.AsyncClient
    token = lambda: "c0ffee"  # noqa: E731
    connect(client, hmac_credentials, environment, stamp="nonce")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(client, hmac_credentials, environment, agent_token=token)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(aclient, hmac_credentials, environment, offload=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    connect(client, "key", environment)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
