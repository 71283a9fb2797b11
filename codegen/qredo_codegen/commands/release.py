"""Released means locked: what was released stands in released.yaml, and a description may not break it any more.

released.yaml is a copy of the description without comments and in one form; its hash stands in lock.json, so that an
edit by hand is seen. Regeneration compares with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qredo_codegen._atomic_files import replace_all
from qredo_codegen._checkout import Checkout
from qredo_codegen.compare.report import told
from qredo_codegen.compare.verdict import Verdict, judge
from qredo_codegen.compare.waivers import load_waivers
from qredo_codegen.description.document import Document, dump, load
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_bytes, inputs_of

from .changelog import entries, with_entries, without_entries

__all__ = ["Gate", "canonical", "gate", "lock_text", "release", "released_hash", "with_released"]

_HEADER = """\
# {package} as it was released: the description without comments, in one form. Made by `nox -s release_spec`.
# `nox -s regenerate` compares with it and refuses what would break a client. Not edited by hand: its hash is locked.
"""


@dataclass(frozen=True)
class Gate:
    """What a regeneration may do with a package.

    Attributes:
        verdict: The comparison with what was released; None for a package that never was.
        entries: Lines for the changelog.
        changelog: The changelog with these lines; None if it stays as it is.
    """

    verdict: Verdict | None
    entries: tuple[str, ...]
    changelog: str | None


def gate(checkout: Checkout, package: str, document: Document) -> Gate:
    """Compare a description with what was released of it.

    Args:
        checkout: The checkout.
        package: Name of the package.
        document: Its description as it is now; it keeps all rules.

    Raises:
        GenerationError: It would break a client and that is not waived, or released.yaml was edited or is missing.
        WaiverError: A waiver is malformed or waives nothing.
        ChangelogError: The changelog has no place for the changes.
    """
    released = _released(checkout, package)
    if released is None:
        return Gate(None, (), None)
    waivers = load_waivers(checkout.waivers(package))
    verdict = judge(released, document, waivers, what=f"{package} since its release")
    if verdict.unwaived:
        raise GenerationError(_refusal(package), list(map(told, verdict.unwaived)))
    lines = entries(package, verdict)
    if lines and not checkout.changelog.is_file():
        raise GenerationError(f"{package} has changed since its release, and there is no CHANGELOG.md to say so.")
    before = checkout.changelog.read_text(encoding="utf-8") if checkout.changelog.is_file() else ""
    undone = set(_record(checkout, package).get("changelog", ())) - set(lines)
    after = without_entries(before, undone)
    after = with_entries(after, lines) if lines else after
    return Gate(verdict, tuple(lines), after if after != before else None)


def release(checkout: Checkout, package: str) -> str:
    """Mark the description of a package as released: from now on no regeneration may break it.

    Returns:
        What was done, in a sentence.

    Raises:
        GenerationError: The package is not generated from this description, or the description breaks what was
            released before, or has changed since without another version or revision.
    """
    document, lock = load(checkout.description(package)), checkout.lock(package)
    _refuse_stale(checkout, package)
    verdict = gate(checkout, package, document).verdict
    if verdict is not None and verdict.comparison.material:
        _refuse_same_version(verdict.comparison.old, document, package)
    text = canonical(document, package)
    record = with_released(_record(checkout, package), hash_bytes(text.encode()))
    waivers = checkout.waivers(package)
    done = f"{package}: released as spec/{package}/released.yaml"
    if waivers.exists():
        done += "; waivers.yaml was for the release before, and is removed"
    replace_all({checkout.released(package): text, lock: lock_text(record)}, remove=[waivers])
    return done


def released_hash(checkout: Checkout, package: str) -> str | None:
    """The hash of released.yaml that is on record; None for a package that was never released."""
    found: str | None = _record(checkout, package).get("released", {}).get("released.yaml")
    return found


def with_released(record: dict[str, Any], digest: str | None) -> dict[str, Any]:
    """The content of a lock with the hash of what was released; what the changelog said of it since is over."""
    kept = {key: value for key, value in record.items() if key not in ("changelog", "released")}
    return kept if digest is None else kept | {"released": {"released.yaml": digest}}


def lock_text(record: dict[str, Any], lines: Sequence[str] = ()) -> str:
    """The text of a lock, with what the changelog says since the release."""
    content = record | ({"changelog": list(lines)} if lines and "released" in record else {})
    ordered = {key: content[key] for key in ("inputs", "tools", "released", "changelog", "outputs") if key in content}
    return json.dumps(ordered, indent=2) + "\n"


def _record(checkout: Checkout, package: str) -> dict[str, Any]:
    lock = checkout.lock(package)
    found: dict[str, Any] = json.loads(lock.read_bytes()) if lock.is_file() else {}
    return found


def canonical(document: Document, package: str) -> str:
    """A description in one form: no comments, no aliases, texts as they are, order kept."""
    return _HEADER.format(package=package) + dump(document)


def _released(checkout: Checkout, package: str) -> Document | None:
    path, digest = checkout.released(package), released_hash(checkout, package)
    if digest is None and not path.exists():
        return None
    where = f"spec/{package}/released.yaml"
    if digest is None:
        raise GenerationError(f"{where} is on no record in lock.json. Only `nox -s release_spec` makes such a file.")
    if not path.is_file():
        raise GenerationError(f"{where} is missing, and lock.json says that {package} was released. Bring it back.")
    if hash_bytes(path.read_bytes().replace(b"\r\n", b"\n")) != digest:
        raise GenerationError(
            f"{where} is not what was released: its hash in lock.json is another. Bring it back as it was; only"
            " `nox -s release_spec` changes it."
        )
    return load(path)


def _refusal(package: str) -> str:
    stem, _, number = package.rpartition("_")
    following = f"{stem}_{int(number) + 1}" if number.isdigit() else f"{package}_2"
    return (
        f"{package} is released, and this description would break its clients. Nothing was changed. Either undo it, or"
        f" start a new version:\n  nox -s new_version -- {following} --from {package}\nor, if it has to be, accept each"
        f" change in spec/{package}/waivers.yaml (fingerprint, reason, date). What breaks:"
    )


def _refuse_stale(checkout: Checkout, package: str) -> None:
    inputs = _record(checkout, package).get("inputs", {})
    if inputs.get("openapi.yaml") != inputs_of(checkout.description(package)).description:
        raise GenerationError(f"{package} is not generated from its description: `nox -s regenerate -- {package}`.")


def _refuse_same_version(before: Document, document: Document, package: str) -> None:
    if _version(before) == _version(document):
        raise GenerationError(
            f"{package} has changed since its release and still calls itself {'+r'.join(map(str, _version(document)))}:"
            " raise info.version or info.x-revision, then regenerate."
        )


def _version(document: Document) -> tuple[Any, Any]:
    return document["info"]["version"], document["info"].get("x-revision", 1)
