"""Nonces in a file of one number: processes of one machine, killed ones among them, and writes that fail."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_signing import ConfigurationError, FileNonces, NonceError, SQLiteNonces
from qredo_signing._nonces import shared_file as _file_system

from .nonce_race import PLUGIN, check, draw, race

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs flock")
NOW = 1_800_000_000.0


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "nonces"


@pytest.fixture(name="make")
def _make(path: Path) -> Iterator[Callable[..., FileNonces]]:
    """Make sources of one file, each as another process would."""
    sources: list[FileNonces] = []

    def make(**options: Any) -> FileNonces:
        sources.append(FileNonces(path, **options))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def run(code: str, path: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run code with the path in a fresh process."""
    code = f"import os, signal\nfrom qredo_signing import FileNonces, NonceError\npath = {str(path)!r}\n{code}"
    options |= {"env": os.environ | {"PYTHONPATH": str(PLUGIN)}, "timeout": 60}
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def lines(path: Path) -> list[int]:
    """Where the numbers stand in the file."""
    content = path.read_bytes()
    return [place for place in range(len(content)) if content.startswith(b"qredo-nonces", place)]


def damage(path: Path, *places: int) -> None:
    """Change one digit of the numbers at these places."""
    content = bytearray(path.read_bytes())
    for place in places:
        content[place + 20] ^= 1
    path.write_bytes(content)


def test_processes_share_a_clock(path: Path, tmp_path: Path) -> None:
    """Eight processes draw 100,000 numbers, half of them are killed: all distinct, increasing in issue order."""
    source = {"kind": "file", "place": str(path)}
    runs = race(source, tmp_path, survivors=4, numbers=20_000, victims=4, victims_numbers=5_000)
    assert len(check(runs)) >= 100_000


def test_killed_between_issue_and_use(path: Path, make: Callable[..., FileNonces]) -> None:
    """The number of a process that is killed before it used it is not issued again."""
    done = run(
        "nonce = FileNonces(path).next()\nos.write(1, str(nonce).encode()), os.kill(os.getpid(), signal.SIGKILL)", path
    )
    assert done.returncode == -signal.SIGKILL
    assert make(clock=lambda: 0.0).next() == int(done.stdout) + 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 4e9), st.booleans()), min_size=1, max_size=12))
def test_the_law_of_the_clock(steps: list[tuple[int, float, bool]]) -> None:
    """Whatever the clock says, numbers increase from source to source; also from a lost file, each source's do."""
    clock = [0.0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nonces"
        sources = [FileNonces(path, clock=lambda: clock[0]) for _ in range(3)]
        last, last_of = 0, [0, 0, 0]
        for index, clock[0], lost in steps:
            if lost:
                path.unlink(missing_ok=True)
                last = 0
            nonce = sources[index].next()
            assert nonce > max(last, last_of[index])
            assert nonce >= int(clock[0] * 1_000_000)
            assert sources[index - 1].last() == nonce
            last = last_of[index] = nonce
        for source in sources:
            source.close()


def test_threads_share_a_source(make: Callable[..., FileNonces]) -> None:
    """Eight threads draw from one source: distinct numbers, increasing in issue order."""
    source = make()
    with ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda _: [draw(source) for _ in range(250)], range(8))
        assert len(check(runs)) == 2000


def test_threads_with_a_source_each(make: Callable[..., FileNonces]) -> None:
    """Sources of one process keep each other out as those of several do."""
    with ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda source: [draw(source) for _ in range(250)], [make() for _ in range(8)])
        assert len(check(runs)) == 2000


def test_a_restarted_process_goes_on(make: Callable[..., FileNonces]) -> None:
    """A clock set back does not bring back numbers that another process drew, nor does a restart."""
    first = make(clock=lambda: NOW).next()
    assert first == NOW * 1_000_000
    assert make(clock=lambda: NOW - 3600).next() == first + 1
    assert make(clock=lambda: NOW + 1).next() == (NOW + 1) * 1_000_000


def test_a_lost_file_and_a_clock_set_back(path: Path, make: Callable[..., FileNonces]) -> None:
    """A process stays ahead of what it used when the file is lost or replaced, though the clock was set back."""
    clock = [NOW]
    source = make(clock=lambda: clock[0])
    nonces = [source.next()]
    clock[0] -= 3600
    path.unlink()
    nonces.append(source.next())
    path.unlink()
    assert make(clock=lambda: 0.0).next() == 1
    nonces.append(source.next())
    assert nonces[0] < nonces[1] < nonces[2] < nonces[0] + 10  # what is drawn from a lost file is a gap
    assert make(clock=lambda: 0.0).last() == nonces[-1]


def test_a_file_that_is_replaced(path: Path, tmp_path: Path, make: Callable[..., FileNonces]) -> None:
    """A number from a file that another one took the place of is not used: that one may know greater ones."""
    source = make(clock=lambda: 0.0)
    source.next()
    with_greater = FileNonces(tmp_path / "other", clock=lambda: NOW)
    greater = with_greater.next()
    with_greater.close()
    (tmp_path / "other").replace(path)
    assert source.next() == greater + 1


