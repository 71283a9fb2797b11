"""Where keys come from: a folder, variables, a prompt. Never the command line, which others can read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ._completion import complete_folder
from ._errors import CliError
from ._exits import Exit
from ._inputs import read_file
from ._option_groups import option

__all__ = [
    "DEFAULT_KEYS",
    "PANEL",
    "KeysOption",
    "PassphraseFileOption",
    "keys_folder",
    "passphrase_in",
    "read_credentials",
    "says_test",
]

DEFAULT_KEYS = Path("keys")
PANEL = "Connection"
_VARIABLES = tuple(
    name + ending for name in ("QREDO_API_KEY", "QREDO_API_SECRET", "QREDO_PRIVATE_KEY") for ending in ("", "_FILE")
)

_FOLDER_HELP = "Folder with apikey and private.pem. Without it: QREDO_API_KEY and its like, then ./keys."
_FILE_HELP = "File with the passphrase of the key. Without it: QREDO_PRIVATE_KEY_PASSPHRASE, then a prompt."
KeysOption = Annotated[
    Path | None,
    option("--keys", _FOLDER_HELP, "DIR", "QREDO_KEYS", autocompletion=complete_folder, rich_help_panel=PANEL),
]
PassphraseFileOption = Annotated[Path | None, option("--passphrase-file", _FILE_HELP, "FILE", rich_help_panel=PANEL)]


def keys_folder(keys: Path | None) -> Path | None:
    """The folder that keys come from: the one that is given, or ./keys; None if variables have them."""
    if keys is None and any(os.environ.get(name) for name in _VARIABLES):
        return None
    return keys or DEFAULT_KEYS


def read_credentials(keys: Path | None, security: str, passphrase_file: Path | None) -> Any:
    """Read credentials from a folder, from environment variables, or from ./keys, in this order.

    Raises:
        CredentialsError: The API key or secret cannot be read.
        KeyLoadError: The private key cannot be loaded.
    """
    from .._http.schemes import SCHEMES

    scheme = SCHEMES[security]
    kind: Any = scheme.credentials
    folder = keys_folder(keys)
    if scheme.proof != "rsa":
        return kind.from_environment() if folder is None else kind.from_directory(folder)
    if folder is None:
        return kind.from_environment(_variables_with_passphrase(passphrase_file))
    return kind.from_directory(folder, passphrase=passphrase_of(folder / "private.pem", passphrase_file))


def says_test(keys: Path | None) -> bool:
    """Whether the API key says of itself that it is a test key; one that cannot be read does not."""
    from .. import KeyKind
    from .._keys.api_key import kind_of

    folder = keys_folder(keys)
    file = os.environ.get("QREDO_API_KEY_FILE") if folder is None else folder / "apikey"
    try:
        text = Path(file).read_text(encoding="utf-8-sig") if file else os.environ.get("QREDO_API_KEY", "")
    except (OSError, UnicodeDecodeError):
        return False
    return kind_of(text.strip()) is KeyKind.SANDBOX


def passphrase_of(key_file: Path, passphrase_file: Path | None) -> str | None:
    """The passphrase of a key file: from a file, from the environment, or asked for if the key is encrypted."""
    if passphrase_file is not None:
        return passphrase_in(passphrase_file)
    given = os.environ.get("QREDO_PRIVATE_KEY_PASSPHRASE")
    if given:
        return given
    try:
        is_encrypted = b"ENCRYPTED" in key_file.read_bytes()
    except OSError:
        return None  # loading it raises the error
    if not is_encrypted or not sys.stdin.isatty():
        return None
    passphrase: str = typer.prompt(f"Passphrase of {key_file}", hide_input=True, err=True)
    return passphrase


def passphrase_in(file: Path) -> str:
    """The text of a file with one secret, without the end of its line.

    Raises:
        CliError: The file cannot be read, or is not UTF-8.
    """
    try:
        return read_file(file, code=Exit.LOCAL).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise CliError(f"{file} is not UTF-8 text", "save it as UTF-8", code=Exit.LOCAL) from None


def _variables_with_passphrase(passphrase_file: Path | None) -> dict[str, str]:
    variables = dict(os.environ)
    key_file = variables.get("QREDO_PRIVATE_KEY_FILE")
    if key_file or passphrase_file:
        passphrase = passphrase_of(Path(key_file or ""), passphrase_file)
        variables["QREDO_PRIVATE_KEY_PASSPHRASE"] = passphrase or ""
    return variables
