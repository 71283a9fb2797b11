"""The file, from cases and keys."""

from __future__ import annotations

import base64
from pathlib import Path

from ._case import Case, Keys
from ._forged import FORGED
from ._invalid import MISWRITTEN, NOT_ON_THE_WIRE, TAMPERED
from ._notes import NOTES
from ._rsa import Key
from ._text import document
from ._valid import VALID

__all__ = ["CASES", "build"]

CASES: tuple[Case, ...] = (*VALID, *TAMPERED, *MISWRITTEN, *NOT_ON_THE_WIRE, *FORGED)
FILES = {"rsa-2048": "test-rsa-2048-pkcs1", "rsa-2048-e3": "test-rsa-2048-e3", "rsa-4096": "test-rsa-4096-pkcs8"}


def build(folder: Path) -> str:
    """Return the text of vectors.json.

    Args:
        folder: The folder `spec/signing`, which has the keys.
    """
    keys = {name: Key(folder / "keys" / f"{file}.pem") for name, file in FILES.items()}
    return document(
        "Signatures of requests to the Qredo Partner API, right and wrong. RULE.md explains the rule, "
        "vectors.schema.json this file. All keys are test keys. Rebuild with: nox -s vectors",
        "RSASSA-PKCS1-v1_5 with SHA-256 over stamp + url + body; base64url without padding",
        NOTES,
        [_describe(case, keys) for case in CASES],
        keys=[_describe_key(name, key) for name, key in keys.items()],
    )


def _describe_key(name: str, key: Key) -> dict[str, object]:
    return {
        "id": name,
        "bits": key.bits,
        "public_exponent": key.exponent,
        "fingerprint": key.fingerprint,
        "public_key_pem": key.public_pem,
        "private_key": f"keys/{FILES[name]}.pem",
    }


def _describe(case: Case, keys: Keys) -> dict[str, object]:
    return {
        "id": case.id,
        "comment": case.comment,
        "key": case.key,
        "stamp": {"kind": case.kind, "text": case.stamp},
        "url": case.url,
        "body": base64.b64encode(case.body).decode(),
        "string_to_sign": base64.b64encode(case.message).decode(),
        "digest": case.digest.hex(),
        "signature": case.signature(keys),
        "result": "valid" if case.sign is None else "invalid",
        "flags": case.flags.split(),
    }
