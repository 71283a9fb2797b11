"""The installed API packages: those of the entry-point group `qredo.api`, or one by its dotted name."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from ._errors import CliError

__all__ = ["GROUP", "installed_apis", "load_client_class", "load_package", "names_of_apis"]

GROUP = "qredo.api"


@functools.cache
def installed_apis() -> Mapping[str, str]:
    """Return the installed packages: dotted names by the names of their entry points, sorted."""
    return {point.name: point.value for point in sorted(entry_points(group=GROUP))}


def load_package(name: str) -> Any:
    """Import a package by the name of its entry point, or by its dotted name (a vendored copy).

    Raises:
        CliError: There is none, or it is no API package.
    """
    dotted = installed_apis().get(name, name)
    try:
        package = importlib.import_module(dotted)
    except (ImportError, TypeError, ValueError) as error:  # also of a relative or an empty name
        package, why = None, f": {error}"
    else:
        why = ""
    if not hasattr(getattr(package, "Client", None), "SERVERS"):
        hint = f"installed: {names_of_apis()}; or give its dotted import name"
        raise CliError(f"{name!r} is no API package{why}", hint)
    return package


def load_client_class(name: str | None) -> Any:
    """Return the `Client` of a package; without a name, of the only one that is installed.

    Raises:
        CliError: There is no such package, or a choice between several.
    """
    if name is None:
        names = list(installed_apis())
        if len(names) != 1:
            raise CliError("which API is meant?", f"give --api, or set QREDO_API: {names_of_apis()}")
        name = names[0]
    return load_package(name).Client


def names_of_apis() -> str:
    """Return the names of the installed packages, for a message."""
    return ", ".join(installed_apis()) or "none"
