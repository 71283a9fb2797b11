"""`spec/PACKAGE/names.yaml`: the names that were given to what has none of its own in Python, and are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qredo_codegen.description.document import dump, load
from qredo_codegen.errors import DocumentError

__all__ = ["NO_NAMES", "load_names", "names_text"]

_HEADER = """\
# The names that `nox -s regenerate` gave in Python to what is called otherwise on the wire, or has no name there.
# What stands here keeps its name, whatever is added to the description. To edit a name here breaks its users.
"""
NO_NAMES = _HEADER + "{}\n"
"""The file where no name has to be kept."""


def load_names(path: Path | None) -> Mapping[str, Mapping[str, str]]:
    """Read the names that were given before; none if there is no file.

    Raises:
        DocumentError: The file is not what it should be.
    """
    if path is None or not path.is_file():
        return {}
    found = load(path)
    for section, names in found.items():
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            raise DocumentError(f"{path}: {section} is no mapping of names; undo the edit.")
    return found


def names_text(names: Mapping[str, Mapping[str, str]]) -> str | None:
    """The text of the file, or None if there is nothing to keep."""
    kept = {section: dict(sorted(found.items())) for section, found in sorted(names.items()) if found}
    if not kept:
        return None
    return _HEADER + dump(kept)
