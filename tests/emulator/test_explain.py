"""A refused signature is explained: what was computed, and what would have verified."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from qredo_emulator import Emulator
from qredo_emulator._authentication.signatures import HmacKey, Signed
from qredo_signing import Credentials, PrivateKey, sign_hmac

BODY = b'{"name": "ACME", "city": "Z\xc3\xbcrich"}'
COMPACT = json.dumps(json.loads(BODY), separators=(",", ":"), ensure_ascii=False).encode()
SORTED = json.dumps(json.loads(BODY), sort_keys=True).encode()

# What the client signed in place of what it sent: stamp, URL, body.
SLIPS: dict[str, tuple[Any, Any, Any]] = {
    "the stamp plus 1": (lambda t: str(int(t) + 1), None, None),
    "the stamp minus 1": (lambda t: str(int(t) - 1), None, None),
    "the stamp in milliseconds": (lambda t: f"{t}000", None, None),
    "no stamp": (lambda t: "", None, None),
    "the URL with a slash at its end": (None, lambda u: f"{u}/", None),
    "the URL with https://": (None, lambda u: u.replace("http:", "https:"), None),
    "the URL with wss://": (None, lambda u: u.replace("http:", "wss:"), None),
    "the path alone, without scheme and host": (None, lambda u: "/" + u.split("/", 3)[3], None),
    "the base /api/v1/p": (None, lambda u: u.replace("/qredo_partner_v1_1", ""), None),
    "the base https://api.qredo.network/api/v1/p": (
        None,
        lambda u: "https://api.qredo.network/api/v1/p" + u.split("/p", 1)[1],
        None,
    ),
    "the host localhost": (None, lambda u: u.replace("127.0.0.1", "localhost"), None),
    "an empty body": (None, None, b""),
    "the body with a newline at its end": (None, None, BODY + b"\n"),
    "the body's JSON written compact": (None, None, COMPACT),
    "the body's JSON written with spaces, keys sorted, with \\u escapes": (None, None, SORTED),
    "the URL with a slash at its end, and the body's JSON written compact": (None, lambda u: f"{u}/", COMPACT),
    "the stamp in milliseconds, and an empty body": (lambda t: f"{t}000", None, b""),
}


def signed(qredo: Emulator, url: str, body: bytes, stamp: str, slip: tuple[Any, Any, Any]) -> dict[str, str]:
    """Headers of a client that signs something else than it sends."""
    change_stamp, change_url, other_body = slip
    text = (change_stamp(stamp) if change_stamp else stamp) + (change_url(url) if change_url else url)
    signer = qredo.credentials.signer
    assert isinstance(signer, PrivateKey)
    # The rule's own check of the parts would refuse some of these slips: join the text with a body that has it.
    message = text.encode() + (body if other_body is None else other_body)
    raw = signer.sign(message)
    return {
        "x-api-key": qredo.credentials.api_key,
        "x-timestamp": stamp,
        "x-sign": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(),
    }


@pytest.mark.parametrize(("words", "slip"), SLIPS.items(), ids=SLIPS)
def test_the_slip_is_found(qredo: Emulator, client: httpx.Client, words: str, slip: tuple[Any, Any, Any]) -> None:
    """A signature over something else than was sent is explained by what was signed."""
    url = f"{qredo.url}/qredo_partner_v1_1/api/v1/p/company"
    answer = client.post(url, content=BODY, headers=signed(qredo, url, BODY, str(int(time.time())), slip))
    assert answer.status_code == 401
    record = qredo.control.requests[-1]
    assert record.explanation is not None
    assert record.explanation.would_verify == words


@pytest.mark.parametrize(
    ("sent", "meant", "words"),
    [
        (b'{"name":"A"}\n', b'{"name":"A"}', "the body's JSON written compact"),
        (b'{"name":\r\n"A"}', b'{"name":\n"A"}', "the body with LF line ends"),
        (b'{"name":\n"A"}', b'{"name":\r\n"A"}', "the body with CRLF line ends"),
    ],
)
def test_a_slip_in_the_bytes_of_the_body_is_found(
    call: Any, qredo: Emulator, sent: bytes, meant: bytes, words: str
) -> None:
    """Line ends and a newline at the end are told apart."""
    assert call("POST", "/company", content=sent, signed_body=meant).status_code == 401
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert explanation.would_verify == words


def test_percent_encoding_is_a_slip(call: Any, qredo: Emulator) -> None:
    """A client that signs the URL before it is encoded is told so."""
    url = f"{qredo.url}{call.base}/company/search?query=a%2Fb"
    call("GET", "/company/search?query=a%2Fb", signed_url=url.replace("%2F", "/"))
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert explanation.would_verify == "the URL percent-decoded"


def test_another_registered_key_is_named(call: Any, call_as: Any, qredo: Emulator) -> None:
    """An API key with the signature of another registered key is told so, by its fingerprint."""
    other = qredo.control.new_credentials()
    call("GET", "/assets", headers={"x-api-key": other.api_key})
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert isinstance(qredo.credentials.signer, PrivateKey)
    fingerprint = qredo.credentials.signer.public_key.fingerprint
    assert explanation.would_verify == f"the key {fingerprint[:16]} of another registered API key"


def test_a_stale_stamp_is_no_wrong_signature(call: Any, qredo: Emulator) -> None:
    """A signature that is right over a stamp that is too old is called valid, and nothing is tried."""
    call("GET", "/assets", stamp="1700000000")
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert (explanation.valid, explanation.would_verify) == (True, None)


def test_an_error_in_place_of_a_refusal_has_no_explanation(call: Any, qredo: Emulator) -> None:
    """Where a fault replaces the response of a refused request, the record is about the fault alone."""
    qredo.control.faults.unavailable(after=True)
    assert call("GET", "/assets", stamp="1700000000").status_code == 503
    record = qredo.control.requests[-1]
    assert (record.verified, record.fault) == (False, "503 after it was carried out")
    assert (record.reason, record.explanation) == ("the emulator was told to return this error", None)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [("/company/search", "/company"), ("/company/A", "/company/A/fund"), ("/company/A", "/company")],
)
def test_a_path_above_or_below_is_a_slip(call: Any, qredo: Emulator, sent: str, meant: str) -> None:
    """A signature over a path above or below the one that was sent is named with its whole URL."""
    url = f"{qredo.url}{call.base}{meant}"
    assert call("GET", sent, signed_url=url).status_code == 401
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert explanation.would_verify == f"the URL {url}"


def test_what_nothing_explains_is_said(call: Any, qredo: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    """A signature of an unknown key ends in a question, within the bound of attempts."""
    with caplog.at_level(logging.WARNING, "qredo_emulator"):
        call("POST", "/company", {"name": "A"}, headers={"x-sign": "A" * 342})
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert (explanation.valid, explanation.would_verify) == (False, None)
    assert "would verify     nothing that was tried" in caplog.text


def test_the_record_is_json_without_a_secret(call: Any, qredo: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    """Log and record hold neither API key, signature nor secret, and the record is what JSON can hold."""
    secret = qredo.hmac_credentials.secret
    with caplog.at_level(logging.DEBUG):
        answer = call("POST", "/company", {"name": "A"}, signed_body=b"")
        hmac_call(qredo, call.client, url_signed=lambda url: f"{url}/")
    said = caplog.text + json.dumps([record.as_dict() for record in qredo.control.requests])
    assert answer.request.headers["x-sign"] not in said
    assert qredo.credentials.api_key not in said
    assert all(text not in said for text in (repr(secret), secret.hex(), qredo.hmac_credentials.api_key))
    shown = qredo.control.requests[0].as_dict()["explanation"]
    assert shown["body_length"] == len(b'{"name": "A"}')
    assert len(shown["body_digest"]) == len(shown["digest"]) == 64


def hmac_call(
    qredo: Emulator,
    client: httpx.Client,
    *,
    method: str = "GET",
    url_signed: Any = lambda url: url,
    stamp: str | None = None,
    stamp_signed: str | None = None,
    secret: bytes | None = None,
) -> httpx.Response:
    """A request to the Qredo API v1, signed over something else where asked to."""
    url = f"{qredo.url}/qredo_v1/qapi/v1/balance"
    stamp = stamp or str(int(time.time()))
    secret = secret or qredo.hmac_credentials.secret
    text = _hmac(secret, stamp_signed or stamp, method, url_signed(url))
    headers = {"qredo-api-key": qredo.hmac_credentials.api_key, "qredo-api-ts": stamp, "qredo-api-sig": text}
    return client.get(url, headers=headers)


def _hmac(secret: bytes, stamp: str, method: str, url: str) -> str:
    if method.isupper():
        return sign_hmac(secret, stamp, method, url, b"")
    raw = hmac.digest(secret, f"{stamp}{method}{url}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_an_hmac_is_explained(qredo: Emulator, client: httpx.Client) -> None:
    """The usual slips with the Qredo API's signature are found, too."""
    secret = qredo.hmac_credentials.secret
    now = str(int(time.time()))
    text = base64.urlsafe_b64encode(secret)
    slips: list[tuple[dict[str, Any], str]] = [
        ({"method": "get"}, "the method in small letters"),
        ({"method": ""}, "no method"),
        ({"url_signed": lambda url: f"{url}/"}, "the URL with a slash at its end"),
        ({"stamp": now, "stamp_signed": f"{now}000000000"}, "the stamp in nanoseconds"),
        ({"secret": text}, "the text of the API secret as the HMAC key, not decoded"),
    ]
    for slip, words in slips:
        assert hmac_call(qredo, client, **slip).status_code == 401
        explanation = qredo.control.requests[-1].explanation
        assert explanation is not None
        assert explanation.would_verify == words
        assert explanation.method == "GET"


