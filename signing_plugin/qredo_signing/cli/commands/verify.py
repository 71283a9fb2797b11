"""`qredo verify`: whether a signature was made by a key over a request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .._errors import CliError
from .._inputs import read_file
from .._keys import DEFAULT_KEYS
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

__all__ = ["PublicKeyOption", "public_key", "signature_text", "verify"]

PublicKeyOption = Annotated[
    Path | None,
    typer.Option("--public-key", metavar="FILE", help="PEM file; public.pem in QREDO_KEYS or ./keys by default."),
]


def verify(
    url: UrlOption,
    signature: SignatureOption = None,
    body: BodyOption = None,
    timestamp: TimestampOption = None,
    nonce: NonceOption = None,
    public_key_file: PublicKeyOption = None,
    keys: Annotated[Path | None, typer.Option("--keys", metavar="DIR", envvar="QREDO_KEYS", hidden=True)] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a signature.

    The exit code is 0 if it is valid and 1 if it is not.

    Examples:

      qredo verify --url URL --body company.json --timestamp 1700000000 --signature @sign.txt
      qredo verify --url URL --nonce 8 --signature TEXT --public-key partner.pem
    """
    from ... import InvalidSignatureError
    from ... import verify as verify_rsa

    _, stamp = stamp_of(timestamp, nonce, required=True)
    text = signature_text(signature)
    if text is None:
        raise CliError("no signature is given", "give --signature, the text of the x-sign header")
    key = public_key(public_key_file, keys)
    try:
        verify_rsa(key, stamp, url, read_bytes(body), text)
    except InvalidSignatureError as error:
        if not as_json:
            raise
        print_json({"valid": False, "reason": str(error)})
        raise typer.Exit(1) from None
    if as_json:
        print_json({"valid": True, "key": key.fingerprint})
    else:
        print_text(f"valid, made by the key {key.fingerprint}")


def public_key(file: Path | None, keys: Path | None) -> Any:
    """Load the public key of a file or of a keys folder.

    Raises:
        KeyLoadError: It cannot be loaded.
    """
    from ... import PublicKey

    return PublicKey.from_file(file or (keys or DEFAULT_KEYS) / "public.pem")


def signature_text(given: str | None) -> str | None:
    """The text of a signature, or of the file that `@FILE` names."""
    if given is not None and given.startswith("@"):
        return read_file(Path(given[1:])).decode("ascii", "replace").strip()
    return given
