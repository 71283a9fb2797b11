"""Feeds of the description against the emulator: handshakes, messages, what is pending."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
import qredo_partner_v1_0
import qredo_partner_v1_1
import qredo_v1
import qredo_v2
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client, models, require
from qredo_signing import ConfigurationError, Credentials, Environment, OriginError, TokenError, connect
from qredo_signing.feeds import FeedMessageError, Gap, Keepalive, Reconnect, feed

from .conftest import Approvals
from .listening import KINDS, Kind, listen, misled
from .servers import CLOSE, Connection, Scripted, frame, refuse, text

Token = Callable[[], str]
MESSAGES: dict[str, dict[str, Any]] = {
    "wallets": {"wallet_id": "w", "amount": -(2**60), "Status": "approved"},
    "liquidity_hub": {"txID": "t", "status": "taker_pending"},
    "core_client": {"id": "a", "coreClientID": "c", "status": "pending"},
    "agent": {"id": "a", "status": "pending"},
}


@pytest.mark.parametrize("name", sorted(qredo_partner_v1_1.Client.FEEDS))
def test_every_feed_opens_by_its_handshake(
    kind: Kind, name: str, emulator: Emulator, approvals: Approvals, agent: Token
) -> None:
    """Each feed gives its own model, with unknown fields kept, and the emulator verified the handshake's URL."""
    path = {"client_id": approvals.core} if name == "core_client" else {}
    sent = {**MESSAGES[name], "later": {"new": [1]}}
    (message,) = listen(
        kind,
        emulator.credentials,
        emulator.environment,
        name,
        path=path,
        http={"agent_token": agent},
        on_gap=lambda gap: emulator.control.publish(name, sent),
    )
    assert type(message) is getattr(models, qredo_partner_v1_1.Client.FEEDS[name].message)
    assert message.to_dict() == sent
    assert message.additional_properties == {"later": {"new": [1]}}
    (record,) = (record for record in emulator.control.requests if record.method == "WEBSOCKET")
    assert (record.operation, record.verified, record.status) == (f"feed:{name}", True, 101)


def test_the_feed_of_the_other_api_opens_with_its_hmac(kind: Kind, emulator: Emulator) -> None:
    """The Qredo API v1 has a feed too, signed with the API secret."""
    sent = {"id": "t", "status": "approved"}
    (message,) = listen(
        kind,
        emulator.hmac_credentials,
        emulator.environment,
        "transactions",
        package=qredo_v1,
        on_gap=lambda gap: emulator.control.publish("transactions", sent),
    )
    assert (type(message), message.to_dict()) == (qredo_v1.models.TxFeedStatus, sent)
    assert emulator.control.requests[-1].verified


def test_the_feed_of_v2_gets_its_token_itself(kind: Kind, emulator: Emulator) -> None:
    """The handshake of the Qredo API v2 has the client's token, and another one if the service knows it no more."""

    def enough(messages: list[Any]) -> bool:
        if len(messages) == 1:
            emulator.control.reset()  # ends the feed, and forgets all tokens
        return len(messages) == 2

    got = listen(
        kind,
        emulator.hmac_credentials,
        emulator.environment,
        "sign_requests",
        until=enough,
        package=qredo_v2,
        http={"workspace_id": emulator.workspace_id},
        on_gap=lambda gap: emulator.control.publish("sign_requests", {"id": "first" if gap.is_first else "later"}),
    )
    assert [message.id for message in got] == ["first", "later"]
    assert [(one.operation, one.status) for one in emulator.control.requests] == [
        ("feed:sign_requests", 401),
        ("token_get", 200),
        ("feed:sign_requests", 101),
    ]


def test_a_token_that_is_not_there_yet_ends_no_feed(kind: Kind, emulator: Emulator) -> None:
    """A service that fails to give the token for a handshake is asked again; one that refuses it is not."""
    answers = iter([refuse(503), refuse(429), refuse(403)])
    with Scripted(lambda connection: connection.send(next(answers))) as server, pytest.raises(TokenError, match="403"):
        listen(
            kind,
            emulator.hmac_credentials,
            Environment.emulator(server.url),
            "sign_requests",
            package=qredo_v2,
            http={"workspace_id": emulator.workspace_id},
        )
    assert len(server.connections) == 3


def test_what_is_pending_comes_first(kind: Kind, emulator: Emulator, approvals: Approvals) -> None:
    """A core client's feed begins with the actions that waited before it was opened, read through the API."""
    for _ in range(3):
        approvals.ask()
    waiting = approvals.pending()
    got = listen(
        kind,
        emulator.credentials,
        emulator.environment,
        "core_client",
        path={"client_id": approvals.core},
        until=lambda messages: {message.id for message in messages} >= waiting,
        message=models.CoreClientFeedMessage,
        key=lambda message: message.id,
    )
    assert [message.id for message in got] == list(dict.fromkeys(message.id for message in got))
    assert {type(message) for message in got} == {models.CoreClientFeedMessage}
    assert "core_client_get_actions" in {record.operation for record in emulator.control.requests}


