"""docs/troubleshooting.md quotes messages as they are in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from .blocks import ROOT, without_blocks

FOLDERS = ("signing_plugin", "generated/qredo_partner_v1_1", "emulator")
FOREIGN = {
    "'coroutine' object has no attribute": "Python",
    "Cannot send a request, as the client has been closed": "httpx",
    "Connection refused": "the operating system",
    "Name or service not known": "the operating system",
    "No module named 'qredo_emulator'": "Python",
    "can't be used in 'await' expression": "Python",
    "cannot pickle '_thread.RLock' object": "Python",
    "certificate has expired": "OpenSSL",
    "certificate is not valid for": "Python",
    "certificate verify failed: self-signed certificate": "OpenSSL",
    "certificate verify failed: unable to get local issuer certificate": "OpenSSL",
    "wrong version number": "OpenSSL",
}
"""Messages that are not in this repository, with what makes them."""
COMPOSED = {"Too Many Requests": HTTPStatus.TOO_MANY_REQUESTS.phrase, "errPartnerAuth (signature)": "%s (%s)"}
"""Messages that are put together from several texts."""
ROWS = re.findall(
    r"^\| `([^`]+)`(?:, [^|]*)? \|[^|]+\|[^|]+\|$", without_blocks("docs/troubleshooting.md"), re.MULTILINE
)


def texts() -> Iterator[str]:
    """Every text of the code, with NUL for each value that is put into it."""
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(one.value) if isinstance(one, ast.Constant) else "\0" for one in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.fixture(scope="module")
def code() -> str:
    """All texts of the code, one below the other."""
    return "\n".join(" ".join(text.split()) for text in texts())


@pytest.mark.parametrize("message", [row for row in ROWS if row not in FOREIGN | COMPOSED])
def test_each_message_is_in_the_code(message: str, code: str) -> None:
    """A message of the page is a part of a text of the code, with a value where the page has `…`."""
    pattern = "[^\n]*?".join(re.escape(part) for part in message.split("…"))
    assert re.search(pattern, code), f"no text of the code holds {message!r}"


def test_the_exceptions_are_on_the_page() -> None:
    """Each message that is excepted from the check is on the page."""
    assert set(FOREIGN | COMPOSED) <= set(ROWS)


def test_every_row_is_read() -> None:
    """Each row of a table begins with a message; there is none that the check does not see."""
    lines = [line for line in without_blocks("docs/troubleshooting.md").splitlines() if line.startswith("| ")]
    assert len(lines) == len(ROWS) + 2 * sum(line.startswith("| Message ") for line in lines)
