"""Secrets: planted, used in every way that goes right or wrong, and looked for in all that was printed.

What is looked at: repr, str and format of every public object and of its attributes; every error with all that it is
chained to, its traceback, and the local variables of our frames in it, which error trackers record; warnings; the
logs of every library at the lowest level; pickles and copies.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import dataclasses
import inspect
import logging
import pickle
import socket
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import qredo_signing
from qredo_signing import (
    AiohttpTransport,
    ApprovalKey,
    CheckedOperation,
    Credentials,
    Environment,
    HmacCredentials,
    InProcessNonces,
    KeyKind,
    PartnerAuth,
    Pkcs11Signer,
    PrivateKey,
    PublicKey,
    QredoAuth,
    RedisNonces,
    ShapeMismatch,
    ShapeReport,
    SQLiteNonces,
    TokenAuth,
    connect,
    explain,
    sign,
    sign_hmac,
    verify,
    verify_approval,
    verify_hmac,
)
from qredo_signing._keys.milagro import private_scalar

from .doubles import (
    API_SECRET,
    AnyCredentials,
    AsyncDummy,
    AsyncHmacDummy,
    DummyClient,
    DummyHSM,
    HmacDummy,
    call,
    make_api_key,
    make_auth,
    serve,
)
from .http.networks import Listener, listen
from .http.token_service import WORKSPACE, TokenDummy, jwt
from .keys.test_keys import RSA_1024, RSA_2048, certificate_pem, openssh_pem, private_pem, public_pem

API_KEY = make_api_key(sandbox=True)
PASSPHRASE = "planted-passphrase-of-the-key"
PIN = "planted-pin-of-the-token-in-the-hsm"
TOKEN = "deadbeef" * 8
BODY = b"planted-text-of-a-request-body"
NOW = 1700000000.0
KEY = PrivateKey(RSA_2048)
URL = "https://api.qredo.network/api/v1/p/assets"
OURS = "https://sandbox-api.qredo.network/api/v1/p/assets"
CREDENTIALS = Credentials(API_KEY, KEY)
LIVE = Credentials(make_api_key(sandbox=False), KEY)
SIGNATURE = sign(KEY, "1700000000", URL, b"")
HMAC_KEY = "planted-api-key-of-qredo-v1"
HMAC = HmacCredentials(HMAC_KEY, API_SECRET)
HMAC_SIGNATURE = sign_hmac(HMAC.secret, "1700000000", "GET", URL, b"")
TOKEN_URL = f"https://sandbox-api.qredo.network/api/v2/workspaces/{WORKSPACE}/token"
HMAC_SIGNATURES = [sign_hmac(HMAC.secret, "1700000000", "POST", OURS, BODY)]
HMAC_SIGNATURES += [sign_hmac(HMAC.secret, "1700000000", "GET", OURS, b""), HMAC_SIGNATURE]
SIGNATURES = [SIGNATURE, *(sign(KEY, "1700000000", OURS, body) for body in (b"", BODY))]

SEED = b"planted-seed-of-an-approval-key-with-48-bytes...."[:48]
APPROVAL = ApprovalKey.from_seed(SEED)
APPROVAL_SIGNATURE = APPROVAL.sign(BODY)

JWT = jwt(exp=4102444800, planted="a token of the Qredo API v2")
IN_WORKSPACE = f"https://sandbox-api.qredo.network/api/v2/workspaces/{WORKSPACE}/policies"


def with_token(request: httpx.Request) -> httpx.Response:
    """Give the token, and take every call that carries it."""
    if request.url.path.endswith("/token"):
        return httpx.Response(200, json={"token": JWT})
    assert request.headers["x-token"] == JWT
    return httpx.Response(200)


def token_auth(answer: Callable[[httpx.Request], httpx.Response] = with_token, *urls: str) -> TokenAuth:
    """An auth that has been used for these URLs."""
    auth = TokenAuth(HMAC, Environment.SANDBOX, workspace_id=WORKSPACE, clock=lambda: NOW)
    with httpx.Client(auth=auth, transport=httpx.MockTransport(answer)) as http:
        for url in urls:
            http.post(url, content=BODY)
    return auth


def atoken_auth(answer: Callable[[httpx.Request], httpx.Response]) -> object:
    """The same for an async client and one URL."""
    auth = TokenAuth(HMAC, Environment.SANDBOX, workspace_id=WORKSPACE, clock=lambda: NOW)

    async def main() -> object:
        async with httpx.AsyncClient(auth=auth, transport=httpx.MockTransport(answer)) as http:
            return await http.post(IN_WORKSPACE, content=BODY)

    return asyncio.run(main())


def lose_the_call(request: httpx.Request) -> httpx.Response:
    """Give the token, and lose the call."""
    if request.url.path.endswith("/token"):
        return with_token(request)
    raise httpx.ReadTimeout("timed out", request=request)


def lose_the_token(request: httpx.Request) -> httpx.Response:
    """Lose the request for the token, which is signed."""
    assert request.headers["qredo-api-signature"]
    raise httpx.ReadTimeout("timed out", request=request)


def spoil_the_token(request: httpx.Request) -> httpx.Response:
    """Give a token that no header can carry."""
    return httpx.Response(200, json={"token": f"{JWT}\n"})


untyped: Any = Credentials
untyped_approval: Any = ApprovalKey
untyped_pin: Any = PIN.encode()
untyped_token: Any = TOKEN
untyped_hmac: Any = HmacCredentials
untyped_sign: Any = sign_hmac
untyped_connect: Any = connect

PLAIN, ENCRYPTED = private_pem(), private_pem(passphrase=PASSPHRASE)


def secrets() -> Iterator[str]:
    """Every text that must not be printed: whole secrets, and the lines that a key file has of them."""
    yield from (API_KEY, LIVE.api_key, "cGxhbnRlZC1zZWNyZXQtb2YtdGhlLWFwaS1rZXk", PASSPHRASE, PIN, TOKEN, BODY.decode())
    yield from (*SIGNATURES, HMAC_KEY, API_SECRET, HMAC.secret.decode(), *HMAC_SIGNATURES)
    yield from (JWT.split(".")[1], sign_hmac(HMAC.secret, "1700000000", "GET", TOKEN_URL, b""))
    yield from (
        SEED.decode(),
        SEED.hex(),
        base64.b64encode(SEED).decode(),
        str(private_scalar(SEED)),
        APPROVAL_SIGNATURE,
    )
    for pem in (PLAIN, ENCRYPTED, private_pem(RSA_1024), openssh_pem()):
        yield from (line for line in pem.decode().splitlines() if not line.startswith("-----"))


SECRETS = tuple(secret[:24] for secret in secrets())


def check(printed: str) -> None:
    """Fail when a secret, or as much of one as helps a thief, is in the text."""
    found = [secret for secret in SECRETS if secret in printed]
    assert not found, f"{len(found)} secrets leaked"


class FailingSigner:
    """A hardware module that is out of order."""

    def sign(self, message: bytes) -> bytes:
        """Fail."""
        raise OSError("the module does not answer")


class AsyncFailingSigner:
    """The same, in a cloud."""

    async def sign(self, message: bytes) -> bytes:
        """Fail."""
        raise OSError("the module does not answer")


class LostRedis:
    """A Redis that cannot be reached."""

    def eval(self, script: str, numkeys: int, /, *keys_and_args: Any) -> Any:
        """Fail."""
        raise ConnectionError("connection refused")


MISMATCH = ShapeMismatch("balance.get", "BalanceResponse", "assets", "an object", "a string")
CHECKED = CheckedOperation("balance.get", 1, {"403": 1})
OBJECTS: dict[str, Any] = {
    "aiohttp transport": AiohttpTransport(proxy=f"http://user:{PASSPHRASE}@127.0.0.1:1"),
    "approval key": APPROVAL,
    "approval public keys": APPROVAL.public_keys_hex,
    "private key": KEY,
    "public key": KEY.public_key,
    "credentials": CREDENTIALS,
    "credentials of a signer": Credentials(API_KEY, DummyHSM(KEY)),
    "auth": PartnerAuth(CREDENTIALS, Environment.SANDBOX, agent_token=lambda: TOKEN),
    "auth with nonces": PartnerAuth(CREDENTIALS, Environment.SANDBOX, nonces=InProcessNonces()),
    "hmac credentials": HMAC,
    "hmac auth": QredoAuth(HMAC, Environment.SANDBOX),
    "token auth": token_auth(with_token, IN_WORKSPACE),
    "token client": connect(
        TokenDummy, HMAC, Environment.PRODUCTION, workspace_id=WORKSPACE, transport=httpx.MockTransport(with_token)
    ),
    "hmac client": connect(HmacDummy, HMAC, Environment.SANDBOX),
    "async hmac client": connect(AsyncHmacDummy, HMAC, Environment.SANDBOX),
    "environment": Environment.SANDBOX,
    "kind": KeyKind.LIVE,
    "explanation": explain(KEY, "1700000000", URL, BODY, SIGNATURE),
    "nonces": InProcessNonces(),
    "nonces in a database": SQLiteNonces(Path("nonces.db")),
    "nonces in Redis": RedisNonces(LostRedis()),
    "client": connect(DummyClient, CREDENTIALS, Environment.SANDBOX, agent_token=lambda: TOKEN),
    "shape mismatch": MISMATCH,
    "checked operation": CHECKED,
    "shape report": ShapeReport("qredo_v1", "0.1.0", (MISMATCH,), (CHECKED,)),
    "async client": connect(AsyncDummy, CREDENTIALS, Environment.SANDBOX, agent_token=lambda: TOKEN),
}


def test_every_public_class_is_looked_at() -> None:
    """The objects of these tests are of every public class; only a token in an HSM is tested elsewhere."""
    public = [getattr(qredo_signing, name) for name in qredo_signing.__all__]
    classes = {each for each in public if inspect.isclass(each) and not issubclass(each, (Exception, Warning))}
    protocols = {each for each in classes if getattr(each, "_is_protocol", False)}
    ours = {type(each) for each in OBJECTS.values() if not isinstance(each, (DummyClient, AsyncDummy))}
    assert classes - protocols == ours | {Pkcs11Signer}


def parts(thing: object, seen: dict[int, object]) -> Iterator[object]:
    """An object and all of ours that it is made of."""
    if id(thing) in seen or not (type(thing).__module__.startswith("qredo_signing") or "Dummy" in repr(type(thing))):
        return
    seen[id(thing)] = thing
    yield thing
    slots = [getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())]
    for value in [*getattr(thing, "__dict__", {}).values(), *slots]:
        yield from parts(value, seen)


@pytest.mark.parametrize("name", OBJECTS)
def test_no_public_object_prints_a_secret(name: str) -> None:
    """repr, str, format and `vars` of an object, and of every object of ours in it, hold no secret."""
    for thing in parts(OBJECTS[name], {}):
        check("\n".join([repr(thing), str(thing), f"{thing}", repr([thing]), repr(getattr(thing, "__dict__", {}))]))
        if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
            check(repr(dataclasses.asdict(thing)))


@pytest.mark.parametrize("name", OBJECTS)
def test_nothing_secret_is_pickled(name: str) -> None:
    """An object with a secret cannot be pickled, also not inside another one; the others' pickles hold none."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        try:
            pickled = pickle.dumps(OBJECTS[name], protocol)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            check(str(error))
        else:
            check(pickled.decode("latin-1"))
            secret = (Credentials, PrivateKey, PartnerAuth, HmacCredentials, QredoAuth, TokenAuth)
            assert not isinstance(OBJECTS[name], secret)


