"""`qredo verify`: whether a signature was made by a key over a request."""

from __future__ import annotations

import typer

from .._errors import CliError
from .._option_groups import JsonOption, with_groups
from .._output import print_json, print_text
from .._request_options import SignedRequest

__all__ = ["verify"]


@with_groups
def verify(request: SignedRequest, as_json: JsonOption = False) -> None:
    """Check a signature.

    The exit code is 0 if it is valid and 1 if it is not.

    Examples:

      qredo verify --url URL --body company.json --timestamp 1700000000 --signature @sign.txt
      qredo verify --url URL --nonce 8 --signature TEXT --public-key partner.pem
    """
    from ... import InvalidSignatureError
    from ... import verify as verify_rsa

    key, stamp, url, body, signature = request.signed_parts()
    if signature is None:
        raise CliError("no signature is given", "give --signature, the text of the x-sign header")
    try:
        verify_rsa(key, stamp, url, body, signature)
    except InvalidSignatureError as error:
        if not as_json:
            raise
        print_json({"valid": False, "reason": str(error)})
        raise typer.Exit(1) from None
    if as_json:
        print_json({"valid": True, "key": key.fingerprint})
    else:
        print_text(f"valid, made by the key {key.fingerprint}")
