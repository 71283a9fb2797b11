"""`qredo keygen`: a new pair of RSA keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .._errors import CliError
from .._exits import Exit
from .._keys import PASSPHRASE_VARIABLE, PassphraseFileOption, secret_from
from .._option_groups import JsonOption, option
from .._output import print_json, print_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["keygen"]

_PRIVATE, _PUBLIC = "private.pem", "public.pem"
_LONGEST = 1023  # bytes that OpenSSL takes for a passphrase


def keygen(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to. It is made if it does not exist.")],
    bits: Annotated[int, typer.Option(metavar="N", min=2048, max=8192, help="Size of the key.")] = 2048,
    pkcs8: Annotated[bool, option("--pkcs8", "PKCS#8. The default, PKCS#1, is what the vendor's tool reads.")] = False,
    passphrase: Annotated[
        bool, option("--passphrase", "Encrypt the key (PKCS#8): QREDO_PRIVATE_KEY_PASSPHRASE, or a prompt.")
    ] = False,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write private.pem (mode 0600) and public.pem, which is ready to upload.

    Nothing is ever overwritten.

    Examples:

      qredo keygen keys
      qredo keygen keys --bits 4096 --passphrase
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    from ... import PrivateKey
    from ..._keys.secret_files import write_key_files

    _check_free(folder)
    secret = _passphrase(passphrase_file) if passphrase or passphrase_file else None
    key = generate_private_key(public_exponent=65537, key_size=bits)
    public = PrivateKey(key).public_key
    write_key_files(folder, {_PRIVATE: _pem(key, secret, pkcs8=pkcs8), _PUBLIC: public.to_pem()})
    if as_json:
        files = {"private_key": str(folder / _PRIVATE), "public_key": str(folder / _PUBLIC)}
        print_json({**files, "bits": bits, "fingerprint": public.fingerprint})
        return
    print_text(f"{folder / _PRIVATE}  keep it to yourself; it never leaves this machine")
    print_text(f"{folder / _PUBLIC}  upload this one")
    print_text(f"RSA-{bits} {public.fingerprint}")
    if not (folder / "apikey").exists():
        print_text(f"Next: save the API key as {folder / 'apikey'} with mode 0600, then try `qredo doctor`.")


def _check_free(folder: Path) -> None:
    for name in (_PRIVATE, _PUBLIC):
        if os.path.lexists(folder / name):
            raise CliError(f"{folder / name} already exists", "name another folder; no key is overwritten")


def _passphrase(file: Path | None) -> bytes:
    given = secret_from(file, PASSPHRASE_VARIABLE, "Passphrase", confirmation_prompt=True)
    if not given:
        raise CliError(
            "no passphrase is given", f"set {PASSPHRASE_VARIABLE}, or give --passphrase-file", code=Exit.LOCAL
        )
    encoded = given.encode()
    if len(encoded) > _LONGEST:
        problem = f"the passphrase has {len(encoded)} bytes, more than {_LONGEST}"
        raise CliError(problem, "give a shorter one", code=Exit.LOCAL)
    return encoded


def _pem(key: RSAPrivateKey, secret: bytes | None, *, pkcs8: bool) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    # An encrypted PKCS#1 key derives its key by one MD5, so a passphrase goes with PKCS#8.
    style = form.PrivateFormat.PKCS8 if pkcs8 or secret else form.PrivateFormat.TraditionalOpenSSL
    encryption: form.KeySerializationEncryption = (
        form.BestAvailableEncryption(secret) if secret else form.NoEncryption()
    )
    return key.private_bytes(form.Encoding.PEM, style, encryption)
