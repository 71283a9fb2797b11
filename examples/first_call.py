"""The first signed calls: which assets the service knows, and which companies this API key sees. Nothing is changed.

    qredo-emulator --keys keys --port 8080                                  # in another terminal
    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    python examples/first_call.py

Needs `pip install ".[emulator]"`, and a folder `keys` with `apikey` and `private.pem`, which the
emulator makes. Another folder is named by QREDO_KEYS.
"""

from __future__ import annotations

import os
import sys

import httpx
from qredo_partner_v1_1 import APIError, Client, UnauthorizedError
from qredo_signing import Credentials, Environment, QredoSigningError, connect


def main() -> None:
    """Connect, ask, print."""
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    environment = Environment.from_environment()  # QREDO_ENVIRONMENT; there is no default
    with connect(Client, credentials, environment) as client:
        for asset in client.asset.get_all():
            print(f"{asset.code}: one is {asset.scale} base units")
        found = client.company.search()
        print(f"companies on {environment.name} that this API key sees: {found.total_count or 0}")


if __name__ == "__main__":
    try:
        main()
    except UnauthorizedError as error:
        sys.exit(f"{error}\nThe key pair does not belong to the API key, or to this environment. Ask `qredo doctor`.")
    except APIError as error:
        sys.exit(f"The service rejected the call: {error}")
    except QredoSigningError as error:
        sys.exit(f"Nothing was sent: {error}")
    except httpx.TransportError as error:
        sys.exit(f"No response: {error}")
