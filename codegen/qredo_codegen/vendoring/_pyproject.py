"""`pyproject.toml` for a vendored folder, so that uv and pip can install it as a project of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ._requirements import Libraries
from ._selection import Selection
from ._texts import HEADER

__all__ = ["pyproject"]


def pyproject(selection: Selection, paths: Iterable[str], libraries: Libraries) -> str:
    """The project of the vendored folder. Its packages are installed under their own names.

    Args:
        selection: What is vendored.
        paths: Every file of the tree; not needed here.
        libraries: The libraries that the packages need.
    """
    tables: dict[str, Mapping[str, str | list[str]]] = {
        "build-system": {"requires": ["hatchling>=1.27"], "build-backend": "hatchling.build"},
        "project": {
            "name": "qredo-vendored",
            "version": "0",
            "description": "Vendored clients of the Qredo APIs; VENDORED.json has the versions",
            "requires-python": ">=3.11",
            "dependencies": list(libraries.required.values()),
        },
        "project.optional-dependencies": {"extras": list(libraries.optional.values())} if libraries.optional else {},
        "project.scripts": {"qredo": "qredo_signing.cli:main"} if "cli" in (selection.plugin or ()) else {},
        'project.entry-points."qredo.api"': {api: api for api in selection.apis},
        "tool.hatch.build.targets.wheel": {"packages": list(selection.packages)},
    }
    blocks = [_table(name, values) for name, values in tables.items() if values]
    return "\n\n".join([HEADER, *blocks]) + "\n"


def _table(name: str, values: Mapping[str, str | list[str]]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {_value(value)}" for key, value in values.items())])


def _value(value: str | list[str]) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return "\n".join(["[", *(f"    '{one}'," for one in value), "]"])
