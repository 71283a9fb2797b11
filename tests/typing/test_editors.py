"""What an editor with jedi, and `help()`, show of a client. (For editors with pyright, see `usage.py`.)"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from qredo_partner_v1_1 import Client

CODE = """\
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, connect

client = connect(Client, Credentials.from_directory("keys"), Environment.SANDBOX)
client.comp
client.transfer.create(
client.company.get("x").nam
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The program as jedi sees it, with a cache of its own: processes that share one read what others half wrote."""
    jedi: Any = pytest.importorskip("jedi", reason="needs jedi")
    shared, jedi.settings.cache_directory = jedi.settings.cache_directory, str(tmp_path_factory.mktemp("jedi"))
    yield jedi.Script(CODE, environment=jedi.InterpreterEnvironment())
    jedi.settings.cache_directory = shared


@pytest.mark.parametrize(("line", "wanted"), [(5, "company"), (7, "name")])
def test_a_client_of_connect_completes(script: Any, line: int, wanted: str) -> None:
    """Tags after the client, and fields after a call, through the overloads of `connect`."""
    assert wanted in [each.name for each in script.complete(line, len(CODE.splitlines()[line - 1]))]


def test_the_signature_tells_what_is_required_and_what_it_is(script: Any) -> None:
    """Required fields have no default, and the text has the description of each."""
    signature = script.get_signatures(6, len("client.transfer.create("))[0]
    parameters = {each.name: each.description for each in signature.params}
    assert "UNSET" not in parameters["wallet_id"]
    assert "UNSET" in parameters["reference"]
    assert "wallet_id: Id or short code of the wallet that sends." in signature.docstring()


def test_help_tells_what_is_required() -> None:
    """`help(client.transfer.create)` shows one signature for both forms, so the text names what it needs."""
    with httpx.Client() as http:
        text = inspect.getdoc(Client(http, base_url="").transfer.create) or ""
    words = " ".join(text.split())
    assert "required: `wallet_id`, `counterparty_wallet_address`, `expires`, `send`." in words
