"""Bodies by media type: which form each has on the wire, and which one a request or a client means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .document import SpecError
from .parameters import Parameter, styled
from .schemas import kinds_of, property_of

__all__ = ["MISSING", "Content", "accepted", "given", "read_content"]

MISSING: Any = object()
"""Stands for "no example": null is an example."""

_FORMS = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}
_WEIGHT = re.compile(r";\s*q\s*=\s*([0-9]*\.?[0-9]+)", re.IGNORECASE)
_NEEDS = {"form": "object", "multipart": "object", "text": "string", "bytes": "string"}


@dataclass(frozen=True, slots=True)
class Content:
    """A body of one media type.

    Attributes:
        media: The media type in lower case, without parameters; `*/*` and `text/*` are ranges.
        form: `json`, `form`, `multipart`, `text` or `bytes`.
        schema: The schema of its value; text is a string, and so are bytes.
        example: The description's example, or `MISSING`.
        fields: The fields of a form that are not written as usual. (A part of a multipart body says itself what it is.)
    """

    media: str
    form: str
    schema: Any
    example: Any = MISSING
    fields: tuple[Parameter, ...] = ()


def read_content(node: Mapping[str, Any]) -> tuple[Content, ...]:
    """The bodies of a `content`, JSON first.

    Raises:
        SpecError: One has a schema that its media type cannot have.
    """
    found = [_read(media, each) for media, each in node.items()]
    return tuple(sorted(found, key=lambda each: each.form != "json"))


def _read(text: str, node: Mapping[str, Any]) -> Content:
    media, schema = _plain(text), node.get("schema", {})
    form = _form(media, schema)
    if form in _NEEDS and _NEEDS[form] not in kinds_of(schema):
        raise SpecError(
            f"the emulator can't read {media} with a schema that is no {_NEEDS[form]}; "
            "it knows JSON, forms, multipart, text and bytes"
        )
    fields = tuple(_fields(schema, node.get("encoding", {}))) if form == "form" else ()
    return Content(media, form, schema, _example(node), fields)


def _fields(schema: Any, encoding: Mapping[str, Any]) -> Iterator[Parameter]:
    """The fields of a form for which there is a style, or else JSON as the media type."""
    for name, node in encoding.items():
        found = property_of(schema, name)
        if node.keys() & {"style", "explode"}:
            yield _styled(name, found, node.get("style", "form"), node.get("explode"))
        elif _form(_plain(node.get("contentType", "text/plain")), found) == "json":
            yield Parameter(name, "query", required=False, schema=found, style="json")


def _styled(name: str, schema: Any, style: str, explode: bool | None) -> Parameter:
    if style == "deepObject" and "object" not in kinds_of(schema):
        style, explode = "form", True  # there are no keys to stand in brackets
    return styled(name, "query", schema, style, explode)


def _form(media: str, schema: Any) -> str:
    if media in _FORMS:
        return _FORMS[media]
    if media.endswith("+json") or (media == "*/*" and "string" not in kinds_of(schema)):
        return "json"
    return "text" if media.startswith("text/") or media.endswith(("/xml", "+xml", "/csv", "/yaml")) else "bytes"


def _example(node: Mapping[str, Any]) -> Any:
    if "example" in node:
        return node["example"]
    examples = node.get("examples") or {}
    return next(iter(examples.values())).get("value", MISSING) if examples else MISSING


def given(contents: Sequence[Content], content_type: str | None) -> Content | None:
    """The body that a request's Content-Type means, None if it is not described.

    Without one it is the first, which is JSON where there is JSON: the vendor's own tool sends none.
    """
    if content_type is None:
        return contents[0]
    media = _plain(content_type)
    return next((each for each in contents if _fits(each.media, media)), None)


def accepted(contents: Sequence[Content], accept: str | None) -> Content | None:
    """The body that a request's Accept prefers, the first if it accepts none of them; None if there is none."""
    for weight, wanted in sorted(map(_range, (accept or "*/*").split(",")), key=lambda each: -each[0]):
        for each in contents:
            if weight > 0 and (_fits(wanted, each.media) or _fits(each.media, wanted)):
                return each
    return contents[0] if contents else None


def _range(text: str) -> tuple[float, str]:
    """Weight and media range of a part of an Accept header."""
    weight = _WEIGHT.search(text)
    return float(weight[1]) if weight else 1.0, _plain(text)


def _plain(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def _fits(media_range: str, media: str) -> bool:
    kind, _, rest = media_range.partition("/")
    return media_range in ("*/*", media) or (rest == "*" and media.startswith(f"{kind}/"))
