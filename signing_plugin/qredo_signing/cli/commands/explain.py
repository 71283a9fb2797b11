"""`qredo explain`: what a signature covers, to lay beside what the other side saw."""

from __future__ import annotations

import dataclasses

from ..._text import printable
from .._option_groups import JsonOption, with_groups
from .._output import print_json, print_text
from .._request_options import SignedRequest

__all__ = ["explain"]


@with_groups
def explain(request: SignedRequest, as_json: JsonOption = False) -> None:
    """Show what goes into a signature: stamp, URL, body, digest, key.

    No secret is in it. Lay it beside what the other side saw.

    Examples:

      qredo explain --url URL --body company.json --timestamp 1700000000
      qredo explain --url URL --timestamp 1700000000 --signature @sign.txt --json
    """
    from ... import explain as explain_rsa

    explanation = explain_rsa(*request.signed_parts())
    if as_json:
        print_json(dataclasses.asdict(explanation))
    else:
        print_text("\n".join(map(printable, str(explanation).splitlines())))
