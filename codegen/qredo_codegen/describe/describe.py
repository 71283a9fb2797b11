"""Describe a vendor's file: bring it into the form that the generator takes, and say what was decided.

What the generator takes as vendors write it (inline schemas, parameters of a path, OpenAPI 3.1, names) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qredo_codegen.description.document import Document, operations
from qredo_codegen.description.normal import normalize
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.overlay import Overlay, apply
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.description.rules_generable import form_bodies
from qredo_codegen.errors import DocumentError, GenerationError

from .decisions import Decisions
from .operations import distinct_names, fit_operations, inline_path_items, keep_tags
from .parameters import fit_parameters, fit_written
from .security import Signing, sign
from .servers import name_servers
from .structure import drop_broken_references, drop_invalid, replace_schema, settle
from .texts import without_extras, without_our_extensions

__all__ = ["Described", "describe"]

_ROUNDS = 40


@dataclass(frozen=True)
class Described:
    """A description of a vendor's file.

    Attributes:
        document: The description.
        decisions: What was decided.
        names: The names that were given, to keep.
        operations: The number of operations that the file has, and that the description has.
    """

    document: Document
    decisions: Decisions
    names: Mapping[str, Mapping[str, str]]
    operations: tuple[int, int]


def describe(
    vendor: Document,
    signing: Signing | None,
    kept: Mapping[str, Mapping[str, str]] | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    overlay: Overlay | None = None,
    with_texts: bool = False,
    checked: bool = True,
) -> Described:
    """Bring a vendor's file into the form that the generator takes.

    Args:
        vendor: The file, as loaded.
        signing: How requests are signed, or None to leave the question open.
        kept: The names that were given before.
        tags: The tags that operations have, by method and path such as `GET /fund`; the others have the file's.
        overlay: Corrections of the file's content.
        with_texts: Whether the vendor's texts stay.
        checked: Whether to refuse a result of which no client can be generated.

    Raises:
        OverlayError: An action of the overlay does not fit.
        DocumentError: The file is no OpenAPI 3.0 or 3.1 document.
        GenerationError: It cannot be made one that generates; each problem is named.
    """
    _refuse_others(vendor)
    decisions = Decisions()
    corrected = without_our_extensions(vendor, decisions)
    if overlay is not None:
        corrected = apply(corrected, overlay)
    document = without_extras(corrected, decisions, with_texts=with_texts)
    document.setdefault("paths", {})  # a file of webhooks has none
    _whole_version(document, decisions)
    fit_written(document, decisions)
    drop_invalid(document, decisions)
    drop_broken_references(document, decisions)
    inline_path_items(document, decisions)
    if tags:
        keep_tags(document, tags, (kept or {}).get("tags", {}))
    distinct_names(document, decisions)
    name_servers(document, decisions)
    sign(document, signing, decisions)
    fit_parameters(document, decisions)
    fit_operations(document, decisions)
    _settle(document, decisions)
    normal = normalize(document, kept)
    document = _with_head(document)
    _name(document, normal)
    for problem in normal.left_out:
        decisions.add("dropped", problem.pointer, problem.message)
    if problems := checked and (validate(document) or check_generable(document)):
        raise GenerationError("The file cannot be described:", problems)
    counts = len(list(operations(vendor))), len(normal.operations)
    return Described(document, decisions, normal.names, counts)


def _whole_version(document: Document, decisions: Decisions) -> None:
    if (version := str(document["openapi"])) in ("3.0", "3.1"):  # written as a number, as a rule
        document["openapi"] = f"{version}.0"
        decisions.add("replaced", "/openapi", f"{version} is no whole version: {version}.0 is taken.")


def _refuse_others(vendor: Document) -> None:
    if "swagger" in vendor:
        raise DocumentError("The file is Swagger 2.0; convert it to OpenAPI 3 first (npx swagger2openapi).")
    if not re.fullmatch(r"3\.[01](\.\d+(-.+)?)?", str(vendor.get("openapi"))):
        raise DocumentError(f"The file is OpenAPI {vendor.get('openapi')!r}; 3.0 and 3.1 are read.")
    if not isinstance(vendor.get("paths", {}), dict):
        raise DocumentError("The file's paths are no mapping.")


def _settle(document: Document, decisions: Decisions) -> None:
    """Settle what the validator and the normal form find ambiguous, until nothing is."""
    for _ in range(_ROUNDS):
        if not settle(document, validate(document), decisions):
            break
    for _ in range(_ROUNDS):
        normal = normalize(document)
        found = [*normal.problems, *form_bodies(normal)]
        if not [problem for problem in found if replace_schema(document, problem, decisions)]:
            return


def _name(document: Document, normal: Normal) -> None:
    """Write the name of each operation as this project writes it: one tag, and `<tag>_<verb>`."""
    for one in normal.operations:
        one.source.node["tags"] = [one.tag]
        one.source.node["operationId"] = f"{one.tag}_{one.verb}"
    texts = {tag["name"]: tag.get("description") for tag in document.get("tags", ())}
    document["tags"] = [
        {"name": tag.name} | ({"description": text} if (text := texts.get(tag.wire)) else {}) for tag in normal.tags
    ]


def _with_head(document: Document) -> Document:
    """Return the document with its form first, and our own revision of it."""
    info = {"x-revision": 1, **document["info"]}
    return {"openapi": document["openapi"], "x-form": "vendor", "info": info} | {
        key: value for key, value in document.items() if key not in ("openapi", "info")
    }
