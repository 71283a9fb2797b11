"""How callers say who they are: the alternatives of an operation or a feed, and the schemes behind them."""

from __future__ import annotations

from .changes import canonical_json
from .context import Context
from .shapes import TEXTS, Spot

__all__ = ["alternatives", "compare_schemes", "compare_security"]

_NOBODY = "nothing"


def alternatives(holder: Spot) -> tuple[str, dict[str, set[str]]]:
    """The ways in which a caller may authenticate, as text, with the schemes of each.

    Args:
        holder: An operation or a feed; one that says nothing follows the whole document.

    Returns:
        Pointer of the place that decides, and the alternatives.
    """
    own = isinstance(holder.value, dict) and "security" in holder.value
    given = holder.get("security") if own else holder.document.get("security")
    found = {_text(entry): set(entry) for entry in given or [{}]}
    return (holder.pointer if own else "") + "/security", found


def compare_security(old: Spot, new: Spot, context: Context) -> None:
    """Note each alternative that came or went; an open call takes every request, so nothing is refused."""
    here = context.at("security")
    (at, ours), (there, theirs) = alternatives(old), alternatives(new)
    for text in sorted(ours.keys() - theirs.keys() if _NOBODY not in theirs else ()):
        here.add("security-removed", at, there, before=text, subject=text)
    for text in sorted(theirs.keys() - ours.keys()):
        here.add("security-added", at, there, after=text, subject=text)


def compare_schemes(old: Spot, new: Spot, names: set[str], context: Context) -> None:
    """Note each scheme by which callers authenticate otherwise now.

    Args:
        old: The whole old document.
        new: The whole document of now.
        names: The schemes that are in use.
        context: The whole API.
    """
    for name in sorted(names):
        ours, theirs = (one.child("components", "securitySchemes", name) for one in (old, new))
        if ours is None or theirs is None:
            continue  # then the alternatives that name it have gone
        here = context.at(f"security scheme {name}")
        here.changed("security-scheme-changed", ours, theirs, _bare(ours), _bare(theirs), name)
        before, after = (one.get("x-stamp-rule") for one in (ours, theirs))
        kind = "stamp-rule-tightened" if after else "stamp-rule-loosened"
        here.changed(kind, ours, theirs, before, after, name)


def _text(requirement: dict[str, list[str]]) -> str:
    words = [f"{name} ({', '.join(sorted(scopes))})" if scopes else name for name, scopes in requirement.items()]
    return " + ".join(sorted(words)) or _NOBODY


def _bare(scheme: Spot) -> str:
    """A scheme without its texts, as canonical text; header names have no case."""
    kept = {key: value for key, value in scheme.value.items() if key not in (*TEXTS, "x-stamp-rule")}
    if kept.get("in") == "header":
        kept["name"] = str(kept.get("name")).lower()
    return canonical_json(kept)
