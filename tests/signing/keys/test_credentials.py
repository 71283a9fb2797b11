"""Credentials: where they come from, what they say about themselves, and what they never show."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import (
    ConfigurationError,
    Credentials,
    CredentialsError,
    HmacCredentials,
    InsecureKeyFileWarning,
    KeyKind,
    KeyLoadError,
    PrivateKey,
)

from ..doubles import DummyHSM, make_api_key
from .test_keys import OTHERS, PASSPHRASE, private_pem, public_pem, secret_file

API_KEY = make_api_key(sandbox=True)


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"sandbox": True}, KeyKind.SANDBOX),
        ({"sandbox": False}, KeyKind.LIVE),
        ({"anything": True}, KeyKind.SANDBOX),
        ({}, KeyKind.UNKNOWN),
        ({"a": True, "b": False}, KeyKind.UNKNOWN),
        ({"sandbox": 1}, KeyKind.UNKNOWN),
        ({"sandbox": "true"}, KeyKind.UNKNOWN),
        ({"issuer": "qredo-emulator"}, KeyKind.EMULATOR),
        ({"issuer": "qredo-emulator", "sandbox": True}, KeyKind.EMULATOR),
        ({"issuer": "someone", "sandbox": True}, KeyKind.SANDBOX),
    ],
)
def test_the_kind_of_a_key(members: dict[str, object], kind: KeyKind, key: PrivateKey) -> None:
    """The emulator's issuer marks its keys; else the single boolean member tells sandbox from live, or nothing does."""
    assert Credentials(make_api_key(**members), key).kind is kind


@pytest.mark.parametrize("encode", [base64.urlsafe_b64encode, base64.standard_b64encode])
@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_either_alphabet_and_any_padding_is_read(encode: Any, padding: str, key: PrivateKey) -> None:
    """The kind is read whichever base64 alphabet and however much padding a key has."""
    text = encode(json.dumps({"key": "??>>~~ü", "test": True}, ensure_ascii=False).encode()).decode().rstrip("=")
    assert Credentials(text + padding, key).kind is KeyKind.SANDBOX


@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1).filter(lambda one: one[0] not in "{\"'")
)
def test_an_unreadable_key_is_of_unknown_kind(text: str) -> None:
    """Text that is no base64url JSON object is taken as it is: the server will judge it."""
    credentials = Credentials(text, DummyHSM(None))
    assert credentials.api_key == text
    assert credentials.kind is KeyKind.UNKNOWN


@pytest.mark.parametrize("content", [b"[]", b"true", b"[" * 100_000, b"\xff\xfe", b'"text"', b"{"])
def test_json_that_is_no_object_is_of_unknown_kind(content: bytes) -> None:
    """A key that decodes to something else than a JSON object is of unknown kind, also when it is hostile."""
    assert Credentials(base64.urlsafe_b64encode(content).decode(), DummyHSM(None)).kind is KeyKind.UNKNOWN


@pytest.mark.parametrize("api_key", ["", "  \n", "two words", "line\nbreak", "ключ", "nul\x00"])
def test_an_api_key_must_fit_a_header(api_key: str, key: PrivateKey) -> None:
    """An empty API key, and one that no header can carry, is refused without being shown."""
    with pytest.raises(CredentialsError, match="the API key") as caught:
        Credentials(api_key, key)
    assert not api_key.strip() or api_key not in str(caught.value)


def test_an_api_key_is_text(key: PrivateKey) -> None:
    """Bytes and None are no API key."""
    wrongs: list[Any] = [API_KEY.encode(), None]
    for wrong in wrongs:
        with pytest.raises(TypeError, match="api_key must be str"):
            Credentials(wrong, key)


def test_a_private_key_in_every_form(pem: bytes, key: PrivateKey, tmp_path: Path) -> None:
    """A key object, PEM bytes, PEM text, a path, a key of the cryptography package and a signer all do."""
    forms: list[Any] = [key, pem, bytearray(pem), pem.decode(), secret_file(tmp_path / "key.pem", pem)]
    assert {getattr(Credentials(API_KEY, form).signer, "fingerprint", "") for form in forms} == {key.fingerprint}
    assert isinstance(Credentials(API_KEY, rsa.generate_private_key(65537, 2048)).signer, PrivateKey)
    hsm = DummyHSM(key)
    assert Credentials(API_KEY, hsm).signer is hsm


def test_an_encrypted_private_key() -> None:
    """The passphrase of an encrypted key is given beside it."""
    credentials = Credentials(API_KEY, private_pem(passphrase=PASSPHRASE), passphrase=PASSPHRASE)
    assert isinstance(credentials.signer, PrivateKey)


