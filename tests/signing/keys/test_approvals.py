"""Approval keys: where they come from, what they sign, what they register, and what they never show."""

from __future__ import annotations

import base64
import copy
import hashlib
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, EllipticCurvePublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_signing import (
    ApprovalKey,
    InsecureKeyFileWarning,
    InvalidSignatureError,
    KeyLoadError,
    verify_approval,
)

SEED = bytes(range(48))
KEY = ApprovalKey.from_seed(SEED)
OTHER = ApprovalKey.from_seed(SEED[::-1])
MESSAGE = b"\x08\x01\x12\x20" + bytes(32)
SIGNATURE = KEY.sign(MESSAGE)
PUBLIC = KEY.public_keys_hex.bls
PEM = f"-----BEGIN QREDO APPROVAL SEED-----\n{base64.b64encode(SEED).decode()}\n-----END QREDO APPROVAL SEED-----\n"
FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB


@given(st.binary(max_size=200))
@settings(max_examples=30)
def test_what_is_signed_verifies(message: bytes) -> None:
    """Every signature is 98 digits, comes out the same again, and verifies with both texts of the public key."""
    signature = KEY.sign(message)
    assert signature == KEY.sign(message)
    assert len(signature) == 98
    verify_approval(KEY.public_keys_hex.bls, message, signature)
    verify_approval(KEY.public_keys_base64.bls, message, signature.upper())


@given(st.binary(max_size=50), st.binary(max_size=50))
@settings(max_examples=30)
def test_another_message_fails(message: bytes, other: bytes) -> None:
    """A signature is valid for a message if and only if it was made over it."""
    if message == other:
        return verify_approval(PUBLIC, other, KEY.sign(message))
    with pytest.raises(InvalidSignatureError, match="was not made by this key over this message"):
        verify_approval(PUBLIC, other, KEY.sign(message))


def test_another_key_fails() -> None:
    """The signature of one key is invalid for another."""
    with pytest.raises(InvalidSignatureError, match="was not made by this key"):
        verify_approval(OTHER.public_keys_hex.bls, MESSAGE, SIGNATURE)


@given(st.sampled_from([*"0123456789abcdef", "g", " ", "é"]), st.integers(0, 97))
@settings(max_examples=60)
def test_a_changed_signature_fails(character: str, place: int) -> None:
    """A signature with one digit changed is invalid, whatever the digit."""
    changed = SIGNATURE[:place] + character + SIGNATURE[place + 1 :]
    if changed != SIGNATURE:
        with pytest.raises(InvalidSignatureError):
            verify_approval(PUBLIC, MESSAGE, changed)


@given(st.sampled_from([*"0123456789abcdef", "g"]), st.integers(0, 383))
@settings(max_examples=60)
def test_a_changed_public_key_fails(character: str, place: int) -> None:
    """A public key with one digit changed is not on the curve any more."""
    changed = PUBLIC[:place] + character + PUBLIC[place + 1 :]
    if changed != PUBLIC:
        with pytest.raises(InvalidSignatureError, match="not an encoded BLS public key"):
            verify_approval(changed, MESSAGE, SIGNATURE)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        SIGNATURE[:-2],
        SIGNATURE + "00",
        SIGNATURE[2:],
        "04" + SIGNATURE[2:],
        "00" + SIGNATURE[2:],
        "02" + "00" * 48,  # y is 2, of a point outside the group
        "02" + "ff" * 48,
        "02" + (int(SIGNATURE[2:], 16) + FIELD).to_bytes(48).hex(),  # the same element, written as a larger number
        ("02" if SIGNATURE.startswith("03") else "03") + SIGNATURE[2:],  # the point on the other side
        f" {SIGNATURE[:-1]}",
    ],
)
def test_malformed_signatures_are_refused(signature: str) -> None:
    """A text that is cut, longer, of another form, or of a point outside the group is no signature."""
    with pytest.raises(InvalidSignatureError):
        verify_approval(PUBLIC, MESSAGE, signature)


@pytest.mark.parametrize(
    "public",
    [
        "",
        PUBLIC[:-2],
        PUBLIC + "00",
        "00" * 192,  # the neutral element, with which every neutral signature would verify
        "ff" * 192,
        (int(PUBLIC[:96], 16) + FIELD).to_bytes(48).hex() + PUBLIC[96:],
        base64.b64encode(bytes.fromhex(PUBLIC)).decode()[:-4],
        KEY.public_keys_hex.ec,
        "é" * 384,
        "%" * 256,
    ],
)
def test_malformed_public_keys_are_refused(public: str) -> None:
    """What is no point of the group, in hexadecimal or base64, is no public key."""
    with pytest.raises(InvalidSignatureError, match="not an encoded BLS public key"):
        verify_approval(public, MESSAGE, SIGNATURE)


@pytest.mark.parametrize("message", ["08011220", None, 5, bytearray(b"x")])
def test_a_message_is_bytes(message: Any) -> None:
    """Text is not signed: the bytes that it stands for are."""
    with pytest.raises(TypeError, match=r"the message must be bytes, got \w+: decode its text first"):
        KEY.sign(message)
    with pytest.raises(TypeError, match="the message must be bytes"):
        verify_approval(PUBLIC, message, SIGNATURE)


def test_public_halves_have_the_forms_of_both_apis() -> None:
    """Hexadecimal and base64 are of the same bytes; the EC half is the secp256k1 key of the seed's SHA-256."""
    as_hex, as_base64 = KEY.public_keys_hex, KEY.public_keys_base64
    assert [len(text) for text in (*as_hex, *as_base64)] == [384, 130, 256, 88]
    assert [bytes.fromhex(text) for text in as_hex] == [base64.b64decode(text) for text in as_base64]
    point = EllipticCurvePublicKey.from_encoded_point(SECP256K1(), bytes.fromhex(as_hex.ec))
    assert point.curve.name == "secp256k1"
    assert hashlib.sha256(bytes.fromhex(as_hex.bls)).hexdigest() == KEY.fingerprint


def test_a_seed_decides_the_key() -> None:
    """The same seed gives the same key, and generated keys differ."""
    assert ApprovalKey.from_seed(KEY.seed).public_keys_hex == KEY.public_keys_hex
    made = [ApprovalKey.generate() for _ in range(3)]
    assert len({key.fingerprint for key in made}) == 3
    assert {len(key.seed) for key in made} == {48}


@pytest.mark.parametrize("seed", [b"", SEED[:-1], SEED + b"\0", SEED.hex().encode()])
def test_a_seed_has_48_bytes(seed: bytes) -> None:
    """Bytes of another number are refused."""
    with pytest.raises(KeyLoadError, match=f"has 48 bytes, got {len(seed)}"):
        ApprovalKey.from_seed(seed)


def test_a_seed_is_bytes() -> None:
    """Text is no seed."""
    untyped: Any = ApprovalKey.from_seed
    with pytest.raises(TypeError, match="must be bytes, got str"):
        untyped(SEED.hex())


def private_file(path: Path, content: bytes) -> Path:
    """A file with mode 0600."""
    path.write_bytes(content)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "content",
    [
        SEED,
        PEM.encode(),
        PEM.replace("\n", "\r\n").encode(),
        f"\n{PEM.replace(PEM[50:60], PEM[50:60] + chr(10))}\n".encode(),
        PEM.encode("utf-8-sig"),
        PEM.encode("utf-16"),
    ],
    ids=["raw", "text", "text of Windows", "text in two lines", "text with a mark", "text in UTF-16"],
)
def test_a_file_holds_the_seed(tmp_path: Path, content: bytes) -> None:
    """A file of 48 bytes, and one of text with any line ends or marks, give the key."""
    assert ApprovalKey.from_file(private_file(tmp_path / "key", content)).seed == SEED


@pytest.mark.parametrize("start", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])
def test_a_seed_is_not_text(tmp_path: Path, start: bytes) -> None:
    """A seed whose first bytes happen to be a byte order mark is loaded as it is."""
    seed = start + SEED[len(start) :]
    assert ApprovalKey.from_file(private_file(tmp_path / "key", seed)).seed == seed


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SEED[:-1],
        SEED.hex().encode(),
        base64.b64encode(SEED),
        PEM[:-20].encode(),
        PEM.replace("QREDO APPROVAL SEED", "PRIVATE KEY").encode(),
        PEM.replace("==", "").replace("AAEC", "AAE").encode(),
        (PEM + PEM).encode(),
    ],
)
def test_a_file_without_a_seed_is_refused(tmp_path: Path, content: bytes) -> None:
    """What is neither 48 bytes nor their text is refused unseen; the message names the file."""
    with pytest.raises(KeyLoadError, match="key holds no approval key: it must be 48 bytes") as caught:
        ApprovalKey.from_file(private_file(tmp_path / "key", content))
    assert "AAEC" not in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """A file that cannot be read is an error of the key, which names the reason."""
    with pytest.raises(KeyLoadError, match="cannot be read \\(No such file or directory\\)"):
        ApprovalKey.from_file(tmp_path / "missing")


def test_saving_keeps_the_key_private(tmp_path: Path) -> None:
    """A saved key has mode 0600, loads as the same key, and is never overwritten."""
    path = tmp_path / "approval.pem"
    KEY.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == PEM
    assert ApprovalKey.from_file(path).fingerprint == KEY.fingerprint
    with pytest.raises(FileExistsError):
        OTHER.save(path)
    assert path.read_text() == PEM


def test_saving_leaves_no_half_of_a_key(tmp_path: Path) -> None:
    """When a disk is full, no file is left that would be in the way of the next try."""
    resource = pytest.importorskip("resource", reason="needs limits of the system")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            KEY.save(tmp_path / "key.pem")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    KEY.save(tmp_path / "key.pem")
    assert ApprovalKey.from_file(tmp_path / "key.pem").seed == KEY.seed


def test_a_readable_file_warns(tmp_path: Path) -> None:
    """A key that other users can read is loaded with a warning."""
    path = private_file(tmp_path / "key", SEED)
    path.chmod(0o640)
    with pytest.warns(InsecureKeyFileWarning, match="mode 0640"):
        ApprovalKey.from_file(path)


def test_a_key_stays_in_the_process() -> None:
    """A key is not pickled; a copy is the key itself; it prints as its fingerprint."""
    with pytest.raises(TypeError, match="ApprovalKey is not pickled"):
        pickle.dumps(KEY)
    assert copy.copy(KEY) is KEY
    assert copy.deepcopy([KEY]) == [KEY]
    assert repr(KEY) == f"<ApprovalKey sha256:{KEY.fingerprint}>"


def test_without_the_extra() -> None:
    """Without the curve library the name can be imported, and making a key says what to install."""
    code = (
        "import sys; sys.modules['py_arkworks_bls12381'] = None; "
        f"sys.path.insert(0, {str(Path(sys.modules['qredo_signing'].__file__ or '').parents[1])!r}); "
        "from qredo_signing import ApprovalKey; ApprovalKey.generate()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'ImportError: approvals need an extra: pip install ".[approvals]" in a checkout' in done.stderr
