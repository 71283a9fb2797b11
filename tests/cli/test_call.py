"""`qredo call`."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import qredo_partner_v1_1
import qredo_v1
from qredo_emulator import Emulator
from qredo_signing import Credentials, Environment, HmacCredentials, KeyKind, OutcomeUnknownError, connect
from qredo_signing.cli._confirmation import scales_of
from qredo_signing.cli._connection import Connection
from qredo_signing.cli._errors import report_of

from ..versions import DESCRIPTIONS
from .conftest import API, Cli, FixedServer


def company(cli: Cli) -> str:
    """A new company."""
    identifier: str = json.loads(cli("call company.create --name ACME --json").out)["company_id"]
    return identifier


def wallet(cli: Cli) -> tuple[str, str, str]:
    """A new company, fund and wallet."""
    owner = company(cli)
    cli(f"call trusted_party.add --company-id {owner} --address ann@example.com")
    parties = json.loads(cli(f"call trusted_party.get_all --company-id {owner} --json").out)["list"]
    policy = json.dumps({"threshold": 1, "members": [parties[0]["trusted_entity_id"]]})
    made = cli(
        f"call fund.create --company-id {owner} --name Treasury --json",
        *("--custodygroup-withdraw", policy, "--custodygroup-tx", policy),
        *("--wallets", '{"name": "main", "asset": "BTC-TESTNET"}'),
    )
    fund = json.loads(made.out)["fund_id"]
    detail = json.loads(cli(f"call fund.get --company-id {owner} --fund-id {fund} --json").out)
    return owner, fund, detail["wallets"][0]["wallet_id"]


def test_an_operation_is_called_by_its_python_name(connected: Cli, emulator: Emulator) -> None:
    """Fields are options; people get lines, programs the unchanged JSON of the response."""
    done = connected('call company.create --name "ACME Corp" --country FR')
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("company_id  ")
    assert emulator.control.requests[-1].operation == "company_create"
    done = connected("call company.search --query ACME --json")
    assert json.loads(done.out)["matches"][0]["name"] == "ACME Corp"


def test_a_field_that_no_response_has_sends_nothing(connected: Cli, emulator: Emulator) -> None:
    """An unknown name in --fields is wrong usage, said before a call that may change something is made."""
    before = len(emulator.control.requests)
    done = connected("call company.create --name ACME --fields company_id,reff")
    assert (done.code, done.out) == (2, "")
    assert "company.create has no field reff" in done.err
    assert "did you mean ref? the fields are city, company_id, country, domain, ref" in done.err
    assert len(emulator.control.requests) == before


def test_a_list_becomes_a_table(connected: Cli) -> None:
    """A list of objects has a row for each, below the names of its fields; amounts are whole numbers."""
    company(connected)
    lines = connected("call asset.get_all").out.splitlines()
    (head,) = [line for line in lines if line.startswith("code")]
    assert head.split() == ["code", "name", "unitCode", "scale", "enabled", "testAsset"]
    (row,) = [line for line in lines if line.startswith("BTC-TESTNET")]
    assert " 100000000 " in row


def test_a_token_is_for_the_workspace_of_the_call(connected: Cli, emulator: Emulator, keys: Path) -> None:
    """A call that names a workspace needs no --workspace; another call does, and says so before anything is sent."""
    line = f"--api qredo_v2 --keys {keys / 'qredo_v1'} --json"
    workspace = emulator.workspace_id
    assert len(json.loads(connected(f"call policy.get_all {line} --workspace-id {workspace}").out)) == 2
    before = len(emulator.control.requests)
    done = connected(f"call action.create_feed_token {line}")
    assert (done.code, done.out) == (2, "")
    assert "give --workspace ID, or set QREDO_WORKSPACE" in done.err
    assert len(emulator.control.requests) == before
    assert json.loads(connected(f"call action.create_feed_token {line} --workspace {workspace}").out)["wsToken"]


def test_nested_models_lists_and_files(connected: Cli, emulator: Emulator) -> None:
    """Objects are JSON or @FILE, lists repeat the option or hold an array, and a whole body comes from stdin."""
    owner, fund, _ = wallet(connected)
    Path("wallets.json").write_text('[{"name": "a", "asset": "BTC-TESTNET"}, {"name": "b", "asset": "ETH-TESTNET"}]')
    place = f"--company-id {owner} --fund-id {fund} --json"
    done = connected(f"call fund.add_wallets {place} --wallets @wallets.json")
    assert len(json.loads(done.out)["wallets"]) == 2, done.err
    done = connected(f"call fund.add_assets {place} --assets ETH-GOERLI --assets BTC")
    assert done.code in {0, 4}
    body = '{"asset": "BTC-TESTNET", "address": "tb1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh", "name": "cold"}'
    done = connected(f"call fund.add_to_whitelist {place} --body -", stdin=body)
    assert done.code == 0, done.err


def test_amounts_stay_exact(connected: Cli, emulator: Emulator) -> None:
    """A balance beyond what a double holds is printed digit for digit, for people and for programs."""
    owner, fund, wallet_id = wallet(connected)
    emulator.control.credit(wallet_id, 9_007_199_254_740_993)
    for options, text in (("", "9,007,199,254,740,993"), ("--raw", "9007199254740993"), ("--json", "9007199254740993")):
        assert text in connected(f"call fund.get --company-id {owner} --fund-id {fund} {options}").out


def test_all_pages_are_read_with_progress(connected: Cli, emulator: Emulator) -> None:
    """`iter_` prints one JSON object per row as it comes, and plain lines of progress where stderr is no terminal."""
    owner, fund, wallet_id = wallet(connected)
    for amount in range(1, 251):
        emulator.control.credit(wallet_id, amount)
    done = connected(f"call fund.iter-ledger --company-id {owner} --fund-id {fund} --json")
    assert sorted(json.loads(line)["netAmount"] for line in done.out.splitlines()) == list(range(1, 251))
    assert done.err.splitlines() == [
        "qredo: fund.iter_ledger: 100 items so far",
        "qredo: fund.iter_ledger: 200 items so far",
        "qredo: fund.iter_ledger: 250 items",
    ]
    done = connected(f"call fund.iter_ledger --company-id {owner} --fund-id {fund} --offset 248")
    assert len(done.out.splitlines()) == 4


def test_operations_are_listed_and_searched(qredo: Cli) -> None:
    """The list has every version; words narrow it down; --json is for programs."""
    rows = json.loads(qredo("call --list --json").out)
    listed = Counter(row["api"] for row in rows if ".iter_" not in row["operation"])
    assert listed == {api: path.read_text().count("operationId:") for api, path in DESCRIPTIONS.items()}
    assert [row["operation"] for row in rows if row["api"] == API and ".iter_" in row["operation"]] == [
        "fund.iter_ledger"
    ]
    found = json.loads(qredo("call --list whitelist withdrawals --api qredo_partner_v1_1 --json").out)
    assert {"operation": "fund.add_to_whitelist", "method": "POST"}.items() <= found[0].items()
    done = qredo("call --list nothing-like-it")
    assert (done.code, done.out) == (2, "")


def test_the_list_has_one_line_for_each_operation(qredo: Cli) -> None:
    """Operations are grouped by API and tag, one line each, with one more for all pages of one that has pages."""
    text = DESCRIPTIONS["qredo_partner_v1_1"].read_text(encoding="utf-8")
    lines = qredo("call --list --api qredo_partner_v1_1").out.splitlines()
    assert lines[0] == "qredo_partner_v1_1:"
    assert len([line for line in lines if line.startswith("  ")]) == text.count("operationId:") + text.count(
        "x-pagination:"
    )
    tags = [line.split(".")[0].strip() if line else "" for line in lines[1:]]
    assert [tag for tag, _ in itertools.groupby(tags) if tag] == list(dict.fromkeys(tag for tag in tags if tag))


def test_the_list_begins_with_what_is_named_so(qredo: Cli) -> None:
    """Operations whose name has the words come before those that have them elsewhere."""
    found = qredo("call --list wallet --api qredo_partner_v1_1").out.splitlines()[1:]
    names = [line.split()[0] for line in found if line]
    is_named = ["wallet" in name for name in names]
    assert is_named == sorted(is_named, reverse=True)
    assert {True, False} == set(is_named)


def test_help_tells_what_the_description_says(qredo: Cli) -> None:
    """The help of an operation has its text, its options with types and required marks, and an example."""
    done = qredo("call asset.calculate-fees --api qredo_partner_v1_1 --help")
    assert done.code == 0
    for text in ("POST /fees", "--type", "withdraw|transferOut|swap", "INT", "[required]", "--body"):
        assert text in done.out
    assert "qredo call asset.calculate_fees --api qredo_partner_v1_1 --type" in done.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("company.creat", "did you mean company.create"),
        ("company.creat --api qredo_v1", "there is no operation 'company.creat' (looked in qredo_v1)"),
        ("balance.get --api qredo_partner_v1_1", "it is in qredo_v1: choose with --api"),
        ("nothing", "qredo call --list"),
        ("", "which operation?"),
        ("company.create --naem x", "--naem"),
        ("company.create", "needs --name"),
        ("company.get", "--company-id"),
        ("company.create --name x --api nonsense", "no API package"),
        ("company.create --name x --body {}", "--name cannot be given with it"),
        ("company.create --body {", "--body is not JSON"),
        ("company.create --body []", "an object"),
        ("company.create --body @nowhere.json", "nowhere.json cannot be read"),
        ("company.create --body '{\"name\": 1}'", "CompanyCreate.name"),
        ("asset.calculate_fees --type swap --asset BTC --amount 1.5", "'1.5' is not a whole number"),
        ("asset.calculate_fees --type swap --asset BTC --amount 1e3", "'1e3' is not a whole number"),
        ("fund.add_wallets --company-id c --fund-id f --wallets main", "--wallets is not JSON"),
        ('transfer.create --company-id c --body \'{"send": {"amount": 1.0}}\'', "Transfer"),
        (
            "transfer.create --company-id c --wallet-id w --counterparty-wallet-address a --expires 1 --send 5",
            "give the object as JSON or @FILE",
        ),
        ("transaction.open_feed", "qredo feed transactions"),
        ("company.get --company-id ..", "company_id is '..'"),
        ("fund.iter_ledger --company-id c --fund-id ''", "fund_id is ''"),
    ],
)
def test_bad_calls_are_not_sent(connected: Cli, emulator: Emulator, arguments: str, text: str) -> None:
    """Each mistake is an error of at most two lines with exit code 2, and no request is sent."""
    api = "" if "transaction" not in arguments else "--api qredo_v1"
    done = connected(f"call {arguments} {api}")
    assert (done.code, done.out) == (2, "")
    assert text in done.err
    assert len(done.err.splitlines()) <= 2
    assert emulator.control.requests == ()


def test_an_amount_with_a_fraction_is_never_rounded(connected: Cli, emulator: Emulator) -> None:
    """A float in an object is rejected where an integer belongs, also when it is whole."""
    send = '{"symbol": "BTC-TESTNET", "amount": 100.0}'
    fields = "--wallet-id w --counterparty-wallet-address a --expires 9999999999"
    done = connected(f"call transfer.create --company-id c {fields} --send", send)
    assert (done.code, done.out) == (2, "")
    assert "AssetAmount.amount: expected an integer" in done.err
    assert emulator.control.requests == ()


def test_a_name_in_several_versions_is_ambiguous(connected: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """No version is taken by chance: the error names them all."""
    monkeypatch.delenv("QREDO_API")
    done = connected("call company.search")
    assert (done.code, done.out) == (2, "")
    assert "qredo_partner_v1_0, qredo_partner_v1_1" in done.err
    assert "--api" in done.err
    listed = Counter(row["operation"] for row in json.loads(connected("call --list --json").out))
    alone = next(name for name, count in listed.items() if count == 1)
    assert connected(f"call {alone} --help").code == 0, "one version alone has it, so there is nothing to choose"


def test_a_vendored_copy_is_found_by_its_dotted_name(
    connected: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--api` takes the import name of a package that no entry point names."""
    source = Path(qredo_partner_v1_1.__file__).parent
    shutil.copytree(source, tmp_path / "vendored" / "api", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        done = connected("call asset.get_all --api vendored.api --json")
        doctor = connected("doctor --api vendored.api")
        shown = connected("call asset.get_all --api vendored.api --help")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "vendored"]:
            del sys.modules[name]
    assert (done.code, doctor.code) == (0, 0), done.err + doctor.out
    assert json.loads(done.out)["assets"]
    assert "qredo call asset.get_all --api vendored.api" in shown.out


