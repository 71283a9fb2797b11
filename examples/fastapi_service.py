"""A FastAPI service in front of the API: one client for the whole process, injected; errors become HTTP responses.

    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    python examples/fastapi_service.py --port 8000
    curl http://127.0.0.1:8000/companies/COMPANY_ID/holdings

Needs `pip install . fastapi uvicorn`, and a folder `keys` (or QREDO_KEYS) with `apikey` and
`private.pem`. Put it behind your own authentication, which is not shown.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import uvicorn
from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from qredo_partner_v1_1 import APIError, AsyncClient
from qredo_partner_v1_1.models import AssetAmount
from qredo_signing import Credentials, Environment, OutcomeUnknownError, connect


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client from start to end. It keeps connections open, and its retries share one budget."""
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    async with connect(AsyncClient, credentials, Environment.from_environment()) as client:
        app.state.qredo = client
        yield


def qredo(request: Request) -> AsyncClient:
    """The client. Tests replace it by `app.dependency_overrides`."""
    client: AsyncClient = request.app.state.qredo
    return client


app = FastAPI(title="Treasury", lifespan=lifespan)
Qredo = Annotated[AsyncClient, Depends(qredo)]


class Holding(BaseModel):
    """What a company has of an asset, in base units."""

    asset: str
    amount: int


class NewTransfer(BaseModel):
    """A transfer to start. The amount is a whole number of base units; a fraction is rejected."""

    wallet_id: str
    to: str
    asset: str
    amount: int = Field(gt=0, strict=True)


class Started(BaseModel):
    """A transfer that waits for approval: `new`, or `existing` if the same request came before."""

    tx_id: str
    status: str


@app.get("/companies/{company_id}/holdings")
async def holdings(company_id: str, client: Qredo) -> list[Holding]:
    """What a company holds."""
    found = await client.holding.get_all(company_id)
    return [Holding(asset=one.code or "", amount=one.amount) for one in found]


@app.post("/companies/{company_id}/transfers", status_code=202)
async def transfer(
    company_id: str, wanted: NewTransfer, idempotency_key: Annotated[str, Header()], client: Qredo
) -> Started:
    """Start a transfer. The caller's `Idempotency-Key` is passed on, so retries of the caller start no second one."""
    created = await client.transfer.create(
        company_id,
        wallet_id=wanted.wallet_id,
        counterparty_wallet_address=wanted.to,
        send=AssetAmount(symbol=wanted.asset, amount=wanted.amount),
        expires=int(time.time()) + 3600,
        partner_tx_id=idempotency_key,
    )
    return Started(tx_id=created.tx_id or "", status=created.status or "")


STATUSES = {400: 422, 404: 404, 409: 409, 429: 503}
"""Statuses of the API and ours. The rest is 502: a wrong key or a failing API is not the caller's mistake."""


@app.exception_handler(APIError)
async def rejected(request: Request, error: Exception) -> JSONResponse:
    """The API rejected the call, or failed."""
    assert isinstance(error, APIError)
    status = STATUSES.get(error.status_code, 502)
    headers = {"retry-after": f"{error.retry_after:.0f}"} if error.retry_after is not None else {}
    body = {"error": "rejected", "reason": error.reason if status != 502 else None}
    return JSONResponse(body, status, headers)


@app.exception_handler(httpx.TransportError)
async def unreachable(request: Request, error: Exception) -> JSONResponse:
    """No connection or a timeout. The call had no effect, or it only read: the caller may try again."""
    return JSONResponse({"error": "unreachable", "kind": type(error).__name__}, 503)


@app.exception_handler(OutcomeUnknownError)
async def unknown(request: Request, error: Exception) -> JSONResponse:
    """The call may have taken effect. With the same idempotency key, a retry is safe."""
    assert isinstance(error, OutcomeUnknownError)
    body = {"error": "outcome unknown", "idempotency_key": error.idempotency_key, "look_with": error.outcome}
    return JSONResponse(body, 504)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The treasury service.")
    parser.add_argument("--port", type=int, default=8000)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning")
