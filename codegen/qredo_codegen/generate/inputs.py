"""What a package is made from: hashes of the inputs and versions of the tools."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

__all__ = ["TEMPLATES", "Inputs", "hash_bytes", "hash_tree", "inputs_of"]

_LEFTOVERS = {"__pycache__", ".ruff_cache", ".mypy_cache"}
_TOOLS = ("openapi-python-client", "ruff")
TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Inputs:
    """What determines the bytes of a package.

    Attributes:
        description: SHA-256 of the description file.
        templates: SHA-256 over the templates.
        tools: Versions of the tools whose output is in the package.
    """

    description: str
    templates: str
    tools: dict[str, str]


def inputs_of(description: Path) -> Inputs:
    """The inputs of the package that is made from a description."""
    return Inputs(
        description=hash_bytes(_text_bytes(description)),
        templates=hash_bytes("".join(f"{name} {digest}\n" for name, digest in hash_tree(TEMPLATES).items()).encode()),
        tools={name: version(name) for name in _TOOLS},
    )


def hash_bytes(content: bytes) -> str:
    """SHA-256 as lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def hash_tree(root: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder by its path in it, without what Python and tools leave there."""
    files = (path for path in root.rglob("*") if path.is_file() and not _LEFTOVERS.intersection(path.parts))
    return {path.relative_to(root).as_posix(): hash_bytes(_text_bytes(path)) for path in sorted(files)}


def _text_bytes(path: Path) -> bytes:
    """The bytes of a text file with line ends as in the repository, whatever the checkout made of them."""
    return path.read_bytes().replace(b"\r\n", b"\n")
