"""A Celery task that starts a transfer once, however often the task runs.

    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    CELERY_BROKER_URL=redis://127.0.0.1:6379 celery --workdir examples -A celery_tasks worker

Needs `pip install . celery[redis]`. QREDO_KEYS is the absolute path of the folder with `apikey` and `private.pem`;
without it, the folder is `examples/keys`. Start a transfer from your own code:

    transfer.delay("order-4711", company_id, wallet_id, to, "BTC-TESTNET", 100_000, expires)
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import httpx
from celery import Celery
from qredo_partner_v1_1 import Client, RateLimitedError
from qredo_partner_v1_1.models import AssetAmount
from qredo_signing import Credentials, Environment, OutcomeUnknownError, connect

app = Celery("treasury")
app.conf.task_acks_late = True  # a task whose worker dies runs again, which is safe here

SOME_TIME_LATER = (httpx.TransportError, OutcomeUnknownError)
"""Nothing was sent, or it may have taken effect. With the same idempotency key, a retry is safe in both cases."""


@cache
def client() -> Client:
    """One client for each worker process, made by its first task."""
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    return connect(Client, credentials, Environment.from_environment())


@app.task(bind=True, max_retries=10, autoretry_for=SOME_TIME_LATER, retry_backoff=5)
def transfer(
    self: Any, order: str, company_id: str, wallet_id: str, to: str, asset: str, amount: int, expires: int
) -> str:
    """Start a transfer, and return its id.

    Args:
        self: The task.
        order: Your own id of the order. It is the idempotency key: a second task for the same order starts nothing new.
        company_id: The company.
        wallet_id: The wallet that sends.
        to: The wallet that receives.
        asset: Code of the asset.
        amount: Base units.
        expires: Until when the transfer can be approved, in Unix seconds. It is fixed when the task is made, since a
            retry has to be the same request.
    """
    try:
        created = client().transfer.create(
            company_id,
            wallet_id=wallet_id,
            counterparty_wallet_address=to,
            send=AssetAmount(symbol=asset, amount=amount),
            expires=expires,
            partner_tx_id=order,
        )
    except RateLimitedError as error:
        raise self.retry(exc=error, countdown=error.retry_after or 60) from error
    return created.tx_id or ""
