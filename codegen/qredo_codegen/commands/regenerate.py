"""From a description to `generated/`: build beside, check, then swap the whole package or leave it as it is."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from qredo_codegen._atomic_files import replace_all, swap_folder
from qredo_codegen._checkout import Checkout
from qredo_codegen.description.document import Document, load
from qredo_codegen.description.places import Problem
from qredo_codegen.description.rules import check_generable, validate
from qredo_codegen.errors import CodegenError, GenerationError
from qredo_codegen.generate.inputs import hash_tree, inputs_of
from qredo_codegen.generate.names_file import NO_NAMES, load_names, names_text
from qredo_codegen.generate.write import write_package

from .release import gate, lock_text, released_hash, with_released

__all__ = ["Built", "Checkout", "Update", "build", "drift", "update"]


_SKIPPED = Problem("/x-form", "The description was made by describe, so the checks of our own form are skipped.")


class Built(NamedTuple):
    """A package that was made.

    Attributes:
        document: The description that it was made from.
        operations: The number of its operations.
        lock: Its lock.
        names: The text of its names, or None if there are none to keep.
        left_out: What is not generated or not checked, and why.
    """

    document: Document
    operations: int
    lock: dict[str, Any]
    names: str | None
    left_out: tuple[Problem, ...]


@dataclass(frozen=True)
class Update:
    """What a regeneration did.

    Attributes:
        operations: The number of operations.
        entries: How the package differs from what was released of it, as lines of the changelog.
        left_out: What is not generated, and why.
    """

    operations: int
    entries: tuple[str, ...]
    left_out: tuple[Problem, ...] = ()


def update(checkout: Checkout, package: str) -> Update:
    """Make a package anew and put it in the place of the old one, with its lock and what the changelog says of it.

    Raises:
        DocumentError: The description cannot be read.
        GenerationError: It breaks a rule, something would be lost, or it would break clients of a released version.
            Package, lock and changelog are as they were.
        WaiverError: A waiver is malformed or waives nothing.
    """
    description = checkout.description(package)
    output = checkout.output(package)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{package}-", dir=output.parent) as scratch:
        fresh = Path(scratch) / "new" / package
        built = build(description, package, fresh, released_hash(checkout, package), checkout.names(package))
        passed = gate(checkout, package, built.document)
        records = {checkout.lock(package): lock_text(built.lock, passed.entries)}
        if built.names is not None or checkout.names(package).exists():
            records[checkout.names(package)] = built.names or NO_NAMES
        if passed.changelog is not None:
            records[checkout.changelog] = passed.changelog
        swap_folder(fresh, output, Path(scratch) / "old", lambda: replace_all(records))
    return Update(built.operations, passed.entries, built.left_out)


def build(
    description: Path, package: str, target: Path, released: str | None = None, names: Path | None = None
) -> Built:
    """Make a package from a description file, with all checks.

    Args:
        description: The file.
        package: Import name of the package.
        target: A folder that does not exist yet.
        released: The hash on record of what was released of the package.
        names: The file of the names that were given before.
    """
    document = load(description)
    # In this order: each takes for granted what the one before it has found to be so.
    if problems := validate(document) or check_generable(document):
        raise GenerationError(f"{package}: the description breaks rules:", problems)
    inputs = inputs_of(description)
    kept = load_names(names)
    written = write_package(document, package, target, inputs, kept, say=_say)
    lock = with_released(
        {
            "inputs": {"openapi.yaml": inputs.description, "templates": inputs.templates},
            "tools": inputs.tools,
            "outputs": hash_tree(target),
        },
        released,
    )
    names_given, skipped = dict(written.names), []
    if document.get("x-form") == "vendor":
        skipped = [_SKIPPED]
        # Those of the operations are in the description that `describe` wrote, so nothing here records them again.
        names_given["operations"] = {**kept.get("operations", {}), **written.names.get("operations", {})}
    return Built(document, written.operations, lock, names_text(names_given), (*skipped, *written.left_out))


def drift(checkout: Checkout, package: str) -> Iterator[str]:
    """What differs between a generated package and what its description gives now; each file is named."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / package
        names = checkout.names(package)
        built = build(checkout.description(package), package, fresh, released_hash(checkout, package), names)
        yield from _differences(hash_tree(checkout.output(package)), hash_tree(fresh), f"generated/{package}")
    lines: Sequence[str] = ()
    try:
        lines = gate(checkout, package, built.document).entries
    except CodegenError as error:
        yield str(error)
    lock = lock_text(built.lock, lines)
    path = checkout.lock(package)
    if not path.is_file():
        yield f"spec/{package}/lock.json is missing"
    elif path.read_text(encoding="utf-8") != lock:
        yield from _differences(
            _flat(json.loads(path.read_bytes())), _flat(json.loads(lock)), f"spec/{package}/lock.json"
        )
    kept = names.read_text(encoding="utf-8") if names.is_file() else NO_NAMES
    if kept != (built.names or NO_NAMES):
        yield f"spec/{package}/names.yaml differs from what is generated"


def _say(step: str) -> None:
    """Say what a long command does, where its result is not in the way."""
    print(step, file=sys.stderr, flush=True)


def _differences(found: dict[str, str], expected: dict[str, str], where: str) -> Iterator[str]:
    for name in sorted(found.keys() | expected.keys()):
        if name not in found:
            yield f"{where}/{name} is missing"
        elif name not in expected:
            yield f"{where}/{name} is not generated: nothing but output belongs there"
        elif found[name] != expected[name]:
            yield f"{where}/{name} differs from what is generated"


def _flat(lock: dict[str, Any]) -> dict[str, str]:
    """What a lock says, by part and name; the lines of the changelog have no names beside themselves."""
    parts = {part: values if isinstance(values, dict) else dict.fromkeys(values) for part, values in lock.items()}
    return {f"{part}/{name}": str(value) for part, values in parts.items() for name, value in values.items()}
