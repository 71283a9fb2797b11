"""What our signing is measured beside: an API key that an emulator takes, a signature stubbed, the leanest auth."""

from __future__ import annotations

import base64
import time
from collections.abc import Generator
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

__all__ = ["API_KEY", "LeanAuth", "Stub", "write_credentials"]

API_KEY = base64.urlsafe_b64encode(b'{"key_id":"benchmark","key":"benchmark","issuer":"qredo-emulator"}').decode()


class Stub:
    """Signs nothing."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature that is none."""
        return b"\0" * 256


class LeanAuth(httpx.Auth):
    """Signs, and does nothing else; without a key, not even that."""

    def __init__(self, key: rsa.RSAPrivateKey | None) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request."""
        stamp = str(int(time.time()))
        signature = b"\0" * 256
        if self._key:
            signature = self._key.sign(
                stamp.encode() + str(request.url).encode() + request.content, PKCS1v15(), SHA256()
            )
        request.headers["x-api-key"] = API_KEY
        request.headers["x-timestamp"] = stamp
        request.headers["x-sign"] = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        yield request


def write_credentials(folder: Path) -> Path:
    """Write the API key and a fresh RSA-2048 key into a folder as users have it; return the private key's path."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    files = {
        "apikey": API_KEY.encode(),
        "private.pem": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    return folder / "private.pem"
