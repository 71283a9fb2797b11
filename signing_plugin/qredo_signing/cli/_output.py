"""Output: JSON as received for programs, tables for people. Everything else goes to stderr."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from .._diagnostics import LOG
from ._errors import CliError
from ._exits import Exit
from ._text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


__all__ = ["line_of", "logging_to_stderr", "note", "print_json", "print_value", "show_pages", "show_response"]

_UNLIMITED = 10_000  # columns: width of output that is not a terminal


def note(text: str) -> None:
    """Print one line on stderr."""
    typer.echo(f"qredo: {printable(text)}", err=True)


@contextmanager
def logging_to_stderr() -> Iterator[None]:
    """Show the library's log on stderr: retries, reconnects, a corrected clock. Never a secret."""
    handler = _Notes(logging.INFO)
    level = LOG.level
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(level)


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


@contextmanager
def _to_stdout() -> Iterator[None]:
    """Write to stdout inside this. A failure to write does not mean that the request failed."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CliError(
            f"the output cannot be written: {reason}", "the request itself may have succeeded", code=Exit.RESPONSE
        ) from None


def print_json(value: Any, *, lines: bool = False) -> None:
    """Print a value as JSON in UTF-8, whatever the terminal's encoding; with `lines` in one line."""
    text = json.dumps(value, ensure_ascii=False, indent=None if lines else 2, default=str)
    _write(text.encode("utf-8", "surrogatepass"))


def show_response(response: Any, *, as_json: bool) -> None:
    """Print the body of a response: unchanged, or as tables if it is JSON."""
    content = response.content
    if as_json:
        if content:
            _write(content.rstrip(b"\n"))
        return
    if not content.strip():
        typer.echo(f"HTTP {response.status_code}, without a body")
        return
    try:
        # Numbers with a fraction are shown as received, never as a float.
        print_value(json.loads(content, parse_float=str))
    except (ValueError, RecursionError):
        typer.echo("\n".join(map(printable, content.decode("utf-8", "replace").splitlines())))


def print_value(value: Any) -> None:
    """Print a JSON value for people: fields in lines, lists of objects as tables."""
    with _to_stdout():
        _print_value(value)


def _print_value(value: Any) -> None:
    console = _console()
    if isinstance(value, list):
        _print_list(console, "", value)
        return
    if not isinstance(value, dict):
        console.print(_text(value))
        return
    lists = {name: each for name, each in _flat(value) if _is_table(each)}
    fields = [(name, _text(each)) for name, each in _flat(value) if not _is_table(each)]
    if fields:
        console.print(_grid(fields))
    for name, items in lists.items():
        _print_list(console, name, items)


def _write(line: bytes) -> None:
    with _to_stdout():
        typer.echo(line + b"\n", nl=False)


def _console() -> Console:
    from rich.console import Console

    is_screen = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_screen else _UNLIMITED
    return Console(width=width, markup=False, emoji=False, highlight=False)


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Yield the fields of an object; a nested field is named by its path, such as `send.amount`."""
    for name, each in value.items():
        if isinstance(each, dict) and each:
            yield from _flat(each, f"{prefix}{name}.")
        else:
            yield printable(prefix + name), each


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _text(value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return ", ".join(map(_text, value))
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _print_list(console: Console, name: str, items: list[Any]) -> None:
    if not _is_table(items):
        console.print("\n".join(map(_text, items)) if items else "(empty)")
        return
    rows = [dict(_flat(item)) if isinstance(item, dict) else {"": item} for item in items]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = _table(columns, rows)
    natural = console.measure(table, options=console.options.update(width=_UNLIMITED))
    if natural.maximum <= console.width:
        if name:
            console.print(f"\n{name}")
        console.print(table)
        return
    for number, row in enumerate(rows, 1):  # wider than the terminal: one field per line
        console.print(f"{name or 'item'} {number}")
        console.print(_grid([(f"  {column}", _text(each)) for column, each in row.items()]))


def _table(columns: list[str], rows: list[dict[str, Any]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        values = [row[column] for row in rows if column in row]
        is_number = all(type(each) is int for each in values)
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(_text(row[column]) if column in row else "" for column in columns))
    return table


def _grid(fields: list[tuple[str, str]]) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in fields:
        grid.add_row(name, value)
    return grid


def line_of(fields: Mapping[str, Any]) -> str:
    """Format the fields of an object in one line."""
    return "  ".join(f"{name}={_text(each)}" for name, each in _flat(fields))


_EVERY = 100  # items between two lines of progress: the usual page size


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
