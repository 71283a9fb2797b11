"""How a response is shown: the output options, and what they make of a JSON value."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from ._errors import CliError
from ._exits import Exit
from ._option_groups import option
from ._output import print_bytes, print_text
from ._readable import UNITS, flat, is_number, readable, wire_text
from ._replacing import replacing
from ._response_fields import NOTHING_KNOWN, Tables, names_in
from ._response_tables import Rows, csv_of, fields_with, is_table, require_fields, rows_of, table_with, tables_in
from ._table import grid_of, print_rows

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["View", "screen"]

_option = partial(option, rich_help_panel="Output")
_SHORT = 44  # an id
_UNLIMITED = 10_000  # columns: width of output that is not a terminal


@dataclass(frozen=True, kw_only=True)
class View:
    """The output options. A command with a parameter of this type gets all of them.

    Raises:
        CliError: Two of them exclude each other.
    """

    as_json: Annotated[bool, _option("--json", "Print the JSON as received.")] = False
    csv: Annotated[bool, _option("--csv", "Print CSV, with values as received.")] = False
    fields: Annotated[str | None, _option("--fields", "Print these fields only.", "NAME,...")] = None
    raw: Annotated[bool, _option("--raw", "Print times and amounts as received.")] = False
    output: Annotated[Path | None, _option("--output", "Write the response to FILE, as received.", "FILE")] = None

    def __post_init__(self) -> None:
        if self.as_json and (self.csv or self.fields or self.raw):
            raise CliError("--json prints all that was received", "leave out --csv, --fields and --raw")
        if self.output is not None and (self.as_json or self.csv or self.fields or self.raw):
            raise CliError("--output writes the response as received", "leave out --json, --csv, --fields and --raw")

    def writing(self) -> AbstractContextManager[BinaryIO | None]:
        """Open the file of `--output` before anything is sent: None without it. It is moved in place at the end."""
        return nullcontext() if self.output is None else replacing(self.output)

    def check_fields(self, what: str, known: Tables) -> None:
        """Reject names of `--fields` before anything is sent.

        Args:
            what: The operation.
            known: The fields that its response can have.

        Raises:
            CliError: There is no such field, or with `--csv` they are of different tables.
        """
        require_fields(self._names, names_in(known), f"the response of {what}", Exit.USAGE)
        if self.csv and self._names and known:
            table_with(self._names, known, Exit.USAGE)

    def show(self, value: Any, known: Tables = NOTHING_KNOWN) -> None:
        """Print a JSON value: fields in lines, lists of objects as tables, or one CSV table.

        Args:
            value: The response.
            known: Fields that it can have, and need not.

        Raises:
            CliError: It has no field that `--fields` names, and cannot have it.
        """
        if self.csv:
            print_bytes(csv_of(value, self._names, known).encode("utf-8", "surrogatepass"))
            return
        with screen() as out:
            self._show(out, value, known)

    @property
    def _names(self) -> list[str]:
        return [name.strip() for name in (self.fields or "").split(",") if name.strip()]

    def _show(self, out: Console, value: Any, known: Tables) -> None:
        if not isinstance(value, (dict, list)):
            out.print(wire_text(value))
            return
        parts = dict(flat(value)) if isinstance(value, dict) else {"": value}
        tables = {name: rows_of(each) for name, each in parts.items() if is_table(each) or each is value}
        fields = {name: each for name, each in parts.items() if name not in tables}
        if self._names:
            fields_with(self._names, value, tables_in(value), known)
            fields = {name: fields[name] for name in self._names if name in fields}
            chosen = {name: self._chosen(name, rows) for name, rows in tables.items()}
            tables = {name: rows for name, rows in chosen.items() if any(rows)}
        if fields:
            out.print(grid_of((name, self._text(name, each)) for name, each in fields.items()))
        for name, rows in tables.items():
            self._show_rows(out, name, rows)

    def _chosen(self, name: str, rows: Rows) -> Rows:
        """The columns of a table that `--fields` names; all of them if it names the table."""
        columns = [] if name in self._names else self._names
        return [{each: row[each] for each in columns or row if each in row} for row in rows]

    def _show_rows(self, out: Console, name: str, rows: list[dict[str, Any]]) -> None:
        if not rows:
            out.print("(empty)")
            return
        texts = [{column: self._text(column, each) for column, each in row.items()} for row in rows]
        numbers = {column for row in rows for column, each in row.items() if is_number(each)}
        if hidden := print_rows(out, name, texts, numbers, choose=not self._names):
            out.print(_about_hidden(hidden, texts), style="dim")

    def _text(self, name: str, value: Any) -> str:
        return wire_text(value) if self.raw else readable(name, value)


@contextmanager
def screen() -> Iterator[Console]:
    """Print on stdout with Rich, as wide as the terminal, or without limit if stdout is none."""
    from rich.console import Console

    width, height = shutil.get_terminal_size()
    # Without a height, Rich takes a dumb terminal for 80 columns wide.
    console = Console(
        width=width if sys.stdout.isatty() else _UNLIMITED, height=height, markup=False, emoji=False, highlight=False
    )
    with console.capture() as capture:
        yield console
    print_text("\n".join(line.rstrip() for line in capture.get().split("\n")).rstrip("\n"))


def _about_hidden(columns: Iterable[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Name the columns that are not shown, with the value of those that have the same short one in all rows.

    Of a nested object only the asset has its value there: an object that is the same in all rows has many fields.
    """
    values = {column: {row.get(column, "") for row in rows} for column in columns}
    same = {column: texts.pop() for column, texts in values.items() if len(texts) == 1 and len(rows) > 1}
    shown = {column: text for column, text in same.items() if _is_telling(column, text)}
    lines = [f"in all rows: {', '.join(f'{column} {text}' for column, text in shown.items())}"] if shown else []
    if rest := [column for column in values if column not in shown]:
        lines.append(f"not shown: {', '.join(rest)} (--fields NAME,... chooses)")
    return "\n".join(lines)


def _is_telling(column: str, text: str) -> bool:
    path, _, name = column.rpartition(".")
    return 0 < len(text) <= _SHORT and (not path or name in UNITS)
