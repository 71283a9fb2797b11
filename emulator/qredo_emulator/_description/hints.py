"""What somebody may have meant who asked for a path that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .routes import Router

__all__ = ["unknown_path"]


def unknown_path(router: Router, raw_path: str) -> str:
    """Says that a path is not served, and which is, if one comes close."""
    bases = ", ".join(base for bases in router.base_paths.values() for base in bases)
    meant = next((path for path in _near(router, raw_path) if router.find(path)), None)
    return f"no such path; {f'did you mean {meant}? ' if meant else ''}base paths are {bases}"


def _near(router: Router, path: str) -> Iterator[str]:
    plain = re.sub("/{2,}", "/", path).rstrip("/")
    yield plain
    for bases in router.base_paths.values():
        own = next((base for base in bases if plain.startswith(f"{base}/")), None)
        if own is not None:  # of this version; another may have the rest of the path
            yield from (f"{others[0]}{plain[len(own) :]}" for others in router.base_paths.values())
    for bases in reversed(router.base_paths.values()):
        yield f"{bases[0]}{plain}"
