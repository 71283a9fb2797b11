"""The Fireblocks SDK: a JWT signed with RSA for each call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from _worker import serve
from fireblocks.client import Fireblocks
from fireblocks.client_configuration import ClientConfiguration


def prepare(url: str, key: str) -> Callable[[], object]:
    """The client as its documentation has it, with the base path of the server."""
    configuration = ClientConfiguration(api_key="benchmark", secret_key=Path(key).read_text(), base_path=f"{url}/v1")
    client = Fireblocks(configuration)

    def call() -> None:
        assert client.vaults.get_vault_account("1").result().data.name == "ACME"

    return call


if __name__ == "__main__":
    serve(prepare)
