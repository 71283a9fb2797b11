"""Texts of a server in errors and logs: none forges a line of a log, moves a cursor or hides another text."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import httpx
import pytest
import qredo_partner_v1_1
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_signing import Credentials, Environment, PrivateKey, connect
from qredo_signing._diagnostics import LOG, log
from qredo_signing._secrecy import chain
from qredo_signing.errors import NonceError, QredoSigningError
from qredo_signing.feeds import FeedConnectionError

from ...versions import PACKAGES
from ..doubles import make_api_key

FORGED = "gone\r\n2026-01-01 ERROR root: paid\x1b[2J\x07\x9b1A\u202egnp\u2066\u200b\u2028\x85\x00\ud800"
TEXTS = st.one_of(st.just(FORGED), st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs", "Ll"]), max_size=30))
STATUSES = st.sampled_from([200, 302, 400, 401, 404, 418, 429, 500, 503])


class Records(logging.Handler):
    """What was logged, as a handler formats it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text."""
        self.texts.append(record.getMessage())


class Broken(logging.Handler):
    """A handler that fails."""

    def emit(self, record: logging.LogRecord) -> None:
        """Fail, as one does whose disk is full and that does not use `handleError`."""
        raise OSError("no space left on device")


@contextmanager
def logging_to(handler: logging.Handler) -> Iterator[None]:
    """Let the package's logger write everything to a handler."""
    level = LOG.level
    LOG.addHandler(handler)
    LOG.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(level)


def hostile(status: int, text: str) -> httpx.Response:
    """A response with the text wherever a server can put one."""
    raw = text.encode("utf-8", "surrogatepass")
    body = {"code": text, "msg": text, "detail": {"reason": text}, text: text, "company_id": [text]}
    headers = [(b"location", b"https://api.qredo.network/" + raw), (b"retry-after", raw), (b"x-text", raw)]
    return httpx.Response(status, headers=headers, content=json.dumps(body).encode(), extensions={"reason_phrase": raw})


def call(key: PrivateKey, status: int, text: str) -> Exception | None:
    """Make a call that gets such a response, and use what it returns; return the error."""
    credentials = Credentials(make_api_key(sandbox=True), key)
    transport: Any = httpx.MockTransport(lambda _: hostile(status, text))
    try:
        with connect(qredo_partner_v1_1.Client, credentials, Environment.SANDBOX, transport=transport) as client:
            str(client.with_options(max_retries=1).company.get("c").company_id)
    except Exception as error:
        return error
    return None


@settings(max_examples=60, deadline=None)
@given(status=STATUSES, text=TEXTS)
def test_errors_and_logs_of_calls(key: PrivateKey, status: int, text: str) -> None:
    """Whatever text a response holds, each error, its causes, its notes and each record is one printable line."""
    records = Records()
    with logging_to(records):
        error = call(key, status, text)
    assert error is not None
    shown = [str(each) for each in chain(error)] + getattr(error, "__notes__", []) + records.texts
    assert [each for each in shown if not each.isprintable()] == []


@pytest.mark.parametrize("package", PACKAGES)
@given(status=STATUSES, text=TEXTS)
def test_generated_errors(package: str, status: int, text: str) -> None:
    """The text of a generated error is escaped and its response is not, also after it was pickled."""
    errors = import_module(f"{package}.errors")
    raised = errors.api_error("company.get", hostile(status, text))
    for error in (raised, pickle.loads(pickle.dumps(raised))):
        assert all(each.isprintable() for each in (str(error), repr(error.msg), error.msg, error.reason))
        assert error.response.content == raised.response.content
        assert error.response.headers.raw == raised.response.headers.raw
        assert error.response.reason_phrase == raised.response.reason_phrase
        assert str(error) == str(raised)
    assert str(errors.ResponseError("Company", text, text)).isprintable()


@given(text=TEXTS)
def test_errors_of_the_plugin(text: str) -> None:
    """Every error class of the plugin shows control and invisible characters as escapes, and other text as it is."""
    classes = [QredoSigningError]
    for each in classes:
        classes += each.__subclasses__()
    assert {NonceError, FeedConnectionError} <= set(classes)
    for each in classes:
        error = each.__new__(each, text)
        assert str(error).isprintable()
        assert str(error) == text or not text.isprintable()


@given(text=TEXTS, number=st.integers())
def test_records(text: str, number: int) -> None:
    """Arguments of a record are escaped; numbers stay numbers."""
    records = Records()
    with logging_to(records):
        log(logging.WARNING, "%s: %d", ValueError(text), number)
    [shown] = records.texts
    assert shown.isprintable()
    assert shown.endswith(f": {number}")


def test_records_name_the_line_that_logs() -> None:
    """A record says where it was logged, not where it was escaped."""
    lines = list[str]()
    handler = Records()
    handler.format = lambda record: record.funcName or ""  # type: ignore[method-assign]
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    with logging_to(handler):
        log(logging.INFO, "here")
    assert lines == ["test_records_name_the_line_that_logs"]


@pytest.mark.parametrize("status", [200, 302, 400, 503])
def test_a_handler_that_raises(key: PrivateKey, status: int) -> None:
    """A handler that raises changes neither the result of a call nor its error."""
    expected = call(key, status, "text")
    with logging_to(Broken()):
        error = call(key, status, "text")
    assert (type(error), str(error)) == (type(expected), str(expected))