def test_a_new_action_comes_by_the_feed(kind: Kind, emulator: Emulator, approvals: Approvals) -> None:
    """What is asked while the feed is open comes without reading anything through the API."""
    (message,) = listen(
        kind,
        emulator.credentials,
        emulator.environment,
        "core_client",
        path={"client_id": approvals.core},
        resync=False,
        on_gap=lambda gap: approvals.ask(),
    )
    assert {message.id} == approvals.pending()


@pytest.mark.parametrize("form", ["model", "models", "dicts", "generator", "nothing"])
def test_what_resync_gives_are_messages(kind: Kind, form: str, emulator: Emulator, agent: Token) -> None:
    """Models of an answer, the answer itself, dicts and generators all become messages, before those of the feed."""
    found = [models.ActionInfo(id="1", additional_properties={"x": 1}), models.ActionInfo(id="2")]
    forms: dict[str, Callable[[], Any]] = {
        "model": lambda: models.ActionsInfo(count=2, actions=found),
        "models": lambda: found,
        "dicts": lambda: [each.to_dict() for each in found],
        "generator": lambda: (each for each in found),
        "nothing": lambda: None,
    }
    ids = [] if form == "nothing" else ["1", "2"]
    got = listen(
        kind,
        emulator.credentials,
        emulator.environment,
        "agent",
        http={"agent_token": agent},
        until=len(ids) + 1,
        resync=forms[form],
        on_gap=lambda gap: emulator.control.publish("agent", {"id": "3"}),
    )
    assert [message.id for message in got] == [*ids, "3"]
    assert {type(message) for message in got} == {models.CoreClientFeedMessage}
    assert form == "nothing" or got[0].additional_properties == {"x": 1}


@pytest.mark.parametrize("backend", KINDS[1:])
def test_callbacks_may_be_async(backend: Kind, emulator: Emulator, agent: Token) -> None:
    """With an async client resync, on_gap and on_error may be coroutine functions, and resync an async generator."""
    told: list[object] = []

    async def tell(what: object) -> None:
        told.append(what)

    async def one_by_one() -> Any:
        yield {"id": "1"}
        yield [2]

    async def all_at_once() -> Any:
        return [{"id": "1"}, [2]]

    for resync in (one_by_one, all_at_once):
        told.clear()
        got = listen(
            backend,
            emulator.credentials,
            emulator.environment,
            "agent",
            http={"agent_token": agent},
            until=2,
            resync=resync,
            on_gap=lambda gap: (emulator.control.publish("agent", {"id": "3"}), tell(gap))[1],
            on_error=tell,
        )
        assert [message.id for message in got] == ["1", "3"]
        assert [type(each) for each in told] == [Gap, FeedMessageError]


@pytest.mark.parametrize("name", ["resync", "on_gap", "on_error"])
def test_callbacks_of_a_sync_feed_are_plain(name: str, emulator: Emulator, agent: Token) -> None:
    """A coroutine function in a sync feed is an error that says so."""

    async def wrong(*_: object) -> list[object]:
        return []

    def say(gap: Gap) -> None:
        emulator.control.publish("agent", [])

    callbacks: dict[str, Any] = {"on_gap": say, name: wrong}
    with pytest.raises(TypeError, match=f"{name} is async"):
        listen(
            "sync",
            emulator.credentials,
            emulator.environment,
            "agent",
            http={"agent_token": agent},
            **callbacks,
        )


ODD = ("[]", "null", '"text"', "5", "{", "", "nonsense", "[" * 100_000)


def test_an_odd_message_is_told_and_later_ones_come(kind: Kind, emulator: Emulator) -> None:
    """With on_error, each message that is not as described is told with its text, and the next good one comes."""

    def script(connection: Connection) -> None:
        connection.accept()
        for odd in ODD[:-1]:
            connection.send(text(odd))
        connection.send(frame(1, b"[" * 50_000, final=False) + frame(0, b"[" * 50_000))
        connection.send(frame(2, b"\xff\xfe{}"))
        connection.send(frame(2, b'{"id": "good"}'))
        connection.wait_for_end()

    errors: list[FeedMessageError] = []
    with Scripted(script) as server:
        (message,) = listen(
            kind, emulator.credentials, Environment.emulator(server.url), "agent", on_error=errors.append
        )
    assert message.id == "good"
    assert [error.raw for error in errors] == [*ODD, b"\xff\xfe{}"]
    assert {error.feed for error in errors} == {"agent"}
    assert "feed agent is not as described" in str(errors[0])


