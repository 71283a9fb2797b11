"""The whole state as one document, and stories that are repeatable to the byte."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator, Settings
from qredo_emulator._state.snapshot import SnapshotError, dump_world, load_world
from qredo_partner_v1_1 import AsyncClient, require
from qredo_partner_v1_1.models import AssetAmount, ConnectAccount, NewCustodyGroup, NewWallet, PolicyType, WalletType
from qredo_signing import Environment, connect

from .story import BTC, ETH

NOW = 1_700_000_000
ORIGIN = "http://127.0.0.1:8080"


def seeded(seed: int = 7) -> Emulator:
    """An emulator with a still clock and repeatable ids; nothing listens."""
    source = random.Random(seed)
    return Emulator(Settings(random=source, clock=lambda: NOW, time_window=None, check_responses=True, strict=True))


def tell(emulator: Emulator, story: Callable[[Any], Any]) -> list[bytes]:
    """Runs a story against the application itself, always at one address, and returns every answer's body."""
    answers: list[bytes] = []

    async def keep(response: httpx.Response) -> None:
        answers.append(await response.aread())

    async def run() -> None:
        transport = httpx.ASGITransport(emulator.app)
        async with httpx.AsyncClient(transport=transport, event_hooks={"response": [keep]}) as http:
            client = connect(AsyncClient, emulator.credentials, Environment.emulator(ORIGIN), http_client=http)
            await story(client)

    asyncio.run(run())
    return answers


def busy(emulator: Emulator) -> Callable[[Any], Any]:
    """A story that leaves one of everything behind."""
    control = emulator.control

    async def story(client: Any) -> None:
        company = (await client.company.create(name="ACME", ref="r")).company_id
        control.accept_users = False
        core = (await client.core_client.create(name="Core")).id
        for address in ("ann@acme.example", "bob@acme.example", core):
            await client.trusted_party.add(company, address=address)
        control.accept("ann@acme.example")
        listed = (await client.trusted_party.get_all(company)).list_
        policy = NewCustodyGroup(threshold=1, members=[party.trusted_entity_id for party in listed])
        (exchange,) = (await client.wallet.get_exchanges()).exchanges
        tie = ConnectAccount(counterparty_id=exchange.id, client_id="A-1")
        wallets = [
            NewWallet(name="b", asset=BTC, custodygroup_tx=policy),
            NewWallet(name="e", asset=ETH),
            NewWallet(name="d", asset=ETH, type_=WalletType.DEDICATED, connect=[tie]),
        ]
        fund = (await client.fund.create(company, name="F", custodygroup_tx=policy, wallets=wallets)).fund_id
        b, e, d = [wallet.wallet_id for wallet in (await client.fund.get(company, fund)).wallets]
        for wallet_id in (b, e, d):
            control.credit(wallet_id, 10_000)
        await client.fund.add_to_whitelist(company, fund, asset=BTC, address="addr", name="n")
        control.add_exchange(core)
        later = control.now() + 1000
        send = AssetAmount(symbol=BTC, amount=100)
        terms = {"wallet_id": b, "expires": later, "send": send}
        tx = await client.withdrawal.create(company, address="addr", partner_tx_id="k", **terms)
        swap = await client.atomic_swap.make(
            company,
            send_wallet_id=b,
            receive_wallet_id=e,
            expires=later,
            send=send,
            receive=AssetAmount(symbol=ETH, amount=5),
            reference="s",
            add_to_liquidity_hub=True,
        )
        control.approve(require(swap.tx_id), core)
        wallet = await client.wallet.get(b)
        await client.wallet.update_policy(
            company,
            fund,
            b,
            policy_id=wallet.custodygroup_tx,
            threshold=1,
            members=[core],
            type_=PolicyType.POLICY_TX,
        )
        await client.signing_agent.begin_registration(name="A", bls_public_key="ab" * 192, ec_public_key="04" * 65)
        control.advance(100)
        await look(client, company, fund, [b, e, d], require(tx.tx_id), require(swap.tx_id), core)

    return story


async def look(client: Any, company: str, fund: str, wallets: list[str], tx_id: str, swap: str, core: str) -> None:
    """Reads everything that there is."""
    await client.company.search()
    await client.trusted_party.get_all(company)
    await client.holding.get_all(company)
    await client.fund.get(company, fund)
    await client.fund.get_ledger(company, fund)
    await client.fund.get_ledger(company, fund, asset=ETH, direction="in")
    await client.fund.get_whitelist(company, fund)
    for wallet in wallets:
        await client.wallet.get(wallet)
        await client.wallet.get_history(wallet)
        await client.wallet.get_max_amount(wallet, pending=1)
    await client.withdrawal.get(company, tx_id)
    await client.atomic_swap.get_made(company, swap)
    await client.liquidity_hub.get_all()
    await client.core_client.get_all()
    for action in (await client.core_client.get_actions(core)).actions:
        await client.core_client.get_action(core, action.id)
    await client.core_client.get_wallets(core)
    await client.wallet.get_exchanges()


