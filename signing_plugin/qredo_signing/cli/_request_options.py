"""The parts of a request as options: URL, body, stamp."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ._errors import CliError
from ._inputs import read_file, read_stdin

__all__ = [
    "BodyOption",
    "MethodOption",
    "NonceOption",
    "SchemeApiOption",
    "SignatureOption",
    "TimestampOption",
    "UrlOption",
    "method_of",
    "read_bytes",
    "stamp_of",
]

UrlOption = Annotated[
    str, typer.Option("--url", metavar="URL", help="The full URL exactly as sent, query included; wss:// for a feed.")
]
BodyOption = Annotated[
    str | None,
    typer.Option("--body", metavar="FILE|-|JSON", help="The body as sent: a file, - for stdin, or JSON itself."),
]
TimestampOption = Annotated[
    int | None, typer.Option("--timestamp", metavar="N", min=0, help="Of x-timestamp, in Unix seconds.")
]
NonceOption = Annotated[int | None, typer.Option("--nonce", metavar="N", min=0, help="Of x-nonce, instead.")]
MethodOption = Annotated[
    str | None, typer.Option("--method", metavar="METHOD", help="GET without a body and POST with one, by default.")
]
SchemeApiOption = Annotated[
    str | None,
    typer.Option(
        "--api", metavar="PACKAGE", help="Only for an API that is signed with a secret: qredo_v1. Without it: RSA."
    ),
]
SignatureOption = Annotated[
    str | None, typer.Option("--signature", metavar="TEXT|@FILE", help="The text of the x-sign header.")
]


def read_bytes(source: str | None) -> bytes:
    """Return the body: of a file, of stdin for `-`, or the text itself if it starts as JSON does.

    Raises:
        CliError: The file or stdin cannot be read.
    """
    if source is None:
        return b""
    if source == "-":
        return read_stdin()
    if source.lstrip()[:1] in {"{", "["}:
        return source.encode()
    return read_file(Path(source.removeprefix("@")))


def method_of(method: str | None, body: bytes) -> str:
    """The HTTP method in upper case."""
    return (method or ("POST" if body else "GET")).upper()


def stamp_of(timestamp: int | None, nonce: int | None, *, required: bool = False) -> tuple[str, str]:
    """The name of the stamp's header and its text; the time now if neither is given.

    Raises:
        CliError: Both are given, or neither where one is required.
    """
    if timestamp is not None and nonce is not None:
        raise CliError("--timestamp and --nonce exclude each other: a request has one stamp")
    if nonce is not None:
        return "x-nonce", str(nonce)
    if timestamp is None and required:
        raise CliError("no stamp is given", "give --timestamp N or --nonce N, as the request had it")
    return "x-timestamp", str(int(time.time()) if timestamp is None else timestamp)
