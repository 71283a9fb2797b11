"""Parameters, and fields of forms, which are written as parameters of a query are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from .schemas import kinds_of

__all__ = ["STYLES", "Parameter", "styled"]

STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}
"""The styles of a place, the default first."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the path, the query or a header, or a field of a form.

    Attributes:
        where: `path`, `query` or `header`; a field of a form is as in a query.
        style: One of OpenAPI's styles, or `json` where its media type says so.
        explode: Whether each item of a list, or each field of an object, stands by itself.
        is_many: Whether it is a list.
        is_object: Whether it is an object.
    """

    name: str
    where: str
    required: bool
    schema: Any
    style: str = "simple"
    explode: bool = False
    is_many: bool = False
    is_object: bool = False

    @property
    def is_spread(self) -> bool:
        """Whether it has no name in the query: each field of the object is a parameter there."""
        return self.is_object and self.explode and self.where == "query" and self.style != "deepObject"

    @property
    def is_repeated(self) -> bool:
        """Whether each item of the list has the name of the parameter."""
        return self.is_many and self.explode and self.where == "query"

    def takes(self, name: str, others: Collection[str]) -> bool:
        """Whether a name in the query belongs to it.

        Args:
            name: The name.
            others: The names of the other parameters.
        """
        if self.style == "deepObject":
            return name.startswith(f"{self.name}[")
        return name not in others if self.is_spread else name == self.name


def styled(
    name: str, where: str, schema: Any, style: str, explode: bool | None = None, *, required: bool = False
) -> Parameter:
    """A parameter with a style.

    Args:
        name: Its name.
        where: Its place.
        schema: The schema of its value.
        style: One of the styles of its place.
        explode: As the description says, None for the default of the style.
        required: Whether it has to be there.
    """
    kinds = kinds_of(schema) - {"null"}
    explode = style == "form" if explode is None else explode
    return Parameter(name, where, required, schema, style, explode, kinds == {"array"}, kinds == {"object"})
