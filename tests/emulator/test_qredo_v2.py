"""The Qredo API v2 through its client: every operation, an agent's whole life, tokens that end meanwhile."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_ws import WebSocketUpgradeError, connect_ws
from qredo_emulator import Emulator, Settings
from qredo_emulator._state.ids import first_workspace_id
from qredo_signing import ApprovalKey, HmacCredentials, TokenError, connect, verify_approval
from qredo_signing.feeds import feed
from qredo_v2 import AsyncClient, BadRequestError, Client, ForbiddenError, require
from qredo_v2.models import ActionStatus, Decision, SignRequest

KEY = ApprovalKey.from_seed(bytes(range(48)))
CHAIN = "11155111"
SENDER, RECIPIENT = "0x38a775e098b6555e51e1cd297a25c5f6a30e4b50", "0xd2f5b1c07a9e4386bc1d20e57f8a46390c7e15ab"
MOVE: Any = {"from_": SENDER, "to": RECIPIENT, "chain_id": CHAIN, "value": "1000"}


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    """One emulator for all tests here."""
    with Emulator(Settings(check_responses=True, strict=True)) as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """The emulator without state from other tests."""
    server.control.reset()
    return server


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    with connected(emulator, Client) as client:
        yield client


def connected(emulator: Emulator, client_class: Any, **options: Any) -> Any:
    """A client of the workspace that is there from the start."""
    credentials, workspace = emulator.hmac_credentials, emulator.workspace_id
    return connect(client_class, credentials, emulator.environment, workspace_id=workspace, **options)


def asked(emulator: Emulator) -> list[tuple[str | None, int]]:
    """Operation and status of each request, oldest first."""
    return [(record.operation, record.status) for record in emulator.control.requests]


def register(client: Client, emulator: Emulator, key: ApprovalKey = KEY) -> None:
    """Register the public halves of a key for the API key, and approve that with the key itself."""
    public = key.public_keys_base64
    made = client.api_key.update(
        emulator.workspace_id, emulator.hmac_credentials.api_key, bls_public_key=public.bls, ec_public_key=public.ec
    )
    decide(client, key, require(made.action_id), Decision.APPROVE)


def decide(client: Client, key: ApprovalKey, action_id: str, decision: Decision) -> None:
    """Sign the first message of a pending action."""
    action = client.action.get(action_id)
    assert action.status == ActionStatus.PENDING
    message = bytes.fromhex(require(action.messages)[0])
    signature = key.sign(message)
    verify_approval(key.public_keys_hex.bls, message, signature)
    client.action.sign(action_id, status=decision, signatures=[signature])


def test_the_life_of_an_agent(client: Client, emulator: Emulator) -> None:
    """Keys, registration, feed, action, verify and approve, reject; and what cannot be undone."""
    workspace = emulator.workspace_id
    with pytest.raises(ForbiddenError, match="no registered BLS and EC keys"):
        client.workspace.create(name="Too early")
    register(client, emulator)
    made = []

    def move(gap: object) -> None:
        made.append(client.transaction.create_legacy(workspace, **MOVE))
        made.append(client.transaction.create_dynamic_fee(workspace, **MOVE | {"value": "5000"}))

    with feed(client, "sign_requests", message=SignRequest, on_gap=move) as messages:
        first, second = itertools.islice(messages, 2)
    assert [first.data_id, second.data_id] == [one.tx_id for one in made]
    payload = json.loads(base64.b64decode(require(first.payload)))
    assert payload["externalExtension"]["network"]["chainID"] == CHAIN
    assert first.approver_id == emulator.hmac_credentials.api_key
    assert (
        base64.b64decode(require(first.messages)[0]).hex() == require(client.action.get(require(first.id)).messages)[0]
    )
    decide(client, KEY, require(first.id), Decision.APPROVE)
    decide(client, KEY, require(second.id), Decision.REJECT)
    assert client.action.get(require(first.id)).status == ActionStatus.APPROVED
    assert client.action.get(require(second.id)).status == ActionStatus.REJECTED
    with pytest.raises(BadRequestError, match="the action has the status 3"):
        client.action.sign(require(first.id), status=4, signatures=[KEY.sign(b"too late")])
    assert require(client.workspace.create(name="Second desk").workspace_id) != workspace


def test_an_action_ends_after_an_hour(client: Client, emulator: Emulator) -> None:
    """What was not signed in time has the status 2, and cannot be signed any more; keys of it take no effect."""
    public = KEY.public_keys_base64
    made = client.api_key.update(
        emulator.workspace_id, emulator.hmac_credentials.api_key, bls_public_key=public.bls, ec_public_key=public.ec
    )
    action_id = require(made.action_id)
    message = bytes.fromhex(require(client.action.get(action_id).messages)[0])
    emulator.control.advance(3600)
    assert client.action.get(action_id).status == ActionStatus.EXPIRED
    with pytest.raises(BadRequestError, match="status 2"):
        client.action.sign(action_id, status=3, signatures=[KEY.sign(message)])
    with pytest.raises(ForbiddenError):
        client.workspace.create(name="Still too early")


@pytest.mark.parametrize("last", ["A", "T", "x"])
def test_a_policy_has_an_id_of_its_own(emulator: Emulator, last: str) -> None:
    """The ids of a workspace and of its policies differ, whatever the last digit of the workspace's id is."""
    names = (f"emulator-{number:05}" for number in itertools.count())
    name = next(name for name in names if first_workspace_id(name).endswith(last))
    credentials, workspace = HmacCredentials(name, "c" * 80), first_workspace_id(name)
    emulator.app.keys.add(credentials)
    with connect(Client, credentials, emulator.environment, workspace_id=workspace) as client:
        policies = client.policy.get_all(workspace)
    assert isinstance(policies, list)
    assert len({workspace, *(policy.policy_id for policy in policies)}) == 3


