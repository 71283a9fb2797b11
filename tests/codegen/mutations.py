"""Planted changes of our own description: one per kind, with what each does to a client.

A mutation may prepare both descriptions first, where ours does not have what is to change. They are planted in the
paths that they touch and what these need, not in all of it: a comparison of that costs a tenth.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from qredo_codegen.description.document import Document, load, operations
from qredo_codegen.description.places import reached

__all__ = ["FIELDS", "MUTATIONS", "B", "C", "Mutation", "description", "node", "schema"]

Edit = Callable[[Document], object]
B, C = "breaking", "compatible"
_DESCRIPTION = Path(__file__).parents[2] / "spec" / "qredo_partner_v1_1" / "openapi.yaml"
_COMPANY = ("/company", "/company/{company_id}")
_TOUCHED = (
    *_COMPANY,
    "/assets",
    "/company/search",
    "/company/{company_id}/fund/search",
    "/company/{company_id}/fund/{fund_id}/ledger",
    "/company/{company_id}/fund/{fund_id}/wallet/{wallet_id}/policy",
    "/company/{company_id}/holding",
    "/company/{company_id}/transfer",
    "/company/{company_id}/trustedparty",
    "/wallet/{wallet_id}",
    "/wallets/feed",
)


@dataclass(frozen=True, eq=False)
class Mutation:
    """One planted change.

    Attributes:
        expected: Kind and effect of everything that it changes.
        edit: Plants it.
        prepare: Done to both descriptions before.
        name: For the test's id.
        paths: What it is planted in.
    """

    expected: dict[str, str]
    edit: Edit
    prepare: Edit = lambda document: None
    name: str = ""
    paths: tuple[str, ...] = _TOUCHED

    def __str__(self) -> str:
        return self.name or "+".join(self.expected)

    def pair(self) -> tuple[Document, Document]:
        """The old and the new description; they share nothing."""
        old = description(*self.paths)
        self.prepare(old)
        new = copy.deepcopy(old)
        self.edit(new)
        return old, new


def description(*paths: str) -> Document:
    """A copy of our description of the Partner API 1.1.2, or of these paths of it with the components they need."""
    found: Document = pickle.loads(_pickled(*paths))
    return found


@cache
def _pickled(*paths: str) -> bytes:
    return pickle.dumps(_trimmed(description(), paths) if paths else load(_DESCRIPTION))


def _trimmed(document: Document, paths: tuple[str, ...]) -> Document:
    document["paths"] = {path: document["paths"][path] for path in paths}
    needed = reached(document, ["/paths"])
    for section, members in document["components"].items():
        if section != "securitySchemes":
            kept = {name: value for name, value in members.items() if f"/components/{section}/{name}" in needed}
            document["components"][section] = kept
    return document


def node(document: Document, operation_id: str) -> Document:
    """An operation by its operationId."""
    return next(one.node for one in operations(document) if one.node["operationId"] == operation_id)


def schema(document: Document, name: str) -> Document:
    """A component schema by its name."""
    found: Document = document["components"]["schemas"][name]
    return found


def _path(document: Document, operation_id: str) -> tuple[str, str]:
    return next((one.path, one.method) for one in operations(document) if one.node["operationId"] == operation_id)


def _set(operation_id: str, **values: Any) -> Edit:
    return lambda document: node(document, operation_id).update({k.replace("_", "-"): v for k, v in values.items()})


def _drop(operation_id: str, key: str) -> Edit:
    return lambda document: node(document, operation_id).pop(key)


def _move(operation_id: str, path: str, method: str | None = None) -> Edit:
    def edit(document: Document) -> None:
        old, verb = _path(document, operation_id)
        operation = document["paths"][old].pop(verb)
        document["paths"].setdefault(path, {})[method or verb] = operation

    return edit


def _remove(operation_id: str) -> Edit:
    def edit(document: Document) -> None:
        path, method = _path(document, operation_id)
        del document["paths"][path][method]

    return edit


def _copy(operation_id: str, new_id: str, path: str) -> Edit:
    def edit(document: Document) -> None:
        document["paths"][path] = {"get": {**copy.deepcopy(node(document, operation_id)), "operationId": new_id}}

    return edit


def _rename_path_parameter(document: Document) -> None:
    document["components"]["parameters"]["CompanyId"]["name"] = "firm"
    paths = document["paths"]
    document["paths"] = {path.replace("{company_id}", "{firm}"): item for path, item in paths.items()}


def _parameter(document: Document, operation_id: str, name: str) -> Document:
    return next(one for one in node(document, operation_id)["parameters"] if one.get("name") == name)


def _on_parameter(operation_id: str, parameter: str, /, **values: Any) -> Edit:
    keys = {key.rstrip("_"): value for key, value in values.items()}
    return lambda document: _parameter(document, operation_id, parameter).update(keys)


def _add_parameter(operation_id: str, **values: Any) -> Edit:
    new = {"name": "probe", "in": "query", "schema": {"type": "string"}} | {k.rstrip("_"): v for k, v in values.items()}
    return lambda document: node(document, operation_id).setdefault("parameters", []).append(copy.deepcopy(new))


def _drop_parameter(operation_id: str, name: str) -> Edit:
    return lambda document: node(document, operation_id)["parameters"].remove(_parameter(document, operation_id, name))


def _body(document: Document, operation_id: str = "company_create") -> Document:
    found: Document = node(document, operation_id)["requestBody"]
    return found


def _responses(document: Document, operation_id: str = "company_get") -> dict[str, Any]:
    found: dict[str, Any] = node(document, operation_id)["responses"]
    return found


def _add_header(document: Document) -> None:
    headers = _responses(document)["200"].setdefault("headers", {})
    headers["X-Probe"] = {"required": True, "schema": {"type": "string"}}


def _add_optional_header(document: Document) -> None:
    _add_header(document)
    del _responses(document)["200"]["headers"]["X-Probe"]["required"]


def _server(document: Document, name: str) -> Document:
    return next(one for one in document["servers"] if one["x-name"] == name)


def _feed(document: Document, name: str) -> Document:
    items = document["paths"].values()
    return next(item["x-websocket"] for item in items if item.get("x-websocket", {}).get("name") == name)


def _move_feed(document: Document) -> None:
    document["paths"]["/wallets/stream"] = document["paths"].pop("/wallets/feed")


def _stamp_rule(rule: str) -> Edit:
    return lambda document: document["components"]["securitySchemes"]["nonce"].update({"x-stamp-rule": rule})


API = (
    # Servers
    Mutation(
        {"server-added": C}, lambda d: d["servers"].append({"url": "https://x.example", "x-name": "x"}), name="a server"
    ),
    Mutation({"server-removed": B}, lambda d: d["servers"].remove(_server(d, "sandbox_qapi"))),
    Mutation({"server-renamed": B}, lambda d: _server(d, "play").update({"x-name": "playground"})),
    Mutation({"server-url-changed": B}, lambda d: _server(d, "sandbox").update(url="https://sandbox.example/api/v2")),
    Mutation({"server-deprecated": C}, lambda d: _server(d, "sandbox").update({"x-deprecated": True})),
    Mutation({"server-undeprecated": C}, lambda d: _server(d, "play").pop("x-deprecated")),
    # Security
    Mutation({"security-added": C}, lambda d: d["security"].append({"agent_token": []})),
    Mutation({"security-removed": B}, lambda d: d["security"].pop(), name="a stamp is no longer taken"),
    Mutation({"security-removed": B, "security-added": C}, _set("company_get", security=[{"agent_token": []}])),
    Mutation({"security-removed": B}, lambda d: _feed(d, "wallets")["security"].pop(),
             prepare=lambda d: _feed(d, "wallets")["security"].append({"agent_token": []}), name="security of a feed"),
    Mutation({"security-scheme-changed": B},
             lambda d: d["components"]["securitySchemes"]["api_key"].update(name="x-key"), name="another header"),
    Mutation({"security-scheme-changed": B},
             lambda d: d["components"]["securitySchemes"]["partner_signature"]["x-signature"].update(encoding="hex"),
             name="another signature"),
    Mutation({"stamp-rule-tightened": B}, _stamp_rule("counter")),
    Mutation({"stamp-rule-loosened": C}, lambda d: d["components"]["securitySchemes"]["nonce"].pop("x-stamp-rule"),
             prepare=_stamp_rule("counter")),
    # Feeds
    Mutation({"feed-removed": B}, lambda d: d["paths"].pop("/wallets/feed")),
    Mutation({"feed-renamed": B}, lambda d: _feed(d, "wallets").update(name="movements")),
    Mutation({"feed-path-changed": B}, _move_feed),
    Mutation({"feed-added": C}, lambda d: d["paths"].update(
        {"/more/feed": {"x-websocket": {**copy.deepcopy(_feed(d, "wallets")), "name": "more"}}})),
    Mutation({"response-field-removed": B}, lambda d: schema(d, "WalletFeedMessage")["properties"].pop("fee"),
             name="a field of a feed's message is gone"),
    # Operations
    Mutation({"operation-added": C}, _copy("asset_get_all", "asset_get_more", "/assets/more")),
    Mutation({"operation-removed": B}, _remove("holding_get_all")),
    Mutation({"operation-renamed": B}, _set("holding_get_all", operationId="holding_fetch_all")),
    Mutation({"operation-tag-changed": B}, _set("holding_get_all", tags=["company"])),
    Mutation({"operation-path-changed": B}, _move("asset_get_all", "/all-assets")),
    Mutation({"operation-method-changed": B}, _move("wallet_update_policy",
             "/company/{company_id}/fund/{fund_id}/wallet/{wallet_id}/policy", "post"), name="another method"),
    Mutation({"operation-keyword-changed": B}, _set("asset_get_all", servers=[{"url": "https://assets.example"}])),
    Mutation({"deprecated": C}, _set("asset_get_all", deprecated=True), name="an operation is deprecated"),
    Mutation({"undeprecated": C}, _drop("asset_get_all", "deprecated"), prepare=_set("asset_get_all", deprecated=True)),
    # What the extensions promise
    Mutation({"idempotency-key-removed": B}, _drop("transfer_create", "x-idempotency-key")),
    Mutation({"idempotency-key-changed": B}, _set("transfer_create", x_idempotency_key="reference")),
    Mutation({"idempotency-key-added": C}, _set("company_create", x_idempotency_key="ref")),
    Mutation({"idempotent-removed": B}, _drop("company_update", "x-idempotent")),
    Mutation({"idempotent-added": C}, _set("company_create", x_idempotent=True)),
    Mutation({"outcome-changed": C}, _set("company_create", x_outcome="company_get")),
    Mutation({"pagination-removed": B}, _drop("fund_get_ledger", "x-pagination")),
    Mutation({"pagination-changed": B}, lambda d: node(d, "fund_get_ledger")["x-pagination"].update(offset="limit")),
    Mutation({"pagination-added": C}, _set("fund_search", x_pagination={"items": "a", "offset": "b", "limit": "c"})),
    Mutation({"page-size-changed": C}, lambda d: node(d, "fund_get_ledger")["x-pagination"].update(page_size=50)),
    # Parameters
    Mutation({"parameter-added": C}, _add_parameter("company_search")),
    Mutation({"parameter-added-required": B}, _add_parameter("company_search", required=True)),
    Mutation({"parameter-added-required": B}, _add_parameter("company_search", required=True, in_="header"),
             name="a required header"),
    Mutation({"parameter-takes-field": B}, _add_parameter("company_create", name="city"),
             name="a query parameter with the name of a body's field"),
    Mutation({"request-keyword-changed": B},
             lambda d: _body(d)["content"]["application/json"].update(encoding={"city": {"explode": False}}),
             name="the encoding of a body's field"),
    Mutation({"parameter-removed": B}, _drop_parameter("company_search", "query")),
    Mutation({"parameter-renamed": B}, _rename_path_parameter),
    Mutation({"parameter-removed": B, "parameter-added": C}, _on_parameter("company_search", "query", name="q"),
             name="a query parameter is called otherwise"),
    Mutation({"parameter-location-changed": B, "parameter-style-changed": B},
             _on_parameter("company_search", "query", in_="header")),
    Mutation({"parameter-location-changed": B}, _on_parameter("company_search", "query", in_="cookie")),
    Mutation({"parameter-became-required": B}, _on_parameter("company_search", "query", required=True)),
    Mutation({"parameter-became-optional": C}, _on_parameter("company_search", "query", required=False),
             prepare=_on_parameter("company_search", "query", required=True)),
    Mutation({"parameter-style-changed": B}, _on_parameter("company_search", "probe", explode=False),
             prepare=_add_parameter("company_search", schema={"type": "array", "items": {"type": "string"}})),
    Mutation({"parameter-style-changed": B}, _on_parameter("company_search", "query", allowReserved=True),
             name="reserved characters"),
    Mutation({"request-type-changed": B}, lambda d: _parameter(d, "company_search", "query").update(
        schema={"type": "boolean"}), name="the type of a parameter"),
    Mutation({"request-constraint-tightened": B}, lambda d: _parameter(d, "fund_get_ledger", "limit")["schema"].update(
        maximum=50), name="a limit of a parameter"),
    Mutation({"request-constraint-loosened": C}, lambda d: _parameter(d, "fund_get_ledger", "limit")["schema"].pop(
        "minimum"), name="a parameter without its limit"),
    Mutation({"request-enum-value-removed": B}, lambda d: schema(d, "LedgerDirection")["enum"].remove("all"),
             name="a value of a parameter"),
    # Bodies
    Mutation({"request-body-removed": B}, _drop("company_create", "requestBody")),
    Mutation({"request-body-added-required": B}, lambda d: node(d, "company_get").update(
        requestBody=copy.deepcopy(_body(d)))),
    Mutation({"request-body-added": C}, lambda d: node(d, "company_get").update(
        requestBody={**copy.deepcopy(_body(d)), "required": False})),
    Mutation({"request-body-became-required": B}, lambda d: _body(d).update(required=True),
             prepare=lambda d: _body(d).update(required=False)),
    Mutation({"request-body-became-optional": C}, lambda d: _body(d).pop("required")),
    Mutation({"request-media-type-added": C}, lambda d: _body(d)["content"].update({"application/x-probe": {}})),
    Mutation({"request-media-type-removed": B}, lambda d: _body(d)["content"].pop("application/x-probe"),
             prepare=lambda d: _body(d)["content"].update({"application/x-probe": {}})),
    # Answers
    Mutation({"success-status-added": C}, lambda d: _responses(d).update({"203": copy.deepcopy(_responses(d)["200"])})),
    Mutation({"success-status-added-different": B}, lambda d: _responses(d).update({"202": {"description": "Later."}})),
    Mutation({"success-status-removed": B}, lambda d: _responses(d).pop("203"),
             prepare=lambda d: _responses(d).update({"203": copy.deepcopy(_responses(d)["200"])})),
    Mutation({"success-status-removed": B, "success-status-added": C}, lambda d: _responses(d).update(
        {"201": _responses(d).pop("200")}), name="another status for success"),
    Mutation({"error-status-added": C}, lambda d: _responses(d).update({"410": {"description": "Gone."}})),
    Mutation({"error-status-removed": C}, lambda d: _responses(d).pop("404")),
    Mutation({"error-status-removed": C}, lambda d: _responses(d).pop("default"), name="no default answer"),
    Mutation({"response-body-removed": B}, lambda d: _responses(d)["200"].pop("content")),
    Mutation({"response-body-added": C}, lambda d: _responses(d)["203"].update(
        content=copy.deepcopy(_responses(d)["200"]["content"])),
        prepare=lambda d: _responses(d).update({"203": {"description": "x"}})),
    Mutation({"response-media-type-added": C}, lambda d: _responses(d)["200"]["content"].update({"text/x": {}})),
    Mutation({"response-media-type-removed": B}, lambda d: _responses(d)["200"]["content"].pop("text/x"),
             prepare=lambda d: _responses(d)["200"]["content"].update({"text/x": {}})),
    Mutation({"response-header-added": C}, _add_header),
    Mutation({"response-header-removed": B}, lambda d: _responses(d)["200"].pop("headers"), prepare=_add_header),
    Mutation({"response-header-became-optional": B},
             lambda d: _responses(d)["200"]["headers"]["X-Probe"].pop("required"), prepare=_add_header),
    Mutation({"response-header-became-required": C},
             lambda d: _responses(d)["200"]["headers"]["X-Probe"].update(required=True),
             prepare=_add_optional_header),
    # Fields that are there
    Mutation({"response-field-removed": B}, lambda d: schema(d, "Error")["properties"].pop("msg"),
             name="a field of every error"),
    Mutation({"request-field-became-required": B}, lambda d: schema(d, "CompanyCreate")["required"].append("city")),
    Mutation({"request-field-became-optional": C}, lambda d: schema(d, "CompanyCreate")["required"].remove("name")),
    Mutation({"response-field-became-optional": B}, lambda d: schema(d, "Company")["required"].remove("name")),
    Mutation({"response-field-became-required": C}, lambda d: schema(d, "Company")["required"].append("city")),
    Mutation({"request-field-added-required": B}, lambda d: (
        schema(d, "CompanyCreate")["properties"].update(probe={"type": "string"}),
        schema(d, "CompanyCreate")["required"].append("probe"))),
    Mutation({"response-field-added": C}, lambda d: (
        schema(d, "Company")["properties"].update(probe={"type": "string"}),
        schema(d, "Company")["required"].append("probe")), name="a required field of an answer"),
    Mutation({"known-value-added": C}, lambda d: schema(d, "WalletStatus")["x-known-values"].append("lost"),
             prepare=lambda d: schema(d, "WalletStatus").pop("x-enum-varnames", None)),
    Mutation({"known-value-removed": C}, lambda d: schema(d, "WalletStatus")["x-known-values"].remove("expired"),
             prepare=lambda d: schema(d, "WalletStatus").pop("x-enum-varnames", None)),
    Mutation({"value-renamed": B}, lambda d: schema(d, "TrustedPartyType")["x-enum-varnames"].__setitem__(0, "PERSON")),
    Mutation({"list-added": C}, lambda d: schema(d, "TrustedPartyList").update({"x-list": "list"}),
             prepare=lambda d: schema(d, "TrustedPartyList").pop("x-list")),
    Mutation({"list-removed": B}, lambda d: schema(d, "TrustedPartyList").pop("x-list")),
    Mutation({"list-changed": B}, lambda d: schema(d, "TrustedPartyList").update({"x-list": "other"})),
    Mutation({"sensitivity-changed": C}, lambda d: schema(d, "Company")["properties"]["ref"].update(
        {"x-sensitive": True})),
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A change of one field, planted in a body and in an answer.

    Attributes:
        kind: Kind of the change, without direction where `directed`.
        before: Its schema; None if it is not there.
        after: Its schema; None if it is gone.
        request: What the change does to who sends the field.
        response: What it does to who receives it.
        directed: Whether the kind tells the direction.
    """

    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request: str
    response: str
    directed: bool = True

    def mutations(self) -> Iterator[Mutation]:
        for direction, holder in (("request", "CompanyCreate"), ("response", "Company")):
            effect = self.request if direction == "request" else self.response
            if effect:
                kind = f"{direction}-{self.kind}" if self.directed else self.kind
                edits = self._edit(holder, self.after), self._edit(holder, self.before)
                yield Mutation({kind: effect}, *edits, self._id(kind), _COMPANY)

    def _id(self, kind: str) -> str:
        return f"{kind}: {self.before} to {self.after}"

    @staticmethod
    def _edit(holder: str, value: dict[str, Any] | None) -> Edit:
        def edit(document: Document) -> None:
            properties = schema(document, holder)["properties"]
            properties.pop("probe", None)
            if value is not None:
                properties["probe"] = copy.deepcopy(value)

        return edit


