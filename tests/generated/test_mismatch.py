"""A value of another type than described is kept, can be sent back, and is never taken for another value."""

from __future__ import annotations

import copy
import json
import logging
import math
import operator
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from qredo_partner_v1_1 import Client, Misfit, Mismatch, ResponseError, collect_mismatches
from qredo_partner_v1_1.models import CompanyCreate, TxHistoryItem

from .test_decoding import DECODERS

ARITHMETIC: tuple[Callable[[Any, Any], object], ...] = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    divmod,
)
BITS: tuple[Callable[[Any, Any], object], ...] = (
    operator.and_,
    operator.or_,
    operator.xor,
    operator.lshift,
    operator.rshift,
)


def _swapped(operation: Callable[[Any, Any], object], right: object, left: object) -> object:
    return operation(left, right)


USES: dict[str, Callable[[Any], object]] = {
    "bool": bool,
    "not": operator.not_,
    "len": len,
    "iter": list,
    "in": lambda value: 1 in value,
    "item": lambda value: value[0],
    "call": lambda value: value(),
    "attribute": lambda value: value.wallet_id,
    "str": str,
    "format": "{}".format,
    "f-string": lambda value: f"{value:>5}",
    "percent": lambda value: "%s" % value,  # noqa: UP031
    "percent d": lambda value: "%d" % value,  # noqa: UP031
    "join": lambda value: "".join([value]),
    "int": int,
    "float": float,
    "index": operator.index,
    "round": round,
    "floor": math.floor,
    "hash": hash,
    "==": lambda value: value == 0,
    "!=": lambda value: value != 0,
    "reversed ==": lambda value: "text" == value,  # noqa: SIM300
    "<": lambda value: value < 1,
    "reversed <": lambda value: 1 < value,  # noqa: SIM300
    "sum": lambda value: sum([value]),
    "max": lambda value: max([value, 1]),
    "sorted": lambda value: sorted([value, 1]),
    **{f"{each.__name__} 1": partial(_swapped, each, 1) for each in (*ARITHMETIC, *BITS)},
    **{f"1 {each.__name__}": partial(each, 1) for each in ARITHMETIC},
    "neg": operator.neg,
    "abs": abs,
    "json": json.dumps,
}


def amount(value: object = "1.5") -> Any:
    """A model's amount that came as something else than an integer."""
    return TxHistoryItem.from_dict({"amount": value}).amount


@pytest.mark.parametrize("use", [name for name in USES if name != "join" and name != "json"])
def test_each_use_raises(use: str) -> None:
    """Truth, comparison, arithmetic, iteration and formatting raise the documented error with model and field."""
    with pytest.raises(ResponseError, match=r"TxHistoryItem\.amount: expected an integer, got a string"):
        USES[use](amount())


@pytest.mark.parametrize("use", ["join", "json"])
def test_what_knows_its_types_rejects_it(use: str) -> None:
    """What takes texts or JSON values alone raises too."""
    with pytest.raises((ResponseError, TypeError)):
        USES[use](amount())


@pytest.mark.parametrize("package", DECODERS)
def test_what_came_is_written_back(package: str) -> None:
    """For every model, field and wrong type: `to_dict` gives exactly what came, and strict reading raises at once."""
    decoder, wrong = DECODERS[package], 0
    strictly = __import__(f"{package}._mismatch", fromlist=["strictly"]).strictly
    for name in decoder.names:
        model = getattr(decoder.models, name)
        for src in decoder.near_misses(name):
            made = decoded(decoder.package, model, src)
            if "<Mismatch" not in repr(made):
                continue
            wrong += 1
            written = made.to_dict()
            kept = {field: value for field, value in src.items() if value is not None or field in written}
            assert repr(written) == repr({field: kept[field] for field in written}), (name, src)
            assert written.keys() == kept.keys()
            with strictly(), pytest.raises(decoder.package.ResponseError):
                model.from_dict(src)
    assert wrong > 500


def decoded(package: Any, model: Any, src: dict[str, Any]) -> Any:
    """A model, or None if a required field is missing."""
    try:
        return model.from_dict(src)
    except package.ResponseError:
        return None


