"""Every operation of every version, called through the emulator and compared with its description."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import attrs
import httpx
import pytest
from httpx_ws import WebSocketSession, WebSocketUpgradeError, connect_ws
from qredo_emulator import Emulator, Settings
from qredo_emulator._state.snapshot import dump_world, load_world
from qredo_partner_v1_1 import Client
from qredo_signing import SQLiteNonces, connect

from ..versions import DESCRIPTIONS, OUR_OWN, document_of
from .call_scene import Scene
from .descriptions import Described, agent_token, described

OPERATIONS = {package: described(package) for package in OUR_OWN}
QUERY = {"LedgerDirection": "all", "MaxAmountType": "swap"}


class Case(NamedTuple):
    """One way of calling one operation: by ``body`` or ``keywords`` (where it has a body), ``plain``, or ``async``."""

    package: str
    operation: Described
    form: str


def cases() -> Iterator[Any]:
    """Each operation in every form."""
    for package, operations in OPERATIONS.items():
        for operation in operations:
            if operation.feed is None:
                for form in (*(("body", "keywords") if operation.model else ("plain",)), "async"):
                    yield pytest.param(Case(package, operation, form), id=f"{package}-{operation.id}-{form}")


class Clients:
    """A client of each version, sync and async, for one emulator; the nonces of 1.0 are counted once for both."""

    def __init__(self, emulator: Emulator, agent: str, folder: Path) -> None:
        self.nonces = SQLiteNonces(folder / "nonces.db", rule="counter")
        self.nonces.initialise(0)
        self.runner = asyncio.Runner()
        self._clients: dict[tuple[str, bool], Any] = {}
        for package in OUR_OWN:
            module = import_module(package)
            keys: Any = emulator.credentials
            options: dict[str, Any] = {"agent_token": lambda: agent_token(agent)}
            if module.Client.SECURITY == "qredo_signature":
                keys, options = emulator.hmac_credentials, {}
            elif module.Client.SECURITY == "qredo_token":
                keys, options = emulator.hmac_credentials, {"workspace_id": emulator.workspace_id}
            elif module.Client.NONCE_RULE == "counter":
                options = {"stamp": "nonce", "nonces": self.nonces}
            for kind in (module.Client, module.AsyncClient):
                client: Any = connect(kind, keys, emulator.environment, **options)
                self._clients[package, kind is module.AsyncClient] = client

    def call(self, case: Case, path: list[str], arguments: dict[str, Any]) -> Any:
        """The raw response of one call."""
        client = self._clients[case.package, case.form == "async"].with_raw_response
        verb = getattr(getattr(client, case.operation.tag), case.operation.verb)
        if case.form != "async":
            return verb(*path, **arguments)

        async def call() -> Any:
            return await verb(*path, **arguments)

        return self.runner.run(call())

    def base_url(self, package: str) -> str:
        url: str = self._clients[package, False].base_url
        return url

    def close(self) -> None:
        for (_, is_async), client in self._clients.items():
            self.runner.run(client.aclose()) if is_async else client.close()
        self.runner.close()
        self.nonces.close()


class World:
    """A running emulator with a scene in it, and clients for it."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.scene = Scene(emulator)
        self.start = dump_world(emulator.app.world)
        self.clients = Clients(emulator, self.scene.agent, folder)

    def call(self, case: Case, path: list[str], arguments: dict[str, Any]) -> tuple[httpx.Response, Any]:
        """The response of one call, and what was read from it."""
        try:
            raw = self.clients.call(case, path, arguments)
        except import_module(case.package).APIError as error:
            # A version that was started from another one has no handler yet for an operation that the other lacks.
            if error.status_code != 501 or "x-started-from" not in document_of(case.package):
                raise
            return error.response, None
        assert raw.response.is_success
        return raw.response, raw.parsed

    def arguments(self, operation: Described) -> tuple[dict[str, str], dict[str, Any]]:
        """Values for the path and the query of an operation, by their names on the wire."""
        ids = {**self.scene.ids, **self.scene.own.get(operation.id, {})}
        path = {p["name"]: ids.get(p["name"], "a b") for p in operation.parameters if p["in"] == "path"}
        query = {p["name"]: example(p) for p in operation.parameters if p["in"] == "query"}
        return path, query

    def body(self, operation: Described) -> dict[str, Any] | None:
        """The example of the description, with the ids of this world where it names others."""
        if operation.body is None:
            return None
        ours = self.scene.bodies.get(operation.id, {})
        body: dict[str, Any] = json.loads(json.dumps(operation.body))
        return body | {name: value for name, value in ours.items() if name in body}


def example(parameter: dict[str, Any]) -> Any:
    """A value for a query parameter that has characters which the URL must escape, where it takes any text."""
    schema = parameter["schema"]
    if schema.get("type") in ("integer", "boolean"):
        return {"integer": 1, "boolean": True}[schema["type"]]
    if parameter["name"] == "asset":
        return "BTC-TESTNET"
    return QUERY.get(schema.get("$ref", "").rsplit("/", 1)[-1], "a b&c=d+é/%")


