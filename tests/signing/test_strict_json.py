"""JSON that has one meaning, for request bodies of the command line and of the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing._strict_json import JSONError, load


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_is_read_as_it_is(value: Any) -> None:
    """What JSON can hold is read without a change."""
    assert load(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"{'a': 1}", "is not JSON"),
        (b"{}{}", "is not JSON"),
        (b"NaN", "has NaN"),
        (b"[Infinity]", "has Infinity"),
        (b'{"a": {"b": 1, "b": 1}}', "has the key 'b' twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "cannot be read"),
        (b'"\xff"', "is not UTF-8"),
    ],
)
def test_what_has_no_one_meaning_is_rejected(data: bytes, problem: str) -> None:
    """Text that is not JSON, or that parsers read differently, raises an error that says what is wrong."""
    with pytest.raises(JSONError, match=problem):
        load(data)
