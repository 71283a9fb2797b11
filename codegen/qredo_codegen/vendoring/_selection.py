"""What is vendored: which packages, under which import path, with which build files."""

from __future__ import annotations

import keyword
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qredo_codegen._checkout import Checkout
from qredo_codegen.errors import GenerationError

__all__ = ["BUILD_FILES", "PARTS", "Selection"]

PARTS = {"cli": ("cli/", "__main__.py"), "feeds": ("feeds/",)}
"""Parts of the plugin that are vendored only when they are asked for, and their files."""

BUILD_FILES = {"bazel": "BUILD.bazel", "pants": "BUILD", "pyproject": "pyproject.toml"}
"""The build tools, and how their files are called."""

_BAZEL = "@pip//{name}"
_PANTS = ":requirements#{name}"


@dataclass(frozen=True)
class Selection:
    """What is vendored; the same selection of the same checkout gives the same bytes.

    Attributes:
        apis: Names of generated packages, sorted.
        prefix: Dotted import path that the packages go under; empty for none.
        plugin: Parts of the plugin beside its core, sorted; None for no plugin.
        builds: Build tools to write files for, sorted.
        neutral: Whether what other languages need goes along.
        bazel_requirement: Label of a third-party library in Bazel; `{name}` is its name, with underscores.
        pants_requirement: Address of one in Pants; `{name}` is its name, normalized.
    """

    apis: tuple[str, ...]
    prefix: str = ""
    plugin: tuple[str, ...] | None = None
    builds: tuple[str, ...] = ()
    neutral: bool = False
    bazel_requirement: str = _BAZEL
    pants_requirement: str = _PANTS

    def __post_init__(self) -> None:
        for name in ("apis", "plugin", "builds"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, tuple(sorted(set(given))))

    @classmethod
    def of(cls, checkout: Checkout, **members: Any) -> Selection:
        """A selection that makes sense for a checkout.

        Raises:
            GenerationError: It names what there is not, or nothing.
        """
        selection = cls(**members)
        _check(checkout, selection)
        return selection

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Selection:
        """The selection that a record holds."""
        return cls(**record)

    def record(self) -> dict[str, Any]:
        """The selection as it stands in a record."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    def folder(self, to: Path) -> Path:
        """The vendored folder below the folder where imports start."""
        return to.joinpath(*self.prefix.split(".")) if self.prefix else to

    def module(self, package: str) -> str:
        """The import name of a vendored package."""
        return f"{self.prefix}.{package}" if self.prefix else package

    def described(self, checkout: Checkout) -> tuple[str, ...]:
        """The APIs whose descriptions go along: those of the packages, or all where there is none of Python."""
        return self.apis or (tuple(checkout.packages) if self.neutral else ())

    @property
    def packages(self) -> tuple[str, ...]:
        """Every import package that is vendored."""
        return self.apis if self.plugin is None else (*self.apis, "qredo_signing")

    @property
    def command(self) -> str:
        """The one command that gives this tree, whatever folder it goes to."""
        words = ["nox", "-s", "vendor", "--", "--to", "DIR"]
        for api in self.apis:
            words += ["--api", api]
        words += ["--prefix", self.prefix] if self.prefix else []
        if self.plugin is not None:
            words += ["--with-plugin", *([",".join(self.plugin)] if self.plugin else [])]
        words += ["--with-build", ",".join(self.builds)] if self.builds else []
        words += ["--language-neutral"] if self.neutral else []
        words += ["--bazel-requirement", self.bazel_requirement] if self.bazel_requirement != _BAZEL else []
        words += ["--pants-requirement", self.pants_requirement] if self.pants_requirement != _PANTS else []
        return shlex.join(words)


def _check(checkout: Checkout, selection: Selection) -> None:
    if not selection.packages and not selection.neutral:
        raise GenerationError(
            f"Nothing is to be vendored. Name one with --api ({', '.join(checkout.packages)}), or --with-plugin, or"
            " --language-neutral."
        )
    if "pyproject" in selection.builds and selection.prefix:
        raise GenerationError(
            "A pyproject.toml installs the packages under their own names: leave out --prefix, and give the copy"
            " its own folder, such as --to ../monorepo/libs/qredo."
        )
    if "pyproject" in selection.builds and not selection.packages:
        raise GenerationError("A pyproject.toml needs packages: name one with --api, or --with-plugin.")
    for api in selection.apis:
        checkout.description(api)
    _only("--with-plugin", selection.plugin or (), PARTS)
    _only("--with-build", selection.builds, BUILD_FILES)
    if selection.prefix:
        _check_prefix(selection.prefix, {*checkout.packages, "qredo_signing"})
    for option, template in (("bazel", selection.bazel_requirement), ("pants", selection.pants_requirement)):
        if "{name}" not in template or set(template) & set('"\\\n'):
            raise GenerationError(f"--{option}-requirement {template!r} must be a label that has {{name}} in it.")


def _check_prefix(prefix: str, packages: set[str]) -> None:
    parts = prefix.split(".")
    if not prefix.isascii() or any(not part.isidentifier() or keyword.iskeyword(part) for part in parts):
        raise GenerationError(f"--prefix {prefix!r} is no dotted Python name, such as third_party.qredo.")
    if parts[0] in sys.stdlib_module_names | packages:
        raise GenerationError(
            f"--prefix {prefix!r} starts with the name of another package, which Python imports in its place: name the"
            " copy's own folder, such as third_party.qredo."
        )


def _only(option: str, given: Iterable[str], known: Iterable[str]) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise GenerationError(f"{option} knows {', '.join(known)}, and not {', '.join(unknown)}.")
