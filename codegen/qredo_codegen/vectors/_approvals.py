"""The file approval-vectors.json: keys from seeds, and signatures of messages, right and wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import _bls as bls
from ._text import document

__all__ = ["CASES", "build"]

NOTES = {
    "Basic": "An everyday message.",
    "Encoding": "The signature is not 49 bytes in hexadecimal: 02 or 03, then x, smaller than the field's prime.",
    "Golden": "The sums of keys and signatures are published in the tests of the vendor's signing agent, where they prove the single values.",
    "Group": "The point is on the curve, but not in the group of prime order.",
    "Hash": "The message is hashed to the curve in another way.",
    "Key": "Of another key.",
    "Length": "Messages of any length are signed as they are; not their hash, and not their text.",
    "Message": "The signature was made over another message.",
    "NotOnCurve": "There is no point with this x.",
    "Parity": "The first byte tells which of the two points with this x is meant.",
    "PublicKey": "The public key is not the encoding of a point of the group.",
    "Retry": "The first x of this message is on no point, so the search goes on with the next.",
    "Sum": "The sum of signatures of one message verifies under the sum of the public keys.",
}
"""What each flag means."""

SEEDS = {
    "vendor-1": "3370f613c4fe81130b846483c99c032c17dcc1904806cc719ed824351c87b0485c05089aa34ba1e1c6bfb6d72269b150",
    "vendor-2": "46389f32b7cdebbbc46b7165d8fae888c9de444898390a939977e1a066256a6f465e7d76307178aef81ae0c6841f9b7c",
    "count": bytes(range(48)).hex(),
    "zeros": bytes(48).hex(),
    "ones": (b"\xff" * 48).hex(),
}
"""The first two stand in the tests of the vendor's signing agent."""

SCALARS = {name: bls.private_scalar(bytes.fromhex(seed)) for name, seed in SEEDS.items()}
GOLDEN = b"test message"
EVERYDAY = bytes.fromhex("08011220") + hashlib.sha256(b"everyday").digest()


@dataclass(frozen=True)
class Case:
    """A message with a signature, or with a text that looks like one.

    Attributes:
        id: Unique, and never given to another case.
        comment: What is special about it.
        flag: What it is about; explained in the notes.
        message: The bytes to sign.
        keys: The ids of the keys; several for a sum.
        sign: Makes a wrong signature; None for the right one.
        public: A text in the place of the public key, which makes the case an invalid one.
    """

    id: str
    comment: str
    flag: str
    message: bytes = EVERYDAY
    keys: Sequence[str] = ("count",)
    sign: Callable[[Case], str] | None = None
    public: str | None = None

    @property
    def signature(self) -> str:
        """The text of the signature."""
        return self.signed() if self.sign is None else self.sign(self)

    def signed(self, message: bytes | None = None) -> str:
        """Return the right signature, or that of another message."""
        return bls.encode_signature(self.point(bls.hash_to_point(self.message if message is None else message))).hex()

    def point(self, hashed: bls.Point) -> bls.Point:
        """Return the sum over the keys of scalar times point."""
        return reduce(bls.add, (bls.multiply(hashed, SCALARS[key]) for key in self.keys))

    @property
    def public_key(self) -> str:
        """The text of the public key, or of the sum of the public keys."""
        return self.public or bls.encode_public(self.point(bls.G2)).hex()


def searching(message: bytes) -> int:
    """Return how many x are tried for a message before one is on the curve."""
    first = int.from_bytes(hashlib.shake_256(message).digest(48)) % bls.FIELD
    return bls.on_curve_from(first)[0].a - first


def retried(times: int) -> bytes:
    """Return a message for which the search needs that many steps."""
    return next(text for number in range(10_000) if searching(text := b"retry %d" % number) == times)


def shifted(text: str, start: int) -> str:
    """Write the field element at a place as a number that is larger by the prime."""
    element = int(text[start : start + 96], 16) + bls.FIELD
    return text[:start] + element.to_bytes(48).hex() + text[start + 96 :]


