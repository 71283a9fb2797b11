"""Whether an annotation may take the place of another, as far as generated packages write them: unions of names."""

from __future__ import annotations

import re

__all__ = ["accepts", "gives"]

_ALWAYS = frozenset({"None", "Unset", ""})
"""Whether something may be missing or null is told by the comparison of the descriptions."""


def gives(old: object, new: object, strings: set[str], gone: set[str]) -> bool:
    """Whether code that reads a value of the old type can read one of the new.

    Args:
        old: Annotation of before.
        new: Annotation of now.
        strings: Classes of the new package whose instances are a `str` as well.
        gone: Classes that are told of as a whole.
    """
    ours, theirs = _members(old), _members(new)
    if not ours or _names(old) & gone:
        return True
    return all(one in ours or (one in strings and "str" in ours) for one in theirs)


def accepts(old: object, new: object, strings: set[str], gone: set[str]) -> bool:
    """Whether an argument that was right for the old type is right for the new one.

    Args:
        old: Annotation of before.
        new: Annotation of now.
        strings: Classes of the old package whose instances are a `str` as well.
        gone: Classes that are told of as a whole.
    """
    ours, theirs = _members(old), _members(new)
    return all(one in theirs or (one in strings and "str" in theirs) or _names(one) & gone for one in ours)


def _members(annotation: object) -> set[str]:
    return {part.strip() for part in re.split(r"\|(?![^\[]*\])", str(annotation or ""))} - _ALWAYS


def _names(annotation: object) -> set[str]:
    return set(re.findall(r"\w+", str(annotation)))