def test_a_secret_read_by_the_standard_alphabet_is_found() -> None:
    """A secret with - or _ that was decoded as the vendor's page shows it gives a signature that is recognised."""
    secret = bytes([0xFB, 0xFF] * 30)
    text = base64.urlsafe_b64encode(secret).decode()
    wrong = base64.b64decode(text)  # skips what is not in its alphabet
    assert wrong != secret
    raw = base64.urlsafe_b64decode(sign_hmac(wrong, "1", "GET", "http://h/", b"") + "=")
    signed = Signed("1", "GET", "http://h/", b"")
    fitting = [words for words, key in HmacKey(secret).misreadings() if key.fits(signed, raw)]
    assert fitting == ["the API secret decoded with the standard base64 alphabet"]


def test_padding_is_named(call: Any, qredo: Emulator) -> None:
    """A right signature in padded base64 is refused, and the reason is that alone."""
    request = httpx.Request("GET", f"{qredo.url}{call.base}/assets")
    headers = call.signature(request, None, "x-timestamp", None, None)
    call("GET", "/assets", headers={**headers, "x-sign": f"{headers['x-sign']}=="})
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert explanation.would_verify == "the same signature, written in base64url without padding"


PKCS1, SHA256 = padding.PKCS1v15(), hashes.SHA256()
PSS = padding.PSS(padding.MGF1(SHA256), 32)
ENCODED = "the same signature, written in base64url without padding"

