"""The published vectors: one rule, the same bytes from every implementation."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from qredo_signing import PrivateKey, PublicKey, explain, sign, verify

from . import make_vectors

DOCUMENT: dict[str, Any] = json.loads(make_vectors.FILE.read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
KEYS: dict[str, dict[str, Any]] = {key["id"]: key for key in DOCUMENT["keys"]}

NODE = """
const { createSign, createHash } = require("crypto");
const { readFileSync } = require("fs");
const { dirname, join } = require("path");
const file = process.argv[1];
const document = JSON.parse(readFileSync(file, "utf8"));
const keys = Object.fromEntries(document.keys.map(
  (key) => [key.id, readFileSync(join(dirname(file), key.private_key))]));
const results = document.vectors.map((vector) => {
  const message = Buffer.concat(
    [Buffer.from(vector.stamp.text), Buffer.from(vector.url), Buffer.from(vector.body, "base64")]);
  return [vector.id, {
    digest: createHash("sha256").update(message).digest("hex"),
    signature: createSign("sha256").update(message).sign(keys[vector.key], "base64url"),
  }];
});
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
"""

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])


@pytest.fixture(name="private_keys", scope="module")
def _private_keys() -> dict[str, PrivateKey]:
    return {name: PrivateKey.from_pem(_file(key["private_key"]).read_bytes()) for name, key in KEYS.items()}


@pytest.fixture(name="public_keys", scope="module")
def _public_keys() -> dict[str, PublicKey]:
    return {name: PublicKey.from_pem(_file(key["public_key"]).read_bytes()) for name, key in KEYS.items()}


def test_the_file_is_what_the_cases_give() -> None:
    """The published file is, byte for byte, what its generator makes."""
    assert make_vectors.FILE.read_text() == make_vectors.build(), "run python tests/signing/make_vectors.py"


def test_there_are_enough_and_each_is_named_once() -> None:
    """There are at least 24 vectors, no two of which share an id or a string to sign under one key."""
    assert len(VECTORS) >= 24
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)
    assert len({(vector["key"], vector["string_to_sign"]) for vector in VECTORS}) == len(VECTORS)


@each_vector
def test_sign(vector: dict[str, Any], private_keys: dict[str, PrivateKey]) -> None:
    """`sign` makes the published signature."""
    assert sign(private_keys[vector["key"]], *_inputs(vector)) == vector["signature"]


@each_vector
def test_verify(vector: dict[str, Any], public_keys: dict[str, PublicKey]) -> None:
    """`verify` accepts the published signature with the published public key."""
    verify(public_keys[vector["key"]], *_inputs(vector), vector["signature"])


@each_vector
def test_explain(vector: dict[str, Any], public_keys: dict[str, PublicKey]) -> None:
    """`explain` shows the published digest and fingerprint, and judges the signature."""
    stamp, url, body = _inputs(vector)
    explanation = explain(public_keys[vector["key"]], stamp, url, body, vector["signature"])
    assert (explanation.stamp, explanation.url, explanation.body_length) == (stamp, url, len(body))
    assert explanation.digest == vector["digest"]
    assert explanation.key_fingerprint == KEYS[vector["key"]]["fingerprint"]
    assert explanation.valid is True


@each_vector
def test_string_to_sign(vector: dict[str, Any]) -> None:
    """The string to sign is stamp, URL and body with nothing between them."""
    stamp, url, body = _inputs(vector)
    assert base64.b64decode(vector["string_to_sign"]) == stamp.encode() + url.encode() + body


@pytest.mark.needs("openssl")
@each_vector
def test_openssl_makes_the_same_signature(vector: dict[str, Any]) -> None:
    """`openssl dgst -sha256 -sign` makes the published signature."""
    command = ["openssl", "dgst", "-sha256", "-sign", str(_file(KEYS[vector["key"]]["private_key"]))]
    message = base64.b64decode(vector["string_to_sign"])
    raw = subprocess.run(command, input=message, capture_output=True, check=True).stdout
    assert base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == vector["signature"]


@pytest.mark.needs("node")
def test_node_makes_the_same_signatures() -> None:
    """Node's crypto module makes every published digest and signature from stamp, URL and body."""
    command = ["node", "-e", NODE, str(make_vectors.FILE)]
    results = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    published = {vector["id"]: {name: vector[name] for name in ("digest", "signature")} for vector in VECTORS}
    assert results == published


def _file(name: str) -> Path:
    return make_vectors.FOLDER / name


def _inputs(vector: dict[str, Any]) -> tuple[str, str, bytes]:
    return vector["stamp"]["text"], vector["url"], base64.b64decode(vector["body"])