def test_it_is_shown_without_its_value() -> None:
    """The repr names place and types; the value may be a secret. Copies and pickles are the same."""
    found = amount("planted")
    assert repr(found) == "<Mismatch TxHistoryItem.amount: expected an integer, got a string>"
    assert found.raw == "planted"
    for other in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert isinstance(other, Mismatch)
        assert other == found
    assert found != amount("other")


def test_models_with_mismatches_are_compared() -> None:
    """Two mismatches are equal if what came is equal."""
    assert TxHistoryItem.from_dict({"amount": "1"}) == TxHistoryItem.from_dict({"amount": "1"})
    assert TxHistoryItem.from_dict({"amount": "1"}) != TxHistoryItem.from_dict({"amount": "2"})


def serve(body: object, status: int = 200, **options: Any) -> tuple[Client, list[httpx.Request]]:
    """A client whose every call gets this response, and the requests that it sent."""
    sent = list[httpx.Request]()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, content=content)

    http = httpx.Client(transport=httpx.MockTransport(respond))
    return Client(http, base_url="https://api.example", **options), sent


def test_one_wrong_field_leaves_the_others() -> None:
    """One field of a wrong type makes that field unusable, and not the call."""
    client, _ = serve({"company_id": "c", "name": 5, "city": "x", "country": "y", "domain": "z", "ref": "r"})
    with client, collect_mismatches() as found:
        company = client.company.get("c")
    assert (company.company_id, company.city) == ("c", "x")
    assert found == [Misfit("Company", "name", "a string", "an integer")]
    strict, _ = serve({"company_id": "c", "name": 5}, strict=True)
    with strict, pytest.raises(ResponseError, match="name: expected a string, got an integer"):
        strict.company.get("c")


def test_it_is_not_sent() -> None:
    """A model with a mismatch is no body of a request: nothing is sent."""
    client, sent = serve({})
    body = CompanyCreate.from_dict({"name": 5})
    with client, pytest.raises(ResponseError, match=r"\.name: expected a string"):
        client.company.create(body=body)
    assert sent == []


def test_raw_responses_are_parsed_on_demand() -> None:
    """A body that is not as described can be read; only `parsed` raises, and says whether the call took effect."""
    client, _ = serve(b"<html>")
    with client:
        got = client.with_raw_response.company.get("c")
        made = client.with_raw_response.company.create(name="A")
    assert (got.response.text, made.response.status_code) == ("<html>", 200)
    for raw, effect in ((got, False), (made, True)):
        with pytest.raises(ResponseError, match="not JSON") as caught:
            _ = raw.parsed
        assert caught.value.took_effect is effect
        assert pickle.loads(pickle.dumps(caught.value)).took_effect is effect
        assert ("don't retry" in str(caught.value)) is effect


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_an_empty_response_says_that_the_call_succeeded(status: int) -> None:
    """Where a body is described and none came, the error says that a call that changes something succeeded."""
    client, _ = serve(b"", status)
    with client, pytest.raises(ResponseError, match=f"HTTP {status} without a body.*The call succeeded") as caught:
        client.company.create(name="A")
    assert caught.value.took_effect
    assert caught.value.response is not None


def test_a_mismatch_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """One line for a field, however often it comes, and without the value."""
    with caplog.at_level(logging.WARNING, "qredo_partner_v1_1"):
        for _ in range(3):
            TxHistoryItem.from_dict({"note": {"planted": 1}})
    assert len([line for line in caplog.messages if "TxHistoryItem.note" in line]) <= 1
    assert "planted" not in caplog.text


def test_a_handler_that_raises_changes_nothing() -> None:
    """Neither a logging handler that raises nor `-W error` turns a successful call into another error."""

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("the disk is full")

    handler, logger = Broken(), logging.getLogger("qredo_partner_v1_1")
    logger.addHandler(handler)
    try:
        client, _ = serve({"name": "A", "city": ["never seen before"]})
        with client:
            assert isinstance(client.company.get("c").city, Mismatch)
    finally:
        logger.removeHandler(handler)
