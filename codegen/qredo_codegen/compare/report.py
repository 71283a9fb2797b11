"""What a comparison found, for people (Markdown) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from qredo_codegen._markdown import cell, table
from qredo_codegen.description.document import Document

from .changes import Change, Effect
from .verdict import Verdict

__all__ = ["SCHEMA_VERSION", "by_call", "json_report", "markdown_report", "phrase", "show", "summary", "told"]

SCHEMA_VERSION = 1
"""Of the JSON report: goes up when a program that reads it would have to change."""

_HEADS = ("Effect", "What", "Where", "Before", "After", "Why", "Fingerprint")
_WHOLE, _SHARED = "The API as a whole", "In several operations"
_CAME, _WENT = "New operations and feeds", "Operations and feeds that are gone"
_ORDER = (_WHOLE, _WENT, _CAME, _SHARED)


def markdown_report(verdict: Verdict, title: str, *, texts: bool = False) -> str:
    """A report to read: a summary, then a table per operation.

    Args:
        verdict: What was found.
        title: The first heading.
        texts: Whether to list differences of words too.
    """
    changes = verdict.comparison.changes if texts else verdict.comparison.material
    blocks = [f"# {title}", _versions(verdict), summary(verdict)]
    for heading, found in by_call(changes).items():
        blocks += [f"## {heading}", table(_HEADS, _rows(found, verdict))]
    blocks += ["## Python", _python(verdict)]
    if verdict.waivers:
        lines = [f"- `{one.fingerprint}` ({one.date}): {one.reason}" for one in verdict.waivers.values()]
        blocks += ["## Waived", "\n".join(lines)]
    return "\n\n".join(blocks) + "\n"


def json_report(verdict: Verdict, *, texts: bool = False) -> str:
    """A report to compute with; `schema_version` says how it is built."""
    changes = verdict.comparison.changes if texts else verdict.comparison.material
    python = verdict.python and [
        {**_json(one.change, verdict), "follows_from": [cause.fingerprint for cause in one.causes]}
        for one in verdict.python
    ]
    report = {
        "schema_version": SCHEMA_VERSION,
        "old": _version(verdict.comparison.old),
        "new": _version(verdict.comparison.new),
        "summary": _counts(verdict),
        "changes": [_json(change, verdict) for change in changes],
        "python": python,
        "python_not_looked_at": verdict.not_looked_at or None,
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def summary(verdict: Verdict) -> str:
    """What it comes to, in a line or two."""
    counts = _counts(verdict)
    if not verdict.comparison.changes and not verdict.breaking:
        return "No difference."
    text = f"{counts['breaking']} breaking ({counts['unwaived']} not waived), {counts['compatible']} compatible"
    text += f", {counts['text']} in texts only."
    alone = len(verdict.breaking) - len(verdict.comparison.breaking)
    return text + (f" Of the breaking ones, {alone} can be seen in Python only." if alone else "")


def by_call(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by the operation that they belong to; first those of the API, then those that several share."""
    groups: dict[str, list[Change]] = {heading: [] for heading in _ORDER}
    for change in sorted(changes, key=lambda one: _heading(one).replace("`", " ")):
        groups.setdefault(_heading(change), []).append(change)
    return {heading: found for heading, found in groups.items() if found}


def phrase(change: Change) -> str:
    """What happened, in words: `request field removed: `country``."""
    words = change.kind.replace("-", " ")
    return f"{words}: `{cell(change.subject)}`" if change.subject else words


def told(change: Change) -> str:
    """A change in a line, with its fingerprint and the first few places where it is met."""
    places = ", ".join(map(str, change.locations[:3])) + (" ..." if len(change.locations) > 3 else "")
    values = "" if change.before is change.after is None else f": {show(change.before)} to {show(change.after)}"
    at = change.new or change.old or change.subject
    return f"{change.fingerprint} {phrase(change)}{values} ({places}) at {at}. {change.why}"


def show(value: Any) -> str:
    """A value as a cell of a table."""
    if value is None:
        return "–"  # noqa: RUF001
    return f"`{cell(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))}`"


def _heading(change: Change) -> str:
    if change.kind in ("operation-removed", "feed-removed"):
        return _WENT
    if change.kind in ("operation-added", "feed-added"):
        return _CAME
    if len({location.call for location in change.locations}) > 1:
        return _SHARED
    location = change.locations[-1]
    title, name = location.title, location.name or location.call
    return f"`{name}`: `{title}`" if location.method and name != title else f"`{name}`" if name else _WHOLE


def _rows(changes: Sequence[Change], verdict: Verdict) -> Iterator[tuple[str, ...]]:
    for change in sorted(changes, key=lambda one: list(Effect).index(one.effect)):
        pointers = dict.fromkeys(at for at in (change.old, change.new) if at)
        where = "<br>".join([*_places(change), " → ".join(f"`{cell(at)}`" for at in pointers)])
        what = _effect(change, verdict), phrase(change), where
        yield *what, show(change.before), show(change.after), change.why, f"`{change.fingerprint}`"


def _places(change: Change) -> list[str]:
    """Where it is met; the first few, where it is met often."""
    if len({location.call for location in change.locations}) > 1:
        places = [f"`{location.name or location.call}` {location.place}" for location in change.locations]
    else:
        places = [location.place for location in change.locations if location.place]
    rest = len(places) - 3
    return [cell(place) for place in places[:3]] + ([f"and {rest} more"] if rest > 0 else [])


def _effect(change: Change, verdict: Verdict) -> str:
    if change.fingerprint in verdict.waivers:
        return f"{change.effect}, waived"
    return f"**{change.effect}**" if change.effect is Effect.BREAKING else str(change.effect)


def _python(verdict: Verdict) -> str:
    if verdict.python is None:
        return f"Not looked at: {verdict.not_looked_at}"
    if not verdict.python:
        return "No public name of the generated package changes in a way that breaks code."
    rows = [
        (
            "follows" if one.causes else _effect(one.change, verdict),
            phrase(one.change),
            show(one.change.before),
            show(one.change.after),
            ", ".join(f"`{cause.fingerprint}`" for cause in one.causes) or one.change.why,
            f"`{one.change.fingerprint}`",
        )
        for one in verdict.python
    ]
    return table(("Effect", "What", "Before", "After", "Follows from, or why", "Fingerprint"), rows)


def _versions(verdict: Verdict) -> str:
    old, new = _version(verdict.comparison.old), _version(verdict.comparison.new)
    return f"From {old['title']} {old['version']} to {new['title']} {new['version']}."


def _version(document: Document) -> dict[str, str]:
    info = document.get("info", {})
    revision = f"+r{info['x-revision']}" if "x-revision" in info else ""
    return {"title": str(info.get("title", "")), "version": f"{info.get('version', '')}{revision}"}


def _counts(verdict: Verdict) -> dict[str, int]:
    return {
        "breaking": len(verdict.breaking),
        "unwaived": len(verdict.unwaived),
        "compatible": len(verdict.compatible),
        "text": len(verdict.texts),
    }


def _json(change: Change, verdict: Verdict) -> dict[str, Any]:
    waiver = verdict.waivers.get(change.fingerprint)
    return {
        "fingerprint": change.fingerprint,
        "kind": change.kind,
        "class": change.effect.value,
        "subject": change.subject,
        "old": change.old,
        "new": change.new,
        "before": change.before,
        "after": change.after,
        "why": change.why,
        "locations": [location._asdict() for location in change.locations],
        "waived": waiver and {"reason": waiver.reason, "date": waiver.date.isoformat()},
    }
