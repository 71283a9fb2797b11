"""The client of a generated package on its own: what it sends, what it gives back, what it raises."""

from __future__ import annotations

import asyncio
import json
import math
import pickle
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Any, cast

import httpx
import pytest
import qredo_partner_v1_1
from qredo_partner_v1_1 import (
    APIError,
    AsyncClient,
    BadRequestError,
    Client,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    ResponseError,
    ServerError,
    UnauthorizedError,
)
from qredo_partner_v1_1.models import AssetAmount, CompanyCreate, Transfer, TxHistoryItem

BASE = "https://service.example/api/v1/p"


class Service:
    """Answers every request with the same response, or with what a function makes of it; keeps the requests."""

    def __init__(self, answer: httpx.Response | Callable[[httpx.Request], httpx.Response]) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer if isinstance(self.answer, httpx.Response) else self.answer(request)

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]

    def client(self, **options: Any) -> Client:
        return Client(httpx.Client(transport=httpx.MockTransport(self), **options), base_url=BASE)

    def async_client(self) -> AsyncClient:
        return AsyncClient(httpx.AsyncClient(transport=httpx.MockTransport(self)), base_url=BASE)


def ok(value: object) -> httpx.Response:
    """A JSON answer."""
    return httpx.Response(200, json=value)


CREATED = {"company_id": "c", "ref": "r"}
TRANSFER: dict[str, Any] = {
    "wallet_id": "w",
    "counterparty_wallet_address": "x",
    "expires": 1,
    "send": AssetAmount(symbol="BTC", amount=10**18 + 1),
}


def test_a_body_is_sent_as_compact_utf_8_json() -> None:
    """Body fields become one compact JSON object with the headers that the API wants."""
    service = Service(ok(CREATED))
    company = service.client().company.create(name="Café ☕", country="FR")
    assert company.company_id == "c"
    assert service.last.content == '{"name":"Café ☕","country":"FR"}'.encode()
    assert service.last.headers["content-type"] == service.last.headers["accept"] == "application/json"
    assert str(service.last.url) == f"{BASE}/company"


def test_body_and_fields_are_two_ways_to_the_same_request() -> None:
    """A model as body= sends what its fields as keywords send."""
    service = Service(ok(CREATED))
    service.client().company.create(name="A", city="B")
    service.client().company.create(body=CompanyCreate(name="A", city="B"))
    assert service.requests[0].content == service.requests[1].content


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "company.create needs name, or one body="),
        ({"city": "B"}, "company.create needs name, or one body="),
        ({"name": "A", "body": CompanyCreate(name="B")}, "either body= or the fields of the body, not both: name"),
        ({"body": {"name": "A"}}, "takes a CompanyCreate as body=, not dict"),
        ({"nam": "A"}, r"CompanyResource\.create takes no argument 'nam'\. Did you mean 'name'\?"),
    ],
)
def test_a_wrong_body_is_refused_before_anything_is_sent(arguments: dict[str, Any], message: str) -> None:
    """Missing, doubled and misspelt body fields are a TypeError that names them."""
    service = Service(ok(CREATED))
    with pytest.raises(TypeError, match=message):
        service.client().company.create(**arguments)
    assert service.requests == []


def test_values_cannot_leave_their_place_in_the_url() -> None:
    """Path and query values are percent-encoded, whatever they hold."""
    service = Service(ok({"name": "A"}))
    service.client().company.get("a/b?c#d é%2F")
    assert service.last.url.raw_path == b"/api/v1/p/company/a%2Fb%3Fc%23d%20%C3%A9%252F"
    service.client().company.search(query="a&b=c+d é")
    assert service.last.url.query == b"query=a%26b%3Dc%2Bd%20%C3%A9"


class Ids(str, Enum):  # noqa: UP042 - programs have these, and their `str()` is the name
    """Ids as programs keep them."""

    ACME = "5zPh8"


class Misleading(str):
    """A text that shows another."""

    __slots__ = ()

    def __str__(self) -> str:
        return "other"


