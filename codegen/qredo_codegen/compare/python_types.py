"""Whether an annotation may take the place of another, as far as generated packages write them: unions of names."""

from __future__ import annotations

import re

__all__ = ["accepts", "gives"]

_ALWAYS = frozenset({"None", "Unset", ""})
"""Whether something may be missing or null is told by the comparison of the descriptions."""


def gives(old: object, new: object, strings: set[str], gone: set[str]) -> bool:
    """Whether code that reads a value of the old type can read one of the new.

    Args:
        old: The old annotation.
        new: Annotation of now.
        strings: Classes of the new package whose instances are a `str` as well.
        gone: Classes that are told of as a whole.
    """
    return not _members(old) or bool(_names(old) & gone) or not _beyond(new, old, strings)


def accepts(old: object, new: object, strings: set[str], gone: set[str]) -> bool:
    """Whether an argument that was right for the old type is right for the new one.

    Args:
        old: The old annotation.
        new: Annotation of now.
        strings: Classes of the old package whose instances are a `str` as well.
        gone: Classes that are told of as a whole.
    """
    return all(_names(one) & gone for one in _beyond(old, new, strings))


def _beyond(annotation: object, other: object, strings: set[str]) -> set[str]:
    """The members of a union that another one does not have, nor a `str` in their place."""
    known = _members(other)
    return _members(annotation) - known - (strings if "str" in known else set())


def _members(annotation: object) -> set[str]:
    return {part.strip() for part in re.split(r"\|(?![^\[]*\])", str(annotation or ""))} - _ALWAYS


def _names(annotation: object) -> set[str]:
    return set(re.findall(r"\w+", str(annotation)))
