"""What 10,000 rows of a ledger cost to decode, beside msgspec: `python benchmarks/decode.py`.

The rows are those of a fund's ledger, as the emulator returns it. Ours go the way of every response, bytes to models:
`json.loads`, then `from_dict`. msgspec decodes into Structs with the same fields and the same enums. It drops unknown
fields, which ours keep, and which rows have none of here; below are rows that have one, and rows with gaps.

Hand-lean attrs code is the least that can be written by hand with `json.loads` and an attrs class: it takes each field
by its name, checks nothing, drops unknown fields, and fails where a field is missing or an enum has another value.

The garbage collector is on, and collects before each case, so that each pays for its own. Peak memory is what
tracemalloc counts while the bytes, which are there before, are decoded.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import json
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
from _measure import goal, measure, not_measured, table
from _peers import MissingPeerError, interpreter
from qredo_partner_v1_1.models import AssetAmount, TransactionType, TxHistoryItem, TxLedger, TxStatus, Withdrawal

ROWS, ROUNDS = 10_000, 30
TIME = f"{ROWS:,} rows of a ledger, bytes to models, to msgspec's typed decode"
MEMORY = "the same, peak memory"
LEAN = f"{ROWS:,} rows of a ledger, bytes to models, to hand-lean attrs code"
_DEPOSIT: Mapping[str, object] = {
    **dict.fromkeys(
        ("TxID", "status", "counterpartyID", "counterpartyName", "reference", "benefitOf", "accountNo"), ""
    ),
    "type": "deposit",
    "expireTime": 0,
    "fees": 0,
}
_INTEGERS = frozenset({"timestamp", "expire_time", "amount", "fees", "net_amount"})
_ENUMS: Mapping[str, type] = {"status": TxStatus, "type_": TransactionType}
_STATUS = {member.value: member for member in TxStatus}
_TYPE = {member.value: member for member in TransactionType}


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Rows as the emulator returns them: every fourth a deposit, which has less to say."""
    for number in range(count):
        chance = hashlib.sha256(b"%d" % number).hexdigest()
        amount, fees = int(chance[:10], 16), int(chance[:3], 16)
        deposit = number % 4 == 0
        row = {
            "TxID": chance[:27],
            "chainTxID": chance,
            "fundID": "2BJrWo4ZII8BrmeeKVbB3YiNSV6",
            "timestamp": 1_656_720_000 + number,
            "expireTime": 1_656_806_400 + number,
            "status": "rejected" if chance[0] == "a" else "approved",
            "type": ("transferIn", "transferOut", "withdraw", "swapIn")[number % 4],
            "asset": "BTC-TESTNET" if chance[1] < "8" else "ETH-TESTNET",
            "amount": amount + fees,
            "fees": fees,
            "netAmount": amount,
            "counterpartyID": chance[10:54],
            "counterpartyName": "Beta Ltd",
            "address": chance[20:64],
            "reference": f"invoice {number}",
            "benefitOf": "Beta Ltd",
            "accountNo": f"{number:08}",
        }
        yield {**row, **_DEPOSIT} if deposit else row


def ledger(items: list[dict[str, Any]]) -> bytes:
    """The response that has these rows."""
    return json.dumps({"List": items, "Total": len(items)}, separators=(",", ":")).encode()


def ours(response: bytes) -> TxLedger:
    """What a call of `fund.get_ledger` makes of the bytes of its response."""
    return TxLedger.from_dict(json.loads(response))


def import_peer(name: str) -> Any:
    """Import msgspec or pydantic, from its own environment if ours has none.

    Raises:
        MissingPeerError: It cannot be installed there.
    """
    if importlib.util.find_spec(name) is None:
        (packages,) = interpreter(name).parents[1].glob("lib/python*/site-packages")
        sys.path.append(str(packages))
    return importlib.import_module(name)


def field_names() -> list[str]:
    """The fields of a row, without the one that keeps unknown ones."""
    return [field.name for field in attrs.fields(TxHistoryItem)][:-1]


def typed(msgspec: Any, example: dict[str, Any], *, enums: Mapping[str, type] = _ENUMS) -> Any:
    """A function that decodes a response into Structs."""

    def optional(wire: str, name: str) -> tuple[str, Any, Any]:
        kind: Any = enums.get(name, int if name in _INTEGERS else str)
        return name, kind | msgspec.UnsetType, msgspec.field(default=msgspec.UNSET, name=wire)

    fields = [optional(wire, name) for wire, name in zip(example, field_names(), strict=True)]
    item: Any = msgspec.defstruct("Item", fields, kw_only=True)
    both = [("List", list[item]), ("Total", int)]
    return msgspec.json.Decoder(msgspec.defstruct("Ledger", both)).decode


def validated(pydantic: Any, example: dict[str, Any]) -> Any:
    """A function that decodes a response into pydantic's models."""
    fields = {
        name: (_ENUMS.get(name, int if name in _INTEGERS else str) | None, pydantic.Field(default=None, alias=wire))
        for wire, name in zip(example, field_names(), strict=True)
    }
    item: Any = pydantic.create_model("Item", **fields)
    both = {"rows": (list[item], pydantic.Field(alias="List")), "total": (int, pydantic.Field(alias="Total"))}
    return pydantic.create_model("Ledger", **both).model_validate_json


