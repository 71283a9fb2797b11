"""The emulator as an object: start, stop, and an application without a socket."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
import qredo_emulator
from qredo_emulator import Emulator, KeysError, Settings, SpecError, StartError
from qredo_partner_v1_1 import BadRequestError, Client, require
from qredo_partner_v1_1.models import AssetAmount, NewWallet
from qredo_signing import Environment, PrivateKey, connect, sign


def signed(emulator: Emulator, url: str) -> dict[str, str]:
    credentials = emulator.credentials
    assert isinstance(credentials.signer, PrivateKey)
    stamp = str(int(time.time()))
    signature = sign(credentials.signer, stamp, url, b"")
    return {"x-api-key": credentials.api_key, "x-timestamp": stamp, "x-sign": signature}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.full)])
def test_connections_that_come_while_it_ends_are_closed(rounds: int) -> None:
    """A client that connects while the emulator stops is cut off: no socket of it stays open."""
    clients = list[socket.socket]()
    is_over = threading.Event()

    def knock(address: tuple[str, int]) -> None:
        while not is_over.is_set() and len(clients) < 500:
            with suppress(OSError):
                clients.append(socket.create_connection(address, timeout=5))

    for _ in range(rounds):
        is_over.clear()
        emulator = Emulator().start()
        host, port = emulator.url.removeprefix("http://").split(":")
        thread = threading.Thread(target=knock, args=((host, int(port)),))
        thread.start()
        emulator.stop()
        is_over.set()
        thread.join()
        for client in clients:
            client.close()
        clients.clear()
        gc.collect()  # what was left open would warn here


def test_it_starts_again_with_its_state(client: httpx.Client) -> None:
    """A stopped emulator can be started again: same keys, same state, a free port."""
    emulator = Emulator()
    for _ in range(2):
        with emulator:
            url = f"{emulator.url}/api/v1/p/assets"
            assert client.get(url, headers=signed(emulator, url)).status_code == 200
            assert emulator.environment == Environment.emulator(emulator.url)
    assert len(emulator.control.requests) == 2


def test_it_says_when_it_does_not_run() -> None:
    """The URL of an emulator that does not run is an error that says what to do; so is starting one that runs."""
    emulator = Emulator()
    with pytest.raises(RuntimeError, match="not running"):
        emulator.url  # noqa: B018
    with emulator, pytest.raises(StartError, match="already running"):
        emulator.start()


def test_its_repr_has_address_and_apis_and_no_secret() -> None:
    """The repr of an emulator says where it listens, if it does, and what it serves; no key is in it."""
    emulator = Emulator()
    assert repr(emulator).startswith("<Emulator not running: qredo_partner_v1_0, qredo_partner_v1_1")
    with emulator:
        assert f"<Emulator {emulator.url}: qredo_partner_v1_0," in repr(emulator)
        assert emulator.credentials.api_key not in repr(emulator)


def test_a_port_in_use_is_an_error_that_says_what_to_do() -> None:
    """A port in use is named, with the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} on 127.0.0.1 is in use; .*--port 0"):
            Emulator(port=port).start()


def test_a_host_of_another_machine_is_an_error() -> None:
    """An address that is not of this machine is named."""
    with pytest.raises(StartError, match="can't listen on"):
        Emulator(host="192.0.2.1").start()


def test_it_listens_on_ipv6_loopback(client: httpx.Client) -> None:
    """An IPv6 address works and is written in brackets."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        emulator = Emulator(host="::1").start()
    except StartError:
        pytest.skip("this machine has no IPv6 loopback")
    with emulator_stopped(emulator):
        url = f"{emulator.url}/api/v1/p/assets"
        assert url.startswith("http://[::1]:")
        assert client.get(url, headers=signed(emulator, url)).status_code == 200


class emulator_stopped:  # noqa: N801 (reads as a function)
    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None:
        self.emulator.stop()


def test_the_real_url_works_without_a_socket() -> None:
    """The application alone verifies a request for the production URL, through a transport in memory."""
    emulator = Emulator()
    url = "https://api.qredo.network/api/v1/p/assets"

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator.app)) as client:
            return await client.get(url, headers=signed(emulator, url))

    assert asyncio.run(get()).status_code == 200


def test_the_keys_folder_is_looked_at_first(tmp_path: Path) -> None:
    """Keys that can't be used are an error before anything listens."""
    (tmp_path / "apikey").write_text("x")
    with pytest.raises(KeysError):
        Emulator(keys=tmp_path)


