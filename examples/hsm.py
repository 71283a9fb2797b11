"""Sign with a key that never leaves a hardware module, through PKCS#11; here with SoftHSM.

    softhsm2-util --init-token --free --label qredo --pin 1234 --so-pin 5678
    openssl pkcs8 -topk8 -nocrypt -in keys/private.pem -out private.p8      # the emulator knows this key; a real
    softhsm2-util --import private.p8 --token qredo --label api --id 01 --pin 1234      # one is made in the module
    rm private.p8

    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    export QREDO_API_KEY_FILE=keys/apikey PKCS11_PIN_FILE=pin
    python examples/hsm.py /usr/lib/softhsm/libsofthsm2.so --token qredo --key api

Needs `pip install ".[pkcs11]"`, the module's PKCS#11 library, and the PIN in a file. For a key of
the service, make it in the module (`pkcs11-tool --keypairgen --key-type rsa:2048 ...`) and upload its public half.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, Pkcs11Signer, connect


def pin() -> str:
    """The user PIN; read at each login, so that it is not kept in memory."""
    return Path(os.environ["PKCS11_PIN_FILE"]).read_text(encoding="utf-8").strip()


def main() -> None:
    """Make a signed call. With an AsyncClient give `connect` `offload=True`: a token takes milliseconds."""
    parser = argparse.ArgumentParser(description="Sign with a key in a hardware module.")
    parser.add_argument("module", help="path of the PKCS#11 library")
    parser.add_argument("--token", required=True, help="label of the token")
    parser.add_argument("--key", required=True, help="label of the key in it")
    options = parser.parse_args()
    api_key = Path(os.environ["QREDO_API_KEY_FILE"]).read_text(encoding="utf-8")
    with Pkcs11Signer(options.module, pin=pin, token_label=options.token, key_label=options.key) as signer:
        print(f"RSA-{signer.bits}, fingerprint of the public key {signer.fingerprint}")
        with connect(Client, Credentials(api_key, signer), Environment.from_environment()) as client:
            print(f"the service knows {len(client.asset.get_all())} assets")


if __name__ == "__main__":
    main()