def test_a_story_is_the_same_to_the_byte() -> None:
    """With one seed and a still clock the same story gives the same answers, byte for byte; with another seed not."""
    first, second, other = [tell(emulator, busy(emulator)) for emulator in (seeded(), seeded(), seeded(8))]
    assert first == second
    assert len(first) == 39
    assert first != other


def test_a_busy_state_comes_back_whole() -> None:
    """A state that went through JSON answers everything as before, and goes on in the same way to the next id."""
    before = seeded()
    tell(before, busy(before))
    document = json.loads(json.dumps(dump_world(before.app.world)))
    after = seeded(99)
    after.app.keys.add(before.credentials)
    after.credentials = before.credentials
    load_world(after.app.world, document)
    assert dump_world(after.app.world) == document

    async def story(client: Any) -> None:
        (company,) = (await client.company.search()).matches
        fund = (await client.fund.search(company.company_id)).list_[0].id
        wallets = [wallet.wallet_id for wallet in (await client.fund.get(company.company_id, fund)).wallets]
        rows = (await client.fund.get_ledger(company.company_id, fund)).list_
        tx_id = next(row.tx_id for row in rows if row.type_ == "withdraw")
        core = (await client.core_client.get_all()).clients[0].id
        (offer,) = (await client.liquidity_hub.get_all()).items
        await look(client, company.company_id, fund, wallets, tx_id, offer.tx_id, core)
        for wallet in wallets[:1]:
            terms = {"wallet_id": wallet, "expires": 0, "send": AssetAmount(symbol=BTC, amount=1)}
            again = await client.withdrawal.create(company.company_id, address="x", partner_tx_id="k", **terms)
            assert (again.tx_id, again.status) == (tx_id, "existing")
        await client.core_client.create(name="new")

    assert tell(before, story) == tell(after, story)
    for emulator in (before, after):
        emulator.control.advance(24 * 3600)  # what waited ends at its time, before and after
    assert dump_world(before.app.world) == dump_world(after.app.world)
    assert before.control.totals() == after.control.totals()
    assert all(sums["reserved"] == 0 for sums in after.control.totals().values())


@pytest.fixture(scope="module")
def kept() -> Emulator:
    """An emulator with a busy state."""
    emulator = seeded()
    tell(emulator, busy(emulator))
    return emulator


def change(*path: Any, to: Any) -> Callable[[Any], None]:
    """Sets one place of a document."""

    def apply(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = to

    return apply


def change_proposal(**fields: str) -> Callable[[Any], Any]:
    """Changes fields of the first proposal of a document."""
    return lambda document: next(iter(document["state"]["proposals"].values())).update(fields)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (change("format", to="other"), "not a state of a qredo-emulator"),
        (change("version", to=1), "has version 1, this emulator reads version 4"),
        (change("state", to=[]), "/state: list is not dict"),
        (change("state", "offset", to="1"), "/state/offset: str is not int"),
        (change("state", "offset", to=True), "/state/offset: bool is not int"),
        (change("state", "more", to=1), "/state: more is not known"),
        (change("state", "ledger", 0, "wallet_id", to="nowhere"), "names 'nowhere', which is not in it"),
        (change_proposal(wallet_id="nowhere"), "names 'nowhere', which is not in it"),
        (change_proposal(policy_id="nowhere"), "names 'nowhere', which is not in it"),
        (change("random", to=[1, 2]), "/random: not the state of a source of ids"),
        (lambda document: document["state"].pop("idempotency_keys"), "/state: idempotency_keys is missing"),
    ],
)
def test_a_document_that_is_no_state_changes_nothing(kept: Emulator, spoil: Callable[[Any], Any], why: str) -> None:
    """A document of another kind or version, or with a wrong or dangling part, is refused with the place."""
    before = json.dumps(dump_world(kept.app.world))
    document = json.loads(before)
    spoil(document)
    with pytest.raises(SnapshotError, match=why):
        load_world(kept.app.world, document)
    assert json.dumps(dump_world(kept.app.world)) == before


@pytest.mark.parametrize("document", [None, [], "x", {}])
def test_anything_else_is_no_state(document: Any) -> None:
    """What is no JSON object of ours is refused in words."""
    with pytest.raises(SnapshotError, match="not a state of a qredo-emulator"):
        load_world(seeded().app.world, document)


def test_without_a_seed_there_is_no_source_to_save() -> None:
    """The default source of ids cannot be saved, and is left as it is."""
    emulator = Emulator()
    document = dump_world(emulator.app.world)
    assert document["random"] is None
    load_world(emulator.app.world, document)
    assert dump_world(emulator.app.world) == document
