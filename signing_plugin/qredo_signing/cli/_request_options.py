"""The parts of a request as options: URL, body, stamp."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from ._errors import CliError
from ._inputs import read_file, read_stdin
from ._keys import DEFAULT_KEYS
from ._option_groups import option

__all__ = [
    "BodyOption",
    "NonceOption",
    "SignedRequest",
    "TimestampOption",
    "UrlOption",
    "path_of_body",
    "read_bytes",
    "stamp_of",
]

UrlOption = Annotated[str, option("--url", "The full URL exactly as sent, query included; wss:// for a feed.", "URL")]
BodyOption = Annotated[
    str | None, option("--body", "The body as sent: a file, - for stdin, or JSON itself.", "FILE|-|JSON")
]
TimestampOption = Annotated[int | None, option("--timestamp", "Timestamp of the request, in Unix seconds.", "N", min=0)]
NonceOption = Annotated[int | None, option("--nonce", "Nonce of the request, instead of a timestamp.", "N", min=0)]


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """The options of a request that was signed. A command with a parameter of this type gets all of them."""

    url: UrlOption
    signature: Annotated[str | None, option("--signature", "The text of the x-sign header.", "TEXT|@FILE")] = None
    body: BodyOption = None
    timestamp: TimestampOption = None
    nonce: NonceOption = None
    public_key_file: Annotated[
        Path | None, option("--public-key", "PEM file; public.pem in QREDO_KEYS or ./keys by default.", "FILE")
    ] = None
    keys: Annotated[Path | None, option("--keys", "", "DIR", "QREDO_KEYS", hidden=True)] = None

    def signed_parts(self) -> tuple[Any, str, str, bytes, str | None]:
        """Return the public key, the stamp, the URL, the body and the text of the signature, if one is given.

        Raises:
            CliError: There is no stamp, or a file cannot be read.
            KeyLoadError: The public key cannot be loaded.
        """
        from .. import PublicKey

        stamp = stamp_of(self.timestamp, self.nonce, required=True)
        key = PublicKey.from_file(self.public_key_file or (self.keys or DEFAULT_KEYS) / "public.pem")
        signature = self.signature
        if signature is not None and signature.startswith("@"):
            signature = read_file(Path(signature[1:])).decode("utf-8-sig", "replace").strip()
        return key, stamp, self.url, read_bytes(self.body), signature


def read_bytes(source: str | None) -> bytes:
    """Return the body: of a file, of stdin for `-`, or the text itself if it starts as JSON does.

    Raises:
        CliError: The file or stdin cannot be read.
    """
    if source is None:
        return b""
    if source == "-":
        return read_stdin()
    return read_file(path) if (path := path_of_body(source)) else os.fsencode(source)  # as it was typed


def path_of_body(source: str) -> Path | None:
    """The file that a body is in; None for stdin, and for JSON itself."""
    is_file = source != "-" and source.lstrip()[:1] not in {"{", "["}
    return Path(source.removeprefix("@")) if is_file else None


def stamp_of(timestamp: int | None, nonce: int | None, *, required: bool = False) -> str:
    """The text of the stamp; the time now if neither is given.

    Raises:
        CliError: Both are given, or neither where one is required.
    """
    if timestamp is not None and nonce is not None:
        raise CliError("--timestamp and --nonce exclude each other: a request has one stamp")
    if nonce is not None:
        return str(nonce)
    if timestamp is None and required:
        raise CliError("no stamp is given", "give --timestamp N or --nonce N, as the request had it")
    return str(int(time.time()) if timestamp is None else timestamp)
