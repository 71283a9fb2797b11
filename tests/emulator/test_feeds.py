"""WebSocket feeds: the handshake, and messages that are published."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from httpx_ws import HTTPXWSException, WebSocketDisconnect, WebSocketSession, WebSocketUpgradeError, connect_ws
from qredo_emulator import Emulator


def address(call: Any, path: str) -> str:
    return f"{call.emulator.url}{call.base}{path}".replace("http", "ws", 1)


def signed(call: Any, url: str, stamp_header: str = "x-timestamp") -> dict[str, str]:
    headers: dict[str, str] = call.signature(httpx.Request("GET", url), None, stamp_header, url, None)
    return headers


@contextmanager
def opened(call: Any, url: str, headers: dict[str, str]) -> Iterator[WebSocketSession]:
    """An open feed."""
    session: WebSocketSession
    with connect_ws(url, call.client, headers=headers) as session:
        yield session


def new_agent(call: Any) -> Any:
    """A signing agent whose registration has begun."""
    keys = {"blsPublicKey": "ab" * 192, "ecPublicKey": "04" * 65}
    return call.ok("POST", "/coreclient/init", {"name": "agent", **keys})


def agent_token(agent: Any) -> dict[str, str]:
    """What the agent sends: its identity in base64, as the vendor's agent does."""
    identity = base64.b64encode(bytes.fromhex(agent["clientID"])).decode()
    members = {"ID": identity, "ET": int(time.time()), "U": "Yg==", "V": "Yw=="}
    return {"x-api-zkp": json.dumps(members).encode().hex()}


