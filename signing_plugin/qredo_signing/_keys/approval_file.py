"""The file of an approval key: its seed, as 48 raw bytes or as text between BEGIN and END lines."""

from __future__ import annotations

import base64
import binascii
import os
import re
from contextlib import suppress
from pathlib import Path

from ..errors import KeyLoadError
from .secret_files import as_utf8, read_key_file, write_key_files

__all__ = ["SEED_BYTES", "read_seed", "write_seed"]

SEED_BYTES = 48

_LABEL = "QREDO APPROVAL SEED"
_BLOCK = re.compile(rf"\s*-----BEGIN {_LABEL}-----([A-Za-z0-9+/=\s]+)-----END {_LABEL}-----\s*", re.ASCII)


def read_seed(path: str | os.PathLike[str]) -> bytes:
    """Read the seed of a file. Warns (`InsecureKeyFileWarning`) when other users can read it.

    Raises:
        KeyLoadError: The file cannot be read, or holds no seed.
    """
    content = read_key_file(path, "approval key file")
    seed = content if len(content) == SEED_BYTES else _decode(content)
    if len(seed) != SEED_BYTES:
        raise KeyLoadError(
            f"{path} holds no approval key: it must be {SEED_BYTES} bytes, or their base64 between the lines "
            f"`-----BEGIN {_LABEL}-----` and `-----END {_LABEL}-----`, as ApprovalKey.save writes it"
        )
    return seed


def write_seed(path: str | os.PathLike[str], seed: bytes) -> None:
    """Write a seed as text to a new file with mode 0600, in a folder that is made if it is missing.

    Raises:
        FileExistsError: The file already exists. Nothing is overwritten.
        OSError: The file cannot be written.
    """
    text = f"-----BEGIN {_LABEL}-----\n{base64.b64encode(seed).decode()}\n-----END {_LABEL}-----\n"
    file = Path(path)
    write_key_files(file.parent, {file.name: text.encode()})


def _decode(content: bytes) -> bytes:
    match = _BLOCK.fullmatch(as_utf8(content).decode("utf-8-sig", "replace"))
    with suppress(binascii.Error):
        return base64.b64decode("".join(match[1].split()), validate=True) if match else b""
    return b""
