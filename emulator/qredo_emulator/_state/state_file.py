"""Keep the state in a file: load it at the start, save it at the end, completely or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from qredo_signing._strict_json import JSONError, load

from qredo_emulator._authentication.key_ring import KeyRing, KeysError
from qredo_emulator._json import dump
from qredo_emulator._links import dangling_link

from .snapshot import SnapshotError, dump_world, load_world
from .world import World

__all__ = ["StateError", "load_state", "save_state"]


class StateError(Exception):
    """A state file can't be read or written. The message says why and what to do."""


def load_state(world: World, keys: KeyRing, file: Path) -> bool:
    """Load the state and the API keys of a file. Return False if the file does not exist yet.

    Raises:
        StateError: The file can't be read, or is not a state of this emulator. Nothing was changed.
    """
    why = dangling_link(file)
    if why is not None:
        raise StateError(f"can't keep the state there: {why}")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        if not file.parent.is_dir():
            folder = file.parent.absolute()
            raise StateError(
                f"can't keep the state in {file}: there is no folder {folder}; make it, or name another file"
            ) from None
        return False
    except OSError as error:
        raise StateError(f"can't read the state file {file}: {error.strerror or error}") from error
    try:
        document = load(data)
        saved = KeyRing()  # read first, so that keys that can't be read leave the world as it is
        if isinstance(document, dict) and "keys" in document:
            saved.load(document["keys"])
        load_world(world, document)
        keys.load(saved.dump())
    except (JSONError, KeysError, SnapshotError) as error:
        raise StateError(
            f"{file} is not a state that can be loaded: {error}; name another file, or move this one away"
        ) from error
    return True


def save_state(world: World, keys: KeyRing, file: Path) -> None:
    """Write the state to a temporary file beside it, readable by its owner only, and replace the file.

    Raises:
        StateError: It can't be written; the file is as it was.
    """
    data = dump({**dump_world(world), "keys": keys.dump()})
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # 0600
        beside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as output:
                output.write(data)
                output.flush()
                os.fsync(output.fileno())
            beside.replace(file)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StateError(f"can't write the state file {file}: {error.strerror or error}; it is as it was") from error
