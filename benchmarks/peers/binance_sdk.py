"""binance-sdk-spot: a query signed with RSA for each call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from _worker import serve
from binance_common.configuration import ConfigurationRestAPI
from binance_sdk_spot.spot import Spot


def prepare(url: str, key: str) -> Callable[[], object]:
    """The client as its documentation has it, with the base path of the server."""
    configuration = ConfigurationRestAPI(api_key="benchmark", private_key=Path(key).read_text(), base_path=url)
    client = Spot(config_rest_api=configuration)

    def call() -> None:
        assert client.rest_api.get_account().data().account_type == "SPOT"

    return call


if __name__ == "__main__":
    serve(prepare)
