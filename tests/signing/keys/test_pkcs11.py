"""Keys in a token: a real SoftHSM2 through its PKCS#11 module."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_signing import (
    ConfigurationError,
    Credentials,
    KeyLoadError,
    Pkcs11Signer,
    PrivateKey,
    SignerError,
    connect,
    explain,
    sign,
    verify,
)

from ..conftest import KEYS
from ..doubles import make_api_key
from .softhsm import PIN, SoftHSM

pkcs11 = pytest.importorskip("pkcs11", reason="needs python-pkcs11 (the extra pkcs11)")
pytestmark = pytest.mark.needs("softhsm2-util")

PUBLIC = KEYS / "test-rsa-2048-pkcs1.public.pem"
SMALL, LARGE = "test-rsa-2048-pkcs1.pem", "test-rsa-4096-pkcs8.pem"
MESSAGE = b"1700000000https://api.qredo.network/api/v1/p/assets"


@pytest.fixture(name="hsm", scope="session")
def _hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHSM]:
    """The tokens of this process: a module reads its configuration once."""
    hsm = SoftHSM(tmp_path_factory.mktemp("softhsm"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in hsm.environ.items():
            patch.setenv(name, value)
        for token in ("main", "second", "guarded", "doomed", "restarted"):
            hsm.add_token(token)
            hsm.add_key(token, "small", (KEYS / SMALL).read_bytes())
        hsm.add_key("main", "large", (KEYS / LARGE).read_bytes(), "0a")
        hsm.generate("main", "own", EXTRACTABLE=False, SENSITIVE=True)
        hsm.generate("main", "short", bits=1024)
        hsm.generate("main", "asks", ALWAYS_AUTHENTICATE=True)
        yield hsm
        pkcs11.unload(hsm.module)


@pytest.fixture(name="signer")
def _signer(hsm: SoftHSM) -> Iterator[Pkcs11Signer]:
    with Pkcs11Signer(hsm.module, pin=PIN, token_label="main", key_label="small") as signer:
        yield signer


@cache
def pem(name: str) -> PrivateKey:
    """The same key, in memory."""
    return PrivateKey.from_pem((KEYS / name).read_bytes())


def restart(hsm: SoftHSM) -> None:
    """End every session of this process, as a token that was unplugged does."""
    pkcs11.lib(hsm.module).reinitialize()


@pytest.mark.parametrize(
    ("file", "key"),
    [(SMALL, {"key_label": "small"}), (LARGE, {"key_id": "0a"}), (LARGE, {"key_label": "large", "key_id": b"\n"})],
)
def test_the_signature_is_that_of_the_same_key_in_pem(hsm: SoftHSM, file: str, key: dict[str, Any]) -> None:
    """Found by label, by id or by both, a key signs in the token as it does in memory, and has the same fingerprint."""
    with Pkcs11Signer(hsm.module, pin=lambda: PIN, token_label="main", **key) as signer:
        for message in (b"", MESSAGE, bytes(range(256)) * 100):
            assert signer.sign(message) == pem(file).sign(message)
        assert (signer.fingerprint, signer.bits) == (pem(file).fingerprint, pem(file).bits)
        assert signer.public_key == pem(file).public_key


def test_a_key_that_never_leaves_the_token(hsm: SoftHSM) -> None:
    """A key that was made on the token and cannot be read from it signs, and its signature verifies."""
    with Pkcs11Signer(hsm.module, pin=PIN, token_label="main", key_label="own") as signer:
        inputs = ("1700000000", "https://api.qredo.network/api/v1/p/assets", b"{}")
        signature = sign(signer, *inputs)
        verify(signer, *inputs, signature)
        assert explain(signer, *inputs, signature).valid is True
    session = pkcs11.lib(hsm.module).get_token(token_label="main").open(user_pin=PIN)
    key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label="own")
    with pytest.raises(pkcs11.AttributeSensitive):
        key[pkcs11.Attribute.PRIVATE_EXPONENT]
    session.close()


def test_the_token_is_found_by_its_slot(hsm: SoftHSM) -> None:
    """The number of a slot names a token as its label does; a token with one key needs no name for it."""
    slot = pkcs11.lib(hsm.module).get_token(token_label="second").slot.slot_id
    with Pkcs11Signer(hsm.module, pin=PIN, slot=slot) as signer:
        assert signer.sign(MESSAGE) == pem(SMALL).sign(MESSAGE)
    with pytest.raises(KeyLoadError, match="slot 4711 cannot be used: no such token"):
        Pkcs11Signer(hsm.module, pin=PIN, slot=4711)


def test_a_key_that_asks_for_the_pin_each_time(hsm: SoftHSM) -> None:
    """A key with CKA_ALWAYS_AUTHENTICATE is given the PIN for each signature."""
    asked: list[int] = []

    def pin() -> str:
        asked.append(1)
        return PIN

    with Pkcs11Signer(hsm.module, pin=pin, token_label="main", key_label="asks") as signer:
        before = len(asked)
        signer.public_key.verify(MESSAGE, signer.sign(MESSAGE))
        signer.public_key.verify(MESSAGE, signer.sign(MESSAGE))
        assert len(asked) == before + 2


def test_a_token_that_does_not_hash(tmp_path: Path) -> None:
    """Without CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS with the digest of the message gives the same signature."""
    hsm = SoftHSM(tmp_path, "slots.mechanisms = CKM_RSA_PKCS\n")
    hsm.add_token("main")
    hsm.add_key("main", "small", (KEYS / SMALL).read_bytes())
    code = f"""
