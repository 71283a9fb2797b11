"""Rules for references: what points at nothing cannot be generated."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qredo_codegen.errors import DocumentError

from .document import Document, resolve
from .places import Problem, references

__all__ = ["RULES", "references_resolve"]


def references_resolve(document: Document) -> Iterator[Problem]:
    """Each $ref points at something in the document."""
    for at, ref in references(document):
        try:
            resolve(document, ref)
        except DocumentError as error:
            yield Problem(at + "/$ref", str(error))


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (references_resolve,)
