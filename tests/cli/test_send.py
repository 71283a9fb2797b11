"""`qredo send`, and how every command handles keys, environments and failures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qredo_emulator import Emulator

from .conftest import Cli, FixedServer, unused_url


def folder(name: str, uri: str, body: str | None = None) -> Path:
    """A request folder as the vendor's tool keeps them."""
    path = Path("requests", name)
    path.mkdir(parents=True)
    (path / "uri").write_text(uri, encoding="utf-8")
    if body is not None:
        (path / "body").write_text(body, encoding="utf-8")
    return path


def test_a_path_is_sent_below_the_base_url(connected: Cli, emulator: Emulator) -> None:
    """METHOD and PATH go, signed, to the API version that is named, and the response is printed."""
    done = connected("send post /company --json --body", '{"name": "ACME"}')
    assert (done.code, done.err) == (0, "")
    assert set(json.loads(done.out)) == {"company_id", "ref"}
    record = emulator.control.requests[-1]
    assert (record.method, record.verified) == ("POST", True)
    assert record.url.startswith(f"{emulator.url}/qredo_partner_v1_1/api/v1/p/company")


def test_a_url_is_sent_as_it_is(connected: Cli, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full URL needs no API version, and its query is sent as typed."""
    monkeypatch.delenv("QREDO_API")
    url = f"{emulator.url}/api/v1/p/company/search?query=a%20b"
    done = connected(f"send GET {url}")
    assert (done.code, done.err) == (0, "")
    assert "total_count  0" in done.out
    assert emulator.control.requests[-1].url == url


def test_the_api_that_signs_with_a_secret(connected: Cli, emulator: Emulator, keys: Path) -> None:
    """With --api qredo_v1 the request is signed with the API secret."""
    done = connected(f"send GET /balance --api qredo_v1 --keys {keys / 'qredo_v1'} --json")
    assert (done.code, done.err) == (0, "")
    assert emulator.control.requests[-1].verified


def test_request_folders_of_the_vendors_tool(connected: Cli, emulator: Emulator) -> None:
    """A POST with a body and a GET without one are sent from their folders; the emulator replaces the host."""
    new = folder("company_new", "POST https://api.qredo.network/api/v1/p/company\n", '{\n  "name": "ACME Corp"\n}\n')
    done = connected(f"send --folder {new} --json")
    assert done.code == 0
    assert f"sent to the emulator: {emulator.url}/api/v1/p/company" in done.err
    search = folder("company_search", "GET https://api.qredo.network/api/v1/p/company/search?query=cme\n", "ignored")
    found = json.loads(connected(f"send --folder {search} --json").out)
    assert found["matches"][0]["name"] == "ACME Corp"
    assert all(record.verified for record in emulator.control.requests)


def test_a_request_folder_of_windows(connected: Cli, emulator: Emulator) -> None:
    """A `uri` with a byte order mark and CRLF is read; a method that is none is rejected before anything is sent."""
    new = folder("windows", "\ufeffPOST https://api.qredo.network/api/v1/p/company\r\n", '{"name": "ACME Corp"}\r\n')
    assert connected(f"send --folder {new}").code == 0
    odd = folder("odd", "P\u00d6ST https://api.qredo.network/api/v1/p/company", "{}")
    done = connected(f"send --folder {odd}")
    assert (done.code, done.out) == (2, "")
    assert [record.method for record in emulator.control.requests] == ["POST"]


def test_an_error_response_is_shown_unchanged(connected: Cli) -> None:
    """The body of an error goes to stdout, its status to stderr, and the exit code is 4."""
    done = connected("send GET /company/nowhere --json")
    assert done.code == 4
    assert json.loads(done.out)["code"] == 404
    assert "HTTP 404" in done.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("GET https://api.qredo.network/api/v1/p/company/search", "Nothing was sent"),
        ("GET company/search", "neither a URL nor a path"),
        ("GET https://[half", "neither a URL nor a path"),
        ("GET", "METHOD and URL|PATH"),
        ("https://h/ GET", "no HTTP method"),
        ("POST /company --body nowhere.json", "nowhere.json cannot be read"),
        ("--folder nowhere", "nowhere/uri cannot be read"),
        ("GET /company --folder nowhere", "--folder is the whole request"),
        ("GET /company --api nonsense", "no API package: No module named 'nonsense'"),
        ("GET /company --timeout nan", "--timeout nan is no number of seconds"),
        ("GET /company --timeout inf", "--timeout inf"),
        ("GET /company --nonce-start 1", "give --nonces FILE too"),
        ("GET /\udcff", "not text"),
        ('POST /company --body \'{"name": "\udcff"}\'', "is not UTF-8"),
    ],
)
def test_bad_requests_are_not_sent(connected: Cli, emulator: Emulator, arguments: str, text: str) -> None:
    """Each mistake is one line with exit code 2, and no request is sent."""
    done = connected(f"send {arguments}")
    assert (done.code, done.out) == (2, "")
    assert text in done.err
    assert emulator.control.requests == ()


@pytest.mark.parametrize("body", ['{"name": "x"', '{"name": NaN}', '{"name": "x", "name": "y"}', "[1, 2", "{}{}"])
def test_a_body_that_is_not_json_is_not_sent(connected: Cli, emulator: Emulator, body: str) -> None:
    """JSON that is incomplete, has NaN or a duplicate key is not sent."""
    done = connected("send POST /company --body", body)
    assert (done.code, done.out) == (2, "")
    assert "the body " in done.err
    assert emulator.control.requests == ()


def test_a_uri_file_must_have_two_words(connected: Cli) -> None:
    """A folder whose `uri` has no method is rejected with an example."""
    path = folder("half", "https://api.qredo.network/api/v1/p/company\n")
    done = connected(f"send --folder {path}")
    assert done.code == 2
    assert "GET https://host/path" in done.err


class TestKeysAndEnvironment:
    """Options that all commands that send share."""

    def test_there_is_no_default_environment(self, qredo: Cli, keys: Path, server: Emulator) -> None:
        """Without --environment and its variable nothing is sent."""
        done = qredo(f"send GET /company/search --api qredo_partner_v1_1 --keys {keys}")
        assert done.code == 2
        assert "there is no default environment" in done.err

    @pytest.mark.parametrize(
        ("arguments", "code", "text"),
        [
            ("--environment prod", 3, "production, production_test"),
            ("--environment emulator", 2, "--url"),
            ("--environment sandbox --url https://h", 2, "--url is for the emulator"),
            ("--environment prod --url https://h", 3, "production, production_test"),
            ("--environment production", 3, "takes no emulator's API key"),
            ("--environment emulator --url 127.0.0.1", 3, "is no origin"),
        ],
    )
    def test_a_wrong_environment_is_rejected(
        self, qredo: Cli, keys: Path, server: Emulator, arguments: str, code: int, text: str
    ) -> None:
        """A name, URL or key that does not fit the environment is an error before anything is sent."""
        done = qredo(f"send GET /company/search --api qredo_partner_v1_1 --keys {keys} {arguments}")
        assert (done.code, done.out) == (code, "")
        assert text in done.err

    def test_a_missing_key_file_is_named(self, connected: Cli) -> None:
        """The message names the file that does not exist."""
        done = connected("send GET /company/search --keys nowhere")
        assert (done.code, done.out) == (3, "")
        assert "nowhere/apikey cannot be read (No such file or directory)" in done.err

    def test_a_passphrase_is_needed_and_must_be_right(
        self, connected: Cli, keys: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without a passphrase, with a wrong one, or with its file missing, nothing is sent: 3."""
        monkeypatch.setenv("QREDO_PRIVATE_KEY_PASSPHRASE", "right")
        connected("keygen secret --passphrase")
        shutil.copy(keys / "apikey", "secret")
        monkeypatch.setenv("QREDO_PRIVATE_KEY_PASSPHRASE", "wrong")
        wrong = connected("send GET /company/search --keys secret")
        monkeypatch.delenv("QREDO_PRIVATE_KEY_PASSPHRASE")
        none = connected("send GET /company/search --keys secret")
        lost = connected("send GET /company/search --keys secret --passphrase-file nowhere")
        assert (wrong.code, none.code, lost.code) == (3, 3, 3)
        assert "could not be decrypted" in wrong.err
        assert "is encrypted: give its passphrase" in none.err
        assert "nowhere cannot be read" in lost.err
        Path("passphrase").write_text("right\n", encoding="utf-8")
        done = connected("send GET /company/search --keys secret --passphrase-file passphrase")
        assert done.code == 4, "the emulator does not know this key, but it was opened"

    def test_keys_come_from_variables_too(self, connected: Cli, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without --keys and QREDO_KEYS the variables of the library are read."""
        monkeypatch.delenv("QREDO_KEYS")
        monkeypatch.setenv("QREDO_API_KEY", (keys / "apikey").read_text(encoding="utf-8"))
        monkeypatch.setenv("QREDO_PRIVATE_KEY_FILE", str(keys / "private.pem"))
        assert connected("send GET /company/search").code == 0

    def test_an_open_key_file_is_warned_about(self, connected: Cli, keys: Path) -> None:
        """A key file that others can read is a warning on stderr; the request is sent."""
        shutil.copytree(keys, "open")
        Path("open/private.pem").chmod(0o644)
        done = connected("send GET /company/search --keys open --json")
        assert done.code == 0
        assert "warning: open/private.pem has mode 0644" in done.err


class TestFailures:
    """Exit codes after a failure."""

    @pytest.mark.parametrize(
        ("response", "code", "text"),
        [
            (b"", 5, "outcome is unknown"),
            (b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", 5, "do not retry before you know"),
            (b"HTTP/1.1 504 Late\r\ncontent-length: 0\r\n\r\n", 5, "outcome is unknown"),
            (b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", 5, "outcome is unknown"),
            (b'HTTP/1.1 503 Busy\r\ncontent-length: 21\r\n\r\n{"code":503,"msg":""}', 4, "503"),
            (b"HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n", 4, "400"),
            (
                b"HTTP/1.1 302 Go\r\nlocation: https://evil.example/\r\ncontent-length: 0\r\n\r\n",
                5,
                "outcome is unknown",
            ),
            (b"HTTP/1.1 307 Go\r\nlocation: https://evil.example/\r\ncontent-length: 0\r\n\r\n", 4, "evil.example"),
        ],
    )
    def test_an_unknown_outcome_has_its_own_exit_code(
        self, connected: Cli, serving: Callable[[bytes], FixedServer], response: bytes, code: int, text: str
    ) -> None:
        """A POST that may have taken effect is 5, a rejected one is 4, and neither is retried."""
        server = serving(response)
        done = connected(f"send POST /company --url {server.url} --body", '{"name": "x"}')
        assert done.code == code
        assert text in done.err
        assert len(server.requests) == 1

    def test_no_connection_has_its_own_exit_code(self, connected: Cli) -> None:
        """Without a server that listens, nothing was sent: 6, also for a POST."""
        done = connected(f"send POST /company --url {unused_url()} --body", '{"name": "x"}')
        assert (done.code, done.out) == (6, "")
        assert "no response" in done.err

    def test_no_secret_is_in_any_output(self, connected: Cli, keys: Path, emulator: Emulator) -> None:
        """No error prints the API key or a part of the private key."""
        secrets = [(keys / "apikey").read_text(encoding="utf-8").strip()]
        secrets += (keys / "private.pem").read_text(encoding="utf-8").splitlines()[1:-1]
        for line in ("send GET /company/x", "send GET https://h/", "doctor", "call company.get --company-id x"):
            done = connected(line)
            assert not [secret for secret in secrets if secret in done.out + done.err], line


def test_control_characters_of_the_service_do_not_reach_the_terminal(connected: Cli) -> None:
    """An escape sequence in a name is printed as text, and is unchanged with --json."""
    name = "A\x1b[2J\u202eB"
    connected("send POST /company --body", json.dumps({"name": name}))
    shown = connected("send GET /company/search").out
    assert "\x1b" not in shown
    assert r"A\x1b[2J\u202eB" in shown
    found: Any = json.loads(connected("send GET /company/search --json").out)
    assert found["matches"][0]["name"] == name
