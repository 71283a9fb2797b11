"""`qredo sign`, `verify` and `explain`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from qredo_emulator import Emulator
from qredo_signing import Credentials, HmacCredentials, PrivateKey, sign, sign_hmac

from .conftest import Cli

URL = "https://api.qredo.network/api/v1/p/company"


@pytest.fixture
def own(keys: Path, server: Emulator, monkeypatch: pytest.MonkeyPatch, bare: None) -> PrivateKey:
    """The key that the commands use."""
    monkeypatch.setenv("QREDO_KEYS", str(keys))
    signer = Credentials.from_directory(keys).signer
    assert isinstance(signer, PrivateKey)
    return signer


def test_the_headers_are_printed_without_the_api_key(qredo: Cli, own: PrivateKey, keys: Path) -> None:
    """Stamp and signature are what the library makes, and the API key is not among them."""
    Path("body").write_bytes(b'{"name":"ACME"}\r\n')
    done = qredo(f"sign --url {URL} --body body --timestamp 1700000000")
    signature = sign(own, "1700000000", URL, b'{"name":"ACME"}\r\n')
    assert done == (0, f"x-timestamp: 1700000000\nx-sign: {signature}\n", "")
    assert Credentials.from_directory(keys).api_key not in done.out


def test_a_nonce_stands_for_the_timestamp(qredo: Cli, own: PrivateKey) -> None:
    """With --nonce the header is x-nonce; --json gives an object; a body comes from stdin."""
    done = qredo(f"sign --url {URL} --nonce 7 --body - --json", stdin="body\n")
    assert json.loads(done.out) == {"x-nonce": "7", "x-sign": sign(own, "7", URL, b"body\n")}


def test_an_api_with_a_secret_has_other_headers(qredo: Cli, keys: Path, server: Emulator) -> None:
    """With --api qredo_v1 the method is signed too, with the secret of the keys folder."""
    secret = HmacCredentials.from_directory(keys / "qredo_v1").secret
    done = qredo(f"sign --url {URL} --api qredo_v1 --timestamp 1 --keys {keys / 'qredo_v1'} --method put --json")
    assert json.loads(done.out) == {"qredo-api-ts": "1", "qredo-api-sig": sign_hmac(secret, "1", "PUT", URL, b"")}


@pytest.mark.needs("curl", "sh")
def test_the_curl_command_works_and_shows_no_key(connected: Cli, emulator: Emulator, keys: Path) -> None:
    """A shell runs the printed command as it is; the emulator verifies it; the API key is not in it."""
    Path("it's a body.json").write_text('{"name": "curl\'s"}\n', encoding="utf-8")
    for body in ("it's a body.json", '{"name": "curl\'s"}'):
        check_curl(connected, emulator, keys, "--body", body)


@pytest.mark.needs("curl", "sh")
@pytest.mark.parametrize("source", ["windows", "variable", "file"])
def test_the_curl_command_takes_the_key_from_where_it_is(
    source: str, connected: Cli, emulator: Emulator, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API key of the command is the one of the credentials: of a file with CRLF, or of a variable."""
    text = (keys / "apikey").read_text(encoding="utf-8")
    if source == "windows":
        shutil.copytree(keys, "keys")
        Path("keys/apikey").write_bytes(f"{text.strip()}\r\n".encode())
        monkeypatch.setenv("QREDO_KEYS", "keys")
    else:
        monkeypatch.delenv("QREDO_KEYS")
        monkeypatch.setenv("QREDO_PRIVATE_KEY_FILE", str(keys / "private.pem"))
        name, value = ("_FILE", str(keys / "apikey")) if source == "file" else ("", text.strip())
        monkeypatch.setenv(f"QREDO_API_KEY{name}", value)
    check_curl(connected, emulator, keys, "--body", '{"name": "x"}')


def check_curl(connected: Cli, emulator: Emulator, keys: Path, *arguments: str) -> None:
    """Run the command that is printed; the emulator verifies the request."""
    done = connected(f"sign --url {emulator.url}/api/v1/p/company --curl", *arguments)
    assert Credentials.from_directory(keys).api_key not in done.out
    subprocess.run(["sh", "-c", done.out], check=True, capture_output=True)
    record = emulator.control.requests[-1]
    assert (record.method, record.verified) == ("POST", True), record.reason


