"""Decoding: the generated models give what a plain reading of the description gives, objects and errors alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_partner_v1_1.models import TxHistoryItem, TxStatus

from ..versions import PACKAGES
from .plain_decoding import PlainDecoder

DECODERS = {package: PlainDecoder(import_module(package)) for package in PACKAGES}


@pytest.mark.parametrize("package", DECODERS)
def test_every_field_decodes_as_the_description_says(package: str) -> None:
    """Whatever a field holds gives what the plain decoder gives: an equal model, or an equal error."""
    decoder = DECODERS[package]
    for name in decoder.names:
        for src in decoder.near_misses(name):
            compare(decoder, name, src)


@given(data=st.data())
def test_models_decode_as_the_description_says(data: st.DataObject) -> None:
    """Whatever objects hold gives what the plain decoder gives, and they stay as they are."""
    decoder = DECODERS[data.draw(st.sampled_from(sorted(DECODERS)))]
    name = data.draw(st.sampled_from(decoder.names))
    src = data.draw(decoder.objects(name))
    before = repr(src)
    compare(decoder, name, src)
    assert repr(src) == before


@pytest.mark.parametrize("wrap", [OrderedDict, MappingProxyType])
@pytest.mark.parametrize("src", [{"TxID": "a", "later": [1]}, dict.fromkeys(map(str, range(17)), 1)])
def test_any_mapping_can_be_decoded(wrap: Callable[[dict[str, Any]], Mapping[str, Any]], src: dict[str, Any]) -> None:
    """What is no plain dict decodes as one, also where it has as many fields as the model, but others."""
    assert TxHistoryItem.from_dict(wrap(src)) == TxHistoryItem.from_dict(src)
    assert TxHistoryItem.from_dict(wrap(src)).to_dict() == src


def test_unknown_fields_keep_their_order() -> None:
    """Unknown fields stand in the order in which they came."""
    names = ["z", "amount", "b", "TxID", "a"]
    assert list(TxHistoryItem.from_dict(dict.fromkeys(names)).additional_properties) == ["z", "b", "a"]


@given(st.text())
def test_a_value_decodes_to_what_its_enum_makes_of_it(text: str) -> None:
    """A known value decodes to its one member, the empty one too; an unknown one is not remembered."""
    decoded = TxHistoryItem.from_dict({"status": text}).status
    assert isinstance(decoded, TxStatus)
    assert (decoded, decoded.is_known) == (text, text in {member.value for member in TxStatus})
    assert TxHistoryItem.from_dict({"status": ""}).status is TxStatus.EMPTY


def compare(decoder: PlainDecoder, name: str, src: dict[str, Any]) -> None:
    """Decode by the generated model and by the plain decoder."""
    plain = outcome(decoder, lambda given: decoder.model(name, given), src)
    assert outcome(decoder, getattr(decoder.models, name).from_dict, src) == plain


def outcome(decoder: PlainDecoder, decode: Callable[[dict[str, Any]], Any], src: dict[str, Any]) -> tuple[Any, ...]:
    """What decoding gives, with its text, in which members of enums and plain strings differ; or what is wrong."""
    try:
        model = decode(src)
    except decoder.package.ResponseError as error:
        return error.model, error.field, error.problem
    return model, repr(model)
