"""Show responses: the body of one, or the items of many pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from .._text import printable
from ._output import note, print_bytes, print_json, print_text
from ._view import View

__all__ = ["show_pages", "show_response"]

_EVERY = 100  # items between two lines of progress: the usual page size


def show_response(response: Any, view: View) -> None:
    """Print the body of a response: unchanged, or as tables if it is JSON."""
    content = response.content
    if view.as_json:
        if content:
            print_bytes(content.rstrip(b"\n") + b"\n")
        return
    if not content.strip():
        print_text(f"HTTP {response.status_code}, without a body")
        return
    try:
        # Numbers with a fraction are shown as received, never as a float.
        view.show(json.loads(content, parse_float=str))
    except (ValueError, RecursionError):
        print_text("\n".join(map(printable, content.decode("utf-8", "replace").splitlines())))


def show_pages(name: str, items: Iterable[Any], view: View) -> None:
    """Print models as they come: JSON Lines, or one table at the end.

    Args:
        name: The operation.
        items: The models.
        view: With JSON, one page is in memory at a time.
    """
    rows = (item.to_dict() for item in items)
    counted = _with_bar(name, rows) if sys.stderr.isatty() else _with_lines(name, rows)
    if view.as_json:
        for row in counted:
            print_json(row, lines=True)
    else:
        view.show(list(counted))


def _with_bar(name: str, rows: Iterable[Any]) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(name), BarColumn(), TextColumn("{task.completed} items"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(name, total=None)  # the service's totals are not reliable
        for row in rows:
            progress.advance(task)
            yield row


def _with_lines(name: str, rows: Iterable[Any]) -> Iterator[Any]:
    count = 0
    for count, row in enumerate(rows, 1):
        if count % _EVERY == 0:
            note(f"{name}: {count} items so far")
        yield row
    note(f"{name}: {count} items")
