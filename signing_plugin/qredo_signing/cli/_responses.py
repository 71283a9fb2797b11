"""Show responses: the body of one, or the items of many pages."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from .._text import printable
from ._errors import CliError
from ._exits import Exit
from ._json import parse_json
from ._output import note, print_bytes, print_json, print_text
from ._response_fields import NOTHING_KNOWN, Tables
from ._view import View

__all__ = ["refuse_terminal", "show_pages", "show_response"]

_TEXTS = ("json", "xml", "/x-www-form-urlencoded", "/javascript", "/yaml")

_EVERY = 100  # items between two lines of progress: the usual page size


def refuse_terminal(what: str, *, code: Exit = Exit.USAGE) -> None:
    """Reject a terminal as the place for a file.

    Raises:
        CliError: stdout is a terminal.
    """
    if sys.stdout.isatty():
        hint = "give --output FILE, or send stdout to a file"
        raise CliError(f"{what}, which a terminal cannot show", hint, code=code)


def show_response(response: Any, view: View, file: BinaryIO | None = None, known: Tables = NOTHING_KNOWN) -> None:
    """Print the body of a response: unchanged, or as tables if it is JSON; or write it to a file.

    Args:
        response: From httpx.
        view: The output options.
        file: Where to write it.
        known: Fields that it can have.

    Raises:
        CliError: It is not text, and stdout is a terminal; or it lacks a field that was asked for.
    """
    content = response.content
    if file is not None:
        file.write(content)
        return
    if not _is_text(response):
        media = printable(response.headers.get("content-type", "no media type"))
        refuse_terminal(f"the response is a file ({media}, {len(content):,} bytes)", code=Exit.OUTPUT)
        print_bytes(content)
        return
    if view.as_json:
        if content:
            print_bytes(content.rstrip(b"\n") + b"\n")
        return
    if not content.strip():
        print_text(f"HTTP {response.status_code}, without a body")
        return
    try:
        view.show(parse_json(content), known)
    except (ValueError, RecursionError):
        print_text("\n".join(map(printable, response.text.splitlines())))


def _is_text(response: Any) -> bool:
    """Whether a response is text by its media type; without one, whether it is UTF-8."""
    media: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media:
        return media.startswith("text/") or media.endswith(_TEXTS)
    try:
        response.content.decode()
    except UnicodeDecodeError:
        return False
    return True


def show_pages(name: str, items: Iterable[Any], view: View, known: Tables = NOTHING_KNOWN) -> None:
    """Print models as they come: JSON Lines, or one table at the end.

    Args:
        name: The operation.
        items: The models.
        view: With JSON, one page is in memory at a time.
        known: Fields that an item can have.
    """
    rows = (item.to_dict() for item in items)
    counted = _with_bar(name, rows) if sys.stderr.isatty() else _with_lines(name, rows)
    if view.as_json:
        for row in counted:
            print_json(row, lines=True)
    else:
        view.show(list(counted), known)


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
