"""Values that a shell completes: API versions, environments, folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ._apis import installed_apis

__all__ = ["ENVIRONMENTS", "complete_api", "complete_environment", "complete_folder", "completing"]

ENVIRONMENTS = ("sandbox", "production", "production_test", "play", "emulator")


def completing(values: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return what gives those of the values that begin as the word does."""
    return lambda incomplete: [each for each in values() if each.startswith(incomplete)]


complete_api = completing(installed_apis)
complete_environment = completing(lambda: ENVIRONMENTS)


def complete_folder(incomplete: str) -> list[str]:
    """The folders whose path begins like this, each with a slash, so that the path can go on."""
    start, _, name = incomplete.rpartition("/")
    parent = Path(start or ("/" if incomplete.startswith("/") else "."))
    try:
        folders = sorted(each.name for each in parent.iterdir() if each.is_dir() and each.name.startswith(name))
    except OSError:
        return []
    prefix = incomplete.removesuffix(name)
    return [f"{prefix}{folder}/" for folder in folders if not folder.startswith(".") or name.startswith(".")]
