"""Mistakes with keys, credentials, environment variables and signatures."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, HmacCredentials, PrivateKey, sign, units, verify, verify_hmac

from .table import Mistake, Place

__all__ = ["KEYS"]

SMALL = rsa.generate_private_key(65537, 1024)
KEY = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256K1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY, passphrase: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def public_pem() -> bytes:
    return KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def credentials(at: Place, private: bytes | str, api_key: str = "an-api-key", **options: str) -> Credentials:
    at.write("apikey", api_key)
    at.write("private.pem", private)
    return Credentials.from_directory(at.folder, **options)


def forgotten_passphrase(at: Place) -> None:
    at.set(QREDO_PRIVATE_KEY_PASSPHRASE="hunter2")
    credentials(at, pem(passphrase=b"hunter2"))


def another_key(at: Place) -> None:
    theirs = Credentials(at.emulator.credentials.api_key, PrivateKey(KEY))
    with at.connect(Client, theirs, at.emulator.environment) as client:
        client.company.search()


def both_variables(at: Place) -> None:
    at.set(QREDO_API_KEY="hunter2", QREDO_API_KEY_FILE="apikey")
    Credentials.from_environment()


def path_in_the_variable(at: Place) -> None:
    at.set(QREDO_API_KEY="hunter2", QREDO_PRIVATE_KEY="keys/private.pem")
    Credentials.from_environment()


KEYS = (
    Mistake(
        "The folder of the keys is not there",
        lambda at: Credentials.from_directory("no/such/folder"),
        "the API key file no/such/folder/apikey cannot be read",
        f"there is no folder {os.sep}",
        "check the path, and where the program was started",
    ),
    Mistake(
        "The folder holds no apikey",
        lambda at: Credentials.from_directory("."),
        "the API key file apikey cannot be read",
        "there is no apikey in the folder /",
        "check the path",
    ),
    Mistake(
        "A path with ~",
        lambda at: Credentials("an-api-key", Path("~/keys/private.pem")),
        "the key file ~/keys/private.pem",
        "~ is not expanded here",
        f"pass {Path.home()}",
    ),
    Mistake(
        "The path of the key file as a text",
        lambda at: Credentials("an-api-key", "keys/private.pem"),
        "private_key holds no PEM",
        "for the path of a key file",
        "give a pathlib.Path",
    ),
    Mistake(
        "API key and private key are swapped",
        lambda at: Credentials(pem().decode(), at.emulator.credentials.api_key),
        "the API key is a PEM text",
        "are the files of API key and private key swapped?",
        "swapped",
    ),
    Mistake(
        "The files of API key and private key are swapped",
        lambda at: credentials(at, at.emulator.credentials.api_key, "an-api-key"),
        "holds an API key",
        "the key file",
        "are the files of API key and private key swapped?",
    ),
    Mistake(
        "The public key instead of the private one",
        lambda at: credentials(at, public_pem()),
        "holds a public key",
        "which cannot sign",
        "give the private key",
    ),
    Mistake(
        "A key for elliptic curves",
        lambda at: credentials(at, pem(CURVE)),
        "is not an RSA key",
        "the API verifies RSA signatures only",
        "make one with `openssl genrsa 4096`",
    ),
    Mistake(
        "An RSA key that is too short",
        lambda at: credentials(at, pem(SMALL)),
        "has 1024 bits",
        "RSA keys below 2048 bits are not secure",
        "make a new one",
    ),
    Mistake(
        "An encrypted key without its passphrase",
        lambda at: credentials(at, pem(passphrase=b"hunter2")),
        "private.pem is encrypted",
        "give its passphrase",
        "`passphrase=`, or QREDO_PRIVATE_KEY_PASSPHRASE for Credentials.from_environment()",
    ),
    Mistake(
        "An encrypted key, and a variable with the passphrase that is not read",
        forgotten_passphrase,
        "private.pem is encrypted, and",
        "QREDO_PRIVATE_KEY_PASSPHRASE is set, but only Credentials.from_environment() reads it",
        "passphrase=os.environ['QREDO_PRIVATE_KEY_PASSPHRASE']",
    ),
    Mistake(
        "The wrong passphrase",
        lambda at: credentials(at, pem(passphrase=b"another"), passphrase="hunter2"),
        "private.pem could not be decrypted",
        "the passphrase is wrong, or the file is damaged",
        "`openssl pkcs8 -topk8 -v2 aes256` makes a supported one",
    ),
    Mistake(
        "A passphrase for a key that is not encrypted",
        lambda at: credentials(at, pem(), passphrase="hunter2"),
        "a passphrase was given",
        "is not encrypted",
        "leave the passphrase out",
    ),
    Mistake(
        "A key file that was cut off",
        lambda at: credentials(at, pem()[:-20]),
        "private.pem is cut off or damaged",
        "ends with its own END line",
        "Copy the file again",
    ),
    Mistake(
        "An empty API key",
        lambda at: credentials(at, pem(), " \n"),
        "the API key is empty",
        "give the text of the vendor's apikey file",
        "apikey file",
    ),
    Mistake(
        "An API key of two lines",
        lambda at: credentials(at, pem(), "one\ntwo"),
        "the API key holds spaces, line breaks",
        "non-ASCII characters",
        "give its text alone",
    ),
    Mistake(
        "Neither variable of the API key",
        lambda at: Credentials.from_environment(),
        "QREDO_API_KEY",
        "neither is set",
        "QREDO_API_KEY_FILE to the path of a file that holds it",
    ),
    Mistake(
        "Both variables of the API key",
        both_variables,
        "QREDO_API_KEY and QREDO_API_KEY_FILE",
        "are both set",
        "unset the one that you do not mean",
    ),
    Mistake(
        "The path of the key in the variable for its text",
        path_in_the_variable,
        "QREDO_PRIVATE_KEY holds no PEM",
        "for the path of a key file",
        "set QREDO_PRIVATE_KEY_FILE",
    ),
    Mistake(
        "API key and API secret are swapped",
        lambda at: HmacCredentials("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "a2V5"),
        "the API secret is too short",
        "to be one",
        "are API key and API secret swapped?",
    ),
    Mistake(
        "The key of another API key",
        another_key,
        "company.search: HTTP 401",
        "errPartnerAuth (signature)",
        "`qredo doctor` checks clock, path, key pair and environment",
    ),
    Mistake(
        "A key object that can't sign",
        lambda at: Credentials("an-api-key", object()),  # type: ignore[arg-type]
        "an object of the type object cannot sign",
        "cannot sign",
        "give a PrivateKey, PEM text, the path of a PEM file (pathlib.Path)",
    ),
    Mistake(
        "A URL without a path is signed",
        lambda at: sign(PrivateKey(KEY), "1700000000", "https://api.qredo.network", b""),
        "the URL has no path",
        "what goes over the wire has one",
        "write the '/' after the host",
    ),
    Mistake(
        "A body that is no bytes is signed",
        lambda at: sign(PrivateKey(KEY), "1700000000", f"{at.emulator.url}/x", {"a": 1}),  # type: ignore[arg-type]
        "got dict",
        "body must be the bytes that are sent",
        "serialize it once",
    ),
    Mistake(
        "Body and signature are swapped when a signature is verified",
        lambda at: verify(PrivateKey(KEY), "1700000000", f"{at.emulator.url}/x", "c2lnbg", b""),  # type: ignore[arg-type]
        "got bytes",
        "signature must be",
        "the text of the header",
    ),
    Mistake(
        "The bytes of a signature are verified instead of its text",
        lambda at: verify_hmac(b"s", "1700000000", "GET", f"{at.emulator.url}/x", b"", b"x"),  # type: ignore[arg-type]
        "got bytes",
        "signature must be",
        "the text of the header",
    ),
    Mistake(
        "An amount that the asset can't have",
        lambda at: units.from_units("0.000000001", 100_000_000),
        "0.000000001 is",
        "finer than one base unit (scale 100000000)",
        "round it first",
    ),
    Mistake(
        "Coins as a float",
        lambda at: units.from_units(0.1, 100_000_000),  # type: ignore[arg-type]
        "got float",
        "a float is not exact",
        "write Decimal('0.1')",
    ),
)
