"""Processes for tests, forked from one that imported what they need, since the imports take longer than the tests."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_FORKS = "forkserver" in multiprocessing.get_all_start_methods()
_CONTEXT: Any = multiprocessing.get_context("forkserver" if _FORKS else "spawn")
_ROOT = str(Path(__file__).parents[__name__.count(".")])
"""Where a process finds this module by its name, which pytest found in another way."""
PATIENCE = 600.0
"""Seconds to wait for a process: for a broken test only, not for a slow machine."""


class Child:
    """A process and the end of its pipe."""

    def __init__(self, target: Callable[..., object], arguments: Sequence[object]) -> None:
        self.pipe: Connection
        self.pipe, other_end = _CONTEXT.Pipe()
        self.process: BaseProcess = _CONTEXT.Process(target=target, args=(other_end, *arguments))
        self.process.start()
        other_end.close()

    def expect(self, word: str) -> None:
        """Wait until the process sends a word."""
        assert self.receive() == word

    def receive(self) -> Any:
        """Return what the process sends next."""
        assert self.pipe.poll(PATIENCE), "a process is stuck"
        return self.pipe.recv()

    def end(self) -> int | None:
        """Wait until the process ended, and return its exit code."""
        self.process.join(PATIENCE)
        return self.process.exitcode


@contextmanager
def children(target: Callable[..., object], arguments: Sequence[Sequence[object]]) -> Iterator[list[Child]]:
    """Run a function of a module in one process for each of the arguments, and kill those that are left at the end.

    Args:
        target: Called with the end of a pipe and the arguments.
        arguments: Those of each process.
    """
    if _ROOT not in sys.path:
        sys.path.append(_ROOT)
    if _FORKS:
        _CONTEXT.set_forkserver_preload(["pytest", "redis", "qredo_signing", target.__module__])
    started: list[Child] = []
    try:
        for each in arguments:
            started.append(Child(target, each))
        yield started
    finally:
        for child in started:
            child.process.kill()
            child.process.join()
            child.pipe.close()
