"""Three API versions at once in one process: each with its own rule, through one emulator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import pytest
import qredo_partner_v1_0
import qredo_partner_v1_1
import qredo_v1
from qredo_emulator import Emulator, Settings
from qredo_signing import (
    ConfigurationError,
    Credentials,
    Environment,
    EnvironmentMismatchError,
    HmacCredentials,
    KeyKind,
    NonceError,
    QredoAuth,
    SQLiteNonces,
    connect,
)

from .doubles import API_SECRET, HMAC_HEADERS

FIRST = 42
Created10 = qredo_partner_v1_0.models.CreateCompanyResponse
Created11 = qredo_partner_v1_1.models.CreateCompanyResponse


@pytest.fixture(name="emulator", scope="module")
def _emulator() -> Iterator[Emulator]:
    with Emulator(Settings(first_nonce=FIRST)) as emulator:
        yield emulator


@pytest.fixture(name="counter")
def _counter(emulator: Emulator, tmp_path: Path) -> Iterator[SQLiteNonces]:
    """A counter for 1.0, where the emulator waits for it."""
    emulator.control.reset()
    counter = SQLiteNonces(tmp_path / "counter.db", rule="counter")
    counter.initialise(FIRST)
    yield counter
    counter.close()


def seen(emulator: Emulator) -> list[tuple[str, bool | None]]:
    """Which version was asked, in order, and whether the signature was right."""
    return [(record.url.split("/")[3], record.verified) for record in emulator.control.requests]


ROUND = [("qredo_partner_v1_0", True), ("qredo_partner_v1_1", True), ("qredo_v1", True)]


def test_three_versions_at_once(emulator: Emulator, counter: SQLiteNonces) -> None:
    """Clients of 1.0, 1.1 and the Qredo API take turns; each signs by its rule, and each answer is its version's."""
    with (
        connect(qredo_partner_v1_0.Client, emulator.credentials, emulator.environment, nonces=counter) as old,
        connect(qredo_partner_v1_1.Client, emulator.credentials, emulator.environment) as new,
        connect(qredo_v1.Client, emulator.hmac_credentials, emulator.environment) as other,
    ):
        for _ in range(2):
            assert_type(old.company.create(name="A", city="Paris", country="FR", domain="a.example"), Created10)
            assert_type(new.company.create(name="A"), Created11)
            assert_type(other.fund.get_all(), qredo_v1.models.FundsResponse)
    assert seen(emulator) == ROUND * 2
    assert counter.last() == FIRST + 1


def test_three_versions_at_once_async(emulator: Emulator, counter: SQLiteNonces) -> None:
    """The same with calls side by side on one event loop; the counter of 1.0 still arrives in order."""

    async def main() -> None:
        async with (
            connect(qredo_partner_v1_0.AsyncClient, emulator.credentials, emulator.environment, nonces=counter) as old,
            connect(qredo_partner_v1_1.AsyncClient, emulator.credentials, emulator.environment, offload=True) as new,
            connect(qredo_v1.AsyncClient, emulator.hmac_credentials, emulator.environment) as other,
        ):
            created = await old.company.create(name="A", city="Paris", country="FR", domain="a.example")
            calls: list[Any] = [old.company.get(created.company_id) for _ in range(7)]
            calls += [each for _ in range(8) for each in (new.asset.get_all(), other.balance.get())]
            await asyncio.gather(*calls)

    asyncio.run(main())
    assert sorted(seen(emulator)) == sorted(ROUND * 8)
    assert counter.last() == FIRST + 7


def test_a_counter_that_is_out_of_step(emulator: Emulator, counter: SQLiteNonces) -> None:
    """1.0 takes the next number only: after a gap it refuses, and once the counter is set right it goes on."""
    with connect(qredo_partner_v1_0.Client, emulator.credentials, emulator.environment, nonces=counter) as client:
        client.company.search(query="acme")
        counter.next()
        with pytest.raises(qredo_partner_v1_0.UnauthorizedError):
            client.company.search(query="acme")
        counter.initialise(FIRST + 1, overwrite=True)
        client.company.search(query="acme")
    assert [verified for _, verified in seen(emulator)] == [True, False, True]


def test_a_counter_that_was_never_made(emulator: Emulator, tmp_path: Path) -> None:
    """Without a beginning no number is guessed and nothing is sent."""
    emulator.control.reset()
    nonces = SQLiteNonces(tmp_path / "counter.db", rule="counter")
    with (
        connect(qredo_partner_v1_0.Client, emulator.credentials, emulator.environment, nonces=nonces) as client,
        pytest.raises(NonceError, match=r"call initialise\(that \+ 1\) once"),
    ):
        client.company.search(query="acme")
    nonces.close()
    assert emulator.control.requests == ()


def test_another_secret_is_refused(emulator: Emulator, mode: str) -> None:
    """The emulator verifies the HMAC: with another secret the answer is a 401, once, as the clocks agree."""
    emulator.control.reset()
    credentials = HmacCredentials(emulator.hmac_credentials.api_key, API_SECRET)

    async def acall() -> None:
        async with connect(qredo_v1.AsyncClient, credentials, emulator.environment) as client:
            await client.balance.get()

    def call() -> None:
        with connect(qredo_v1.Client, credentials, emulator.environment) as client:
            client.balance.get()

    with pytest.raises(qredo_v1.UnauthorizedError):
        call() if mode == "sync" else asyncio.run(acall())
    assert seen(emulator) == [("qredo_v1", False)]


