"""The tables in a response: which of them has the fields of `--fields`, and the one that CSV shows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from ._errors import CliError
from ._exits import Exit
from ._readable import flat, wire_text
from ._response_fields import Tables, hint_at, merged, names_in, unknown

__all__ = ["Rows", "csv_of", "fields_with", "is_table", "require_fields", "rows_of", "table_with", "tables_in"]

Rows = list[dict[str, Any]]

# Texts of others, such as a reference, reach the spreadsheet. Apostrophes before the sign count, so that one that was
# received is told from one that was put in front: `'=x` gets another.
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20]")  # also their full-width forms
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def is_table(value: Any) -> bool:
    """Whether a value is a list with objects."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def rows_of(items: Iterable[Any]) -> Rows:
    """Return the items as rows, with nested fields by their paths."""
    return [dict(flat(item)) if isinstance(item, dict) else {"value": item} for item in items]


def tables_in(value: Any) -> dict[str, Rows]:
    """Return the rows of a response: of itself, and of each list of objects in it by its name."""
    if not isinstance(value, dict):
        return {"": rows_of(value if isinstance(value, list) else [value])}
    return {"": rows_of([value]), **{name: rows_of(each) for name, each in flat(value) if is_table(each)}}


def require_fields(names: Iterable[str], known: Set[str], where: str, code: Exit) -> None:
    """Raise `CliError` for names that are not known."""
    if missing := unknown(names, known):
        raise CliError(f"--fields: {where} has no field {', '.join(missing)}", hint_at(missing[0], known), code=code)


def fields_with(names: Sequence[str], value: Any, tables: Mapping[str, Rows], known: Tables) -> Tables:
    """Return the fields that a response has or can have, by table.

    Args:
        names: Those that are asked for.
        value: The response.
        tables: Its tables.
        known: Fields that it can have, and need not.

    Raises:
        CliError: It has not all of these names. If it has a list without items, they may be of those.
    """
    fields = merged({name: {column for row in rows for column in row} for name, rows in tables.items()}, known)
    if not _has_empty_list(value):
        require_fields(names, names_in(fields), "the response", Exit.OUTPUT)
    return fields


def table_with(names: Sequence[str], tables: Tables, code: Exit) -> str:
    """Return the name of the one table that has all these fields: the usual one if it does.

    Raises:
        CliError: There is no such table, or there are several.
    """
    fitting = [name for name, fields in tables.items() if not unknown(names, fields)]
    usual = _usual_table(tables)
    if usual in fitting or len(fitting) == 1:
        return usual if usual in fitting else fitting[0]
    what = f"that several lists have: {', '.join(fitting)}" if fitting else "that no list has together"
    hint = "CSV is one table: name fields of one list, or use --json"
    raise CliError(f"--fields {','.join(names)} names fields {what}", hint, code=code)


def csv_of(value: Any, names: Sequence[str], known: Tables) -> str:
    """Return one table of a response as CSV.

    Args:
        value: The response.
        names: The columns; empty for all.
        known: Fields that the response can have, and need not.

    Raises:
        CliError: There is no table with these columns.
    """
    tables = tables_in(value)
    rows = _rows_with(names, value, tables, known) if names else tables[_usual_table(tables)]
    columns = names or list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Return the text of a cell. No spreadsheet takes it for a formula, and what was received can be told from it."""
    text = "" if value is None else wire_text(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _rows_with(names: Sequence[str], value: Any, tables: Mapping[str, Rows], known: Tables) -> Rows:
    fields = fields_with(names, value, tables, known)
    if unknown(names, names_in(fields)):  # of a list without items
        return []
    return tables.get(table_with(names, fields, Exit.OUTPUT), [])


def _has_empty_list(value: Any) -> bool:
    return value == [] or (isinstance(value, dict) and any(each == [] for _, each in flat(value)))


def _usual_table(tables: Mapping[str, object]) -> str:
    """The table of CSV: the one list of objects. Of several, as of none, the fields of the response make one row."""
    lists = [name for name in tables if name]
    return lists[0] if len(lists) == 1 else ""