@attrs.define
class LeanRow:
    """A row with the same fields as our model."""

    tx_id: str
    chain_tx_id: str
    fund_id: str
    timestamp: int
    expire_time: int
    status: TxStatus
    type_: TransactionType
    asset: str
    amount: int
    fees: int
    net_amount: int
    counterparty_id: str
    counterparty_name: str
    address: str
    reference: str
    benefit_of: str
    account_no: str


def lean_row(row: dict[str, Any]) -> LeanRow:
    """Make a row of what JSON says."""
    return LeanRow(
        row["TxID"],
        row["chainTxID"],
        row["fundID"],
        row["timestamp"],
        row["expireTime"],
        _STATUS[row["status"]],
        _TYPE[row["type"]],
        row["asset"],
        row["amount"],
        row["fees"],
        row["netAmount"],
        row["counterpartyID"],
        row["counterpartyName"],
        row["address"],
        row["reference"],
        row["benefitOf"],
        row["accountNo"],
    )


def lean(response: bytes) -> list[LeanRow]:
    """Decode with hand-lean code."""
    return [lean_row(row) for row in json.loads(response)["List"]]


def peak(decode: Callable[[], object]) -> float:
    """The most memory that is in use at a time, in MB."""
    gc.collect()
    tracemalloc.start()
    decode()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def withdrawal() -> bytes:
    """The body of a request, as it is sent."""
    model = Withdrawal(
        wallet_id="7WBmjzZ8eRZ5xRtVbDDtrMvGfgTHdM1nSsuGPeiPSF8Q",
        address="mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX",
        expires=1_656_806_400,
        send=AssetAmount(symbol="BTC-TESTNET", amount=500_000),
        benefit_of="Beta Ltd",
        account_no="99017",
        reference="invoice 7781",
        partner_tx_id="8b6a2d5e-6f1c-4a57-9d2b-3f0c7a1e5b42",
    )
    return json.dumps(model.to_dict(), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def our_cases(whole: list[dict[str, Any]]) -> dict[str, Callable[[], object]]:
    """What is measured of our models, and of hand-lean code, on these rows."""
    response, parsed = ledger(whole), {"List": whole, "Total": len(whole)}
    gaps = ledger([{wire: value for wire, value in row.items() if value != ""} for row in whole])
    more = ledger([{**row, "unknown": "field"} for row in whole])
    return {
        "hand-lean attrs code": lambda: lean(response),
        "ours": lambda: ours(response),
        "json.loads, the first half of ours": lambda: json.loads(response),
        "from_dict, the second half": lambda: TxLedger.from_dict(parsed),
        "ours, rows without their empty fields": lambda: ours(gaps),
        "ours, rows with an unknown field": lambda: ours(more),
    }


def peer_cases(msgspec: Any, pydantic: Any, whole: list[dict[str, Any]]) -> dict[str, Callable[[], object]]:
    """What they are measured beside, on the same rows."""
    response = ledger(whole)
    enums, plain = typed(msgspec, whole[0]), typed(msgspec, whole[0], enums={})
    models = validated(pydantic, whole[0])
    return {
        "msgspec": lambda: enums(response),
        "msgspec, plain strings for enums": lambda: plain(response),
        "pydantic": lambda: models(response),
        "msgspec, untyped": lambda: msgspec.json.decode(response),
        "msgspec untyped, then from_dict": lambda: TxLedger.from_dict(msgspec.json.decode(response)),
    }


def memory_table(peaks: Mapping[str, float]) -> str:
    """Peak memory in MB, and its ratio to that of msgspec, as a Markdown table."""
    lines = [f"| {name} | {most:.1f} | {most / peaks['msgspec']:.2f} |" for name, most in peaks.items()]
    return "\n".join(["| peak memory, tracemalloc | MB | ratio |", "|---|---|---|", *lines])


def main() -> None:
    """Print the tables and the goals."""
    try:
        msgspec, pydantic = import_peer("msgspec"), import_peer("pydantic")
    except MissingPeerError as error:
        for name in (LEAN, TIME, MEMORY):
            not_measured("Decode", name, str(error))
        return
    whole = list(rows(ROWS))
    cases = peer_cases(msgspec, pydantic, whole) | our_cases(whole)
    results = measure(cases, rounds=ROUNDS, before=gc.collect)
    print(table(f"{ROWS:,} rows, {len(ledger(whole)) / 1e6:.1f} MB", results, "ms"), end="\n\n")
    peaks = {
        "msgspec": peak(cases["msgspec"]),
        "pydantic": peak(cases["pydantic"]),
        "json.loads": peak(cases["json.loads, the first half of ours"]),
        "ours": peak(cases["ours"]),
    }
    print(memory_table(peaks))
    (body,) = measure({"a withdrawal, model to bytes": withdrawal}, rounds=ROUNDS, repeat=1000)
    print("", table("encode", [body]), "", sep="\n")
    by_name = {result.name: result for result in results}
    to_lean = zip(by_name["ours"].times, by_name["hand-lean attrs code"].times, strict=True)
    goal("Decode", LEAN, statistics.median(one / other for one, other in to_lean), 1.15)
    goal("Decode", TIME, by_name["ours"].ratio, 3.0)
    goal("Decode", MEMORY, peaks["ours"] / peaks["msgspec"], 2.0)


if __name__ == "__main__":
    main()
