"""What all credentials share: an API key out of sight, and where texts of secrets come from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NoReturn, Self

from ..errors import CredentialsError
from .api_key import KeyKind
from .secret_files import read_small_file

__all__ = ["BaseCredentials", "check_api_key", "one_of", "read_secret_text"]

_API_KEY = re.compile(r"[!-~]+", re.ASCII)  # what may stand in a header, without spaces


class BaseCredentials:
    """An API key and its kind. Cannot be pickled, and a copy is the same object, so that it is in memory once."""

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

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} are not pickled: a secret must not leave the process; load them where they are used"
        )


def check_api_key(api_key: str) -> str:
    """Return an API key without the white space around it.

    Raises:
        CredentialsError: It is empty or cannot stand in a header.
        TypeError: It is no str.
    """
    if not isinstance(api_key, str):
        raise TypeError(f"api_key must be str, got {type(api_key).__name__}")
    text = api_key.strip()
    if not text:
        raise CredentialsError("the API key is empty: give the text of the vendor's apikey file")
    if not _API_KEY.fullmatch(text):
        raise CredentialsError("the API key holds spaces, line breaks or non-ASCII characters: give its text alone")
    return text


def read_secret_text(what: str, path: str | os.PathLike[str]) -> str:
    """Read a file with a secret text in it. Raises `CredentialsError`, which says what it was to hold."""
    try:
        data = read_small_file(path, secret=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        return data.decode("utf-8-sig", "replace")
    raise CredentialsError(f"the {what} file {path} cannot be read ({reason}): check the path and its permissions")


def one_of(variables: Mapping[str, str], value_name: str, file_name: str) -> tuple[str, str]:
    """Return the value and the file name, exactly one of which is not empty. Raises `CredentialsError`."""
    value, file = variables.get(value_name, ""), variables.get(file_name, "")
    if not value and not file:
        raise CredentialsError(f"set {value_name}, or {file_name} to the path of a file that holds it: neither is set")
    if value and file:
        raise CredentialsError(f"{value_name} and {file_name} are both set: unset the one that you do not mean")
    return value, file