@pytest.mark.parametrize("name", ["private key", "credentials", "credentials of a signer", "hmac credentials"])
def test_copies_are_the_same_object(name: str) -> None:
    """A copy of an object with a secret, deep or not, is that object, so that it is in memory once."""
    thing = OBJECTS[name]
    assert copy.copy(thing) is thing
    assert copy.deepcopy([thing])[0] is thing


def send(request: httpx.Request, credentials: AnyCredentials = CREDENTIALS, **options: Any) -> object:
    """Send a request through a plain client that signs."""
    auth = make_auth(credentials, Environment.SANDBOX, **options)
    with httpx.Client(auth=auth, transport=httpx.MockTransport(lambda request: httpx.Response(200))) as http:
        return http.send(request)


def asend(request: httpx.Request, credentials: AnyCredentials = CREDENTIALS, **options: Any) -> object:
    """The same through an async client."""
    auth = make_auth(credentials, Environment.SANDBOX, **options)

    async def main() -> object:
        transport = httpx.MockTransport(lambda request: httpx.Response(200))
        async with httpx.AsyncClient(auth=auth, transport=transport) as http:
            return await http.send(request)

    return asyncio.run(main())


def post(**headers: str) -> httpx.Request:
    """A request with a body."""
    return httpx.Request("POST", OURS, content=BODY, headers=headers)


def agent_request() -> httpx.Request:
    """A request of an agent operation."""
    info = SimpleNamespace(security="agent_token")
    return httpx.Request("GET", "https://sandbox-api.qredo.network/", extensions={"qredo": info})


def answered(
    mode: str,
    answer: Callable[[httpx.Request], httpx.Response],
    method: str = "POST",
    credentials: AnyCredentials = CREDENTIALS,
) -> object:
    """Call through `connect`, and get this answer."""
    options = {"transport": httpx.MockTransport(answer), "clock": lambda: NOW, "max_retries": 0}
    body = {"content": BODY} if method == "POST" else {}
    return call(mode, credentials, Environment.SANDBOX, method, "/assets", options=options, **body)


def lose(request: httpx.Request) -> httpx.Response:
    """Take the request and answer nothing."""
    assert request.headers.get("x-sign", request.headers.get("qredo-api-sig")) in {*SIGNATURES, *HMAC_SIGNATURES}
    raise httpx.ReadTimeout("timed out", request=request)


def refuse_the_clock(request: httpx.Request) -> httpx.Response:
    """Refuse a signature, with a Date of long ago."""
    headers = {"date": "Tue, 14 Nov 2000 22:13:20 GMT"}
    return httpx.Response(401, headers=headers, json={"code": 401, "msg": "errPartnerAuth"})


def over_aiohttp(answer: bytes, credentials: AnyCredentials = LIVE, **options: Any) -> object:
    """Call through aiohttp, and get this answer, whatever it is."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with listen(handle) as server:
        environment = Environment.custom(f"http://127.0.0.1:{server.port}", key_kind=KeyKind.LIVE)
        return call("aiohttp", credentials, environment, "POST", "/assets", content=BODY, **options)


def through_a_proxy(answer: bytes) -> object:
    """The same through a proxy with a password, which gives the answer."""

    async def main(port: int) -> object:
        transport = AiohttpTransport(proxy=f"http://user:{PASSPHRASE}@127.0.0.1:{port}")
        async with httpx.AsyncClient(auth=make_auth(CREDENTIALS, Environment.SANDBOX), transport=transport) as http:
            return await http.send(post())

    with listen(lambda connection, listener: connection.sendall(answer)) as server:
        return asyncio.run(main(server.port))


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
    "auth: userinfo": lambda: send(httpx.Request("GET", f"https://user:{API_KEY}@sandbox-api.qredo.network/")),
    "hmac: broken api key": lambda: HmacCredentials(HMAC_KEY + " " + HMAC_KEY, API_SECRET),
    "hmac: decoded secret": lambda: HmacCredentials(HMAC_KEY, HMAC.secret.decode() + "$"),
    "hmac: cut secret": lambda: HmacCredentials(HMAC_KEY, API_SECRET[:-1]),
    "hmac: short secret": lambda: HmacCredentials(API_SECRET, HMAC_KEY[:14]),
    "hmac: bytes as secret": lambda: untyped_hmac(HMAC_KEY, HMAC.secret),
    "hmac: pickled": lambda: HMAC.__reduce_ex__(4),
    "hmac: variables": lambda: HmacCredentials.from_environment(
        {"QREDO_API_KEY": HMAC_KEY, "QREDO_API_SECRET": API_SECRET, "QREDO_API_SECRET_FILE": API_SECRET}
    ),
    "hmac: mismatch": lambda: QredoAuth(HMAC, Environment.emulator("http://127.0.0.1:8080")),
    "hmac: wrong pair": lambda: untyped_connect(HmacDummy, CREDENTIALS, Environment.SANDBOX),
    "hmac: wrong pair, RSA": lambda: untyped_connect(DummyClient, HMAC, Environment.SANDBOX),
    "hmac: needless token": lambda: untyped_connect(HmacDummy, HMAC, Environment.SANDBOX, agent_token=lambda: TOKEN),
    "hmac: wrong signature": lambda: verify_hmac(HMAC.secret, "1", "GET", URL, BODY, HMAC_SIGNATURE),
    "hmac: method": lambda: sign_hmac(HMAC.secret, "1", "get", URL, BODY),
    "hmac: text as secret": lambda: untyped_sign(API_SECRET, "1", "GET", URL, BODY),
    "hmac: origin": lambda: send(httpx.Request("GET", "https://evil.example/"), HMAC),
    "hmac: wrong scheme": lambda: send(agent_request(), HMAC),
    "hmac: wrong scheme, async": lambda: asend(agent_request(), HMAC),
    "hmac: attempt lost": lambda: answered("sync", lose, credentials=HMAC),
    "hmac: attempt lost, async": lambda: answered("async", lose, "GET", HMAC),
    "hmac: clock": lambda: answered("sync", refuse_the_clock, credentials=HMAC),
    "hmac: redirect": lambda: answered(
        "async", lambda request: httpx.Response(307, headers={"location": "/"}), credentials=HMAC
    ),
    "token: lost call": lambda: token_auth(lose_the_call, IN_WORKSPACE),
    "token: lost call, async": lambda: atoken_auth(lose_the_call),
    "token: lost token": lambda: token_auth(lose_the_token, IN_WORKSPACE),
    "token: lost token, async": lambda: atoken_auth(lose_the_token),
    "token: spoiled": lambda: token_auth(spoil_the_token, IN_WORKSPACE),
    "token: spoiled, async": lambda: atoken_auth(spoil_the_token),
    "token: none": lambda: token_auth(lambda request: httpx.Response(500), IN_WORKSPACE),
    "token: clock": lambda: token_auth(refuse_the_clock, IN_WORKSPACE),
    "token: other workspace": lambda: token_auth(with_token, IN_WORKSPACE, IN_WORKSPACE.replace("2ZD", "3ZD")),
    "token: origin": lambda: token_auth(with_token, IN_WORKSPACE, "https://evil.example/"),
    "approval: short seed": lambda: ApprovalKey.from_seed(SEED[:-1]),
    "approval: text as seed": lambda: untyped_approval.from_seed(SEED.hex()),
    "approval: seed as path": lambda: ApprovalKey.from_file(Path("missing") / "approval.pem"),
    "approval: text as message": lambda: untyped_approval.sign(APPROVAL, BODY.decode()),
    "approval: wrong signature": lambda: verify_approval(APPROVAL.public_keys_hex.bls, b"", APPROVAL_SIGNATURE),
    "approval: malformed signature": lambda: verify_approval(
        APPROVAL.public_keys_hex.bls, BODY, APPROVAL_SIGNATURE[2:]
    ),
    "approval: pickled": lambda: APPROVAL.__reduce_ex__(4),
    "agent: none": lambda: send(agent_request()),
    "agent: not hexadecimal": lambda: send(agent_request(), agent_token=lambda: TOKEN + "\n"),
    "agent: bytes": lambda: send(agent_request(), agent_token=TOKEN.encode),
    "agent: not callable": lambda: send(agent_request(), agent_token=TOKEN),
    "agent: async": lambda: asend(agent_request(), agent_token=lambda: TOKEN + "\n"),
    "agent: not callable, connect": lambda: connect(
        DummyClient, CREDENTIALS, Environment.SANDBOX, agent_token=untyped_token
    ),
    "auth: two stamps": lambda: PartnerAuth(
        CREDENTIALS, Environment.SANDBOX, nonces=InProcessNonces(), stamp="timestamp"
    ),
    "auth: no nonce": lambda: send(post(), nonces=RedisNonces(LostRedis())),
    "auth: no nonce, async": lambda: asend(post(), nonces=RedisNonces(LostRedis())),
    "signer: fails": lambda: send(post(), Credentials(API_KEY, FailingSigner())),
    "signer: fails, async": lambda: asend(post(), Credentials(API_KEY, FailingSigner())),
    "signer: fails in a thread": lambda: asend(post(), Credentials(API_KEY, FailingSigner()), offload=True),
    "signer: async, fails": lambda: asend(post(), Credentials(API_KEY, AsyncFailingSigner())),
    "signer: async in sync use": lambda: send(post(), Credentials(API_KEY, AsyncFailingSigner())),
    "signer: text": lambda: send(post(), Credentials(API_KEY, DummyHSM(KEY, SIGNATURE))),
    "signer: no module": lambda: Pkcs11Signer("missing.so", token_label="t", pin=PIN),
    "signer: wrong pin type": lambda: Pkcs11Signer("missing.so", token_label="t", pin=untyped_pin),
    "attempt: lost": lambda: answered("sync", lose),
    "attempt: lost, async": lambda: answered("async", lose),
    "attempt: lost, repeatable": lambda: answered("sync", lose, "GET"),
    "attempt: 502": lambda: answered("sync", lambda request: httpx.Response(502)),
    "attempt: clock": lambda: answered("sync", refuse_the_clock),
    "attempt: clock, async": lambda: answered("async", refuse_the_clock),
    "aiohttp: lost": lambda: over_aiohttp(b""),
    "aiohttp: lost, hmac": lambda: over_aiohttp(b"", HMAC),
    "aiohttp: nonsense": lambda: over_aiohttp(b"HTTP/1.1 nonsense\r\n\r\n"),
    "aiohttp: cut": lambda: over_aiohttp(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"),
    "aiohttp: redirect": lambda: over_aiohttp(b"HTTP/1.1 307 -\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"),
    "aiohttp: unsendable header": lambda: over_aiohttp(b"", headers={"x-a": "1\r\nx-b: 2"}),
    "aiohttp: refused by a proxy": lambda: through_a_proxy(b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n"),
    "aiohttp: lost by a proxy": lambda: through_a_proxy(b""),
    "attempt: redirect": lambda: answered("sync", lambda request: httpx.Response(307, headers={"location": "/x"})),
    "attempt: redirect, async": lambda: answered(
        "async", lambda request: httpx.Response(307, headers={"location": "/"})
    ),
}


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it is chained to, shown or not."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in seen:
            seen.append(each)
            waiting += [each.__cause__, each.__context__]
    return iter(seen)


def fail(name: str) -> BaseException:
    """Fail in a way of the table."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
        FAILURES[name]()
    return caught.value


@pytest.mark.parametrize("name", FAILURES)
def test_no_error_prints_a_secret(name: str) -> None:
    """An error, what it is chained to, its arguments, its attributes and its pickle hold no secret."""
    error = fail(name)
    check("".join(traceback.format_exception(error)))
    for each in chain(error):
        check(f"{each!r} {each} {each.args} {vars(each)}")
        if type(each).__module__.startswith("qredo_signing"):
            check(pickle.dumps(each).decode("latin-1"))


# The request is the caller's, and httpx prints the whole URL of one.
@pytest.mark.parametrize("name", sorted(FAILURES.keys() - {"auth: userinfo"}))
def test_no_frame_of_ours_holds_a_secret(name: str) -> None:
    """What an error tracker records of our frames, the repr of each local variable, holds no secret."""
    package = str(Path(qredo_signing.__file__).parent)
    for each in chain(fail(name)):
        frames = traceback.TracebackException.from_exception(each, capture_locals=True).stack
        for frame in frames:
            if frame.filename.startswith(package):
                check(repr(frame.locals))


def test_every_error_is_looked_at() -> None:
    """The failures of these tests raise every error that the package has."""
    errors = {getattr(qredo_signing.errors, name) for name in qredo_signing.errors.__all__}
    raised = {type(each) for name in FAILURES for each in chain(fail(name))}
    assert {each for each in errors if not issubclass(each, Warning)} - raised == {qredo_signing.QredoSigningError}


