"""`VENDORED.json`: where a tree comes from, and the hash of every byte of it."""

from __future__ import annotations

import json
import os
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qredo_codegen._checkout import Checkout
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_bytes

from ._selection import Selection
from ._sources import Files, api_version, lock_of
from .vendor_check import RECORD, read_record, record_hash

__all__ = ["RECORD", "SCHEMA_VERSION", "Record", "load_record", "write_record"]

SCHEMA_VERSION = 1
"""Of the record: goes up when a program that reads it would have to change."""

Record = dict[str, Any]

_READ = ("LICENSE", "constraints.txt", "pyproject.toml", "codegen", "generated", "signing_plugin", "spec")
"""What vendoring reads; other files may change without changing what is vendored."""


def write_record(checkout: Checkout, selection: Selection, project: tuple[str, str], files: Files) -> bytes:
    """The record of a tree.

    Args:
        checkout: What it was vendored from.
        selection: What was vendored.
        project: Name and version of the project.
        files: Every other file of the tree.
    """
    described = selection.described(checkout)
    plugin = None if selection.plugin is None else {"version": project[1]}
    record = {
        "record_sha256": "0" * 64,
        "schema_version": SCHEMA_VERSION,
        "project": {"name": project[0], "version": project[1], **_commit(checkout.root)},
        "command": selection.command,
        "selection": selection.record(),
        "apis": {api: {"version": api_version(checkout, api), **_made_from(checkout, api)} for api in described},
        "plugin": plugin,
        "tools": {"cyclonedx-python-lib": version("cyclonedx-python-lib")},
        "files": {path: hash_bytes(content) for path, content in sorted(files.items())},
    }
    unsealed = json.dumps(record, indent=2, ensure_ascii=False).encode() + b"\n"
    return unsealed.replace(b"0" * 64, record_hash(unsealed).encode(), 1)


def load_record(root: Path) -> Record:
    """The record of a vendored folder.

    Raises:
        GenerationError: There is none, it is not as it was written, or it was written by a later version.
    """
    if not (root / RECORD).is_file():
        raise GenerationError(f"{root} has no {RECORD}: name the folder that was vendored, with its prefix.")
    if read_record(root) is None:
        raise GenerationError(f"{root / RECORD} was changed, so nothing can be told from it. Bring it back as it was.")
    record: Record = json.loads((root / RECORD).read_bytes())
    if record["schema_version"] != SCHEMA_VERSION:
        raise GenerationError(f"{root / RECORD} is of another version of this tool: use that one, or vendor anew.")
    return record


def _made_from(checkout: Checkout, api: str) -> dict[str, Any]:
    lock = lock_of(checkout, api)
    overlay = checkout.overlay(api)
    return {
        "description_sha256": lock["inputs"]["openapi.yaml"],
        "overlay_sha256": hash_bytes(overlay.read_bytes().replace(b"\r\n", b"\n")) if overlay.is_file() else None,
        "templates_sha256": lock["inputs"]["templates"],
        "tools": lock["tools"],
    }


def _commit(root: Path) -> dict[str, Any]:
    """The commit of a checkout, and whether what vendoring reads was changed since; None for what cannot be said."""
    top, name = _git(root, "rev-parse", "--show-toplevel"), _git(root, "rev-parse", "HEAD")
    if top is None or name is None or Path(top).resolve() != root.resolve():
        return {"commit": None, "changed_since": None}
    status = _git(root, "status", "--porcelain", "--", *_READ)
    return {"commit": name, "changed_since": None if status is None else bool(status)}


def _git(root: Path, *arguments: str) -> str | None:
    # A hook of git, from which this may be called, has variables that name its own repository.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(["git", *arguments], cwd=root, env=environ, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
