"""Tables that fit a terminal: which columns are shown, and when none fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from ._readable import AMOUNTS, UNITS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["grid_of", "print_rows", "table_of"]

_GAP = 3  # columns of the terminal between two columns of the table
_FEW = 2  # a table of so few columns shows less than one field per line does


def table_of(
    rows: Sequence[Mapping[str, str]], numbers: Set[str], width: int, *, choose: bool
) -> tuple[Table | None, list[str]]:
    """Make a table that is at most `width` wide.

    Args:
        rows: Texts by column.
        numbers: Columns that are aligned to the right.
        width: Of the terminal.
        choose: Leave columns out if not all fit: wide ones, and those that are empty or the same in all rows. Amounts
            are not shown without their assets: if there is no room for both, the table does not fit.

    Returns:
        The table, None if it does not fit; and the columns that were left out.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    widths = _widths(columns, rows)
    shown = _fitting(columns, widths, rows, numbers, width) if choose else columns
    hidden = [column for column in columns if column not in shown]
    if _total(shown, widths) > width or (hidden and (len(shown) <= _FEW or _lacks_amounts(hidden, columns, rows))):
        return None, hidden
    return _table(shown, rows, numbers), hidden


def print_rows(
    out: Console, name: str, rows: Sequence[Mapping[str, str]], numbers: Set[str], *, choose: bool
) -> list[str]:
    """Print a table below its name, or one field per line if it does not fit; the arguments are those of `table_of`.

    Returns:
        The columns that were left out.
    """
    table, hidden = table_of(rows, numbers, out.width, choose=choose) if rows else (None, [])
    if table is not None:
        out.print(f"\n{name}" if name else "", end="\n" if name else "")
        out.print(table)
        return hidden
    for number, row in enumerate(rows, 1):
        out.print(f"\n{name or 'item'} {number}")
        out.print(grid_of((f"  {column}", text) for column, text in row.items()))
    return []


def grid_of(fields: Iterable[tuple[str, str]]) -> Table:
    """Return fields as lines of name and value; a long value goes on in the next line."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in fields:
        grid.add_row(name, value)
    return grid


def _widths(columns: Iterable[str], rows: Sequence[Mapping[str, str]]) -> dict[str, int]:
    from rich.cells import cell_len

    return {
        column: max(cell_len(text) for text in (column, *(row.get(column, "") for row in rows))) for column in columns
    }


def _total(columns: Sequence[str], widths: Mapping[str, int]) -> int:
    return sum(widths[column] for column in columns) + _GAP * (len(columns) - 1)


def _fitting(
    columns: Sequence[str], widths: Mapping[str, int], rows: Sequence[Mapping[str, str]], numbers: Set[str], width: int
) -> list[str]:
    """Return the columns that fit, in their order. Empty ones are left out, then those of the highest rank."""
    if _total(columns, widths) <= width:
        return list(columns)

    texts = {column: {row.get(column, "") for row in rows} for column in columns}
    same = {column for column in columns if len(texts[column]) == 1 and len(rows) > 1}

    def rank(column: str) -> tuple[bool | int, ...]:
        is_amount = _is_one_of(AMOUNTS, column)
        is_unit = _is_one_of(UNITS, column) and column not in same  # what is the same is told below the table
        return (  # the least comes first, and False before True
            column != columns[0],  # which identifies the row
            column in same,
            not is_unit,
            not is_amount,
            column not in numbers,  # such as times
            0 if is_amount else widths[column],  # `amount` stays before the fees, which are narrower
        )

    chosen: list[str] = []
    for column in sorted(columns, key=rank):
        if not texts[column] <= {"", "null"} and _total([*chosen, column], widths) <= width:
            chosen.append(column)
    return [column for column in columns if column in chosen]


def _lacks_amounts(hidden: Iterable[str], columns: Iterable[str], rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether the first column of amounts, or one with their assets, is hidden though its values differ."""
    amount = next((column for column in columns if _is_one_of(AMOUNTS, column)), None)
    return amount is not None and any(
        (column == amount or _is_one_of(UNITS, column)) and len({row.get(column, "") for row in rows}) > 1
        for column in hidden
    )


def _is_one_of(names: Set[str], column: str) -> bool:
    return column.rpartition(".")[2] in names


def _table(columns: Iterable[str], rows: Iterable[Mapping[str, str]], numbers: Set[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    columns = list(columns)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(row.get(column, "") for column in columns))
    return table
