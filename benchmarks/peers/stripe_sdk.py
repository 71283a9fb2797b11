"""stripe: a bearer token, nothing signed."""

from __future__ import annotations

from collections.abc import Callable

import stripe
from _worker import serve


def prepare(url: str, key: str) -> Callable[[], object]:
    """The client as its documentation has it, with the base address of the server."""
    client = stripe.StripeClient("sk_test_benchmark", base_addresses={"api": url}, max_network_retries=0)

    def call() -> None:
        assert client.v1.customers.retrieve("cus_1").name == "ACME"

    return call


if __name__ == "__main__":
    serve(prepare)