@pytest.mark.parametrize("value", [Ids.ACME, Misleading("5zPh8")], ids=["enum", "subclass"])
def test_a_kind_of_str_is_its_text(value: str) -> None:
    """In a path, a query and the keys of a body, a member of an enum and any other `str` are their text."""
    service = Service(ok({"name": "A"}))
    service.client().company.get(value)
    assert service.last.url.path.endswith("/company/5zPh8")
    service.client().request("POST", "/x", query={"q": value, value: [value]}, body={value: value})
    assert service.last.url.query == b"q=5zPh8&5zPh8=5zPh8"
    assert json.loads(service.last.content) == {"5zPh8": "5zPh8"}


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_change_the_path_is_refused(value: str) -> None:
    """An empty path value or a dot segment never becomes another operation's URL."""
    with pytest.raises(ValueError, match=r"company\.get: company_id is"):
        Service(ok({})).client().company.get(value)


def test_unset_query_parameters_are_left_out() -> None:
    """Only what the caller gives stands in the query; no default of the description is sent."""
    service = Service(ok({}))
    service.client().wallet.get_max_amount("w")
    assert service.last.url.query == b""
    service.client().wallet.get_max_amount("w", pending=1, tx_type="swap")
    assert service.last.url.query == b"pending=1&tx_type=swap"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (429, RateLimitedError),
        (418, APIError),
        (302, APIError),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_every_status_that_is_no_success_raises(status: int, kind: type[APIError]) -> None:
    """Each documented status has its class; others are an APIError or, from 500 on, a ServerError."""
    body = {"code": status, "msg": "errPartnerAuth", "detail": {"reason": "signature"}}
    with pytest.raises(APIError) as caught:
        Service(httpx.Response(status, json=body)).client().company.get("c")
    error = caught.value
    assert type(error) is kind
    assert (error.status_code, error.code, error.msg, error.reason) == (status, status, "errPartnerAuth", "signature")
    assert error.response.status_code == status
    assert str(error).startswith(f"company.get: HTTP {status}")
    assert str(error).endswith(": errPartnerAuth (signature)")


def test_the_code_of_an_error_may_be_text() -> None:
    """A code in digits is a number, as if it had come as one."""
    service = Service(httpx.Response(404, json={"code": "404", "msg": "gone"}))
    with pytest.raises(NotFoundError) as caught:
        service.client().company.search()
    assert caught.value.code == 404


@pytest.mark.parametrize("content", [b"<html>", b"", b"[1]", b'{"code":"gone","detail":null}', b"\xff"])
def test_an_error_without_the_documented_body_is_still_an_error(content: bytes) -> None:
    """A proxy's HTML page, an empty body or other JSON raises the error of its status."""
    with pytest.raises(NotFoundError) as caught:
        Service(httpx.Response(404, content=content)).client().company.get("c")
    assert (caught.value.code, caught.value.msg, caught.value.reason) == (None, None, None)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17),
        ("0", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """Seconds and HTTP-dates are understood; a date in the past is no wait; anything else is None, not an error."""
    headers = [] if header is None else [(b"retry-after", header.encode("latin-1"))]
    with pytest.raises(RateLimitedError) as caught:
        Service(httpx.Response(429, headers=headers)).client().company.get("c")
    assert caught.value.retry_after == seconds


def test_errors_can_be_pickled() -> None:
    """An error crosses process borders, as task queues need it, and leaves the request with its secrets behind."""
    with pytest.raises(NotFoundError) as caught:
        Service(httpx.Response(404, json={"code": 404, "msg": "gone"})).client(
            headers={"x-api-key": "planted"}
        ).company.get("c")
    pickled = pickle.dumps(caught.value)
    again = pickle.loads(pickled)
    assert (str(again), again.code, again.status_code) == (str(caught.value), 404, 404)
    assert b"planted" not in pickled
    with pytest.raises(ResponseError) as refused:
        Service(ok({})).client(headers={"x-api-key": "planted"}).company.get("c")
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)
    assert b"planted" not in pickle.dumps(refused.value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (httpx.Response(200, content=b"<html>"), "Company: not JSON"),
        (httpx.Response(200, content=b""), "Company: HTTP 200 without a body"),
        (httpx.Response(200, content=b"[" * 500_000), "Company: not JSON"),
        (httpx.Response(200, json=[]), "Company: expected an object, got an array"),
        (httpx.Response(200, json={}), "Company.name: required, but missing"),
    ],
)
def test_a_success_that_is_not_as_described_is_a_response_error(answer: httpx.Response, message: str) -> None:
    """An answer of another form names model and field and carries the response."""
    with pytest.raises(ResponseError) as caught:
        Service(answer).client().company.get("c")
    assert str(caught.value).startswith(message)
    assert caught.value.response is not None
    assert caught.value.response.status_code == 200


