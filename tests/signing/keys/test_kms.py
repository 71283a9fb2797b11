"""The example of a key in AWS KMS: boto3's own client, with botocore's stub in the place of the network."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from qredo_signing import Credentials, KeyLoadError, PrivateKey, explain, sign

from ..conftest import KEYS
from ..doubles import make_api_key

boto3 = pytest.importorskip("boto3", reason="needs boto3")
stub = pytest.importorskip("botocore.stub", reason="needs botocore")

EXAMPLE = Path(__file__).parents[3] / "examples" / "aws_kms.py"
KEY_ID = "alias/qredo"
URL = "https://sandbox-api.qredo.network/api/v1/p/company"


@pytest.fixture(name="rsa", scope="module")
def _rsa(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey)
    return key


@pytest.fixture(name="kms", scope="module")
def _kms() -> Any:
    names = {"aws_access_key_id": "made-up", "aws_secret_access_key": "made-up"}
    return boto3.session.Session().client("kms", region_name="eu-central-1", **names)


@pytest.fixture(name="kms_signer_class", scope="module")
def _kms_signer_class() -> Any:
    """The class of the example, which is no package."""
    spec = importlib.util.spec_from_file_location("aws_kms", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.KmsSigner


def der(key: Any) -> bytes:
    """The public half, as KMS gives it."""
    public: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public


@pytest.mark.parametrize("length", [0, 100, 4096, 20_000])
def test_kms_signs_the_digest(
    kms: Any, kms_signer_class: Any, rsa: RSAPrivateKey, key: PrivateKey, length: int
) -> None:
    """KMS is asked for an RSASSA-PKCS1-v1_5-SHA256 signature over a digest, whatever the message's length, and what
    it answers is the signature that the same key makes in memory."""
    body = b"x" * length
    digest = hashlib.sha256(f"1700000000{URL}".encode() + body).digest()
    with stub.Stubber(kms) as answers:
        answers.add_response("get_public_key", {"PublicKey": der(rsa)}, {"KeyId": KEY_ID})
        answers.add_response(
            "sign",
            {"Signature": rsa.sign(digest, PKCS1v15(), Prehashed(SHA256()))},
            {
                "KeyId": KEY_ID,
                "Message": digest,
                "MessageType": "DIGEST",
                "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
            },
        )
        signer = kms_signer_class(kms, KEY_ID)
        signature = sign(signer, "1700000000", URL, body)
        answers.assert_no_pending_responses()
    assert signature == sign(key, "1700000000", URL, body)
    assert explain(signer, "1700000000", URL, body, signature).valid is True


def test_the_signer_prints_as_its_fingerprint(kms: Any, kms_signer_class: Any, rsa: RSAPrivateKey) -> None:
    """Credentials with a key in KMS name it by the fingerprint that the same key has in memory."""
    with stub.Stubber(kms) as answers:
        answers.add_response("get_public_key", {"PublicKey": der(rsa)})
        credentials = Credentials(make_api_key(), kms_signer_class(kms, KEY_ID))
    in_memory = PrivateKey.from_pem((KEYS / "test-rsa-2048-pkcs1.pem").read_bytes())
    assert in_memory.fingerprint in repr(credentials)


def test_a_key_that_is_not_rsa(kms: Any, kms_signer_class: Any) -> None:
    """A KMS key of another kind is refused when the signer is made."""
    with stub.Stubber(kms) as answers:
        answers.add_response("get_public_key", {"PublicKey": der(generate_private_key(SECP256R1()))})
        with pytest.raises(KeyLoadError, match="not an RSA key"):
            kms_signer_class(kms, KEY_ID)


def test_the_example_is_short() -> None:
    """The example stays under 60 lines."""
    assert len(EXAMPLE.read_text().splitlines()) < 60
