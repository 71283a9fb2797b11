"""The last check of a package before it takes its place: a fresh process imports it and calls every operation.

What is called with what, and what must be sent and given, stands in a plan that is made from the description.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qredo_codegen.description.document import Document, resolve_once
from qredo_codegen.description.normal_form import Content, Normal, NormalOperation
from qredo_codegen.description.places import examples, holders, placed
from qredo_codegen.errors import DocumentError, GenerationError

from .sample_values import NoValue, sample
from .view import MethodView, PackageView

__all__ = ["self_check"]

_SCRIPT = Path(__file__).parents[1] / "self_check_run" / "__main__.py"


def self_check(normal: Normal, view: PackageView, root: Path) -> int:
    """Import a package in a fresh process and call every operation, without and with asyncio.

    Returns:
        The number of operations that were called: all but feeds, and those for which no value could be made up.

    Raises:
        GenerationError: A module cannot be imported, a call sends or gives something else than the description says, or
            an example does not come out as it went in; each is named.
    """
    plan: dict[str, Any] = {
        "package": view.name,
        "calls": list(_calls(normal, view)),
        "examples": list(_examples(normal)),
    }
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(_SCRIPT), str(root.parent)],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        env={},
        check=False,
    )
    if done.returncode:
        problems = done.stdout.splitlines() or done.stderr.splitlines()[-5:]
        raise GenerationError(f"The generated package {view.name} does not do what the description says:", problems)
    return len(plan["calls"])


def _calls(normal: Normal, view: PackageView) -> Iterator[dict[str, Any]]:
    methods = {method.id: method for tag in view.tags for method in tag.methods}
    for one in normal.operations:
        method = methods[f"{one.tag}.{one.verb}"]
        if method.feed:
            continue
        try:
            yield _call(normal, one, method)
        except NoValue:
            continue


def _call(normal: Normal, one: NormalOperation, method: MethodView) -> dict[str, Any]:
    return {
        "id": method.id,
        "where": one.source.pointer,
        "method": method.method,
        "path": method.path,
        "arguments": [
            {
                "name": parameter.name,
                "wire": parameter.wire,
                "place": parameter.place,
                "required": parameter.required,
                "style": parameter.style.rstrip("*"),
                "explode": parameter.style.endswith("*"),
                "value": sample(normal, parameter.schema, sent=True),
            }
            for parameter in one.parameters
        ],
        "body": _body(normal, one, method),
        "responses": [_response(normal, one, status, content) for status, content in one.successes.items()],
    }


def _body(normal: Normal, one: NormalOperation, method: MethodView) -> dict[str, Any] | None:
    if one.body is None or method.body is None:
        return None
    content, model = one.body.content, method.body.model
    value = sample(normal, content.schema, sent=True)
    found: dict[str, Any] = {"form": content.form, "media": content.media, "encoding": dict(one.body.encoding)}
    found |= {"value": value, "model": model and model.name}
    if model:
        fields = {field.name: value[field.wire] for field in method.body.fields if field.wire in value}
        # What only body= can carry has no keyword; and without any keyword, an optional body is not sent.
        found |= {"fields": fields, "has_keywords": not method.body_only and bool(fields or one.body.required)}
    return found


def _response(normal: Normal, one: NormalOperation, status: str, content: Content) -> dict[str, Any]:
    form = content.form
    value = None if form in ("nothing", "text", "bytes") else sample(normal, content.schema, sent=False)
    in_range = (code for code in map(str, range(100, 600)) if code[0] == status[0] and code not in one.contents)
    status = status if status.isdigit() else next(in_range)
    return {"status": status, "form": form, "media": content.media, "value": value}


def _examples(normal: Normal) -> Iterator[dict[str, Any]]:
    """Every example of a class, with its place."""
    document = normal.document
    places = [(at, at, _schema_at(document, at)) for at in normal.classes]
    places += [(placed(document, "", one.node.get("schema"))[0], one.pointer, one.node) for one in holders(document)]
    for key, at, node in places:
        found = normal.classes.get(key)
        if found and found.values is None:
            for where, value in examples(document, at, node):
                yield {"class": found.name, "where": where, "value": value}


def _schema_at(document: Document, at: str) -> Document:
    try:
        node = resolve_once(document, at)
    except DocumentError:  # a class that is known by another key than its place
        return {}
    return node if isinstance(node, dict) else {}
