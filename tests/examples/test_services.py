"""The examples that need something beside the API: Redis, a hardware module, a web framework, pytest."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, UnauthorizedError, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import PrivateKey, connect

from ..signing.keys.softhsm import PIN, SoftHSM
from ..signing.nonces.redis_server import redis_server
from .conftest import EXAMPLES, STRICT, Run, load

BTC = "BTC-TESTNET"


@pytest.mark.needs("redis-server")
def test_workers_share_one_counting(run: Run, emulator: Emulator) -> None:
    """Two processes make all their calls with nonces of one Redis; what was refused for its order was made again."""
    with redis_server() as redis:
        done = run("nonce_workers", "--workers", "2", "--calls", "10", REDIS_URL=redis.url)
    assert (done.code, done.err) == (0, "")
    words = [line.split() for line in done.lines]
    assert len({line[1] for line in words}) == 2, "two processes"
    assert [line[3] for line in words] == ["10", "10"]
    late = sum(int(line[-2]) for line in words)
    statuses = [one.status for one in emulator.control.requests]
    assert (statuses.count(200), statuses.count(401)) == (20, late)


class Given:
    """A source that gives these numbers."""

    persistent = False

    def __init__(self, *numbers: int) -> None:
        self._numbers = iter(numbers)

    def next(self) -> int:
        """The next one."""
        return next(self._numbers)


def test_a_call_that_was_overtaken_is_made_again(emulator: Emulator) -> None:
    """A nonce below the last one is refused, and the call made with the next one; a wrong key is not tried for ever."""
    pytest.importorskip("redis", reason="needs redis-py (the extra redis)")
    in_order = load("nonce_workers").in_order
    with connect(Client, emulator.credentials, emulator.environment, nonces=Given(9, 3, 4, 10)) as client:
        assert in_order(client.asset.get_all)[1] == 0
        assert in_order(client.asset.get_all)[1] == 2
    with (
        connect(Client, emulator.credentials, emulator.environment, nonces=Given(*range(10))) as client,
        pytest.raises(UnauthorizedError),
    ):
        in_order(client.asset.get_all, tries=5)
    assert [one.status for one in emulator.control.requests] == [200, 401, 401, 200, *[401] * 5]


@pytest.mark.needs("softhsm2-util")
def test_a_key_in_a_token_signs(run: Run, emulator: Emulator, client: Client, keys: Path, tmp_path: Path) -> None:
    """The token's key signs, its fingerprint is printed, and the emulator accepts; no private key file is read."""
    pytest.importorskip("pkcs11", reason="needs python-pkcs11 (the extra pkcs11)")
    hsm = SoftHSM(tmp_path / "hsm")
    hsm.add_token("qredo")
    hsm.add_key("qredo", "api", (keys / "private.pem").read_bytes())
    (tmp_path / "pin").write_text(f"{PIN}\n")
    places = {"QREDO_API_KEY_FILE": str(keys / "apikey"), "PKCS11_PIN_FILE": "pin", "QREDO_KEYS": "nowhere"}
    done = run("hsm", hsm.module, "--token", "qredo", "--key", "api", **places, **hsm.environ)
    assert (done.code, done.err) == (0, "")
    assert [(one.operation, one.verified) for one in emulator.control.requests] == [("asset_get_all", True)]
    signer, assets = emulator.credentials.signer, require(client.asset.get_all().assets)
    assert isinstance(signer, PrivateKey)
    assert done.lines == [
        f"RSA-2048, fingerprint of the public key {signer.fingerprint}",
        f"the service knows {len(assets)} assets",
    ]


@pytest.fixture(name="service")
def _service(environ: dict[str, str], tmp_path: Path) -> Iterator[httpx.Client]:
    """The FastAPI service in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [*STRICT, str(EXAMPLES / "fastapi_service.py"), "--port", str(port)]
    with serving(command, port, environ, tmp_path) as http:
        yield http


@contextmanager
def serving(command: Sequence[str], port: int, environ: dict[str, str], folder: Path) -> Iterator[httpx.Client]:
    """Run a service, and check that it writes nothing to stderr."""
    with (
        subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as http,
    ):
        assert process.stderr
        try:
            wait_for(http, process)
            yield http
        finally:
            process.terminate()
            complaints = process.stderr.read()
    assert complaints == ""


def wait_for(http: httpx.Client, process: subprocess.Popen[str]) -> None:
    """Wait until the service answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            http.get("/")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the service did not start")


def firm(emulator: Emulator, client: Client) -> tuple[str, list[str]]:
    """A company with two wallets, one of which holds something."""
    company = client.company.create(name="ACME Corp").company_id
    client.trusted_party.add(company, address="ann@acme.example")
    (ann,) = require(client.trusted_party.get_all(company).list_)
    policy = NewCustodyGroup(threshold=1, members=[require(ann.trusted_entity_id)])
    wallets = [NewWallet(name=name, asset=BTC) for name in ("main", "reserve")]
    made = client.fund.create(company, name="F", custodygroup_tx=policy, custodygroup_withdraw=policy, wallets=wallets)
    ids = [require(one.wallet_id) for one in require(client.fund.get(company, require(made.fund_id)).wallets)]
    emulator.control.credit(ids[0], 2**53 + 1)
    return company, ids