def test_a_message_with_one_odd_field_is_given(kind: Kind, emulator: Emulator) -> None:
    """A field of another type loses no message, not by its key either; only the use of the field raises."""

    def script(connection: Connection) -> None:
        connection.accept()
        connection.send(frame(2, b'{"id": 1}') + frame(2, b'{"id": 1}') + frame(2, b'{"id": "good"}'))
        connection.wait_for_end()

    with Scripted(script) as server:
        messages = listen(
            kind,
            emulator.credentials,
            Environment.emulator(server.url),
            "agent",
            until=3,
            key=lambda message: message.id,
        )
    assert [getattr(message.id, "raw", message.id) for message in messages] == [1, 1, "good"]


def test_a_strict_client_takes_no_odd_field(kind: Kind, emulator: Emulator) -> None:
    """With `strict=True` a message with a field of another type is one that is not as described."""
    errors: list[FeedMessageError] = []

    def script(connection: Connection) -> None:
        connection.accept()
        connection.send(text('{"id": 1}') + text('{"id": "good"}'))
        connection.wait_for_end()

    with Scripted(script) as server:
        environment = Environment.emulator(server.url)
        options: dict[str, Any] = {"on_error": errors.append, "http": {"strict": True}}
        (message,) = listen(kind, emulator.credentials, environment, "agent", **options)
    assert (message.id, [error.raw for error in errors]) == ("good", ['{"id": 1}'])


def test_numbers_of_a_feed_are_exact(kind: Kind, emulator: Emulator) -> None:
    """Where a package reads numbers with a fraction exactly, it does so in the messages of its feeds."""
    number = "0.12345678901234567891"

    def script(connection: Connection) -> None:
        connection.accept()
        connection.send(text(f'{{"id": "t", "price": {number}}}'))
        connection.wait_for_end()

    with Scripted(script) as server:
        environment = Environment.emulator(server.url)
        (message,) = listen(kind, emulator.hmac_credentials, environment, "transactions", package=qredo_v1)
    assert message.additional_properties["price"].text == number


def test_without_on_error_the_loop_gets_it_and_can_go_on(emulator: Emulator, agent: Token) -> None:
    """The error ends a loop, not the feed: asked again, it goes on with the next message of the same connection."""

    def say(gap: Gap) -> None:
        emulator.control.publish("agent", [])
        emulator.control.publish("agent", {"id": "good"})

    with (
        connect(Client, emulator.credentials, emulator.environment, agent_token=agent) as client,
        feed(client, "agent", on_gap=say) as messages,
    ):
        with pytest.raises(FeedMessageError) as caught:
            next(messages)
        assert next(messages).id == "good"

    async def story() -> None:
        async with (
            connect(AsyncClient, emulator.credentials, emulator.environment, agent_token=agent) as client,
            feed(client, "agent", on_gap=say) as messages,
        ):
            with pytest.raises(FeedMessageError):
                await anext(messages)
            assert (await anext(messages)).id == "good"

    anyio.run(story)
    assert caught.value.raw == "[]"
    assert len([record for record in emulator.control.requests if record.method == "WEBSOCKET"]) == 2


def test_a_key_gives_each_message_once_within_bounds(emulator: Emulator, agent: Token) -> None:
    """Messages with a key that was seen are left out, those without one never, and only the last keys are kept."""
    ids = ["1", "1", "2", None, None, "3", "4", "1"]
    with connect(Client, emulator.credentials, emulator.environment, agent_token=agent) as client:
        messages = feed(
            client,
            "agent",
            resync=lambda: [{} if each is None else {"id": each} for each in ids],
            key=lambda message: message.id,
            remember=3,
        )
        got = [next(messages).to_dict().get("id") for _ in range(7)]
    assert got == ["1", "2", None, None, "3", "4", "1"]


@pytest.mark.parametrize("name", ["wallets", "core_client"])
def test_a_wrong_key_is_refused_at_once(kind: Kind, name: str, emulator: Emulator) -> None:
    """A handshake that the server refuses for its signature raises the package's own error; it is not tried again."""
    wrong = Credentials(emulator.credentials.api_key, emulator.control.new_credentials().signer)
    with pytest.raises(qredo_partner_v1_1.UnauthorizedError) as caught:
        listen(kind, wrong, emulator.environment, name, path={"client_id": "c"} if name == "core_client" else {})
    assert caught.value.reason == "signature"
    assert caught.value.operation == f"feed:{name}"
    assert [record.status for record in emulator.control.requests] == [401]


