"""`qredo keygen`."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from qredo_signing import PrivateKey, PublicKey

from .conftest import Cli


def test_a_pair_is_written_for_its_owner_alone(qredo: Cli) -> None:
    """The private key is PKCS#1 with mode 0600, the public key belongs to it, and the next step is named."""
    done = qredo("keygen new/keys")
    private, public = Path("new/keys/private.pem"), Path("new/keys/public.pem")
    assert (done.code, done.err) == (0, "")
    assert private.read_bytes().startswith(b"-----BEGIN RSA PRIVATE KEY-----")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert PrivateKey.from_file(private).public_key == PublicKey.from_file(public)
    assert "upload this one" in done.out
    assert "new/keys/apikey" in done.out


@pytest.mark.parametrize("name", ["private.pem", "public.pem"])
def test_no_file_is_overwritten(qredo: Cli, name: str) -> None:
    """A file that is there stays as it is, also where it is a link to nowhere, and nothing is written beside it."""
    Path("keys").mkdir()
    Path("keys", name).symlink_to("nowhere")
    done = qredo("keygen keys")
    assert (done.code, done.out) == (2, "")
    assert f"keys/{name} already exists" in done.err
    assert [path.name for path in Path("keys").iterdir()] == [name]


def test_the_key_can_be_pkcs8(qredo: Cli) -> None:
    """With --pkcs8 the file is PKCS#8; --json names files and fingerprint."""
    done = qredo("keygen keys --pkcs8 --bits 3072 --json")
    told = json.loads(done.out)
    assert Path(told["private_key"]).read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    key = PrivateKey.from_file("keys/private.pem")
    assert (told["fingerprint"], told["bits"]) == (key.fingerprint, key.bits)


def test_the_key_can_be_encrypted(qredo: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase comes from a variable or a file, and only it opens the key."""
    monkeypatch.setenv("QREDO_PRIVATE_KEY_PASSPHRASE", "correct horse")
    assert qredo("keygen one --passphrase").code == 0
    PrivateKey.from_file("one/private.pem", "correct horse")
    Path("passphrase").write_text("battery staple\n", encoding="utf-8")
    assert qredo("keygen two --passphrase-file passphrase").code == 0
    PrivateKey.from_file("two/private.pem", "battery staple")
    Path("passphrase").write_bytes(b"\xef\xbb\xbfbattery staple\r\n")
    assert qredo("keygen three --passphrase-file passphrase").code == 0
    PrivateKey.from_file("three/private.pem", "battery staple")


def test_a_passphrase_that_is_too_long_is_an_error(qredo: Cli) -> None:
    """More than OpenSSL takes is named, and nothing is written."""
    Path("passphrase").write_text("x" * 1024, encoding="utf-8")
    done = qredo("keygen keys --passphrase-file passphrase")
    assert (done.code, done.out) == (3, "")
    assert "1024 bytes, more than 1023" in done.err
    assert not Path("keys").exists()


def test_without_a_passphrase_nothing_is_written(qredo: Cli) -> None:
    """With --passphrase but no passphrase, no key is written, instead of an unencrypted one."""
    done = qredo("keygen keys --passphrase")
    assert done.code == 3
    assert "QREDO_PRIVATE_KEY_PASSPHRASE" in done.err
    assert not Path("keys").exists()


def test_a_short_key_is_refused(qredo: Cli) -> None:
    """Below 2048 bits no key is made."""
    done = qredo("keygen keys --bits 1024")
    assert done.code == 2
    assert "2048" in done.err
    assert not Path("keys").exists()


def test_a_folder_that_cannot_be_made_is_an_error(qredo: Cli) -> None:
    """A file in the way of the folder is named."""
    Path("file").write_text("", encoding="utf-8")
    done = qredo("keygen file/keys")
    assert done.code == 3
    assert "file" in done.err


@pytest.mark.needs("openssl")
def test_openssl_reads_both_files(qredo: Cli) -> None:
    """Another program reads the private key and finds the same public key."""
    qredo("keygen keys")
    openssl = shutil.which("openssl") or ""
    done = subprocess.run([openssl, "rsa", "-in", "keys/private.pem", "-pubout"], capture_output=True, check=True)
    assert done.stdout == Path("keys/public.pem").read_bytes()
