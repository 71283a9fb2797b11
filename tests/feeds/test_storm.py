"""At least once: no action is lost, however often connections are cut and the service is started again."""

from __future__ import annotations

import gc
import random
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, ServerError, require
from qredo_signing import Environment, OutcomeUnknownError, connect
from qredo_signing.feeds import Gap, Keepalive, Reconnect
from qredo_signing.feeds import __file__ as feeds

from .conftest import Approvals
from .listening import Kind, listen
from .servers import Proxy

# uvicorn, stopped while a connection comes in, now and then leaves its side of it to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:Exception ignored in. <(socket|function _Selector):pytest.PytestUnraisableExceptionWarning"
)

END = "the end"
RESTART_EACH = 4
REMEMBERED = 64


def persist(call: Callable[[], Any]) -> Any:
    """Call until the service is there."""
    while True:
        try:
            return call()
        except (httpx.TransportError, OutcomeUnknownError, ServerError):
            time.sleep(0.02)


class Storm:
    """An emulator on one port, behind a proxy; actions that are made, approved when seen, and disturbed meanwhile."""

    def __init__(self, emulator: Emulator, proxy: Proxy, client: Client) -> None:
        self.emulator = emulator
        self.proxy = proxy
        self.client = client
        self.approvals = Approvals(emulator, client)
        self.transfers: list[str] = []
        self.seen: set[str] = set()
        self.gaps: list[bool] = []
        self.is_over = threading.Event()

    def make(self, actions: int) -> None:
        """Ask for so many approvals."""
        for _ in range(actions):
            self.transfers.append(persist(self.approvals.ask))

    def rage(self, actions: int, disturbances: int) -> None:
        """Disturb while actions are made, each time that the feed is open again; then say that it is over."""
        chance = random.Random(6)
        maker = threading.Thread(target=self.make, args=(actions,))
        for number in range(disturbances):
            while len(self.gaps) <= number:
                time.sleep(0.005)
            if number == 0:
                maker.start()
            time.sleep(chance.uniform(0, 0.1))
            if number % RESTART_EACH == 1:
                self.emulator.stop()
                self.emulator.start()
            else:
                self.proxy.cut(after=chance.choice([0, 1, 60, 300]))  # soon, within a message or a handshake
                time.sleep(0.02)
                self.proxy.cut()
        maker.join()
        while not self.is_over.is_set():
            self.emulator.control.publish("core_client", {"id": END}, client_id=self.approvals.core)
            time.sleep(0.05)

    def count(self, gap: Gap) -> None:
        """Count a connection, and keep nothing of the error before it, which would keep its frames."""
        self.gaps.append(gap.is_first)

    def see(self, messages: list[Any]) -> bool:
        """Approve what came, and say whether it was the last."""
        message = messages.pop()
        if message.id == END:
            return True
        self.seen.add(message.id)
        if message.status == "pending":
            persist(lambda: self.approvals.approve(message.id))
        return False

    def asked(self) -> set[str]:
        """The ids of the actions of all transfers, of which each is approved."""
        ids = set[str]()
        for tx_id in self.transfers:
            transfer = self.approvals.transfer(tx_id)
            assert transfer.status_details is not None
            ids |= {require(each.action_id) for each in require(transfer.status)}
        return ids


@contextmanager
def measured() -> Iterator[None]:
    """Check how much of what the modules of feeds allocated is still there at the end, in bytes."""
    tracemalloc.start()
    try:
        yield
        kept = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, f"{Path(feeds).parent}/*")])
    finally:
        tracemalloc.stop()
    assert sum(statistic.size for statistic in kept.statistics("filename")) < 200_000


def weather(kind: Kind, keys: Path, actions: int, disturbances: int, *, is_measured: bool = False) -> None:
    """Tell the whole story, and check its end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        Emulator(port=port, keys=keys) as emulator,
        Proxy(port) as proxy,
        connect(Client, emulator.credentials, emulator.environment) as client,
    ):
        storm = Storm(emulator, proxy, client)
        rage = threading.Thread(target=storm.rage, args=(actions, disturbances))
        rage.start()
        with measured() if is_measured else nullcontext():
            try:
                listen(
                    kind,
                    emulator.credentials,
                    Environment.emulator(proxy.url),
                    "core_client",
                    path={"client_id": storm.approvals.core},
                    until=storm.see,
                    key=lambda message: message.id,
                    remember=REMEMBERED,
                    on_gap=storm.count,
                    reconnect=Reconnect(first=0.01, limit=0.1),
                    keepalive=Keepalive(interval=0.5, timeout=0.5),
                )
            finally:
                storm.is_over.set()
                rage.join()
        assert len(storm.gaps) > disturbances
        assert storm.gaps.count(True) == 1
        assert len(storm.transfers) == actions
        assert storm.asked() <= storm.seen
        assert storm.approvals.pending() == set()
    gc.collect()  # here, so that it is not another test's


@pytest.mark.parametrize("kind", ["sync", "asyncio"])
def test_no_action_is_lost(kind: Kind, tmp_path: Path) -> None:
    """Through 10 disconnects, 3 of them restarts, each of 100 actions is seen and approved."""
    weather(kind, tmp_path, 100, 10)


@pytest.mark.full
def test_no_action_is_lost_in_a_storm(kind: Kind, tmp_path: Path) -> None:
    """Through 100 disconnects, 25 of them restarts, each of 1000 actions is seen and approved, in bounded memory."""
    weather(kind, tmp_path, 1000, 100, is_measured=True)