def test_no_log_prints_a_secret(mode: str, emulator_credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """Calls that are signed, repeated, refused for the clock, or take a token leave no secret in any log at any level.

    httpx and httpcore log no header of a request, but httpx logs its URL; our own records do not have the query.
    """
    caplog.set_level(logging.DEBUG)
    answers = iter([503, 401, 200, 200])
    refusal = b'{"code": 401, "msg": "errPartnerAuth"}'
    with serve(lambda seen: (next(answers), {"retry-after": "0"}, refusal)) as server:
        environment = Environment.emulator(server.url)
        options: dict[str, Any] = {"agent_token": lambda: TOKEN, "clock": lambda: time.time() + 600}
        path = "/assets?name=planted-in-a-query"
        call(mode, emulator_credentials, environment, "GET", path, options=options, content=BODY)
        call(mode, emulator_credentials, environment, options=options, security="agent_token")
        signatures = [seen.headers["x-sign"] for seen in server.requests if "x-sign" in seen.headers]
    assert (len(server.requests), len(signatures)) == (4, 3)
    for secret in (emulator_credentials.api_key, TOKEN, BODY.decode(), *signatures):
        assert secret[:24] not in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("qredo_signing")]
    assert [text for text in ours if "503" in text]
    assert [text for text in ours if "server's clock" in text]
    assert "planted" not in "".join(ours)
    assert {record.name.split(".")[0] for record in caplog.records} >= {"httpx", "httpcore", "qredo_signing"}


def test_no_log_prints_a_secret_of_the_other_api(
    mode: str, hmac_credentials: HmacCredentials, caplog: pytest.LogCaptureFixture
) -> None:
    """The same for calls that are signed with a secret, repeated, and refused for the clock."""
    caplog.set_level(logging.DEBUG)
    answers = iter([503, 401, 200])
    with serve(lambda seen: (next(answers), {"retry-after": "0"}, b"{}")) as server:
        options = {"clock": lambda: time.time() + 600}
        call(mode, hmac_credentials, Environment.emulator(server.url), options=options, content=BODY)
    assert len(server.requests) == 3
    signatures = [seen.headers["qredo-api-sig"] for seen in server.requests]
    for secret in (hmac_credentials.api_key, API_SECRET[:24], BODY.decode()[:24], *signatures):
        assert secret not in caplog.text
    assert {record.name.split(".")[0] for record in caplog.records} >= {"httpx", "httpcore", "qredo_signing"}


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
