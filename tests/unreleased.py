"""Descriptions as they were before their release, so that tests say the same before and after it."""

from __future__ import annotations

import json
from pathlib import Path

from qredo_codegen.commands.release import with_released

__all__ = ["forget_release", "lock_without_release"]


def forget_release(folder: Path) -> None:
    """Take the release, if there was one, out of a copy of a folder of `spec/`."""
    (folder / "released.yaml").unlink(missing_ok=True)
    (folder / "lock.json").write_text(lock_without_release(folder), encoding="utf-8")


def lock_without_release(folder: Path) -> str:
    """The text of `lock.json` without the record of a release."""
    record = json.loads((folder / "lock.json").read_bytes())
    return json.dumps(with_released(record, None), indent=2) + "\n"