from pkcs11 import Mechanism, lib
from qredo_signing import Pkcs11Signer
assert lib({hsm.module!r}).get_token(token_label="main").slot.get_mechanisms() == {{Mechanism.RSA_PKCS}}
print(Pkcs11Signer({hsm.module!r}, pin={PIN!r}, token_label="main").sign({MESSAGE!r}).hex())
"""
    assert run(code, hsm) == pem(SMALL).sign(MESSAGE).hex()


def test_eight_threads(signer: Pkcs11Signer, hsm: SoftHSM) -> None:
    """Eight threads with two signers of one token get the signatures that belong to their messages."""
    messages = [b"%d" % number for number in range(160)]
    with Pkcs11Signer(hsm.module, pin=PIN, token_label="main", key_label="own") as own, ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda message: (signer.sign(message), own.sign(message)), messages))
        assert [small for small, _ in made] == [pem(SMALL).sign(message) for message in messages]
        for message, (_, signature) in zip(messages, made, strict=True):
            own.public_key.verify(message, signature)


def test_a_lost_session_is_opened_again(signer: Pkcs11Signer, hsm: SoftHSM) -> None:
    """A signature is made although the token ended the session, or another signer logged out."""
    restart(hsm)
    assert signer.sign(MESSAGE) == pem(SMALL).sign(MESSAGE)
    other = Pkcs11Signer(hsm.module, pin=PIN, token_label="main", key_label="large")
    signer.close()
    assert other.sign(MESSAGE) == pem(LARGE).sign(MESSAGE)
    other.close()


def test_the_token_goes_away(hsm: SoftHSM) -> None:
    """When the session cannot be opened again, the error says that the token is gone; nothing hangs after it."""
    signer = Pkcs11Signer(hsm.module, pin=PIN, token_label="doomed")
    hsm.run("--delete-token", "--token", "doomed")
    restart(hsm)
    for _ in range(2):
        with pytest.raises(SignerError, match=r"token lost its session.*no such token is there"):
            signer.sign(MESSAGE)


def test_a_pin_that_was_changed_is_tried_once(hsm: SoftHSM) -> None:
    """A PIN that is refused at a later login is never tried again, since tokens lock after a few wrong ones."""
    pins = iter([PIN, "wrong-pin"])
    signer = Pkcs11Signer(hsm.module, pin=lambda: next(pins), token_label="restarted")
    restart(hsm)
    with pytest.raises(SignerError, match="refuses the PIN"):
        signer.sign(MESSAGE)
    with pytest.raises(SignerError, match="can no longer sign: the token refused the PIN"):
        signer.sign(MESSAGE)


def test_a_wrong_pin(hsm: SoftHSM) -> None:
    """A PIN that the token refuses is named as the cause, and not printed, not even among local variables."""
    wrong = PIN[::-1]
    with pytest.raises(KeyLoadError, match="'guarded' cannot be used: the token refuses the PIN") as caught:
        Pkcs11Signer(hsm.module, pin=wrong, token_label="guarded", key_label="small")
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in frames.stack if frame.filename != __file__]
    printed = "".join([str(caught.value), repr(caught.value.__cause__), *map(str, [frame.locals for frame in ours])])
    assert ours
    assert wrong not in printed


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"token_label": "absent"}, "token 'absent' cannot be used: no such token is there"),
        ({"key_label": "absent"}, "key 'absent' on token 'main' cannot be used: there is none"),
        ({"key_id": "ff"}, "key with id ff on token 'main' cannot be used: there is none"),
        ({}, "not one key but"),
        ({"key_label": "short"}, "1024 bits"),
        ({"module": "absent.so"}, "PKCS#11 module absent.so cannot be loaded"),
    ],
)
def test_what_cannot_be_loaded(hsm: SoftHSM, given: dict[str, str], why: str) -> None:
    """Each cause has its own message, and none holds the PIN."""
    arguments: dict[str, Any] = {"module": hsm.module, "token_label": "main", "pin": PIN, **given}
    with pytest.raises(KeyLoadError, match=why) as caught:
        Pkcs11Signer(**arguments)
    assert PIN not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ({}, ConfigurationError, "exactly one"),
        ({"token_label": "main", "slot": 1}, ConfigurationError, "exactly one"),
        ({"token_label": "main", "key_id": "x"}, ConfigurationError, "hexadecimal"),
        ({"token_label": "main", "pin": 1234}, TypeError, "got int"),
        ({"token_label": "guarded", "pin": lambda: b"1"}, TypeError, "returned bytes"),
        ({"token_label": "guarded", "pin": "\ud800"}, KeyLoadError, "the PIN holds characters that no encoding has"),
        ({"token_label": "main", "key_id": 1}, ConfigurationError, "got 1"),
        ({"token_label": "main", "key_label": "\ud800"}, ConfigurationError, "a label must be text"),
        ({"token_label": b"main"}, ConfigurationError, "a label must be text"),
    ],
)
def test_arguments_that_cannot_work(hsm: SoftHSM, given: dict[str, Any], error: type[Exception], why: str) -> None:
    """A token that is not named once, an id that is no id, and a label or PIN that is no text are refused."""
    with pytest.raises(error, match=why):
        Pkcs11Signer(**{"module": hsm.module, "pin": PIN, **given})


def test_it_prints_and_copies_without_secret(signer: Pkcs11Signer) -> None:
    """A signer prints as its fingerprint, is not pickled, and copies to itself."""
    assert repr(signer) == f"<Pkcs11Signer RSA-2048 sha256:{pem(SMALL).fingerprint}>"
    assert copy.deepcopy(signer) is copy.copy(signer) is signer
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(signer)


def test_a_closed_signer(hsm: SoftHSM) -> None:
    """After `close`, which may be called twice, signing is an error that says so."""
    with Pkcs11Signer(hsm.module, pin=PIN, token_label="second") as signer:
        pass
    signer.close()
    with pytest.raises(SignerError, match="it was closed"):
        signer.sign(MESSAGE)


def test_it_does_not_survive_a_fork(hsm: SoftHSM) -> None:
    """A child process is told to make its own signer, instead of using a session that is its parent's."""
    code = f"""
import os
from qredo_signing import Pkcs11Signer, SignerError
signer = Pkcs11Signer({hsm.module!r}, pin={PIN!r}, token_label="main", key_label="small")
if os.fork() == 0:
    try:
        signer.sign(b"")
    except SignerError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
"""
    assert "does not survive a fork" in run(code, hsm)


