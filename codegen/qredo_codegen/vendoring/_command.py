"""`vendor`: copy packages into another repository, say how far a copy is behind, bring it up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from qredo_codegen._checkout import Checkout
from qredo_codegen.errors import GenerationError

from ._behind import compare_copy
from ._folders import put
from ._record import RECORD, load_record
from ._selection import Selection
from ._sources import Files
from ._tree import tree

__all__ = ["vendor_command"]

_FORMS = ("--to", "--check", "--update")
_SELECTING = (
    "--api",
    "--prefix",
    "--with-plugin",
    "--with-build",
    "--language-neutral",
    "--bazel-requirement",
    "--pants-requirement",
)
_ONLY_WITH = {
    **dict.fromkeys(_SELECTING, ("--to", "--update")),
    "--against": ("--check",),
    "--overwrite-edits": ("--update",),
    "--accept-breaking": ("--update",),
}


def vendor_command(checkout: Checkout, given: argparse.Namespace) -> tuple[str, bool]:
    """Do what the arguments say.

    Returns:
        What was done or found, and whether all is well: for `--check`, whether the copy is as vendored and up to date.

    Raises:
        CodegenError: The arguments make no sense together, the checkout cannot be vendored from, the copy was edited
            by hand, or its update would break callers. The copy is as it was.
    """
    _check_form(given)
    if given.to is not None:
        return _new(checkout, given), True
    if given.check is not None:
        behind = compare_copy(Checkout(given.against or checkout.root), given.check, python=not given.no_python)
        return behind.report(), behind.is_current
    return _update(checkout, given), True


def _check_form(given: argparse.Namespace) -> None:
    """Refuse options that would be ignored."""
    options = {f"--{name.replace('_', '-')}": value for name, value in vars(given).items()}
    forms = [form for form in _FORMS if options[form] is not None]
    if len(forms) != 1:
        raise GenerationError(f"vendor takes exactly one of {', '.join(_FORMS)}, with a folder.")
    for option, where in _ONLY_WITH.items():
        if options[option] not in (None, [], False) and forms[0] not in where:
            raise GenerationError(f"{forms[0]} does not take {option}.")


def _new(checkout: Checkout, given: argparse.Namespace) -> str:
    selection = _selection(checkout, given, Selection(()))
    folder = selection.folder(given.to)
    if (folder / RECORD).exists():
        raise GenerationError(f"{folder} is vendored already: bring it up to date with --update {folder}.")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise GenerationError(f"{folder} is not empty. A vendored folder holds nothing else: name another one.")
    _check_target(given.to if selection.prefix else given.to.resolve().parent)
    files = tree(checkout, selection)
    put(files, folder)
    return _done(folder, files)


def _check_target(folder: Path) -> None:
    """Ask before a folder is made above the copy: its name may be misspelt."""
    if folder.is_dir():
        return
    question = f"There is no folder {folder.resolve()}."
    if not sys.stdin.isatty():
        raise GenerationError(f"{question} Make it first (mkdir -p {folder}), or correct --to.")
    if input(f"{question} Make it? [y/N] ").strip().lower() not in ("y", "yes"):
        raise GenerationError("Nothing was vendored.")


def _update(checkout: Checkout, given: argparse.Namespace) -> str:
    folder = given.update
    before = Selection.from_record(load_record(folder)["selection"])
    if given.prefix not in (None, before.prefix):
        raise GenerationError(f"The prefix is {before.prefix!r} and stays: vendor anew for another one.")
    selection = _selection(checkout, given, before)
    behind = compare_copy(checkout, folder, selection, python=not given.no_python)
    if behind.gone:
        raise GenerationError(f"This checkout does not describe {', '.join(behind.gone)} any more. Vendor anew.")
    if behind.edits and not given.overwrite_edits:
        raise GenerationError(
            f"{folder} was edited by hand, and an update would lose that. Nothing was changed. Move the edits"
            " elsewhere, or say --overwrite-edits. Edited:",
            behind.edits,
        )
    if behind.breaking and not given.accept_breaking:
        raise GenerationError(
            "This update would break callers. Nothing was changed. See all of it with --check; take it with"
            " --accept-breaking. What breaks:",
            behind.breaking,
        )
    put(behind.fresh, folder)
    return _done(folder, behind.fresh)


def _selection(checkout: Checkout, given: argparse.Namespace, start: Selection) -> Selection:
    """The selection that is asked for, on top of an earlier one."""
    plugin = start.plugin if given.with_plugin is None else (*(start.plugin or ()), *_words(given.with_plugin))
    return Selection.of(
        checkout,
        apis=(*start.apis, *given.api),
        plugin=plugin,
        builds=(*start.builds, *_words(given.with_build)),
        neutral=start.neutral or given.language_neutral,
        prefix=given.prefix or start.prefix,
        bazel_requirement=given.bazel_requirement or start.bazel_requirement,
        pants_requirement=given.pants_requirement or start.pants_requirement,
    )


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _done(folder: Path, files: Files) -> str:
    record = load_record(folder)
    lines = [f"{folder}: {len(files)} files, record {record['record_sha256']}"]
    if record["project"]["commit"] is None:
        lines.append("This is no checkout of git, so VENDORED.json cannot name a commit.")
    if record["project"]["changed_since"]:
        lines.append("The checkout has changes that are not committed; VENDORED.json says so.")
    lines.append(f"Check it with: python {folder / 'vendor_check.py'}")
    return "\n".join(lines) + "\n"
