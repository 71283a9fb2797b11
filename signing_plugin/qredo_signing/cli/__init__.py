"""`qredo`: keys, signatures, calls and feeds from the command line. The extra `cli` has what it needs.

The console script `qredo` is `main`. Nothing else here is for other programs: they have the library.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from .._extras import install_advice

__all__ = ["main"]

_LIBRARIES = {"rich", "typer"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        arguments: The words after `qredo`; those of this process by default.

    Returns:
        The exit code; `qredo --help` lists them.
    """
    try:
        # A level that does not exist in QREDO_LOG stops no command, whatever PYTHONWARNINGS says.
        with warnings.catch_warnings(record=True) as early:
            warnings.filterwarnings("always", "QREDO_LOG is ")
            from ._app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        print(f"qredo: the command line needs its extra: {install_advice('cli', error.name)}", file=sys.stderr)
        return 2
    return run(arguments, [str(warning.message) for warning in early])
