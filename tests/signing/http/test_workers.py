"""The threads that sign for event loops: what they run, which loop they tell, what a cancellation or a fork leaves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from qredo_signing._http.workers import Workers

PATIENCE = 20.0


def test_work_is_done_in_other_threads_and_no_more_than_there_are() -> None:
    """What is given is run outside of the loop's thread, by as many threads as were asked for."""
    barrier, threads = threading.Barrier(3), set[int]()

    def meet() -> None:
        threads.add(threading.get_ident())
        barrier.wait(PATIENCE)

    async def main() -> None:
        workers = Workers(3)
        await asyncio.gather(*(workers.run(meet) for _ in range(30)))

    asyncio.run(main())
    assert len(threads) == 3
    assert threading.get_ident() not in threads


def test_errors_come_back() -> None:
    """What the function raises is raised where it was asked for, and the thread goes on."""

    def fail() -> None:
        raise KeyError("planted")

    async def main() -> None:
        workers, nothing = Workers(1), iter(())
        for _ in range(3):
            with pytest.raises(KeyError, match="planted"):
                await workers.run(fail)
        with pytest.raises(RuntimeError, match="raised StopIteration"):
            await workers.run(lambda: next(nothing))
        await workers.run(lambda: None)

    asyncio.run(main())


def test_a_cancellation_does_not_wait() -> None:
    """A cancelled task goes at once; its piece of work is done all the same, and the next one's after it."""
    may_go, done = threading.Event(), list[int]()

    async def main() -> None:
        workers = Workers(1)
        tasks = [asyncio.create_task(workers.run(lambda: may_go.wait(PATIENCE))) for _ in range(2)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        assert {type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)} == {asyncio.CancelledError}
        may_go.set()
        await workers.run(lambda: done.append(1))

    asyncio.run(main())
    assert done == [1]


def test_loops_share_them() -> None:
    """Several event loops get their own results from the same threads; one that was closed meanwhile harms no other."""
    workers, may_go = Workers(2), threading.Event()

    async def abandon() -> None:
        task = asyncio.create_task(workers.run(lambda: may_go.wait(PATIENCE)))
        await asyncio.sleep(0.01)
        task.cancel()

    async def work() -> int:
        await asyncio.gather(*(workers.run(lambda: None) for _ in range(50)))
        return threading.get_ident()

    asyncio.run(abandon())
    may_go.set()
    with ThreadPoolExecutor(3) as pool:
        assert len(list(pool.map(lambda _: asyncio.run(work()), range(3)))) == 3


FORK = """
import asyncio, os
from qredo_signing._http.workers import shared_workers
async def work():
    await shared_workers().run(lambda: None)
asyncio.run(work())
child = os.fork()
if child == 0:
    asyncio.run(work())
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
def test_a_forked_process_has_its_own() -> None:
    """A process that was forked after threads were started, which it does not have, starts its own."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr
