"""Which libraries a vendored tree needs: from the project's own requirements and its constraints."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from qredo_codegen._checkout import Checkout
from qredo_codegen.errors import GenerationError

__all__ = ["Libraries", "libraries_of"]

_OPTIONAL = ("aiohttp", "approvals", "pkcs11", "redis")
"""Extras whose libraries the plugin imports only when their feature is used."""

_IMPORTED_AS = {"pkcs11": "python-pkcs11"}
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_SYSTEMS = (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))


@dataclass(frozen=True)
class Libraries:
    """What a tree needs from elsewhere.

    Attributes:
        required: Requirements with their lower bounds, by normalized name.
        optional: Those of features that are needed only by callers of those features.
        pins: The versions this project is tested with, of those libraries and of all that they need, by name.
        needs: What each of them needs, by name; names without a pin are not in it.
        direct: What each vendored package imports, by the package's name.
    """

    required: dict[str, str]
    optional: dict[str, str]
    pins: dict[str, str]
    needs: dict[str, tuple[str, ...]]
    direct: dict[str, tuple[str, ...]]

    def always(self, package: str) -> list[str]:
        """What a package needs whatever is used of it."""
        return [name for name in self.direct[package] if name in self.required]

    @property
    def in_any_case(self) -> set[str]:
        """Names of all libraries with a pin that are needed whatever is used, theirs too."""
        return set(_closure([name for name in self.required if name in self.pins], self.needs.__getitem__))


def libraries_of(checkout: Checkout, imported: Mapping[str, Iterable[str]]) -> Libraries:
    """The libraries behind imported names.

    Args:
        checkout: Its pyproject.toml and constraints.txt say which they are.
        imported: The names that each vendored package imports.

    Raises:
        GenerationError: A name belongs to no requirement of the project, or what a library needs cannot be told,
            because it is not installed.
    """
    required, optional = _declared(checkout)
    pins = _pins(checkout)
    direct = {package: tuple(sorted(map(_distribution, names))) for package, names in imported.items()}
    wanted = sorted({name for names in direct.values() for name in names})
    known = [name for name in wanted if name in pins and (name in required or name in optional)]
    needs = _closure(known, lambda name: tuple(one for one in _needs(name) if one in pins))
    # What comes with a library that is required has no bound of its own.
    required |= {name: name for name in wanted if name in needs and name not in required and name not in optional}
    if unknown := [name for name in wanted if name not in required and name not in optional]:
        raise GenerationError(f"pyproject.toml has no requirement for what is imported: {', '.join(unknown)}.")
    return Libraries(
        required={name: required[name] for name in wanted if name in required},
        optional={name: optional[name] for name in wanted if name not in required},
        pins={name: pins[name] for name in needs},
        needs=needs,
        direct=direct,
    )


def _distribution(name: str) -> str:
    return canonicalize_name(_IMPORTED_AS.get(name, name))


def _closure(wanted: Iterable[str], needs: Callable[[str], tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Some libraries and all that they need, each with what it needs itself, by name."""
    found: dict[str, tuple[str, ...]] = {}
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in found:
            found[name] = needs(name)
            queue += found[name]
    return dict(sorted(found.items()))


def _declared(checkout: Checkout) -> tuple[dict[str, str], dict[str, str]]:
    """Requirements of the wheel by name: the ones that are needed where they are imported, and the optional ones."""
    project = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    optional = _by_name(line for name in _OPTIONAL for line in extras.get(name, ()))
    needed = _by_name([*(line for lines in extras.values() for line in lines), *project["dependencies"]])
    return {name: line for name, line in needed.items() if name not in optional}, optional


def _by_name(lines: Iterable[str]) -> dict[str, str]:
    return {canonicalize_name(one.name): str(one) for one in map(Requirement, lines)}


def _pins(checkout: Checkout) -> dict[str, str]:
    lines = (checkout.root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (Requirement(line) for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in pins}


def _needs(name: str) -> list[str]:
    """What a library needs on any system and Python that this project supports."""
    try:
        lines = requires(name) or []
    except PackageNotFoundError:
        raise GenerationError(
            f"{name} is not installed, so what it needs cannot be told. Vendor with `nox -s vendor`."
        ) from None
    found = [one for one in map(Requirement, lines) if one.marker is None or _holds_somewhere(one.marker)]
    return sorted({canonicalize_name(one.name) for one in found})


def _holds_somewhere(marker: Marker) -> bool:
    return any(
        marker.evaluate(
            {
                "extra": "",
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": system,
                "platform_system": name,
                "platform_python_implementation": "CPython",
                "implementation_name": "cpython",
            }
        )
        for python in _PYTHONS
        for system, name in _SYSTEMS
    )
