"""What signing costs beside the bare signature of `cryptography`: `python benchmarks/signing.py`.

The signing step runs on a request that was just built, and is measured call by call beside the bare signature. What the
plugin itself takes is measured end to end, with the signature stubbed: a client with our auth beside one that sends
the same headers without any. On a client of yours, our auth also watches each step of the transport, lest a redirect
take the credentials elsewhere; behind `connect()` there is no need.

(Subtracting a bare signature from a signed request measures something else: a millisecond of whatever work between two
requests cools the caches, and makes the rest of httpx slower.)
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

import httpx
from _lean import API_KEY, LeanAuth, Stub
from _measure import Result, goal, measure, table
from _server import serving
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from qredo_signing import Credentials, Environment, PartnerAuth

URL = "https://sandbox-api.qredo.network/api/v1/p/company/1fXbq3RZlOa8mTQ0vhKtDu7pYeC/fund?query=a"
BODY = b'{"name":"ACME Corp","description":"Treasury"}'
HEADERS = {"accept": "application/json", "content-type": "application/json"}


class Requests:
    """The request that is to be signed next."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Build it anew: signing puts its headers on it."""
        self.next = httpx.Request("POST", URL, headers=HEADERS, content=BODY)


def measure_step(rounds: int) -> list[Result]:
    """The signing step on a built request, beside the bare signature of the same message."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ours, lean = PartnerAuth(Credentials(API_KEY, key), Environment.emulator(_origin())), LeanAuth(key)
    message, requests = b"1700000000" + URL.encode() + BODY, Requests()
    cases = {
        "bare signature": lambda: key.sign(message, PKCS1v15(), SHA256()),
        "signing step": lambda: next(ours.sync_auth_flow(requests.next)),
        "leanest auth that signs": lambda: next(lean.sync_auth_flow(requests.next)),
    }
    return measure(cases, rounds=rounds, before=requests.renew)


def measure_end_to_end(rounds: int) -> list[Result]:
    """A POST by httpx over loopback, signature stubbed: the headers without an auth, with ours, with the leanest."""
    with serving(b'{"code":0}') as url:
        target = f"{url}/company?query=a"
        environment = Environment.emulator(url)
        ours = PartnerAuth(Credentials(API_KEY, Stub()), environment)
        with (
            httpx.Client(headers=HEADERS | _credentials(ours, target), trust_env=False) as static,
            httpx.Client(headers=HEADERS, auth=ours, trust_env=False) as signing,
            httpx.Client(headers=HEADERS, auth=LeanAuth(None), trust_env=False) as lean,
        ):
            cases = {
                "the same headers, no auth": lambda: static.post(target, content=BODY),
                "our auth": lambda: signing.post(target, content=BODY),
                "leanest auth": lambda: lean.post(target, content=BODY),
            }
            return measure(cases, rounds=rounds)


def differences(one: Result, base: Result) -> Sequence[float]:
    """Microseconds by which one case took longer than another, round by round."""
    return [mine - other for mine, other in zip(one.times, base.times, strict=True)]


def main() -> None:
    """Print the tables and the goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4000, help="of requests; half as many of signatures")
    rounds = parser.parse_args().rounds
    step = measure_step(rounds // 2)
    print(table("signing step, RSA-2048", step), end="\n\n")
    base, *others = measure_end_to_end(rounds)
    print(table("httpx.Client over loopback, signature stubbed", [base, *others]), end="\n\n")
    print("| more than the same headers without an auth | median, us | 25 % to 75 % |", "|---|---|---|", sep="\n")
    for one in others:
        low, middle, high = statistics.quantiles(differences(one, base), n=4)
        print(f"| {one.name} | {middle:.1f} | {low:.1f} to {high:.1f} |")
    print()
    goal("Signing", "signing step beside the bare signature", step[1].ratio, 1.10)
    figure = "end to end with the signature stubbed, beside the same headers"
    goal("Signing", figure, statistics.median(differences(others[0], base)), 20, unit="us")


def _origin() -> str:
    return URL.partition("/api/")[0]


def _credentials(auth: httpx.Auth, url: str) -> dict[str, str]:
    """The headers that an auth puts on a request."""
    bare = httpx.Request("POST", url, headers=HEADERS, content=BODY)
    names = set(bare.headers)
    signed = next(auth.sync_auth_flow(bare))
    return {name: value for name, value in signed.headers.items() if name not in names}


if __name__ == "__main__":
    main()
