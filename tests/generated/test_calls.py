"""Every operation of every version, called through the emulator and compared with its description."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlencode

import attrs
import httpx
import pytest
import qredo_partner_v1_1 as package
from httpx_ws import WebSocketSession, WebSocketUpgradeError, connect_ws
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import AsyncClient, Client, models, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import connect

from .descriptions import Described, agent_token, described

OPERATIONS = described("qredo_partner_v1_1")
CALLS = [operation for operation in OPERATIONS if not operation.feed]


class World:
    """A running emulator, a client for it, and the ids of things that exist there."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.client = connect(Client, emulator.credentials, emulator.environment, agent_token=agent_token)
        company = self.client.company.create(name="ACME Corp").company_id
        self.client.trusted_party.add(company, address="custodian@acme.example")
        (party,) = require(self.client.trusted_party.get_all(company).list_)
        policy = NewCustodyGroup(threshold=1, members=[require(party.trusted_entity_id)])
        created = self.client.fund.create(
            company,
            name="Treasury",
            custodygroup_withdraw=policy,
            custodygroup_tx=policy,
            wallets=[NewWallet(name="Main", asset="BTC-TESTNET")],
        )
        fund = require(created.fund_id)
        (wallet,) = require(self.client.fund.get(company, fund).wallets)
        core_client = self.client.core_client.create(name="Approver")
        self.ids = {
            "company_id": company,
            "fund_id": fund,
            "wallet_id": require(wallet.wallet_id),
            "trustedparty_id": require(party.trusted_entity_id),
            "client_id": require(core_client.id),
            "tx_id": "1" * 27,
            "action_id": "2" * 27,
        }
        self.members = policy.members

    def arguments(self, operation: Described) -> tuple[dict[str, str], dict[str, Any]]:
        """Values for the path and the query of an operation, by their names on the wire."""
        path = {p["name"]: self.ids[p["name"]] for p in operation.parameters if p["in"] == "path"}
        query = {p["name"]: example(p) for p in operation.parameters if p["in"] == "query"}
        return path, query

    def body(self, operation: Described) -> dict[str, Any] | None:
        """The example of the description, with the ids of this world where it names others."""
        if operation.body is None:
            return None
        body: dict[str, Any] = json.loads(json.dumps(operation.body))
        if operation.id == "fund.create":
            body["custodygroup_withdraw"]["members"] = body["custodygroup_tx"]["members"] = self.members
            body["custodygroup_withdraw"]["threshold"] = body["custodygroup_tx"]["threshold"] = 1
            body["wallets"] = [{"name": "Second", "asset": "ETH-TESTNET", "type": 0}]
        if operation.id == "fund.add_wallets":
            body["wallets"] = [{"name": "Third", "asset": "ETH-TESTNET", "type": 0}]
        return body


def example(parameter: dict[str, Any]) -> Any:
    """A value for a query parameter that has characters which the URL must escape, where it takes any text."""
    if parameter["schema"].get("type") == "integer":
        return 1
    if parameter["name"] == "asset":
        return "BTC-TESTNET"
    reference = parameter["schema"].get("$ref", "")
    return {"LedgerDirection": "all", "MaxAmountType": "swap"}.get(reference.rsplit("/", 1)[-1], "a b&c=d+é/%")


@pytest.fixture(scope="module")
def emulator() -> Any:
    """One emulator for all calls; it checks its own answers against the description."""
    with Emulator(Settings(check_responses=True)) as running:
        yield running


@pytest.fixture
def world(emulator: Emulator) -> Any:
    """A fresh state in it."""
    emulator.control.reset()
    world = World(emulator)
    yield world
    world.client.close()


def check_wire(world: World, operation: Described, request: httpx.Request, body: dict[str, Any] | None) -> None:
    """Compare what was sent with the description, and what the emulator found of it."""
    path, query = world.arguments(operation)
    target = operation.path.format_map({name: quote(value, safe="") for name, value in path.items()})
    wanted = world.client.base_url + target + (f"?{urlencode(query, quote_via=quote, safe='')}" if query else "")
    assert request.method == operation.method
    assert str(request.url) == wanted
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers.get("content-type") == ("application/json" if body is not None else None)
    stamped = {"x-api-key", "x-sign", "x-timestamp"}
    sent = {name for name in request.headers if name.startswith("x-")}
    assert sent == ({"x-api-zkp"} if operation.agent else stamped)
    record = world.emulator.control.requests[-1]
    assert (record.method, record.url, record.verified) == (operation.method, wanted, True), record.reason
    assert record.operation == f"{operation.tag}_{operation.verb}"