def _s(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


def _i(**more: Any) -> dict[str, Any]:
    return {"type": "integer", **more}


def _o(*required: str, extra: Any = None, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties, "required": list(required)}
    return found if extra is None else {**found, "additionalProperties": extra}


def _a(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def _tagged(**mapping: str) -> Document:
    """Alternatives that a field tells apart."""
    refs = {value: f"#/components/schemas/{name}" for value, name in mapping.items()}
    members = [{"$ref": ref} for ref in sorted(refs.values())]
    return {"oneOf": members, "discriminator": {"propertyName": "kind", "mapping": refs}}


FIELDS = (
    Field("field-added", None, _s(), C, C),
    Field("field-removed", _s(), None, B, B),
    Field("field-added", _o(), _o(deep=_s()), C, C),
    Field("field-removed", _a(_o(deep=_s())), _a(_o()), B, B),
    Field("field-became-required", _o(deep=_s()), _o("deep", deep=_s()), B, C),
    Field("field-became-optional", _o("deep", deep=_s()), _o(deep=_s()), C, B),
    Field("field-removed", _s(), _s(readOnly=True), B, ""),
    Field("field-removed", _s(), _s(writeOnly=True), "", B),
    Field("field-added", _s(readOnly=True), _s(), C, ""),
    Field("type-changed", _s(), {"type": "boolean"}, B, B),
    Field("type-changed", _s(), _i(), B, B),
    Field("type-changed", _o(), _a(_s()), B, B),
    Field("type-changed", _a(_s()), _a(_i()), B, B),
    Field("type-changed", _a(_a(_s())), _a(_a(_i())), B, B),
    Field("type-changed", {**_o(), "additionalProperties": _s()}, {**_o(), "additionalProperties": _i()}, B, B),
    Field("type-widened", _i(), {"type": "number"}, C, B),
    Field("type-narrowed", {"type": "number"}, _i(), B, C),
    Field("type-widened", _s(), {}, C, B),
    Field("type-narrowed", {}, _s(), B, C),
    Field("format-widened", _i(format="int32"), _i(format="int64"), C, B),
    Field("format-narrowed", _i(format="int64"), _i(format="int32"), B, C),
    Field("format-widened", _s(format="uuid"), _s(), C, B),
    Field("format-narrowed", _s(), _s(format="uuid"), B, C),
    Field("format-changed", _s(format="date"), _s(format="uuid"), B, B),
    Field("nullable-added", _s(), _s(nullable=True), C, B),
    Field("nullable-removed", _s(nullable=True), _s(), B, C),
    Field("enum-value-added", _s(enum=["a"]), _s(enum=["a", "b"]), C, B),
    Field("enum-value-removed", _s(enum=["a", "b"]), _s(enum=["a"]), B, C),
    Field("enum-value-removed", _a(_s(enum=["a", "b"])), _a(_s(enum=["a"])), B, C),
    Field("enum-opened", _s(enum=["a"]), _s(), C, B),
    Field("enum-opened", _s(enum=["a"]), _s(**{"x-known-values": ["a", "b"]}), C, B),
    Field("enum-closed", _s(), _s(enum=["a"]), B, C),
    Field("enum-closed", _s(**{"x-known-values": ["a"]}), _s(enum=["a"]), B, C),
    Field("value-set-added", _s(), _s(**{"x-known-values": ["a"]}), C, C, directed=False),
    Field("value-set-removed", _s(**{"x-known-values": ["a"]}), _s(), C, C, directed=False),
    Field("known-value-removed", _s(**{"x-known-values": ["a", "b"]}), _s(**{"x-known-values": ["a"]}), C, C, False),
    Field("value-renamed", _s(enum=["a"]), _s(enum=["a"], **{"x-enum-varnames": ["FIRST"]}), B, B, directed=False),
    Field("constraint-tightened", _s(), _s(maxLength=5), B, C),
    Field("constraint-tightened", _s(maxLength=9), _s(maxLength=5), B, C),
    Field("constraint-tightened", _s(minLength=1), _s(minLength=2), B, C),
    Field("constraint-tightened", _i(), _i(minimum=0), B, C),
    Field("constraint-tightened", _i(maximum=9), _i(maximum=5), B, C),
    Field("constraint-tightened", _i(minimum=1), _i(minimum=1, exclusiveMinimum=True), B, C),
    Field("constraint-tightened", _i(multipleOf=2), _i(multipleOf=4), B, C),
    Field("constraint-tightened", _s(), _s(pattern="^a"), B, C),
    Field("constraint-tightened", _a(_s()), _a(_s(), maxItems=3), B, C),
    Field("constraint-tightened", _a(_s()), _a(_s(), uniqueItems=True), B, C),
    Field("constraint-tightened", _o(), {**_o(), "minProperties": 1}, B, C),
    Field("constraint-loosened", _s(maxLength=5), _s(maxLength=9), C, B),
    Field("constraint-loosened", _s(maxLength=5), _s(), C, B),
    Field("constraint-loosened", _i(minimum=1), _i(minimum=0), C, B),
    Field("constraint-loosened", _i(multipleOf=4), _i(multipleOf=2), C, B),
    Field("constraint-loosened", _a(_s(), minItems=1), _a(_s()), C, B),
    Field("constraint-changed", _s(pattern="^a"), _s(pattern="^b"), B, B),
    Field("constraint-changed", _i(multipleOf=2), _i(multipleOf=3), B, B),
    Field("union-member-added", {"oneOf": [_s()]}, {"oneOf": [_s(), _i()]}, C, B),
    Field("union-member-added", _s(), {"anyOf": [_i(), _s()]}, C, B),
    Field("union-member-removed", {"oneOf": [_s(), _i()]}, {"oneOf": [_i()]}, B, C),
    Field("union-member-removed", {"oneOf": [_s(), _i()]}, _i(), B, C),
    Field("field-removed", {"oneOf": [_s(), _o(a=_s())]}, {"oneOf": [_o(), _s()]}, B, B),
    Field(
        "discriminator-changed",
        {"oneOf": [_s(), _o()], "discriminator": {"propertyName": "a"}},
        {"oneOf": [_s(), _o()], "discriminator": {"propertyName": "b"}},
        *(B, B),
    ),
    Field(
        "discriminator-changed",
        _tagged(x="Error", y="CompanyUpdate"),
        _tagged(x="CompanyUpdate", y="Error"),
        B,
        B,
    ),
    Field("extra-fields-refused", _o(), _o(extra=False), B, C),
    Field("extra-fields-allowed", _o(extra=False), _o(), C, C),
    Field("map-values-typed", _o(), _o(extra=_s()), B, C),
    Field("map-values-untyped", _o(extra=_s()), _o(), C, B),
    Field("map-removed", _o(extra=_s()), _o(extra=False), B, B),
    Field("default-changed", _s(default="a"), _s(default="b"), B, C),
    Field("keyword-changed", _s(), _s(contentEncoding="base64"), B, B),
    Field("deprecated", _s(), _s(deprecated=True), C, C, directed=False),
    Field("undeprecated", _s(deprecated=True), _s(), C, C, directed=False),
    Field("sensitivity-changed", _s(), _s(**{"x-sensitive": True}), C, C, directed=False),
    Field("type-changed", _s(), {"allOf": [_i()]}, B, B),
    Field("field-removed", {"allOf": [_o(a=_s()), _o(b=_s())]}, {"allOf": [_o(a=_s())]}, B, B),
    Field("nullable-added", {"allOf": [_s()]}, {"allOf": [_s()], "nullable": True}, C, B),
)

MUTATIONS = (*API, *(mutation for field in FIELDS for mutation in field.mutations()))
