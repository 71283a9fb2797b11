"""Loading RSA keys: every cause of failure has its own message."""

from __future__ import annotations

import copy
import hashlib
import itertools
import os
import pickle
import subprocess
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_signing import InsecureKeyFileWarning, InvalidSignatureError, KeyLoadError, PrivateKey, PublicKey

PASSPHRASE = "correct horse battery"
RSA_2048 = rsa.generate_private_key(65537, 2048)
RSA_1024 = rsa.generate_private_key(65537, 1024)
OTHERS = {"ec": ec.generate_private_key(ec.SECP256R1()), "ed25519": ed25519.Ed25519PrivateKey.generate()}

PKCS1, PKCS8 = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8
SPKI = PublicFormat.SubjectPublicKeyInfo


def private_pem(key: Any = RSA_2048, form: PrivateFormat = PKCS8, passphrase: str = "") -> bytes:
    """Write a private key as PEM."""
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pem: bytes = key.private_bytes(Encoding.PEM, form, encryption)
    return pem


def public_pem(key: Any = RSA_2048, form: PublicFormat = SPKI) -> bytes:
    """Write a public key as PEM."""
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, form)
    return pem


def certificate_pem() -> bytes:
    """Write a self-signed certificate as PEM."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, RSA_2048.public_key(), 1, now, now + timedelta(days=1))
    return builder.sign(RSA_2048, SHA256()).public_bytes(Encoding.PEM)


def openssh_pem() -> bytes:
    """Write a private key in OpenSSH's own format."""
    return RSA_2048.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


FINGERPRINT = hashlib.sha256(RSA_2048.public_key().public_bytes(Encoding.DER, SPKI)).hexdigest()


@pytest.mark.parametrize("form", [PKCS1, PKCS8], ids=["pkcs1", "pkcs8"])
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE], ids=["plain", "encrypted"])
@pytest.mark.parametrize("change", [bytes, bytes.decode], ids=["bytes", "str"])
def test_both_forms_load(form: PrivateFormat, passphrase: str, change: Callable[[bytes], Any]) -> None:
    """PKCS#1 and PKCS#8, encrypted or not, as bytes or text, give the same key."""
    key = PrivateKey.from_pem(change(private_pem(form=form, passphrase=passphrase)), passphrase or None)
    assert (key.bits, key.fingerprint) == (2048, FINGERPRINT)


@pytest.mark.parametrize("passphrase", [PASSPHRASE, PASSPHRASE.encode(), bytearray(PASSPHRASE, "ascii")])
def test_a_passphrase_is_text_or_bytes(passphrase: bytes | str) -> None:
    """A passphrase may be given as text or as bytes; an empty one counts as none."""
    assert PrivateKey.from_pem(private_pem(passphrase=PASSPHRASE), passphrase).fingerprint == FINGERPRINT
    assert PrivateKey.from_pem(private_pem(), "").fingerprint == FINGERPRINT


def test_a_passphrase_that_is_not_utf_8() -> None:
    """The bytes of a variable are the passphrase, also where they are no UTF-8; other surrogates are refused."""
    encryption = BestAvailableEncryption(b"caf\xe9")
    pem = RSA_2048.private_bytes(Encoding.PEM, PKCS8, encryption)
    assert PrivateKey.from_pem(pem, b"caf\xe9".decode("utf-8", "surrogateescape")).fingerprint == FINGERPRINT
    with pytest.raises(KeyLoadError, match="give it as bytes") as caught:
        PrivateKey.from_pem(pem, "secret \ud83d")
    assert caught.value.__context__ is None
    with pytest.raises(TypeError, match="a passphrase must be bytes or str, got int"):
        PrivateKey.from_pem(pem, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: b"\xef\xbb\xbf" + pem,
        lambda pem: b"Bag Attributes\n    localKeyID: 01\n" + pem,
        lambda pem: certificate_pem() + pem,
        lambda pem: pem + certificate_pem(),
        lambda pem: b"\n\n" + pem + b"\n\n",
        lambda pem: pem.replace(b"\n", rb"\n"),
        lambda pem: pem.decode().encode("utf-16"),
    ],
    ids=["crlf", "bom", "bag", "certificate-before", "certificate-after", "blank-lines", "escaped", "utf-16"],
)
def test_what_surrounds_the_key_does_not_matter(change: Callable[[bytes], bytes]) -> None:
    """Windows or escaped line ends, a byte order mark, attributes and certificates around the key are ignored."""
    assert PrivateKey.from_pem(change(private_pem())).fingerprint == FINGERPRINT


