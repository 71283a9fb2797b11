"""Edits that a vendor might make, of each kind in several places: each is told truly, covered by the overlay or not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from qredo_codegen.adoption.rows import rows
from qredo_codegen.adoption.shape import shape_of
from qredo_codegen.description.document import Document, load, plain
from qredo_codegen.description.overlay import Overlay, apply_all, load_overlay

from .checkouts import PACKAGE, ROOT
from .rewrites import REWRITES

OVERLAY = ROOT / "spec" / PACKAGE / "overlay.yaml"
OURS = load(ROOT / "spec" / PACKAGE / "openapi.yaml")
TRANSFER = "/company/{company_id}/transfer"
WITHDRAW = "/company/{company_id}/withdraw"
FUND = "/company/{company_id}/fund"
LEDGER = f"{FUND}/{{fund_id}}/ledger"
WALLET = "/wallet/{wallet_id}"
COMPANY = "/company/{company_id}"

pytestmark = pytest.mark.once


class Case(NamedTuple):
    """An edit, and what it means for a client."""

    name: str
    effect: str
    edit: Callable[[Document], object]


def bind(edit: Callable[..., object], *given: str | bool) -> Callable[[Document], object]:
    """An edit of a document, with the rest of its arguments given."""
    return lambda document: edit(document, *given)


def named(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def operation(document: Document, path: str, method: str) -> Document:
    found: Document = document["paths"][path][method]
    return found


def schemas_cases() -> Iterator[Case]:
    """Edits of named schemas: of requests, of responses, and of both."""
    for name, field in (
        ("Transfer", "partner_txID"),
        ("Withdrawal", "reference"),
        ("Sweep", "reference"),
        ("AtomicSwapMake", "partner_txID"),
        ("AtomicSwapTake", "partner_txID"),
        ("Fund", "description"),
        ("Fund", "wallets"),
        ("NewWallet", "connect"),
    ):
        yield Case(
            f"required: {name}.{field}",
            "breaking",
            bind(lambda d, n, f: named(d, n).setdefault("required", []).append(f), name, field),
        )
    for name, field in (("NewWallet", "name"), ("NewCustodyGroup", "threshold"), ("AddFundWhitelist", "name")):
        # Our description says so already.
        yield Case(
            f"required, as we have it: {name}.{field}",
            "none",
            bind(lambda d, n, f: named(d, n).update(required=[f]), name, field),
        )
    for name, field in (("Transfer", "wallet_id"), ("Fund", "name"), ("TrustedPartyNew", "address")):
        yield Case(
            f"optional: {name}.{field}",
            "compatible",
            bind(lambda d, n, f: named(d, n)["required"].remove(f), name, field),
        )
    for name, field in (("CreateCompanyResponse", "company_id"), ("Holdings", "holdings")):
        yield Case(
            f"optional: {name}.{field}",
            "breaking",
            bind(lambda d, n, f: named(d, n)["required"].remove(f), name, field),
        )
    for name, field in (
        ("FundDetail", "name"),
        ("FundWalletInfo", "balance"),
        ("TxHistoryItem", "fees"),
        ("Policy", "threshold"),
        ("TxInfo", "reference"),
        ("Transfer", "reference"),
        ("Withdrawal", "benefit_of"),
        ("Fund", "description"),
    ):
        yield Case(
            f"removed: {name}.{field}", "breaking", bind(lambda d, n, f: named(d, n)["properties"].pop(f), name, field)
        )
    for name in (
        "FundDetail",
        "FundWalletInfo",
        "Policy",
        "TxInfo",
        "Transfer",
        "Withdrawal",
        "Fund",
        "Error",
        "Holding",
    ):
        yield Case(
            f"added: {name}.new",
            "compatible",
            bind(lambda d, n: named(d, n)["properties"].update(new={"type": "string"}), name),
        )
    for name, field, kind in (
        ("FundDetail", "name", "integer"),
        ("FundWalletInfo", "balance", "string"),
        ("TxHistoryItem", "amount", "string"),
        ("TxInfo", "status", "string"),
        ("Transfer", "wallet_id", "integer"),
        ("Fund", "name", "integer"),
        ("FeesRequest", "asset", "integer"),
        ("AssetAmount", "amount", "string"),
    ):
        yield Case(
            f"type: {name}.{field}",
            "breaking",
            bind(lambda d, n, f, k: named(d, n)["properties"].__setitem__(f, {"type": k}), name, field, kind),
        )
    yield Case("enum: EntityType removed", "compatible", lambda d: named(d, "EntityType")["enum"].remove("company"))
    yield Case(
        "enum: FeesRequest removed", "breaking", lambda d: named(d, "FeesRequest")["properties"]["type"]["enum"].pop()
    )
    yield Case(
        "enum: FeesRequest added",
        "compatible",
        lambda d: named(d, "FeesRequest")["properties"]["type"]["enum"].append("x"),
    )
    yield Case(
        "nullable: FundDetail.name",
        "breaking",
        lambda d: named(d, "FundDetail")["properties"]["name"].update(nullable=True),
    )
    yield Case("unused: User.email", "none", lambda d: named(d, "User")["properties"].pop("email"))
    yield Case("unused: UserList.total_count", "none", lambda d: named(d, "UserList")["required"].remove("total_count"))
    yield Case("text: Transfer", "none", lambda d: named(d, "Transfer").update(description="Other words."))


def parameter(name: str, *, required: bool = False, place: str = "query", kind: str = "string") -> Document:
    return {"name": name, "in": place, "required": required, "schema": {"type": kind}}


def operations_cases() -> Iterator[Case]:
    """Edits of operations: what is gone, parameters, bodies, responses, security and servers."""
    for path, method in (
        ("/exchanges", "get"),
        (TRANSFER, "post"),
        (f"{WALLET}/history", "get"),
        ("/coreclient/feed", "get"),
    ):
        yield Case(f"gone: {method} {path}", "breaking", bind(lambda d, p, m: d["paths"][p].pop(m), path, method))
    yield Case("gone: whole path", "breaking", lambda d: d["paths"].pop(f"{TRANSFER}/{{tx_id}}"))
    yield Case("moved: path", "breaking", lambda d: d["paths"].__setitem__("/markets", d["paths"].pop("/exchanges")))
    yield Case(
        "new: operation",
        "compatible",
        lambda d: d["paths"].__setitem__("/news", {"get": {"responses": {"200": {"description": ""}}}}),
    )
    for path, method in ((LEDGER, "get"), (TRANSFER, "post"), (WALLET, "get")):
        for required, effect in ((False, "compatible"), (True, "breaking")):
            yield Case(
                f"query {'required' if required else 'optional'}: {method} {path}",
                effect,
                bind(
                    lambda d, p, m, r: operation(d, p, m)["parameters"].append(parameter("new", required=r)),
                    path,
                    method,
                    required,
                ),
            )
    yield Case(
        "header required",
        "breaking",
        lambda d: operation(d, WITHDRAW, "post")["parameters"].append(
            parameter("x-approval", required=True, place="header")
        ),
    )
    for name in ("asset", "offset", "direction"):
        yield Case(
            f"query gone: {name}",
            "breaking",
            bind(
                lambda d, n: operation(d, LEDGER, "get").update(
                    parameters=[one for one in operation(d, LEDGER, "get")["parameters"] if one["name"] != n]
                ),
                name,
            ),
        )
    for name, kind in (("limit", "string"), ("asset", "integer")):
        yield Case(
            f"query type: {name}", "breaking", bind(lambda d, n, k: query(d, n)["schema"].update(type=k), name, kind)
        )
    yield Case("query became required", "breaking", lambda d: query(d, "asset").update(required=True))
    for path in (TRANSFER, FUND, "/coreclient"):
        yield Case(
            f"media type of the body: {path}",
            "breaking",
            bind(lambda d, p: as_form(operation(d, p, "post")["requestBody"]), path),
        )
    for path, status in ((WALLET, "200"), (COMPANY, "200")):
        yield Case(
            f"media type of the response: {path}",
            "breaking",
            bind(lambda d, p, s: as_form(operation(d, p, "get")["responses"][s]), path, status),
        )
    yield Case("status moved", "breaking", lambda d: move(operation(d, WALLET, "get")["responses"], "200", "206"))
    yield Case(
        "error added",
        "compatible",
        lambda d: operation(d, WALLET, "get")["responses"].update({"423": {"description": ""}}),
    )
    yield Case("operation id", "none", lambda d: operation(d, WALLET, "get").update(operationId="read_wallet"))
    yield Case("deprecated", "compatible", lambda d: operation(d, WALLET, "get").update(deprecated=True))
    yield Case("open call", "compatible", lambda d: operation(d, "/assets", "get").update(security=[]))
    yield Case("server gone", "breaking", lambda d: d["servers"].pop())
    yield Case(
        "server of one operation",
        "breaking",
        lambda d: operation(d, TRANSFER, "post").update(servers=[{"url": "https://x.example"}]),
    )


def query(document: Document, name: str) -> Document:
    return next(one for one in operation(document, LEDGER, "get")["parameters"] if one["name"] == name)


def as_form(holder: Document) -> None:
    move(holder["content"], "application/json", "application/x-www-form-urlencoded")


def move(mapping: Document, old: str, new: str) -> None:
    mapping[new] = mapping.pop(old)


CASES = [*schemas_cases(), *operations_cases()]
WORST = ("none", "compatible", "breaking")


@cache
def vendors() -> Document:
    path = os.environ.get("QREDO_VENDOR_FILE")
    if not path:
        pytest.skip("QREDO_VENDOR_FILE does not name the vendor's description of the Partner API 1.1.2")
    return load(Path(path))


@cache
def overlay() -> Overlay:
    return load_overlay(OVERLAY)


@cache
def described() -> Document:
    return apply_all(vendors(), overlay()).document


def test_there_are_enough_edits() -> None:
    """At least 60, each under a name of its own, and a good part of each effect."""
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert all(sum(case.effect == effect for case in CASES) >= 4 for effect in WORST)


@pytest.mark.full
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_each_edit_is_told_truly(case: Case) -> None:
    """The worst row says what the edit means; what does not reach the description names the action that covers it."""
    edited: Any = plain(vendors())
    case.edit(edited)
    found = rows(shape_of(vendors()), shape_of(edited), overlay(), OURS)
    assert max([row.effect for row in found], key=WORST.index, default="none") == case.effect, found
    material = [row for row in found if row.effect != "none"]
    if material and apply_all(edited, overlay()).document == described():
        assert all(row.actions and not row.reaches for row in material)
    else:
        assert not material or any(row.reaches for row in material)


@pytest.mark.full
@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES[::16]])
def test_an_edit_is_told_the_same_in_a_file_that_is_written_otherwise(
    case: Case, rewrite: Callable[[Document], Document]
) -> None:
    """A real change is told where the whole file is rewritten with it, and nothing else that a client meets."""
    edited: Any = plain(vendors())
    case.edit(edited)

    def told(document: Document) -> list[tuple[str, str, str]]:
        found = rows(shape_of(vendors()), shape_of(document), overlay(), OURS)
        return sorted((row.becomes, row.effect, row.reason) for row in found if row.effect != "none")

    assert told(rewrite(plain(edited))) == told(edited)