def test_an_api_that_counts_needs_a_counter(connected: Cli) -> None:
    """1.0 takes --nonces with a start, once; then each call takes the next number, and a second start is an error."""
    call = "call company.search --api qredo_partner_v1_0"
    assert "--nonces" in connected(call).err
    lost = connected(f"{call} --nonces n.db")
    assert (lost.code, lost.out) == (3, "")
    assert "--nonce-start" in lost.err
    assert connected(f"{call} --nonces n.db --nonce-start 5").code == 0
    assert connected(f"{call} --nonces n.db").code == 0
    again = connected(f"{call} --nonces n.db --nonce-start 5")
    assert again.code == 3
    assert "issued 6 last" in again.err


def test_agent_operations_take_a_token(connected: Cli, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token nothing is sent; a file or a variable gives one, and neither key nor signature goes along."""
    done = connected("call signing_agent.get_action --action-id x")
    assert (done.code, done.out) == (3, "")
    assert "--agent-token-file" in done.err
    Path("blank").write_text(" \n")
    monkeypatch.setenv("QREDO_AGENT_TOKEN", " ")
    for options in ("", " --agent-token-file blank"):  # a blank one is none
        assert connected(f"call signing_agent.get_action --action-id x{options}").err == done.err
    monkeypatch.setenv("QREDO_AGENT_TOKEN", b'{"ID": "aWQ="}'.hex())
    assert connected("call signing_agent.get_action --action-id x").code == 4
    assert emulator.control.requests[-1].operation == "signing_agent_get_action"


def test_a_parameter_may_be_called_as_an_option_of_ours(connected: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a description has a field `url`, its option is `--field-url`, and `--url` is still the emulator's."""

    def get_all(self: object, *, url: str | None = None, as_json: str | None = None) -> None:
        """Read it

        `GET /assets`

        Args:
            url: Of something.
        """

    resource = type(qredo_partner_v1_1.Client(None, base_url="").asset)  # type: ignore[arg-type]
    monkeypatch.setattr(resource, "get_all", get_all)
    get_all.__annotations__ = {"url": "str", "as_json": "str"}
    done = connected("call asset.get_all --help")
    assert done.code == 0
    assert "--field-url" in done.out
    assert "Of something." in done.out
    assert "Where the emulator listens." in done.out


class TestOutcomes:
    """Exit codes of calls that fail."""

    def test_a_lost_response_is_an_unknown_outcome(
        self, connected: Cli, serving: Callable[[bytes], FixedServer]
    ) -> None:
        """Exit code 5 and the operation that shows the outcome; the call is not retried."""
        server = serving(b"")
        done = connected(f"call company.create --name x --url {server.url}")
        assert (done.code, done.out) == (5, "")
        assert "qredo call company.search" in done.err
        assert len(server.requests) == 1

    def test_a_rejection_says_how_long_to_wait(self, connected: Cli, serving: Callable[[bytes], FixedServer]) -> None:
        """429 is 4, with the seconds that the service asks for."""
        server = serving(b"HTTP/1.1 429 Slow\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n")
        done = connected(f"call company.create --name x --url {server.url}")
        assert done.code == 4
        assert "wait 90 s" in done.err

    def test_a_failure_of_the_server_is_an_unknown_outcome(
        self, connected: Cli, serving: Callable[[bytes], FixedServer]
    ) -> None:
        """A 500 after a POST may have taken effect; after a GET it cannot."""
        server = serving(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n")
        assert connected(f"call company.create --name x --url {server.url}").code == 5
        assert connected(f"call company.search --url {server.url}").code == 4

    def test_a_failure_with_an_idempotency_key_is_an_unknown_outcome(
        self, connected: Cli, serving: Callable[[bytes], FixedServer]
    ) -> None:
        """A transfer with an idempotency key is 5 as well: a new command line would have another key."""
        server = serving(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n")
        body = {"wallet_id": "w", "counterparty_wallet_address": "a", "expires": 9, "partner_txID": "k-7"}
        body["send"] = {"symbol": "BTC-TESTNET", "amount": 1}
        done = connected(f"call transfer.create --company-id c --url {server.url} --body", json.dumps(body))
        assert done.code == 5
        assert "the idempotency key was k-7" in done.err

    def test_a_response_that_does_not_fit_is_not_lost(
        self, connected: Cli, serving: Callable[[bytes], FixedServer]
    ) -> None:
        """The response is shown unchanged, and the exit code says not to retry."""
        server = serving(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
        done = connected(f"call company.create --name x --json --url {server.url}")
        assert (done.code, done.out) == (7, "[]\n")
        assert "CreateCompanyResponse: expected an object" in done.err

    def test_an_idempotency_key_is_told(self) -> None:
        """The hint names the idempotency key of the request."""
        error = OutcomeUnknownError("?", operation="transfer.create", idempotency_key="k-1", outcome="fund.get_ledger")
        report = report_of(error)
        assert report is not None
        assert report.code == 5
        assert "k-1" in report.hint


class TestConfirmation:
    """Changes on production need a confirmation."""

    @pytest.fixture
    def live(self, keys: Path, server: Emulator, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """A live API key, and an address of production that leads nowhere."""
        shutil.copytree(keys, "live")
        Path("live/apikey").write_text("bGl2ZQ", encoding="utf-8")
        assert Credentials.from_directory("live").kind is KeyKind.UNKNOWN
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("QREDO_ENVIRONMENT", "production")
        monkeypatch.setenv("QREDO_API", "qredo_partner_v1_1")
        monkeypatch.setenv("QREDO_KEYS", "live")

    @pytest.mark.parametrize("call", ["call company.create --name x", "send DELETE /company/x/trustedparty/y"])
    def test_without_a_terminal_yes_must_be_said(self, live: None, qredo: Cli, call: str) -> None:
        """A script that does not say --yes changes nothing on production; with it, the request goes out."""
        rejected = qredo(call)
        assert (rejected.code, rejected.out) == (2, "")
        assert "--yes" in rejected.err
        assert qredo(f"{call} --yes").code == 6, "it was tried, and the proxy is not there"

    def test_a_read_is_not_asked_for(self, live: None, qredo: Cli) -> None:
        """A GET goes out at once."""
        assert qredo("call company.search").code == 6

    def test_elsewhere_nothing_is_asked(self, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """The sandbox and the test keys of production need no confirmation, wherever the key comes from."""

        def must_confirm(environment: str) -> bool:
            return Connection(environment=environment).must_confirm("a transfer")

        assert not must_confirm("sandbox")
        test_key = base64.urlsafe_b64encode(b'{"key_id": "a", "key": "b", "sandbox": true}').decode()
        Path("keys").mkdir()
        Path("keys/apikey").write_text(f"{test_key}\n", encoding="utf-8")
        assert not must_confirm("production_test")
        monkeypatch.setenv("QREDO_API_KEY_FILE", "keys/apikey")
        assert not must_confirm("production_test")
        monkeypatch.delenv("QREDO_API_KEY_FILE")
        monkeypatch.setenv("QREDO_API_KEY", test_key)
        assert not must_confirm("production_test")

    def test_coins_need_a_list_of_assets(self, emulator: Emulator, keys: Path) -> None:
        """The scale of each asset is read from the API if it has a list of assets; otherwise it is not known."""
        where = Environment.emulator(emulator.url)
        with connect(qredo_partner_v1_1.Client, Credentials.from_directory(keys), where) as client:
            assert scales_of(client)["BTC-TESTNET"] == 10**8
        with connect(qredo_v1.Client, HmacCredentials.from_directory(keys / "qredo_v1"), where) as other:
            assert scales_of(other) == {}

    def test_a_key_that_does_not_say_is_taken_for_a_live_one(self, live: None, qredo: Cli) -> None:
        """On the production server, --environment production_test is no way around the question."""
        rejected = qredo("call company.create --name x --environment production_test")
        assert (rejected.code, "--yes" in rejected.err) == (2, True)
        assert qredo("send DELETE /company/x --environment production_test --keys nowhere").code == 2
        assert qredo("call company.create --name x --environment production_test --yes").code == 6