CAUSES = {
    "public": (public_pem(), None, "holds a public key, which cannot sign"),
    "public-pkcs1": (public_pem(form=PublicFormat.PKCS1), None, "holds a public key, which cannot sign"),
    "certificate": (certificate_pem(), None, "holds a certificate, not a key"),
    "no-passphrase": (private_pem(passphrase=PASSPHRASE), None, "is encrypted: give its passphrase"),
    "no-passphrase-pkcs1": (private_pem(form=PKCS1, passphrase=PASSPHRASE), "", "is encrypted: give its passphrase"),
    "wrong-passphrase": (private_pem(passphrase=PASSPHRASE), "wrong", "the passphrase is wrong"),
    "wrong-passphrase-pkcs1": (private_pem(form=PKCS1, passphrase=PASSPHRASE), "wrong", "the passphrase is wrong"),
    "unknown-cipher": (
        private_pem(form=PKCS1, passphrase=PASSPHRASE).replace(b"DEK-Info: AES", b"DEK-Info: XYZ"),
        PASSPHRASE,
        "encrypted in an unsupported way",
    ),
    "needless-passphrase": (private_pem(), PASSPHRASE, "is not encrypted, but a passphrase was given"),
    "short": (private_pem(RSA_1024), None, "has 1024 bits: RSA keys below 2048"),
    "ec": (private_pem(OTHERS["ec"]), None, "is not an RSA key"),
    "ec-own-form": (private_pem(OTHERS["ec"], PKCS1), None, "is not an RSA key"),
    "ed25519": (private_pem(OTHERS["ed25519"]), None, "is not an RSA key"),
    "openssh": (openssh_pem(), None, "OpenSSH's own format: convert"),
    "empty": (b"", None, "is empty"),
    "blank": (b" \n\t\n", None, "is empty"),
    "text": (b"not a key", None, "is not PEM"),
    "der": (RSA_2048.private_bytes(Encoding.DER, PKCS8, NoEncryption()), None, "looks like DER"),
    "cut-off": (private_pem()[:800], None, "is cut off or damaged"),
    "begins-only": (b"-----BEGIN PRIVATE KEY-----\n" * 20_000, None, "is cut off or damaged"),
    "damaged": (private_pem().replace(b"MII", b"MIJ", 1), None, "holds a damaged private key"),
    "unknown-block": (b"-----BEGIN X-----\nAAAA\n-----END X-----\n", None, "holds no private key"),
    "two-keys": (private_pem() + private_pem(RSA_1024), None, "holds 2 private keys"),
}  # fmt: skip


@pytest.mark.parametrize("form", [PKCS1, PKCS8], ids=["pkcs1", "pkcs8"])
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE], ids=["plain", "encrypted"])
@settings(max_examples=20)
@given(data=st.data())
def test_blank_lines_do_not_matter(form: PrivateFormat, passphrase: str, data: st.DataObject) -> None:
    """Blank lines, also of spaces, and spaces at the end of lines, wherever they are in the PEM, change no key."""
    lines = private_pem(form=form, passphrase=passphrase).decode().splitlines()
    ends = data.draw(st.lists(st.sampled_from(["\n", "\n\n", " \n", "\n \t\n", "\r\r\n"]), min_size=1, max_size=5))
    pem = "".join(line + end for line, end in zip(lines, itertools.cycle(ends), strict=False))
    assert PrivateKey.from_pem(pem, passphrase).fingerprint == FINGERPRINT