def test_an_unknown_default_api_is_named() -> None:
    """A default API without a description is an error that lists those there are."""
    with pytest.raises(SpecError, match=r"'nothing' is not one of .*qredo_partner_v1_1"):
        Emulator(Settings(default_api="nothing"))


def write(folder: Path, text: str) -> Path:
    (folder / "api").mkdir()
    (folder / "api" / "openapi.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not a description"),
        ("[]", "not a description"),
        ("", "not a description in OpenAPI 3.0 or 3.1: it has no openapi, no info, no paths"),
        ("swagger: '2.0'\ninfo: {}\npaths: {}", "it has no openapi"),
        ("openapi: 3.0.3", "not a description.*paths"),
        ("paths: {$ref: '#/nowhere'}", "'#/nowhere' leads nowhere"),
        ("paths: {$ref: 'https://example.com/x'}", "does not lead to a place in the same document"),
        ("a: {$ref: '#/b'}\nb: {$ref: '#/a'}", "does not lead to a place"),
    ],
)
def test_a_broken_description_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    """A description that can't be served is an error that names the place."""
    with pytest.raises(SpecError, match=message):
        Emulator(Settings(spec=write(tmp_path, text)))


def test_a_folder_without_descriptions_is_an_error(tmp_path: Path) -> None:
    """The error says where was looked."""
    with pytest.raises(SpecError, match=str(tmp_path)):
        Emulator(Settings(spec=tmp_path))


def test_the_public_names_are_there() -> None:
    """Every name of the package's list can be imported, the list is sorted, and another name is an error."""
    assert qredo_emulator.__all__ == sorted(qredo_emulator.__all__)
    assert all(getattr(qredo_emulator, name).__name__ == name for name in qredo_emulator.__all__)
    assert set(qredo_emulator.__all__) <= set(dir(qredo_emulator))
    with pytest.raises(AttributeError, match="nothing"):
        _ = qredo_emulator.nothing


def test_answers_carry_the_time(client: httpx.Client) -> None:
    """Every answer has a Date header, from which a client can tell that its clock is off."""
    with Emulator() as emulator:
        answer = client.get(f"{emulator.url}/api/v1/p/assets")
    assert answer.status_code == 401
    assert abs(parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()) < 60


@pytest.mark.parametrize("off", [-600, 600])
@pytest.mark.parametrize("is_real", [True, False], ids=["the real clock", "the emulator's clock"])
def test_a_clock_that_is_off_is_corrected(off: int, is_real: bool) -> None:
    """A seeded emulator shows the clock that a client follows, so that a client ten minutes off corrects itself."""
    with Emulator(Settings(seed=1)) as emulator:
        clock = time.time if is_real else emulator.control.now
        with connect(
            Client, emulator.credentials, emulator.environment, clock=lambda: clock() + off, clock_correction=True
        ) as client:
            assert client.company.search().total_count == 0
        assert [record.status for record in emulator.control.requests] == [401, 200]


@pytest.mark.parametrize("is_real", [True, False], ids=["the real clock", "the emulator's clock"])
def test_a_deadline_is_as_far_ahead_as_the_client_says(is_real: bool) -> None:
    """With a seed, a payment of a program that uses the real clock expires when it should, and not years later."""
    with Emulator(Settings(seed=1)) as emulator:
        clock = time.time if is_real else emulator.control.now
        with connect(Client, emulator.credentials, emulator.environment, clock=clock) as client:
            company = require(client.company.create(name="ACME").company_id)
            wallets = [NewWallet(name="a", asset="BTC-TESTNET"), NewWallet(name="b", asset="BTC-TESTNET")]
            fund = require(client.fund.create(company, name="F", wallets=wallets).fund_id)
            ours, theirs = (require(each.wallet_id) for each in client.fund.get(company, fund).wallets or [])
            emulator.control.credit(ours, 1000)

            def pay(seconds: int) -> str:
                made = client.transfer.create(
                    company,
                    wallet_id=ours,
                    counterparty_wallet_address=theirs,
                    send=AssetAmount(symbol="BTC-TESTNET", amount=1),
                    expires=int(clock()) + seconds,
                )
                return require(made.tx_id)

            payment = pay(3600)
            emulator.control.advance(3590)
            assert str(client.transfer.get(company, payment).tx_status) != "expired"
            emulator.control.advance(10)
            assert str(client.transfer.get(company, payment).tx_status) == "expired"
            with pytest.raises(BadRequestError, match=r"expires: .* is not after the present"):
                pay(-10)
