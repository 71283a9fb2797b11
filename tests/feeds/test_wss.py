"""Feeds over TLS, as on every real environment."""

from __future__ import annotations

import base64
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator
from qredo_signing import Credentials, Environment, KeyKind, OriginError, PrivateKey, verify
from qredo_signing.feeds import Keepalive

from ..signing.certificates import write_certificate
from .listening import Kind, listen, misled
from .servers import Connection, Scripted, frame

API_KEY = base64.urlsafe_b64encode(b'{"key_id": "a2V5LWlkLXRlc3Q", "key": "a2V5LWZvci10ZXN0cw"}').decode()


@pytest.fixture(name="certificate", scope="module")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and its self-signed certificate for 127.0.0.1."""
    return write_certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture(name="tls")
def _tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def slowly(connection: Connection) -> None:
    """One message in two parts, with a pause that is longer than one read waits."""
    connection.accept()
    connection.send(frame(1, b'{"tx_id": ', final=False))
    time.sleep(0.7)
    connection.send(frame(0, b'"good"}'))
    connection.wait_for_end()


def test_a_feed_is_signed_as_wss(kind: Kind, running: Emulator, certificate: Path, tls: ssl.SSLContext) -> None:
    """Where the API has https the handshake goes over TLS and is signed with the scheme wss; reads that time out lose
    nothing."""
    key = running.credentials.signer
    assert isinstance(key, PrivateKey)
    with Scripted(slowly, tls=tls) as server:
        (message,) = listen(
            kind,
            Credentials(API_KEY, key),
            Environment.custom(server.url, key_kind=KeyKind.LIVE),
            "wallets",
            keepalive=Keepalive(interval=0.2, timeout=5),
            http={"verify": ssl.create_default_context(cafile=certificate)},
        )
    assert message.tx_id == "good"
    (connection,) = server.connections
    url = server.url.replace("https", "wss") + "/api/v1/p/wallets/feed"
    verify(key, connection.header("x-timestamp"), url, b"", connection.header("x-sign"))


@pytest.mark.parametrize("case", ["untrusted", "plain"])
def test_nothing_goes_to_a_server_that_is_not_the_one(
    kind: Kind, case: str, running: Emulator, tls: ssl.SSLContext
) -> None:
    """A certificate that is not trusted, and a plain ws server at the environment's address, get no handshake."""
    errors: dict[str, Any] = {"untrusted": httpx.ConnectError, "plain": OriginError}
    with Scripted(slowly, tls=tls if case == "untrusted" else None) as server:
        environment = Environment.custom(server.url.replace("http:", "https:"), key_kind=KeyKind.LIVE)
        options = {} if case == "untrusted" else {"package": misled(server.url)}
        with pytest.raises(errors[case]):
            listen(kind, Credentials(API_KEY, running.credentials.signer), environment, "wallets", **options)
    assert b"x-api-key" not in b"".join(connection.request for connection in server.connections).lower()