def as_keywords(model: Any) -> dict[str, Any]:
    """The fields of a body as keywords, without those that only `body=` can carry."""
    fields = {field.name: getattr(model, field.name) for field in attrs.fields(type(model))}
    del fields["additional_properties"]
    return {name: value for name, value in fields.items() if value is not package.UNSET}


@pytest.mark.parametrize(
    ("operation", "form"),
    [(operation, form) for operation in CALLS for form in (("body", "keywords") if operation.model else ("none",))],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_an_operation_is_sent_as_described(world: World, operation: Described, form: str) -> None:
    """Method, URL, body and signature of a call are as the description says, in both forms of giving the body."""
    path, query = world.arguments(operation)
    body = world.body(operation)
    arguments: dict[str, Any] = dict(query)
    if operation.model:
        model = getattr(models, operation.model).from_dict(body)
        arguments |= {"body": model} if form == "body" else as_keywords(model)
    raw = getattr(getattr(world.client.with_raw_response, operation.tag), operation.verb)(*path.values(), **arguments)
    assert raw.response.is_success
    check_wire(world, operation, raw.response.request, body)
    if raw.parsed is not None:
        assert raw.parsed.to_dict() == raw.response.json()


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: operation.id)
def test_an_operation_is_sent_the_same_with_asyncio(world: World, operation: Described) -> None:
    """The async client sends what the sync one sends."""

    async def story() -> None:
        path, query = world.arguments(operation)
        body = world.body(operation)
        if operation.model:
            query |= {"body": getattr(models, operation.model).from_dict(body)}
        emulator = world.emulator
        async with connect(AsyncClient, emulator.credentials, emulator.environment, agent_token=agent_token) as client:
            resource = getattr(client.with_raw_response, operation.tag)
            raw = await getattr(resource, operation.verb)(*path.values(), **query)
        check_wire(world, operation, raw.response.request, body)

    asyncio.run(story())


def test_the_feed_among_the_operations_opens_by_its_handshake(world: World) -> None:
    """The one operation that is a WebSocket is opened by the agent's token alone, and refused without one."""
    (operation,) = (operation for operation in OPERATIONS if operation.feed)
    feed = Client.FEEDS[str(operation.feed)]
    assert (feed.path, feed.security) == (operation.path, "agent_token")
    url = world.client.base_url.replace("http://", "ws://", 1) + feed.path
    socket: WebSocketSession
    with connect_ws(url, world.client.http, headers={"x-api-zkp": agent_token()}) as socket:
        assert world.emulator.control.publish(feed.name, {"id": "a", "status": "pending"}) == 1
        message = getattr(models, feed.message).from_dict(socket.receive_json())
    assert (message.id, message.status) == ("a", "pending")
    with pytest.raises(WebSocketUpgradeError), connect_ws(url, world.client.http):
        pass


def test_nothing_is_left_out() -> None:
    """Together these tests call 53 operations under the names that the design lists."""
    assert len(OPERATIONS) == len(CALLS) + 1 == 53
    names: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        names.setdefault(operation.tag, set()).add(operation.verb)
    design = """
        asset get_all calculate_fees
        company create get update search
        trusted_party get_all add remove
        holding get_all
        fund create get get_deposit_addresses get_whitelist add_to_whitelist add_assets add_wallets get_ledger search
        wallet get get_history get_max_amount get_exchanges update_policy
        transfer create get
        withdrawal create get
        atomic_swap make get_made cancel take get_taken
        liquidity_hub get_for_company publish get_all
        core_client create get_all get_actions get_action approve_action reject_action get_wallets sign verify
        sweep create get
        signing_agent begin_registration finish_registration open_feed get_action approve_action reject_action
    """
    wanted = {tag: set(verbs) for tag, *verbs in (line.split() for line in design.strip().splitlines())}
    assert names == wanted
