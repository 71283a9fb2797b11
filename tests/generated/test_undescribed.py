"""`client.request`: endpoints that the description does not have."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import AsyncClient, Client, NotFoundError, RawResponse, ResponseError
from qredo_partner_v1_1.models import NewWallet
from qredo_signing import Environment, OutcomeUnknownError, connect


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One emulator for all."""
    with Emulator(Settings()) as emulator:
        yield emulator


def request(emulator: Emulator, mode: str, *args: Any, responses: list[httpx.Response], **options: Any) -> Any:
    """Make one call, against responses in their order."""
    transport = httpx.MockTransport(lambda request: seen.append(request) or responses.pop(0))  # type: ignore[func-returns-value]
    seen: list[httpx.Request] = []
    made: dict[str, Any] = {"transport": transport}

    async def run() -> RawResponse[Any]:
        async with connect(AsyncClient, emulator.credentials, emulator.environment, **made) as client:
            return await client.request(*args, **options)

    if mode == "async":
        return asyncio.run(run()), seen
    with connect(Client, emulator.credentials, emulator.environment, **made) as client:
        return client.request(*args, **options), seen


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    """With which client."""
    return str(request.param)


def busy() -> httpx.Response:
    """A response that asks for a retry at once."""
    return httpx.Response(503, headers={"retry-after": "0"}, json={"code": 503, "msg": "busy"})


def test_the_request_is_signed_and_its_response_is_untyped(emulator: Emulator) -> None:
    """Against the emulator, which verifies signatures: path, query and body arrive, and the JSON comes back."""
    with connect(Client, emulator.credentials, emulator.environment) as client:
        made = client.request("post", "/company", body={"name": "ACME Corp"})
        found = client.request("GET", "/company/search", query={"query": "ACME Corp", "limit": 1})
        with pytest.raises(NotFoundError) as refused:
            client.request("GET", "/company/nothing")
    assert (made.response.status_code, "company_id" in made.parsed) == (200, True)
    assert found.parsed["total_count"] == 1
    assert refused.value.operation == "GET /company/nothing"
    assert all(each.verified for each in emulator.control.requests[-3:])


def test_what_is_sent(emulator: Emulator, mode: str) -> None:
    """Lists in the query, headers, a model as JSON; no content is None."""
    raw, (sent,) = request(
        emulator,
        mode,
        *("PATCH", "/wallet/a%2Fb"),
        query={"tag": ["x", "y"]},
        headers={"x-team": "treasury"},
        body=NewWallet(name="Main", asset="BTC"),
        responses=[httpx.Response(204)],
    )
    assert sent.method == "PATCH"
    assert str(sent.url).endswith("/api/v1/p/wallet/a%2Fb?tag=x&tag=y")
    assert (sent.headers["x-team"], json.loads(sent.content)) == ("treasury", {"name": "Main", "asset": "BTC"})
    assert raw.parsed is None


@pytest.mark.parametrize(("method", "options"), [("GET", {}), ("HEAD", {}), ("POST", {"idempotent": True})])
def test_what_does_no_harm_twice_is_retried(emulator: Emulator, mode: str, method: str, options: Any) -> None:
    """GET, HEAD, and what the caller says is idempotent."""
    _, seen = request(emulator, mode, method, "/x", responses=[busy(), httpx.Response(200, json={})], **options)
    assert len(seen) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_may_do_harm_twice_is_not(emulator: Emulator, mode: str, method: str) -> None:
    """Without a statement, a request that was sent is not sent again; the error names method and path."""
    responses = [httpx.Response(502), httpx.Response(200)]
    with pytest.raises(OutcomeUnknownError, match=f"{method} /x was sent, but its outcome is unknown"):
        request(emulator, mode, method, "/x", responses=responses)
    assert len(responses) == 1


def test_content_that_is_no_json_can_be_read(emulator: Emulator) -> None:
    """`parsed` raises, `response` has the text."""
    raw, _ = request(emulator, "sync", "GET", "/x", responses=[httpx.Response(200, text="<html>")])
    assert raw.response.text == "<html>"
    with pytest.raises(ResponseError, match="not JSON"):
        assert raw.parsed


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("FETCH", "/x", "give one of GET, HEAD, POST"),
        ("GET", "company/search", "does not begin with one slash"),
        ("GET", "https://example.com/x", "does not begin with one slash"),
        ("GET", "//example.com/x", "does not begin with one slash"),
        ("GET", "/x?a=1", "give parameters as query="),
        ("GET", "/x#a", "give parameters as query="),
        ("GET", "/company/{company_id}", "where an id is not filled in"),
        ("GET", "/company/../x", "leaves its place by a dot segment"),
        ("GET", "/company/%2E%2e/x", "leaves its place by a dot segment"),
        ("GET", "/x\r\nhost: y", "control or invisible characters"),
        ("GET", 7, "path must be a str, not int"),
    ],
)
def test_what_is_no_endpoint_is_refused_before_anything_is_sent(
    emulator: Emulator, method: str, path: Any, said: str
) -> None:
    """Each message says what to write."""
    with (
        connect(Client, emulator.credentials, Environment.emulator("http://127.0.0.1:9")) as client,
        pytest.raises((TypeError, ValueError), match=said),
    ):
        client.request(method, path)


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding"])
def test_no_header_says_where_the_body_ends(emulator: Emulator, name: str) -> None:
    """Two lengths in one request would let servers disagree about where the next request begins."""
    with (
        connect(Client, emulator.credentials, Environment.emulator("http://127.0.0.1:9")) as client,
        pytest.raises(ValueError, match=f"the header {name} is made from the body"),
    ):
        client.request("POST", "/x", body={}, headers={name: "3"})
