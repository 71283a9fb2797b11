"""Environment variables that httpx reads: what cannot be read is left out or named, and nothing else is raised."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import certifi
import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from qredo_signing import ConfigurationError, Credentials, Environment, PrivateKey, connect
from qredo_signing._http.attempt import Attempt
from qredo_signing._http.outcomes import outcome_of_error
from qredo_signing._http.retries import Outcome
from socksio.exceptions import ProtocolError

from ..doubles import AsyncDummy, DummyClient, make_api_key
from .networks import Listener, listen

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
PASSWORD = "planted-password-of-a-proxy"
ENTRY = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30) | st.from_regex(
    r"(\*?\.?[a-z0-9.-]{0,12}|\[?[0-9a-f:.]{0,20}\]?)(:\w{0,6})?(/\d{0,3})?", fullmatch=True
)


def _connect(credentials: Credentials, **variables: str) -> None:
    """Connect both kinds of clients with these variables and no others; each is for the sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        for name in VARIABLES:
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        client = connect(DummyClient, credentials, Environment.SANDBOX)
        client.close()
        others = [connect(AsyncDummy, credentials, Environment.SANDBOX, transport=each) for each in (None, "aiohttp")]
        assert all(each.base_url == client.base_url for each in others)


@settings(max_examples=30)
@given(entries=st.lists(ENTRY, max_size=3))
@example(
    entries=[
        "[::1]",
        "fd00::/8",
        "10.0.0.0/8",
        "::1",
        "[fe80::1%25eth0]",
        "a:b",
        "*.example.com",
        "x:99999",
        "http://[::1",
    ]
)
def test_no_proxy_is_never_an_error(key: PrivateKey, authority: Path, entries: list[str]) -> None:
    """Whatever stands in NO_PROXY, `connect` makes a client."""
    credentials = Credentials(make_api_key(), key)
    trusted = {"SSL_CERT_FILE": str(authority)}
    _connect(credentials, HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY=",".join(entries), **trusted)


def test_what_is_left_out_is_logged(credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """An entry that httpx cannot read is named in the log, and one in brackets is read."""
    caplog.set_level(logging.WARNING)
    _connect(credentials, HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="[::1],a:b")
    assert {record.getMessage() for record in caplog.records} == {
        "an entry of NO_PROXY was left out, since httpx cannot read it: '*a:b'"
    }


@settings(max_examples=30)
@given(proxy=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30))
@example(proxy="socks4://127.0.0.1:1")
@example(proxy=f"socks4://u:{PASSWORD}@127.0.0.1:1")
@example(proxy=f"http://u:{PASSWORD}@127.0.0.1:x")
@example(proxy=f"http://u:{PASSWORD}@[::1")
@example(proxy="://")
def test_a_proxy_that_cannot_be_used(key: PrivateKey, authority: Path, proxy: str) -> None:
    """A proxy is used, or the error names its variable, what to write and no password."""
    credentials = Credentials(make_api_key(), key)
    problem = ""
    try:
        _connect(credentials, ALL_PROXY=proxy, SSL_CERT_FILE=str(authority))
    except ConfigurationError as error:
        problem = f"{error} {error.__cause__!r} {error.__context__!r}"
    assert not problem or ("the environment variable ALL_PROXY" in problem and "write http://" in problem)
    assert PASSWORD not in problem


@pytest.mark.parametrize("proxy", ["socks4://127.0.0.1:1", "http://127.0.0.1:x", "ftp://127.0.0.1"])
def test_such_a_proxy_is_an_error(proxy: str, credentials: Credentials) -> None:
    """A proxy is never left out silently: the request would go another way than the administrator wants."""
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY"):
        _connect(credentials, HTTPS_PROXY=proxy)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_are_not_there(content: str | None, credentials: Credentials, tmp_path: Path) -> None:
    """Where the variable names nothing that can be read, the error names the variable and its value."""
    path = tmp_path / "certificates.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match=rf"SSL_CERT_FILE is '{path}', where no trusted .* or unset it"):
        _connect(credentials, SSL_CERT_FILE=str(path))


def test_a_log_of_tls_keys_that_cannot_be_written(credentials: Credentials, tmp_path: Path) -> None:
    """Where the file of SSLKEYLOGFILE has no directory, the error names the variable, and not one for certificates."""
    path, certificates = tmp_path / "none" / "keys.log", certifi.where()
    with pytest.raises(ConfigurationError, match=rf"SSLKEYLOGFILE is '{path}', a file that .* or unset it"):
        _connect(credentials, SSLKEYLOGFILE=str(path), SSL_CERT_FILE=certificates)
    path.parent.mkdir()
    _connect(credentials, SSLKEYLOGFILE=str(path))


def test_what_a_proxy_says_stays_on_one_line(credentials: Credentials) -> None:
    """A proxy that refuses is named, and its text is escaped in the error."""

    def refuse(connection: socket.socket, listener: Listener) -> None:
        listener.received.append(connection.recv(9999))
        connection.sendall(b"HTTP/1.1 500 \x1b[2J\r\ncontent-length: 0\r\n\r\n")

    with listen(refuse) as proxy, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with (
            connect(DummyClient, credentials, Environment.SANDBOX, max_retries=0) as client,
            pytest.raises(httpx.ConnectError, match=f"proxy 127.0.0.1:{proxy.port}.*Nothing was sent") as caught,
        ):
            client.send(client.http.build_request("POST", client.base_url))
    assert str(caught.value).isprintable()


def test_a_malformed_reply_of_a_socks_proxy_is_no_local_error() -> None:
    """What socksio raises, which httpcore passes on as it is, is a connection that failed: nothing was sent."""
    attempt = Attempt()
    attempt.is_signed = attempt.is_watched = True
    assert outcome_of_error(ProtocolError("Malformed reply"), attempt, 0.0) == Outcome(sent=False)
