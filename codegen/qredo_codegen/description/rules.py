"""What a description must be, so that a complete and correct client can be made of it."""

from __future__ import annotations

from .document import Document
from .normal import normalize
from .openapi import validate
from .places import Problem
from .rules_described import RULES as DESCRIBED
from .rules_extensions import RULES as EXTENSIONS
from .rules_extensions import shapes
from .rules_form import RULES as FORM
from .rules_operations import RULES as OPERATIONS
from .rules_schemas import RULES as SCHEMAS

__all__ = ["Problem", "check_described", "check_generable", "validate"]


def check_generable(document: Document) -> list[Problem]:
    """Find what is ambiguous or meaningless, so that no client can be made of it.

    Args:
        document: Valid OpenAPI (see `validate`): the rules take its structure as given.

    Returns:
        Every problem with its place; none for a document that can be generated from. While an extension is malformed,
        only that is reported.
    """
    rules = (*SCHEMAS, *OPERATIONS, *EXTENSIONS)
    found = list(shapes(document)) or [problem for rule in rules for problem in rule(document)]
    return found or normalize(document).problems


def check_described(document: Document) -> list[Problem]:
    """Find what one of our own descriptions leaves unexplained, unshown or unused, and what is not in our form.

    Args:
        document: One in which `check_generable` finds nothing. One that says `x-form: vendor` at its top is in the
            vendor's form: none of these rules is about it.

    Returns:
        Every problem with its place; none for a complete description.
    """
    rules = () if document.get("x-form") == "vendor" else (*FORM, *DESCRIBED)
    return list(shapes(document)) or [problem for rule in rules for problem in rule(document)]
