"""Secrets: planted, used in every way that goes right or wrong, and looked for in all that was printed."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from qredo_signing import (
    Credentials,
    Environment,
    InProcessNonces,
    KeyKind,
    PartnerAuth,
    PrivateKey,
    PublicKey,
    connect,
    explain,
    sign,
    verify,
)

from .doubles import AsyncDummy, DummyClient, DummyHSM, call, make_api_key, serve
from .test_keys import RSA_1024, RSA_2048, certificate_pem, openssh_pem, private_pem, public_pem

API_KEY = make_api_key(sandbox=True)
PASSPHRASE = "planted-passphrase-of-the-key"
TOKEN = "deadbeef" * 8
KEY = PrivateKey(RSA_2048)
URL = "https://api.qredo.network/api/v1/p/assets"
SIGNATURE = sign(KEY, "1700000000", URL, b"")
CREDENTIALS = Credentials(API_KEY, KEY)
LIVE = Credentials(make_api_key(sandbox=False), KEY)

untyped: Any = Credentials

PLAIN, ENCRYPTED = private_pem(), private_pem(passphrase=PASSPHRASE)


def secrets() -> Iterator[str]:
    """Every text that must not be printed: whole secrets, and the lines that a key file has of them."""
    yield from (API_KEY, LIVE.api_key, "cGxhbnRlZC1zZWNyZXQtb2YtdGhlLWFwaS1rZXk", PASSPHRASE, TOKEN, SIGNATURE)
    for pem in (PLAIN, ENCRYPTED, private_pem(RSA_1024), openssh_pem()):
        yield from (line for line in pem.decode().splitlines() if not line.startswith("-----"))


def check(printed: str) -> None:
    """Fail when a secret, or as much of one as helps a thief, is in the text."""
    found = [secret for secret in secrets() if secret[:24] in printed]
    assert not found, f"{len(found)} secrets leaked"


OBJECTS = {
    "private key": KEY,
    "public key": KEY.public_key,
    "credentials": CREDENTIALS,
    "credentials of a signer": Credentials(API_KEY, DummyHSM(KEY)),
    "auth": PartnerAuth(CREDENTIALS, Environment.SANDBOX, agent_token=lambda: TOKEN),
    "environment": Environment.SANDBOX,
    "explanation": explain(KEY, "1700000000", URL, b"", SIGNATURE),
    "nonces": InProcessNonces(),
    "client": connect(DummyClient, CREDENTIALS, Environment.SANDBOX, agent_token=lambda: TOKEN),
    "async client": connect(AsyncDummy, CREDENTIALS, Environment.SANDBOX, agent_token=lambda: TOKEN),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_no_public_object_prints_a_secret(name: str) -> None:
    """repr, str, format and the prints of an object's own attributes hold no secret."""
    thing = OBJECTS[name]
    attributes = [repr(value) for value in getattr(thing, "__dict__", {}).values()]
    check("\n".join([repr(thing), str(thing), f"{thing}", repr([thing]), *attributes]))


def send(request: httpx.Request, **options: Any) -> object:
    """Send a request through a plain client that signs."""
    auth = PartnerAuth(CREDENTIALS, Environment.SANDBOX, **options)
    with httpx.Client(auth=auth, transport=httpx.MockTransport(lambda request: httpx.Response(200))) as http:
        return http.send(request)


def agent_request() -> httpx.Request:
    """A request of an agent operation."""
    info = SimpleNamespace(security="agent_token")
    return httpx.Request("GET", "https://sandbox-api.qredo.network/", extensions={"qredo": info})


FAILURES: dict[str, Callable[[], object]] = {
    "key: public": lambda: PrivateKey.from_pem(public_pem()),
    "key: certificate and key text": lambda: PrivateKey.from_pem(certificate_pem() + PLAIN[:900]),
    "key: no passphrase": lambda: PrivateKey.from_pem(ENCRYPTED),
    "key: wrong passphrase": lambda: PrivateKey.from_pem(ENCRYPTED, PASSPHRASE + "x"),
    "key: needless passphrase": lambda: PrivateKey.from_pem(PLAIN, PASSPHRASE),
    "key: short": lambda: PrivateKey.from_pem(private_pem(RSA_1024)),
    "key: openssh": lambda: PrivateKey.from_pem(openssh_pem()),
    "key: cut off": lambda: PrivateKey.from_pem(PLAIN[:900]),
    "key: damaged": lambda: PrivateKey.from_pem(PLAIN.replace(b"MII", b"MIJ", 1)),
    "key: two": lambda: PrivateKey.from_pem(PLAIN + PLAIN),
    "key: bare base64": lambda: PrivateKey.from_pem(PLAIN.split(b"\n")[1]),
    "key: private for public": lambda: PublicKey.from_pem(PLAIN),
    "key: pem as a path": lambda: PrivateKey.from_file(Path("missing") / "private.pem", PASSPHRASE),
    "credentials: base64 for pem": lambda: Credentials(API_KEY, PLAIN.split(b"\n")[1].decode()),
    "credentials: wrong type": lambda: untyped(API_KEY, object()),
    "credentials: broken api key": lambda: Credentials(API_KEY + " " + API_KEY, KEY),
    "credentials: bytes as api key": lambda: untyped(API_KEY.encode(), KEY),
    "credentials: pickled": lambda: CREDENTIALS.__reduce_ex__(4),
    "key: pickled": lambda: KEY.__reduce_ex__(4),
    "variables: both": lambda: Credentials.from_environment({"QREDO_API_KEY": API_KEY, "QREDO_API_KEY_FILE": API_KEY}),
    "variables: no key": lambda: Credentials.from_environment({"QREDO_API_KEY": API_KEY}),
    "variables: key": lambda: Credentials.from_environment(
        {"QREDO_API_KEY": API_KEY, "QREDO_PRIVATE_KEY": ENCRYPTED.decode()}
    ),
    "variables: environment": lambda: Environment.from_environment({"QREDO_ENVIRONMENT": API_KEY}),
    "environment: key as url": lambda: Environment.emulator(API_KEY),
    "environment: key in userinfo": lambda: Environment.custom(f"https://{API_KEY}@h", key_kind=KeyKind.LIVE),
    "environment: key in query": lambda: Environment.custom(f"https://h?k={API_KEY}", key_kind=KeyKind.LIVE),
    "environment: key as path": lambda: Environment.custom("https://h", key_kind=KeyKind.LIVE, base_path=API_KEY),
    "mismatch": lambda: PartnerAuth(LIVE, Environment.SANDBOX),
    "rule: userinfo": lambda: sign(KEY, "1", f"https://{API_KEY}@h/", b""),
    "rule: fragment": lambda: sign(KEY, "1", f"https://h/#{API_KEY}", b""),
    "rule: stamp": lambda: sign(KEY, f"1 {API_KEY}", URL, b""),
    "rule: signer": lambda: sign(DummyHSM(KEY, SIGNATURE), "1", URL, b""),
    "rule: wrong signature": lambda: verify(KEY, "1", URL, b"", SIGNATURE),
    "rule: padded signature": lambda: verify(KEY, "1", URL, b"", SIGNATURE + "=="),
    "auth: origin": lambda: send(httpx.Request("GET", "https://evil.example/")),
    "auth: userinfo": lambda: send(httpx.Request("GET", f"https://{API_KEY}@sandbox-api.qredo.network/")),
    "agent: none": lambda: send(agent_request()),
    "agent: not hexadecimal": lambda: send(agent_request(), agent_token=lambda: TOKEN + "\n"),
    "agent: bytes": lambda: send(agent_request(), agent_token=TOKEN.encode),
    "agent: not callable": lambda: send(agent_request(), agent_token=TOKEN),
    "auth: two stamps": lambda: PartnerAuth(
        CREDENTIALS, Environment.SANDBOX, nonces=InProcessNonces(), stamp="timestamp"
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_error_prints_a_secret(name: str) -> None:
    """An error, what it is chained to, its arguments and its attributes hold no secret."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
        FAILURES[name]()
    error: BaseException | None = caught.value
    check("".join(traceback.format_exception(caught.value)))
    while error is not None:
        check(f"{error!r} {error} {error.args} {vars(error)}")
        error = error.__cause__ or error.__context__


def test_no_log_prints_a_secret(mode: str, emulator_credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """A signed call, one with a token, and a redirect leave no credential in any log, at the lowest level."""
    caplog.set_level(logging.DEBUG)
    with serve() as server:
        environment, options = Environment.emulator(server.url), {"agent_token": lambda: TOKEN}
        call(mode, emulator_credentials, environment, options=options)
        call(mode, emulator_credentials, environment, options=options, security="agent_token")
        signatures = [seen.headers["x-sign"] for seen in server.requests if "x-sign" in seen.headers]
    assert caplog.text
    for secret in (emulator_credentials.api_key, TOKEN, *signatures):
        assert secret[:24] not in caplog.text


def test_no_warning_prints_a_secret(tmp_path: Path) -> None:
    """The warning about a key file's mode names the file, not its content."""
    path = tmp_path / "private.pem"
    path.write_bytes(PLAIN)
    path.chmod(0o644)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        PrivateKey.from_file(path)
    assert len(caught) == 1
    check(str(caught[0].message))