@pytest.mark.parametrize(
    ("signatures", "words"),
    [
        ([], "0 are given for one message"),
        (["00"], "not an encoded BLS signature"),
        ([ApprovalKey.from_seed(bytes(48)).sign(b"x")], "was not made by this key"),
    ],
)
def test_what_approves_nothing(client: Client, emulator: Emulator, signatures: list[str], words: str) -> None:
    """No signature, one that is none, and one of another key or message leave an action as it is."""
    public = KEY.public_keys_base64
    made = client.api_key.update(
        emulator.workspace_id, emulator.hmac_credentials.api_key, bls_public_key=public.bls, ec_public_key=public.ec
    )
    with pytest.raises(BadRequestError, match=words):
        client.action.sign(require(made.action_id), status=3, signatures=signatures)
    assert client.action.get(require(made.action_id)).status == ActionStatus.PENDING


Calls = Generator[Callable[[], Any], Any, None]


def every_call(client: Any, emulator: Emulator) -> Calls:
    """Each operation once, in an order in which all succeed, most of them after the last token has ended."""
    workspace, key_id = emulator.workspace_id, emulator.hmac_credentials.api_key
    public = KEY.public_keys_base64

    def later(call: Callable[[], Any]) -> Callable[[], Any]:
        emulator.control.advance(3600)
        return call

    yield lambda: client.token.get(workspace)
    yield later(lambda: client.token.refresh(workspace))
    yield later(lambda: client.api_key.get(workspace, key_id))
    made = yield later(
        lambda: client.api_key.update(workspace, key_id, bls_public_key=public.bls, ec_public_key=public.ec)
    )
    action = yield lambda: client.action.get(made.action_id)
    signature = KEY.sign(bytes.fromhex(action.messages[0]))
    yield lambda: client.action.sign(action.id, status=3, signatures=[signature])
    yield later(lambda: client.workspace.create(name="Second desk"))
    yield later(lambda: client.policy.get_all(workspace))
    yield later(lambda: client.portfolio.create(workspace, name="Market making", type_="exchange"))
    yield later(lambda: client.action.create_feed_token())
    yield later(lambda: client.transaction.create_legacy(workspace, **MOVE, gas="21000", gas_price="1500000000"))
    yield later(lambda: client.transaction.create_dynamic_fee(workspace, **MOVE, max_fee_per_gas="30000000000"))
    yield later(lambda: client.transaction.create_raw(workspace, from_=SENDER, chain_id=CHAIN, data="0x00"))


def check_every_operation(emulator: Emulator) -> None:
    """Every operation but the feed succeeded, and nothing but the end of a token was refused."""
    described = {one.id for one in emulator.app.descriptions["qredo_v2"].operations if one.success is not None}
    requests = asked(emulator)
    assert {operation for operation, status in requests if status == 200} == described
    assert {status for _, status in requests} == {200, 401}


def test_every_operation_while_tokens_end(emulator: Emulator) -> None:
    """All 13 calls succeed, sync and async, though tokens end in between; the feed is the fourteenth operation."""
    with connected(emulator, Client) as client:
        calls, result = every_call(client, emulator), None
        with contextlib.suppress(StopIteration):
            while True:
                result = calls.send(result)()
    check_every_operation(emulator)
    emulator.control.reset()

    async def again() -> None:
        async with connected(emulator, AsyncClient) as client:
            calls, result = every_call(client, emulator), None
            with contextlib.suppress(StopIteration):
                while True:
                    result = await calls.send(result)()

    asyncio.run(again())
    check_every_operation(emulator)


