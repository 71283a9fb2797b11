"""docs/feeds.md: its examples run, and what it says of defaults is true."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import anyio
import pytest
import qredo_partner_v1_1
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_partner_v1_1.models import CoreClientFeedMessage
from qredo_signing import connect
from qredo_signing.feeds import Keepalive, Reconnect, feed

from .conftest import Approvals

PAGE = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


class EnoughError(Exception):
    """An example has come to its message."""


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_runs(number: int, emulator: Emulator, approvals: Approvals) -> None:
    """Each block does what it shows, on an emulator where two actions wait; those with a loop come to a message."""
    approvals.ask()
    approvals.ask()
    text = BLOCKS[number].replace("Environment.SANDBOX", "environment")
    text = text.replace('Credentials.from_directory("keys")', "credentials")
    came: list[Any] = []

    def enough(*what: object) -> bool:
        came.append(what)
        if len(came) > 1:
            raise EnoughError
        return True

    async def decide(message: CoreClientFeedMessage) -> None:
        enough(message)

    is_async = "await " in text or "async with" in text
    made: Any = connect(AsyncClient if is_async else Client, emulator.credentials, emulator.environment)
    names: dict[str, Any] = {
        **{name: getattr(qredo_partner_v1_1, name) for name in ("AsyncClient", "Client")},
        "connect": connect,
        "feed": feed,
        "CoreClientFeedMessage": CoreClientFeedMessage,
        "credentials": emulator.credentials,
        "environment": emulator.environment,
        "client": made,
        "client_id": approvals.core,
        "company_id": "c",
        "fund_id": "f",
        "wallet_id": "w",
        "print": enough,
        "is_fine": enough,
        "decide": decide,
    }
    code = compile(text, "feeds.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def story() -> None:
        async with made:
            result = eval(code, names)
            if inspect.isawaitable(result):
                await result

    try:
        if is_async:
            anyio.run(story)
        else:
            with made:
                eval(code, names)
    except* EnoughError:
        pass
    assert len(came) == (2 if re.search(r"^ *(async )?for .* in ", text, re.MULTILINE) else 0)


def test_the_page_says_the_defaults() -> None:
    """The numbers on the page are those of the code."""
    assert (Reconnect().first, Reconnect().limit, Reconnect().stable, Reconnect().attempts) == (0.5, 30, 60, None)
    assert "begins with about 0.5 s and is doubled up to 30 s" in PAGE
    assert (Keepalive().interval, Keepalive().timeout) == (20, 20)
    assert "noticed within 40 s" in PAGE
    parameters = inspect.signature(feed).parameters
    assert parameters["remember"].default == 10_000
    assert "the last 10,000 keys" in PAGE
    assert parameters["max_size"].default == 1_048_576
    assert "1 MiB" in PAGE
