"""Breaking changes that were accepted on purpose: a file of fingerprints, each with a reason and a date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from qredo_codegen.description.document import plain
from qredo_codegen.errors import CodegenError, DocumentError

__all__ = ["Waiver", "WaiverError", "load_waivers", "refuse_unused"]

_FINGERPRINT = re.compile(r"[0-9a-f]{12}")
_KEYS = ("fingerprint", "reason", "date")


class WaiverError(CodegenError):
    """A file of waivers that is malformed, or that waives what is not there."""


@dataclass(frozen=True)
class Waiver:
    """One accepted change.

    Attributes:
        fingerprint: Of the change.
        reason: Why it may go in.
        date: When that was decided.
    """

    fingerprint: str
    reason: str
    date: date


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers: a list of mappings with `fingerprint`, `reason` and `date` (YYYY-MM-DD).

    Returns:
        The waivers; none if there is no such file.

    Raises:
        DocumentError: The file cannot be read as YAML.
        WaiverError: It is no such list; each mistake is named.
    """
    if not path.exists():
        return ()
    try:
        # No type is guessed: a fingerprint of digits stays text, and so does a date.
        given = plain(yaml.load(path.read_bytes(), Loader=yaml.BaseLoader))  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DocumentError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if given in ("", None, []):
        return ()
    if not isinstance(given, list):
        raise WaiverError(f"{path}: a list is needed, of mappings with {', '.join(_KEYS)}.")
    problems = [f"{path}: entry {index}: {text}" for index, entry in enumerate(given) for text in _problems(entry)]
    entries = [entry for entry in given if isinstance(entry, dict)]
    fingerprints = Counter(str(entry["fingerprint"]) for entry in entries if "fingerprint" in entry)
    problems += [f"{path}: {one} stands there twice." for one, count in sorted(fingerprints.items()) if count > 1]
    if problems:
        raise WaiverError("\n".join(problems))
    return tuple(
        Waiver(entry["fingerprint"], entry["reason"].strip(), date.fromisoformat(entry["date"])) for entry in given
    )


def refuse_unused(waivers: Sequence[Waiver], used: set[str], what: str) -> None:
    """Refuse waivers for changes that are not there, or that need none.

    Args:
        waivers: What was waived.
        used: Fingerprints of the changes that needed it.
        what: What was compared, for the message.

    Raises:
        WaiverError: There is one; each is named.
    """
    unused = [waiver for waiver in waivers if waiver.fingerprint not in used]
    if unused:
        lines = [f"  {one.fingerprint} of {one.date}: {one.reason}" for one in unused]
        raise WaiverError("\n".join([f"Nothing in {what} needs these waivers; remove them:", *lines]))


def _problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"is {entry!r}; a mapping is needed."
        return
    for key in sorted(entry.keys() - set(_KEYS)):
        yield f"has the unknown key {key!r}."
    for key in _KEYS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            yield f"gives no {key}."
    fingerprint, day = entry.get("fingerprint"), entry.get("date")
    if isinstance(fingerprint, str) and fingerprint.strip() and not _FINGERPRINT.fullmatch(fingerprint):
        yield f"{fingerprint!r} is no fingerprint: twelve hexadecimal digits in lower case are."
    if isinstance(day, str) and day.strip() and not _is_date(day):
        yield f"{day!r} is no date: YYYY-MM-DD is needed."


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
