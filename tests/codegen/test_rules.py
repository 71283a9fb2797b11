"""Rules for descriptions: one small valid document, and for each rule what breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from qredo_codegen.description import reserved
from qredo_codegen.description import rules_described as _rules_described
from qredo_codegen.description import rules_extensions as _rules_extensions
from qredo_codegen.description import rules_form as _rules_form
from qredo_codegen.description import rules_operations as _rules_operations
from qredo_codegen.description import rules_schemas as _rules_schemas
from qredo_codegen.description.document import tokens, walk
from qredo_codegen.description.rules import Problem, check_described, check_generable, validate
from qredo_signing._http.schemes import SCHEMES as SIGNING_SCHEMES

BASE = """
openapi: 3.0.3
info: {title: Things, version: 1.0.0, description: An API for things.}
servers:
  - {url: https://api.example.com/v1, x-name: production, description: The real one.}
security: [{key: [], signature: []}]
tags: [{name: thing, description: Things.}]
paths:
  /things:
    get:
      operationId: thing_search
      tags: [thing]
      summary: Search.
      description: Search things.
      x-pagination: {items: things, offset: offset, limit: limit, page_size: 10}
      parameters:
        - {name: offset, in: query, description: Rows to skip., schema: {type: integer}}
        - {name: limit, in: query, description: Rows at most., schema: {type: integer}}
        - {name: kind, in: query, description: Only these., schema: {$ref: '#/components/schemas/Kind'}}
      responses:
        '200':
          description: Found.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Things'}
              example: {things: [{id: a, amount: 3, kind: soft, owner: null, part: b}]}
        default: {$ref: '#/components/responses/Error'}
    post:
      operationId: thing_create
      tags: [thing]
      summary: Create.
      description: Create a thing.
      x-idempotency-key: partner_key
      x-outcome: thing_get
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewThing'}
            examples: {plain: {value: {kind: hard, partner_key: x}}}
      responses:
        '200':
          description: Made.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '202':
          description: Will be made.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        default: {$ref: '#/components/responses/Error'}
  /things/{thing_id}:
    parameters:
      - {$ref: '#/components/parameters/ThingId'}
    get:
      operationId: thing_get
      tags: [thing]
      summary: Get.
      description: Get a thing.
      responses:
        '200':
          description: It.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        default: {$ref: '#/components/responses/Error'}
    delete:
      operationId: thing_remove
      tags: [thing]
      summary: Remove.
      description: Remove a thing.
      x-idempotent: true
      responses:
        '204': {description: Gone.}
        default: {$ref: '#/components/responses/Error'}
  /things/feed:
    x-websocket:
      name: things
      summary: Feed.
      description: News of things.
      security: [{key: [], signature: []}]
      message: {$ref: '#/components/schemas/News'}
      example: {text: It rains.}
    get:
      operationId: thing_open_feed
      tags: [thing]
      summary: Feed.
      description: Open the feed.
      responses:
        '101': {description: Switched.}
        default: {$ref: '#/components/responses/Error'}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: x-api-key, description: The key.}
    signature:
      type: apiKey
      in: header
      name: x-sign
      description: The signature.
      x-signature: {algorithm: RSASSA, encoding: base64url, signs: [url, body]}
  parameters:
    ThingId: {name: thing_id, in: path, required: true, description: Which., schema: {type: string}}
  responses:
    Error:
      description: It failed.
      headers: {x-request: {schema: {type: string}}}
      content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    Error:
      type: object
      description: What went wrong.
      properties:
        code: {type: integer, description: Number.}
    Kind:
      type: string
      description: Kinds of things.
      x-known-values: [soft, hard, '']
      x-enum-varnames: [SOFT, HARD, NONE]
    Status:
      type: string
      description: States.
      enum: [new, old]
    NewThing:
      type: object
      description: A thing to be.
      required: [kind]
      properties:
        kind: {$ref: '#/components/schemas/Kind'}
        partner_key: {type: string, description: Key.}
    Thing:
      type: object
      description: A thing.
      example: {id: a, amount: 3, labels: {b: c}}
      required: [id]
      properties:
        id: {type: string, description: Its id.}
        amount: {type: integer, format: int64, description: Base units.}
        kind: {$ref: '#/components/schemas/Kind'}
        status: {description: Its state., allOf: [{$ref: '#/components/schemas/Status'}]}
        owner: {description: Its owner., nullable: true, allOf: [{$ref: '#/components/schemas/Owner'}]}
        labels: {$ref: '#/components/schemas/Labels'}
        part:
          description: A name, or a thing.
          oneOf: [{type: string}, {$ref: '#/components/schemas/Owner'}]
    Labels:
      type: object
      description: Free text by name.
      additionalProperties: {type: string}
    Owner:
      type: object
      description: Who has it.
      properties:
        name: {type: string, description: Name.}
    Things:
      type: object
      description: Some.
      properties:
        things: {type: array, description: All., items: {$ref: '#/components/schemas/Thing'}}
    News:
      type: object
      description: Something happened.
      properties:
        text: {type: string, description: What.}