def test_a_feed_of_somebody_else_is_not_found(kind: Kind, emulator: Emulator, approvals: Approvals) -> None:
    """404 is raised as the package's own error."""
    other = emulator.control.new_credentials()
    with pytest.raises(qredo_partner_v1_1.NotFoundError) as caught:
        listen(kind, other, emulator.environment, "core_client", path={"client_id": approvals.core})
    assert caught.value.reason == "client_id"


def test_credentials_go_to_their_origin_only(kind: Kind, emulator: Emulator) -> None:
    """A handshake to another origin than the environment's is never sent, though the client's base URL says so."""
    with Scripted(lambda connection: None) as elsewhere, pytest.raises(OriginError):
        listen(kind, emulator.credentials, emulator.environment, "wallets", package=misled(elsewhere.url))
    assert elsewhere.connections == []


def test_an_agents_feed_has_its_token_alone(emulator: Emulator) -> None:
    """The agent's feed carries x-api-zkp, a fresh one for each handshake, and neither API key nor signature."""

    def once(connection: Connection) -> None:
        connection.accept()
        connection.send(CLOSE)

    def twice(connection: Connection) -> None:
        connection.accept()
        connection.send(text("{}"))
        connection.wait_for_end()

    tokens = iter(["aa", "bb"])
    with Scripted(once, twice) as server:
        listen(
            "sync",
            emulator.credentials,
            Environment.emulator(server.url),
            "agent",
            http={"agent_token": lambda: next(tokens)},
        )
    assert [connection.header("x-api-zkp") for connection in server.connections] == ["aa", "bb"]
    for connection in server.connections:
        assert b"x-api-key" not in connection.request.lower()
        assert b"x-sign" not in connection.request.lower()


def test_what_cannot_be_is_said_before_anything_is_sent(emulator: Emulator) -> None:
    """Unknown feeds, wrong paths, other clients and other models are errors that say what there is."""
    number: Any = 1
    with connect(Client, emulator.credentials, emulator.environment) as client:
        with pytest.raises(ConfigurationError, match="agent, core_client, liquidity_hub, wallets"):
            feed(client, "nothing")
        with pytest.raises(TypeError, match="takes client_id in its path, got nothing: pass client_id="):
            feed(client, "core_client")
        with pytest.raises(TypeError, match="takes nothing in its path, got client_id: leave it out"):
            feed(client, "wallets", client_id="x")
        for wrong in ("", ".", ".."):
            with pytest.raises(ValueError, match="can't be a part of the path"):
                feed(client, "core_client", client_id=wrong)
        with pytest.raises(TypeError, match="client_id must be a str, got int"):
            feed(client, "core_client", client_id=number)
        with pytest.raises(ConfigurationError, match="WalletFeedMessage: give that"):
            feed(client, "wallets", message=models.ActionInfo)
        with pytest.raises(ValueError, match="remember is 0"):
            feed(client, "wallets", remember=0)
        with pytest.raises(ValueError, match="max_size is 0"):
            feed(client, "wallets", max_size=0)
    with httpx.Client() as http, pytest.raises(ConfigurationError, match="not made by connect"):
        feed(Client(http, base_url="https://api.qredo.network/api/v1/p"), "wallets")
    assert qredo_partner_v1_0.Client.FEEDS == {}
    with pytest.raises(ValueError, match="first is"):
        Reconnect(first=2, limit=1)
    with pytest.raises(ValueError, match="attempts is -1"):
        Reconnect(attempts=-1)
    with pytest.raises(ValueError, match="timeout is 0"):
        replace(Keepalive(), timeout=0)
    assert emulator.control.requests == ()


def test_a_path_value_stays_in_its_segment(emulator: Emulator) -> None:
    """A value is percent-encoded into the path, and the URL that is signed is the one that is sent."""
    with pytest.raises(qredo_partner_v1_1.NotFoundError):
        listen("sync", emulator.credentials, emulator.environment, "core_client", path={"client_id": "a b/../é?x"})
    (record,) = emulator.control.requests
    assert record.url.startswith("ws://")
    assert record.url.endswith("/coreclient/a%20b%2F..%2F%C3%A9%3Fx/feed")


def test_a_client_with_options_has_feeds_too(emulator: Emulator, agent: Token) -> None:
    """`with_options` keeps what feeds need."""
    with connect(Client, emulator.credentials, emulator.environment, agent_token=agent) as client:
        messages = feed(
            client.with_options(max_retries=0),
            "agent",
            on_gap=lambda gap: emulator.control.publish("agent", {"id": "a"}),
        )
        assert require(next(messages).id) == "a"


def test_without_the_extra_the_line_for_pip_is_given() -> None:
    """Importing feeds without the extra says what to install."""
    code = "import sys; sys.modules['wsproto'] = None; import qredo_signing.feeds"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'ModuleNotFoundError: feeds need an extra: pip install ".[feeds]"' in done.stderr
