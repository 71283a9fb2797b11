"""Checkouts of their own for tests: a small description that is generated in a moment, packaging and a changelog."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from qredo_codegen.__main__ import main
from qredo_codegen.commands.describe import kept_names, kept_tags, signing_of
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.compare.verdict import Verdict, judge
from qredo_codegen.describe.describe import describe
from qredo_codegen.description.document import Document, load
from qredo_codegen.description.overlay import load_overlay
from qredo_codegen.generate.inputs import hash_tree

from .mutations import description

__all__ = [
    "PACKAGE",
    "ROOT",
    "Done",
    "as_ours",
    "edit",
    "from_1_0_to_1_1",
    "new_checkout",
    "run",
    "run_apart",
    "small",
    "state",
]

ROOT = Path(__file__).parents[2]
PACKAGE = "qredo_partner_v1_1"
_PATHS = ("/company", "/company/search", "/company/{company_id}", "/wallets/feed")

_PYPROJECT = f"""\
# A comment that stays.
[project.entry-points."qredo.api"]
{PACKAGE} = "{PACKAGE}"

[tool.hatch.build.targets.wheel]
packages = [
    "generated/{PACKAGE}",
    "signing_plugin/qredo_signing",
]

[tool.hatch.build.targets.wheel.force-include]
"spec/{PACKAGE}/openapi.yaml" = "qredo_emulator/_spec/{PACKAGE}/openapi.yaml"
"""

_CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- Something else.

## [0.1.0] - 2026-11-01

### Added

- Everything.
"""


class Done(NamedTuple):
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


def small() -> Document:
    """Our description with the operations of companies and one feed only, and nothing that they do not need."""
    document = description(*_PATHS)
    document["tags"] = [tag for tag in document["tags"] if tag["name"] == "company"]
    document["components"]["securitySchemes"].pop("agent_token")
    document["components"] = {section: members for section, members in document["components"].items() if members}
    return document


def as_ours(vendor: Document) -> Document:
    """The vendor's file as `describe` makes a description of it, with the overlay and the names of our own."""
    checkout = Checkout(ROOT)
    ours = load(checkout.description(PACKAGE))
    signing, overlay = signing_of(checkout, PACKAGE, before=ours), load_overlay(checkout.overlay(PACKAGE))
    return describe(
        vendor, signing, kept_names(checkout, PACKAGE, ours), tags=kept_tags(ours), overlay=overlay
    ).document


@cache
def from_1_0_to_1_1() -> Verdict:
    """What the comparison of our two descriptions of the Partner API comes to, with the names of Python."""
    old, new = (load(ROOT / "spec" / f"qredo_partner_v{name}" / "openapi.yaml") for name in ("1_0", "1_1"))
    return judge(old, new)


def new_checkout(root: Path) -> Checkout:
    """A checkout that holds the small description, packaging and a changelog; nothing is generated yet."""
    (root / "spec" / PACKAGE).mkdir(parents=True)
    (root / "pyproject.toml").write_text(_PYPROJECT, encoding="utf-8")
    (root / "CHANGELOG.md").write_text(_CHANGELOG, encoding="utf-8")
    (root / "README.md").write_text(
        f"| Name | What |\n| --- | --- |\n| `{PACKAGE}` | A client |\n| `other` | Other |\n", encoding="utf-8"
    )
    (root / "zensical.toml").write_text(f'    {{ "{PACKAGE}" = "reference/{PACKAGE}/index.md" }},\n', encoding="utf-8")
    checkout = Checkout(root)
    _write(root / "spec" / PACKAGE / "openapi.yaml", small())
    return checkout


def edit(checkout: Checkout, change: Any, path: Path | None = None) -> None:
    """Edit the description of a checkout, or another file of it."""
    path = path or checkout.description(PACKAGE)
    document = load(path)
    change(document)
    _write(path, document)


def state(checkout: Checkout) -> dict[str, str]:
    """Hashes of every file of a checkout."""
    return hash_tree(checkout.root)


def run(checkout: Checkout, *arguments: str) -> Done:
    """A command in this process, in the folder of the checkout: what it loads and prepares is there for the next."""
    out, error = StringIO(), StringIO()
    with chdir(checkout.root), redirect_stdout(out), redirect_stderr(error):
        returncode = main([*arguments, "--root", str(checkout.root)])
    return Done(returncode, out.getvalue(), error.getvalue())


def run_apart(
    root: Path, *arguments: str, seed: str = "0", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, as the nox sessions run it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "codegen"), "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "qredo_codegen", *arguments, "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=cwd)


def _write(path: Path, document: Document) -> None:
    path.write_text(yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False), encoding="utf-8")
