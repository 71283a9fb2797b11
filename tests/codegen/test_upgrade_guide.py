"""docs/upgrading-1.0-to-1.1.md: nothing that breaks is missing, nothing is made up, and its code is code."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import qredo_partner_v1_0
import qredo_partner_v1_1
import qredo_signing
from qredo_codegen.compare.changes import Change

from .checkouts import from_1_0_to_1_1

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "upgrading-1.0-to-1.1.md").read_text(encoding="utf-8")
VERSIONS: dict[str, ModuleType] = {"1.0": qredo_partner_v1_0, "1.1": qredo_partner_v1_1}
SUMMARISED = {"success-status-removed": "Status 201"}
"""Kinds that have a section of their own, which names the operations."""


def sections() -> dict[str, str]:
    """The text below each heading, by the heading without its marks."""
    parts = re.split(r"^## (.*)\n", TEXT, flags=re.M)
    return dict(zip((title.replace("`", "") for title in parts[1::2]), parts[2::2], strict=True))


def breaking() -> tuple[Change, ...]:
    """What compare finds between the two descriptions, each thing once, the names of Python included."""
    return from_1_0_to_1_1().breaking


def headings(change: Change) -> Iterator[str]:
    """The sections that a change belongs into."""
    if change.kind.startswith("python-"):
        yield "Names of Python"
        return
    for location in change.locations:
        yield f"{location.name}: {location.call}" if location.name else "The API as a whole"


def bullet(change: Change, place: str) -> str:
    """How the guide begins to tell of a change."""
    return f"- {change.kind.replace('-', ' ')}: `{change.subject or place}`"


def expected() -> set[tuple[str, str]]:
    """Sections and the beginnings of their bullets."""
    told = [change for change in breaking() if change.kind not in SUMMARISED]
    return {
        (heading, bullet(change, location.place))
        for change in told
        for heading, location in zip(headings(change), change.locations, strict=False)
    }


def test_nothing_that_breaks_is_missing_or_made_up() -> None:
    """The bullets of the guide are the breaking changes that compare finds, each below its operation."""
    bullets = re.compile(r"^- [^`\n]*: `[^`]*`", re.M)
    assert {(title, found) for title, text in sections().items() for found in bullets.findall(text)} == expected()


def test_the_operations_of_a_summary() -> None:
    """Where one sentence stands for a kind of change, it names every operation that has it, and no other."""
    for kind, title in SUMMARISED.items():
        names = {place.name for change in breaking() if change.kind == kind for place in change.locations}
        assert set(re.findall(r"`([a-z_]+\.[a-z_]+)`", sections()[title])) == names


# --- The code


def parts() -> list[tuple[str, str]]:
    """The pieces of code in the guide, each with the version that it is for."""
    found = []
    for block in re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S):
        pieces = re.split(r"^# (1\.[01])\b.*\n", block, flags=re.M)
        assert pieces[0] == "", "a block begins with the version that its first lines are for"
        found += list(zip(pieces[1::2], pieces[2::2], strict=True))
    return found


def test_every_block_has_both_versions() -> None:
    """Each block shows how a call is written in 1.0 and in 1.1."""
    for block in re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S):
        assert set(re.findall(r"^# (1\.[01])\b", block, re.M)) == {"1.0", "1.1"}


def each(found: list[tuple[str, str]]) -> pytest.MarkDecorator:
    """A test per piece of code, named by its number and version."""
    ids = [f"{number}-{version}" for number, (version, _) in enumerate(found)]
    return pytest.mark.parametrize(("version", "code"), found, ids=ids)


@each(parts())
def test_calls_fit_the_clients(version: str, code: str) -> None:
    """Each call of a client has the arguments that the operation of that version takes."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    operations = [call for call in calls if ast.unparse(call.func).startswith("client.")]
    for call in operations:
        _, tag, verb = ast.unparse(call.func).split(".")
        resource = inspect.get_annotations(getattr(VERSIONS[version].Client, tag).func)["return"]
        signature = inspect.signature(getattr(_resource(VERSIONS[version], tag, resource), verb))
        signature.bind(None, *call.args, **{keyword.arg or "": keyword.value for keyword in call.keywords})
    assert operations or "connect(" in code or "initialise(" in code


def _resource(package: ModuleType, tag: str, name: str) -> Any:
    module = __import__(f"{package.__name__}.api.{tag}", fromlist=[name])
    return getattr(module, name)


@each([part for part in parts() if "connect(" in part[1]])
def test_connect_lines_work(version: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines that connect do so, each with the client of its version."""
    monkeypatch.chdir(tmp_path)
    key = ROOT / "spec" / "signing" / "keys" / "test-rsa-2048-pkcs1.pem"
    made: list[Any] = []
    names: dict[str, Any] = {
        **{name: getattr(qredo_signing, name) for name in ("Environment", "KeyKind", "SQLiteNonces")},
        **{module.__name__: module for module in VERSIONS.values()},
        "connect": lambda *args, **options: made.append(qredo_signing.connect(*args, **options)),
        "credentials": qredo_signing.Credentials("api-key", key.read_bytes()),
        "counter": qredo_signing.SQLiteNonces("counter.db", rule="counter"),
    }
    exec(code, names)
    (client,) = made
    assert client.API[0] == VERSIONS[version].__name__
    client.close()


STITCHED = """\
from qredo_partner_v1_1.models import NewWallet
import qredo_partner_v1_0
import qredo_partner_v1_1
from qredo_signing import Credentials, Environment, KeyKind, SQLiteNonces, connect

company_id = fund_id = name = city = country = domain = ""
address = party_id = wallet_id = their_wallet = ""
start = expires = 1
credentials = Credentials.from_directory("keys")
counter = SQLiteNonces("counter.db", rule="counter")
"""


def test_the_code_type_checks(tmp_path: Path) -> None:
    """mypy --strict understands every piece of code with the client, models and helpers of its version."""
    pytest.importorskip("mypy", reason="mypy is not installed here; nox -s types runs this test")
    lines = [STITCHED]
    for number, (version, code) in enumerate(parts()):
        package = VERSIONS[version].__name__
        models = f"group: {package}.models.NewCustodyGroup, send: {package}.models.AssetAmount"
        lines.append(f"def part_{number}(client: {package}.Client, {models}) -> None:")
        lines += [f"    {line}" for line in (f"require = {package}.require", *code.splitlines())]
    (tmp_path / "guide.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "guide.py"]
    environ = {**os.environ, "MYPYPATH": os.pathsep.join([str(ROOT / "signing_plugin"), str(ROOT / "generated")])}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
