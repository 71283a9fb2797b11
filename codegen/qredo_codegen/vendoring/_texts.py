"""The texts of a vendored tree that are written for it: requirements, constraints, and a page that says what it is."""

from __future__ import annotations

from collections.abc import Mapping

from ._requirements import Libraries
from ._selection import Selection
from ._sources import PLUGIN
from .vendor_check import LEFTOVERS

__all__ = ["GITATTRIBUTES", "GITIGNORE", "HEADER", "call", "constraints", "readme", "requirements"]

GITATTRIBUTES = "# Line ends stay as they are: VENDORED.json has the hash of every byte.\n* -text linguist-vendored\n"

GITIGNORE = "\n".join(
    [
        "# Every file belongs to the copy, whatever the repository above ignores. Caches do not.",
        "!*",
        *(f"{name}/" for name in sorted(LEFTOVERS)),
        "",
    ]
)

HEADER = "# Written by `nox -s vendor`. Do not edit: vendor anew."
"""First line of each build file."""

_ABOUT = """\
Copied from {project}. Don't edit it: `python vendor_check.py` finds edits, and an update discards them.
`VENDORED.json` has the commit of that project, the versions and the command of this copy. `sbom.cdx.json` has the same
for other tools."""


def call(rule: str, **fields: str | list[str]) -> str:
    """A call of a rule in Starlark, as in a build file of Bazel or Pants; an empty list is left out."""
    lines = [f"    {name} = {_quoted(value)}," for name, value in fields.items() if value != []]
    return "\n".join([f"{rule}(", *lines, ")"])


def _quoted(value: str | list[str]) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if len(value) == 1:
        return f'["{value[0]}"]'
    return "\n".join(["[", *(f'        "{one}",' for one in value), "    ]"])


def requirements(libraries: Libraries) -> str:
    """What to install, with lower bounds."""
    lines = ["# What the vendored packages need. Versions that were tested: constraints.txt."]
    lines += libraries.required.values()
    lines += [f"# {line}  (only for the feature that uses it)" for line in libraries.optional.values()]
    return "\n".join(lines) + "\n"


def constraints(libraries: Libraries) -> str:
    """The versions that this project is tested with."""
    lines = ["# Versions that were tested, for `pip install -c`. They require nothing by themselves."]
    return "\n".join([*lines, *(f"{name}=={version}" for name, version in libraries.pins.items())]) + "\n"


def readme(selection: Selection, versions: Mapping[str, str], project: str) -> str:
    """The page of a tree: what is in it, where it is from, how it is imported, checked and brought up to date."""
    blocks = [
        "# Vendored: Qredo API clients",
        _ABOUT.format(project=project),
        "\n".join(f"- `{name}`: {text}" for name, text in _contents(selection, versions)),
    ]
    if example := _example(selection):
        blocks += ["Import it like this:", example]
    blocks.append(
        "To see what an update would change, and to update, run in a checkout of that project:\n\n"
        "```console\n"
        "nox -s vendor -- --check FOLDER\n"
        "nox -s vendor -- --update FOLDER\n"
        "```"
    )
    return "\n\n".join(blocks) + "\n"


def _contents(selection: Selection, versions: Mapping[str, str]) -> list[tuple[str, str]]:
    rows = [(api, f"client of {versions[api]}") for api in selection.apis]
    if selection.plugin is not None:
        parts = f", with {' and '.join(selection.plugin)}" if selection.plugin else ""
        rows.append((PLUGIN, f"keys, environments and signing, {versions[PLUGIN]}{parts}"))
    rows.append(("spec", "the descriptions that the clients were made from"))
    if selection.neutral:
        rows.append(("spec/signing", "the signing rules for every language, with vectors; their keys are test keys"))
        rows.append(("signers", "the rules in Go, TypeScript and Java"))
    return rows


def _example(selection: Selection) -> str:
    lines = [f"from {selection.module(api)} import Client" for api in selection.apis[:1]]
    if selection.plugin is not None:
        lines.append(f"from {selection.module(PLUGIN)} import Credentials, Environment, connect")
    return "\n".join(["```python", *lines, "```"]) if lines else ""