@pytest.mark.parametrize(("pem", "passphrase", "why"), CAUSES.values(), ids=CAUSES)
def test_every_cause_is_named(pem: bytes, passphrase: str | None, why: str, tmp_path: Path) -> None:
    """What is not a usable private key is a KeyLoadError that says why, and names the file when there is one."""
    with pytest.raises(KeyLoadError, match=why):
        PrivateKey.from_pem(pem, passphrase)
    path = secret_file(tmp_path / "key.pem", pem)
    with pytest.raises(KeyLoadError, match=why) as caught:
        PrivateKey.from_file(path, passphrase)
    assert str(path) in str(caught.value)


PUBLIC_CAUSES = {
    "private": (private_pem(), "holds a private key where a public key is needed"),
    "certificate": (certificate_pem(), "holds a certificate, not a key"),
    "short": (public_pem(RSA_1024), "has 1024 bits"),
    "ec": (public_pem(OTHERS["ec"]), "is not an RSA key"),
    "empty": (b"", "is empty"),
    "text": (b"not a key", "is not PEM"),
    "damaged": (public_pem().replace(b"A", b"*"), "holds a damaged public key"),
}


@pytest.mark.parametrize(("pem", "why"), PUBLIC_CAUSES.values(), ids=PUBLIC_CAUSES)
def test_every_cause_is_named_for_a_public_key(pem: bytes, why: str) -> None:
    """What is not a usable public key is a KeyLoadError that says why."""
    with pytest.raises(KeyLoadError, match=why):
        PublicKey.from_pem(pem)


@pytest.mark.parametrize("form", [SPKI, PublicFormat.PKCS1], ids=["spki", "pkcs1"])
def test_a_public_key_loads(form: PublicFormat, tmp_path: Path) -> None:
    """Both PEM forms of a public key load, from text and from a file, which may be readable by all."""
    (tmp_path / "public.pem").write_bytes(public_pem(form=form))
    assert PublicKey.from_pem(public_pem(form=form).decode()).fingerprint == FINGERPRINT
    assert PublicKey.from_file(tmp_path / "public.pem") == PublicKey.from_pem(public_pem())


@pytest.mark.parametrize("kind", [PrivateKey, PublicKey])
def test_a_file_that_cannot_be_read_is_named(kind: type[PrivateKey | PublicKey], tmp_path: Path) -> None:
    """A missing file and a directory are KeyLoadErrors that name path and reason."""
    with pytest.raises(KeyLoadError, match=r"nowhere\.pem cannot be read \(No such file"):
        kind.from_file(tmp_path / "nowhere.pem")
    with pytest.raises(KeyLoadError, match=r"cannot be read \(Is a directory\): it is a folder"):
        kind.from_file(str(tmp_path))


