"""The vendor published a new file: what it means for a package, told before anything is changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qredo_codegen._atomic_files import replace_all
from qredo_codegen._checkout import Checkout
from qredo_codegen.adoption.report import rows_json, rows_markdown
from qredo_codegen.adoption.rows import Row, rows
from qredo_codegen.adoption.shape import load_shape, shape_of, shape_text
from qredo_codegen.compare.report import json_report, markdown_report, summary
from qredo_codegen.compare.verdict import Verdict, judge
from qredo_codegen.compare.waivers import load_waivers
from qredo_codegen.describe.describe import Described, describe
from qredo_codegen.description.document import load
from qredo_codegen.description.overlay import Action, Overlay, apply_all
from qredo_codegen.description.places import Problem
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.errors import GenerationError, OverlayError

from .describe import kept_names, kept_tags, overlay_of, signing_of

__all__ = ["Adoption", "accept", "adopt"]

_NOTHING_ADOPTED = (
    "No file was adopted yet, so what the vendor changed is not known: run adopt with --accept once, on the file that "
    "the description was written from."
)


@dataclass(frozen=True)
class Adoption:
    """What a file of the vendor's means for a package.

    Attributes:
        rows: What the vendor changed since the file that was adopted; None if none was.
        misfits: Actions of the overlay that do not fit the file, each with its place and what to do.
        verdict: The comparison of our description with the file; None if the file cannot be compared.
        problems: What must be settled before a client can be made of it.
    """

    rows: tuple[Row, ...] | None
    misfits: tuple[str, ...]
    verdict: Verdict | None
    problems: tuple[Problem, ...]

    @property
    def is_safe(self) -> bool:
        """Whether nothing changed that a person must look at."""
        changed = [row for row in self.rows or () if row.effect != "none"]
        return not (changed or self.misfits or self.problems) and self.verdict is not None and not self.verdict.unwaived

    def lines(self) -> Iterator[str]:
        """Yield what the command prints: each change that a client meets, each misfit, and the counts."""
        for row in self.rows or ():
            if row.effect != "none":
                yield f"{row.effect}: {row.edit.kind} {row.edit.pointer}: {row.becomes}. {row.reason}"
        yield from self.misfits
        yield _NOTHING_ADOPTED if self.rows is None else _counted(self.rows)
        yield from (f"to settle: {problem}" for problem in self.problems)
        if self.verdict is not None:
            yield f"The file beside our description: {summary(self.verdict)}"


def _counted(found: Sequence[Row]) -> str:
    """Say how many changes the vendor made, by their effects."""
    counts = Counter(row.effect for row in found)
    words = f"{counts['breaking']} breaking, {counts['compatible']} compatible, {counts['none']} without effect"
    covered = sum(bool(row.actions) for row in found)
    total = "1 change" if len(found) == 1 else f"{len(found)} changes"
    return f"The vendor made {total}: {words}; {covered} in places that the overlay covers."


def adopt(checkout: Checkout, vendor: Path, package: str, out: Path) -> Adoption:
    """Say what a file of the vendor's changes, and write report.md and report.json.

    Args:
        checkout: The checkout; nothing in it is changed.
        vendor: The vendor's file, as it was published.
        package: The package that it belongs to.
        out: Folder of the report; made if it is not there.

    Raises:
        DocumentError: A file cannot be read.
        OverlayError: The overlay is malformed.
        WaiverError: overlay-differences.yaml is malformed, or lists what is no difference.
        GenerationError: There is no such package, or what the overlay gives is no OpenAPI document.
    """
    ours, given = load(checkout.description(package)), load(vendor)
    overlay = overlay_of(checkout, package)
    applied = apply_all(given, overlay)
    misfits = tuple(_misfit(error, overlay, package) for error in applied.errors)
    adopted = load_shape(checkout.adopted(package))
    found = None if adopted is None else tuple(rows(adopted, shape_of(given), overlay, ours))
    described = describe(
        given,
        signing_of(checkout, package, before=ours),
        kept_names(checkout, package, ours),
        tags=kept_tags(ours),
        overlay=overlay.without({error.index for error in applied.errors}),
        checked=False,
    )
    theirs = described.document
    theirs["info"]["x-revision"] = ours["info"].get("x-revision", 1)  # counted by us
    if (invalid := tuple(validate(theirs))) and not misfits:
        raise GenerationError(f"{vendor.name} with the overlay of {package} is no OpenAPI document:", invalid)
    is_own = ours.get("x-form") != "vendor"
    problems = invalid or (*check_generable(theirs), *(_open(described) if is_own else ()))
    verdict = None
    if not invalid:
        listed = load_waivers(checkout.folder(package) / "overlay-differences.yaml")
        verdict = judge(ours, theirs, listed, python=not problems, what=vendor.name, breaking_only=False)
    adoption = Adoption(found, misfits, verdict, problems)
    _write(adoption, f"{vendor.name} beside {package}", out)
    return adoption


def accept(checkout: Checkout, vendor: Path, package: str) -> Path:
    """Write the shape of a vendor's file as the one that is adopted; return its path."""
    path = checkout.adopted(package)
    replace_all({path: shape_text(shape_of(load(vendor)))})
    return path


def _open(described: Described) -> Iterator[Problem]:
    """Yield what `describe` asks or leaves out: for a description of our own, the overlay has to decide it."""
    for kind in ("lost", "question"):
        yield from (Problem(row.pointer, row.text) for row in described.decisions.of(kind))


def _misfit(error: OverlayError, overlay: Overlay, package: str) -> str:
    action: Action = overlay.actions[error.index or 0]
    return (
        f"spec/{package}/overlay.yaml, line {action.line}: {error} If the vendor corrected the place, remove the"
        " action. If the place is gone, remove the action and start a new version without it."
    )


def _write(adoption: Adoption, title: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    verdict = adoption.verdict
    markdown = markdown_report(verdict, title) if verdict else f"# {title}\n"
    report = json.loads(json_report(verdict)) if verdict else {"schema_version": 1, "changes": None}
    report["problems"] = [problem._asdict() for problem in adoption.problems]
    report["misfits"] = list(adoption.misfits)
    report["vendor_changes"] = None if adoption.rows is None else rows_json(adoption.rows)
    sections = {
        "To settle first, by the overlay": [f"`{one.pointer}`: {one.message}" for one in adoption.problems],
        "Actions of the overlay that do not fit": adoption.misfits,
    }
    for heading, lines in sections.items():
        if lines:
            markdown += "\n".join([f"\n## {heading}", "", *(f"- {line}" for line in lines), ""])
    if adoption.rows is not None:
        markdown += rows_markdown(adoption.rows)
    texts = {"report.md": markdown, "report.json": json.dumps(report, indent=2, ensure_ascii=False) + "\n"}
    replace_all({out / name: text for name, text in texts.items()})
