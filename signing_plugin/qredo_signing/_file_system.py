"""Whether a folder lies on a network file system, where SQLite's locks do not hold."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["MOUNTS", "network_file_system"]

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