def outside_the_group(case: Case) -> str:
    """Return the point of the search itself, without the cofactor."""
    first = int.from_bytes(hashlib.shake_256(case.message).digest(48)) % bls.FIELD
    return bls.encode_signature(case.point(bls.on_curve_from(first))).hex()


def off_the_curve(case: Case) -> str:
    """Return the next x of the right signature that no point has."""
    x = int(case.signed()[2:], 16)
    while bls.on_curve_from(x)[0].a == x:
        x += 1
    return f"02{x:096x}"


def with_sha256(case: Case) -> str:
    """Hash to the curve with SHA-256 twice in the place of SHAKE256."""
    digest = hashlib.sha256(case.message).digest()
    x = int.from_bytes((digest + hashlib.sha256(digest).digest())[:48]) % bls.FIELD
    return bls.encode_signature(case.point(bls.multiply(bls.on_curve_from(x), bls.COFACTOR))).hex()


def negated(text: str) -> str:
    """Name the other point with the same x."""
    return ("03" if text.startswith("02") else "02") + text[2:]


PUBLIC = Case("", "", "").public_key

# fmt: off
VALID = (
    Case("golden-1", "One of the two whose sum is published.", "Golden", GOLDEN, ("vendor-1",)),
    Case("golden-2", "The other one.", "Golden", GOLDEN, ("vendor-2",)),
    Case("golden-sum", "The published sum of both.", "Golden", GOLDEN, ("vendor-1", "vendor-2")),
    Case("everyday", "36 bytes that look like those of an action.", "Basic"),
    Case("seed-zeros", "A key from a seed of zeros.", "Basic", keys=("zeros",)),
    Case("seed-ones", "A key from a seed of ones.", "Basic", keys=("ones",)),
    Case("empty", "No bytes.", "Length", b""),
    Case("one-byte", "A zero byte.", "Length", b"\0"),
    Case("long", "More than one block of SHAKE256 (136 bytes).", "Length", bytes(range(256)) * 4),
    Case("block", "Exactly one block of SHAKE256.", "Length", b"a" * 136),
    Case("hex-text", "Text of hexadecimal digits, signed as text.", "Length", b"0801"),
    Case("retry-0", "The first x is on the curve.", "Retry", retried(0)),
    Case("retry-1", "The second x is.", "Retry", retried(1)),
    Case("retry-5", "The sixth x is.", "Retry", retried(5)),
    Case("sum-of-three", "Three keys.", "Sum", keys=("count", "zeros", "ones")),
    Case("sum-of-the-same", "A key twice: the sum doubles.", "Sum", keys=("count", "count")),
)

