"""The operations of a description, as a comparison takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qredo_codegen.description.document import METHODS, Document

from .changes import Location
from .shapes import Spot

__all__ = ["Call", "calls", "generic", "placeholders"]


@dataclass(frozen=True)
class Call:
    """An operation of a document.

    Attributes:
        spot: The operation.
        item: The path item that it belongs to.
        method: HTTP method, in capitals.
        path: Path template, as it is written.
    """

    spot: Spot
    item: Spot
    method: str
    path: str

    @property
    def id(self) -> str:
        """Its operationId, or its method and path if it has none."""
        return str(self.spot.get("operationId") or self)

    @property
    def tag(self) -> str:
        """The first of its tags."""
        return str(next(iter(self.spot.get("tags") or ["default"])))

    @property
    def key(self) -> str:
        """What decides its name in Python: its tag, and its operationId or the wire."""
        return f"{self.tag}.{self.id.removeprefix(self.tag + '_')}"

    @property
    def name(self) -> str:
        """What a report calls it: `<tag>.<verb>`, or its method and path as written if it has no operationId."""
        return self.key if self.spot.get("operationId") else f"{self.method} {self.path}"

    @property
    def location(self) -> Location:
        """Where a change of it is met."""
        return Location(str(self), "", self.name, self.method, self.path)

    def __str__(self) -> str:
        return f"{self.method} {generic(self.path)}"


def calls(document: Document) -> list[Call]:
    """Every operation of a document."""
    root = Spot(document, "", document)
    return [
        Call(operation, item, method.upper(), path)
        for path, item in root.children("paths").items()
        for method in METHODS
        if path.startswith("/") and (operation := item.child(method)) is not None
    ]


def placeholders(path: str) -> list[str]:
    """The names of the parameters in a path, in their order."""
    return re.findall(r"\{([^}]*)\}", path)


def generic(path: str) -> str:
    """A path without the names of its parameters, which do not go over the wire."""
    return re.sub(r"\{[^}]*\}", "{}", path)