def gets_of_tokens(emulator: Emulator) -> int:
    """How many tokens were given for the API secret."""
    return asked(emulator).count(("token_get", 200))


def test_a_hundred_calls_get_one_token(emulator: Emulator) -> None:
    """After the end of a token a hundred calls at once, in threads and in tasks, get one, and no caller sees a 401."""
    workspace = emulator.workspace_id
    with connected(emulator, Client) as client, ThreadPoolExecutor(20) as pool:
        client.policy.get_all(workspace)
        emulator.control.advance(3600)
        done = list(pool.map(lambda _: client.policy.get_all(workspace), range(100)))
    assert len(done) == 100
    assert gets_of_tokens(emulator) == 2

    async def tasks() -> None:
        async with connected(emulator, AsyncClient) as client, asyncio.TaskGroup() as group:
            await client.policy.get_all(workspace)
            emulator.control.advance(3600)
            for _ in range(100):
                group.create_task(client.policy.get_all(workspace))

    asyncio.run(tasks())
    assert gets_of_tokens(emulator) == 4
    assert asked(emulator).count(("policy_get_all", 200)) == 202


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_feed_takes_a_token_by_header_or_in_its_url(client: Client, emulator: Emulator, way: str) -> None:
    """The token goes into the header, the WebSocket token into the query; neither into the other's place."""
    token = require(client.action.create_feed_token().ws_token)
    own = client.token.get(emulator.workspace_id).token
    url = f"{emulator.url.replace('http', 'ws', 1)}/qredo_v2/api/v2/actions/signrequests"
    right, wrong = (own, token) if way == "header" else (token, own)

    def open_feed(text: str) -> Any:
        headers, query = ({"x-token": text}, "") if way == "header" else ({}, f"?token={text}")
        return connect_ws(f"{url}{query}", httpx.Client(headers=headers))

    with open_feed(right) as socket:
        made = client.transaction.create_legacy(emulator.workspace_id, **MOVE)
        assert json.loads(socket.receive_text(5))["dataID"] == made.tx_id
    with pytest.raises(WebSocketUpgradeError), open_feed(wrong):
        pass
    assert [record.status for record in emulator.control.requests if record.method == "WEBSOCKET"] == [101, 401]


def test_a_token_is_for_one_workspace(client: Client, emulator: Emulator) -> None:
    """Another workspace of the same API key takes a client of its own, and one of another API key is not found."""
    register(client, emulator)
    second = require(client.workspace.create(name="Second desk").workspace_id)
    with pytest.raises(TokenError, match="connect another client"):
        client.policy.get_all(second)
    token = client.token.get(emulator.workspace_id).token
    url = f"{emulator.url}/qredo_v2/api/v2/workspaces/{second}/policies"
    assert httpx.get(url, headers={"x-token": token}).status_code == 403
    with connect(Client, emulator.hmac_credentials, emulator.environment, workspace_id=second) as other:
        assert isinstance(other.policy.get_all(second), list)
    stranger = emulator.control.new_hmac_credentials()
    with (
        connect(Client, stranger, emulator.environment, workspace_id=second) as other,
        pytest.raises(TokenError, match=r"HTTP 404.*Check workspace_id"),
    ):
        other.policy.get_all(second)


def test_what_is_no_token(emulator: Emulator) -> None:
    """No token, two, an unknown one and one that has ended are refused, and the log says which it was."""
    with connected(emulator, Client) as client:
        token = client.token.get(emulator.workspace_id).token
    url = f"{emulator.url}/qredo_v2/api/v2/workspaces/{emulator.workspace_id}/policies"
    assert httpx.get(url, headers={"x-token": token}).status_code == 200
    emulator.control.advance(3600)
    for headers in ([], [("x-token", "a"), ("x-token", "b")], [("x-token", "a")], [("x-token", token)]):
        assert httpx.get(url, headers=headers).status_code == 401
    count, ended = (
        "exactly one token is needed in x-token, {} are there",
        "the token is not one that this emulator gave",
    )
    reasons = [str(record.reason).partition(",")[0] for record in emulator.control.requests[-4:]]
    assert reasons == [count.format(0).partition(",")[0], count.format(2).partition(",")[0], ended, ended]


def test_state_and_keys_outlive_the_process(tmp_path: Path) -> None:
    """Workspaces and registered keys are in the state file, tokens are not; an API key's first workspace has one id."""
    places: Any = {"keys": tmp_path / "keys", "state": tmp_path / "state.json"}
    with Emulator(**places) as first, connected(first, Client) as client:
        register(client, first)
        token = client.token.get(first.workspace_id).token
    assert token not in (tmp_path / "state.json").read_text()
    with Emulator(**places) as second, connected(second, Client) as client:
        assert second.workspace_id == first.workspace_id
        client.workspace.create(name="Second desk")