def test_a_wrong_clock_is_corrected_by_any_401(emulator: Emulator) -> None:
    """The Qredo API gives no reason for a 401; the client follows the clock of its answer all the same."""
    emulator.control.reset()
    clock = lambda: emulator.settings.clock() - 900  # noqa: E731
    with connect(qredo_v1.Client, emulator.hmac_credentials, emulator.environment, clock=clock) as client:
        client.balance.get()
        client.balance.get()
    assert [verified for _, verified in seen(emulator)] == [False, True, True]


def test_a_post_is_signed_with_its_body(emulator: Emulator) -> None:
    """A call with a body verifies over method and body, and carries the three headers."""
    emulator.control.reset()
    sent: list[Any] = []
    with connect(qredo_v1.Client, emulator.hmac_credentials, emulator.environment) as client:
        client.http.event_hooks = {"request": [lambda request: sent.append(set(request.headers))]}
        client.transaction.create(
            from_="0x52908400098527886E0F7030069857D2E4169EE7",
            to="0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            value="1",
            gas_limit="21000",
            gas_price="1",
            note="Société",
        )
    assert seen(emulator) == [("qredo_v1", True)]
    assert sent[0] >= HMAC_HEADERS


REAL = HmacCredentials("_lJCqc-T3cnNpw", API_SECRET)


def test_the_servers_of_the_qredo_api() -> None:
    """Production and sandbox have the documented URLs; what the version does not document is refused by name."""
    for environment, url in (
        (Environment.PRODUCTION, "https://api.qredo.network/qapi/v1"),
        (Environment.SANDBOX, "https://sandbox-api.qredo.network/qapi/v1"),
    ):
        with connect(qredo_v1.Client, REAL, environment) as client:
            assert client.base_url == url
    with pytest.raises(EnvironmentMismatchError, match=r"no server 'play'.*: production \(.*\), sandbox \("):
        connect(qredo_v1.Client, REAL, Environment.PLAY)
    with pytest.raises(EnvironmentMismatchError, match="takes only the keys that the emulator made"):
        connect(qredo_v1.Client, REAL, Environment.emulator("http://127.0.0.1:8080"))


def test_the_servers_of_1_0(credentials: Credentials, tmp_path: Path) -> None:
    """1.0 documents production and demo: a sandbox is refused with their names, and demo is a custom environment."""
    nonces = SQLiteNonces(tmp_path / "counter.db", rule="counter")
    has = r"no server 'sandbox'.*: production \(https://api\.qredo\.network\), demo \(https://demo-api\.qredo\.net\)"
    with pytest.raises(EnvironmentMismatchError, match=has):
        connect(qredo_partner_v1_0.Client, credentials, Environment.SANDBOX, nonces=nonces)
    with pytest.raises(EnvironmentMismatchError, match=has):
        connect(qredo_partner_v1_0.Client, credentials, Environment.SANDBOX)
    demo = Environment.custom("https://demo-api.qredo.net", key_kind=KeyKind.SANDBOX)
    for environment, name in ((Environment.PRODUCTION, "production"), (demo, "demo")):
        with connect(qredo_partner_v1_0.Client, credentials, environment, nonces=nonces) as client:
            assert client.base_url == qredo_partner_v1_0.Client.SERVERS[name]


def test_the_wrong_credentials(credentials: Credentials) -> None:
    """Each version names the credentials that it takes."""
    with pytest.raises(ConfigurationError, match=r"qredo_v1 .* takes HmacCredentials .* these are Credentials"):
        connect(qredo_v1.Client, credentials, Environment.SANDBOX)  # type: ignore[type-var]  # checkers see it too
    with pytest.raises(ConfigurationError, match=r"qredo_partner_v1_1 .* takes Credentials .* these are HmacCred"):
        connect(qredo_partner_v1_1.AsyncClient, REAL, Environment.SANDBOX)  # type: ignore[type-var]  # checkers see it too


def test_1_0_refuses_to_start_without_a_counter(credentials: Credentials) -> None:
    """1.0 is not connected without a persistent counter, and the error says how to make one."""
    with pytest.raises(ConfigurationError, match=r"SQLiteNonces\(path, rule='counter'\)\.initialise\(start\)"):
        connect(qredo_partner_v1_0.Client, credentials, Environment.PRODUCTION)


def test_a_request_of_another_version_is_not_signed() -> None:
    """A request that wants RSA is not signed with a secret, through whatever client it is sent."""
    other = qredo_partner_v1_1.Client
    with connect(qredo_v1.Client, REAL, Environment.SANDBOX) as client:
        client.http.auth = QredoAuth(REAL, Environment.SANDBOX)
        mixed = other(client.http, base_url="https://sandbox-api.qredo.network/api/v1/p")
        with pytest.raises(ValueError, match="'partner_signature', which QredoAuth does not know"):
            mixed.asset.get_all()
