"""A program that is measured from outside: its start, and the CPU time of it and of its children."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Program", "free_port", "running"]

_PATIENCE = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


class Program:
    """A running program, which listens on a port.

    Attributes:
        port: Where it listens.
        wall: Seconds from its start until it responded.
        cpu_of_start: CPU seconds until then.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int, began: float) -> None:
        self._process, self.port = process, port
        self._wait()
        self.wall = time.perf_counter() - began
        self.cpu_of_start = self.cpu()

    def cpu(self) -> float:
        """CPU seconds of the program and its children so far, of all threads; in steps of 0.01 s."""
        return sum(_cpu(pid) for pid in _tree(self._process.pid))

    def _wait(self) -> None:
        deadline = time.perf_counter() + _PATIENCE
        while time.perf_counter() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the program ended with {self._process.returncode} before it responded")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.settimeout(_PATIENCE)
                    connection.sendall(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
                    if connection.recv(1):
                        return
            except ConnectionError:
                time.sleep(0.01)
        raise RuntimeError(f"the program did not respond within {_PATIENCE:.0f} s")


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[Program]:
    """Start a program, wait until it serves HTTP on the port, and end it in the end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Program(process, port, began)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _tree(int(child))


def _cpu(pid: int) -> float:
    # The name, in parentheses, may hold spaces; utime and stime are the 14th and 15th field.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
