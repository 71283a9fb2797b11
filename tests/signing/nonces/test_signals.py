"""A signal handler that raises, anywhere in a call of the main thread, loses no turn and no number."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("signal_storm.py")


@pytest.mark.parametrize("signals", [2_000, pytest.param(200_000, marks=pytest.mark.full)])
def test_no_turn_and_no_number_is_lost(signals: int) -> None:
    """After thousands of signals the next call has its turn; each number was sent once, in order, or is accounted for.

    A number that the service has not seen belongs to a call that said that its outcome is unknown.
    """
    done = subprocess.run([sys.executable, str(SCRIPT), str(signals)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    seen = told["seen"]
    assert told["signals"] >= signals
    assert seen == sorted(set(seen))
    assert 0 <= told["last"] - len(seen) <= told["unknown"]
    assert told["last"] == seen[-1]
