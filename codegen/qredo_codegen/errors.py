"""What goes wrong between a description and a generated package."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["CodegenError", "DocumentError", "GenerationError", "OverlayError"]


class CodegenError(Exception):
    """Base of every error that this package raises on purpose."""


class DocumentError(CodegenError):
    """A file that cannot be read as a description, or a place that it does not have."""


class GenerationError(CodegenError):
    """A description from which no complete package can be made.

    Attributes:
        problems: What is wrong or would be lost, each with its place.
    """

    def __init__(self, message: str, problems: Sequence[object] = ()) -> None:
        """Say what failed, and list every problem."""
        super().__init__("\n  ".join([message, *map(str, problems)]))
        self.problems = tuple(problems)


class OverlayError(CodegenError):
    """An overlay that is malformed or does not fit the document.

    Attributes:
        index: Position of the action in `actions`, from 0, or None when the overlay as a whole is wrong.
        target: The action's JSONPath, or None when it has none.
    """

    def __init__(self, message: str, *, index: int | None = None, target: str | None = None) -> None:
        """Say what is wrong, and with which action."""
        where = "" if index is None else f"actions[{index}]" + (f" ({target})" if target else "") + ": "
        super().__init__(where + message)
        self.index = index
        self.target = target
