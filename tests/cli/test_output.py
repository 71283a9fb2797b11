"""Output for people: tables, times, amounts; and values from the text of options."""

from __future__ import annotations

import csv
import enum
import io
import math
import re
import sys
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from qredo_partner_v1_0._core import parse_json
from qredo_signing._operations import Parameter
from qredo_signing._text import printable
from qredo_signing.cli._confirmation import lines_of
from qredo_signing.cli._errors import CliError
from qredo_signing.cli._json import to_json
from qredo_signing.cli._readable import AMOUNTS, TIMES, UNITS, line_of, readable
from qredo_signing.cli._response_fields import NOTHING_KNOWN
from qredo_signing.cli._response_tables import csv_of
from qredo_signing.cli._responses import show_response
from qredo_signing.cli._table import table_of
from qredo_signing.cli._values import parse_value, shape_of
from qredo_signing.cli._view import View
from rich.cells import cell_len
from rich.console import Console

from ..versions import OUR_OWN, document_of


def test_a_table_that_is_too_wide_is_printed_below_each_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a narrow terminal rows become blocks of fields, and nothing is cut off."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    row = {"id": "x" * 30, "name": "y" * 30}
    View().show({"rows": [row, row]})
    out = capsys.readouterr().out
    assert "rows 2" in out
    assert out.count("x" * 30) == 2


ROWS = st.lists(
    st.dictionaries(st.sampled_from(["id", "amount", "reference", "address"]), st.text(max_size=30), min_size=1),
    min_size=1,
    max_size=4,
)