def test_what_is_no_private_key_is_refused() -> None:
    """A path as str, a public key and an object that cannot sign are refused with what to give instead."""
    with pytest.raises(KeyLoadError, match=r"give a pathlib\.Path"):
        Credentials(API_KEY, "keys/private.pem")
    public: Any = PrivateKey.from_pem(private_pem()).public_key
    with pytest.raises(KeyLoadError, match="public key, which cannot sign"):
        Credentials(API_KEY, public)
    nothings: list[Any] = [object(), PrivateKey]
    for nothing in nothings:
        with pytest.raises(TypeError, match=r"(type object|class PrivateKey) cannot sign"):
            Credentials(API_KEY, nothing)


def test_keys_of_other_kinds_are_refused() -> None:
    """A key of the cryptography package that is not a private RSA key is refused, although it may have `sign`."""
    others: list[Any] = [*OTHERS.values(), rsa.generate_private_key(65537, 2048).public_key()]
    for other in others:
        with pytest.raises(KeyLoadError, match="give an RSA private key"):
            Credentials(API_KEY, other)


LONG_SECRET = base64.b64encode(bytes(range(1, 61))).decode()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("QREDO_PRIVATE_KEY_FILE", private_pem().decode()),
        ("QREDO_PRIVATE_KEY_FILE", base64.b64encode(private_pem()).decode()),
        ("QREDO_API_KEY_FILE", API_KEY),
        ("QREDO_API_SECRET_FILE", LONG_SECRET),
    ],
    ids=["PEM", "PEM in base64", "API key", "API secret"],
)
def test_a_secret_in_the_place_of_a_path_is_not_shown(name: str, secret: str) -> None:
    """A secret in the variable, or argument, for the path of its file is in no error."""
    environ = {
        "QREDO_API_KEY": API_KEY,
        "QREDO_PRIVATE_KEY": private_pem().decode(),
        "QREDO_API_SECRET": LONG_SECRET,
    } | {name.removesuffix("_FILE"): "", name: secret}
    kind: Any = HmacCredentials if "SECRET" in name else Credentials
    loads: list[Callable[[], object]] = [
        lambda: kind.from_environment(environ),
        lambda: kind.from_directory(secret),
        lambda: PrivateKey.from_file(secret),
    ]
    for load in loads:
        with pytest.raises(ConfigurationError, match=r"given as [0-9]+ characters that are no path") as caught:
            load()
        text = "".join(traceback.format_exception(caught.value))
        assert not any(line in text for line in secret.splitlines())


def test_from_directory(tmp_path: Path) -> None:
    """`apikey` and `private.pem` of a directory are read; white space around the API key is dropped."""
    secret_file(tmp_path / "apikey", f" {API_KEY}\r\n".encode())
    secret_file(tmp_path / "private.pem", private_pem(passphrase=PASSPHRASE))
    credentials = Credentials.from_directory(str(tmp_path), passphrase=PASSPHRASE)
    assert (credentials.api_key, credentials.kind) == (API_KEY, KeyKind.SANDBOX)


def test_from_directory_names_what_is_missing(tmp_path: Path) -> None:
    """A missing file is named, with an error of its own kind."""
    with pytest.raises(CredentialsError, match=r"apikey cannot be read \(No such file"):
        Credentials.from_directory(tmp_path)
    secret_file(tmp_path / "apikey", API_KEY.encode())
    with pytest.raises(KeyLoadError, match=r"private\.pem cannot be read \(No such file"):
        Credentials.from_directory(tmp_path)


def test_an_api_key_file_that_others_can_read_is_warned_about(tmp_path: Path) -> None:
    """The API key is a secret too: its file's mode is checked like the key file's."""
    secret_file(tmp_path / "apikey", API_KEY.encode(), 0o644)
    secret_file(tmp_path / "private.pem", private_pem())
    with pytest.warns(InsecureKeyFileWarning, match="apikey has mode 0644"):
        Credentials.from_directory(tmp_path)


