"""Sign with an RSA key that never leaves AWS KMS (key usage SIGN_VERIFY, key spec RSA_2048 or larger).

    pip install boto3
    QREDO_API_KEY_FILE=keys/apikey python examples/aws_kms.py alias/qredo

Upload the key's public half (`aws kms get-public-key`) as the vendor's guide has it for a key made by openssl.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, KeyLoadError, PublicKey, connect


class KmsSigner:
    """What `Credentials` takes for a private key: an object that signs. Clients of boto3 are safe between threads."""

    def __init__(self, kms: Any, key_id: str) -> None:
        public = load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
        if not isinstance(public, RSAPublicKey):
            raise KeyLoadError(f"the KMS key {key_id} is not an RSA key, which the signing rule needs")
        self.public_key = PublicKey(public)
        self.fingerprint = self.public_key.fingerprint  # named in messages and by explain()
        self._kms, self._key_id = kms, key_id

    def sign(self, message: bytes, /) -> bytes:
        """Hash here and sign there: as a message, KMS would take 4,096 bytes at most."""
        response = self._kms.sign(
            KeyId=self._key_id,
            Message=hashlib.sha256(message).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        return bytes(response["Signature"])


def main() -> None:
    """List the assets. With an AsyncClient give `connect` `offload=True`: KMS is a call over the network."""
    signer = KmsSigner(boto3.client("kms"), sys.argv[1])
    credentials = Credentials(Path(os.environ["QREDO_API_KEY_FILE"]).read_text(), signer)
    with connect(Client, credentials, Environment.SANDBOX) as client:
        print(client.asset.get_all())


if __name__ == "__main__":
    main()
