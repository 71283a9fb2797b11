"""Listings that come page by page, with a sign of life on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from ._output import note, print_json, print_value

__all__ = ["show_pages"]

_EVERY = 100  # items between two lines of progress: the client's usual page


def show_pages(name: str, items: Iterable[Any], *, as_json: bool) -> None:
    """Print models as they come: JSON Lines, or one table at the end.

    Args:
        name: The operation.
        items: The models.
        as_json: Print JSON Lines; then one page is in memory at a time.
    """
    rows = (item.to_dict() for item in items)
    counted = _with_bar(name, rows) if sys.stderr.isatty() else _with_lines(name, rows)
    if as_json:
        for row in counted:
            print_json(row, lines=True)
    else:
        print_value(list(counted))


def _with_bar(name: str, rows: Iterable[Any]) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(name), BarColumn(), TextColumn("{task.completed} items"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(name, total=None)  # the totals that the service gives are wrong at times
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
