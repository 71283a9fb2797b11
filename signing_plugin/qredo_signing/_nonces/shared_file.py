"""What a file needs that several processes of one machine share: a local disk, a complete beginning, an identity."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from ..errors import NonceError

__all__ = ["MOUNTS", "Identity", "check_disk", "identify", "make_file", "network_file_system"]

Identity: TypeAlias = tuple[int, int]
"""Device and inode."""

MOUNTS = Path("/proc/self/mountinfo")
"""Linux's table of mounts (proc_pid_mountinfo(5)); other systems have none."""

_NETWORK = {"afs", "beegfs", "ceph", "cifs", "glusterfs", "gpfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "sshfs"}


def network_file_system(folder: Path) -> str | None:
    """Return the kind of network file system that a folder is on, such as `nfs4`; None if it is local or not known.

    Raises:
        OSError: There is no such folder.
    """
    number = folder.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}" if hasattr(os, "major") else ""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    # 36 35 0:41 / /data rw,noatime shared:1 - nfs4 server:/export rw
    kinds = {line.partition(" - ")[2].split(" ")[0] for line in lines if line.split(" ")[2:3] == [device]}
    return next((kind for kind in sorted(kinds) if kind.removeprefix("fuse.") in _NETWORK), None)


def check_disk(path: Path) -> None:
    """Refuse a file on a network file system.

    Raises:
        NonceError: It is on one.
        OSError: Its folder is not there.
    """
    kind = network_file_system(path.parent)
    if kind is not None:
        raise NonceError(
            f"{path} is on a network file system ({kind}), where locks do not hold: give a path on a local disk, or "
            f"use RedisNonces for several machines"
        )


def identify(path: str) -> Identity | None:
    """Return which file stands at the path, if any.

    Raises:
        OSError: It cannot be found out.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - called for each number, and Path costs as much again
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def make_file(path: Path, fill: Callable[[Path], None]) -> None:
    """Make a file complete under another name, for its owner only, and put it in place unless another was faster.

    So no process ever sees an incomplete file.

    Args:
        path: Where it is to stand.
        fill: Writes the content into the empty file that it is given.

    Raises:
        NonceError: It would be on a network file system.
        OSError: It cannot be made.
    """
    check_disk(path)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        fill(draft)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
