"""githubkit: a bearer token, nothing signed."""

from __future__ import annotations

from collections.abc import Callable

from _worker import serve
from githubkit import GitHub


def prepare(url: str, key: str) -> Callable[[], object]:
    """The client as its documentation has it, with the base URL of the server; its cache and retries are off."""
    client = GitHub("benchmark", base_url=url, http_cache=False, auto_retry=False)

    def call() -> None:
        assert client.rest.licenses.get_all_commonly_used().parsed_data[0].name == "ACME"

    return call


if __name__ == "__main__":
    serve(prepare)