@pytest.fixture(scope="module")
def emulator() -> Any:
    """One emulator for all calls; it checks its own answers against the description."""
    with Emulator(Settings(check_responses=True, fund_interval=0, verify_approvals=False)) as running:
        yield running


@pytest.fixture(scope="module")
def made(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What all calls begin with."""
    world = World(emulator, tmp_path_factory.mktemp("nonces"))
    yield world
    world.clients.close()


@pytest.fixture
def world(made: World) -> World:
    """As it was in the beginning."""
    load_world(made.emulator.app.world, made.start)
    return made


def check_wire(world: World, case: Case, request: httpx.Request, body: dict[str, Any] | None) -> None:
    """Compare what was sent with the description, and what the emulator found of it."""
    operation = case.operation
    path, query = world.arguments(operation)
    target = operation.path.format_map({name: quote(value, safe="") for name, value in path.items()})
    texts = {name: str(value).lower() if value is True else value for name, value in query.items()}
    wanted = world.clients.base_url(case.package) + target
    wanted += f"?{urlencode(texts, quote_via=quote, safe='')}" if query else ""
    assert request.method == operation.method
    assert str(request.url) == wanted
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers.get("content-type") == ("application/json" if body is not None else None)
    left = {name for name in request.headers if name.startswith(("x-", "qredo-"))}
    assert left == operation.stamps  # what is left of the signature on a request that is handed out
    record = world.emulator.control.requests[-1]
    assert (record.method, record.url, record.verified) == (operation.method, wanted, True), record.reason
    assert record.operation == f"{operation.tag}_{operation.verb}"
    assert record.example == (record.operation in world.emulator.app.examples()[case.package])


def as_keywords(model: Any, unset: Any) -> dict[str, Any]:
    """The fields of a body as keywords, without those that only `body=` can carry."""
    fields = {field.name: getattr(model, field.name) for field in attrs.fields(type(model))}
    del fields["additional_properties"]
    return {name: value for name, value in fields.items() if value is not unset}


@pytest.mark.parametrize("case", [*cases()])
def test_an_operation_is_sent_as_described(world: World, case: Case) -> None:
    """Method, URL, body and signature of a call are as described, in each form, and its answer is read whole."""
    operation, package = case.operation, import_module(case.package)
    path, arguments = world.arguments(operation)
    body = world.body(operation)
    if operation.model:
        model = getattr(package.models, operation.model).from_dict(body)
        arguments |= as_keywords(model, package.UNSET) if case.form == "keywords" else {"body": model}
    response, parsed = world.call(case, list(path.values()), arguments)
    check_wire(world, case, response.request, body)
    if isinstance(parsed, list):
        assert [each.to_dict() for each in parsed] == json.loads(response.content)
    elif parsed is not None:
        assert parsed.to_dict() == json.loads(response.content, parse_float=Decimal)


def test_the_feed_among_the_operations_opens_by_its_handshake(world: World) -> None:
    """The one operation that is a WebSocket opens by the agent's token alone, and says what waits."""
    (operation,) = (operation for operation in OPERATIONS["qredo_partner_v1_1"] if operation.feed)
    feed = Client.FEEDS[str(operation.feed)]
    assert (feed.path, feed.security) == (operation.path, "agent_token")
    url = world.clients.base_url("qredo_partner_v1_1").replace("http://", "ws://", 1) + feed.path
    module = import_module("qredo_partner_v1_1")
    socket: WebSocketSession
    with httpx.Client() as http:
        with connect_ws(url, http, headers={"x-api-zkp": agent_token(world.scene.agent)}) as socket:
            message = getattr(module.models, feed.message).from_dict(socket.receive_json(10))
        assert (message.id, message.status) == (world.scene.actions[world.scene.agent], "pending")
        with pytest.raises(WebSocketUpgradeError), connect_ws(url, http):
            pass


def test_nothing_is_left_out() -> None:
    """Together these tests call every operation that a description has."""
    texts = {package: DESCRIPTIONS[package].read_text(encoding="utf-8") for package in OUR_OWN}
    assert {package: len(operations) for package, operations in OPERATIONS.items()} == {
        package: len(re.findall("^ +operationId: ", text, re.MULTILINE)) for package, text in texts.items()
    }


def test_the_names_of_1_1() -> None:
    """The operations of the vendor's 1.1.2 have the names that the design lists, whatever is described beside them."""
    names: dict[str, set[str]] = {}
    for operation in OPERATIONS["qredo_partner_v1_1"]:
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
    assert sum(map(len, wanted.values())) == 53
    assert all(verbs <= names[tag] for tag, verbs in wanted.items())
