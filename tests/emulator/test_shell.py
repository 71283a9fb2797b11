"""The vendor's way of calling: openssl and curl in a shell."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from qredo_emulator import Emulator, Settings

SCRIPT = r"""
set -euo pipefail
body='{"name":"Société Générale"}'
stamp=$(date +%s)
sign=$(printf '%s%s%s' "$stamp" "$url" "$body" |
    openssl dgst -sha256 -sign "$keys/private.pem" | openssl base64 -A | tr '+/' '-_' | tr -d '=')
curl --silent --show-error --write-out '\n%{http_code}' "$url" --data-binary "$body" -H 'Content-Type:' \
    -H "X-API-KEY: $(cat "$keys/apikey")" -H "x-timestamp: $stamp" -H "x-sign: $sign"
"""


@pytest.mark.needs("bash", "openssl", "curl")
@pytest.mark.parametrize("base", ["/api/v1/p", "/qapi/v1/p", "/qredo_partner_v1_1/api/v1/p"])
def test_a_request_signed_by_openssl_and_sent_by_curl_is_accepted(tmp_path: Path, base: str) -> None:
    """A shell's request, with the emulator's key files and without a Content-Type, creates a company."""
    with Emulator(Settings(check_responses=True), keys=tmp_path) as emulator:
        environ = {
            "url": f"{emulator.url}{base}/company",
            "keys": str(tmp_path),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        }
        done = subprocess.run(
            ["bash", "-c", SCRIPT], env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        [record] = emulator.control.requests
    body, status = done.stdout.rsplit("\n", 1)
    assert status == "200", body
    assert len(json.loads(body)["company_id"]) == 27
    assert (record.operation, record.verified) == ("company_create", True)
