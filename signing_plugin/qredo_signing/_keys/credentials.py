"""Credentials of the Partner API (an API key and an RSA key), and what all credentials share."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .._secrecy import NotPickled, without_locals
from ..errors import CredentialsError, KeyLoadError
from .api_key import KeyKind, is_api_key, kind_of
from .secret_files import as_utf8, read_key_file
from .signer import AsyncSigner, Signer, fingerprint_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["BaseCredentials", "Credentials", "check_api_key", "read_secret_text", "unquoted", "variable_text"]

_API_KEY = re.compile(r"[!-~]+", re.ASCII)  # what may stand in a header, without spaces


class BaseCredentials(NotPickled):
    """An API key and its kind."""

    __slots__ = ("_api_key", "_kind")

    def __init__(self, api_key: str, kind: KeyKind) -> None:
        self._api_key = api_key
        self._kind = kind

    @property
    def api_key(self) -> str:
        """The API key itself, as its header has it. A secret: do not log it."""
        return self._api_key

    @property
    def kind(self) -> KeyKind:
        """What the API key says it was made for."""
        return self._kind


class Credentials(BaseCredentials):
    """Credentials of the Partner API: the API key (sent as it is) and the RSA key (never sent).

    No secret shows in its `repr`, and it cannot be pickled. Safe to share between threads and clients.
    """

    __slots__ = ("_signer",)

    @without_locals
    def __init__(
        self,
        api_key: str,
        private_key: Signer | AsyncSigner | RSAPrivateKey | bytes | str | os.PathLike[str],
        *,
        passphrase: bytes | str | None = None,
    ) -> None:
        """Keep an API key and the key that signs for it.

        Args:
            api_key: The text of the vendor's `apikey` file; white space and quotes around it are dropped.
            private_key: A `PrivateKey` (or one of the `cryptography` package), PEM text (bytes or str), the path of a
                PEM file (a `pathlib.Path`: a str is taken as PEM text), or any object with
                `sign(message: bytes) -> bytes`; for async clients `sign` may be a coroutine function.
            passphrase: For an encrypted PEM key.

        Raises:
            CredentialsError: The API key is empty or cannot stand in a header.
            KeyLoadError: The private key cannot be loaded.
            TypeError: The private key is none of the above.
        """
        from .rsa import as_signer  # here, because it imports cryptography, which takes longer than all of this package

        text = check_api_key(api_key)
        super().__init__(text, kind_of(text))
        if isinstance(private_key, str):
            _refuse_path("private_key", private_key, "give a pathlib.Path")
        self._signer = as_signer(private_key, passphrase)

    @classmethod
    @without_locals
    def from_directory(cls, path: str | os.PathLike[str], *, passphrase: bytes | str | None = None) -> Credentials:
        """Read `apikey` and `private.pem` in a directory, as the vendor's guide lays them out.

        Raises:
            CredentialsError: The file `apikey` is missing, unreadable or empty.
            KeyLoadError: The file `private.pem` cannot be loaded.
        """
        folder = Path(path)
        return cls(read_secret_text("API key", folder / "apikey"), folder / "private.pem", passphrase=passphrase)

    @classmethod
    @without_locals
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Credentials:
        """Read the credentials that environment variables give; an empty variable counts as unset.

        `QREDO_API_KEY` or `QREDO_API_KEY_FILE`; `QREDO_PRIVATE_KEY` (PEM text; line breaks may be written as `\\n` or
        `\\r\\n`) or `QREDO_PRIVATE_KEY_FILE`; and `QREDO_PRIVATE_KEY_PASSPHRASE` for an encrypted key.

        Args:
            environ: The variables; `os.environ` by default.

        Raises:
            CredentialsError: A variable is missing, or both of a pair are set.
            KeyLoadError: The private key cannot be loaded.
        """
        variables = os.environ if environ is None else environ
        api_key = variable_text("API key", variables, "QREDO_API_KEY")
        pem, pem_file = _one_of(variables, "QREDO_PRIVATE_KEY")
        passphrase = variables.get("QREDO_PRIVATE_KEY_PASSPHRASE") or None
        if pem:
            _refuse_path("QREDO_PRIVATE_KEY", pem, "set QREDO_PRIVATE_KEY_FILE")
        return cls(api_key, pem or Path(pem_file), passphrase=passphrase)

    @property
    def signer(self) -> Signer | AsyncSigner:
        """The key that signs: a `PrivateKey`, or the object that was given."""
        return self._signer

    def __repr__(self) -> str:
        fingerprint = fingerprint_of(self._signer)
        signer = f"sha256:{fingerprint}" if fingerprint else type(self._signer).__name__
        return f"<Credentials {self._kind} key, signed by {signer}>"


def _refuse_path(name: str, text: str, advice: str) -> None:
    if "-----BEGIN " not in text and not is_api_key(text):
        raise KeyLoadError(f"{name} holds no PEM: for the path of a key file {advice}; decode a PEM in base64 first")


def check_api_key(api_key: str) -> str:
    """Return an API key without the white space and quotes around it.

    Raises:
        CredentialsError: It is empty, something else, or cannot stand in a header.
        TypeError: It is no str.
    """
    if not isinstance(api_key, str):
        raise TypeError(f"api_key must be str, got {type(api_key).__name__}")
    text = unquoted(api_key)
    if not text:
        raise CredentialsError("the API key is empty: give the text of the vendor's apikey file")
    if "-----BEGIN " in text:
        raise CredentialsError("the API key is a PEM text: are the files of API key and private key swapped?")
    if text.startswith("{"):
        raise CredentialsError(
            "the API key is JSON, as files of the Partner API 1.0 hold it: give it in the form that is sent, which "
            "`base64 -w0 apikey | tr '+/' '-_' | tr -d =` makes of the file"
        )
    if not _API_KEY.fullmatch(text):
        raise CredentialsError("the API key holds spaces, line breaks or non-ASCII characters: give its text alone")
    return text


def unquoted(text: str) -> str:
    """Return a text without a byte order mark, white space and one pair of quotes, which `docker --env-file` keeps."""
    text = text.strip().strip("\ufeff").strip()
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip() if is_quoted else text


def read_secret_text(what: str, path: str | os.PathLike[str]) -> str:
    """Read a file with a secret text in it. Raises `CredentialsError`, which says what it was to hold."""
    return as_utf8(read_key_file(path, f"{what} file", CredentialsError)).decode("utf-8-sig", "replace")


def variable_text(what: str, variables: Mapping[str, str], name: str) -> str:
    """Return the secret text of a variable, or of the file that the variable with `_FILE` behind its name names.

    Raises:
        CredentialsError: Neither or both are set, or the file cannot be read.
    """
    value, file = _one_of(variables, name)
    return read_secret_text(what, file) if file else value


def _one_of(variables: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return the value and the file name, exactly one of which is not empty. Raises `CredentialsError`."""
    file_name = f"{name}_FILE"
    value, file = variables.get(name, ""), variables.get(file_name, "")
    if not value and not file:
        raise CredentialsError(f"set {name}, or {file_name} to the path of a file that holds it: neither is set")
    if value and file:
        raise CredentialsError(f"{name} and {file_name} are both set: unset the one that you do not mean")
    return value, file
