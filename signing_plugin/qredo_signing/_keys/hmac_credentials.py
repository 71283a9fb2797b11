"""Credentials of the Qredo API v1: an API key and the secret that both sides know."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .._secrecy import without_locals
from ..errors import CredentialsError
from .api_key import hmac_kind_of
from .credentials import BaseCredentials, check_api_key, read_secret_text, unquoted, variable_text

__all__ = ["HmacCredentials"]

_BASE64 = "([A-Za-z0-9_-]+|[A-Za-z0-9+/]+)={0,2}"
_LEAST_BYTES = 16  # an API key stands for 10


class HmacCredentials(BaseCredentials):
    """Credentials of the Qredo APIs v1 and v2: the API key (sent as it is) and the API secret (never sent).

    No secret shows in its `repr`, and it cannot be pickled. Safe to share between threads and clients.
    """

    __slots__ = ("_secret",)

    @without_locals
    def __init__(self, api_key: str, api_secret: str) -> None:
        """Keep an API key and its secret, which is decoded once.

        Args:
            api_key: The id of the key as it was issued (14 characters); surrounding white space is dropped. It says
                nothing about its environment, unless an emulator made it.
            api_secret: The secret as it was issued: base64 text in either alphabet (`-_` or `+/`), with or without
                `=` at the end.

        Raises:
            CredentialsError: The API key is empty or cannot stand in a header, or the secret is not such a text.
            TypeError: One of them is no str.
        """
        text = check_api_key(api_key)
        super().__init__(text, hmac_kind_of(text))
        self._secret = _decode_secret(api_secret)

    @classmethod
    @without_locals
    def from_directory(cls, path: str | os.PathLike[str]) -> HmacCredentials:
        """Read `apikey` and `apisecret` in a directory.

        Raises:
            CredentialsError: One of the files is missing, unreadable, or does not hold what it should.
        """
        folder = Path(path)
        return cls(read_secret_text("API key", folder / "apikey"), read_secret_text("API secret", folder / "apisecret"))

    @classmethod
    @without_locals
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> HmacCredentials:
        """Read the credentials that environment variables give; an empty variable counts as unset.

        `QREDO_API_KEY` or `QREDO_API_KEY_FILE`, and `QREDO_API_SECRET` or `QREDO_API_SECRET_FILE`.

        Args:
            environ: The variables; `os.environ` by default.

        Raises:
            CredentialsError: A variable is missing, both of a pair are set, or one does not hold what it should.
        """
        variables = os.environ if environ is None else environ
        return cls(
            variable_text("API key", variables, "QREDO_API_KEY"),
            variable_text("API secret", variables, "QREDO_API_SECRET"),
        )

    @property
    def secret(self) -> bytes:
        """The decoded secret, for `sign_hmac`. Do not log it."""
        return self._secret

    def __repr__(self) -> str:
        return f"<HmacCredentials {self._kind} key>"


@without_locals
def _decode_secret(api_secret: str) -> bytes:
    if not isinstance(api_secret, str):
        raise TypeError(f"api_secret must be str, got {type(api_secret).__name__}: give the base64 text as issued")
    text = unquoted(api_secret)
    if not text:
        raise CredentialsError("the API secret is empty: give the text that was shown when the API key was made")
    bare = text.rstrip("=").replace("+", "-").replace("/", "_")
    secret = b""
    with suppress(binascii.Error):
        secret = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)) if re.fullmatch(_BASE64, text) else b""
    # Encoding it again finds a text that was cut or has a wrong letter at its end.
    if base64.urlsafe_b64encode(secret).decode().rstrip("=") != bare or (text.endswith("=") and len(text) % 4):
        raise CredentialsError(
            "the API secret is not base64 text (letters, digits, and '-' and '_' or '+' and '/', perhaps '=' at the "
            "end): give it whole and as it was issued, not decoded"
        )
    if len(secret) < _LEAST_BYTES:
        raise CredentialsError("the API secret is too short to be one: are API key and API secret swapped?")
    return secret
