"""Calls every operation of vendored packages: run as a program in an empty project, where nothing else can be found.

python caller.py PREFIX PLAN_JSON -> a line of JSON for each call: package, operation, and what went wrong or null.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any


def agent_token() -> str:
    """A token of the form that agents send; an emulator takes any that is well formed and fresh."""
    return json.dumps({"ID": "aWQ=", "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


def client_of(package: Any, signing: Any, plan: dict[str, Any], nonces: Any) -> Any:
    """A client of one package, by the plugin that lies beside it."""
    environment = signing.Environment.emulator(plan["url"])
    if package.Client.SECURITY != "partner_signature":
        secret = signing.HmacCredentials.from_directory(Path(plan["keys"]) / "qredo_v1")
        workspace = {"workspace_id": plan["workspace"]} if package.Client.SECURITY == "qredo_token" else {}
        return signing.connect(package.Client, secret, environment, **workspace)
    credentials = signing.Credentials.from_directory(plan["keys"])
    options: dict[str, Any] = {"agent_token": agent_token}
    if package.Client.NONCE_RULE == "counter":
        options = {"nonces": nonces, "stamp": "nonce"}
    return signing.connect(package.Client, credentials, environment, **options)


def call(package: Any, client: Any, operation: dict[str, Any]) -> str | None:
    """Make one call; what went wrong, or None."""
    keywords = dict(operation["query"])
    if operation["model"]:
        keywords["body"] = getattr(package.models, operation["model"]).from_dict(operation["body"])
    method = getattr(getattr(client.with_raw_response, operation["tag"]), operation["verb"])
    try:
        raw = method(*operation["path"], **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    sent = raw.response.request
    if sent.content and json.loads(sent.content) != operation["body"]:
        return f"sent {sent.content!r}"
    if raw.parsed is not None and plain(raw.parsed) != json.loads(raw.response.content, parse_float=Decimal):
        return f"parsed {raw.parsed!r}"
    return None


def plain(parsed: Any) -> Any:
    """The JSON of a model, or of a list of them."""
    return [one.to_dict() for one in parsed] if isinstance(parsed, list) else parsed.to_dict()


def main() -> None:
    """Call all that the plan lists."""
    prefix, plan = sys.argv[1], json.loads(sys.argv[2])
    signing = importlib.import_module(f"{prefix}.qredo_signing")
    with tempfile.TemporaryDirectory() as scratch:
        nonces = signing.SQLiteNonces(Path(scratch) / "nonces.db", rule="counter")
        nonces.initialise(1)
        for name, operations in plan["packages"].items():
            package = importlib.import_module(f"{prefix}.{name}")
            with client_of(package, signing, plan, nonces) as client:
                for operation in operations:
                    print(json.dumps([name, operation["id"], call(package, client, operation)]))
    strangers = sorted(name for name in sys.modules if name.startswith("qredo_"))
    print(json.dumps(["", "installed packages that were loaded", ", ".join(strangers) or None]))


if __name__ == "__main__":
    main()
