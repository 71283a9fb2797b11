"""The emulator's own keys on disk."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path

import pytest
from qredo_emulator import KeysError
from qredo_emulator._authentication.key_files import hmac_keys_in, keys_in, make, make_hmac
from qredo_emulator._authentication.key_ring import KeyRing
from qredo_signing import Credentials, HmacCredentials, KeyKind, PrivateKey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys_in(tmp_path / "keys")
    return tmp_path / "keys"


def test_new_keys_are_those_of_an_emulator(folder: Path) -> None:
    """The API key has the documented members and lengths and names its issuer; the RSA key is PKCS#1 of 2048 bits."""
    text = (folder / "apikey").read_text().strip()
    members = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert {name: len(value) for name, value in members.items()} == {"key_id": 14, "key": 43, "issuer": 14}
    assert members["issuer"] == "qredo-emulator"
    assert (folder / "private.pem").read_text().startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert (folder / "public.pem").read_text().startswith("-----BEGIN PUBLIC KEY-----")
    assert PrivateKey.from_file(folder / "private.pem").bits == 2048
    assert Credentials.from_directory(folder).kind is KeyKind.EMULATOR


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_secret_files_are_the_owners_only(folder: Path) -> None:
    """The API key and the private key can't be read by others; the public key can."""
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"apikey": 0o600, "private.pem": 0o600, "public.pem": 0o644}


def test_keys_are_used_again(folder: Path) -> None:
    """The second start with the same folder uses what is there and changes nothing."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    again = keys_in(folder)
    assert again.api_key.encode() == before["apikey"].strip()
    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("name", ["apikey", "private.pem", "public.pem"])
def test_a_part_of_the_keys_is_refused(folder: Path, name: str) -> None:
    """A folder in which a file is missing is refused by name, and not filled up."""
    (folder / name).unlink()
    with pytest.raises(KeysError, match=f"but not {name}"):
        keys_in(folder)
    assert not (folder / name).exists()


@pytest.mark.parametrize("members", [{"key_id": "a", "key": "b"}, {"key_id": "a", "key": "b", "sandbox": True}])
def test_real_keys_are_refused(folder: Path, members: dict[str, object]) -> None:
    """An API key that no emulator made is not used, and its text is not shown."""
    text = base64.urlsafe_b64encode(json.dumps(members).encode()).decode()
    (folder / "apikey").write_text(text)
    with pytest.raises(KeysError, match="not made by an emulator") as caught:
        keys_in(folder)
    assert text not in str(caught.value)


def test_two_halves_of_different_pairs_are_refused(folder: Path, tmp_path: Path) -> None:
    """A public key that does not belong to the private key is refused."""
    keys_in(tmp_path / "other")
    (folder / "public.pem").write_bytes((tmp_path / "other" / "public.pem").read_bytes())
    with pytest.raises(KeysError, match="not one pair"):
        keys_in(folder)


def test_a_file_that_is_no_key_is_refused(folder: Path) -> None:
    """A damaged file is an error that names the folder."""
    (folder / "private.pem").write_text("nothing")
    with pytest.raises(KeysError, match=str(folder)):
        keys_in(folder)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file in the place of the folder is an error that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysError, match=r"can't use .*file"):
        keys_in(tmp_path / "file" / "keys")


@pytest.mark.parametrize("name", ["", "apikey", "private.pem"])
def test_a_link_to_nowhere_is_not_followed(tmp_path: Path, name: str) -> None:
    """A folder or file that is a link to what does not exist is an error that names it, and nothing is made there."""
    link = tmp_path / "keys" / name if name else tmp_path / "keys"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeysError, match=r"is a link to .*elsewhere, which does not exist: make that, or remove"):
        keys_in(tmp_path / "keys")
    assert not (tmp_path / "elsewhere").exists()


def test_foreign_credentials_are_not_registered() -> None:
    """The key ring takes credentials that an emulator made, and RSA keys whose public half it can see."""
    ours = make().credentials

    class Hardware:
        def sign(self, message: bytes, /) -> bytes:
            return message

    with pytest.raises(KeysError, match="real keys"):
        KeyRing().add(Credentials("eyJrZXkiOiJ4In0", ours.signer))
    with pytest.raises(KeysError, match="in memory"):
        KeyRing().add(Credentials(ours.api_key, Hardware()))


def test_new_hmac_keys_are_those_of_an_emulator(tmp_path: Path) -> None:
    """Key and secret have the documented lengths, the key says whose it is, and both are the owner's only."""
    made = hmac_keys_in(tmp_path / "qredo_v1")
    files = {file.name: file for file in (tmp_path / "qredo_v1").iterdir()}
    assert sorted(files) == ["apikey", "apisecret"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files.values()} == {0o600} or os.name != "posix"
    key, secret = (files[name].read_text().strip() for name in ("apikey", "apisecret"))
    assert (len(key), len(secret), len(made.secret)) == (14, 80, 60)
    assert key.startswith("emulator-")
    assert made.kind is KeyKind.EMULATOR
    assert hmac_keys_in(tmp_path / "qredo_v1").secret == made.secret


def test_other_hmac_keys_are_refused(tmp_path: Path) -> None:
    """Keys that no emulator made, or half of them, are not used."""
    hmac_keys_in(tmp_path)
    (tmp_path / "apikey").write_text("_lJCqc-T3cnNpw")
    with pytest.raises(KeysError, match="not made by an emulator"):
        hmac_keys_in(tmp_path)
    (tmp_path / "apikey").unlink()
    with pytest.raises(KeysError, match="but not apikey"):
        hmac_keys_in(tmp_path)
    with pytest.raises(KeysError, match="real keys"):
        KeyRing().add(HmacCredentials("_lJCqc-T3cnNpw", "A" * 80))


def test_made_keys_show_no_secret() -> None:
    """What was made prints without its files."""
    made, made_hmac = make(), make_hmac()
    assert "PRIVATE" not in repr(made)
    assert made_hmac.files["apisecret"].decode().strip() not in repr(made_hmac)