def test_any_success_status_is_a_success() -> None:
    """A 2xx that the description does not list is parsed, so that no accepted transfer looks like a failed one."""
    service = Service(httpx.Response(201, json={"tx_id": "t", "status": "new"}))
    assert service.client().transfer.create("c", **TRANSFER).tx_id == "t"


def test_operations_without_content_give_none() -> None:
    """A success without a described body is None, whatever the body is."""
    service = Service(httpx.Response(200, content=b"anything"))
    verified = service.client().core_client.verify(message_hash_hex="00", signature_hex="00", signer_id="s")
    assert verified is None


def test_a_transfer_gets_a_fresh_idempotency_key() -> None:
    """Without a key of the caller's, every call carries a new UUID."""
    service = Service(ok({"tx_id": "t"}))
    for _ in range(2):
        service.client().transfer.create("c", **TRANSFER)
    keys = [json.loads(request.content)["partner_txID"] for request in service.requests]
    assert len({uuid.UUID(key) for key in keys}) == 2
    assert [request.extensions["qredo"].idempotency_key for request in service.requests] == keys
    assert all(request.extensions["qredo"].repeatable for request in service.requests)


def test_the_callers_idempotency_key_stays_his() -> None:
    """A key given by the caller is sent as it is, as a keyword and in a model, which is left unchanged."""
    service = Service(ok({"tx_id": "t"}))
    body = Transfer(**TRANSFER)
    service.client().transfer.create("c", body=body)
    assert "partner_txID" not in body.to_dict()
    service.client().transfer.create("c", **TRANSFER, partner_tx_id="mine")
    assert service.last.extensions["qredo"].idempotency_key == "mine"


@pytest.mark.parametrize("options", [{"idempotent": False}, {"partner_tx_id": ""}])
def test_without_an_idempotency_key_a_transfer_is_not_repeatable(options: dict[str, Any]) -> None:
    """No key, or the empty one that the service does not count as one: nothing may repeat the call."""
    service = Service(ok({"tx_id": "t"}))
    service.client().transfer.create("c", **TRANSFER, **options)
    call = service.last.extensions["qredo"]
    assert (call.repeatable, call.idempotency_key, call.look_up) == (False, None, "fund.get_ledger")


def test_the_seam_says_what_a_sender_must_know() -> None:
    """Operation, security, repeatability and where to look stand in the extensions of each request."""
    service = Service(ok({}))
    client = service.client()
    client.core_client.get_actions("c")
    assert service.last.extensions["qredo"] == (
        "core_client.get_actions",
        "partner_signature",
        True,
        None,
        None,
        None,
        None,
    )
    client.core_client.approve_action("c", "a")
    assert service.last.extensions["qredo"][:4] == ("core_client.approve_action", "partner_signature", False, None)
    client.signing_agent.get_action("a")
    assert service.last.extensions["qredo"].security == "agent_token"


def test_a_redirect_is_never_followed() -> None:
    """Even an httpx client that follows redirects does not follow one for this client."""
    service = Service(httpx.Response(302, headers={"location": "https://elsewhere.example/"}))
    with pytest.raises(APIError):
        service.client(follow_redirects=True).company.get("c")
    assert len(service.requests) == 1


