"""What a page takes for granted: names that its blocks use and do not make, and things that exist on the emulator."""

from __future__ import annotations

import base64
import json
import shutil
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import AgentInitResponse, NewWallet
from qredo_signing import PrivateKey, connect

from ..unreleased import forget_release
from .blocks import ROOT

__all__ = ["scene", "softhsm_module"]


def scene(page: str, folder: Path, emulator: Emulator) -> dict[str, Any]:
    """Prepare what a page finds, and give the names for its first block. Most pages need none."""
    if page == "docs/keys.md":
        shutil.move(folder / "keys" / "qredo_v1", folder / "keys-v1")
    if page in {"docs/keys.md", "docs/quickstart.md"}:
        shutil.rmtree(folder / "keys")  # the reader makes them
    if page == "docs/signing.md":
        shutil.copytree(ROOT / "spec" / "signing" / "keys", folder / "keys", dirs_exist_ok=True)
    if page == "docs/regenerate.md":
        for name in ("spec/qredo_v1", "generated/qredo_v1"):
            shutil.copytree(ROOT / name, folder / name)
        for name in ("CHANGELOG.md", "README.md", "pyproject.toml", "zensical.toml"):
            shutil.copy(ROOT / name, folder)
        (folder / ".shell").write_text(f"export PYTHONPATH={folder / 'generated'}\n")  # where pip would install from
        forget_release(folder / "spec" / "qredo_v1")  # the page releases it itself
    if page == "docs/vendoring.md":
        (folder / "third_party" / "qredo").mkdir(parents=True)
        for package in (ROOT / "generated" / "qredo_partner_v1_1", ROOT / "signing_plugin" / "qredo_signing"):
            (folder / "third_party" / "qredo" / package.name).symlink_to(package)
    if page == "docs/attempts.md":
        emulator.control.faults.reset(after=True, operation="core_client_approve_action")
        return {"client_id": "A" * 43, "action_id": "A" * 27, **wallets(emulator)}
    if page == "docs/using.md":
        return wallets(emulator)
    if page in {"docs/approvals.md", "docs/upgrade-to-v2.md"}:
        shutil.copytree(folder / "keys" / "qredo_v1", folder / "keys-v2")
        return {"zkp_token": zkp_token, "workspace_id": emulator.workspace_id}
    if page == "docs/keys.md":
        return {"workspace_id": emulator.workspace_id}
    return {"vault": Vault(folder / "keys" / "private.pem")} if page == "docs/hsm.md" else {}


def wallets(emulator: Emulator) -> dict[str, Any]:
    """A company with two wallets, one of them with a balance."""
    with connect(Client, emulator.credentials, emulator.environment) as client:
        company_id = client.company.create(name="Globex").company_id
        made = [NewWallet(name=name, asset="BTC-TESTNET") for name in ("ours", "theirs")]
        fund_id = require(client.fund.create(company_id, name="Treasury", wallets=made).fund_id)
        ours, theirs = (require(one.wallet_id) for one in require(client.fund.get(company_id, fund_id).wallets))
    emulator.control.credit(ours, 1_000_000)
    deadline = emulator.control.now() + 3600
    return {
        "company_id": company_id,
        "treasury_id": fund_id,
        "wallet_id": ours,
        "their_wallet": theirs,
        "deadline": deadline,
    }


def zkp_token(agent: AgentInitResponse) -> str:
    """A token in the form that an agent sends; the emulator does not verify the proof in it."""
    identity = base64.b64encode(bytes.fromhex(require(agent.client_id))).decode()
    return json.dumps({"ID": identity, "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


class Vault:
    """The service that a page names: it signs digests with a key that it keeps."""

    def __init__(self, path: Path) -> None:
        key = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        self._key = key

    def fingerprint(self, name: str) -> str:
        """That of the public key."""
        return PrivateKey(self._key).fingerprint

    def sign_digest(self, name: str, digest: bytes) -> bytes:
        """The signature over a message, given its digest."""
        return self._key.sign(digest, PKCS1v15(), Prehashed(SHA256()))

    async def sign_digest_async(self, name: str, digest: bytes) -> bytes:
        """The same, awaited."""
        return self.sign_digest(name, digest)


def softhsm_module() -> str:
    """Where SoftHSM's library is on this machine; pages show Debian's place."""
    found = shutil.which("softhsm2-util")
    places = Path(found).resolve().parents[1].glob("lib*/**/libsofthsm2.so") if found else iter([])
    return str(next(places, "/usr/lib/softhsm/libsofthsm2.so"))
