"""From an exception to one line on stderr, a hint and an exit code."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from .. import errors as signing
from ._exits import Exit
from ._text import printable

__all__ = ["CliError", "Report", "report_of"]


class CliError(Exception):
    """A problem that a command found itself.

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
    """What a user gets to see of an error.

    Attributes:
        message: One line.
        hint: What to do, or empty.
        code: The exit code.
    """

    message: str
    hint: str
    code: int


def report_of(error: BaseException) -> Report | None:
    """Say what an error means for the user; None if it is none that may happen.

    Errors of generated packages are told by the names of their base classes: each package has its own.
    """
    if isinstance(error, CliError):
        return _report(error, error.hint, error.code)
    if isinstance(error, signing.QredoSigningError):
        return _of_signing(error)
    names = {each.__name__ for each in type(error).__mro__}
    if "APIError" in names:
        return _of_refusal(error)
    if "ResponseError" in names:
        return _of_response(error)
    if _is_httpx(error):
        return _of_httpx(error)
    if hasattr(error, "format_message"):  # Typer's own; where its class lives depends on its version
        return _of_typer(error)
    if isinstance(error, OSError):
        return _of_system(error)
    return None


def _report(message: object, hint: str, code: int) -> Report:
    return Report(printable(" ".join(str(message).split())), hint, code)


def _of_signing(error: signing.QredoSigningError) -> Report:
    if isinstance(error, signing.OutcomeUnknownError):
        return _report(error, _how_to_look(error.outcome, error.idempotency_key), Exit.UNKNOWN)
    if isinstance(error, signing.RedirectError | signing.ClockSkewError):
        return _report(error, "", Exit.REFUSED)
    if isinstance(error, signing.OriginError | signing.UnsignableError):
        return _report(error, "", Exit.USAGE)
    if isinstance(error, signing.InvalidSignatureError):
        return _report(error, "", Exit.NO)
    hint = "give the environment with --environment" if isinstance(error, signing.EnvironmentMismatchError) else ""
    if isinstance(error, signing.AgentTokenError):
        hint = "give a fresh token with --agent-token-file or QREDO_AGENT_TOKEN"
    if isinstance(error, signing.NonceError):
        hint = (
            "--nonce-start N makes a counter, once; N is the nonce that the service waits for. Leave it out where "
            "there is a counter. To repair one takes Python: docs/nonces.md"
        )
    return _report(error, hint, Exit.LOCAL)


def _of_refusal(error: Any) -> Report:
    """An answer that is an error. After a failure of the server, what may not be repeated may have taken effect."""
    status = error.status_code
    info = error.response.request.extensions.get("qredo")
    key = getattr(info, "idempotency_key", None)
    # With a key a repeat is harmless only with the same key, and a new command line has a new one.
    is_harmless = info is not None and info.repeatable and key is None
    if status >= 500 and status != 503 and not is_harmless:
        return _report(error, _how_to_look(getattr(info, "outcome", None), key), Exit.UNKNOWN)
    wait = error.retry_after
    hint = f"wait {wait:.0f} s before the next try" if wait is not None else ""
    if status == 401:
        hint = "`qredo doctor` checks keys, environment and clock"
    return _report(error, hint, Exit.REFUSED)


def _of_response(error: Any) -> Report:
    hint = "the answer is on stdout as it came" if error.response is not None else ""
    return _report(f"the answer is not what the description says: {error}", hint, Exit.RESPONSE)


def _of_system(error: OSError) -> Report:
    reason = error.strerror or type(error).__name__
    what = "a file" if error.filename is None else error.filename
    return _report(f"{what} cannot be used: {reason}", "check the path and its permissions", Exit.LOCAL)


def _how_to_look(outcome: str | None, key: str | None) -> str:
    hint = f"look with `qredo call {outcome}` before anything else" if outcome else "look before anything else"
    return f"{hint}; with the same idempotency key {key} a repeat is harmless" if key else hint


def _is_httpx(error: BaseException) -> bool:
    """Whether it is an error of httpx, without importing it: if it was not imported, it raised nothing."""
    httpx = sys.modules.get("httpx")
    return httpx is not None and isinstance(error, httpx.HTTPError | httpx.InvalidURL)


def _of_httpx(error: BaseException) -> Report:
    if type(error).__name__ == "InvalidURL":
        return _report(f"not a URL: {error}", "", Exit.USAGE)
    what = "; ".join([str(error) or type(error).__name__, *getattr(error, "__notes__", ())])
    return _report(f"no answer: {what}", "`qredo doctor` checks the connection", Exit.TRANSPORT)


def _of_typer(error: Any) -> Report:
    context = getattr(error, "ctx", None)
    hint = f"see `{context.command_path} --help`" if context is not None else ""
    return _report(error.format_message(), hint, Exit.USAGE)
