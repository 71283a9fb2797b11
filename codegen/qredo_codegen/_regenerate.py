"""From a description to `generated/`: build beside, check, then swap the whole package or leave it as it is."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._document import load
from ._inputs import Inputs, hash_tree, inputs_of
from ._package import write_package
from ._rules import check_described, check_generable, validate
from .errors import GenerationError

__all__ = ["Checkout", "build", "drift", "regenerate"]


class Checkout:
    """Where a checkout keeps its descriptions and its generated packages.

    Args:
        root: The top folder of the checkout.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def packages(self) -> list[str]:
        """Import names of all packages: the folders of `spec/` that hold a description."""
        return sorted(path.parent.name for path in (self.root / "spec").glob("*/openapi.yaml"))

    def description(self, package: str) -> Path:
        """The description of a package.

        Raises:
            GenerationError: There is none of that name.
        """
        if package not in self.packages:
            raise GenerationError(
                f"There is no spec/{package}/openapi.yaml. Described are: {', '.join(self.packages)}."
            )
        return self.root / "spec" / package / "openapi.yaml"

    def output(self, package: str) -> Path:
        """The folder of a generated package."""
        return self.root / "generated" / package

    def lock(self, package: str) -> Path:
        """The record of what a package was made from."""
        return self.root / "spec" / package / "lock.json"


def regenerate(checkout: Checkout, package: str) -> int:
    """Make a package anew and put it in the place of the old one, with its lock.

    Returns:
        The number of its operations.

    Raises:
        DocumentError: The description cannot be read.
        GenerationError: It breaks a rule, or something would be lost. The old package is as it was.
    """
    description = checkout.description(package)
    output = checkout.output(package)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{package}-", dir=output.parent) as scratch:
        fresh = Path(scratch) / "new" / package
        count, lock = build(description, package, fresh)
        _swap(fresh, output, Path(scratch) / "old")
    checkout.lock(package).write_text(lock, encoding="utf-8", newline="\n")
    return count


def build(description: Path, package: str, target: Path) -> tuple[int, str]:
    """Make a package from a description file, with all checks.

    Returns:
        The number of its operations, and the text of its lock.
    """
    document = load(description)
    # In this order: each takes for granted what the one before it has found to be so.
    if problems := validate(document) or check_generable(document) or check_described(document):
        raise GenerationError(f"{package}: the description breaks rules:", problems)
    inputs = inputs_of(description)
    count = write_package(document, package, target, inputs)
    return count, _lock(inputs, target)


def drift(checkout: Checkout, package: str) -> Iterator[str]:
    """What differs between a generated package and what its description gives now; each file is named."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / package
        _, lock = build(checkout.description(package), package, fresh)
        yield from _differences(hash_tree(checkout.output(package)), hash_tree(fresh), f"generated/{package}")
    path = checkout.lock(package)
    if not path.is_file():
        yield f"spec/{package}/lock.json is missing"
    elif path.read_text(encoding="utf-8") != lock:
        yield from _differences(
            _flat(json.loads(path.read_bytes())), _flat(json.loads(lock)), f"spec/{package}/lock.json"
        )


def _differences(found: dict[str, str], expected: dict[str, str], where: str) -> Iterator[str]:
    for name in sorted(found.keys() | expected.keys()):
        if name not in found:
            yield f"{where}/{name} is missing"
        elif name not in expected:
            yield f"{where}/{name} is not generated: nothing but output belongs there"
        elif found[name] != expected[name]:
            yield f"{where}/{name} differs from what is generated"


def _flat(lock: dict[str, Any]) -> dict[str, str]:
    return {f"{part}/{name}": str(value) for part, values in lock.items() for name, value in dict(values).items()}


def _lock(inputs: Inputs, output: Path) -> str:
    lock = {
        "inputs": {"openapi.yaml": inputs.description, "templates": inputs.templates},
        "tools": inputs.tools,
        "outputs": hash_tree(output),
    }
    return json.dumps(lock, indent=2) + "\n"


def _swap(fresh: Path, output: Path, aside: Path) -> None:
    """Put a new folder in the place of an old one; if that fails, the old one is back."""
    existed = output.exists()
    if existed:
        output.rename(aside)
    try:
        fresh.rename(output)
    except OSError:
        if existed:
            aside.rename(output)
        raise
    if existed:
        shutil.rmtree(aside)