def test_raw_responses_hold_both() -> None:
    """with_raw_response gives the parsed value and the httpx response, errors stay errors."""
    service = Service(ok(CREATED))
    answer = service.client().with_raw_response.company.create(name="A")
    assert (answer.parsed.company_id, answer.response.status_code) == ("c", 200)
    nothing = service.client().with_raw_response.core_client.verify(
        message_hash_hex="00", signature_hex="00", signer_id="s"
    )
    assert (nothing.parsed, nothing.response.status_code) == (None, 200)
    with pytest.raises(NotFoundError):
        Service(httpx.Response(404)).client().with_raw_response.company.get("c")


def test_with_options_shares_the_connections() -> None:
    """Another timeout and another limit of repeats reach the request; closing the variant closes nothing."""
    service = Service(ok(CREATED))
    client = service.client(timeout=3)
    with client.with_options(timeout=1.5).with_options(max_retries=7) as variant:
        assert variant.http is client.http
        variant.company.create(name="A")
    assert service.last.extensions["timeout"]["read"] == 1.5
    assert service.last.extensions["qredo"].max_retries == 7
    assert not client.http.is_closed
    client.company.create(name="A")
    assert service.last.extensions["timeout"]["read"] == 3
    assert service.last.extensions["qredo"].max_retries is None


def test_with_options_adds_headers_and_query_parameters() -> None:
    """They go with each call of the variant, add up, and never replace what the call itself was given."""
    service = Service(ok({}))
    client = service.client()
    variant = client.with_options(headers={"X-Team": "treasury", "x-other": "1"}, query={"trace": [1, 2], "query": "x"})
    variant = variant.with_options(headers={"x-team": "desk"}, query={"more": "a b"}, deadline=3.5)
    variant.company.search(query="ACME")
    assert service.last.url.query == b"trace=1&trace=2&query=ACME&more=a%20b"
    assert (service.last.headers["x-team"], service.last.headers["x-other"]) == ("desk", "1")
    assert service.last.extensions["qredo"].deadline == 3.5
    variant.company.search()
    assert service.last.url.query == b"trace=1&trace=2&query=x&more=a%20b"
    client.company.search()
    assert (service.last.url.query, "x-team" in service.last.headers) == (b"", False)
    assert service.last.extensions["qredo"].deadline is None


@pytest.mark.parametrize(
    ("options", "kind", "why"),
    [
        ({"headers": {"Content-Length": "1"}}, ValueError, "the header Content-Length is made from the body"),
        ({"headers": "x-team"}, TypeError, "headers must be a dict, not str"),
        *(
            ({"headers": {name: "1"}}, ValueError, "the header name .* has other characters")
            for name in ("", "x y", "x:", "x\r\ny", "content-length ", "é")
        ),
        ({"headers": {b"content-length": "1"}}, TypeError, "headers has b'content-length': .* not bytes"),
        ({"headers": {"x": b"1"}}, TypeError, "headers has 'x': .* not bytes"),
        ({"query": {1: "1"}}, TypeError, "query has 1: .* not int"),
        ({"query": [("a", 1)]}, TypeError, "query must be a dict, not list"),
        ({"deadline": float("nan")}, ValueError, "deadline is nan"),
        ({"deadline": -1}, ValueError, "deadline is -1"),
        ({"deadline": "9"}, TypeError, r"deadline=float\(\.\.\.\)"),
        ({"deadline": timedelta(seconds=9)}, TypeError, "deadline must be a float, not timedelta"),
        ({"deadline": True}, TypeError, "deadline must be a float, not bool"),
        ({"max_retries": 1.5}, TypeError, "max_retries must be an int, not float"),
        ({"timeout": [1]}, TypeError, "timeout must be a float, not list"),
        *(
            ({"timeout": seconds}, ValueError, f"timeout is {seconds}: give .* None for no limit")
            for seconds in (0, math.inf)
        ),
        ({"timeout": httpx.Timeout(5, read=math.inf)}, ValueError, "timeout has read=inf: give .* None for no limit"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], kind: type[Exception], why: str) -> None:
    """What cannot be an option is an error of `with_options`, not of a later call."""
    with pytest.raises(kind, match=why):
        Service(ok({})).client().with_options(**options)


def test_a_parameter_of_each_call_is_a_copy() -> None:
    """A list that the caller changes later changes no call of a client with options."""
    service = Service(ok({}))
    kinds = ["a"]
    client = service.client().with_options(query={"kind": kinds})
    kinds.append("b")
    client.company.search()
    assert service.last.url.params.get_list("kind") == ["a"]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda client: client.company.search(query="a\ud800"), "company.search: 'query'"),
        (lambda client: client.company.get("\udcff"), "company.get: 'company_id'"),
        (lambda client: client.company.create(name="\ud800"), "company.create: 'name'"),
        (lambda client: client.with_options(query={"x": ["\ud800"]}).company.search(), "company.search: 'x'"),
        (lambda client: client.request("GET", "/x", query={"\ud800": 1}), r"GET /x: '\\ud800'"),
        (lambda client: client.request("POST", "/x", body=["\ud800"]), "POST /x: 'body'"),
    ],
)
def test_half_a_character_is_an_error_of_its_argument(call: Callable[[Client], Any], why: str) -> None:
    """A lone surrogate in a path, query or body is a ValueError that names operation and argument; nothing is sent."""
    service = Service(ok({}))
    with pytest.raises(ValueError, match=f"{why} has a lone surrogate"):
        call(service.client())
    assert not service.requests


