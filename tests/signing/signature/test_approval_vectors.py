"""The published vectors of approvals: the file is what its maker makes, and keys and signatures agree with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from qredo_codegen.vectors import __main__ as maker
from qredo_codegen.vectors import _approvals, _bls
from qredo_signing import ApprovalKey, InvalidSignatureError, verify_approval

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "spec" / "signing"
DOCUMENT: dict[str, Any] = json.loads((FOLDER / "approval-vectors.json").read_text(encoding="ascii"))
SCHEMA: dict[str, Any] = json.loads((FOLDER / "approval-vectors.schema.json").read_text(encoding="ascii"))
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
KEYS: dict[str, dict[str, str]] = {key["id"]: key for key in DOCUMENT["keys"]}
VALID = [vector for vector in VECTORS if vector["result"] == "valid"]
INVALID = [vector for vector in VECTORS if vector["result"] == "invalid"]
PAGE = (FOLDER / "APPROVALS.md").read_text(encoding="utf-8")


def each(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    """A test per vector, named by its id."""
    return pytest.mark.parametrize("vector", vectors, ids=[vector["id"] for vector in vectors])


@pytest.mark.full  # `nox -s vectors` compares the files each time
def test_the_file_is_what_its_maker_makes(capsys: pytest.CaptureFixture[str]) -> None:
    """The published file is, byte for byte, what its maker makes, and the command checks it with the others."""
    assert (FOLDER / "approval-vectors.json").read_text(encoding="ascii") == _approvals.build()
    assert maker.main(["--check", "--root", str(ROOT)]) == 0
    assert f"spec/signing/approval-vectors.json: {len(VECTORS)} vectors" in capsys.readouterr().out


def test_the_file_follows_its_schema() -> None:
    """The file is valid by its schema, which is closed, and its counts, ids and flags are consistent."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(DOCUMENT)
    assert SCHEMA["additionalProperties"] is False
    assert DOCUMENT["number_of_vectors"] == len(VECTORS)
    assert max(Counter(vector["id"] for vector in VECTORS).values()) == 1
    assert {flag for vector in VECTORS for flag in vector["flags"]} == DOCUMENT["notes"].keys()
    assert {key for vector in VECTORS for key in vector["keys"]} <= KEYS.keys()


@pytest.mark.parametrize("name", KEYS)
def test_a_seed_gives_its_keys(name: str) -> None:
    """Both public halves come out of the seed."""
    given = KEYS[name]
    public = ApprovalKey.from_seed(bytes.fromhex(given["seed"])).public_keys_hex
    assert (public.bls, public.ec) == (given["bls_public_key"], given["ec_public_key"])


@each([vector for vector in VALID if len(vector["keys"]) == 1])
def test_the_right_signature_is_made(vector: dict[str, Any]) -> None:
    """The key of a valid case makes exactly its signature."""
    key = ApprovalKey.from_seed(bytes.fromhex(KEYS[vector["keys"][0]]["seed"]))
    assert key.sign(bytes.fromhex(vector["message"])) == vector["signature"]


@each(VALID)
def test_valid_signatures_verify(vector: dict[str, Any]) -> None:
    """Every valid case verifies, sums as well."""
    verify_approval(vector["bls_public_key"], bytes.fromhex(vector["message"]), vector["signature"])


@each(INVALID)
def test_invalid_signatures_are_refused(vector: dict[str, Any]) -> None:
    """Every invalid case is refused."""
    with pytest.raises(InvalidSignatureError):
        verify_approval(vector["bls_public_key"], bytes.fromhex(vector["message"]), vector["signature"])


def test_the_published_sums() -> None:
    """The sums that the vendor publishes, here by their SHA-256, come out of the two keys and signatures."""
    (vector,) = [vector for vector in VECTORS if vector["id"] == "golden-sum"]
    digests = [hashlib.sha256(bytes.fromhex(vector[name])).hexdigest() for name in ("bls_public_key", "signature")]
    assert digests == [
        "fe4be5ba5c7cebb7ebf4371c53d7a0636689e910adeb4193fe01b885f77ceb76",
        "db5594e61b9b918d2e2790ffb3f88d62807f9017bfbf3cf45ec108afba7d831d",
    ]


def test_the_makers_arithmetic_is_that_of_the_curve() -> None:
    """The generator is on the curve and has the group's order, and the cofactor leads into the group."""
    assert _bls.G2 is not None
    x, y = _bls.G2
    four = _bls.F2(4, 4)
    assert y * y == x * x * x + four
    assert _bls.multiply(_bls.G2, _bls.ORDER) is None
    assert _bls.multiply(_bls.hash_to_point(b"any"), _bls.ORDER) is None
    assert _bls.multiply(_bls.on_curve_from(7), _bls.ORDER) is not None


def test_the_page_shows_the_vectors() -> None:
    """The worked example of APPROVALS.md is the case golden-1, and the page counts the cases."""
    (vector,) = [vector for vector in VECTORS if vector["id"] == "golden-1"]
    blocks = dict(re.findall(r"<!-- (\w+) -->\n\n```text\n(.*?)```", PAGE, re.DOTALL))
    shown = {name: "".join(text.split()) for name, text in blocks.items()}
    key = KEYS["vendor-1"]
    hashed = _bls.hash_to_point(b"test message")
    assert hashed is not None
    assert shown["shake"] == hashlib.shake_256(b"test message").hexdigest(48)
    assert shown["hashed"] == f"{hashed[0].a:096x}{hashed[1].a:096x}"
    assert shown["seed"] == key["seed"]
    assert shown["private"] == key["bls_private_key"]
    assert shown["public"] == key["bls_public_key"]
    assert shown["signature"] == vector["signature"]
    assert f"has {len(VECTORS)} cases" in PAGE