@given(ROWS, st.integers(20, 120))
def test_a_table_fits_the_terminal(rows: list[dict[str, str]], width: int) -> None:
    """A table is never wider than the terminal, no text in it is cut, and each column is shown or named as hidden."""
    rows = [{name: printable(text) for name, text in row.items()} for row in rows]
    table, hidden = table_of(rows, {"amount"}, width, choose=True)
    if table is None:
        return
    console = Console(width=width, file=io.StringIO(), color_system=None, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(table)
    shown = capture.get()
    assert max(cell_len(line) for line in shown.splitlines()) <= width
    columns = [str(column.header) for column in table.columns]
    assert sorted([*columns, *hidden]) == sorted({name for row in rows for name in row})
    # White space at an end is not seen, and a column that is aligned to the right drops it.
    assert all(row.get(column, "").strip() in shown for row in rows for column in columns)


def test_columns_are_chosen_by_content(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal amounts stay and long and empty columns go; values that all rows have are told."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "dumb")
    row = {"id": "a" * 27, "address": "b" * 44, "asset": "BTC-TESTNET", "note": "", "amount": 1, "status": "new"}
    View().show({"rows": [row, {**row, "amount": 1_000_000, "address": "c" * 44}]})
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["id", "amount", "status"]
    assert "1,000,000" in lines[5]
    assert lines[6:] == ["in all rows: asset BTC-TESTNET", "not shown: address, note (--fields NAME,... chooses)"]


LEDGER = [
    {"id": "a" * 27, "status": "new", "asset": "BTC-TESTNET", "amount": 2_500_000_000, "fees": 1, "net_amount": 1},
    {"id": "b" * 27, "status": "old", "asset": "ETH-TESTNET", "amount": 1, "fees": 2, "net_amount": 2_500_000_000},
]


@pytest.mark.parametrize(
    ("columns", "expected"), [(62, ["id", "asset", "amount"]), (70, ["id", "asset", "amount", "fees"])]
)
def test_amounts_are_shown_with_their_assets(
    columns: int, expected: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not all columns fit, the asset and the amount come before narrower ones."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    View().show(LEDGER)
    assert capsys.readouterr().out.splitlines()[0].split() == expected


def test_no_amount_is_shown_without_its_asset(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an amount and its asset do not fit beside the id, each field has a line."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "55")
    monkeypatch.setenv("TERM", "dumb")
    View().show(LEDGER)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["asset", "ETH-TESTNET"] in lines
    assert ["amount", "2,500,000,000"] in lines


def test_fields_raw_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    """--fields chooses and orders, --raw and --csv print values as received."""
    value = {"total": 2, "list": [{"id": "a", "amount": 1000, "created": 1700000000}, {"id": "b", "amount": None}]}
    View(fields="created, amount").show(value)
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "2023-11-14 22:13:20Z    1,000",
        "                         null",
    ]
    View(fields="amount,created", raw=True).show(value)
    assert capsys.readouterr().out.splitlines()[-2:] == ["  1000   1700000000", "  null"]
    View(csv=True).show(value)
    assert capsys.readouterr().out == "id,amount,created\na,1000,1700000000\nb,,\n"
    View(csv=True, fields="total").show({"total": 2})
    assert capsys.readouterr().out == "total\n2\n"
    View(fields="list", raw=True).show({"name": "x", "list": [{"id": "a", "amount": 1000}]})
    assert capsys.readouterr().out.split()[-2:] == ["a", "1000"]


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_field_that_is_not_there_is_an_error(as_csv: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name in --fields prints nothing, and the error names the fields of the response."""
    with pytest.raises(CliError, match="has no field ids") as caught:
        View(fields="amount,ids", csv=as_csv).show([{"id": "a", "amount": 1}])
    assert caught.value.hint == "did you mean id? the fields are amount, id"
    assert capsys.readouterr().out == ""


def test_a_field_that_may_be_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """A described field that no row has is an empty column of CSV, and an empty list is a header alone."""
    known = {"": {"total", "list"}, "list": {"note", "id"}}
    View(fields="note,id", csv=True).show({"total": 1, "list": [{"id": "a"}]}, known)
    assert capsys.readouterr().out == "note,id\n,a\n"
    View(fields="note,id", csv=True).show({"total": 0, "list": []}, known)
    assert capsys.readouterr().out == "note,id\n"
    View(fields="note,id", csv=True).show({"total": 0, "list": []})
    assert capsys.readouterr().out == "note,id\n"
    View(fields="note,id").show([{"id": "a"}], {"": {"note"}})
    assert capsys.readouterr().out.split()[0] == "id"


@pytest.mark.parametrize("wallets", [[], [{"id": "w", "name": "Main"}]])
def test_fields_choose_the_table_of_csv(wallets: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """CSV has the one list, or the response itself, that has all fields of --fields, however many rows it has."""
    value = {"name": "Treasury", "wallets": wallets, "members": [{"name": "ann"}]}
    known = {"": {"name", "wallets", "members"}, "wallets": {"id", "name"}, "members": {"name"}}
    View(fields="name,id", csv=True).show(value, known)
    assert capsys.readouterr().out == "name,id\n" + "Main,w\n" * len(wallets)
    View(fields="name", csv=True).show(value, known)
    assert capsys.readouterr().out == "name\nTreasury\n"


@pytest.mark.parametrize(
    ("fields", "where"), [("id,total", "no list has together"), ("name", "several lists have: wallets, members")]
)
def test_fields_of_several_tables_are_no_csv(fields: str, where: str) -> None:
    """Fields that no table has together, or several have, are an error: before the call, and with a response."""
    value = {"total": 1, "wallets": [{"id": "w", "name": "Main"}], "members": [{"name": "ann"}]}
    known = {"": {"total"}, "wallets": {"id", "name"}, "members": {"name"}}
    view = View(fields=fields, csv=True)
    with pytest.raises(CliError, match=where):
        view.check_fields("fund.get", known)
    with pytest.raises(CliError, match=where):
        view.show(value)


@given(st.text(st.sampled_from("'=+-@\uff1d1.eAB, "), max_size=6))
@example("=1+1")
@example("'=1+1")
@example("-1.5E-7")
def test_no_text_of_csv_is_a_formula(text: str) -> None:
    """A cell or column that a spreadsheet would compute has an apostrophe in front, and one less gives the text."""
    number = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
    header, row = csv.reader(io.StringIO(csv_of([{text: text}], [], NOTHING_KNOWN)))
    assert header == row
    cell = "".join(row)
    assert cell[:1] not in {*"=+-@\uff1d"} or number.fullmatch(cell)
    assert (cell[1:] if re.match("'+[=+\\-@\uff1d]", cell) else cell) == text


def test_numbers_of_csv_are_as_received(capsys: pytest.CaptureFixture[str]) -> None:
    """A negative number, with a fraction or without, stays a number."""
    show_response(httpx.Response(200, content=b'[{"change": -5, "rate": -1.50e-7}]'), View(csv=True))
    assert capsys.readouterr().out == "change,rate\n-5,-1.50e-7\n"


@pytest.mark.parametrize("options", [{"csv": True}, {"raw": True}, {"fields": "id"}])
def test_json_is_everything_as_received(options: dict[str, Any]) -> None:
    """--json excludes the options that choose or format."""
    with pytest.raises(CliError, match="--json prints all"):
        View(as_json=True, **options)


@pytest.mark.parametrize("package", OUR_OWN)
def test_times_and_amounts_are_those_of_the_descriptions(package: str) -> None:
    """Fields in Unix seconds or base units are formatted so, other integers are no times; assets are known."""
    schemas = document_of(package)["components"]["schemas"]
    fields = [(name, each) for schema in schemas.values() for name, each in schema.get("properties", {}).items()]
    integers = [(name, each.get("description", "")) for name, each in fields if each.get("type") == "integer"]
    times = {name for name, text in integers if "Unix seconds" in text}
    assert times <= TIMES
    assert {name for name, text in integers if "base units" in text} - {"scale"} <= AMOUNTS
    assert not TIMES & {name for name, text in integers if "Unix seconds" not in text}
    with_amounts = [each["properties"] for each in schemas.values() if AMOUNTS & each.get("properties", {}).keys()]
    texts = {name for each in with_amounts for name, field in each.items() if field.get("type") == "string"}
    assert {name for name in texts if name.endswith(("asset", "symbol"))} <= UNITS


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("created", 1700000000, "2023-11-14 22:13:20Z"),
        ("expireTime", 0, "0"),
        ("pending", True, "true"),
        ("send.amount", 2**63, "9,223,372,036,854,775,808"),
        ("amount", -1500, "-1,500"),
        ("amount", "1500", "1500"),
        ("scale", 100000000, "100000000"),
    ],
)
def test_values_are_readable(name: str, value: Any, text: str) -> None:
    """Times are in UTC and amounts in groups of digits; other values are as received."""
    assert readable(name, value) == text


def test_a_confirmation_shows_coins_base_units_and_expiry() -> None:
    """Amounts are in base units and in coins of the asset beside them, times in UTC and as sent."""
    request = {
        "company_id": "c",
        "send": {"symbol": "BTC", "amount": 150_000},
        "receive": {"symbol": "NEW", "amount": 7},
        "expires": 1700000000,
    }
    assert dict(lines_of(request, {"BTC": 100_000_000})) == {
        "company_id": "c",
        "send.symbol": "BTC",
        "send.amount": "150,000 base units (0.00150000 BTC)",
        "receive.symbol": "NEW",
        "receive.amount": "7 base units (scale of NEW not known)",
        "expires": "2023-11-14 22:13:20Z (1700000000)",
    }


@pytest.mark.parametrize(
    "value", [[], {}, None, 1, "text", [1, 2], {"a": []}, {"a": {"b": [{"c": [1]}]}}, [[1], {}], {"": 5}]
)
def test_any_json_is_printed(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Every JSON value can be printed."""
    View().show(value)
    assert "Traceback" not in capsys.readouterr().out


def test_numbers_of_a_package_keep_their_digits() -> None:
    """A number that an API package read, as in a page or a message of a feed, is written as it came."""
    value = parse_json(b'{"rate": 0.10000000000000000001}', "")
    assert to_json(value) == '{"rate": 0.10000000000000000001}'
    assert line_of(value) == "rate=0.10000000000000000001"


def test_numbers_with_a_fraction_keep_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    """A rate is shown as it came, not as a float."""
    show_response(httpx.Response(200, content=b'{"rate": 0.10000000000000000001, "n": 1e400}'), View())
    out = capsys.readouterr().out
    assert "0.10000000000000000001" in out
    assert "1e400" in out


def test_a_response_without_content_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """People read the status, programs get nothing."""
    show_response(httpx.Response(202), View())
    show_response(httpx.Response(202), View(as_json=True))
    assert capsys.readouterr().out == "HTTP 202, without a body\n"


@given(st.text())
def test_no_text_reaches_the_terminal_with_control_characters(text: str) -> None:
    """What is printed is printable, and printable text is unchanged."""
    shown = printable(text)
    assert shown.isprintable()
    assert shown == text or not text.isprintable()


def test_the_fields_of_a_message_stand_in_one_line() -> None:
    """Nested fields have a path as their name; line breaks in values are escaped."""
    assert line_of({"id": "a", "details": {"n": 1}, "note": "x\ny"}) == r"id=a  details.n=1  note=x\ny"


class _Unset(enum.Enum):
    UNSET = "UNSET"


_Unset.__name__ = "Unset"


def parsed(annotation: Any, given: Any) -> Any:
    """The value of an option of this type."""
    return parse_value(Parameter("x", "other", annotation, required=True, default=None, help=""), given)


@given(st.integers())
def test_integers_are_exact(number: int) -> None:
    """Any integer comes out as it was typed."""
    assert parsed(int | _Unset, str(number)) == number


@pytest.mark.parametrize("text", ["", "1.0", "1e3", "1_000", "\u0661", "0x10", " 1", "1 ", "nan", "-"])
def test_what_is_no_integer_is_refused(text: str) -> None:
    """Nothing is guessed, rounded or trimmed."""
    with pytest.raises(ValueError, match="not a whole number"):
        parsed(int, text)


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        (int | str, "5", 5),
        (int | str, "007", "007"),
        (int | str, "abc", "abc"),
        (str | int, "5", "5"),
        (int | Decimal, "1.50", Decimal("1.50")),
        (Decimal | str | None, "1e3", "1e3"),
        (bool | str, "true", True),
        (list[int | str] | _Unset, ["a", "1"], ["a", 1]),
        (list[bool], ["true", "false"], [True, False]),
        (list[list[int]], ["[[1], [2, 3]]"], [[1], [2, 3]]),
    ],
)
def test_a_union_takes_what_one_of_its_types_takes(annotation: Any, given: Any, value: Any) -> None:
    """The first type, in the order of the description, that loses nothing of a text; lists may hold any of these."""
    found = parsed(annotation, given)
    assert (found, repr(found)) == (value, repr(value))


def test_a_boolean_in_a_list_is_true_or_false() -> None:
    """No other word is taken for one."""
    with pytest.raises(ValueError, match="neither true nor false"):
        parsed(list[bool], ["yes"])


def test_a_float_is_no_shape_of_ours() -> None:
    """A type that the CLI does not know is given as JSON."""
    assert shape_of(float).kind == "json"
    assert math.isclose(parsed(float, "1.5"), 1.5)
