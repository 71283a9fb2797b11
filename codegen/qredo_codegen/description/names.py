"""How names on the wire are written in Python: the one namer of the rules, the generator and the comparison.

A name that was given once is kept (`spec/PACKAGE/names.yaml`), whatever is added before or after. Names that are
written in Python as they are on the wire need no record: they go before every other newcomer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import NamedTuple

from openapi_python_client.strings import ClassName, PythonIdentifier

__all__ = ["Names", "Wanted", "argument_name", "class_name", "member_name"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Wanted(NamedTuple):
    """A name that is asked for.

    Attributes:
        key: What has the name: unique in its scope, and the same in the next version of the description.
        wire: Its name on the wire, or None where a name has to be made up.
        python: The name that it gets if no other has it.
    """

    key: str
    wire: str | None
    python: str


class Names:
    """Gives names, and keeps those that were given.

    Args:
        kept: What `record` gave the last time.

    Attributes:
        record: The names to keep, by section and key: those that do not follow from the wire alone.
    """

    def __init__(self, kept: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._kept = kept or {}
        self.record: dict[str, dict[str, str]] = {}

    def give(
        self, section: str, wanted: Iterable[Wanted], is_free: Callable[[str], bool], scope: str = ""
    ) -> dict[str, str]:
        """Give each of a scope its own name.

        Args:
            section: Part of the record.
            wanted: What is asked for, in the order of the description.
            is_free: Whether a name can be used at all in this scope.
            scope: What the keys of the record begin with.

        Returns:
            The name of each key.
        """
        kept = self._kept.get(section, {})
        items = list(wanted)
        given: dict[str, str] = {}
        used: set[str] = set()

        def take(item: Wanted, names: Iterable[str]) -> None:
            """Give the first of these names that can be used, unless it has one already."""
            if item.key in given:
                return
            name = next((name for name in names if name not in used and is_free(name)), None)
            if name is not None:
                given[item.key] = name
                used.add(name)
            if name not in (None, item.wire):
                self.record.setdefault(section, {})[scope + item.key] = name

        for item in items:
            name = kept.get(scope + item.key, "")
            take(item, [name] if name.isidentifier() else [])
        for item in items:
            take(item, [item.python] if item.wire == item.python else [])
        for item in items:
            take(item, _candidates(item.python, section))
        return {item.key: given[item.key] for item in items}


def argument_name(wire: str) -> str:
    """The name of the argument or attribute for a name on the wire: `fundId` becomes fund_id."""
    return _settled(wire, lambda text: str(PythonIdentifier(text, "field_")), "field")


def class_name(text: str) -> str:
    """The name of the class for a schema: `fund-info` becomes FundInfo."""
    return _settled(text, lambda given: str(ClassName(given, "Model")), "Model")


def member_name(value: object) -> str:
    """The name of an enum member: `ApproveWithdraw` becomes APPROVE_WITHDRAW, the empty text EMPTY, 3 VALUE_3."""
    text = str(value)
    minus = "MINUS_" if re.fullmatch(r"-[0-9]+", text) else ""
    name = minus + "_".join(_WORDS.findall(text)).upper()
    if not name:
        name = "_".join(unicodedata.name(one, f"U{ord(one):04X}") for one in text[:3]).upper() or "EMPTY"
        name = re.sub(r"[^A-Z0-9]+", "_", name).strip("_")
    return f"VALUE_{name}" if name[0].isdigit() or minus else name


def _settled(text: str, change: Callable[[str], str], otherwise: str) -> str:
    """A name that stays what it is when it is made a name once more, as the parser does."""
    name = change(unicodedata.normalize("NFKC", text))
    for _ in range(8):
        again = change(unicodedata.normalize("NFKC", name))
        if again == name:
            break
        name = again
    return name if name.isidentifier() and not name.startswith("_") else otherwise


def _candidates(name: str, section: str) -> Iterable[str]:
    yield name
    is_class = section == "classes"
    if is_class:
        yield f"{name}Model"
    yield from (f"{name}{number}" if is_class else f"{name.rstrip('_')}_{number}" for number in range(2, 100))
    # In some scripts no number after a name leaves it what the parser reads.
    yield from (f"Model{number}" if is_class else f"field_{number}" for number in count(2))
