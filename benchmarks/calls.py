"""What a whole signed call costs beside httpx with the leanest signing: `python benchmarks/calls.py`.

Both send the same headers over one kept connection to a server in another process. The lean one gives the bytes of the
answer to `json.loads`; ours gives models. What the difference buys is in docs/attempts.md and docs/security-notes.md.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Generator

import httpx
import qredo_partner_v1_1
from _measure import measure, table
from _server import serving
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from qredo_signing import Credentials, Environment, connect

ROUNDS, REPEAT = 200, 5
COMPANY = "1fXbq3RZlOa8mTQ0vhKtDu7pYeC"
ANSWER = {"company_id": COMPANY, "name": "ACME", "city": "Paris", "country": "FR", "domain": "acme.example", "ref": "1"}
API_KEY = base64.urlsafe_b64encode(b'{"key_id":"benchmark","key":"benchmark","issuer":"qredo-emulator"}').decode()


class LeanAuth(httpx.Auth):
    """Signs, and does nothing else."""

    def __init__(self, key: rsa.RSAPrivateKey | None) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request."""
        stamp = str(int(time.time()))
        signature = b"\0" * 256
        if self._key:
            signature = self._key.sign(
                stamp.encode() + str(request.url).encode() + request.content, PKCS1v15(), SHA256()
            )
        request.headers["x-api-key"] = API_KEY
        request.headers["x-timestamp"] = stamp
        request.headers["x-sign"] = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        yield request


class Stub:
    """Signs nothing."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature that is none."""
        return b"\0" * 256


def compare(title: str, url: str, key: rsa.RSAPrivateKey | None) -> None:
    """Print the table of one kind of signature: with the key, or stubbed."""
    headers = {"accept": "application/json", "user-agent": "qredo-python/0.1.0 qredo_partner_v1_1/1.1.2+r1"}
    with (
        httpx.Client(auth=LeanAuth(key), headers=headers, trust_env=False) as lean,
        connect(qredo_partner_v1_1.Client, Credentials(API_KEY, key or Stub()), Environment.emulator(url)) as client,
    ):
        target = f"{client.base_url}/company/{COMPANY}"
        cases = {
            "httpx with lean signing": lambda: json.loads(lean.get(target).content),
            "typed client": lambda: client.company.get(COMPANY),
        }
        print(table(title, measure(cases, rounds=ROUNDS, repeat=REPEAT)), end="\n\n")


def main() -> None:
    """Print the tables."""
    with serving(json.dumps(ANSWER).encode()) as url:
        compare("signed GET", url, rsa.generate_private_key(public_exponent=65537, key_size=2048))
        compare("the same, signature stubbed", url, None)


if __name__ == "__main__":
    main()
