"""How far a vendored folder is behind a checkout: edits, versions, operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qredo_codegen._checkout import Checkout
from qredo_codegen.compare.report import by_call, markdown_report, summary, told
from qredo_codegen.compare.verdict import Verdict, judge
from qredo_codegen.description.document import load
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_bytes

from ._record import RECORD, Record, load_record
from ._selection import Selection
from ._sources import Files
from ._tree import tree
from .vendor_check import Difference, verify

__all__ = ["Behind", "compare_copy"]


@dataclass(frozen=True)
class Behind:
    """How a vendored folder differs from what a checkout would give now.

    Attributes:
        record: The record of the folder.
        fresh: The files as they would be vendored now.
        edits: What was edited since it was vendored.
        gone: Vendored APIs that the checkout does not describe any more.
        verdicts: The comparison of each API whose description is another now, by name.
        stale: Paths of files that are other ones now, come or go.
    """

    record: Record
    fresh: Files
    edits: tuple[Difference, ...]
    gone: tuple[str, ...]
    verdicts: dict[str, Verdict]
    stale: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        """Whether nothing was edited and nothing would change."""
        return not self.edits and not self.stale and not self.gone

    @property
    def breaking(self) -> list[str]:
        """What would break callers, a line for each."""
        return [f"{api}: {told(one)}" for api, verdict in self.verdicts.items() for one in verdict.breaking]

    def report(self) -> str:
        """All of it, to read."""
        blocks = [_origin(self.record), *map(_in_short, self.verdicts.items())]
        blocks.append(_listed("Edited since it was vendored:", map(str, self.edits)))
        blocks.append(_listed("Vendored, and not described in this checkout any more:", self.gone))
        for api, verdict in self.verdicts.items():
            blocks.append(markdown_report(verdict, f"{api}: from the vendored copy to this checkout").rstrip())
        blocks.append(_listed("Files that an update writes or removes:", self.stale))
        if self.is_current:
            blocks.append("Up to date.")
        return "\n\n".join(block for block in blocks if block) + "\n"


def compare_copy(
    checkout: Checkout, folder: Path, selection: Selection | None = None, *, python: bool = True
) -> Behind:
    """Compare a vendored folder with a checkout.

    Args:
        checkout: What it could be brought up to.
        folder: The vendored folder.
        selection: What an update would vendor; None for what the record says.
        python: Whether to compare the names of the generated packages too, and not only the descriptions.

    Raises:
        GenerationError: The folder has no record that can be used, or the checkout cannot be vendored from.
    """
    record = load_record(folder)
    edits = tuple(verify(folder))
    described = [path for path in record["files"] if path.startswith("spec/") and path.endswith("/openapi.yaml")]
    apis = sorted(path.split("/")[1] for path in described)
    gone = tuple(api for api in apis if api not in checkout.packages)
    if gone:
        return Behind(record, {}, edits, gone, {}, ())
    if lost := sorted({edit.path for edit in edits}.intersection(described)):
        raise GenerationError(
            "These descriptions were changed, so nothing can be compared with them. Bring them back as they were:",
            lost,
        )
    fresh = tree(checkout, selection or Selection.from_record(record["selection"]))
    verdicts = {
        api: judge(load(folder / path), load(checkout.description(api)), python=python, what=api)
        for api in apis
        if (path := f"spec/{api}/openapi.yaml") in fresh and hash_bytes(fresh[path]) != record["files"][path]
    }
    return Behind(record, fresh, edits, gone, verdicts, _stale(fresh, record))


def _stale(fresh: Files, record: Record) -> tuple[str, ...]:
    now = {path: hash_bytes(content) for path, content in fresh.items() if path != RECORD}
    return tuple(sorted({path for path, _ in now.items() ^ record["files"].items()}))


def _origin(record: Record) -> str:
    project = record["project"]
    commit = f"commit {project['commit']}" if project["commit"] else "an unknown commit"
    changed = ", with changes that were not committed" if project["changed_since"] else ""
    return f"Vendored from {project['name']} {project['version']}, {commit}{changed}."


def _in_short(item: tuple[str, Verdict]) -> str:
    api, verdict = item
    operations = ", ".join(by_call(verdict.comparison.material)) or "texts only"
    return f"{api}: {summary(verdict)} Changed: {operations}."


def _listed(title: str, lines: Iterable[str]) -> str:
    rows = [f"  {line}" for line in lines]
    return "\n".join([title, *rows]) if rows else ""
