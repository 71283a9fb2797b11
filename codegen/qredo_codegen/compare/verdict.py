"""What a comparison comes to: the changes of the description and of Python's names, less what was waived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qredo_codegen.description.document import Document
from qredo_codegen.errors import GenerationError

from .changes import Change, Effect
from .descriptions import Comparison, compare
from .python_causes import causes
from .waivers import Waiver, refuse_unused

__all__ = ["PythonChange", "Verdict", "judge"]


@dataclass(frozen=True)
class PythonChange:
    """A change of the names that Python users write.

    Attributes:
        change: The change.
        causes: Breaking changes of the description that it follows from; none if it stands alone.
    """

    change: Change
    causes: tuple[Change, ...]


@dataclass(frozen=True)
class Verdict:
    """A comparison with everything that belongs to a decision.

    Attributes:
        comparison: The two descriptions.
        python: What breaks in Python; None if that was not looked at.
        not_looked_at: Why it was not.
        waivers: What was accepted, by fingerprint.
    """

    comparison: Comparison
    python: tuple[PythonChange, ...] | None
    not_looked_at: str
    waivers: dict[str, Waiver]

    @property
    def breaking(self) -> tuple[Change, ...]:
        """Everything that breaks a client, each thing once."""
        alone = (one.change for one in self.python or () if not one.causes)
        return (*self.comparison.breaking, *alone)

    @property
    def unwaived(self) -> tuple[Change, ...]:
        """What breaks a client and was not accepted."""
        return tuple(change for change in self.breaking if change.fingerprint not in self.waivers)

    @property
    def compatible(self) -> tuple[Change, ...]:
        """What a client may notice and is not broken by."""
        return tuple(change for change in self.comparison.material if change.effect is not Effect.BREAKING)

    @property
    def texts(self) -> tuple[Change, ...]:
        """What differs in words only."""
        return tuple(change for change in self.comparison.changes if change.effect is Effect.TEXT)


def judge(
    old: Document,
    new: Document,
    waivers: Sequence[Waiver] = (),
    *,
    python: bool = True,
    what: str = "the comparison",
    breaking_only: bool = True,
) -> Verdict:
    """Compare two descriptions, and the packages that are made from them.

    Args:
        old: What clients were made from.
        new: What they would be made from now.
        waivers: Breaking changes that are accepted.
        python: Whether to generate both packages and compare their names.
        what: What is compared, for messages.
        breaking_only: Whether only what breaks a client can be waived, as nothing else needs it.

    Raises:
        WaiverError: A waiver waives nothing.
    """
    comparison = compare(old, new)
    found, reason = _python(comparison) if python else (None, "it was not asked for")
    verdict = Verdict(comparison, found, reason, {waiver.fingerprint: waiver for waiver in waivers})
    needed = verdict.breaking if breaking_only else (*verdict.breaking, *verdict.compatible)
    refuse_unused(waivers, {change.fingerprint for change in needed}, what)
    return verdict


def _python(comparison: Comparison) -> tuple[tuple[PythonChange, ...] | None, str]:
    if not comparison.changes and comparison.old == comparison.new:
        return (), ""
    from .python_api import python_changes  # griffe is needed here only

    try:
        changes = python_changes(comparison.old, comparison.new)
    except GenerationError as error:
        return None, f"no package can be made from one of them: {error}"
    return tuple(PythonChange(change, causes(change, comparison)) for change in changes), ""
