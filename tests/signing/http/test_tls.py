"""TLS: what `connect` makes verifies certificates and speaks 1.2 or later."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from qredo_signing import Credentials, Environment, KeyKind, connect

from ..doubles import DummyClient, call
from .sending import MODES

ONCE = {"max_retries": 0}


@pytest.fixture(name="mode", params=MODES)
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def serve_tls(certificate: Path, version: ssl.TLSVersion) -> Iterator[str]:
    """Serve one HTTP answer per connection over exactly this version of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.1 is deprecated: that is what is tested
        context.minimum_version = context.maximum_version = version
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(65536)
                    secured.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
            except OSError:  # the client refused
                connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_later_work(
    version: ssl.TLSVersion, mode: str, certificate: Path, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server with TLS 1.2 or 1.3 and a trusted certificate is spoken to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve_tls(certificate, version) as url:
        environment = Environment.custom(url, key_kind=KeyKind.LIVE)
        assert call(mode, credentials, environment).status_code == 200


def test_tls_1_1_is_refused(
    mode: str, certificate: Path, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that speaks nothing later than TLS 1.1 is not spoken to, though its certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve_tls(certificate, ssl.TLSVersion.TLSv1_1) as url:
        environment = Environment.custom(url, key_kind=KeyKind.LIVE)
        with pytest.raises(httpx.ConnectError, match=r"(?i)version|protocol"):
            call(mode, credentials, environment, options=ONCE)


@pytest.mark.parametrize("trusted", ["the usual list", "one other"])
def test_an_untrusted_certificate_is_refused(
    mode: str, trusted: str, certificate: Path, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certificates are verified, also on loopback."""
    if trusted == "the usual list":
        monkeypatch.delenv("SSL_CERT_FILE")
    with serve_tls(certificate, ssl.TLSVersion.TLSv1_3) as url:
        environment = Environment.custom(url, key_kind=KeyKind.LIVE)
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            call(mode, credentials, environment, options=ONCE)


def test_a_client_for_plain_http_trusts_nobody(
    certificate: Path, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing of ours goes over TLS no certificates are loaded, and so every one is refused."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    environment = Environment.custom("http://127.0.0.1:9", key_kind=KeyKind.LIVE)
    with (
        serve_tls(certificate, ssl.TLSVersion.TLSv1_3) as url,
        connect(DummyClient, credentials, environment) as client,
        pytest.raises(httpx.ConnectError, match="certificate verify failed"),
    ):
        client.http.get(url)