INVALID = (
    Case("wrong-message", "Over another message.", "Message", sign=lambda case: case.signed(b"another")),
    Case("wrong-digest", "Over the SHA-256 of the message.", "Message", sign=lambda case: case.signed(hashlib.sha256(case.message).digest())),
    Case("wrong-text", "Over the text of its digits.", "Message", sign=lambda case: case.signed(case.message.hex().encode())),
    Case("wrong-base64", "Over its base64.", "Message", sign=lambda case: case.signed(base64.b64encode(case.message))),
    Case("wrong-key", "Of another key.", "Key", sign=lambda case: Case("", "", "", case.message, ("zeros",)).signed()),
    Case("wrong-sum", "One signature for the sum of two keys.", "Sum", keys=("count", "zeros"), sign=lambda case: Case("", "", "", case.message).signed()),
    Case("wrong-hash", "Hashed with SHA-256.", "Hash", sign=with_sha256),
    Case("wrong-cofactor", "The point was not moved into the group.", "Group", sign=outside_the_group),
    Case("wrong-group", "The point with x = 0, which is on the curve.", "Group", sign=lambda case: "02" + "00" * 48),
    Case("wrong-parity", "The other point with the same x.", "Parity", sign=lambda case: negated(case.signed())),
    Case("wrong-x", "An x that no point has.", "NotOnCurve", sign=off_the_curve),
    Case("wrong-canonical", "x is written as a number that is larger by the prime.", "Encoding", sign=lambda case: shifted(case.signed(), 2)),
    Case("wrong-uncompressed", "x and y after 04.", "Encoding", sign=lambda case: "04" + uncompressed(case)),
    Case("wrong-bare", "x alone.", "Encoding", sign=lambda case: case.signed()[2:]),
    Case("wrong-compressed-ietf", "48 bytes with flags in the highest bits, as the IETF drafts have it.", "Encoding", sign=lambda case: ietf(case)),
    Case("wrong-first-byte", "00 as its first byte.", "Encoding", sign=lambda case: "00" + case.signed()[2:]),
    Case("wrong-long", "A byte too many.", "Encoding", sign=lambda case: case.signed() + "00"),
    Case("wrong-cut", "A byte too few.", "Encoding", sign=lambda case: case.signed()[:-2]),
    Case("wrong-newline", "A newline at the end.", "Encoding", sign=lambda case: case.signed() + "\n"),
    Case("wrong-empty", "No signature.", "Encoding", sign=lambda case: ""),
    Case("wrong-alphabet", "In base64.", "Encoding", sign=lambda case: base64.b64encode(bytes.fromhex(case.signed())).decode()),
    Case("public-zeros", "Zeros as the public key: a verifier that takes them for the neutral element is open to forgery.", "PublicKey", public="00" * 192),
    Case("public-canonical", "A part of x is written as a number that is larger by the prime.", "PublicKey", public=shifted(PUBLIC, 0)),
    Case("public-off-curve", "The last bit is changed.", "PublicKey", public=PUBLIC[:-1] + f"{int(PUBLIC[-1], 16) ^ 1:x}"),
    Case("public-cut", "x alone.", "PublicKey", public=PUBLIC[:192]),
)
# fmt: on

CASES: tuple[Case, ...] = (*VALID, *INVALID)


def uncompressed(case: Case) -> str:
    """Return x and y of the right signature."""
    point = case.point(bls.hash_to_point(case.message))
    assert point is not None
    return point[0].a.to_bytes(48).hex() + point[1].a.to_bytes(48).hex()


def ietf(case: Case) -> str:
    """Return the right point as the IETF drafts encode it: flags for compressed and for the larger y."""
    text = uncompressed(case)
    larger = int(text[96:], 16) > bls.FIELD // 2
    return f"{int(text[:96], 16) | 1 << 383 | larger << 381:096x}"


def build() -> str:
    """Return the text of approval-vectors.json."""
    return document(
        "Approval keys from seeds, and signatures of messages, right and wrong. APPROVALS.md explains the rule, approval-vectors.schema.json this file. The seeds are test seeds. Rebuild with: nox -s vectors",
        "BLS over BLS12-381 as Milagro has it: signatures in G1, public keys in G2, SHAKE256 and try-and-increment",
        NOTES,
        [_describe(case) for case in CASES],
        keys=[_describe_key(name, seed) for name, seed in SEEDS.items()],
    )


def _describe_key(name: str, seed: str) -> dict[str, object]:
    assert SCALARS[name] < bls.ORDER
    ec_private = hashlib.sha256(bytes.fromhex(seed)).digest()
    ec_public = derive_private_key(int.from_bytes(ec_private), SECP256K1()).public_key()
    return {
        "id": name,
        "seed": seed,
        "bls_private_key": f"{SCALARS[name]:096x}",
        "bls_public_key": bls.encode_public(bls.multiply(bls.G2, SCALARS[name])).hex(),
        "ec_private_key": ec_private.hex(),
        "ec_public_key": ec_public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(),
    }


def _describe(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "comment": case.comment,
        "keys": list(case.keys),
        "bls_public_key": case.public_key,
        "message": case.message.hex(),
        "signature": case.signature,
        "result": "valid" if case.sign is None and case.public is None else "invalid",
        "flags": [case.flag],
    }
