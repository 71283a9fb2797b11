"""Ours: the typed client, signed with RSA. It runs in an environment of its own too, with what it needs and no more."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "generated"), str(ROOT / "signing_plugin")]

from _worker import serve  # noqa: E402
from qredo_partner_v1_1 import Client  # noqa: E402
from qredo_signing import Credentials, Environment, connect  # noqa: E402

COMPANY = "1fXbq3RZlOa8mTQ0vhKtDu7pYeC"


def prepare(url: str, key: str) -> Callable[[], object]:
    """Beside the private key stands the API key: a folder as users have it."""
    client = connect(Client, Credentials.from_directory(Path(key).parent), Environment.emulator(url))

    def call() -> None:
        assert client.company.get(COMPANY).name == "ACME"

    return call


if __name__ == "__main__":
    serve(prepare)
