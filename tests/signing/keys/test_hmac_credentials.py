"""Credentials of the Qredo API v1: where they come from, what they say, and what they never show."""

from __future__ import annotations

import base64
import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import CredentialsError, EnvironmentMismatchError, HmacCredentials, InsecureKeyFileWarning, KeyKind

from ..doubles import API_SECRET
from ..environments.test_environment import ENVIRONMENTS
from .test_keys import secret_file

API_KEY = "_lJCqc-T3cnNpw"
SECRET = base64.urlsafe_b64decode(API_SECRET + "==")


ENCODERS = [base64.urlsafe_b64encode, base64.standard_b64encode]


@given(st.binary(min_size=16, max_size=100), st.booleans(), st.sampled_from(ENCODERS))
def test_a_secret_is_decoded(secret: bytes, padded: bool, encode: Callable[[bytes], bytes]) -> None:
    """The secret is what its text stands for: in either alphabet of base64, padded or not, white space around it."""
    text = encode(secret).decode()
    assert HmacCredentials(API_KEY, f" {text if padded else text.rstrip('=')}\r\n").secret == secret


@pytest.mark.parametrize(
    "secret",
    [
        "",
        " \n",
        "$2a$04$ethku.q5kCreAahqXVysfuiSDrwlNU8He64NHiG4Z.1za/YJ/yHLK",
        API_SECRET.replace("c", "/") + "+",
        "AA-+" * 20,
        "_" + API_SECRET[1:-1] + "/",
        API_SECRET[:20] + " " + API_SECRET[20:],
        API_SECRET[:-1],
        API_SECRET[:-1] + "R",
        API_SECRET + "=",
        API_SECRET + "===",
        "=" + API_SECRET,
        API_SECRET + "é",
        API_KEY,
    ],
)
def test_what_is_no_secret_is_refused(secret: str) -> None:
    """Text that is empty, decoded already, of both alphabets, cut, or as short as an API key is refused unseen."""
    with pytest.raises(CredentialsError, match=r"the API secret is (empty|not base64 text|too short)") as caught:
        HmacCredentials(API_KEY, secret)
    assert not secret.strip() or secret[:20] not in str(caught.value)


def test_key_and_secret_are_text() -> None:
    """Bytes, decoded ones too, and None are neither."""
    untyped: Any = HmacCredentials
    with pytest.raises(TypeError, match="api_key must be str, got bytes"):
        untyped(API_KEY.encode(), API_SECRET)
    with pytest.raises(TypeError, match="api_secret must be str, got bytes: give the base64 text"):
        untyped(API_KEY, SECRET)
    with pytest.raises(CredentialsError, match="spaces, line breaks"):
        HmacCredentials("two words", API_SECRET)


@pytest.mark.parametrize(
    ("api_key", "kind"),
    [
        (API_KEY, KeyKind.UNKNOWN),
        ("emulator-abcde", KeyKind.EMULATOR),
        ("emulator", KeyKind.UNKNOWN),
        ("Emulator-abcde", KeyKind.UNKNOWN),
    ],
)
@pytest.mark.filterwarnings("ignore::qredo_signing.DeprecatedEnvironmentWarning")
def test_the_kind_of_a_key(api_key: str, kind: KeyKind) -> None:
    """A key says nothing unless an emulator made it: then only an emulator takes it, and an emulator takes no other."""
    credentials = HmacCredentials(api_key, API_SECRET)
    assert credentials.kind is kind
    for environment in ENVIRONMENTS.values():
        if environment.is_emulator == (kind is KeyKind.EMULATOR):
            environment.admit(credentials.kind)
        else:
            with pytest.raises(EnvironmentMismatchError):
                environment.admit(credentials.kind)


def test_from_directory(tmp_path: Path) -> None:
    """`apikey` and `apisecret` of a directory are read; a missing file is named, and one that others can read."""
    with pytest.raises(CredentialsError, match=r"the API key file .*apikey cannot be read \(No such file"):
        HmacCredentials.from_directory(tmp_path)
    secret_file(tmp_path / "apikey", f"{API_KEY}\n".encode())
    with pytest.raises(CredentialsError, match=r"the API secret file .*apisecret cannot be read \(No such file"):
        HmacCredentials.from_directory(tmp_path)
    secret_file(tmp_path / "apisecret", f"{API_SECRET}\n".encode())
    credentials = HmacCredentials.from_directory(str(tmp_path))
    assert (credentials.api_key, credentials.secret) == (API_KEY, SECRET)
    (tmp_path / "apisecret").chmod(0o640)
    with pytest.warns(InsecureKeyFileWarning, match="apisecret has mode 0640"):
        HmacCredentials.from_directory(tmp_path)


def test_from_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables hold key and secret, or name files with them; the process's own environment is the default."""
    credentials = HmacCredentials.from_environment({"QREDO_API_KEY": API_KEY, "QREDO_API_SECRET": API_SECRET})
    assert (credentials.api_key, credentials.secret) == (API_KEY, SECRET)
    for name, text in (("QREDO_API_KEY", API_KEY), ("QREDO_API_SECRET", API_SECRET)):
        monkeypatch.setenv(name, "")
        monkeypatch.setenv(f"{name}_FILE", str(secret_file(tmp_path / name, text.encode())))
    credentials = HmacCredentials.from_environment()
    assert (credentials.api_key, credentials.secret) == (API_KEY, SECRET)


@pytest.mark.parametrize("name", ["QREDO_API_KEY", "QREDO_API_SECRET"])
def test_from_environment_says_which_variable(name: str) -> None:
    """A variable that is missing, or given twice, is named."""
    environ = {"QREDO_API_KEY": API_KEY, "QREDO_API_SECRET": API_SECRET}
    with pytest.raises(CredentialsError, match=f"set {name}, or {name}_FILE .*: neither is set"):
        HmacCredentials.from_environment({**environ, name: ""})
    with pytest.raises(CredentialsError, match=f"{name} and {name}_FILE are both set"):
        HmacCredentials.from_environment({**environ, f"{name}_FILE": "x"})


def test_they_stay_in_the_process() -> None:
    """They cannot be pickled, have no `__dict__`, print neither key nor secret, and a copy is the same object."""
    credentials = HmacCredentials(API_KEY, API_SECRET)
    with pytest.raises(TypeError, match="HmacCredentials is not pickled"):
        pickle.dumps(credentials)
    with pytest.raises(TypeError):
        vars(credentials)
    assert copy.copy(credentials) is credentials
    assert copy.deepcopy([credentials])[0] is credentials
    assert repr(credentials) == "<HmacCredentials unknown key>"
