"""Fresh interpreters: programs that are measured whole, from their start to their end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Ended", "compiling_into", "run"]


class Ended(NamedTuple):
    """A program that ended well.

    Attributes:
        cpu: CPU seconds of it and of all that it started and waited for.
        said: What it wrote to stdout.
    """

    cpu: float
    said: str


def compiling_into(folder: Path) -> dict[str, str]:
    """Our environment, but Python keeps compiled files in the folder, whatever it does about them otherwise."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder)}


def run(command: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run a program to its end.

    Raises:
        RuntimeError: It failed; the message has what it wrote.
    """
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{said}")
    return Ended(usage.ru_utime + usage.ru_stime, said)