def test_the_service_answers_for_the_api(service: httpx.Client, emulator: Emulator, client: Client) -> None:
    """Holdings are exact, a repeated transfer is one, a fraction is refused, each error of the API has its answer."""
    company, (main, reserve) = firm(emulator, client)
    held = service.get(f"/companies/{company}/holdings")
    assert (held.status_code, held.json()) == (200, [{"asset": BTC, "amount": 2**53 + 1}])

    transfers = f"/companies/{company}/transfers"
    wanted = {"wallet_id": main, "to": reserve, "asset": BTC, "amount": 1000}
    first, second = (service.post(transfers, json=wanted, headers={"idempotency-key": "a"}) for _ in range(2))
    assert (first.status_code, first.json()["status"], second.json()["status"]) == (202, "new", "existing")
    assert first.json()["tx_id"] == second.json()["tx_id"]
    before = len(emulator.control.requests)
    assert service.post(transfers, json=wanted).status_code == 422, "no key"
    for amount in (1.5, 1000.0, "1000", 0, True):
        refused = service.post(transfers, json=wanted | {"amount": amount}, headers={"idempotency-key": "b"})
        assert refused.status_code == 422, amount
    assert len(emulator.control.requests) == before, "nothing of this went to the API"

    missing = service.get("/companies/nothing/holdings")
    assert (missing.status_code, missing.json()) == (404, {"error": "rejected", "reason": "company_id"})
    poor = service.post(transfers, json=wanted | {"amount": 2**60}, headers={"idempotency-key": "c"})
    assert (poor.status_code, poor.json()["reason"].split(":")[0]) == (422, "balance")

    faults = emulator.control.faults
    faults.rate_limit(retry_after=3600, operation="holding_get_all")
    limited = service.get(f"/companies/{company}/holdings")
    assert (limited.status_code, limited.headers["retry-after"]) == (503, "3600")
    faults.unavailable(status=500, operation="holding_get_all")
    failed = service.get(f"/companies/{company}/holdings")
    assert (failed.status_code, failed.json()) == (502, {"error": "rejected", "reason": None})
    faults.reset(times=3, operation="holding_get_all")
    unreachable = service.get(f"/companies/{company}/holdings")
    assert (unreachable.status_code, unreachable.json()["error"]) == (503, "unreachable")
    faults.reset(after=True, times=3, operation="transfer_create")
    lost = service.post(transfers, json=wanted, headers={"idempotency-key": "d"})
    assert (lost.status_code, lost.json()["idempotency_key"]) == (504, "d")
    again = service.post(transfers, json=wanted, headers={"idempotency-key": "d"})
    assert (again.status_code, again.json()["status"]) == (202, "existing")
    assert emulator.control.totals()[BTC]["reserved"] == 2 * 1001


def test_the_wsgi_service_turns_errors_into_responses(
    emulator: Emulator, client: Client, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holdings, a company that does not exist, another path, and an API that can't be reached."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    company, _ = firm(emulator, client)
    service = load("wsgi_service")
    with service.CLIENT:
        assert service.respond("GET", f"/companies/{company}/holdings") == (
            "200 OK",
            [{"asset": BTC, "amount": 2**53 + 1}],
        )
        assert service.respond("GET", "/companies/nothing/holdings")[0] == "404 Not Found"
        assert service.respond("POST", f"/companies/{company}/holdings")[0] == "404 Not Found"
        emulator.control.faults.unavailable(status=500, operation="holding_get_all")
        assert service.respond("GET", f"/companies/{company}/holdings")[0] == "502 Bad Gateway"
        emulator.control.faults.reset(times=3, operation="holding_get_all")
        assert service.respond("GET", f"/companies/{company}/holdings")[0] == "503 Service Unavailable"


@pytest.mark.full
def test_workers_of_gunicorn_share_a_client_made_before_the_fork(
    emulator: Emulator, client: Client, environ: dict[str, str], tmp_path: Path
) -> None:
    """With --preload, each worker serves with its own connections, and closes them at its end."""
    pytest.importorskip("gunicorn", reason="needs gunicorn")
    company, _ = firm(emulator, client)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ["--preload", "--workers", "2", "--threads", "2", "--log-level", "error", "--no-control-socket"]
    command = [*STRICT, "-m", "gunicorn", "--chdir", str(EXAMPLES), *options, "--bind", f"127.0.0.1:{port}"]
    with serving([*command, "wsgi_service:app"], port, environ, tmp_path) as http:
        for _ in range(8):
            held = http.get(f"/companies/{company}/holdings", headers={"connection": "close"})
            assert (held.status_code, held.json()) == (200, [{"asset": BTC, "amount": 2**53 + 1}])


def test_a_task_of_celery_makes_one_transfer(
    emulator: Emulator, client: Client, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost response, a busy API and a second task for the same order: it is retried, and starts one transfer."""
    pytest.importorskip("celery", reason="needs Celery")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    company, (main, reserve) = firm(emulator, client)
    tasks = load("celery_tasks")
    arguments = ("order-1", company, main, reserve, BTC, 1000, int(time.time()) + 3600)
    emulator.control.faults.reset(after=True, times=3, operation="transfer_create")
    emulator.control.faults.rate_limit(retry_after=3600, operation="transfer_create")
    try:
        first = tasks.transfer.apply(arguments)
        again = tasks.transfer.apply(arguments)
    finally:
        tasks.client().close()
    assert first.get() == again.get()
    assert emulator.control.totals()[BTC]["reserved"] == 1001


def test_the_suite_passes_in_a_project_of_its_own(environ: dict[str, str], tmp_path: Path) -> None:
    """Copied elsewhere, the tests of the imagined service pass, all of them."""
    shutil.copytree(EXAMPLES / "pytest_suite", tmp_path / "pytest_suite", ignore=shutil.ignore_patterns("__pycache__"))
    plugins = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-p qredo_emulator.pytest_plugin -p anyio -W error",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "pytest_suite"],
        cwd=tmp_path,
        env=environ | plugins,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout
