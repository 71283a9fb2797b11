"""Everything that is done to this project, as sessions: `nox -l` lists them, `nox` runs the everyday ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
OLDEST = next((version for version in PYTHONS if shutil.which(f"python{version}")), PYTHONS[0])
CONSTRAINTS = ("-c", "constraints.txt")
WORKERS = str(2 * (os.cpu_count() or 1))  # tests wait for sockets and processes half of their time
TYPE_TESTS = (
    "tests/signing/test_typing.py",
    "tests/typing/test_complete.py",
    "tests/feeds/test_feeds_typing.py",
    "tests/codegen/test_upgrade_guide.py",
    "tests/codegen/test_shapes.py::test_all_shapes_together_are_one_typed_package",
)
# The tests start hundreds of processes: a module is compiled once, and not in each of them.
os.environ["UV_COMPILE_BYTECODE"] = "1"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
LOWEST_TESTS = ("tests/cli", "tests/emulator", "tests/feeds", "tests/generated", "tests/signing")
EXTRAS = ".[aiohttp,approvals,cli,emulator,feeds,pkcs11,redis]"

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_external_run = True
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "check_generated", "vectors", "tests"]


def group(name: str) -> tuple[str, ...]:
    """Requirements of a dependency group."""
    return nox.project.dependency_groups(PYPROJECT, name)


@nox.session(default=False)
def quickstart(session: nox.Session) -> None:
    """The main job: regenerate the client, start the emulator, walk through signed calls."""
    session.install(*CONSTRAINTS, "-e", ".[emulator]")
    codegen(session, "regenerate")
    session.run("python", "examples/quickstart.py")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests but the long ones, on every Python that is found; what is the same with each runs with the oldest."""
    session.install(*CONSTRAINTS, "-e", EXTRAS, *group("tests"))
    chosen = "not full" if session.python == OLDEST else "not full and not once"
    session.run("pytest", "-n", WORKERS, "-m", chosen, *session.posargs)


@nox.session(default=False)
def full(session: nox.Session) -> None:
    """All tests, the long ones too, with 300 random descriptions instead of 10."""
    session.install(*CONSTRAINTS, "-e", EXTRAS, *group("types"))
    session.run("pytest", "-n", WORKERS, *session.posargs, env={"QREDO_RANDOM_DESCRIPTIONS": "300"})


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Change conditions and numbers where retries and nonces are decided: a test must notice each change."""
    session.install(*CONSTRAINTS, "-e", EXTRAS, *group("mutants"))
    session.run("python", "tests/mutation/run.py", *session.posargs)


@nox.session(default=False)
def lowest(session: nox.Session) -> None:
    """The tests of what users install, with the lowest versions that pyproject.toml allows."""
    session.install("--resolution", "lowest-direct", "-e", EXTRAS, *group("tests"))
    session.run("pytest", "-n", WORKERS, "-m", "not full", *(session.posargs or LOWEST_TESTS))


@nox.session
def lint(session: nox.Session) -> None:
    """Lint and formatting."""
    session.install(*CONSTRAINTS, *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """mypy --strict and pyright over every room, generated code included."""
    session.install(*CONSTRAINTS, "-e", EXTRAS, *group("types"))
    session.run("mypy")
    session.run("pyright")
    session.run("pytest", "-n", WORKERS, *TYPE_TESTS)


def codegen(session: nox.Session, *arguments: str, module: str = "qredo_codegen") -> None:
    """Run a command of the generator."""
    session.install(*CONSTRAINTS, *group("codegen"))
    session.run("python", "-m", module, *arguments, env={"PYTHONPATH": "codegen"})


@nox.session(default=False)
def regenerate(session: nox.Session) -> None:
    """Make generated/ from spec/: all packages, or those named after `--`."""
    codegen(session, "regenerate", *session.posargs)


@nox.session(default=False)
def compare(session: nox.Session) -> None:
    """What changes for a client between two descriptions: `-- OLD NEW`; fails on a breaking change without a waiver."""
    codegen(session, "compare", *session.posargs)


@nox.session(default=False)
def adopt(session: nox.Session) -> None:
    """Report what the vendor's new file changes: `-- VENDOR.yaml PACKAGE`."""
    codegen(session, "adopt", *session.posargs)


@nox.session(default=False)
def describe(session: nox.Session) -> None:
    """Write a description from a vendor's OpenAPI file: `-- FILE PACKAGE [--security NAME] [--with-texts]`."""
    codegen(session, "describe", *session.posargs)


@nox.session(default=False)
def release_spec(session: nox.Session) -> None:
    """Lock a description: `-- PACKAGE`; from then on no breaking change goes in."""
    codegen(session, "release", *session.posargs)


@nox.session(default=False)
def new_version(session: nox.Session) -> None:
    """Start a new version from a description: `-- PACKAGE --from PACKAGE`."""
    codegen(session, "new-version", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure: all benchmarks, or those named after `--`; writes docs/benchmarks/report.md and its plot."""
    session.install(*CONSTRAINTS, "-e", EXTRAS, *group("bench"))
    session.run("python", "benchmarks/run.py", "--peers", str(ROOT / ".nox" / "bench-peers"), *session.posargs)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the site of the documentation into site/, the API reference with it; a warning is an error."""
    session.install(*CONSTRAINTS, *group("docs"))
    codegen(session, "reference", "--to", "docs/reference")
    changelog = ROOT / "docs" / "reference" / "changelog" / "index.md"
    changelog.parent.mkdir(exist_ok=True)
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    changelog.write_text(text.replace("](docs/", "](../../"), encoding="utf-8")
    session.run("zensical", "build", "--strict", "--clean")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Build sdist and wheel into dist/, with nothing installed but hatchling: `-- TAG`, which is v and the version."""
    session.install(*CONSTRAINTS, "hatchling")
    version = str(session.run("hatchling", "version", silent=True)).strip()
    if session.posargs != [f"v{version}"]:
        session.error(f"give the tag v{version}, as _version.py has it, not {' '.join(session.posargs) or 'none'}")
    if f"## [{version}] - " not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        session.error(f"CHANGELOG.md has no section for {version} with its date")
    session.run("hatchling", "build", "--clean")


@nox.session(default=False)
def vendor(session: nox.Session) -> None:
    """Copy packages into a monorepo: `-- --to DIR --api PACKAGE`; `--check DIR` and `--update DIR` afterwards."""
    session.install(*CONSTRAINTS, "-e", EXTRAS)  # what libraries need in turn is read from their metadata
    codegen(session, "vendor", *session.posargs)


@nox.session
def vectors(session: nox.Session) -> None:
    """Fail when the signing vectors are not what their cases give; `-- --write` rebuilds them."""
    codegen(session, *([] if "--write" in session.posargs else ["--check"]), module="qredo_codegen.vectors")


@nox.session
def check_generated(session: nox.Session) -> None:
    """Fail when generated/ is not what spec/ gives, naming each file."""
    codegen(session, "check", *session.posargs)
