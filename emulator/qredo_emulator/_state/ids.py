"""Ids in the forms that the API shows.

Companies, funds, policies and transactions have KSUID-like ids (27 base62 digits); wallets,
users and core clients have base58 of 32 bytes (43 or 44 digits); a wallet also has a short
code of three words; transactions of 1.0 have 32 hexadecimal digits.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Container
from random import Random
from typing import Any

__all__ = ["Ids", "agent_id", "base58", "chain_address", "derived_id", "first_workspace_id"]

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KSUID_EPOCH = 1_400_000_000
_TESTNET_P2PKH = b"\x6f"
_WORD_LIST = """
acorn amber anchor apple arrow autumn badge bamboo beacon birch bishop blanket bottle branch bridge bronze
butter cabin camel candle canyon carbon castle cedar cherry cinder circle clover cobalt copper coral cotton
crystal dagger daisy delta desert diamond dolphin dragon eagle echo ember engine falcon feather fennel fiddle
flint forest fossil garden garlic ginger glacier granite harbor hazel heron hollow honey indigo island ivory
jacket jasmine jungle kettle kitten ladder lagoon lantern laurel lemon lizard lotus magnet maple marble meadow
melon mirror monkey mosaic nectar needle nickel oasis ocean olive onyx orbit orchid otter oyster paddle panther
pebble pepper piano pigeon pilot planet plum pocket poplar prism puzzle quartz rabbit raven ribbon river robin
rocket saddle saffron salmon sapphire shadow silver sparrow spider spruce summer sunset temple thistle thunder
tiger timber topaz tulip tunnel turtle valley velvet violet walnut whistle willow winter yellow zephyr
"""
_WORDS = _WORD_LIST.split()


def _digits(number: int, alphabet: str) -> str:
    out = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out


def base58(data: bytes) -> str:
    """Base58 as Bitcoin writes it: each leading zero byte is a `1`."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + _digits(int.from_bytes(data, "big"), _BASE58)


def chain_address(wallet_id: str, family: str) -> str:
    """A made-up L1 address of a test network, always the same for one wallet.

    Args:
        wallet_id: The wallet that the address belongs to.
        family: `bitcoin` gives a P2PKH address with the testnet version byte, which no main
            network wallet accepts; anything else 0x and 40 hexadecimal digits.
    """
    digest = hashlib.sha256(f"qredo-emulator {family} {wallet_id}".encode()).digest()[:20]
    if family != "bitcoin":
        return "0x" + digest.hex()
    payload = _TESTNET_P2PKH + digest
    return base58(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4])


def first_workspace_id(api_key: str) -> str:
    """The workspace that an API key has from the start: 27 base62 digits, always the same for one key."""
    return derived_id(f"workspace {api_key}")


def derived_id(name: str) -> str:
    """27 base62 digits, always the same for one name: the id of something that exists from the start."""
    digest = hashlib.sha256(f"qredo-emulator {name}".encode()).digest()[:20]
    return _digits(int.from_bytes(digest, "big"), _BASE62).rjust(27, "0")


class Ids:
    """New ids, none given out twice in practice: 128 random bits and more."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def ksuid(self, now: float) -> str:
        """27 base62 digits that sort by time."""
        seconds = max(int(now) - _KSUID_EPOCH, 0) & 0xFFFF_FFFF
        number = (seconds << 128) | self._random.getrandbits(128)
        return _digits(number, _BASE62).rjust(27, "0")

    def entity(self) -> str:
        """43 or 44 base58 digits."""
        # The top bits are set, so that the text is never shorter than 43 digits.
        return base58((self._random.getrandbits(256) | 1 << 255).to_bytes(32, "big"))

    def hexadecimal(self, size: int) -> str:
        """`size` bytes in hexadecimal digits."""
        return f"{self._random.getrandbits(8 * size):0{2 * size}x}"

    def short_code(self, *taken: Container[str]) -> str:
        """Three words that no wallet in `taken` has."""
        while True:
            code = " ".join(self._random.choice(_WORDS) for _ in range(3))
            if not any(code in codes for codes in taken):
                return code

    def getstate(self) -> list[Any] | None:
        """Return the state of a seeded source as JSON; None for a source without a state."""
        try:
            version, internal, gauss = self._random.getstate()
        except NotImplementedError:
            return None
        return [version, list(internal), gauss]

    def setstate(self, state: list[Any]) -> None:
        """Restore the state of a seeded source; a source without a state stays as it is.

        Raises:
            ValueError, TypeError: It is not what `getstate` gives.
        """
        version, internal, gauss = state
        try:
            self._random.setstate((version, tuple(internal), gauss))
        except NotImplementedError:
            return


def agent_id(identity: str) -> str:
    """The agent that the `ID` of a token names.

    Agents send the base64 text of the identity that their registration gave them, a JSON object
    with the id in it. The plain id is taken as well.
    """
    padded = identity.replace("-", "+").replace("_", "/") + "=" * (-len(identity) % 4)
    try:
        members = json.loads(base64.b64decode(padded, validate=True))
    except (ValueError, RecursionError):
        return identity
    found = members.get("id") if isinstance(members, dict) else None
    return found if isinstance(found, str) else identity
