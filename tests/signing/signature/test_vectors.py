"""The published vectors: one rule, the same bytes and the same verdicts from every implementation."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from qredo_codegen.vectors import __main__ as maker
from qredo_signing import (
    InvalidSignatureError,
    PrivateKey,
    PublicKey,
    UnsignableError,
    explain,
    sign,
    string_to_sign,
    verify,
)

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "spec" / "signing"
FILE = FOLDER / "vectors.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="ascii"))
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
KEYS: dict[str, dict[str, Any]] = {key["id"]: key for key in DOCUMENT["keys"]}
VALID = [vector for vector in VECTORS if vector["result"] == "valid"]
INVALID = [vector for vector in VECTORS if vector["result"] == "invalid"]
ON_THE_WIRE = [vector for vector in VECTORS if "WireForm" not in vector["flags"]]


def each(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    """A test per vector, named by its id."""
    return pytest.mark.parametrize("vector", vectors, ids=[vector["id"] for vector in vectors])


@pytest.fixture(name="private_keys", scope="module")
def _private_keys() -> dict[str, PrivateKey]:
    return {name: PrivateKey.from_pem((FOLDER / key["private_key"]).read_bytes()) for name, key in KEYS.items()}


@pytest.fixture(name="public_keys", scope="module")
def _public_keys() -> dict[str, PublicKey]:
    return {name: PublicKey.from_pem(key["public_key_pem"]) for name, key in KEYS.items()}


@pytest.mark.full  # `nox -s vectors` compares the files each time
@pytest.mark.parametrize("name", ["vectors.json", "hmac-vectors.json"])
def test_the_file_is_what_the_cases_give(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each published file is, byte for byte, what its maker makes; `--check` says so, and fails when it is not."""
    assert maker.main(["--check", "--root", str(ROOT)]) == 0
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "signing").symlink_to(FOLDER)
    copy = tmp_path / "edited" / "spec" / "signing"
    copy.mkdir(parents=True)
    (copy / "keys").symlink_to(FOLDER / "keys")
    for file in FOLDER.glob("*vectors.json"):
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / name).write_bytes((FOLDER / name).read_bytes().replace(b"valid", b"Valid", 1))
    assert maker.main(["--check", "--root", str(tmp_path / "edited")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"spec/signing/{name} is not")
    assert said.count("nox -s vectors") == 1
    assert maker.main(["--root", str(tmp_path / "edited")]) == 0
    assert (copy / name).read_bytes() == (FOLDER / name).read_bytes()


def test_the_file_follows_its_schema() -> None:
    """The file is valid by its schema, and the schema is closed: no object takes or lacks a member."""
    schema = json.loads((FOLDER / "vectors.schema.json").read_text(encoding="ascii"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(DOCUMENT)
    for part in objects(schema):
        closed = part.get("additionalProperties")
        assert closed is False or "propertyNames" in part
        assert set(part.get("required", ())) == set(part.get("properties", ()))


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every schema of an object in a schema."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    here = [schema] if isinstance(schema, dict) and schema.get("type") == "object" else []
    return here + [found for part in inner for found in objects(part)]


def test_what_names_what() -> None:
    """Ids are unique, keys and flags are those that the file describes, each is used, and the numbers agree."""
    assert max(Counter(vector["id"] for vector in VECTORS).values()) == 1
    assert {vector["key"] for vector in VECTORS} == set(KEYS)
    assert {flag for vector in VECTORS for flag in vector["flags"]} == set(DOCUMENT["notes"])
    assert DOCUMENT["number_of_vectors"] == len(VECTORS)
    assert min(len(VALID), len(INVALID)) >= 30


def test_no_case_is_there_twice() -> None:
    """No two cases look the same to a verifier, and no invalid one looks like a valid one."""
    looks = [
        (
            vector["key"],
            vector["stamp"]["kind"],
            vector["stamp"]["text"],
            vector["url"],
            vector["body"],
            vector["signature"],
        )
        for vector in VECTORS
    ]
    assert len(set(looks)) == len(looks)


def test_the_keys_are_what_they_say(private_keys: dict[str, PrivateKey], public_keys: dict[str, PublicKey]) -> None:
    """Public key, private key, length and fingerprint of each key agree, and the files have the same public key."""
    for name, key in KEYS.items():
        assert private_keys[name].public_key == public_keys[name]
        assert (public_keys[name].bits, public_keys[name].fingerprint) == (key["bits"], key["fingerprint"])
        public_file = (FOLDER / key["private_key"]).with_suffix(".public.pem")
        assert public_file.read_text(encoding="ascii") == key["public_key_pem"]


@each(VECTORS)
def test_the_parts_agree(vector: dict[str, Any]) -> None:
    """The string to sign is stamp, URL and body with nothing between them, and the digest is its SHA-256."""
    stamp, url, body = inputs(vector)
    message = stamp.encode() + url.encode() + body
    assert base64.b64decode(vector["string_to_sign"], validate=True) == message
    assert vector["digest"] == hashlib.sha256(message).hexdigest()


@each(VALID)
def test_sign(vector: dict[str, Any], private_keys: dict[str, PrivateKey]) -> None:
    """`sign` makes the published signature."""
    assert sign(private_keys[vector["key"]], *inputs(vector)) == vector["signature"]


@each(VECTORS)
def test_verify(vector: dict[str, Any], public_keys: dict[str, PublicKey]) -> None:
    """`verify` takes what is valid and refuses what is not; `explain` shows the digest and judges alike."""
    stamp, url, body = inputs(vector)
    key = public_keys[vector["key"]]
    if vector["result"] == "valid":
        verify(key, stamp, url, body, vector["signature"])
    else:
        with pytest.raises(InvalidSignatureError):
            verify(key, stamp, url, body, vector["signature"])
    explanation = explain(key, stamp, url, body, vector["signature"])
    assert (explanation.digest, explanation.body_length) == (vector["digest"], len(body))
    assert explanation.key_fingerprint == KEYS[vector["key"]]["fingerprint"]
    assert explanation.valid is (vector["result"] == "valid")


@each(VECTORS)
def test_string_to_sign(vector: dict[str, Any]) -> None:
    """`string_to_sign` gives the published bytes, and refuses what never goes over the wire."""
    if "WireForm" in vector["flags"]:
        with pytest.raises(UnsignableError):
            string_to_sign(*inputs(vector))
    else:
        assert string_to_sign(*inputs(vector)) == base64.b64decode(vector["string_to_sign"])


@pytest.mark.needs("openssl", "awk")
def test_openssl_agrees(tmp_path: Path) -> None:
    """openssl makes every valid signature, takes it, and refuses every invalid one that a request can have."""
    for vector in ON_THE_WIRE:
        folder = tmp_path / vector["id"]
        folder.mkdir()
        (folder / "message").write_bytes(base64.b64decode(vector["string_to_sign"]))
        (folder / "signature").write_bytes(vector["signature"].encode())
        (folder / "length").write_text(str(KEYS[vector["key"]]["bits"] // 8))
        (folder / "public.pem").write_text(KEYS[vector["key"]]["public_key_pem"])
        if vector in VALID:
            (folder / "private.pem").symlink_to(FOLDER / KEYS[vector["key"]]["private_key"])
    script = Path(__file__).with_name("vectors_openssl.sh")
    command = ["sh", str(script), *(str(tmp_path / vector["id"]) for vector in ON_THE_WIRE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split(" ") for line in done.stdout.splitlines()]
    results = {Path(folder).name: (result, signature) for folder, result, signature in lines}
    assert {name: result for name, (result, _) in results.items()} == {v["id"]: v["result"] for v in ON_THE_WIRE}
    assert {vector["id"]: results[vector["id"]][1] for vector in VALID} == {v["id"]: v["signature"] for v in VALID}


@pytest.mark.needs("node")
def test_node_agrees() -> None:
    """Node makes every digest and every valid signature from stamp, URL and body, and judges as the file says."""
    command = ["node", str(Path(__file__).with_name("vectors_node.js")), str(FILE)]
    results = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert {name: found["result"] for name, found in results.items()} == {v["id"]: v["result"] for v in VECTORS}
    assert {name: found["digest"] for name, found in results.items()} == {v["id"]: v["digest"] for v in VECTORS}
    assert {v["id"]: results[v["id"]]["signature"] for v in VALID} == {v["id"]: v["signature"] for v in VALID}
    assert {name for name, found in results.items() if found["signature"] is None} == {
        vector["id"] for vector in VECTORS if "WireForm" in vector["flags"]
    }


def test_the_worked_example() -> None:
    """Every byte that RULE.md shows is that of the vector which it names."""
    text = (FOLDER / "RULE.md").read_text(encoding="utf-8")
    (vector,) = [vector for vector in VECTORS if vector["id"] == "worked-example"]
    blocks = dict(re.findall(r"<!-- (\w+) -->\n+```\w*\n(.*?)```", text, re.DOTALL))
    message = base64.b64decode(vector["string_to_sign"])
    digest = hashlib.sha256(message).digest()
    content = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    raw = base64.urlsafe_b64decode(vector["signature"] + "==")
    assert dumped(blocks["message"]) == message
    assert bytes.fromhex(blocks["digest"]) == digest
    assert bytes.fromhex(blocks["content"]) == content
    assert bytes.fromhex(blocks["block"]) == b"\0\1" + b"\xff" * (256 - 3 - len(content)) + b"\0" + content
    assert bytes.fromhex(blocks["raw"]) == raw
    assert "".join(blocks["text"].split()) == vector["signature"]
    for part in (vector["stamp"]["text"], vector["url"], base64.b64decode(vector["body"]).decode()):
        assert f"`{part}`" in text


def dumped(block: str) -> bytes:
    """The bytes of a hex dump with offsets and characters."""
    return b"".join(bytes.fromhex(line[6:54]) for line in block.splitlines())


def inputs(vector: dict[str, Any]) -> tuple[str, str, bytes]:
    """Stamp, URL and body."""
    return vector["stamp"]["text"], vector["url"], base64.b64decode(vector["body"])
