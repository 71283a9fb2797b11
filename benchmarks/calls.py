"""What a whole signed call costs beside httpx with the leanest signing: `python benchmarks/calls.py`.

Both send the same headers over one kept connection to a server in another process. The lean one gives the bytes of the
response to `json.loads`; ours gives models. What the difference buys is in docs/attempts.md and docs/security-notes.md.
"""

from __future__ import annotations

import argparse
import json

import httpx
import qredo_partner_v1_1
from _lean import API_KEY, LeanAuth, Stub
from _measure import Result, goal, measure, table
from _server import serving
from cryptography.hazmat.primitives.asymmetric import rsa
from qredo_signing import Credentials, Environment, connect

COMPANY = "1fXbq3RZlOa8mTQ0vhKtDu7pYeC"
RESPONSE = {
    "company_id": COMPANY,
    "name": "ACME",
    "city": "Paris",
    "country": "FR",
    "domain": "acme.example",
    "ref": "1",
}
SIGNING = {"host", "x-api-key", "x-sign", "x-timestamp"}


def compare(url: str, key: rsa.RSAPrivateKey | None, rounds: int) -> list[Result]:
    """Measure calls with one kind of signature: with the key, or stubbed."""
    environment, credentials = Environment.emulator(url), Credentials(API_KEY, key or Stub())
    with (
        httpx.Client(auth=LeanAuth(key), headers=our_headers(credentials, environment), trust_env=False) as lean,
        connect(qredo_partner_v1_1.Client, credentials, environment) as client,
    ):
        target = f"{client.base_url}/company/{COMPANY}"
        cases = {
            "httpx with lean signing": lambda: json.loads(lean.get(target).content),
            "typed client": lambda: client.company.get(COMPANY),
        }
        return measure(cases, rounds=rounds)


def our_headers(credentials: Credentials, environment: Environment) -> dict[str, str]:
    """What the typed client sends beside the credentials."""
    sent: list[httpx.Headers] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers)
        return httpx.Response(200, json=RESPONSE)

    with connect(qredo_partner_v1_1.Client, credentials, environment, transport=httpx.MockTransport(respond)) as client:
        client.company.get(COMPANY)
    return {name: value for name, value in sent[0].items() if name not in SIGNING}


def main() -> None:
    """Print the tables and the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2000, help="of calls of each kind (default 2000)")
    rounds = parser.parse_args().rounds
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with serving(json.dumps(RESPONSE).encode()) as url:
        signed = compare(url, key, rounds)
        stubbed = compare(url, None, rounds)
    print(table("signed GET", signed), end="\n\n")
    print(table("the same, signature stubbed", stubbed), end="\n\n")
    goal("Signed call", "typed call beside untyped httpx with the leanest signing", signed[1].ratio, 1.10)


if __name__ == "__main__":
    main()
