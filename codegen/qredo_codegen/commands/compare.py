"""`compare`: what its arguments name, and the report."""

from __future__ import annotations

import argparse
from pathlib import Path

from qredo_codegen._checkout import Checkout
from qredo_codegen.compare.report import json_report, markdown_report
from qredo_codegen.compare.verdict import judge
from qredo_codegen.compare.waivers import load_waivers
from qredo_codegen.description.document import Document, load
from qredo_codegen.description.rules import validate
from qredo_codegen.errors import GenerationError

__all__ = ["compare_command"]


def compare_command(checkout: Checkout, given: argparse.Namespace) -> tuple[str, bool]:
    """Compare what the arguments name.

    Returns:
        The report, and whether nothing breaks that is not waived.

    Raises:
        CodegenError: A file cannot be read, is no OpenAPI document, or a waiver waives nothing.
    """
    old, new, waivers = _paths(checkout, given)
    listed = load_waivers(waivers) if waivers else ()
    verdict = judge(_document(old), _document(new), listed, python=not given.no_python)
    if given.format == "json":
        return json_report(verdict, texts=given.texts), not verdict.unwaived
    title = f"{given.old} since its release" if given.new is None else f"From {_name(given.old)} to {_name(given.new)}"
    return markdown_report(verdict, title, texts=given.texts), not verdict.unwaived


def _paths(checkout: Checkout, given: argparse.Namespace) -> tuple[Path, Path, Path | None]:
    if given.new is not None:
        return _path(checkout, given.old), _path(checkout, given.new), _existing(given.waivers)
    description, released = checkout.description(given.old), checkout.released(given.old)
    if not released.is_file():
        raise GenerationError(f"{given.old} was never released, so name what it is to be compared with.")
    return released, description, _existing(given.waivers) or checkout.waivers(given.old)


def _path(checkout: Checkout, name: str) -> Path:
    """A file of that name, or else the description of the package."""
    return Path(name) if Path(name).is_file() else checkout.description(name)


def _existing(waivers: Path | None) -> Path | None:
    if waivers is not None and not waivers.is_file():
        raise GenerationError(f"{waivers}: there is no such file of waivers.")
    return waivers


def _document(path: Path) -> Document:
    document = load(path)
    if problems := validate(document):
        raise GenerationError(f"{path} is no OpenAPI document:", problems)
    return document


def _name(given: str) -> str:
    return Path(given).name if Path(given).is_file() else given
