"""A real PKCS#11 module for tests: SoftHSM2 with tokens in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

__all__ = ["PIN", "SoftHSM"]

PIN = "planted-pin-of-the-token"
_PATTERNS = ("lib/softhsm", "lib/*/softhsm", "lib64/softhsm", "lib64/pkcs11", "lib/pkcs11", "lib")


class SoftHSM:
    """Tokens and keys of one folder. The module reads `environ` when a process loads it first."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        (folder / "tokens").mkdir(parents=True)
        config = folder / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n{settings}")
        self._folder = folder
        self.environ: Mapping[str, str] = {"SOFTHSM2_CONF": str(config)}

    @property
    def module(self) -> str:
        """The path of the module, which stands below the folder that `softhsm2-util` was installed to."""
        prefix = Path(str(shutil.which("softhsm2-util"))).resolve().parents[1]
        return str(next(path for pattern in _PATTERNS for path in prefix.glob(f"{pattern}/libsofthsm2.so")))

    def add_token(self, label: str) -> None:
        """Make a token with the PIN."""
        self.run("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "security-officer")

    def add_key(self, token: str, label: str, pem: bytes, key_id: str = "01") -> None:
        """Import a private key."""
        file = self._folder / f"{token}-{label}.pem"
        key = load_pem_private_key(pem, None)
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        names = ("--token", token, "--label", label, "--id", key_id)
        self.run("--import", str(file), *names, "--pin", PIN)
        file.unlink()

    def run(self, *arguments: str) -> None:
        """Run `softhsm2-util`."""
        environ = {**os.environ, **self.environ}
        done = subprocess.run(["softhsm2-util", *arguments], env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def generate(self, token: str, label: str, bits: int = 2048, **attributes: Any) -> None:
        """Make a key pair on the token, in this process."""
        import pkcs11

        template = {getattr(pkcs11.Attribute, name): value for name, value in attributes.items()}
        with pkcs11.lib(self.module).get_token(token_label=token).open(rw=True, user_pin=PIN) as session:
            session.generate_keypair(pkcs11.KeyType.RSA, bits, store=True, label=label, private_template=template)