def refusal(call: Any, url: str, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and body of a handshake that is refused, sent as a plain request: httpx-ws drops the body."""
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    answer = call.client.get(url.replace("ws", "http", 1), headers={**upgrade, **headers})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", ["/liquidityhub/feed", "/wallets/feed"])
def test_a_signed_handshake_opens_a_feed(call: Any, path: str) -> None:
    """A handshake that is signed over the ws URL is accepted, and the feed answers a ping."""
    url = address(call, path)
    with opened(call, url, signed(call, url)) as feed:
        assert feed.ping(b"are you there").wait(5)
    record = call.emulator.control.requests[-1]
    assert (record.method, record.url, record.status, record.verified) == ("WEBSOCKET", url, 101, True)


def test_a_method_of_that_name_is_no_handshake(call: Any) -> None:
    """A plain request whose method is called WEBSOCKET opens no feed, and is no error of the emulator."""
    response = call("WEBSOCKET", "/liquidityhub/feed")
    assert response.status_code == 426
    assert call.emulator.control.publish("liquidity_hub", {}) == 0


def test_a_handshake_that_is_signed_over_http_is_refused(call: Any) -> None:
    """The signed URL is the one of the handshake: ws, not http. The refusal is an HTTP 401 with the documented body."""
    url = address(call, "/wallets/feed")
    headers = signed(call, url.replace("ws", "http", 1))
    assert refusal(call, url, headers) == (
        401,
        {"code": 401, "msg": "errPartnerAuth", "detail": {"reason": "signature"}},
    )
    assert call.emulator.control.requests[-1].operation == "feed:wallets"


def test_a_handshake_without_a_key_is_refused(call: Any) -> None:
    """No API key is the documented empty token for a feed, too."""
    status, body = refusal(call, address(call, "/wallets/feed"), {})
    assert (status, body["detail"]) == (401, {"reason": "empty token"})


def test_a_client_library_sees_the_status(call: Any) -> None:
    """A WebSocket client gets the refusal as an answer to its handshake, with its status."""
    url = address(call, "/wallets/feed")
    with pytest.raises(WebSocketUpgradeError) as caught, connect_ws(url, call.client):
        pass
    assert caught.value.response.status_code == 401


def test_a_feed_takes_the_stamps_that_the_description_names(call: Any) -> None:
    """The feeds are described with a timestamp only: a nonce is refused."""
    url = address(call, "/wallets/feed")
    assert refusal(call, url, signed(call, url, "x-nonce"))[0] == 401


def test_only_a_feed_opens_a_feed(call: Any) -> None:
    """A handshake at any other path is 404."""
    for path in ("/assets", "/nothing"):
        url = address(call, path)
        status, body = refusal(call, url, signed(call, url))
        assert (status, body["code"]) == (404, 404)


def test_a_core_clients_feed_is_its_own(call: Any, call_as: Any, qredo: Emulator) -> None:
    """The feed that a new core client names opens for its API key; for another key, or another id, it is 404."""
    core = call.ok("POST", "/coreclient", {"name": "approver"})
    with opened(call, core["feed"], signed(call, core["feed"])):
        pass
    other = call_as(qredo.control.new_credentials())
    assert refusal(other, core["feed"], signed(other, core["feed"]))[0] == 404
    url = address(call, "/coreclient/nobody/feed")
    assert refusal(call, url, signed(call, url)) == (
        404,
        {"code": 404, "msg": "Not Found", "detail": {"reason": "client_id"}},
    )


def test_an_agents_feed_takes_its_token(call: Any) -> None:
    """The agent feed opens with x-api-zkp alone; a signature does not open it, nor does an agent that is unknown."""
    url = address(call, "/coreclient/feed")
    with opened(call, url, agent_token(new_agent(call))):
        pass
    stranger = {"clientID": b"stranger".hex()}
    assert refusal(call, url, agent_token(stranger)) == (
        401,
        {"code": 401, "msg": "Unauthorized", "detail": {"reason": "token"}},
    )
    assert refusal(call, url, signed(call, url))[0] == 401


def test_messages_reach_those_who_listen(call: Any, call_as: Any, qredo: Emulator) -> None:
    """A published message reaches each listener of that feed, in order, or those of one key."""
    other = call_as(qredo.control.new_credentials())
    hub, wallets = address(call, "/liquidityhub/feed"), address(call, "/wallets/feed")
    with (
        opened(call, hub, signed(call, hub)) as mine,
        opened(call, hub, signed(other, hub)) as theirs,
        opened(call, wallets, signed(call, wallets)) as elsewhere,
    ):
        assert qredo.control.publish("liquidity_hub", {"txID": "1", "status": "taker_pending"}) == 2
        assert qredo.control.publish("liquidity_hub", {"txID": "2"}, credentials=other.credentials) == 1
        assert qredo.control.publish("wallets", {"amount": -(2**60)}) == 1
        assert [mine.receive_json(5)["txID"]] == ["1"]
        assert [theirs.receive_json(5)["txID"] for _ in range(2)] == ["1", "2"]
        assert elsewhere.receive_json(5) == {"amount": -(2**60)}


def test_a_message_can_be_for_one_core_client(call: Any, qredo: Emulator) -> None:
    """A message with a client id goes to the feed of this core client only."""
    one, two = (call.ok("POST", "/coreclient", {"name": name}) for name in ("one", "two"))
    with (
        opened(call, one["feed"], signed(call, one["feed"])) as first,
        opened(call, two["feed"], signed(call, two["feed"])),
    ):
        assert qredo.control.publish("core_client", {"id": "a"}, client_id=one["id"]) == 1
        assert first.receive_json(5) == {"id": "a"}


def test_an_unknown_feed_is_named(qredo: Emulator) -> None:
    """Publishing on a feed that no description has is an error that lists those there are."""
    with pytest.raises(LookupError, match="agent, core_client, liquidity_hub, sign_requests, transactions, wallets"):
        qredo.control.publish("nothing", {})


def test_reset_closes_the_feeds(call: Any, qredo: Emulator) -> None:
    """After a reset there are no listeners: open feeds are closed as going away."""
    url = address(call, "/wallets/feed")
    with opened(call, url, signed(call, url)) as feed:
        qredo.control.reset()
        with pytest.raises(WebSocketDisconnect) as caught:
            feed.receive(5)
        assert caught.value.code == 1001


def test_a_client_that_leaves_is_forgotten(call: Any, qredo: Emulator) -> None:
    """When a client closes its feed, nothing is sent to it any more; what clients send is ignored."""
    url = address(call, "/wallets/feed")
    with opened(call, url, signed(call, url)) as feed:
        feed.send_text("hello")
    deadline = time.monotonic() + 10
    while qredo.control.publish("wallets", {}) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert qredo.control.publish("wallets", {}) == 0


def test_stopping_ends_the_feeds(call_as: Any) -> None:
    """An emulator with open feeds stops, and its clients see the end."""
    with Emulator() as emulator:
        call = call_as(None, emulator)
        url = address(call, "/wallets/feed")
        with opened(call, url, signed(call, url)) as feed:
            emulator.stop()
            with pytest.raises(HTTPXWSException):
                feed.receive(5)