def test_a_file_that_is_lost_during_a_call(path: Path, make: Callable[..., FileNonces]) -> None:
    """A number from a file that was lost while it was drawn is not used: the new file may know greater ones."""
    other = make(clock=lambda: NOW + 5)
    drawn: list[int] = []

    def clock() -> float:  # looked at while the number is drawn
        if path.exists() and not drawn:
            path.unlink()
            drawn.append(other.next())
        return NOW

    assert make(clock=clock).next() == drawn[0] + 1


def test_a_write_that_was_cut_short(path: Path, make: Callable[..., FileNonces]) -> None:
    """A number that a disk took half of is an error and is not issued; what comes next goes on from the one before.

    The half is real: the system is told that files may be so large and no larger, which ends within the second number.
    """
    source = make(clock=lambda: 0.0)
    assert [source.next(), source.next(), source.next()] == [1, 2, 3]
    _, second = lines(path)
    done = run(
        "import resource\n"
        "source = FileNonces(path, clock=lambda: 0.0)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({second + 30}, resource.RLIM_INFINITY))\n"
        "for _ in range(3):\n"
        "    try: print(source.next())\n"
        "    except NonceError as error: print(error)\n",
        path,
    )
    assert done.stderr == ""
    first, *errors = done.stdout.splitlines()
    assert first == "4"
    assert len(errors) == 2
    assert all("could not be written whole" in error for error in errors)
    assert make(clock=lambda: 0.0).last() == 4
    assert [source.next(), make(clock=lambda: 0.0).next(), source.next()] == [5, 6, 7]


def test_one_damaged_number(path: Path, make: Callable[..., FileNonces]) -> None:
    """Each number stands beside the one before it: whichever is damaged, numbers go on from the other and heal it."""
    source = make(clock=lambda: 0.0)
    for turn in (0, 1):
        last = max(source.next() for _ in range(4 + turn))
        damage(path, lines(path)[turn])
        issued = make(clock=lambda: 0.0).next()
        assert last <= issued <= last + 1
        assert source.next() == max(issued, last) + 1
        damage(path, lines(path)[1 - turn])
        assert source.next() > last


def test_both_numbers_damaged(path: Path, make: Callable[..., FileNonces]) -> None:
    """A file without a number is refused and left as it is; removed, it is made anew, ahead by the clock."""
    source = make(clock=lambda: 0.0)
    first = source.next()
    damage(path, *lines(path))
    content = path.read_bytes()
    for call in (source.next, source.last):
        with pytest.raises(NonceError, match=r"no nonces from .*: there is no number in it.* may be removed"):
            call()
    assert path.read_bytes() == content
    path.unlink()
    assert source.next() == first + 1


def test_the_file_is_the_owners(path: Path, make: Callable[..., FileNonces]) -> None:
    """The file can be read and written by its owner only, whatever the umask, and nothing lies beside it."""
    before = os.umask(0)
    try:
        make().next()
    finally:
        os.umask(before)
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {"nonces": 0o600}


def test_closing(path: Path, make: Callable[..., FileNonces]) -> None:
    """A source that is closed, or dropped, leaves no file open; a closed one opens it again when asked."""
    source = make(clock=lambda: 0.0)
    assert source.last() is None
    assert not path.exists()
    source.next()
    source.close()
    assert source._descriptor == -1
    assert source.next() == 2
    source.close()
    assert FileNonces(path, clock=lambda: 0.0).next() == 3
    assert make(timeout=0).last() == 3


def test_a_fork(path: Path) -> None:
    """A child shares the numbers with its parent and others, also when the parent closes the file or ends."""
    code = (
        "source = FileNonces(path)\n"
        "out = [source.next() for _ in range(3)]\n"
        "closed, drawn = os.pipe(), os.pipe()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    out = [source.next() for _ in range(3)]\n"
        "    os.write(drawn[1], b'x'), os.read(closed[0], 1)\n"
        "    os.write(1, f'{out + [source.next() for _ in range(3)]}\\n'.encode())\n"
        "    os._exit(0)\n"
        "os.read(drawn[0], 1)\n"
        "out.append(source.next()), source.close(), os.write(closed[1], b'x'), os.waitpid(child, 0)\n"
        "out.append(source.next()), print(out)\n"
    )
    done = run(code, path)
    assert done.stderr == ""
    numbers = [int(text) for line in done.stdout.split("\n") for text in line.strip("[]").split(", ") if text]
    assert len(set(numbers)) == len(numbers) == 11


@pytest.mark.parametrize("fork", ["os.fork", "ctypes.PyDLL(None).fork"], ids=["Python", "C"])
def test_a_child_has_a_lock_of_its_own(fork: str, path: Path) -> None:
    """While the parent holds the lock its child waits, also when the file was inherited: flock would let it in."""
    code = (
        "import ctypes\n"
        "ready, source = os.pipe(), FileNonces(path, timeout=0.05)\n"
        "source.next()\n"
        f"child = {fork}()\n"
        "if child == 0:\n"
        "    os.read(ready[0], 1)\n"
        "    try: source.next()\n"
        "    except NonceError as error: os.write(1, str(error).encode())\n"
        "    os._exit(0)\n"
        "def hold(file): os.write(ready[1], b'x'), os.waitpid(child, 0); return 0\n"
        "source._alone(hold), source.next()\n"
    )
    done = run(code, path)
    assert done.stderr == ""
    assert "other processes held" in done.stdout


