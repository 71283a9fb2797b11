"""`qredo explain`: what a signature covers, to lay beside what the other side saw."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from ..._text import printable
from .._option_groups import JsonOption
from .._output import print_json, print_text
from .._request_options import (
    BodyOption,
    NonceOption,
    SignatureOption,
    TimestampOption,
    UrlOption,
    read_bytes,
    stamp_of,
)
from .verify import PublicKeyOption, public_key, signature_text

__all__ = ["explain"]


def explain(
    url: UrlOption,
    signature: SignatureOption = None,
    body: BodyOption = None,
    timestamp: TimestampOption = None,
    nonce: NonceOption = None,
    public_key_file: PublicKeyOption = None,
    keys: Annotated[Path | None, typer.Option("--keys", metavar="DIR", envvar="QREDO_KEYS", hidden=True)] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what goes into a signature: stamp, URL, body, digest, key.

    No secret is in it. Lay it beside what the other side saw.

    Examples:

      qredo explain --url URL --body company.json --timestamp 1700000000
      qredo explain --url URL --timestamp 1700000000 --signature @sign.txt --json
    """
    from ... import explain as explain_rsa

    _, stamp = stamp_of(timestamp, nonce, required=True)
    key = public_key(public_key_file, keys)
    explanation = explain_rsa(key, stamp, url, read_bytes(body), signature_text(signature))
    if as_json:
        print_json(dataclasses.asdict(explanation))
    else:
        print_text("\n".join(map(printable, str(explanation).splitlines())))
