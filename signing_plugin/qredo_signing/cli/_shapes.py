"""The report of `qredo doctor --shapes`: its file, and what the terminal shows of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from .._text import printable
from ._option_groups import option
from ._replacing import replacing
from ._table import print_rows
from ._view import screen

if TYPE_CHECKING:
    from .._shapes.report import CheckedOperation, ShapeReport

__all__ = ["ShapesOption", "check_into", "print_report"]

_SHAPES = (
    "Call every operation that reads. Write to FILE what does not fit the description: names and types, no values."
)
ShapesOption = Annotated[Path | None, option("--shapes", _SHAPES, "FILE")]


def check_into(path: Path, client: Any, now: datetime) -> ShapeReport:
    """Check the shapes and write the report as JSON. The file is complete, or as it was before.

    Raises:
        CliError: There is something else than a file at the path.
        OSError: The file cannot be written. If its folder is the reason, nothing was sent.
    """
    from .. import check_shapes

    with replacing(path) as file:
        report = check_shapes(client)
        data = report.to_dict()
        head = {"package": data.pop("package"), "version": data.pop("version"), "date": now.isoformat()}
        file.write(json.dumps({**head, **data}, indent=2).encode() + b"\n")
    return report


def print_report(report: ShapeReport) -> None:
    """Print what did not fit as a table, if anything, and below it how the check of each operation went."""
    misfits = [{name: printable(text) for name, text in each._asdict().items()} for each in report.mismatches]
    operations = [
        {"operation": each.operation, "calls": str(each.calls), "result": _result(each)} for each in report.operations
    ]
    with screen() as out:
        for name, rows in (("mismatches", misfits), ("operations", operations)):
            print_rows(out, name, rows, {"calls"}, choose=False)


def _result(operation: CheckedOperation) -> str:
    if operation.not_tried:
        return f"not tried: {operation.not_tried}"
    errors = ", ".join(f"{error}: {count} of {operation.calls}" for error, count in operation.errors.items())
    return errors or "read"