def test_a_child_makes_its_own(hsm: SoftHSM) -> None:
    """A process that is forked while threads of its parent sign can make a signer, and sign with it."""
    code = f"""
import os, signal, threading
from qredo_signing import Pkcs11Signer
def make():
    return Pkcs11Signer({hsm.module!r}, pin={PIN!r}, token_label="main", key_label="small")
signer, ended = make(), threading.Event()
def sign():
    while not ended.is_set():
        signer.sign(b"")
threads = [threading.Thread(target=sign) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(3):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        make().sign(b"")
        os._exit(0)
    print(os.waitpid(child, 0)[1])
ended.set()
"""
    assert run(code, hsm).split() == ["0", "0", "0"]


def test_without_the_extra(hsm: SoftHSM) -> None:
    """Where python-pkcs11 is missing the error has the line for pip."""
    code = f"""
import sys
sys.modules["pkcs11"] = None
from qredo_signing import Pkcs11Signer
try:
    Pkcs11Signer({hsm.module!r}, pin="", token_label="main")
except ImportError as error:
    print(error)
"""
    assert 'pip install ".[pkcs11]"' in run(code, hsm)


def test_calls_through_connect(signer: Pkcs11Signer, tmp_path: Path) -> None:
    """A client whose key is in the token calls the emulator, which has the public half of the same key."""
    api_key = make_api_key(issuer="qredo-emulator")
    files = {"apikey": api_key, "private.pem": (KEYS / SMALL).read_text(), "public.pem": PUBLIC.read_text()}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    credentials = Credentials(api_key, signer)
    with Emulator(keys=tmp_path) as emulator:
        with connect(Client, credentials, emulator.environment) as client:
            client.company.create(name="ACME Corp")
        asyncio.run(create(credentials, emulator))
        assert [request.verified for request in emulator.control.requests] == [True, True]


async def create(credentials: Credentials, emulator: Emulator) -> None:
    """Make a company with an async client that signs in a thread."""
    async with connect(AsyncClient, credentials, emulator.environment, offload=True) as client:
        await client.company.create(name="ACME Corp")


def run(code: str, hsm: SoftHSM) -> str:
    """Run code in a process of its own."""
    environ = {**os.environ, **hsm.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
