"""The bodies that two operations take, and their responses."""

from __future__ import annotations

from .calls import Call
from .context import Context
from .media import encoding, is_bytes, usual
from .parameters import parameter_text, value_schema
from .schemas import compare_schemas
from .shapes import Spot, describe

__all__ = ["compare_bodies", "compare_responses"]


def compare_bodies(old: Call, new: Call, context: Context) -> None:
    """Note every difference between what two operations take as a body."""
    here = context.at("request body", "request")
    ours, theirs = old.spot.child("requestBody"), new.spot.child("requestBody")
    if ours is None and theirs is not None:
        kind = "request-body-added-required" if theirs.get("required") else "request-body-added"
        here.add(kind, old.spot, theirs, after=_content_text(theirs))
    elif ours is not None and theirs is None:
        here.add("request-body-removed", ours, new.spot, before=_content_text(ours))
    elif ours is not None and theirs is not None:
        here.required("request-body", ours, theirs, [one.is_required for one in (ours, theirs)])
        _contents(ours, theirs, here)
        here.texts(ours, theirs)


def _contents(old: Spot, new: Spot, context: Context) -> None:
    """The media types that both know, and their schemas."""
    ours, theirs = ({usual(media): spot for media, spot in one.children("content").items()} for one in (old, new))
    for media in sorted(ours.keys() - theirs.keys()):
        context.add("media-type-removed", old, new, before=media, subject=media)
    for media in sorted(theirs.keys() - ours.keys()):
        context.add("media-type-added", old, new, after=media, subject=media)
    for media in sorted(ours.keys() & theirs.keys()):
        if not (is_bytes(ours[media], media) and is_bytes(theirs[media], media)):
            compare_schemas(ours[media].child("schema"), theirs[media].child("schema"), context)
        if context.direction == "request":  # OpenAPI ignores the encoding of a response
            written, now = (encoding(one[media], media) for one in (ours, theirs))
            context.changed("keyword-changed", ours[media], theirs[media], written, now, "encoding")
        context.texts(ours[media], theirs[media])


def _content_text(holder: Spot) -> str | None:
    schemas = [media.child("schema") for media in holder.children("content").values()]
    return next((describe(schema) for schema in schemas if schema is not None), None)


def compare_responses(old: Call, new: Call, context: Context) -> None:
    """Note every difference between what two operations return."""
    ours, theirs = _by_status(old), _by_status(new)
    gone = [status for status in ours if status not in theirs]
    fresh = [status for status in theirs if status not in ours]
    for status in sorted(ours.keys() & theirs.keys()):
        _response(ours[status], theirs[status], context.at(f"response {status}", "response"))
    if len(successes := [s for s in gone if _is_success(s)]) == 1 and len(others := [*filter(_is_success, fresh)]) == 1:
        # The response has moved to another status: what is in it still counts.
        _response(ours[successes[0]], theirs[others[0]], context.at(f"response {successes[0]}", "response"))
    for status in gone:
        here = context.at(f"response {status}", "response")
        _covered(ours[status], _covering(status, theirs), here)
        here.add(f"{_stem(status)}-removed", ours[status], new.spot, before=status, subject=status)
    for status in fresh:
        here = context.at(f"response {status}", "response")
        _covered(_covering(status, ours), theirs[status], here)
        is_known = not _is_success(status) or _is_known(theirs[status], ours, context)
        kind = f"{_stem(status)}-added" if is_known else "success-status-added-different"
        here.add(kind, old.spot, theirs[status], after=status, subject=status)


def _by_status(call: Call) -> dict[str, Spot]:
    found = call.spot.children("responses")
    return {status.upper(): spot for status, spot in found.items() if not status.startswith("x-")}


def _covering(status: str, known: dict[str, Spot]) -> Spot | None:
    """The response of a range, or of all other statuses, that an error status without one of its own has."""
    return None if _is_success(status) else known.get(f"{status[:1]}XX") or known.get("DEFAULT")


def _covered(old: Spot | None, new: Spot | None, context: Context) -> None:
    """Compare the bodies of two errors, where both are described."""
    if old is not None and new is not None and old.get("content") and new.get("content"):
        _response(old, new, context)


def _is_success(status: str) -> bool:
    return status[:1] in ("1", "2", "3")


def _stem(status: str) -> str:
    return "success-status" if _is_success(status) else "error-status"


def _is_known(response: Spot, before: dict[str, Spot], context: Context) -> bool:
    """Whether clients can read a response as one of those that they know."""
    for status, known in before.items():
        if _is_success(status):
            trial = context.trial().at("trial", "response")
            _response(known, response, trial)
            if not any(change.effect == "breaking" for change in trial.found.sorted()):
                return True
    return False


def _response(old: Spot, new: Spot, context: Context) -> None:
    _headers(old, new, context)
    here = context.at(f"{context.part} body")
    ours, theirs = old.children("content"), new.children("content")
    if ours and not theirs:
        here.add("response-body-removed", old, new, before=_content_text(old))
    elif theirs and not ours:
        here.add("response-body-added", old, new, after=_content_text(new))
    else:
        _contents(old, new, here)
    context.texts(old, new)


def _headers(old: Spot, new: Spot, context: Context) -> None:
    ours, theirs = ({name.lower(): at for name, at in one.children("headers").items()} for one in (old, new))
    for name in sorted(ours.keys() | theirs.keys()):
        here = context.at(f"{context.part} header {name}")
        if name not in theirs:
            here.add("response-header-removed", ours[name], new, before=parameter_text(ours[name]), subject=name)
        elif name not in ours:
            here.add("response-header-added", old, theirs[name], after=parameter_text(theirs[name]), subject=name)
        else:
            _header(ours[name], theirs[name], here)


def _header(old: Spot, new: Spot, context: Context) -> None:
    context.required("response-header", old, new, [one.is_required for one in (old, new)])
    compare_schemas(value_schema(old), value_schema(new), context)
    context.texts(old, new)
