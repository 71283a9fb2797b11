"""`qredo doctor --shapes FILE`."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from qredo_emulator import Emulator

from .conftest import Cli, Done

PLANTED = "4Xb9-planted-value"


@contextmanager
def service(responses: dict[str, Any]) -> Iterator[str]:
    """A server that responds by the end of the path, and with 403 elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = next((body for end, body in responses.items() if self.path.endswith(end)), None)
            body = json.dumps({"code": 403, "msg": PLANTED} if found is None else found).encode()
            self.send_response(403 if found is None else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def shapes(done: Done) -> tuple[str, str]:
    """Status and text of the check of the shapes, the last one."""
    last = json.loads(done.out)[-1]
    assert last["check"] == "shapes"
    return last["status"], last["found"]


def test_the_emulator_fits(connected: Cli, emulator: Emulator) -> None:
    """Nothing misfits, the report has package, version and date, and is the owner's alone."""
    connected("call company.create --name ACME")
    done = connected("doctor --json --shapes shapes.json")
    assert (done.code, done.err) == (0, "")
    assert shapes(done)[0] == "ok"
    report = json.loads(Path("shapes.json").read_text(encoding="utf-8"))
    assert list(report) == ["package", "version", "date", "rows", "operations"]
    assert (report["package"], report["rows"]) == ("qredo_partner_v1_1", [])
    assert abs(datetime.now(UTC) - datetime.fromisoformat(report["date"])) < timedelta(minutes=5)
    assert {"operation": "company.get", "calls": 1, "errors": {}, "not_tried": ""} in report["operations"]
    assert stat.S_IMODE(Path("shapes.json").stat().st_mode) == 0o600
    assert {record.method for record in emulator.control.requests[2:]} == {"GET"}


@pytest.mark.parametrize("options", ["--api qredo_v1", "--api qredo_partner_v1_0 --nonces n.db --nonce-start 1"])
def test_the_other_apis_fit(connected: Cli, keys: Path, options: str) -> None:
    """The API with a secret and the one with counted nonces are checked too."""
    folder = keys / "qredo_v1" if "qredo_v1" in options else keys
    done = connected(f"doctor --json --shapes shapes.json {options} --keys {folder}")
    assert shapes(done)[0] == "ok", done.out


def test_misfits_are_in_the_file_and_in_the_table(connected: Cli) -> None:
    """Rows are exact, a refusal is counted, it is a warning, and no planted value is in the file or the output."""
    responses = {
        "/assets": {"assets": [{"code": "BTC", "scale": PLANTED}]},
        "/company/search": {"matches": [{"company_id": "C1"}], "total_count": 1},
        "/company/C1": {"name": {"first": PLANTED}},
    }
    with service(responses) as url:
        done = connected(f"doctor --shapes shapes.json --url {url}")
    text = Path("shapes.json").read_text(encoding="utf-8")
    scale = ("asset.get_all", "AssetInfo", "scale", "an integer", "a string")
    name = ("company.get", "Company", "name", "a string", "an object")
    assert [tuple(row.values()) for row in json.loads(text)["rows"]] == [scale, name]
    assert PLANTED not in text + done.out + done.err
    assert "C1" not in text + done.out + done.err
    lines = done.out.splitlines()
    for row in (scale, name):
        assert any(all(cell in line for cell in row) for line in lines)
    assert any("company.search" in line and line.endswith("read") for line in lines)
    assert any("trusted_party.get_all" in line and line.endswith("403: 1 of 1") for line in lines)
    assert any("transfer.get" in line and line.endswith("not tried: no tx_id known") for line in lines)
    assert any(line.startswith("WARN  shapes: ") and "2 mismatches" in line for line in lines)
    assert done.code == 0


def test_a_file_that_cannot_be_written_is_told_before_the_reads(connected: Cli, emulator: Emulator) -> None:
    """A folder that is missing is a problem, and nothing but the usual signed read was sent."""
    done = connected("doctor --json --shapes missing/shapes.json")
    status, text = shapes(done)
    assert (done.code, status) == (1, "problem")
    assert text == "missing/shapes.json cannot be used: No such file or directory"
    assert len(emulator.control.requests) == 2


def test_only_a_regular_file_is_replaced(connected: Cli) -> None:
    """A link is left as it is, and an old report is replaced with the mode of a new one."""
    Path("old.json").write_text("old", encoding="utf-8")
    Path("link.json").symlink_to("old.json")
    assert shapes(connected("doctor --json --shapes link.json"))[0] == "problem"
    assert Path("link.json").is_symlink()
    assert Path("old.json").read_text(encoding="utf-8") == "old"
    assert shapes(connected("doctor --json --shapes old.json"))[0] == "ok"
    assert stat.S_IMODE(Path("old.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in Path().iterdir()) == ["link.json", "old.json"]


def test_without_an_accepted_signature_nothing_is_checked(connected: Cli) -> None:
    """If the signed read fails, the check of the shapes is skipped and no file is written."""
    done = connected("doctor --json --shapes shapes.json --keys nowhere")
    assert shapes(done)[0] == "skipped"
    assert not Path("shapes.json").exists()