@given(
    line_break=st.sampled_from(["\n", "\r\n", "\\n", "\\r\\n", "\\\\n", "\\r", "\r"]),
    end=st.sampled_from(["", "\n", "\r\n", "\\n", " ", "\\n\n"]),
    quote=st.sampled_from(["", '"', "'"]),
    form=st.sampled_from([PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_from_environment_values(line_break: str, end: str, quote: str, form: PrivateFormat, mark: str) -> None:
    """API key and PEM text come from variables, in each way in which .env files and secret stores write them."""
    pem = private_pem(form=form).decode().strip().replace("\n", line_break)
    environ = {
        "QREDO_API_KEY": f"{mark}{quote}{API_KEY}{quote}{end.replace(chr(92) + 'n', '')}",
        "QREDO_PRIVATE_KEY": f"{mark}{quote}{pem}{quote}{end}",
    }
    credentials = Credentials.from_environment(environ)
    assert (credentials.api_key, isinstance(credentials.signer, PrivateKey)) == (API_KEY, True)


JSON_KEY = '{"key_id": "a2V5LWlkLXRlc3Q", "key": "cGxhbnRlZC1zZWNyZXQ"}\n'


@pytest.mark.parametrize(
    ("api_key", "pem", "why"),
    [
        (JSON_KEY, private_pem().decode(), r"API key is JSON, as files of the Partner API 1\.0 hold it: .*base64 -w0"),
        (private_pem().decode(), API_KEY, "swapped"),
        (API_KEY, API_KEY, "(holds|is) an API key"),
        (API_KEY, public_pem().decode(), "holds a public key, which cannot sign: give the private key"),
    ],
    ids=["json", "swapped", "key twice", "public"],
)
def test_each_mistake_has_its_own_message(api_key: str, pem: str, why: str, tmp_path: Path) -> None:
    """What stands in the wrong place, or in an old form, is called by its name, in files, variables and arguments."""
    secret_file(tmp_path / "apikey", api_key.encode())
    secret_file(tmp_path / "private.pem", pem.encode())
    loads: list[Callable[[], object]] = [
        lambda: Credentials.from_directory(tmp_path),
        lambda: Credentials.from_environment({"QREDO_API_KEY": api_key, "QREDO_PRIVATE_KEY": pem}),
        lambda: Credentials(api_key, pem),
    ]
    for load in loads:
        with pytest.raises(ConfigurationError, match=why) as caught:
            load()
        assert API_KEY not in str(caught.value)


def test_files_in_utf_16(tmp_path: Path) -> None:
    """Files that PowerShell wrote, in UTF-16, are read."""
    secret_file(tmp_path / "apikey", API_KEY.encode("utf-16"))
    secret_file(tmp_path / "private.pem", private_pem().decode().encode("utf-16"))
    assert Credentials.from_directory(tmp_path).api_key == API_KEY


def test_from_environment_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables may name files, a passphrase may be set, and the process's own environment is the default."""
    monkeypatch.setenv("QREDO_API_KEY", "")
    monkeypatch.setenv("QREDO_API_KEY_FILE", str(secret_file(tmp_path / "a", API_KEY.encode())))
    key_file = secret_file(tmp_path / "k", private_pem(passphrase=PASSPHRASE))
    monkeypatch.setenv("QREDO_PRIVATE_KEY_FILE", str(key_file))
    monkeypatch.setenv("QREDO_PRIVATE_KEY_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("QREDO_PRIVATE_KEY", raising=False)
    assert Credentials.from_environment().api_key == API_KEY


@pytest.mark.parametrize("name", ["QREDO_API_KEY", "QREDO_PRIVATE_KEY"])
def test_from_environment_says_which_variable(name: str) -> None:
    """A variable that is missing, or given twice, is named; an empty one counts as missing."""
    environ = {"QREDO_API_KEY": API_KEY, "QREDO_PRIVATE_KEY": private_pem().decode()}
    with pytest.raises(CredentialsError, match=f"set {name}, or {name}_FILE .*: neither is set"):
        Credentials.from_environment({**environ, name: ""})
    with pytest.raises(CredentialsError, match=f"{name} and {name}_FILE are both set"):
        Credentials.from_environment({**environ, f"{name}_FILE": "x"})


def test_from_environment_checks_the_key() -> None:
    """A wrong key in a variable is a KeyLoadError as anywhere else."""
    with pytest.raises(KeyLoadError, match="holds a public key"):
        Credentials.from_environment({"QREDO_API_KEY": API_KEY, "QREDO_PRIVATE_KEY": public_pem().decode()})
    with pytest.raises(KeyLoadError, match="holds no PEM: for the path of a key file set QREDO_PRIVATE_KEY_FILE"):
        Credentials.from_environment({"QREDO_API_KEY": API_KEY, "QREDO_PRIVATE_KEY": "keys/private.pem"})


def test_credentials_stay_in_the_process(key: PrivateKey) -> None:
    """Credentials cannot be pickled, have no `__dict__`, and a copy is the same object."""
    credentials = Credentials(API_KEY, key)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(credentials)
    with pytest.raises(TypeError, match="not pickled"):
        credentials.__getstate__()
    with pytest.raises(TypeError):
        vars(credentials)
    assert copy.copy(credentials) is credentials
    assert copy.deepcopy([credentials])[0] is credentials


def test_repr_shows_kind_and_signer(key: PrivateKey) -> None:
    """A print tells the kind of key and who signs, by fingerprint or by class."""
    assert repr(Credentials(API_KEY, key)) == f"<Credentials sandbox key, signed by sha256:{key.fingerprint}>"
    assert repr(Credentials(make_api_key(), DummyHSM(key))) == "<Credentials unknown key, signed by DummyHSM>"
