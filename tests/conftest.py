"""What all tests share: the skip for programs that a machine lacks, and the one certificate that is trusted."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from .signing.certificates import write_certificate

# Started in the background by a script, this process ignores Ctrl-C, and so would each program that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No property test is a timed test: machines are slow at times.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TESTS = Path(__file__).parent
ONCE = (
    "benchmarks",
    "cli/test_call_shapes.py",
    "cli/test_docs.py",  # the help is drawn by Typer, held by the constraints
    "cli/test_every_operation.py",
    "codegen",  # what is run in a checkout and not installed by users
    "docs",  # pages, run where they are read
    "emulator/test_cli.py",
    "emulator/test_conformance.py",
    "emulator/test_console.py",
    "emulator/test_console_browser.py",
    "emulator/test_invariants.py",
    "emulator/test_pytest_plugin.py",
    "emulator/test_reading.py",
    "emulator/test_shapes.py",
    "examples",
    "feeds/test_feeds_typing.py",
    "mistakes",
    "signing/http/test_handed_out.py",
    "signing/http/test_hostile_responses.py",
    "feeds/test_storm.py",
    "repo",
    "signing/nonces/test_nonces_crash.py",
    "signing/nonces/test_nonces_damage.py",
    "signing/nonces/test_nonces_redis.py",
    "signing/nonces/test_nonces_sqlite.py",
    "signing/test_typing.py",
    "signing/signature/test_vectors.py",
    "signing/signature/test_wycheproof.py",
    "typing",
    "vendoring",
)
"""What says the same with every Python: run with one."""
ON_EVERY_PYTHON = ("test_the_repository_holds_what_is_generated", "test_the_wheel_alone_is_enough")


@pytest.fixture(scope="session", autouse=True)
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The only certificate that HTTP clients trust here: to load the usual hundred takes each of them 15 ms."""
    path = write_certificate(tmp_path_factory.mktemp("authority"), "authority.test")
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("SSL_CERT_FILE", str(path))
        yield path


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what is collected, a million objects that stay to the end, out of every later search for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `nox -s tests` runs with the oldest Python alone."""
    for item in items:
        place = item.path.relative_to(TESTS)
        if {place.parts[0], place.as_posix()} & set(ONCE) and item.name not in ON_EVERY_PYTHON:
            item.add_marker(pytest.mark.once)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are not there; fail it instead where QREDO_REQUIRE_TOOLS says they must be."""
    for marker in item.iter_markers("needs"):
        missing = [program for program in marker.args if shutil.which(program) is None]
        if not missing:
            continue
        reason = f"needs {', '.join(missing)}, not found on the PATH"
        if os.environ.get("QREDO_REQUIRE_TOOLS") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