def test_a_parent_that_is_killed_with_the_lock(path: Path, make: Callable[..., FileNonces]) -> None:
    """A lock goes with its process, though a child that lives on was made from it."""
    waited_for, ending = os.pipe()
    code = (
        "source = FileNonces(path)\n"
        "source.next()\n"
        f"if os.fork() == 0: os.closerange(1, 3), os.read({waited_for}, 1), os._exit(0)\n"
        "source._alone(lambda file: os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    try:
        done = run(code, path, pass_fds=[waited_for])
        assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
        assert make(timeout=0.05).next()
    finally:
        os.close(ending)  # ends the child
        os.close(waited_for)


def test_a_stopped_process(make: Callable[..., FileNonces]) -> None:
    """Waiting for one that does not let go ends after the timeout, with an error; later it goes on."""
    holder, source = make(), make(timeout=0.01)
    source.next()

    def hold(_: int) -> int:
        for call in (source.next, source.last):
            with pytest.raises(NonceError, match=r"other processes held .* for more than 0\.01 s"):
                call()
        return 0

    holder._alone(hold)
    assert source.next()


def test_a_network_file_system(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a network file system, where locks do not hold, nothing is made and the error says so."""
    number = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 24 {os.major(number)}:{os.minor(number)} / /data rw shared:1 - nfs4 server:/ rw\n")
    monkeypatch.setattr(_file_system, "MOUNTS", mounts)
    with pytest.raises(NonceError, match=r"network file system \(nfs4\).*RedisNonces"):
        FileNonces(path).next()
    assert not path.exists()


@pytest.mark.parametrize("content", [b"not a number" * 1000, b"", None], ids=["other", "empty", "folder"])
def test_what_is_no_store(content: bytes | None, path: Path, make: Callable[..., FileNonces]) -> None:
    """Something else at the path is left as it is, and the error says what is expected."""
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(NonceError, match=r"no nonces from .* the file must be one that FileNonces made"):
        make().next()
    assert content is None or path.read_bytes() == content


def test_the_other_store(path: Path, tmp_path: Path) -> None:
    """Neither source takes the other's file, and neither harms it."""
    for mine, other, place in [(FileNonces, SQLiteNonces, path), (SQLiteNonces, FileNonces, tmp_path / "other")]:
        source = mine(place, clock=lambda: NOW)
        first = source.next()
        source.close()
        with pytest.raises(NonceError, match=f"one that {other.__name__} made"):
            other(place).next()
        assert source.next() == first + 1
        source.close()


@pytest.mark.parametrize("missing", ["nowhere/nonces", "file/nonces"])
def test_a_folder_that_is_not_there(missing: str, tmp_path: Path) -> None:
    """A folder that does not exist, or is a file, is not made, and the error says so."""
    (tmp_path / "file").touch()
    with pytest.raises(NonceError, match="Its folder must exist"):
        FileNonces(tmp_path / missing).next()


def test_a_backup_that_is_copied_over_it(path: Path, tmp_path: Path, make: Callable[..., FileNonces]) -> None:
    """An old copy written over the file does no harm: this process is ahead of it, and so is the clock."""
    source = make(clock=lambda: 0.0)
    source.next()
    shutil.copy(path, tmp_path / "backup")
    assert [source.next(), source.next()] == [2, 3]
    shutil.copy(tmp_path / "backup", path)
    assert source.next() == 4
    assert make(clock=lambda: NOW).next() == NOW * 1_000_000


def test_a_relative_path_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is taken from where the source was made."""
    monkeypatch.chdir(tmp_path)
    source = FileNonces("a b", clock=lambda: 0.0)
    monkeypatch.chdir("/")
    assert source.next() == 1
    source.close()
    assert [file.name for file in tmp_path.iterdir()] == ["a b"]


@pytest.mark.parametrize("platform", ["win32", "cygwin", "sunos5", "aix"])
def test_a_system_without_flock(platform: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without flock(2) is told so when the source is made, and what to use instead."""
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(ConfigurationError, match=rf"{platform} has not: use SQLiteNonces\(path\)"):
        FileNonces(path)


def test_a_descriptor_that_is_no_longer_ours(tmp_path: Path, make: Callable[..., FileNonces]) -> None:
    """Closed by somebody else, it is opened anew; a file that has got its number since is left as it is, and open."""
    source = make()
    first = source.next()
    os.close(source._descriptor)
    with (tmp_path / "other").open("w+b", buffering=0) as other:
        assert other.fileno() == source._descriptor
        with pytest.raises(NonceError, match="no number in it"):
            source.next()
        assert other.write(b"open") == 4
    assert source.next() > first
    os.close(source._descriptor)
    with pytest.raises(NonceError, match="Bad file descriptor"):
        source.next()
    assert source.next() > first
