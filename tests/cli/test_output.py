"""Output for people, and values from text, in the corners."""

from __future__ import annotations

import enum
import json
import math
import sys
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing.cli._operations import Parameter
from qredo_signing.cli._output import line_of, print_value, show_response
from qredo_signing.cli._text import printable
from qredo_signing.cli._values import parse_json, parse_value, shape_of


def test_a_table_that_is_too_wide_is_printed_below_each_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a narrow terminal rows become blocks of fields, and nothing is cut off."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    row = {"id": "x" * 30, "name": "y" * 30}
    print_value({"rows": [row, row]})
    out = capsys.readouterr().out
    assert "rows 2" in out
    assert out.count("x" * 30) == 2


@pytest.mark.parametrize("value", [[], {}, None, 1, "text", [1, 2], {"a": []}, {"a": {"b": [{"c": [1]}]}}, [[1], {}]])
def test_any_json_is_printed(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever an answer is made of, printing it is no error."""
    print_value(value)
    assert "Traceback" not in capsys.readouterr().out


def test_numbers_with_a_fraction_keep_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    """A rate is shown as it came, not as a float."""
    show_response(httpx.Response(200, content=b'{"rate": 0.10000000000000000001, "n": 1e400}'), as_json=False)
    out = capsys.readouterr().out
    assert "0.10000000000000000001" in out
    assert "1e400" in out


def test_an_answer_without_content_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """People read the status, programs get nothing."""
    show_response(httpx.Response(202), as_json=False)
    show_response(httpx.Response(202), as_json=True)
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


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_is_read_as_it_is(value: Any) -> None:
    """What JSON can hold is read without a change."""
    assert parse_json(json.dumps(value)) == value


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", '{"a": 1, "a": 1}', "[" * 100_000, "{'a': 1}"])
def test_what_is_no_json_is_refused(text: str) -> None:
    """Neither NaN nor a key that stands twice is read."""
    with pytest.raises(ValueError, match="JSON"):
        parse_json(text)


def test_a_float_is_no_shape_of_ours() -> None:
    """A type that the CLI does not know is given as JSON."""
    assert shape_of(float).kind == "json"
    assert math.isclose(parsed(float, "1.5"), 1.5)
