"""Responses that hold one list: iterable and sized, by `x-list` of the description."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from qredo_partner_v1_1 import ResponseError
from qredo_partner_v1_1.models import TrustedPartyList, TxLedger

from ..versions import DESCRIPTIONS

MARK = re.compile(r"^    (\w+):\n      type: object\n      x-list: (\w+)$", re.MULTILINE)
MARKED = [
    pytest.param(package, name, field, id=f"{package}.{name}")
    for package, path in DESCRIPTIONS.items()
    for name, field in MARK.findall(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("package", "name", "field"), MARKED)
def test_a_response_iterates_over_its_list(package: str, name: str, field: str) -> None:
    """The items in their order, as often as asked; with none where the service sent an empty list."""
    model: Any = getattr(importlib.import_module(f"{package}.models"), name)
    others: dict[str, Any] = {"company_id": "c", "total_count": 2} if name == "TrustedPartyList" else {}
    found = model.from_dict({field: [], **others})
    assert (list(found), len(found)) == ([], 0)


@pytest.mark.parametrize("given", [{}, {"List": None}, {"List": []}])
def test_no_list_is_empty(given: dict[str, Any]) -> None:
    """A list that is missing or null has no items, and its field still tells which it was."""
    found = TxLedger.from_dict(given)
    assert (list(found), len(found), bool(found)) == ([], 0, False)


def test_the_items_are_those_of_the_field() -> None:
    """What the field holds, also by unpacking."""
    one = {"address": "a", "name": "Ann", "trusted_entity_id": "t", "type": "user"}
    found = TrustedPartyList.from_dict({"company_id": "c", "total_count": 1, "list": [one]})
    (party,) = found
    assert found.list_
    assert party is found.list_[0]
    assert len(found) == 1


def test_a_list_that_is_something_else_raises() -> None:
    """A mismatch is never taken for an empty list, nor for one."""
    found = TxLedger.from_dict({"List": {"a": 1}})
    for use in (list, len, bool):
        with pytest.raises(ResponseError, match=r"TxLedger\.List: expected an array, got an object"):
            use(found)
