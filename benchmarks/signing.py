"""What signing costs beside the bare signature of `cryptography`: `python benchmarks/signing.py`.

The signing step runs on a request that is built already. Beside it, the same with the signature stubbed: what the
plugin itself takes.
"""

from __future__ import annotations

import httpx
from _measure import measure, table
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from qredo_signing import Credentials, Environment, PartnerAuth

ROUNDS, REPEAT = 300, 5
URL = "https://sandbox-api.qredo.network/api/v1/p/company/1fXbq3RZlOa8mTQ0vhKtDu7pYeC/fund?query=a"
BODY = b'{"name":"ACME Corp","description":"Treasury"}'


class Stub:
    """Signs nothing."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature that is none."""
        return b"\0" * 256


def main() -> None:
    """Print the tables."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    message = b"1700000000" + URL.encode() + BODY
    real = PartnerAuth(Credentials("benchmark", key), Environment.SANDBOX)
    stubbed = PartnerAuth(Credentials("benchmark", Stub()), Environment.SANDBOX)
    request = httpx.Request("POST", URL, content=BODY)
    cases = {
        "bare signature": lambda: key.sign(message, PKCS1v15(), SHA256()),
        "signing step": lambda: next(real.sync_auth_flow(request)),
    }
    print(table("RSA-2048", measure(cases, rounds=ROUNDS, repeat=REPEAT)))
    flow = {
        "no auth": lambda: next(httpx.Auth().sync_auth_flow(request)),
        "signing step, signature stubbed": lambda: next(stubbed.sync_auth_flow(request)),
    }
    print()
    print(table("without RSA", measure(flow, rounds=ROUNDS, repeat=200)))


if __name__ == "__main__":
    main()