def test_a_body_from_stdin_is_no_file_for_curl(qredo: Cli, own: PrivateKey) -> None:
    """A body that begins with `@` is sent as it is: curl takes no file for it."""
    done = qredo(f"sign --url {URL} --body - --curl", stdin="@/etc/hostname")
    assert "--data-raw @/etc/hostname" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ("--url api.qredo.network/x", 2, "must be absolute"),
        ("--url https://h/a#b", 2, "fragment"),
        ("--url https://h/ --body nowhere.json", 2, "nowhere.json cannot be read"),
        ("--url https://h/ --timestamp 1 --nonce 1", 2, "exclude each other"),
        ("--url https://h/ --timestamp yesterday", 2, "--timestamp"),
        ("--url https://h/ --curl --json", 2, "exclude each other"),
        ("--url https://h/ --api qredo_v2", 2, "takes a token instead of a signature"),
        ("--url https://h/ --keys nowhere", 3, "nowhere/apikey cannot be read"),
        ("", 2, "--url"),
    ],
)
def test_bad_input_of_sign_is_one_line(qredo: Cli, own: PrivateKey, arguments: str, code: int, text: str) -> None:
    """Each mistake has its line on stderr and its exit code, and nothing is printed on stdout."""
    done = qredo(f"sign {arguments}")
    assert (done.code, done.out) == (code, "")
    assert text in done.err
    assert len(done.err.splitlines()) <= 2


def test_a_signature_is_verified(qredo: Cli, own: PrivateKey) -> None:
    """The right signature is valid with exit code 0; over another URL it is not, with 1."""
    Path("signature").write_text(sign(own, "5", URL, b""), encoding="utf-8")
    Path("windows").write_bytes(b"\xef\xbb\xbf" + Path("signature").read_bytes() + b"\r\n")
    assert qredo(f"verify --url {URL} --timestamp 5 --signature @windows").code == 0
    right = qredo(f"verify --url {URL} --timestamp 5 --signature @signature")
    assert (right.code, right.err) == (0, "")
    assert right.out == f"valid, made by the key {own.fingerprint}\n"
    wrong = qredo(f"verify --url {URL}/x --timestamp 5 --signature @signature")
    assert (wrong.code, wrong.out) == (1, "")
    assert "does not match" in wrong.err
    told = qredo(f"verify --url {URL}/x --timestamp 5 --signature @signature --json")
    assert (told.code, json.loads(told.out)["valid"]) == (1, False)


def test_a_signature_is_explained(qredo: Cli, own: PrivateKey) -> None:
    """What is signed is told with and without a signature, without a secret."""
    done = qredo(f"explain --url {URL} --nonce 5 --json")
    told = json.loads(done.out)
    assert (told["stamp"], told["url"], told["key_fingerprint"]) == ("5", URL, own.fingerprint)
    assert told["valid"] is None
    done = qredo(f"explain --url {URL} --nonce 5 --signature {sign(own, '5', URL, b'')}")
    assert "signature        valid" in done.out


@pytest.mark.parametrize("command", ["verify", "explain"])
@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ("--url https://h/ --signature x", 2, "no stamp is given"),
        ("--url https://h/ --nonce 1 --signature @nowhere", 2, "nowhere cannot be read"),
        ("--url https://h/ --nonce 1 --signature x --public-key nowhere.pem", 3, "nowhere.pem cannot be read"),
        ("--nonce 1", 2, "--url"),
    ],
)
def test_bad_input_of_verify_and_explain_is_one_line(
    qredo: Cli, own: PrivateKey, command: str, arguments: str, code: int, text: str
) -> None:
    """Each mistake has its line on stderr and its exit code."""
    done = qredo(f"{command} {arguments}")
    assert (done.code, done.out) == (code, "")
    assert text in done.err


def test_verify_without_a_signature_says_so(qredo: Cli, own: PrivateKey) -> None:
    """There is nothing to verify without --signature."""
    done = qredo("verify --url https://h/ --nonce 1")
    assert done.code == 2
    assert "no signature is given" in done.err