"""


Change = Callable[[dict[str, Any]], None]
SCHEMAS = "/components/schemas"
THING = SCHEMAS + "/Thing/properties"
GET, POST = "/paths/~1things/get", "/paths/~1things/post"
ONE = "/paths/~1things~1{thing_id}"
JSON = "content/application~1json"


def put(pointer: str, value: Any) -> Change:
    """Set one place of a document; `-` after a list appends to it."""

    def change(document: dict[str, Any]) -> None:
        *parents, last = tokens(pointer)
        holder: Any = document
        for token in parents:
            holder = holder[int(token)] if isinstance(holder, list) else holder.setdefault(token, {})
        if isinstance(holder, dict):
            holder[last] = value
        elif last == "-":
            holder.append(value)
        else:
            holder[int(last)] = value

    return change


def drop(pointer: str) -> Change:
    """Remove one place of a document."""

    def change(document: dict[str, Any]) -> None:
        *parents, last = tokens(pointer)
        holder: Any = document
        for token in parents:
            holder = holder[int(token)] if isinstance(holder, list) else holder[token]
        del holder[int(last) if isinstance(holder, list) else last]

    return change


class Case(NamedTuple):
    """What breaks one rule, and what the rule then says."""

    rule: str
    changes: tuple[Change, ...]
    pointer: str
    message: str


def case(rule: str, pointer: str, message: str, *changes: Change) -> Any:
    """A row of a table; its name is that of the rule and of the message."""
    return pytest.param(Case(rule, changes, pointer, message), id=f"{rule}: {message}")


def described(*changes: Change) -> dict[str, Any]:
    """The small valid document, changed."""
    document = copy.deepcopy(VALID)
    for change in changes:
        change(document)
    return document


VALID: dict[str, Any] = yaml.safe_load(BASE)
FEED: dict[str, Any] = VALID["paths"]["/things/feed"]["x-websocket"]
TEXT = {"type": "string"}
KEYS = ("$ref", "allOf", "content", "description", "enum", "items", "oneOf", "properties", "schema", "type", "x-name")
OBJECT = {"type": "object", "properties": {"name": TEXT}}
HEADER = {"name": "X-Sign", "in": "header", "schema": TEXT}


# fmt: off
GENERABLE = [
    # What would be dropped, renamed or untyped: schemas.
    case("references_resolve", f"{THING}/kind/$ref", "$ref '#/components/schemas/Kind' points at nothing",
         drop(f"{SCHEMAS}/Kind")),
    case("references_resolve", "/paths/~1things~1feed/x-websocket/message/$ref", "leaves the document",
         put("/paths/~1things~1feed/x-websocket/message", {"$ref": "news.yaml#/News"})),
    # Names, parameters, bodies, answers, security, servers: operations.
    case("no_cookies", f"{GET}/parameters/3", "is a cookie, which one call cannot set",
         put(f"{GET}/parameters/-", HEADER | {"name": "session", "in": "cookie"})),
    case("path_parameters", f"{ONE}/get", "the path has {thing_id}, but there is no such", drop(f"{ONE}/parameters")),
    case("path_parameters", f"{GET}/parameters/3", "'thing_id' is not in the path '/things'",
         put(f"{GET}/parameters/-", {"$ref": "#/components/parameters/ThingId"})),
    case("path_parameters", f"{ONE}/parameters/0", "'thing_id' is not marked as required",
         put("/components/parameters/ThingId/required", False)),
    case("path_templates", "/paths/~1things~1{id}", "is the same path as '/things/{thing_id}'",
         put("/paths/~1things~1{id}", {})),
    case("path_templates", "/paths/~1a", "is a reference", put("/paths/~1a", {"$ref": "#/paths/~1things"})),
    case("path_templates", "/paths/~1{a}~1{a}", "has the parameter {a} 2 times", put("/paths/~1{a}~1{a}", {})),
    case("success", f"{GET}/responses", "has no response for success", drop(f"{GET}/responses/200")),
    case("success", f"{GET}/responses/302", "has no meaning", put(f"{GET}/responses/302", {"description": ""})),
    case("success", f"{GET}/responses/101", "is an upgrade, but the path has no x-websocket",
         put(f"{GET}/responses/101", {"description": ""})),
    case("security", "/components/securitySchemes", "exactly one scheme needs x-signature; found: none",
         drop("/components/securitySchemes/signature/x-signature")),
    case("security", "/components/securitySchemes", "found: key, signature",
         put("/components/securitySchemes/key/x-signature", {"algorithm": "a", "encoding": "b", "signs": ["c"]})),
    case("security", "/security/0/token", "there is no security scheme 'token'", put("/security/0/token", [])),
    case("security", f"{GET}/security/0/token", "there is no security scheme", put(f"{GET}/security", [{"token": []}])),
    case("security", GET, "has no security", drop("/security")),
    case("servers", "/servers", "there is none", drop("/servers")),
    case("servers", "/servers/0", "has no x-name", drop("/servers/0/x-name")),
    case("servers", "/servers/1/x-name", "is taken by another server",
         put("/servers/-", {"url": "https://b.example.com", "x-name": "production"})),
    *(
        case("servers", "/servers/0/url", f"{url!r} is not https", put("/servers/0/url", url))
        for url in ("http://a.b/v1", "https://a.b/v1/", "https://{host}/v1", "/v1", "https://a.b/v1?x=1")
    ),
    # Extensions.
    case("shapes", f"{ONE}/delete/x-idempotent", "True was expected", put(f"{ONE}/delete/x-idempotent", "yes")),
    case("shapes", f"{POST}/x-outcome", "is not of type 'string'", put(f"{POST}/x-outcome", ["thing_get"])),
    case("shapes", f"{SCHEMAS}/Kind/x-enum-varnames/0", "3 is not of type 'string'",
         put(f"{SCHEMAS}/Kind/x-enum-varnames/0", 3)),
    case("shapes", "/servers/0/x-name", "'The One' does not match", put("/servers/0/x-name", "The One")),
    case("shapes", f"{GET}/x-pagination", "'limit' is a required property", drop(f"{GET}/x-pagination/limit")),
    case("shapes", f"{GET}/x-pagination", "('sort' was unexpected)", put(f"{GET}/x-pagination/sort", "id")),
    case("shapes", f"{GET}/x-pagination/page_size", "0 is less than", put(f"{GET}/x-pagination/page_size", 0)),
    case("shapes", "/components/securitySchemes/signature/x-signature", "'signs' is a required property",
         drop("/components/securitySchemes/signature/x-signature/signs")),
    case("shapes", "/paths/~1things~1feed/x-websocket", "'message' is a required property",
         drop("/paths/~1things~1feed/x-websocket/message")),
    case("shapes", "/paths/~1things~1feed/x-websocket", "'x' is not of type 'object'",
         put("/paths/~1things~1feed/x-websocket", "x")),
    case("shapes", "/paths/~1things~1feed/x-websocket/name", "'Things' does not match",
         put("/paths/~1things~1feed/x-websocket/name", "Things")),
    case("shapes", "/paths/~1things~1feed/x-websocket/message", "'$ref' is a required property",
         put("/paths/~1things~1feed/x-websocket/message", {"type": "object"})),
    case("idempotency_keys", f"{POST}/x-idempotency-key", "the body has no property 'partner_txID'",
         put(f"{POST}/x-idempotency-key", "partner_txID")),
    case("idempotency_keys", f"{GET}/x-idempotency-key", "the body has no property 'kind'",
         put(f"{GET}/x-idempotency-key", "kind")),
    case("idempotency_keys", f"{POST}/x-idempotency-key", "'partner_key' is no string",
         put(f"{SCHEMAS}/NewThing/properties/partner_key/type", "integer")),
    case("lists", f"{SCHEMAS}/Things/x-list", "the schema has no array 'rows'",
         put(f"{SCHEMAS}/Things/x-list", "rows")),
    case("lists", f"{SCHEMAS}/Owner/x-list", "the schema has no array 'name'", put(f"{SCHEMAS}/Owner/x-list", "name")),
    case("outcomes", f"{POST}/x-outcome", "there is no GET operation 'thing_read'",
         put(f"{POST}/x-outcome", "thing_read")),
    case("outcomes", f"{POST}/x-outcome", "there is no GET operation 'thing_remove'",
         put(f"{POST}/x-outcome", "thing_remove")),
    case("outcomes", f"{POST}/x-no-outcome", "stands beside x-outcome",
         put(f"{POST}/x-no-outcome", "No GET shows it.")),
    case("pagination", f"{GET}/x-pagination/items", "has no array 'rows'", put(f"{GET}/x-pagination/items", "rows")),
    case("pagination", f"{GET}/x-pagination/offset", "no integer query parameter 'kind'",
         put(f"{GET}/x-pagination/offset", "kind")),
    case("pagination", f"{POST}/x-pagination", "only a GET has pages",
         put(f"{POST}/x-pagination", {"items": "a", "offset": "b", "limit": "c", "page_size": 1})),
    case("websockets", "/paths/~1feed/x-websocket/name", "is taken by another feed",
         put("/paths/~1feed", {"x-websocket": FEED})),
    case("websockets", "/paths/~1things~1feed/x-websocket/security/0/token", "there is no security scheme",
         put("/paths/~1things~1feed/x-websocket/security", [{"token": []}])),
    case("websockets", "/paths/~1things~1feed/x-websocket/message", "is no reference to an object schema",
         put("/paths/~1things~1feed/x-websocket/message", {"$ref": f"#{SCHEMAS}/Kind"})),
    case("websockets", f"{GET}/x-websocket", "belongs to the path", put(f"{GET}/x-websocket", FEED)),
    case("websockets", "/paths/~1{id}~1feed", "the path has {id}",
         put("/paths/~1{id}~1feed", {"x-websocket": FEED | {"name": "other"}})),
    case("parameter_styles", f"{GET}/parameters/0", "cannot have the style 'matrix'; it takes form",
         put(f"{GET}/parameters/0/style", "matrix")),
    case("encodings", f"{POST}/requestBody/{JSON}/encoding/kind/headers", "has values that no argument could give",
         put(f"{POST}/requestBody/{JSON}/encoding", {"kind": {"headers": {"X-A": {"schema": {"type": "string"}}}}})),
    case("encodings", f"{POST}/requestBody/{JSON}/encoding/kind/contentType", "an object cannot be sent as 'text/csv'",
         put(f"{SCHEMAS}/NewThing/properties/kind", OBJECT),
         put(f"{POST}/requestBody/{JSON}/encoding", {"kind": {"contentType": "text/csv"}})),
    case("no_other_servers", "/paths/~1things/servers", "is another host",
         put("/paths/~1things/servers", [{"url": "https://b.example.com"}])),
    case("no_other_servers", f"{GET}/servers", "is another host",
         put(f"{GET}/servers", [{"url": "https://b.example.com"}])),
    case("security", f"{GET}/security", "asks for token or key, which the client cannot give: the signing plugin has",
         put("/components/securitySchemes/token", {"type": "http", "scheme": "bearer"}),
         put(f"{GET}/security", [{"token": []}, {"key": []}])),
]

AMBIGUOUS = [
    (f"{SCHEMAS}/Status", "has values of the type integer and string", put(f"{SCHEMAS}/Status/enum/-", 3)),
    (f"{SCHEMAS}/Status", "has values of the type string, and its type is integer",
     put(f"{SCHEMAS}/Status/type", "integer")),
    (f"{SCHEMAS}/Kind/x-enum-varnames", "has 2 names for 3 values", put(f"{SCHEMAS}/Kind/x-enum-varnames", ["A", "B"])),
    (f"{SCHEMAS}/Owner", "is nothing but a reference to itself",
     put(f"{SCHEMAS}/Owner", {"type": "array", "items": {"$ref": f"#{SCHEMAS}/Owner"}})),
    (f"{SCHEMAS}/Owner", "is a part of its own allOf",
     put(f"{SCHEMAS}/Owner", {"allOf": [{"$ref": f"#{SCHEMAS}/Owner"}, OBJECT]})),
    (f"{THING}/part/discriminator/mapping/a", "is no member of the union",
     put(f"{THING}/part", {"oneOf": [{"$ref": f"#{SCHEMAS}/Owner"}, {"$ref": f"#{SCHEMAS}/News"}], "discriminator":
         {"propertyName": "name", "mapping": {"a": f"#{SCHEMAS}/Things"}}})),
    (f"{SCHEMAS}/Owner/allOf/1/properties/name", "is 'integer', and another part of its allOf is 'string'",
     put(f"{SCHEMAS}/Owner", {"allOf": [OBJECT, {"type": "object", "properties": {"name": {"type": "integer"}}}]})),
    (f"{GET}/parameters/2/schema", "has values of the type boolean and integer",
     put(f"{GET}/parameters/2/schema", {"enum": [True, 1]})),
    (f"{SCHEMAS}/Owner/oneOf/1/properties/b/oneOf/0/properties/c", "has values of the type boolean and integer",
     put(f"{SCHEMAS}/Owner", {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"b": {"oneOf": [
         {"type": "object", "properties": {"c": {"enum": [True, 1]}}}, {"type": "string"}]}}}]})),
]

DESCRIBED = [
    case("class_names", f"{SCHEMAS}/new_thing", "'new_thing' would become the class NewThing",
         put(f"{SCHEMAS}/new_thing", OBJECT)),
    case("class_names", f"{SCHEMAS}/pending_thing", "would become the class PendingThing",
         put(f"{SCHEMAS}/pending_thing", OBJECT)),
    case("typed", f"{POST}/requestBody/{JSON}/schema", "the body has no type",
         put(f"{POST}/requestBody/{JSON}/schema", {})),
    case("typed", f"{GET}/responses/200/{JSON}/schema", "the response has no type",
         put(f"{GET}/responses/200/{JSON}/schema", {"description": "x"})),
    case("typed", f"{THING}/id", "the property has no type", drop(f"{THING}/id/type")),
    case("typed", f"{THING}/part/oneOf/0", "the member has no type", put(f"{THING}/part/oneOf/0", {"nullable": True})),
    case("typed", f"{SCHEMAS}/Things/properties/things", "array without items",
         drop(f"{SCHEMAS}/Things/properties/things/items")),
    case("typed", f"{SCHEMAS}/Things/properties/things/items", "the items has no type",
         put(f"{SCHEMAS}/Things/properties/things/items", {})),
    case("typed", f"{THING}/id", "is True, not a schema", put(f"{THING}/id", True)),
    case("value_sets", f"{SCHEMAS}/Kind", "either closed or open", put(f"{SCHEMAS}/Kind/enum", ["soft", "hard", ""])),
    case("tags", f"{GET}/tags", "has 2 tags", put(f"{GET}/tags/-", "thing")),
    case("tags", f"{GET}/tags", "has 0 tags", drop(f"{GET}/tags")),
    case("tags", f"{GET}/tags/0", "the tag 'Thing' is not declared", put(f"{GET}/tags/0", "Thing")),
    case("tags", "/tags/1/name", "the tag 'with_options' cannot be an attribute",
         put("/tags/-", {"name": "with_options"})),
    case("tags", "/tags/1/name", "the tag 'Fund Things' cannot be", put("/tags/-", {"name": "Fund Things"})),
    case("tags", "/tags/1/name", "declared twice", put("/tags/-", {"name": "thing"})),
    case("operation_ids", GET, "has no operationId", drop(f"{GET}/operationId")),
    case("operation_ids", GET, "has no operationId", put(f"{GET}/operationId", "")),
    case("operation_ids", f"{GET}/operationId", "'thing-search' is not in snake case",
         put(f"{GET}/operationId", "thing-search")),
    case("operation_ids", f"{GET}/operationId", "does not start with its tag", put(f"{GET}/operationId", "search")),
    case("operation_ids", f"{GET}/operationId", "the verb 'list'", put(f"{GET}/operationId", "thing_list")),
    case("operation_ids", f"{GET}/operationId", "the verb 'import'", put(f"{GET}/operationId", "thing_import")),
    case("descriptions", "/info", "has no description", drop("/info/description")),
    case("descriptions", "/servers/0", "has no description", drop("/servers/0/description")),
    case("descriptions", "/tags/0", "has no description", put("/tags/0/description", " ")),
    case("descriptions", GET, "has no summary", drop(f"{GET}/summary")),
    case("descriptions", f"{GET}/parameters/0", "has no description", drop(f"{GET}/parameters/0/description")),
    case("descriptions", f"{GET}/responses/200", "has no description", put(f"{GET}/responses/200/description", "")),
    case("descriptions", "/components/parameters/ThingId", "has no",
         drop("/components/parameters/ThingId/description")),
    case("descriptions", "/components/securitySchemes/key", "has no",
         drop("/components/securitySchemes/key/description")),
    case("described_schemas", f"{THING}/id", "the property has no description", drop(f"{THING}/id/description")),
    case("described_schemas", f"{SCHEMAS}/Owner", "the component has no description",
         drop(f"{SCHEMAS}/Owner/description")),
    case("described_schemas", f"{THING}/kind", "the property has no", drop(f"{SCHEMAS}/Kind/description")),
    case("examples_given", f"{POST}/requestBody", "has no example", drop(f"{POST}/requestBody/{JSON}/examples")),
    case("examples_given", f"{ONE}/get/responses/200", "has no example", drop(f"{SCHEMAS}/Thing/example")),
    case("examples_valid", f"{GET}/responses/200/{JSON}/example/things/0/amount", "3.5 is not of type 'integer'",
         put(f"{GET}/responses/200/{JSON}/example/things/0/amount", 3.5)),
    case("examples_valid", f"{GET}/responses/200/{JSON}/example/things/0/amount", "None for not nullable",
         put(f"{GET}/responses/200/{JSON}/example/things/0/amount", None)),
    case("examples_valid", f"{POST}/requestBody/{JSON}/examples/plain/value", "'kind' is a required property",
         drop(f"{POST}/requestBody/{JSON}/examples/plain/value/kind")),
    case("examples_valid", f"{SCHEMAS}/Thing/example/size", "'size' is no property",
         put(f"{SCHEMAS}/Thing/example/size", 1)),
    case("examples_valid", f"{SCHEMAS}/Thing/example/labels/b", "3 is not of type 'string'",
         put(f"{SCHEMAS}/Thing/example/labels/b", 3)),
    case("examples_valid", "/paths/~1things~1feed/x-websocket/example/text", "3 is not of type 'string'",
         put("/paths/~1things~1feed/x-websocket/example/text", 3)),
    case("default_responses", f"{GET}/responses", "has no default response", drop(f"{GET}/responses/default")),
    case("outcomes_named", POST, "is no GET and has no x-idempotent", drop(f"{POST}/x-outcome")),
    case("everything_used", f"{SCHEMAS}/Left", "is not used", put(f"{SCHEMAS}/Left", OBJECT)),
    case("everything_used", f"{SCHEMAS}/Left", "is not used",
         put(f"{SCHEMAS}/Left", {"type": "array", "items": {"$ref": f"#{SCHEMAS}/Left"}})),
    case("everything_used", "/components/responses/Gone", "is not used",
         put("/components/responses/Gone", {"description": "x"})),
    case("everything_used", "/components/securitySchemes/nonce", "is not used",
         put("/components/securitySchemes/nonce", {"type": "apiKey", "in": "header", "name": "x-nonce"})),
    case("known_extensions", f"{POST}/x-idempotency_key", "is no extension that is known here",
         put(f"{POST}/x-idempotency_key", "partner_key")),
    case("everything_used", "/tags/1", "the tag 'other' is not used", put("/tags/-", {"name": "other"})),
]

VALIDITY = [
    ("/paths/~1things/post", "Operation ID 'thing_search' for 'post'", put(f"{POST}/operationId", "thing_search")),
    (f"{THING}/kind/$ref", "points at nothing", drop(f"{SCHEMAS}/Kind")),
    (f"{THING}/amount/type", "'whole' is not one of", put(f"{THING}/amount/type", "whole")),
    (f"{THING}/amount", "'x' is not of type 'integer'", put(f"{THING}/amount/default", "x")),
    (f"{SCHEMAS}/Kind", "3 is not of type 'string'", put(f"{SCHEMAS}/Kind/default", 3)),
    (f"{ONE}/get", "Path parameter 'thing_id' for 'get'", drop(f"{ONE}/parameters")),
    (GET, "'responses' is a required property", drop(f"{GET}/responses")),
    (GET, "'color' does not match", put(f"{GET}/color", "red")),
    ("", "'info' is a required property", drop("/info")),
    ("/paths", "is not of type 'object'", put("/paths", [])),
    ("/openapi", "'2.0' is no version", put("/openapi", "2.0")),
    (f"{GET}/parameters/0", "'name' is a required property", drop(f"{GET}/parameters/0/name")),
]
# fmt: on


def rules(*modules: Any) -> dict[str, Any]:
    return {rule.__name__: rule for module in modules for rule in module.RULES}


ALL_GENERABLE = rules(_rules_schemas, _rules_operations, _rules_extensions)
ALL_DESCRIBED = rules(_rules_form, _rules_described)


def test_the_valid_document_keeps_every_rule() -> None:
    """The document that the tables change is valid, can be generated from, and is complete."""
    assert validate(VALID) == []
    assert check_generable(VALID) == []
    assert check_described(VALID) == []


@pytest.mark.parametrize("broken", GENERABLE)
def test_what_cannot_be_generated_is_named(broken: Case) -> None:
    """Each rule finds what breaks it, at its place."""
    expect(ALL_GENERABLE, broken, check_generable)


@pytest.mark.parametrize(("pointer", "message", "change"), AMBIGUOUS, ids=[message for _, message, _ in AMBIGUOUS])
def test_what_is_ambiguous_is_named(pointer: str, message: str, change: Change) -> None:
    """What has no single meaning is a problem at its place, and nothing is made of it."""
    found = check_generable(described(change))
    assert any(at == pointer and message in text for at, text in found), found


@pytest.mark.parametrize("broken", DESCRIBED)
def test_what_is_not_described_is_named(broken: Case) -> None:
    """Each rule for our own descriptions finds what breaks it, at its place."""
    expect(ALL_DESCRIBED, broken, check_described)


def expect(known: dict[str, Any], broken: Case, check: Callable[[dict[str, Any]], list[Problem]]) -> None:
    document = described(*broken.changes)
    before = copy.deepcopy(document)
    found = list(known[broken.rule](document))
    assert any(at == broken.pointer and broken.message in message for at, message in found), found
    assert set(found) <= set(check(document))
    assert document == before


@pytest.mark.parametrize(
    ("known", "table"), [(ALL_GENERABLE, GENERABLE), (ALL_DESCRIBED, DESCRIBED)], ids=["generable", "described"]
)
def test_every_rule_has_something_that_breaks_it(known: dict[str, Any], table: list[Any]) -> None:
    """No rule stands there untested, and each says in its docstring what it wants."""
    assert set(known) == {row.values[0].rule for row in table}
    assert all(rule.__doc__ for rule in known.values())


@pytest.mark.parametrize(("pointer", "message", "change"), VALIDITY, ids=[message for _, message, _ in VALIDITY])
def test_what_is_no_openapi_is_named(pointer: str, message: str, change: Change) -> None:
    """What openapi-spec-validator finds has a JSON pointer, also where the library gives none."""
    found = validate(described(change))
    assert any(at == pointer and message in text for at, text in found), found


PLACES = [at for at, _ in walk(VALID) if at]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "object", "thing_get", "#/components/schemas/Thing"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(PLACES), ANYTHING)
def test_rules_take_any_valid_document(place: str, value: Any) -> None:
    """Whatever stands in one place: either it is no OpenAPI, or every rule can look at it."""
    document = described(put(place, value))
    if not validate(document):
        check_generable(document)
        check_described(document)


def test_a_reason_allows_a_schema_without_a_type() -> None:
    """`x-untyped` says why a value has no type, and the rule lets it pass."""
    untyped = described(drop(f"{THING}/id/type"), put(f"{THING}/id/x-untyped", "The wire has both."))
    assert check_described(untyped) == []


def test_a_reason_allows_an_operation_whose_outcome_nothing_shows() -> None:
    """`x-no-outcome` says why no GET shows whether a call took effect; a vendor's description need not say it."""
    without = described(drop(f"{POST}/x-outcome"))
    assert check_generable(without) == []
    assert check_described(described(drop(f"{POST}/x-outcome"), put(f"{POST}/x-no-outcome", "No GET shows it."))) == []


