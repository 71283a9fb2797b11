"""What a program loads: no more than it uses. Each case is a fresh interpreter; what is looked at is `sys.modules`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

API = "qredo_partner_v1_1"
# As if only what our packages need were installed: httpx loads more where it finds it, such as for its own command.
LEAN = """
import json, sys
sys.modules.update(dict.fromkeys(("bcrypt", "brotli", "brotlicffi", "click", "h2", "socksio", "trio", "zstandard")))
import httpx
before = set(sys.modules)
"""
CALL = f"""
import {API}
from {API} import Client
from qredo_signing import Credentials, Environment, KeyKind, connect
class Key:
    def sign(self, message): return bytes(256)
answer = httpx.MockTransport(lambda request: httpx.Response(200, json={{"name": "A"}}))
environment = Environment.custom("http://127.0.0.1:9", key_kind=KeyKind.SANDBOX)
with (
    httpx.Client(transport=answer) as http,
    connect(Client, Credentials("key", Key()), environment, http_client=http) as client,
):
    assert client.company.get("c").name == "A"
"""


def run(code: str) -> str:
    """Run a program in a fresh interpreter; gives what it prints."""
    path = f"import sys; sys.path[:] = {[entry for entry in sys.path if entry]!r}\n"
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(code: str) -> set[str]:
    """The modules that a program loads beside those that httpx loads."""
    return set(json.loads(run(f"{LEAN}{code}\nprint(json.dumps(sorted(set(sys.modules) - before)))")))


def test_a_sync_call_loads_nothing_for_other_programs() -> None:
    """A sync call with timestamps loads no event loop, no store of nonces and nothing that only some calls need."""
    modules = loaded(CALL)
    assert {f"{API}.api.company", "qredo_signing._http.sender"} <= modules
    assert modules.isdisjoint({"asyncio", "concurrent.futures", "sqlite3", "redis", "pkcs11", "uuid", "zoneinfo"})


def test_a_call_loads_the_models_that_it_gives() -> None:
    """Of the operations the tag that is used is loaded, of the models those that the answer consists of."""
    modules = loaded(CALL)
    own = {name.removeprefix(f"{API}.") for name in modules if name.startswith((f"{API}.api.", f"{API}.models."))}
    assert own == {"api.company", "models.company"}


def test_a_model_brings_the_models_of_its_fields() -> None:
    """A page of a ledger is one model, its rows another, and these have two sets of values."""
    modules = loaded(f"from {API} import models; models.TxLedger")
    own = {name.removeprefix(f"{API}.models.") for name in modules if name.startswith(f"{API}.models.")}
    assert own == {"tx_ledger", "tx_history_item", "transaction_type", "tx_status"}


def test_credentials_wait_for_cryptography_until_there_is_a_key() -> None:
    """What a program imports of the plugin loads no cryptography; making credentials does."""
    imports = "from qredo_signing import Credentials, Environment, connect"
    assert "cryptography" not in loaded(imports)
    assert "cryptography" in loaded(f"{imports}; Credentials('key', type('Key', (), {{'sign': len}})())")


@pytest.mark.parametrize("name", [API, f"{API}.models", "qredo_signing"])
def test_a_star_import_brings_everything(name: str) -> None:
    """`from ... import *` gives all that `__all__` names, though nothing of it was loaded."""
    code = f"from {name} import *; import {name} as module; print(set(module.__all__) <= set(globals()))"
    assert run(code) == "True\n"


def test_threads_that_load_at_once_get_the_same() -> None:
    """Eight threads that ask for a model first, all at the same time, all get one class, and one client class."""
    code = f"""
import threading
from concurrent.futures import ThreadPoolExecutor
import {API} as api
barrier = threading.Barrier(8)
def load(number):
    barrier.wait()
    return api.models.TxLedger, api.Client, api.models.TxLedger.from_dict({{"List": [{{}}]}}).list_[0].__class__
with ThreadPoolExecutor(8) as pool:
    print(len(set(pool.map(load, range(8)))))
"""
    assert run(code) == "1\n"


def test_a_pickle_loads_what_it_needs() -> None:
    """A model that was pickled elsewhere comes back in a process that has loaded nothing of the package."""
    dump = f"import pickle; from {API}.models import Company; print(pickle.dumps(Company(name='A')).hex())"
    load = "import pickle; print(pickle.loads(bytes.fromhex({!r})))"
    assert run(load.format(run(dump).strip())).startswith("Company(name='A'")
