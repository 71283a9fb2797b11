"""The forms of ids and addresses."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_emulator._state.ids import Ids, agent_id, base58, chain_address

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def decoded(text: str) -> bytes:
    number = 0
    for digit in text:
        number = number * 58 + ALPHABET.index(digit)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


@given(st.binary(max_size=40))
def test_base58_is_decoded_to_what_it_was(data: bytes) -> None:
    """Base58 keeps every byte, leading zeros included."""
    assert decoded(base58(data)) == data


@given(st.integers(), st.integers(1_400_000_000, 2**32))
def test_ids_have_the_documented_length(seed: int, now: int) -> None:
    """27 base62 digits for a company, 43 or 44 base58 digits of 32 bytes for a wallet, for any time and chance."""
    ids = Ids(random.Random(seed))
    assert re.fullmatch("[0-9A-Za-z]{27}", ids.ksuid(now))
    assert len(ids.entity()) in (43, 44)
    assert len(decoded(ids.entity())) == 32


@given(st.integers(1_400_000_000, 2**32), st.integers(1, 10**6))
def test_company_ids_sort_by_time(now: int, later: int) -> None:
    """An id that was made in a later second sorts after an earlier one."""
    ids = Ids(random.Random(1))
    assert ids.ksuid(now) < ids.ksuid(now + later)


def test_a_short_code_is_not_given_twice() -> None:
    """A short code that is taken is not given again."""

    class Stubborn(random.Random):
        def __init__(self) -> None:
            self.left = 6
            super().__init__(1)

        def choice(self, seq):  # type: ignore[no-untyped-def]
            self.left -= 1
            return seq[0] if self.left > 2 else seq[1]

    taken = {Ids(Stubborn()).short_code(set())}
    assert Ids(Stubborn()).short_code(taken) not in taken


def test_a_bitcoin_address_is_one_of_the_test_network() -> None:
    """It begins with m or n and its checksum is right, so that a wallet of the main network refuses it."""
    for wallet_id in ("a", "b", "c"):
        address = chain_address(wallet_id, "bitcoin")
        raw = decoded(address)
        assert address[0] in "mn"
        assert raw[-4:] == hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]
        assert address == chain_address(wallet_id, "bitcoin")


@pytest.mark.parametrize("wallet_id", ["a", "b"])
def test_an_ethereum_address_is_40_digits(wallet_id: str) -> None:
    """0x and 40 hexadecimal digits."""
    assert re.fullmatch("0x[0-9a-f]{40}", chain_address(wallet_id, "ethereum"))


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@given(st.text(), st.booleans())
def test_an_agents_identity_names_it(encode: Any, agent: str, padded: bool) -> None:
    """The identity that a registration gives leads to the agent, in either alphabet of base64, padded or not."""
    identity = encode(json.dumps({"id": agent, "curve": "BLS381"}, ensure_ascii=False).encode()).decode()
    assert agent_id(identity if padded else identity.rstrip("=")) == agent


@pytest.mark.parametrize(
    "text", ["", "a", "5nmHtTZ8yhiHUoEsaWAnDW4yQNqHm6hxhyBNmcDgppn4", "e30=", "WzFd", "eyJpZCI6MX0="]
)
def test_anything_else_is_taken_as_it_is(text: str) -> None:
    """What is no base64 of an object with an id in it is the id."""
    assert agent_id(text) == text


def test_a_source_goes_on_where_it_stood() -> None:
    """Ids that come after a restored state are those that came after it before."""
    ids = Ids(random.Random(1))
    ids.entity()
    state = ids.getstate()
    assert state is not None
    expected = [ids.entity(), ids.short_code(set())]
    again = Ids(random.Random(2))
    again.setstate(state)
    assert [again.entity(), again.short_code(set())] == expected
