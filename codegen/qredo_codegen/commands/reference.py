"""The API reference of a version as Markdown pages, from its description: one page for each tag, one for the models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qredo_codegen._atomic_files import replace_all
from qredo_codegen._checkout import Checkout
from qredo_codegen._markdown import cell
from qredo_codegen.description.document import Document, load
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.places import target
from qredo_codegen.generate.names_file import load_names
from qredo_codegen.generate.parse import config, parse
from qredo_codegen.generate.view import MethodView, PackageView

__all__ = ["write_reference"]

_PAGES = Path(__file__).parents[1] / "reference"


def write_reference(checkout: Checkout, package: str, target: Path) -> int:
    """Write the pages of a package into `target/<package>`, in place of those that are there.

    Returns:
        The number of pages.

    Raises:
        GenerationError: There is no such package, or its description cannot be parsed completely.
    """
    document = load(checkout.description(package))
    names = load_names(checkout.names(package))
    _, view, normal = parse(document, package, config(package, target), names)
    pages = dict(_pages(normal, view))
    folder = target / package
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    replace_all({folder / name: text for name, text in pages.items()})
    return len(pages)


def _pages(normal: Normal, view: PackageView) -> Iterator[tuple[str, str]]:
    environment = Environment(  # noqa: S701 - Markdown, from descriptions of our own
        loader=FileSystemLoader(_PAGES), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters.update(cell=cell, anchor=str.lower, signature=_signature)
    document = normal.document
    examples = {f"{one.tag}.{one.verb}": _example(document, one.source.node) for one in normal.operations}
    linked = {model.name for model in view.models} | {enum.name for enum in view.enums}
    environment.filters["linked"] = lambda text: _linked(text, linked)
    context = {"package": view, "info": document["info"], "examples": examples, "document": document}
    yield "index.md", environment.get_template("index.md.jinja").render(context)
    for tag in view.tags:
        yield f"{tag.name}.md", environment.get_template("tag.md.jinja").render(context, tag=tag)
    yield "models.md", environment.get_template("models.md.jinja").render(context)


def _example(document: Document, node: Document) -> str | None:
    """The example of a request body as JSON text."""
    body = target(document, node.get("requestBody")) or {}
    content = body.get("content", {}).get("application/json", {})
    return json.dumps(content["example"], indent=2, ensure_ascii=False) if "example" in content else None


def _signature(method: MethodView) -> str:
    """A call as it is written, one argument a line where there are many."""
    positional = [f"{one.name}: {one.annotation}" for one in method.path_arguments]
    keywords = [(one.name, one.annotation, one.required) for one in method.named_arguments]
    keywords += [(one.name, one.argument, one.required) for one in method.body_fields]
    if method.body and not method.body.model:
        keywords.append(("body", method.body.kind.argument, method.body.required))
    named = [f"{name}: {kind}" + ("" if required else " = UNSET") for name, kind, required in keywords]
    every = [*positional, *(["*"] if named else []), *named]
    head, tail = f"client.{method.id}(", f") -> {method.returns}"
    line = head + ", ".join(every) + tail
    return line if len(line) <= 96 else head + "\n    " + ",\n    ".join(every) + ",\n" + tail


def _linked(text: str, names: set[str]) -> str:
    """A type in a cell, its classes linked to the page of the models."""
    parts = re.split(r"(\w+)", text)
    return cell("".join(f"[{part}](models.md#{part.lower()})" if part in names else part for part in parts))
