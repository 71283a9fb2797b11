"""The models of a generated package: decoding, encoding, and what happens to what the description does not say."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_partner_v1_1 import UNSET, Mismatch, ResponseError, models
from qredo_partner_v1_1.models import (
    AgentInitResponse,
    AssetAmount,
    Company,
    Entity,
    FundWalletInfo,
    NewWallet,
    SweepApproval,
    Transfer,
    TxHistoryItem,
    TxLedger,
    TxStatus,
    WalletType,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)

ROWS = st.fixed_dictionaries(
    {},
    optional={
        "TxID": st.text(),
        "status": st.sampled_from(["", "pending", "approved", "a value of tomorrow"]),
        "type": st.sampled_from(["deposit", "swapOut", "a type of tomorrow"]),
        "amount": st.integers(),
        "netAmount": st.integers(min_value=-(2**63), max_value=2**63 - 1),
        "x-unknown": JSON,
    },
)


@given(st.lists(ROWS, max_size=5), st.integers())
def test_what_is_decoded_encodes_to_the_same(rows: list[dict[str, Any]], total: int) -> None:
    """A JSON object goes through a model unchanged: unknown fields, unknown values and numbers of any size included."""
    ledger = {"List": rows, "Total": total}
    assert ledger == TxLedger.from_dict(json.loads(json.dumps(ledger))).to_dict()


MODELS = [each for name in models.__all__ if hasattr(each := getattr(models, name), "from_dict")]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_json_fields_are_in_the_order_of_the_attributes(model: Any) -> None:
    """`JSON_FIELDS` has the name in JSON of each attribute, in their order."""
    sent = {name: object() for name in model.JSON_FIELDS}
    *values, more = attrs.astuple(model.from_dict(sent), recurse=False)
    assert [getattr(value, "raw", value) for value in values] == list(sent.values())
    assert more == {}


def test_amounts_beyond_the_exact_floats_stay_exact() -> None:
    """An amount above 2**53 survives decoding and encoding to the last unit."""
    amount = 10**18 + 1
    assert TxHistoryItem.from_dict({"amount": amount}).amount == amount
    assert TxHistoryItem(amount=amount).to_dict() == {"amount": amount}


@pytest.mark.parametrize("amount", [1.0, 1e18, "5", True, None])
def test_a_request_with_an_amount_that_is_no_int_is_refused(amount: Any) -> None:
    """A float, text, boolean or null amount never reaches the wire."""
    with pytest.raises(TypeError, match=r"AssetAmount\.amount takes an int"):
        AssetAmount(symbol="BTC", amount=amount).to_dict()


@pytest.mark.parametrize("amount", [1.0, "5", True, [1]])
def test_an_amount_that_is_no_integer_is_never_used(amount: Any) -> None:
    """An amount of another type in a response raises where it is used, with model and field."""
    found: Any = TxHistoryItem.from_dict({"amount": amount}).amount
    with pytest.raises(ResponseError) as caught:
        found + 1
    assert (caught.value.model, caught.value.field) == ("TxHistoryItem", "amount")


def test_a_missing_required_field_is_named() -> None:
    """A required field that is missing is a ResponseError with model and field, not a KeyError."""
    with pytest.raises(ResponseError, match=r"^Company\.name: required") as caught:
        Company.from_dict({})
    assert caught.value.field == "name"
    assert isinstance(Company.from_dict({"name": None}).name, Mismatch)


@pytest.mark.parametrize("answer", [None, [], "text", 1])
def test_what_is_no_object_is_refused(answer: Any) -> None:
    """A model is made from a JSON object and from nothing else."""
    with pytest.raises(ResponseError, match="expected an object"):
        Company.from_dict(answer)


def test_null_for_an_optional_field_is_absence() -> None:
    """Null for an optional field that is not nullable reads as not given."""
    item = TxHistoryItem.from_dict({"TxID": None, "amount": None, "status": None})
    assert item == TxHistoryItem()
    assert item.tx_id is UNSET


def test_null_for_a_nullable_field_is_kept() -> None:
    """Null and absence differ where the description says that null is a value."""
    assert NewWallet.from_dict({"name": "n", "asset": "BTC", "connect": None}).connect is None
    assert NewWallet.from_dict({"name": "n", "asset": "BTC"}).connect is UNSET
    assert NewWallet(name="n", asset="BTC", connect=None).to_dict() == {"name": "n", "asset": "BTC", "connect": None}


def test_values_are_open() -> None:
    """A value that the description does not list is kept, told apart, and equal to its text."""
    known, unknown = TxStatus("pending"), TxStatus("settling")
    assert known is TxStatus.PENDING
    assert known.is_known
    assert not unknown.is_known
    assert unknown == "settling"
    assert TxHistoryItem(status=unknown).to_dict() == {"status": "settling"}
    assert WalletType(0) is WalletType.STANDARD
    assert WalletType(99) == 99


@pytest.mark.parametrize("value", [TxStatus.PENDING, TxStatus("settling"), WalletType.FEE, WalletType(99)])
def test_values_survive_copies_and_pickles(value: TxStatus | WalletType) -> None:
    """Known and unknown values are the same after a deep copy and a pickle."""
    assert value == copy.deepcopy(value) == pickle.loads(pickle.dumps(value))


def test_unset_survives_copies_and_pickles() -> None:
    """A model with unset fields encodes the same after a deep copy and a pickle."""
    item = TxHistoryItem(tx_id="1")
    assert {"TxID": "1"} == copy.deepcopy(item).to_dict() == pickle.loads(pickle.dumps(item)).to_dict()


def test_a_union_is_told_apart_by_its_json_type() -> None:
    """An approver is text or an entity, as it comes."""
    assert SweepApproval.from_dict({"entity": "label"}).entity == "label"
    entity = SweepApproval.from_dict({"entity": {"id": "x"}})
    assert entity.entity == Entity(id="x")
    assert entity.to_dict() == {"entity": {"id": "x"}}
    assert isinstance(SweepApproval.from_dict({"entity": 5}).entity, Mismatch)


def test_secrets_stay_out_of_the_repr() -> None:
    """The secret that registers an agent is not printed with the answer that brings it."""
    answer = AgentInitResponse.from_dict({"id": "a", "clientSecret": "planted-secret", "clientID": "planted-identity"})
    assert answer.client_secret == "planted-secret"
    assert "planted" not in repr(answer)


def test_nested_models_round_trip() -> None:
    """Models inside models and lists encode to what they were decoded from."""
    wallet = {
        "wallet_id": "w",
        "type": 1,
        "policy_tx": {"members": [{"dedicated": True, "entity": {"type": "core-client", "coreClient": {"name": "x"}}}]},
        "connected": [{"client_id": "c", "status": "initiated"}],
        "of_tomorrow": {"a": [1, None]},
    }
    assert FundWalletInfo.from_dict(wallet).to_dict() == wallet


def test_a_field_of_the_model_wins_over_an_unknown_one_of_its_name() -> None:
    """What is set on the model is what is sent, whatever additional_properties hold."""
    company = Company(name="A", additional_properties={"name": "B", "extra": 1})
    assert company.to_dict() == {"name": "A", "extra": 1}


def test_optional_arguments_may_be_none() -> None:
    """None for an optional field of a request is left out rather than sent as null."""
    send = AssetAmount(symbol="BTC", amount=1)
    transfer = Transfer(wallet_id="w", counterparty_wallet_address="c", expires=1, send=send, reference=None)  # type: ignore[arg-type]
    assert "reference" not in transfer.to_dict()


def test_models_take_keywords_only() -> None:
    """No order of fields can swap two wallets or two amounts."""
    with pytest.raises(TypeError, match="positional"):
        AssetAmount("BTC", 1)  # type: ignore[call-arg]
