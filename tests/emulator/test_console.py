"""What the console answers, without a browser: pages, keys, state, signatures."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import PublicFormat
from qredo_emulator import Emulator
from qredo_signing import Credentials, KeyKind

from .console_keys import new_rsa, private_pem, public_pem
from .descriptions import DESCRIPTIONS

PACKAGES = sorted(DESCRIPTIONS)
PARTNER = [package for package in PACKAGES if package.startswith("qredo_partner_")]


@pytest.fixture
def console(qredo: Emulator, client: httpx.Client) -> Any:
    """Asks the console without a browser."""

    def ask(method: str, path: str, **options: Any) -> httpx.Response:
        return client.request(method, f"{qredo.url}/-/{path}", **options)

    return ask


@pytest.fixture(scope="module")
def rsa_key() -> RSAPrivateKey:
    return new_rsa()


def secrets_of(api_key: str) -> tuple[str, str]:
    """An API key, and the secret inside it."""
    members = json.loads(base64.urlsafe_b64decode(api_key + "=" * (-len(api_key) % 4)))
    return api_key, members["key"]


@pytest.mark.parametrize("path", ["", "docs/qredo_partner_v1_1/"])
def test_pages_load_nothing_from_elsewhere_and_are_not_kept(console: Any, path: str) -> None:
    """A page may load only what the emulator itself serves, runs no inline script and is in no cache."""
    answer = console("GET", path)
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"].startswith("text/html")
    assert policy.startswith("default-src 'self';")
    assert "script-src" not in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["static/nothing.js", "static/%2e%2e/_routes.py", "static/swagger-ui/index.html", "docs/x/"]
)
def test_only_what_belongs_to_the_pages_is_served(console: Any, path: str) -> None:
    """Any other file, or the documents of an API that is not there, is 404."""
    assert console("GET", path).status_code == 404


@pytest.mark.parametrize("package", PACKAGES)
def test_the_description_is_whole_and_names_this_emulator(console: Any, qredo: Emulator, package: str) -> None:
    """Swagger UI gets the description as it is, with the emulator's own base paths as its servers."""
    served = console("GET", f"docs/{package}/openapi.json").json()
    described = yaml.load(DESCRIPTIONS[package].read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert [server["url"] for server in served.pop("servers")] == list(qredo.app.router.base_paths[package])
    del described["servers"]
    assert served == described


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
def test_a_public_key_in_either_form_is_registered(console: Any, rsa_key: RSAPrivateKey, form: PublicFormat) -> None:
    """An API key takes its public key once, as SubjectPublicKeyInfo or as PKCS#1."""
    id = console("POST", "console/keys").json()["id"]
    path = f"console/keys/{id}/public-key"
    assert console("PUT", path, content=public_pem(rsa_key, form)).status_code == 200
    assert console("PUT", path, content=public_pem(rsa_key, form)).status_code == 400
    (key,) = [key for key in console("GET", "console/state").json()["keys"] if key["id"] == id]
    assert (key["state"], key["public_key"]["bits"]) == ("registered", 2048)


BAD_KEYS: dict[str, tuple[Callable[[RSAPrivateKey], bytes], str]] = {
    "a private key": (private_pem, "private key"),
    "both halves": (lambda key: private_pem(key) + public_pem(key), "private key"),
    "an elliptic curve": (lambda key: public_pem(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
    "1024 bits": (lambda key: public_pem(new_rsa(1024)), "1024 bits"),
    "no key": (lambda key: b"hello", "not PEM"),
    "nothing": (lambda key: b"", "empty"),
    "a cut key": (lambda key: public_pem(key)[:-30], "cut off"),
    "far too much": (lambda key: b"x" * 100_000, "bytes"),
}


@pytest.mark.parametrize(("make", "why"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_what_is_no_public_key_is_refused_and_not_told_again(
    console: Any, rsa_key: RSAPrivateKey, make: Any, why: str
) -> None:
    """Whatever is not one RSA public key of 2048 bits or more is a clear error; the API key goes on waiting."""
    id = console("POST", "console/keys").json()["id"]
    pem = make(rsa_key)
    answer = console("PUT", f"console/keys/{id}/public-key", content=pem)
    assert answer.status_code == 400
    assert why in answer.json()["error"]
    assert not any(line in answer.text for line in pem.decode().split() if len(line) > 20)
    (key,) = [key for key in console("GET", "console/state").json()["keys"] if key["id"] == id]
    assert key["state"] == "waiting"


def test_a_key_that_nobody_made_takes_no_public_key(console: Any, rsa_key: RSAPrivateKey) -> None:
    """A public key for an API key that is not the emulator's is refused."""
    answer = console("PUT", "console/keys/nobody/public-key", content=public_pem(rsa_key))
    assert (answer.status_code, "nobody" in answer.json()["error"]) == (400, True)


def test_the_state_tells_no_secret(console: Any, qredo: Emulator, call: Any) -> None:
    """Beside the answer that makes an API key, nothing has it: not the list of keys and not that of requests."""
    made = console("POST", "console/keys").json()["api_key"]
    call("GET", "/assets")
    call("GET", "/assets", headers={"x-api-key": made})
    state = console("GET", "console/state")
    assert [key["state"] for key in state.json()["keys"]][:2] == ["waiting", "live"]
    assert len(state.json()["requests"]) == 2
    for api_key in (made, qredo.credentials.api_key):
        assert not any(secret in state.text for secret in secrets_of(api_key))


def test_what_the_page_has_is_not_sent_again(console: Any, call: Any) -> None:
    """The state is sent when it changed; until then the answer is 304."""
    tag = console("GET", "console/state").headers["etag"]
    assert console("GET", "console/state", headers={"if-none-match": tag}).status_code == 304
    call("GET", "/assets")
    assert console("GET", "console/state", headers={"if-none-match": tag}).status_code == 200


def test_a_made_key_is_marked_as_the_emulators(console: Any, rsa_key: RSAPrivateKey) -> None:
    """An API key that the page made says that it is an emulator's, so that no real environment takes it."""
    api_key = console("POST", "console/keys").json()["api_key"]
    assert Credentials(api_key, private_pem(rsa_key)).kind is KeyKind.EMULATOR


UNSIGNED = {
    "another server": {"method": "GET", "url": "https://api.qredo.network/api/v1/p/assets"},
    "no operation": {"method": "DELETE", "url": "{}/api/v1/p/assets"},
    "no path of an API": {"method": "GET", "url": "{}/-/console/state"},
    "a URL that is not sent so": {"method": "GET", "url": "{}/api/v1/p/assets?q=a b"},
    "no method": {"url": "{}/api/v1/p/assets"},
    "no URL": {"method": "GET"},
}


@pytest.mark.parametrize("request_", UNSIGNED.values(), ids=UNSIGNED)
def test_the_console_signs_requests_of_its_emulator_only(
    console: Any, qredo: Emulator, request_: dict[str, str]
) -> None:
    """What is not a request of an API that is served here is not signed."""
    given = {name: text.replace("{}/", f"{qredo.url}/") for name, text in request_.items()}
    answer = console("POST", "console/sign", params=given)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("package", PARTNER)
def test_the_console_signs_again_after_a_reset(
    console: Any, qredo: Emulator, client: httpx.Client, package: str
) -> None:
    """A reset forgets the console's key and its nonces; the next request is signed and verifies all the same."""
    url = f"{qredo.url}{qredo.app.router.base_paths[package][0]}/company/search"
    for _ in range(2):
        for _ in range(3):
            headers = console("POST", "console/sign", params={"method": "GET", "url": url}).json()["headers"]
            assert client.get(url, headers=headers).status_code == 200
        qredo.control.reset()
