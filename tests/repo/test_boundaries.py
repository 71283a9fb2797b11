"""The rooms of the project: which package may import which."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from qredo_signing._http.schemes import SCHEMES

from ..versions import PACKAGES

ROOT = Path(__file__).parents[2]
KNOW_HTTPX = ("_connect.py", "_http", "_shapes/check.py", "cli", "feeds")
"""The parts of the plugin that import httpx when they run; elsewhere it is imported for type checkers alone."""
EXTRAS = {
    "_http/aiohttp": {"aiohttp", "httpcore", "yarl"},
    "_http/network.py": {"httpcore"},
    "_keys/bls.py": {"py_arkworks_bls12381"},
    "_keys/pkcs11_session.py": {"pkcs11"},
    "_nonces/redis.py": {"redis"},
    "cli": {"rich", "typer"},
    "feeds": {"httpcore", "wsproto"},
}
"""What a module, or each module below a folder, may import beside what all may."""
OURS = {"qredo_codegen", "qredo_emulator", "qredo_signing", *PACKAGES}


def modules(folder: str) -> list[Path]:
    """Every module below a folder of the repository."""
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path, *, runtime_only: bool = False) -> Iterator[str]:
    """Top-level names of absolute imports; with `runtime_only`, without those for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set[ast.AST]()
    if runtime_only:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                skipped.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def foreign(path: Path, *, runtime_only: bool = False) -> set[str]:
    """What a module imports from outside the standard library."""
    return {name for name in imports(path, runtime_only=runtime_only) if name not in sys.stdlib_module_names}


@pytest.mark.parametrize("path", modules("generated"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_generated_code_needs_attrs_and_httpx_only(path: Path) -> None:
    """A generated package imports the standard library, attrs, httpx and, relatively, itself.

    Type checkers know `typing_extensions` without its being installed.
    """
    assert foreign(path, runtime_only=True) <= {"attrs", "httpx"}
    assert foreign(path) <= {"attrs", "httpx", "typing_extensions"}


@pytest.mark.parametrize("path", modules("signing_plugin"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_plugin_needs_httpx_and_cryptography_only(path: Path) -> None:
    """The plugin imports httpx in its adapters, cryptography, anyio, and an extra where it is needed."""
    place = path.relative_to(ROOT / "signing_plugin" / "qredo_signing").as_posix()
    allowed = {"anyio", "cryptography", "qredo_signing"}
    allowed |= {name for part, names in EXTRAS.items() if place.startswith(part) for name in names}
    assert foreign(path) <= allowed | {"httpx"}
    assert foreign(path, runtime_only=True) <= allowed | ({"httpx"} if place.startswith(KNOW_HTTPX) else set())


@pytest.mark.parametrize("path", modules("emulator"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_emulator_needs_the_plugin_only(path: Path) -> None:
    """The emulator imports of the project the plugin and itself; never a generated package."""
    assert foreign(path) & OURS <= {"qredo_emulator", "qredo_signing"}


def test_the_pytest_plugin_loads_without_the_extra() -> None:
    """The fixture's module imports the standard library and pytest until it is used: pytest loads it everywhere."""
    path = ROOT / "emulator" / "qredo_emulator" / "pytest_plugin.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], [])
    names = {a.name.split(".")[0] for n in top.body if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module.split(".")[0] for n in top.body if isinstance(n, ast.ImportFrom) and n.module}
    assert {name for name in names if name not in sys.stdlib_module_names} == {"pytest"}


@pytest.mark.parametrize("path", modules("codegen"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_generator_knows_no_other_room(path: Path) -> None:
    """Between spec/ and generated/ stands code that imports neither plugin nor emulator nor a generated package."""
    assert foreign(path) & OURS <= {"qredo_codegen"}


def test_a_scheme_is_named_where_it_is_made() -> None:
    """The emulator, the command line and the feeds name no security scheme: they read the table of schemes."""
    folders = ("emulator", "signing_plugin/qredo_signing/cli", "signing_plugin/qredo_signing/feeds")
    names = SCHEMES.keys() - {"agent_token"}  # which is the name of an option, too
    constants = {
        (path.name, node.value)
        for folder in folders
        for path in modules(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert constants
    assert [(file, text) for file, text in constants if text in names] == []
