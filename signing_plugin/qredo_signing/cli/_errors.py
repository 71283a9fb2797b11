"""Turn an exception into one line on stderr, a hint and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import typer

from .. import errors as signing
from .._text import printable
from ._exits import Exit

__all__ = ["CliError", "Report", "as_usage_error", "report_of"]


_NEW_COUNTER = (
    "--nonce-start N makes a counter, once; N is the nonce that the service expects next. Leave it out if there is a "
    "counter. To repair a counter, use Python: SQLiteNonces(FILE, rule='counter').initialise(N, overwrite=True)"
)
_SIGNING = (
    (signing.RedirectError, Exit.REFUSED, ""),
    (signing.ClockSkewError, Exit.REFUSED, ""),
    (signing.OriginError, Exit.USAGE, ""),
    (signing.UnsignableError, Exit.USAGE, ""),
    (signing.InvalidSignatureError, Exit.NO, ""),
    (signing.EnvironmentMismatchError, Exit.LOCAL, "give the environment with --environment"),
    (signing.AgentTokenError, Exit.LOCAL, "give a fresh token with --agent-token-file or QREDO_AGENT_TOKEN"),
    (signing.NonceError, Exit.LOCAL, _NEW_COUNTER),
    (signing.QredoSigningError, Exit.LOCAL, ""),
)
"""Exit codes and hints of the errors of signing; the first that fits counts."""


class CliError(Exception):
    """A problem found by a command itself.

    Args:
        message: What was given and why it is wrong.
        hint: What to do, for a line of its own.
        code: The exit code.
    """

    def __init__(self, message: str, hint: str = "", *, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


class Report(NamedTuple):
    """What is shown of an error.

    Attributes:
        message: One line; empty if nothing is shown.
        hint: What to do, or empty.
        code: The exit code.
        is_about_request: Whether the error says what became of the request; one of the machine's does not.
    """

    message: str
    hint: str
    code: int
    is_about_request: bool = True


def report_of(error: BaseException) -> Report | None:
    """Return what to show for an error, or None for one that is a bug.

    Errors of generated packages are recognized by the names of their base classes, since each package has its own.
    """
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return Report("", "", Exit.INTERRUPTED, is_about_request=False)
    if isinstance(error, CliError):
        return _report(error, error.hint, error.code)._replace(is_about_request=error.code is not Exit.OUTPUT)
    if isinstance(error, signing.QredoSigningError):
        return _of_signing(error)
    names = {each.__name__ for each in type(error).__mro__}
    if "APIError" in names:
        return _of_refusal(error)
    if "ResponseError" in names:
        return _of_response(error)
    httpx = sys.modules.get("httpx")  # not imported here: a module that was not imported raised nothing
    if httpx is not None and isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        return _of_httpx(error)
    if hasattr(error, "format_message"):  # Typer's own; where its class lives depends on its version
        return _of_typer(error)
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, UnicodeEncodeError):  # bytes that Python read from the command line as lone surrogates
        hint = "write it in UTF-8; in a URL, percent-encoded"
        return _report("an argument has bytes that are not text", hint, Exit.USAGE)
    return None


def _report(message: object, hint: str, code: int) -> Report:
    return Report(printable(" ".join(str(message).split())), hint, code)


def _of_signing(error: signing.QredoSigningError) -> Report:
    if isinstance(error, signing.OutcomeUnknownError):
        return _report(error, _how_to_look(error.outcome, error.idempotency_key), Exit.UNKNOWN)
    code, hint = next((code, hint) for kind, code, hint in _SIGNING if isinstance(error, kind))
    return _report(error, hint, code)


def _of_refusal(error: Any) -> Report:
    """An error response. It is certain that the request was rejected: otherwise the library raises another error."""
    wait = error.retry_after
    hint = f"wait {wait:.0f} s before you retry" if wait is not None else ""
    if error.status_code == 401:
        hint = "`qredo doctor` checks keys, environment and clock"
    return _report(error, hint, Exit.REFUSED)


def _of_response(error: Any) -> Report:
    hint = "the output is the response as it came" if error.response is not None else ""
    return _report(f"the response does not match the description: {error}", hint, Exit.RESPONSE)


def _of_system(error: OSError) -> Report:
    reason = error.strerror or type(error).__name__
    what = "a file" if error.filename is None else error.filename
    report = _report(f"{what} cannot be used: {reason}", "check the path and its permissions", Exit.LOCAL)
    return report._replace(is_about_request=False)


def _how_to_look(outcome: str | None, key: str | None) -> str:
    hint = f"`qredo call {outcome}` shows whether it succeeded" if outcome else "do not retry before you know"
    return f"{hint}; the idempotency key was {key}" if key else hint


def _of_httpx(error: BaseException) -> Report:
    if type(error).__name__ == "InvalidURL":
        return _report(f"not a URL: {error}", "", Exit.USAGE)
    what = "; ".join([str(error) or type(error).__name__, *getattr(error, "__notes__", ())])
    return _report(f"no response: {what}", "`qredo doctor` checks the connection", Exit.TRANSPORT)


def _of_typer(error: Any) -> Report:
    context = getattr(error, "ctx", None)
    hint = f"see `{context.command_path} --help`" if context is not None else ""
    return _report(error.format_message(), hint, Exit.USAGE)


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Call a generated client inside this. Arguments that it does not send, such as an empty id, are wrong usage.

    Raises:
        CliError: Instead of its ValueError or TypeError.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        if isinstance(error, signing.QredoSigningError | UnicodeEncodeError):
            raise
        raise CliError(str(error)) from error
