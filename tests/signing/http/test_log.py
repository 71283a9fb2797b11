"""What `QREDO_LOG` shows, and where."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, connect

KEY = Path(__file__).resolve().parents[3] / "spec" / "signing" / "keys" / "test-rsa-2048-pkcs1.pem"
PROGRAM = """
import logging, sys
import httpx
from pathlib import Path
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, PrivateKey, connect
from tests.signing.doubles import make_api_key

statuses = iter([503, 200, 200])
def serve(request):
    return httpx.Response(next(statuses), headers={"retry-after": "0"}, json={"companies": [], "totalCount": 0})

credentials = Credentials(make_api_key(), PrivateKey.from_pem(Path(sys.argv[1]).read_bytes()))
with connect(Client, credentials, Environment.SANDBOX, transport=httpx.MockTransport(serve)) as client:
    client.company.search(query="planted")
    logging.getLogger().addHandler(logging.NullHandler())
    client.company.search(query="planted")
"""
URL = "https://sandbox-api.qredo.network/api/v1/p/company/search"
LIMITS = "{'connect': T, 'read': T, 'write': T, 'pool': T}"
END = "company.search: HTTP 200 in T s, 2 attempts"
RETRY = "company.search: attempt 1 ended with HTTP 503; next in T s"


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("info", [f"INFO qredo_signing {RETRY}", f"INFO qredo_signing.requests {END}"]),
        (
            "DEBUG",
            [
                f"DEBUG qredo_signing.requests company.search: GET {URL}, 0 bytes, up to 2 retries, limits {LIMITS}",
                "DEBUG qredo_signing.requests company.search: attempt 1 got HTTP 503, application/json, 31 bytes",
                f"INFO qredo_signing {RETRY}",
                "DEBUG qredo_signing.requests company.search: attempt 2 got HTTP 200, application/json, 31 bytes",
                f"INFO qredo_signing.requests {END}",
            ],
        ),
        ("", []),
    ],
)
def test_the_variable_shows_the_log_until_the_program_has_its_own(level: str, shown: list[str]) -> None:
    """Calls and retries go to stderr without a query; once the root logger has a handler, nothing is shown twice."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(KEY)],
        env={"QREDO_LOG": level, "PYTHONPATH": str(KEY.parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [re.sub(r"\b\d+\.\d+\b", "T", line.split(" ", 2)[2]) for line in done.stderr.splitlines()]
    assert lines == shown


def test_a_level_that_does_not_exist_is_a_warning() -> None:
    """Using the package with a misspelt level warns, says what is possible, and works."""
    done = subprocess.run(
        [sys.executable, "-c", "from qredo_signing import connect"],
        env={"QREDO_LOG": "verbose"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = "QREDO_LOG is 'verbose', which is no level: set it to info or debug, or unset it"
    assert f"<string>:1: UserWarning: {said}\n" in done.stderr, "the line that imports is named, and no line of ours"


@pytest.mark.parametrize("action", ["default", "error"])
def test_such_a_level_stops_no_command(action: str) -> None:
    """The command line says the same in a line of its own, also where warnings are errors."""
    program = "import sys; from qredo_signing.cli import main; sys.exit(main(['--version']))"
    done = subprocess.run(
        [sys.executable, "-W", action, "-c", program],
        env={"QREDO_LOG": "verbose"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("qredo ")
    assert done.stderr.startswith("qredo: warning: QREDO_LOG is 'verbose', which is no level: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_failure_and_a_broken_handler(credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """A call that fails has its line with the kind of error; a handler that raises fails no call."""

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("disk full")

    caplog.set_level(logging.INFO, "qredo_signing")
    outcomes: list[httpx.Response | Exception] = [
        httpx.ConnectError("refused"),
        httpx.Response(200, json={"companies": []}),
    ]

    def serve(request: httpx.Request) -> httpx.Response:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    logger, broken = logging.getLogger("qredo_signing.requests"), Broken()
    with connect(
        Client, credentials, Environment.SANDBOX, transport=httpx.MockTransport(serve), max_retries=0
    ) as client:
        with pytest.raises(httpx.ConnectError):
            client.company.search()
        logger.addHandler(broken)
        try:
            client.company.search()
        finally:
            logger.removeHandler(broken)
    assert re.fullmatch(r"company\.search: ConnectError in \d\.\d\d s", caplog.messages[0])
