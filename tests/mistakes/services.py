"""Mistakes with nonces, feeds and the emulator."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import qredo_emulator
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_partner_v1_1.models import Company
from qredo_signing import RedisNonces, SQLiteNonces
from qredo_signing.feeds import Keepalive, Reconnect, feed

from .table import Mistake, Place

__all__ = ["SERVICES"]

listen: Any = feed  # type checkers report these mistakes


def counter(folder: Path) -> SQLiteNonces:
    return SQLiteNonces(folder / "counter.db", rule="counter")


def twice(at: Place) -> None:
    counter(at.folder).initialise(1)
    counter(at.folder).initialise(1)


def both_rules(at: Place) -> None:
    counter(at.folder).initialise(1)
    SQLiteNonces(at.folder / "counter.db").next()


def async_callback(at: Place) -> None:
    async def told(gap: object) -> None: ...

    with listen(at.client, "wallets", on_gap=told) as messages:
        next(iter(messages))


def async_feed_in_a_plain_loop(at: Place) -> None:
    async def run(client: AsyncClient) -> None:
        for _ in listen(client, "wallets"):
            pass

    at.run_async(run)


def without_the_extra(at: Place) -> None:
    for name in [name for name in sys.modules if name.startswith("qredo_emulator._emulator")]:
        at.patch.delitem(sys.modules, name)
    at.patch.setitem(sys.modules, "uvicorn", None)
    qredo_emulator.Emulator()


def started_twice(at: Place) -> None:
    at.emulator.start()


def port_in_use(at: Place) -> None:
    Emulator(port=int(at.emulator.url.rpartition(":")[2])).start()


def used_before_start(at: Place) -> None:
    emulator = Emulator()
    at.connect(Client, emulator.credentials, emulator.environment)


def real_keys(at: Place) -> None:
    for name in ("apikey", "private.pem", "public.pem"):
        at.write(name, (at.keys / name).read_bytes())
    at.write("apikey", "a-key-of-the-real-service")
    Emulator(keys=at.folder)


def save_in_no_folder(at: Place) -> None:
    with Emulator(state="no/state.json"):
        pass


def control(call: Callable[[Any], object]) -> Callable[[Place], object]:
    return lambda at: call(at.emulator.control)


SERVICES = (
    Mistake(
        "A counter that was never started",
        lambda at: counter(at.folder).next(),
        "there is no counter in",
        "its next number is not guessed",
        "call initialise(that + 1) once",
    ),
    Mistake(
        "A counter is started twice",
        twice,
        "there is a counter in",
        "which issued 0 last",
        "leave initialise() out to go on from there",
    ),
    Mistake(
        "A start for nonces that follow the clock",
        lambda at: SQLiteNonces(at.folder / "nonces.db").initialise(1),
        "rule 'clock'",
        "starts by itself",
        "initialise() is for rule='counter'",
    ),
    Mistake(
        "Two rules in one file",
        both_rules,
        "counter.db",
        "does not hold nonces of rule 'clock'. One place keeps one rule",
        "Give another place or name",
    ),
    Mistake(
        "A rule that does not exist",
        lambda at: SQLiteNonces(at.folder / "nonces.db", rule="count"),  # type: ignore[arg-type]
        "rule is 'count'",
        "give",
        "'clock' or 'counter'",
    ),
    Mistake(
        "The path of the nonces is passed instead of their source",
        lambda at: at.to_emulator(nonces="nonces.db"),
        "got str",
        "nonces must be a source of nonces",
        "such as SQLiteNonces(path)",
    ),
    Mistake(
        "The URL of Redis is passed instead of its client",
        lambda at: RedisNonces("redis://127.0.0.1"),  # type: ignore[arg-type]
        "got str",
        "client must be a redis.Redis",
        "pass redis.Redis.from_url(url)",
    ),
    Mistake(
        "Nonces in a folder that is not there",
        lambda at: SQLiteNonces(at.folder / "no" / "nonces.db").next(),
        "no nonces from",
        "Its folder must exist",
        "be writable for this user",
    ),
    Mistake(
        "A feed is misspelt",
        lambda at: listen(at.client, "walets"),
        "'walets'",
        "describes no feed",
        "it has: agent, core_client, liquidity_hub, wallets",
    ),
    Mistake(
        "The arguments of a feed are swapped",
        lambda at: listen("wallets", at.client),
        "got str",
        "client must be a client from connect()",
        "the order is feed(client, name)",
    ),
    Mistake(
        "The class of the client is passed to a feed",
        lambda at: listen(Client, "wallets"),
        "got the class qredo_partner_v1_1.Client",
        "client must be a client from connect()",
        "the order is feed(client, name)",
    ),
    Mistake(
        "A feed without the id in its path",
        lambda at: listen(at.client, "core_client"),
        "got nothing",
        "the feed 'core_client' takes client_id in its path",
        "pass client_id=...",
    ),
    Mistake(
        "A feed of a client that connect did not make",
        lambda at: listen(Client(httpx.Client(), base_url="https://api.qredo.network"), "wallets"),
        "the client was not made by connect()",
        "nothing here can sign its feed",
        "pass a client from connect()",
    ),
    Mistake(
        "The model of another feed",
        lambda at: listen(at.client, "wallets", message=Company),
        "the messages of the feed 'wallets' are",
        "WalletFeedMessage",
        "give that as message=",
    ),
    Mistake(
        "An async callback for a sync feed",
        async_callback,
        "on_gap is async",
        "which needs an async client",
        "give a plain function here",
    ),
    Mistake(
        "An async feed in a plain loop",
        async_feed_in_a_plain_loop,
        "AsyncMessages is async",
        "`for` is not",
        "write `async for`",
    ),
    Mistake(
        "A keepalive of 0 seconds",
        lambda at: Keepalive(timeout=0),
        "timeout is 0",
        "more than 0",
        "give seconds",
    ),
    Mistake(
        "A negative number of attempts to connect a feed",
        lambda at: Reconnect(attempts=-1),
        "attempts is -1",
        "give 0 or more",
        "or None for no end",
    ),
    Mistake(
        "The emulator without its extra",
        without_the_extra,
        "not found: uvicorn",
        "qredo_emulator.Emulator needs an extra",
        'pip install ".[emulator]" in a checkout of the project',
    ),
    Mistake(
        "The emulator is used before it is started",
        used_before_start,
        "the emulator",
        "is not running",
        "use it in a with statement, or call start()",
    ),
    Mistake(
        "The emulator is started twice",
        started_twice,
        "the emulator is already running at http://127.0.0.1:",
        "already running",
        "use that, or make another one",
    ),
    Mistake(
        "The emulator's port is in use",
        port_in_use,
        "port",
        "is in use",
        "give another, or 0 for a free one: --port 0, or port=0",
    ),
    Mistake(
        "Real keys for the emulator",
        real_keys,
        "the API key in",
        "was not made by an emulator",
        "name an empty folder",
    ),
    Mistake(
        "The state of an emulator in a folder that is not there",
        save_in_no_folder,
        "can't keep the state in no/state.json",
        "there is no folder /",
        "make it, or name another file",
    ),
    Mistake(
        "Coins instead of base units are deposited",
        control(lambda control: control.credit("w", 0.5)),
        "not float",
        "amount must be an int in base units",
        "convert coins with qredo_signing.units.from_units",
    ),
    Mistake(
        "A deposit into a wallet that is not there",
        control(lambda control: control.credit("no-wallet", 1)),
        "'no-wallet'",
        "there is no wallet",
        "client.fund.get(...) lists",
    ),
    Mistake(
        "A decision on an action that was not pending",
        control(lambda control: control.approve("no-transaction")),
        "no decision about 'no-transaction' is pending",
        "it does not exist, or it is decided",
        "control.inbox()",
    ),
    Mistake(
        "The clock goes back",
        control(lambda control: control.advance(-5)),
        "seconds is -5",
        "the clock only goes forward",
        "reset() sets it back",
    ),
    Mistake(
        "A fault of an operation that is misspelt",
        control(lambda control: control.faults.unavailable(operation="company.creat")),
        "'company.creat'",
        "there is no operation",
        "did you mean company_create",
    ),
    Mistake(
        "A fault with a status that is no error",
        control(lambda control: control.faults.unavailable(status=200)),
        "status is 200",
        "it has to be one of",
        "500",
    ),
)