def test_an_extra_header_is_set_once_however_it_is_written() -> None:
    """The last of several variants says what a header is, in capitals or not; None takes it away."""
    service = Service(ok({}))
    variant = service.client()
    for name, value in (("x-team", "a"), ("X-Team", "b"), ("x-team", "c")):
        variant = variant.with_options(headers={name: value})
        variant.company.search()
        assert service.last.headers.get_list("x-team") == [value]
    variant.with_options(headers={"X-TEAM": cast("str", None)}).company.search()
    assert "x-team" not in service.last.headers


def test_parameters_of_the_http_client_go_beside_those_of_the_call() -> None:
    """The `params` of an httpx client never take the place of a call's own query, such as the offset of a page."""
    service = Service(ok({"name": "A"}))
    client = service.client(params={"team": ["a b", "c&d"], "query": "no"})
    client.with_options(query={"trace": 1}).company.search(query="ACME+")
    assert service.last.url.query == b"team=a%20b&team=c%26d&query=ACME%2B&trace=1"
    client.company.get("c")
    assert service.last.url.query == b"team=a%20b&team=c%26d&query=no"


def test_an_extra_header_holds_no_line_break() -> None:
    """A header that would end its line is refused before anything is sent."""
    service = Service(ok({}))
    with pytest.raises(ValueError, match="printable ASCII"):
        service.client().with_options(headers={"x-team": "a\r\nx-sign: b"}).company.search()
    assert not service.requests


def test_closing_closes_only_what_is_owned() -> None:
    """A client closes its httpx client on leaving `with`, unless told that it belongs to the caller."""
    http = httpx.Client(transport=httpx.MockTransport(Service(ok({}))))
    with Client(http, base_url=BASE, owns_http=False):
        pass
    assert not http.is_closed
    with Client(http, base_url=BASE):
        pass
    assert http.is_closed


def test_a_sender_takes_the_place_of_http() -> None:
    """A `send` gets the request and gives the response; nothing goes past it."""
    service = Service(ok({"name": "sent by hand"}))
    http = httpx.Client(transport=httpx.MockTransport(Service(httpx.Response(500))))
    assert Client(http, base_url=BASE, send=service).company.get("c").name == "sent by hand"


def pages(total: int, most: int) -> Callable[[httpx.Request], httpx.Response]:
    """A ledger that gives at most so many rows at a time, and no total."""

    def answer(request: httpx.Request) -> httpx.Response:
        offset, limit = (int(request.url.params[name]) for name in ("offset", "limit"))
        rows = range(total)[offset : offset + min(limit, most)]
        return ok({"List": [{"TxID": str(row)} for row in rows]})

    return answer


@pytest.mark.parametrize("total", [0, 1, 99, 100, 101, 250])
def test_iter_ledger_gives_every_row_once(total: int) -> None:
    """All rows come, in order, also when the service gives fewer at a time than asked for."""
    service = Service(pages(total, most=70))
    rows = service.client().fund.iter_ledger("c", "f", asset="BTC")
    assert [row.tx_id for row in rows] == [str(number) for number in range(total)]
    assert service.last.url.params["asset"] == "BTC"


def test_iter_ledger_starts_at_an_offset() -> None:
    """The walk starts where the caller says, with pages of the size he says."""
    service = Service(pages(10, most=100))
    assert [row.tx_id for row in service.client().fund.iter_ledger("c", "f", offset=7, limit=2)] == ["7", "8", "9"]
    assert [request.url.params["offset"] for request in service.requests] == ["7", "9", "10"]


def test_iter_ledger_ends_when_the_offset_is_ignored() -> None:
    """A service that gives the same page again and again is an error, not an endless walk."""
    service = Service(ok({"List": [{"TxID": "1"}]}))
    with pytest.raises(ResponseError, match="same page"):
        list(service.client().fund.iter_ledger("c", "f"))


def test_a_feed_says_that_it_is_one() -> None:
    """Calling a WebSocket operation raises and sends nothing; the feeds stand in FEEDS."""
    service = Service(ok({}))
    with pytest.raises(TypeError, match=r'open feed\("agent"\)'):
        service.client().signing_agent.open_feed()
    assert service.requests == []
    assert sorted(Client.FEEDS) == ["agent", "core_client", "liquidity_hub", "wallets"]
    assert Client.FEEDS["agent"].security == "agent_token"


def test_the_async_client_is_the_twin() -> None:
    """Calls, errors, raw responses, options and pages work the same with asyncio."""

    async def story() -> None:
        service = Service(ok(CREATED))
        async with service.async_client() as client:
            assert (await client.company.create(name="A")).company_id == "c"
            assert (await client.with_raw_response.company.create(name="A")).response.status_code == 200
            await client.with_options(max_retries=1).company.create(name="A")
            assert service.last.extensions["qredo"].max_retries == 1
            service.answer = pages(130, most=100)
            rows: list[TxHistoryItem] = [row async for row in client.fund.iter_ledger("c", "f")]
            assert [row.tx_id for row in rows] == [str(number) for number in range(130)]
            service.answer = httpx.Response(404)
            with pytest.raises(NotFoundError):
                await client.company.get("c")
            with pytest.raises(TypeError, match="WebSocket"):
                await client.signing_agent.open_feed()
        assert client.http.is_closed

    asyncio.run(story())


def test_the_user_agent_names_package_and_version() -> None:
    """Each request says which description it was made from; the version is that of the description."""
    service = Service(ok(CREATED))
    service.client().company.create(name="A")
    assert service.last.headers["user-agent"] == f"qredo_partner_v1_1/{qredo_partner_v1_1.__version__}"
    assert qredo_partner_v1_1.__version__.startswith("1.1.2+r")


def test_importing_the_package_imports_neither_models_nor_operations() -> None:
    """`import` costs what the package itself costs; the rest comes when it is used."""
    code = (
        "import sys, qredo_partner_v1_1 as p; p.Client; "
        "late = ('qredo_partner_v1_1.models.', 'qredo_partner_v1_1.api', 'attr', 'httpx'); "
        "print([name for name in sys.modules if name.startswith(late)])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_everything_public_can_be_had() -> None:
    """`__all__` is sorted, and each name in it exists, for the package and for its models."""
    for module in (qredo_partner_v1_1, qredo_partner_v1_1.models):
        names = list(module.__all__)
        assert names == sorted(names)
        assert set(names) <= set(dir(module))
        for name in names:
            assert getattr(module, name) is not None
        with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
            module.nonsense  # noqa: B018
