"""What a user does with errors, read by mypy --strict and pyright; not meant to be executed."""

from __future__ import annotations

from typing import assert_type

import httpx
import qredo_partner_v1_0
import qredo_partner_v1_1 as v1_1
import qredo_v1
from qredo_signing import (
    ClockSkewError,
    ConfigurationError,
    InvalidSignatureError,
    NonceError,
    OriginError,
    OutcomeUnknownError,
    QredoSigningError,
    RedirectError,
    SignerError,
)
from qredo_signing.feeds import FeedMessageError


def refused(client: v1_1.Client) -> None:
    try:
        client.company.get("c")
    except v1_1.APIError as error:
        assert_type(error.operation, str)
        assert_type(error.status_code, int)
        assert_type(error.code, int | None)
        assert_type(error.msg, str | None)
        assert_type(error.reason, str | None)
        assert_type(error.retry_after, float | None)
        assert_type(error.response, httpx.Response)
    except v1_1.ResponseError as error:
        assert_type(error.model, str)
        assert_type(error.field, str | None)
        assert_type(error.problem, str)
        assert_type(error.response, httpx.Response | None)


def kinds(error: v1_1.ClientError) -> str:
    match error:
        case v1_1.RateLimitedError():
            assert_type(error.retry_after, float | None)
            return "wait"
        case v1_1.NotFoundError() | v1_1.ConflictError() | v1_1.BadRequestError():
            assert_type(error.reason, str | None)
            return "correct it"
        case v1_1.UnauthorizedError() | v1_1.ForbiddenError() | v1_1.ServerError():
            assert_type(error.status_code, int)
            return "look"
        case _:
            return "report it"


def parents() -> tuple[type[v1_1.ClientError], ...]:
    return (
        v1_1.APIError,
        v1_1.BadRequestError,
        v1_1.ConflictError,
        v1_1.ForbiddenError,
        v1_1.NotFoundError,
        v1_1.RateLimitedError,
        v1_1.ResponseError,
        v1_1.ServerError,
        v1_1.UnauthorizedError,
    )


def lost(error: OutcomeUnknownError) -> None:
    assert_type(error.operation, str | None)
    assert_type(error.idempotency_key, str | None)
    assert_type(error.outcome, str | None)
    assert_type(error.response, httpx.Response | None)
    assert_type(error.attempts, int)


def of_the_plugin(error: QredoSigningError, skew: ClockSkewError, origin: OriginError, redirect: RedirectError) -> None:
    assert_type(skew.difference, float)
    assert_type((origin.expected, origin.actual), tuple[str, str])
    assert_type((redirect.status_code, redirect.target), tuple[int, str])
    if isinstance(error, ConfigurationError | NonceError | SignerError | InvalidSignatureError):
        assert_type(str(error), str)


def of_a_feed(error: FeedMessageError) -> None:
    assert_type(error.raw, object)


def mistakes(client: v1_1.Client, lost: OutcomeUnknownError, other: qredo_v1.NotFoundError) -> None:
    try:
        client.company.get("c")
    except v1_1.APIError as error:
        error.status  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
        error.reason.upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
        error.retry_after + 1  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand, reportUnusedExpression]
    except v1_1.ResponseError as error:
        error.status_code  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
        error.response.status_code  # type: ignore[union-attr]  # noqa: B018  # pyright: ignore[reportOptionalMemberAccess]
    lost.response.status_code  # type: ignore[union-attr]  # noqa: B018  # pyright: ignore[reportOptionalMemberAccess]
    transport: httpx.TransportError = lost  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    same: v1_1.NotFoundError = other  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    older: qredo_partner_v1_0.APIError = other  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    OutcomeUnknownError("lost")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    print(transport, same, older)
