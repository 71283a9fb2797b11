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
    "PASSPHRASE_VARIABLE",
    "KeysOption",
    "PassphraseFileOption",
    "has_test_key",
    "keys_folder",
    "read_credentials",
    "secret_from",
]

DEFAULT_KEYS = Path("keys")
PANEL = "Connection"
PASSPHRASE_VARIABLE = "QREDO_PRIVATE_KEY_PASSPHRASE"  # noqa: S105 - a name
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
    return kind.from_directory(folder, passphrase=_passphrase_of(folder / "private.pem", passphrase_file))


def has_test_key(keys: Path | None) -> bool:
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


def secret_from(file: Path | None, variable: str, prompt: str | None, **options: Any) -> str:
    """Return the secret of a file, or else of a variable, or else what is typed; empty if there is none of these.

    Args:
        file: Holds it as UTF-8 text; the end of its line is dropped.
        variable: An environment variable.
        prompt: What to ask on a terminal; None asks nothing.
        options: For `typer.prompt`.

    Raises:
        CliError: The file cannot be read, or is not UTF-8.
    """
    if file is not None:
        try:
            return read_file(file, code=Exit.LOCAL).decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise CliError(f"{file} is not UTF-8 text", "save it as UTF-8", code=Exit.LOCAL) from None
    given = os.environ.get(variable, "")
    if not given and prompt is not None and sys.stdin.isatty():
        given = typer.prompt(prompt, hide_input=True, err=True, **options)
    return given


def _passphrase_of(key_file: Path, passphrase_file: Path | None) -> str:
    """The passphrase of a key file, asked for only if the key is encrypted."""
    try:
        is_encrypted = b"ENCRYPTED" in key_file.read_bytes()
    except OSError:
        is_encrypted = False  # loading it raises the error
    prompt = f"Passphrase of {key_file}" if is_encrypted else None
    return secret_from(passphrase_file, PASSPHRASE_VARIABLE, prompt)


def _variables_with_passphrase(passphrase_file: Path | None) -> dict[str, str]:
    variables = dict(os.environ)
    key_file = variables.get("QREDO_PRIVATE_KEY_FILE")
    if key_file or passphrase_file:
        variables[PASSPHRASE_VARIABLE] = _passphrase_of(Path(key_file or ""), passphrase_file)
    return variables