@pytest.mark.parametrize("path", ["nul\0", "x" * 300, "~no-such-user/key.pem", "key.pem/key.pem", "broken\nline"])
def test_every_path_that_gives_no_key_is_a_key_load_error(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the system, or Python, has against a path: the error is a KeyLoadError, and no other one."""
    monkeypatch.chdir(tmp_path)
    secret_file(tmp_path / "key.pem", private_pem())
    with pytest.raises(KeyLoadError, match="the key file"):
        PrivateKey.from_file(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
@pytest.mark.parametrize("mode", [0o000, 0o600], ids=["file", "folder"])
def test_a_file_that_may_not_be_read(mode: int, tmp_path: Path) -> None:
    """A file, or a folder, that this user may not read is a KeyLoadError that says so."""
    folder = tmp_path / "keys"
    folder.mkdir()
    secret_file(folder / "key.pem", private_pem(), mode)
    folder.chmod(0o700 if mode == 0 else 0o000)
    try:
        with pytest.raises(KeyLoadError, match=r"\(Permission denied\): check the permissions of"):
            PrivateKey.from_file(folder / "key.pem")
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_can_read_is_warned_about(mode: int, tmp_path: Path) -> None:
    """A key file whose mode lets group or others in warns, with the mode, at the line of the caller."""
    path = secret_file(tmp_path / "key.pem", private_pem(), mode)
    with pytest.warns(InsecureKeyFileWarning, match=f"mode {mode:04o}.*chmod 600") as caught:
        PrivateKey.from_file(path)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_ones_own_is_fine(mode: int, tmp_path: Path) -> None:
    """A key file that only its owner can read loads without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        PrivateKey.from_file(secret_file(tmp_path / "key.pem", private_pem(), mode))


@pytest.mark.parametrize("data", [None, 1, Path("key.pem")])
def test_only_text_is_pem(data: Any) -> None:
    """What is neither bytes nor str is a TypeError that names its type."""
    with pytest.raises(TypeError, match="bytes or str"):
        PrivateKey.from_pem(data)


def test_a_key_of_the_cryptography_package_can_be_wrapped() -> None:
    """A key that was loaded elsewhere is taken as it is, unless it is too short."""
    assert PrivateKey(RSA_2048).fingerprint == FINGERPRINT
    short: list[tuple[Any, Any]] = [(PrivateKey, RSA_1024), (PublicKey, RSA_1024.public_key())]
    for wrap, key in short:
        with pytest.raises(KeyLoadError, match="1024 bits"):
            wrap(key)


def test_a_raw_signature_verifies() -> None:
    """`PrivateKey.sign` and `PublicKey.verify` agree, and verify refuses another message."""
    key = PrivateKey(RSA_2048)
    signature = key.sign(b"message")
    key.public_key.verify(b"message", signature)
    with pytest.raises(InvalidSignatureError, match=FINGERPRINT):
        key.public_key.verify(b"messages", signature)


def test_a_public_key_is_a_value() -> None:
    """Public keys are equal when they are the same key, and prints show size and fingerprint."""
    key, same = PublicKey.from_pem(public_pem()), PrivateKey(RSA_2048).public_key
    assert (key == same, hash(key) == hash(same), key == "x") == (True, True, False)
    assert repr(key) == f"<PublicKey RSA-2048 sha256:{FINGERPRINT}>"


def test_a_private_key_stays_in_the_process() -> None:
    """A private key cannot be pickled; copies are the key itself; it prints as a fingerprint."""
    key = PrivateKey(RSA_2048)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)
    assert copy.copy(key) is key
    assert copy.deepcopy({"key": key})["key"] is key
    assert repr(key) == f"<PrivateKey RSA-2048 sha256:{FINGERPRINT}>"


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("options", [["-traditional"], ["-traditional", "-aes256"], []], ids=["pkcs1", "aes", "pkcs8"])
def test_keys_that_openssl_makes_load(options: list[str], tmp_path: Path) -> None:
    """Keys as the vendor's guide has them made by openssl load, and the fingerprint is the one that openssl shows."""
    path = tmp_path / "private.pem"
    passphrase = "secret" if "-aes256" in options else None
    command = ["openssl", "genrsa", *options, *(["-passout", "pass:secret"] if passphrase else []), "-out", str(path)]
    subprocess.run([*command, "2048"], check=True, capture_output=True)
    show = ["openssl", "pkey", "-in", str(path), "-passin", "pass:secret", "-pubout", "-outform", "DER"]
    der = subprocess.run(show, check=True, capture_output=True).stdout
    assert PrivateKey.from_file(path, passphrase).fingerprint == hashlib.sha256(der).hexdigest()


def secret_file(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file with this mode."""
    path.write_bytes(content)
    path.chmod(mode)
    return path