# How a client makes the text of a signature from stamp, URL and body, and the explanation of that.
MISTAKES: dict[str, tuple[Any, str]] = {
    "hex": (lambda sign, t, u, b: sign(t + u + b).hex(), ENCODED),
    "base64 of hex": (lambda sign, t, u, b: base64.b64encode(sign(t + u + b).hex().encode()).decode(), ENCODED),
    "standard base64": (lambda sign, t, u, b: base64.b64encode(sign(t + u + b)).decode(), ENCODED),
    "with a word before it": (lambda sign, t, u, b: f"Bearer {_base64url(sign(t + u + b))}", ENCODED),
    "PSS": (lambda sign, t, u, b: sign(t + u + b, PSS), "the padding PSS in the place of PKCS #1 v1.5"),
    "SHA-512": (lambda sign, t, u, b: sign(t + u + b, PKCS1, hashes.SHA512()), "SHA-512 in the place of SHA-256"),
    "body first": (lambda sign, t, u, b: sign(b + t + u), "the parts in the order body, stamp, url"),
    "lines": (lambda sign, t, u, b: sign(t + b"\n" + u + b"\n" + b), "a line break between the parts"),
    "method first": (
        lambda sign, t, u, b: sign(b"POST" + t + u + b),
        "the method POST after the stamp, as another API has it, and the method before the stamp",
    ),
    "hashed before": (
        lambda sign, t, u, b: sign(hashlib.sha256(t + u + b).digest()),
        "the SHA-256 of what is to be signed, hashed once more",
    ),
    "hex of the hash": (
        lambda sign, t, u, b: sign(hashlib.sha256(t + u + b).hexdigest().encode()),
        "the hex digits of the SHA-256 of what is to be signed",
    ),
    "no scheme": (lambda sign, t, u, b: sign(t + u[len("http://") :] + b), "the URL without its scheme"),
    "path below the base": (lambda sign, t, u, b: sign(t + b"/company" + b), "the path below the base alone"),
    "printed by Python": (
        lambda sign, t, u, b: sign(t + u + str(json.loads(b)).encode()),
        "the body as Python prints it, which is no JSON",
    ),
    "cut off": (
        lambda sign, t, u, b: sign(t + u + b)[:-1],
        "a signature of 256 bytes in base64url without padding, which this one is not",
    ),
}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_wrong_way_to_sign_is_named(call_as: Any, qredo: Emulator, client: httpx.Client) -> None:
    """A signature by the right key that was made or written in another way is explained by that way."""
    files = client.post(f"{qredo.url}/-/control/new_credentials").json()["result"]
    key = load_pem_private_key(files["private.pem"].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    call = call_as(Credentials(files["apikey"], key))

    def sign(text: bytes, pad: Any = PKCS1, algorithm: Any = SHA256) -> bytes:
        return key.sign(text, pad, algorithm)

    now = str(int(time.time()))
    found: dict[str, Any] = {}
    for name, (made, _) in MISTAKES.items():
        text = made(sign, now.encode(), f"{qredo.url}{call.base}/company".encode(), BODY)
        sent = text if isinstance(text, str) else _base64url(text)
        assert call("POST", "/company", content=BODY, stamp=now, headers={"x-sign": sent}).status_code == 401
        explanation = qredo.control.requests[-1].explanation
        assert explanation is not None
        assert explanation.valid is False
        found[name] = explanation.would_verify
    assert found == {name: words for name, (_, words) in MISTAKES.items()}


def test_what_was_signed_is_told_by_its_digest(call: Any, qredo: Emulator) -> None:
    """Where nothing explains a signature of the right key, the digest of what was signed shows what to compare."""
    call("POST", "/company", {"name": "A"}, signed_body=b"something else")
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    signed = f"{explanation.stamp}{explanation.url}something else".encode()
    assert (explanation.would_verify, explanation.digest_signed) == (None, hashlib.sha256(signed).hexdigest())
    other = qredo.control.new_credentials()
    call("GET", "/assets", headers={"x-api-key": other.api_key})
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert explanation.digest_signed is None  # it is another key's


@pytest.mark.parametrize("stamp", ["2026-11-30T21:00:00Z", "1700000000.5", "c0ffee00-1111-2222-3333-444455556666"])
def test_a_stamp_that_is_no_number_is_no_wrong_signature(call: Any, qredo: Emulator, stamp: str) -> None:
    """A right signature over a stamp that the API does not take is called valid: only the stamp has to change."""
    assert call("GET", "/assets", stamp=stamp).status_code == 401
    record = qredo.control.requests[-1]
    assert record.explanation is not None
    assert (record.explanation.valid, record.explanation.would_verify) == (True, None)
    assert record.reason == f"x-timestamp is '{stamp}', which is not a decimal number"


def test_of_two_stamps_the_signed_one_is_named(call: Any, qredo: Emulator) -> None:
    """A request with both stamps is told which of them its signature is over."""
    call("GET", "/assets", headers={"x-nonce": "7"})
    explanation = qredo.control.requests[-1].explanation
    assert explanation is not None
    assert explanation.would_verify == "x-timestamp as the stamp"


@pytest.mark.parametrize("host", ["[", "[::1", "x]", "[::1]:80", "a:b:c"])
def test_any_host_can_be_explained(call: Any, qredo: Emulator, host: str) -> None:
    """A Host header of any form leads to a refusal with its explanation, never to an error of the emulator."""
    assert call("GET", "/assets", headers={"host": host}).status_code == 401
    assert qredo.control.requests[-1].explanation is not None


def test_the_other_stamp_is_found(call: Any, qredo: Emulator) -> None:
    """A version that takes nonces only says so to a client that sends a timestamp."""
    call.base = "/qredo_partner_v1_0/api/v1/p"
    assert call("GET", "/company/search").status_code == 401
    assert qredo.control.requests[-1].reason == "x-timestamp is not taken by this API, which needs x-nonce"
