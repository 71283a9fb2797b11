"""What every side of a comparison does: one call and end, or calls by order, with the CPU time that they took.

`python benchmarks/peers/SIDE.py URL KEY` makes one call and checks the response. With `--worker` it reads
how many calls to make from each line of its input, and replies with a line of JSON: the CPU time of its process for
them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

__all__ = ["serve"]


def serve(prepare: Callable[[str, str], Callable[[], object]]) -> None:
    """Be one side.

    Args:
        prepare: Takes the URL of the server and the path of a private key, and gives the call.
    """
    url, key = sys.argv[1:3]
    call = prepare(url, key)
    call()
    if "--worker" not in sys.argv:
        return
    for line in sys.stdin:
        start = time.process_time_ns()
        for _ in range(int(line)):
            call()
        print(json.dumps({"cpu_ns": time.process_time_ns() - start}), flush=True)