def test_data_is_no_description() -> None:
    """What looks like a reference or a title inside an example or an extension of data is neither."""
    data = {"$ref": "#/nowhere", "title": "Thing", "type": "number"}
    document = described(
        put(f"{GET}/responses/200/{JSON}/example", data), put(f"{SCHEMAS}/Kind/x-examples", {"a": data})
    )
    assert check_generable(document) == []


def test_properties_may_have_the_names_of_keywords() -> None:
    """A property that is called like a keyword of a schema is a property."""
    names = ("title", "type", "enum", "items", "default", "required", "example", "nullable", "format", "allOf")
    document = described(*(put(f"{THING}/{name}", {"type": "string", "description": "x"}) for name in names))
    assert validate(document) == []
    assert check_generable(document) == []
    assert check_described(document) == []


def test_null_is_taken_where_the_schema_says_so() -> None:
    """Beside allOf too, an example may hold null for a nullable property."""
    assert check_described(described(put(f"{SCHEMAS}/Thing/example/owner", None))) == []


def test_the_known_schemes_are_those_of_the_signing_plugin() -> None:
    """A description may name a token that the signing plugin has, and no other."""
    assert set(reserved.SCHEMES) == SIGNING_SCHEMES.keys()


def test_a_problem_reads_as_a_line() -> None:
    """A problem prints as its place and what is wrong."""
    assert str(Problem("/paths", "is empty.")) == "/paths: is empty."
    assert str(Problem("", "is empty.")) == "(document): is empty."
