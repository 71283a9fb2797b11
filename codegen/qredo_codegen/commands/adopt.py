"""The vendor published a new file: what it means for a package, told before anything is changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qredo_codegen._checkout import Checkout
from qredo_codegen.compare.report import json_report, markdown_report
from qredo_codegen.compare.verdict import Verdict, judge
from qredo_codegen.compare.waivers import load_waivers
from qredo_codegen.description.document import Document, load
from qredo_codegen.description.overlay import apply, load_overlay
from qredo_codegen.description.places import Problem
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.errors import GenerationError

__all__ = ["Adoption", "adopt"]


@dataclass(frozen=True)
class Adoption:
    """What a file of the vendor's means for a package.

    Attributes:
        verdict: The comparison of our description with it.
        problems: What must be settled before a client can be made of it.
    """

    verdict: Verdict
    problems: tuple[Problem, ...]

    @property
    def is_safe(self) -> bool:
        """Whether a client could be made of it that breaks no caller."""
        return not self.problems and not self.verdict.unwaived


def adopt(checkout: Checkout, vendor: Path, package: str, out: Path) -> Adoption:
    """Apply the overlay of a package to a file of the vendor's, compare, and write report.md and report.json.

    Args:
        checkout: The checkout; nothing in it is changed.
        vendor: The vendor's file, as it was published.
        package: The package that it belongs to.
        out: Folder of the report; made if it is not there.

    Raises:
        DocumentError: A file cannot be read.
        OverlayError: An action of the overlay matches nothing, or does not fit; it is named with its index.
        WaiverError: overlay-differences.yaml is malformed, or lists what is no difference.
        GenerationError: There is no such package, or what the overlay gives is no OpenAPI document.
    """
    ours = load(checkout.description(package))
    theirs = _with_overlay(load(vendor), checkout.overlay(package))
    if invalid := validate(theirs):
        raise GenerationError(f"{vendor.name} with the overlay of {package} is no OpenAPI document:", invalid)
    problems = tuple(check_generable(theirs))
    listed = load_waivers(checkout.folder(package) / "overlay-differences.yaml")
    verdict = judge(ours, theirs, listed, python=not problems, what=vendor.name, breaking_only=False)
    adoption = Adoption(verdict, problems)
    _write(adoption, f"{vendor.name} beside {package}", out)
    return adoption


def _with_overlay(document: Document, overlay: Path) -> Document:
    return apply(document, load_overlay(overlay)) if overlay.is_file() else document


def _write(adoption: Adoption, title: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    markdown = markdown_report(adoption.verdict, title)
    report = json.loads(json_report(adoption.verdict))
    report["problems"] = [problem._asdict() for problem in adoption.problems]
    if adoption.problems:
        lines = [f"- `{problem.pointer}`: {problem.message}" for problem in adoption.problems]
        markdown += "\n".join(["\n## To settle first, by the overlay", "", *lines]) + "\n"
    texts = {"report.md": markdown, "report.json": json.dumps(report, indent=2, ensure_ascii=False) + "\n"}
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
