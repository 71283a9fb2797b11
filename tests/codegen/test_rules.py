"""Rules for descriptions: one small valid document, and for each rule what breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from qredo_codegen.description import reserved, rules
from qredo_codegen.description.document import load, tokens, walk
from qredo_codegen.description.normal import normalize
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


RULES = Path(rules.__file__).with_name("rules.yaml")
Change = Callable[[dict[str, Any]], None]
SCHEMAS = "/components/schemas"
THING = SCHEMAS + "/Thing/properties"
GET, POST = "/paths/~1things/get", "/paths/~1things/post"
ONE = "/paths/~1things~1{thing_id}"
JSON = "content/application~1json"
UPLOAD = f"{POST}/requestBody/content/multipart~1form-data"


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


def used(name: str, schema: dict[str, Any]) -> Change:
    """Add a named schema, and a property that refers to it."""

    def change(document: dict[str, Any]) -> None:
        put(f"{SCHEMAS}/{name}", schema)(document)
        put(f"{THING}/more", {"$ref": f"#{SCHEMAS}/{name}"})(document)

    return change


class Case(NamedTuple):
    """What breaks a rule, and what is then said of which place."""

    changes: tuple[Change, ...]
    pointer: str
    message: str


def case(pointer: str, message: str, *changes: Change) -> Any:
    """A row of a table; its name is the message."""
    return pytest.param(Case(changes, pointer, message), id=message)


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
LIST = {"type": "array", "items": OBJECT}
HEADER = {"name": "X-Sign", "in": "header", "schema": TEXT}


# fmt: off
GENERABLE = [
    # Names, parameters, bodies, answers, security, servers: operations.
    case(f"{GET}/parameters/3/in", "is a cookie, which one call cannot set",
         put(f"{GET}/parameters/-", HEADER | {"name": "session", "in": "cookie"})),
    case(f"{GET}/parameters/3", "'thing_id' is not in the path '/things'",
         put(f"{GET}/parameters/-", {"$ref": "#/components/parameters/ThingId"})),
    case("/paths/~1things~1{id}", "is the same path as '/things/{thing_id}'",
         put("/paths/~1things~1{id}", {})),
    case("/paths/~1a/$ref", "is a reference", put("/paths/~1a", {"$ref": "#/paths/~1things"})),
    case("/paths/~1{a}~1{a}", "has the parameter {a} more than once", put("/paths/~1{a}~1{a}", {})),
    case(f"{GET}/responses", "has no response for success", drop(f"{GET}/responses/200")),
    case(f"{GET}/responses/302", "has no meaning", put(f"{GET}/responses/302", {"description": ""})),
    case(f"{GET}/responses/101", "is an upgrade, but the path has no x-websocket",
         put(f"{GET}/responses/101", {"description": ""})),
    case("/components/securitySchemes", "exactly one scheme needs x-signature; found: none",
         drop("/components/securitySchemes/signature/x-signature")),
    case("/components/securitySchemes", "found: key, signature",
         put("/components/securitySchemes/key/x-signature", {"algorithm": "a", "encoding": "b", "signs": ["c"]})),
    case("/security/0/token", "there is no security scheme 'token'", put("/security/0/token", [])),
    case(f"{GET}/security/0/token", "there is no security scheme", put(f"{GET}/security", [{"token": []}])),
    case(GET, "has no security", drop("/security")),
    case("", "there are no servers", drop("/servers")),
    case("/servers", "there are no servers", put("/servers", [])),
    case("/servers/0", "has no x-name", drop("/servers/0/x-name")),
    case("/servers/1/x-name", "is taken by another server",
         put("/servers/-", {"url": "https://b.example.com", "x-name": "production"})),
    *(
        case("/servers/0/url", f"{url!r} is not https", put("/servers/0/url", url))
        for url in ("http://a.b/v1", "https://a.b/v1/", "https://{host}/v1", "/v1", "https://a.b/v1?x=1")
    ),
    # Extensions.
    case(f"{ONE}/delete/x-idempotent", "True was expected", put(f"{ONE}/delete/x-idempotent", "yes")),
    case(f"{POST}/x-outcome", "is not of type 'string'", put(f"{POST}/x-outcome", ["thing_get"])),
    case(f"{SCHEMAS}/Kind/x-enum-varnames/0", "3 is not of type 'string'",
         put(f"{SCHEMAS}/Kind/x-enum-varnames/0", 3)),
    case("/servers/0/x-name", "'The One' does not match", put("/servers/0/x-name", "The One")),
    case(f"{GET}/x-pagination", "'limit' is a required property", drop(f"{GET}/x-pagination/limit")),
    case(f"{GET}/x-pagination", "('sort' was unexpected)", put(f"{GET}/x-pagination/sort", "id")),
    case(f"{GET}/x-pagination/page_size", "0 is less than", put(f"{GET}/x-pagination/page_size", 0)),
    case("/components/securitySchemes/signature/x-signature", "'signs' is a required property",
         drop("/components/securitySchemes/signature/x-signature/signs")),
    case("/paths/~1things~1feed/x-websocket", "'message' is a required property",
         drop("/paths/~1things~1feed/x-websocket/message")),
    case("/paths/~1things~1feed/x-websocket", "'x' is not of type 'object'",
         put("/paths/~1things~1feed/x-websocket", "x")),
    case("/paths/~1things~1feed/x-websocket/name", "'Things' does not match",
         put("/paths/~1things~1feed/x-websocket/name", "Things")),
    case("/paths/~1things~1feed/x-websocket/message", "'$ref' is a required property",
         put("/paths/~1things~1feed/x-websocket/message", {"type": "object"})),
    case(f"{POST}/x-idempotency-key", "names 'partner_txID', which is no string here; there are: partner_key.",
         put(f"{POST}/x-idempotency-key", "partner_txID")),
    case(f"{GET}/x-idempotency-key", "names 'kind', which is no string here; there are: none.",
         put(f"{GET}/x-idempotency-key", "kind")),
    case(f"{POST}/x-idempotency-key", "names 'partner_key', which is no string here; there are: none.",
         put(f"{SCHEMAS}/NewThing/properties/partner_key/type", "integer")),
    case(f"{SCHEMAS}/Things/x-list", "names 'rows', which is no array here; there are: things.",
         put(f"{SCHEMAS}/Things/x-list", "rows")),
    case(f"{SCHEMAS}/Owner/x-list", "names 'name', which is no array here; there are: none.",
         put(f"{SCHEMAS}/Owner/x-list", "name")),
    case(f"{POST}/x-outcome", "there is no GET operation 'thing_read'",
         put(f"{POST}/x-outcome", "thing_read")),
    case(f"{POST}/x-outcome", "there is no GET operation 'thing_remove'",
         put(f"{POST}/x-outcome", "thing_remove")),
    case(POST, "has both x-outcome and x-no-outcome",
         put(f"{POST}/x-no-outcome", "No GET shows it.")),
    case(f"{GET}/x-pagination/items", "names 'rows', which is no array here", put(f"{GET}/x-pagination/items", "rows")),
    case(f"{GET}/x-pagination/offset", "names 'kind', which is no integer here; there are: offset, limit.",
         put(f"{GET}/x-pagination/offset", "kind")),
    case(f"{GET}/x-pagination/items", "names 'things', which is no array here; there are: none.",
         put(f"{GET}/responses/204", {"description": "Nothing."})),
    case(f"{GET}/x-pagination/items", "names 'things', which is no array here; there are: none.",
         put(f"{SCHEMAS}/Things/nullable", True)),
    case(f"{POST}/x-pagination", "only a GET has pages",
         put(f"{POST}/x-pagination", {"items": "a", "offset": "b", "limit": "c", "page_size": 1})),
    case("/paths/~1feed/x-websocket/name", "is taken by another feed",
         put("/paths/~1feed", {"x-websocket": FEED})),
    case("/paths/~1things~1feed/x-websocket/security/0/token", "there is no security scheme",
         put("/paths/~1things~1feed/x-websocket/security", [{"token": []}])),
    case("/paths/~1things~1feed/x-websocket/message", "is no reference to an object schema",
         put("/paths/~1things~1feed/x-websocket/message", {"$ref": f"#{SCHEMAS}/Kind"})),
    case(f"{GET}/x-websocket", "belongs to the path", put(f"{GET}/x-websocket", FEED)),
    case(f"{POST}/requestBody/{JSON}/encoding/kind/headers", "has values that no argument could give",
         put(f"{POST}/requestBody/{JSON}/encoding", {"kind": {"headers": {"X-A": {"schema": {"type": "string"}}}}})),
    case(f"{POST}/requestBody/{JSON}/encoding/kind/contentType", "an object cannot be sent as 'text/csv'",
         put(f"{SCHEMAS}/NewThing/properties/kind", OBJECT),
         put(f"{POST}/requestBody/{JSON}/encoding", {"kind": {"contentType": "text/csv"}})),
    case(f"{POST}/requestBody/{JSON}/encoding/kind/contentType", "an object cannot be sent as 'text/csv'",
         put(f"{SCHEMAS}/NewThing/properties/kind", {"type": "array", "items": {"allOf": [OBJECT, OBJECT]}}),
         put(f"{POST}/requestBody/{JSON}/encoding", {"kind": {"contentType": "text/csv"}})),
    case(f"{UPLOAD}/encoding/nmae", "is that of no field; there are: name",
         put(UPLOAD, {"schema": OBJECT, "encoding": {"nmae": {"contentType": "text/csv"}}})),
    *(
        case(f"{UPLOAD}/encoding/name/{key}", "cannot be followed in a part",
             put("/openapi", "3.1.0"), put(UPLOAD, {"schema": OBJECT, "encoding": {"name": {key: value}}}))
        for key, value in {"style": "pipeDelimited", "explode": False}.items()
    ),
    case(f"{UPLOAD}/encoding/name/style", "cannot be followed in a part",
         put("/openapi", "3.1.0"), put(f"{SCHEMAS}/Named", {"type": "object", "properties": {"name": OBJECT}}),
         put(UPLOAD, {"schema": {"$ref": f"#{SCHEMAS}/Named"}, "encoding": {"name": {"style": "form"}}})),
    case(f"{POST}/requestBody/{JSON}/encoding/kind/contentType", "the charset 'klingon' is not known",
         put(f"{POST}/requestBody/{JSON}/encoding", {"kind": {"contentType": "a/b, text/plain; charset=klingon"}})),
    *(
        case(f"{POST}/requestBody/content/{media.replace('/', '~1')}", message,
             put(f"{POST}/requestBody/content/{media.replace('/', '~1')}", {}))
        for media, message in [
            ("text/plain; charset=nonsense", "the charset 'nonsense' is not known"),
            ("application/json; charset=utf-16", "only text can be sent in the charset 'utf-16'"),
            ("application/x-www-form-urlencoded; charset=iso-8859-1", "only text can be sent"),
            ("text/plain; a=\r\nX-Other: 1", "is no media type"),
            ("json", "'json' is no media type"),
        ]
    ),
    *(
        case(f"{ONE}/delete/requestBody/content/multipart~1form-data/schema", "is sent as a form, and is no object",
             put(f"{ONE}/delete/requestBody", {"content": {"multipart/form-data": {"schema": schema}}}))
        for schema in (TEXT, LIST, {"$ref": f"#{SCHEMAS}/Kind"}, {"oneOf": [OBJECT, TEXT]})
    ),
    case(f"{GET}/parameters/4", "is the header 'X-Kind' once more",
         put(f"{GET}/parameters/-", HEADER | {"name": "X-Kind"}),
         put(f"{GET}/parameters/-", HEADER | {"name": "x-kind"})),
    case("/paths/~1things?kind=a", "has a query or a fragment", put("/paths/~1things?kind=a", {})),
    case("/paths/~1things/servers", "is another host",
         put("/paths/~1things/servers", [{"url": "https://b.example.com"}])),
    case(f"{GET}/servers", "is another host",
         put(f"{GET}/servers", [{"url": "https://b.example.com"}])),
    case(f"{GET}/security", "asks for token or key, which the client cannot give: the signing plugin has",
         put("/components/securitySchemes/token", {"type": "http", "scheme": "bearer"}),
         put(f"{GET}/security", [{"token": []}, {"key": []}])),
]

AMBIGUOUS = [
    (f"{SCHEMAS}/Status", "has values of the type integer and string", put(f"{SCHEMAS}/Status/enum/-", 3)),
    (f"{SCHEMAS}/Status", "has values of the type string, and its type is integer",
     put(f"{SCHEMAS}/Status/type", "integer")),
    (f"{SCHEMAS}/Kind/x-enum-varnames", "has 2 names for 3 values", put(f"{SCHEMAS}/Kind/x-enum-varnames", ["A", "B"])),
    (f"{SCHEMAS}/Owner", "is nothing but a reference to itself",
     put(f"{SCHEMAS}/Owner", {"anyOf": [{"$ref": f"#{SCHEMAS}/Owner"}]})),
    (f"{SCHEMAS}/Owner", "is a part of its own allOf",
     put(f"{SCHEMAS}/Owner", {"allOf": [{"$ref": f"#{SCHEMAS}/Owner"}, OBJECT]})),
    (f"{THING}/part/discriminator/mapping/a", "is no member of the union",
     put(f"{THING}/part", {"oneOf": [{"$ref": f"#{SCHEMAS}/Owner"}, {"$ref": f"#{SCHEMAS}/News"}], "discriminator":
         {"propertyName": "name", "mapping": {"a": f"#{SCHEMAS}/Things"}}})),
    (f"{THING}/part/discriminator/mapping/a", "'Gone' is no member of the union",
     put(f"{THING}/part", {"oneOf": [{"$ref": f"#{SCHEMAS}/Owner"}, {"$ref": f"#{SCHEMAS}/News"}], "discriminator":
         {"propertyName": "name", "mapping": {"a": "Gone"}}})),
    (f"{THING}/part/discriminator/propertyName", "'kind' is a property of no member",
     put(f"{THING}/part", {"oneOf": [{"$ref": f"#{SCHEMAS}/Owner"}, {"$ref": f"#{SCHEMAS}/News"}], "discriminator":
         {"propertyName": "kind"}})),
    (f"{SCHEMAS}/Owner/allOf/1/properties/name", "is 'integer', and another part of its allOf is 'string'",
     put(f"{SCHEMAS}/Owner", {"allOf": [OBJECT, {"type": "object", "properties": {"name": {"type": "integer"}}}]})),
    (f"{GET}/parameters/2/schema", "has values of the type boolean and integer, and its type is string",
     put(f"{GET}/parameters/2/schema", {"type": "string", "enum": [True, 1]})),
    (f"{SCHEMAS}/Owner/oneOf/1/properties/b/oneOf/0/properties/c", "has values of the type boolean and integer",
     put(f"{SCHEMAS}/Owner", {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"b": {"oneOf": [
         {"type": "object", "properties": {"c": {"type": "string", "enum": [True, 1]}}}, {"type": "string"}]}}}]})),
]

DESCRIBED = [
    case(f"{SCHEMAS}/new_thing", "'new_thing' would become the class NewThing",
         used("new_thing", OBJECT)),
    case(f"{SCHEMAS}/pending_thing", "would become the class PendingThing",
         used("pending_thing", OBJECT)),
    case(f"{POST}/requestBody/{JSON}/schema", "does not say what it is",
         put(f"{POST}/requestBody/{JSON}/schema", {})),
    case(f"{GET}/responses/200/{JSON}/schema", "does not say what it is",
         put(f"{GET}/responses/200/{JSON}/schema", {"description": "x"})),
    case(f"{THING}/id", "does not say what it is", drop(f"{THING}/id/type")),
    case(f"{THING}/part/oneOf/0", "does not say what it is", put(f"{THING}/part/oneOf/0", {"nullable": True})),
    case(f"{SCHEMAS}/Things/properties/things", "an array its items",
         drop(f"{SCHEMAS}/Things/properties/things/items")),
    case(f"{SCHEMAS}/Things/properties/things/items", "does not say what it is",
         put(f"{SCHEMAS}/Things/properties/things/items", {})),
    case(f"{THING}/id", "does not say what it is", put(f"{THING}/id", True)),
    case(f"{SCHEMAS}/Kind", "either closed or open", put(f"{SCHEMAS}/Kind/enum", ["soft", "hard", ""])),
    case(f"{GET}/tags", "exactly one is needed", put(f"{GET}/tags/-", "thing")),
    case(GET, "exactly one is needed", drop(f"{GET}/tags")),
    case(f"{GET}/tags", "the tag 'Thing' is not declared", put(f"{GET}/tags/0", "Thing")),
    case("/tags", "the tag 'with_options' would become with_options_", put(f"{GET}/tags/0", "with_options")),
    case("/tags", "the tag 'Fund Things' would become fund_things", put(f"{GET}/tags/0", "Fund Things")),
    case(GET, "has no operationId", drop(f"{GET}/operationId")),
    case(f"{GET}/operationId", "'' would become thing_get_things", put(f"{GET}/operationId", "")),
    case(f"{GET}/operationId", "'thing-search' would become thing_search",
         put(f"{GET}/operationId", "thing-search")),
    case(f"{GET}/operationId", "'search' would become thing_search", put(f"{GET}/operationId", "search")),
    case(f"{GET}/operationId", "'thing_list' would become thing_list_", put(f"{GET}/operationId", "thing_list")),
    case(f"{GET}/operationId", "'thing_import' would become thing_import_", put(f"{GET}/operationId", "thing_import")),
    case("/info", "has no description", drop("/info/description")),
    case("/servers/0", "has no description", drop("/servers/0/description")),
    case("/tags/0", "has no description", put("/tags/0/description", " ")),
    case(GET, "has no summary", drop(f"{GET}/summary")),
    case(f"{GET}/parameters/0", "has no description", drop(f"{GET}/parameters/0/description")),
    case(f"{GET}/responses/200", "has no description", put(f"{GET}/responses/200/description", "")),
    case("/components/parameters/ThingId", "has no",
         drop("/components/parameters/ThingId/description")),
    case("/components/securitySchemes/key", "has no",
         drop("/components/securitySchemes/key/description")),
    case(f"{THING}/id", "has no description", drop(f"{THING}/id/description")),
    case(f"{SCHEMAS}/Owner", "has no description",
         drop(f"{SCHEMAS}/Owner/description")),
    case(f"{SCHEMAS}/Kind", "has no description", drop(f"{SCHEMAS}/Kind/description")),
    case(f"{POST}/requestBody", "has no example", drop(f"{POST}/requestBody/{JSON}/examples")),
    case(f"{ONE}/get/responses/200", "has no example", drop(f"{SCHEMAS}/Thing/example")),
    case(f"{GET}/responses/200/{JSON}/example/things/0/amount", "3.5 is not of type 'integer'",
         put(f"{GET}/responses/200/{JSON}/example/things/0/amount", 3.5)),
    case(f"{GET}/responses/200/{JSON}/example/things/0/amount", "None for not nullable",
         put(f"{GET}/responses/200/{JSON}/example/things/0/amount", None)),
    case(f"{POST}/requestBody/{JSON}/examples/plain/value", "'kind' is a required property",
         drop(f"{POST}/requestBody/{JSON}/examples/plain/value/kind")),
    case(f"{SCHEMAS}/Thing/example/size", "'size' is no property",
         put(f"{SCHEMAS}/Thing/example/size", 1)),
    case(f"{SCHEMAS}/Thing/example/labels/b", "3 is not of type 'string'",
         put(f"{SCHEMAS}/Thing/example/labels/b", 3)),
    case("/paths/~1things~1feed/x-websocket/example/text", "3 is not of type 'string'",
         put("/paths/~1things~1feed/x-websocket/example/text", 3)),
    case(f"{GET}/responses", "has no default response", drop(f"{GET}/responses/default")),
    case(POST, "is no GET and has no x-idempotent", drop(f"{POST}/x-outcome")),
    case(f"{SCHEMAS}/Left", "is not used", put(f"{SCHEMAS}/Left", OBJECT)),
    case(f"{SCHEMAS}/Left", "is not used",
         put(f"{SCHEMAS}/Left", {"type": "array", "items": {"$ref": f"#{SCHEMAS}/Left"}})),
    case("/components/responses/Gone", "is not used",
         put("/components/responses/Gone", {"description": "x"})),
    case("/components/securitySchemes/nonce", "is not used",
         put("/components/securitySchemes/nonce", {"type": "apiKey", "in": "header", "name": "x-nonce"})),
    case(f"{POST}/x-idempotency_key", "is no extension that is known here",
         put(f"{POST}/x-idempotency_key", "partner_key")),
    case("/tags/1", "the tag 'other' is not used", put("/tags/-", {"name": "other"})),
]

VALIDITY = [
    ("/paths/~1things/post", "Operation ID 'thing_search' for 'post'", put(f"{POST}/operationId", "thing_search")),
    (f"{THING}/kind/$ref", "$ref '#/components/schemas/Kind' points at nothing", drop(f"{SCHEMAS}/Kind")),
    ("/paths/~1things~1feed/x-websocket/message/$ref", "leaves the document",
     put("/paths/~1things~1feed/x-websocket/message", {"$ref": "news.yaml#/News"})),
    (f"{THING}/amount/type", "'whole' is not one of", put(f"{THING}/amount/type", "whole")),
    (f"{THING}/amount", "'x' is not of type 'integer'", put(f"{THING}/amount/default", "x")),
    (f"{SCHEMAS}/Kind", "3 is not of type 'string'", put(f"{SCHEMAS}/Kind/default", 3)),
    (f"{ONE}/get", "Path parameter 'thing_id' for 'get'", drop(f"{ONE}/parameters")),
    ("/components/parameters/ThingId/required", "False is not one of [True]",
     put("/components/parameters/ThingId/required", False)),
    (f"{GET}/parameters/0/style", "'matrix' is not one of ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject']",
     put(f"{GET}/parameters/0/style", "matrix")),
    ("/components/securitySchemes/key", "'name' is a required property", drop("/components/securitySchemes/key/name")),
    ("/tags", "Duplicate tag name 'thing'", put("/tags/-", {"name": "thing"})),
    (GET, "'responses' is a required property", drop(f"{GET}/responses")),
    (GET, "'color' does not match", put(f"{GET}/color", "red")),
    ("", "'info' is a required property", drop("/info")),
    ("/paths", "is not of type 'object'", put("/paths", [])),
    ("/openapi", "'2.0' is no version", put("/openapi", "2.0")),
    (f"{GET}/parameters/0", "'name' is a required property", drop(f"{GET}/parameters/0/name")),
]
# fmt: on


def test_the_valid_document_keeps_every_rule() -> None:
    """The document that the tables change is valid, can be generated from, and is complete."""
    assert validate(VALID) == []
    assert check_generable(VALID) == []
    assert check_described(VALID) == []


@pytest.mark.parametrize("broken", GENERABLE)
def test_what_cannot_be_generated_is_named(broken: Case) -> None:
    """What breaks a rule is named with its place and the reason."""
    expect(broken, check_generable)


@pytest.mark.parametrize(("pointer", "message", "change"), AMBIGUOUS, ids=[message for _, message, _ in AMBIGUOUS])
def test_what_is_ambiguous_is_named(pointer: str, message: str, change: Change) -> None:
    """What has no single meaning is a problem at its place, and nothing is made of it."""
    found = check_generable(described(change))
    assert any(at == pointer and message in text for at, text in found), found


@pytest.mark.parametrize("broken", DESCRIBED)
def test_what_is_not_described_is_named(broken: Case) -> None:
    """What breaks a rule for our own descriptions is named with its place and the reason."""
    expect(broken, check_described)


def expect(broken: Case, check: Callable[[dict[str, Any]], list[Problem]]) -> None:
    document = described(*broken.changes)
    before = copy.deepcopy(document)
    found = check(document)
    assert any(at == broken.pointer and broken.message in message for at, message in found), found
    assert document == before


@pytest.mark.parametrize(
    ("name", "table", "check"),
    [("generable", GENERABLE, check_generable), ("described", DESCRIBED, check_described)],
)
def test_every_row_of_the_table_has_something_that_breaks_it(name: str, table: list[Any], check: Any) -> None:
    """No row of `rules.yaml` stands there untested."""
    rows = {row["says"].partition("{given}")[2] or row["says"] for row in load(RULES)[name]}
    said = [problem.message for case in table for problem in check(described(*case.values[0].changes))]
    assert [row for row in rows if not any(message.endswith(row) for message in said)] == []


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
    """Whatever stands in one place: either it is no OpenAPI, or every rule that is asked can look at it."""
    document = described(put(place, value))
    if not (validate(document) or check_generable(document)):
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


def test_a_feed_need_not_describe_the_parameters_of_its_path() -> None:
    """The path of a feed alone says what is filled in: each is a text."""
    feed = put("/paths/~1{id}~1feed", {"x-websocket": FEED | {"name": "other"}})
    assert check_generable(described(feed)) == []


def test_a_header_of_an_operation_goes_before_that_of_its_path() -> None:
    """Whatever the case of their names: it is one parameter, with the type that the operation gives it."""
    above, own = HEADER | {"name": "X-Kind"}, {"name": "x-kind", "in": "header", "schema": {"type": "integer"}}
    document = described(put("/paths/~1things/parameters", [above]), put(f"{GET}/parameters/-", own))
    assert check_generable(document) == []
    found = next(one for one in normalize(document).operations if one.source.pointer == GET)
    assert [(one.wire, one.schema) for one in found.parameters if one.place == "header"] == [
        ("x-kind", {"type": "integer"})
    ]


def test_the_media_types_of_a_body_that_are_not_sent_are_named() -> None:
    """One media type is sent; each of the others is left out, and that is said with its place."""
    at = f"{POST}/requestBody/content/text~1csv"
    left_out = normalize(described(put(at, {"schema": TEXT}))).left_out
    assert left_out == [Problem(at, "is left out: the body is sent as application/json.")]


def test_styles_of_parts_mean_nothing_in_3_0() -> None:
    """OpenAPI 3.0 says to ignore `style` in multipart/form-data: it is no problem there, and changes nothing."""
    encoding = {"name": {"style": "pipeDelimited", "explode": False}}
    assert check_generable(described(put(UPLOAD, {"schema": OBJECT, "encoding": encoding}))) == []


def test_the_usual_style_of_parts_may_be_written_out() -> None:
    """A part for each item of a list, and nothing percent-encoded, is what is sent anyhow."""
    encoding = {"name": {"style": "form", "explode": True, "allowReserved": True}}
    found = put(UPLOAD, {"schema": OBJECT, "encoding": encoding})
    assert check_generable(described(put("/openapi", "3.1.0"), found)) == []


@pytest.mark.parametrize(
    "around", [lambda ref: ref, lambda ref: {"allOf": [ref, OBJECT]}], ids=["alone", "in an allOf"]
)
def test_a_dynamic_reference_is_named(around: Callable[[Any], Any]) -> None:
    """What a `$dynamicRef` refers to has no type, and that is said with its place."""
    at = f"{SCHEMAS}/NewThing/properties/kind"
    schema = around({"$dynamicRef": "#node"})
    place = f"{at}{'/allOf/0' if 'allOf' in schema else ''}/$dynamicRef"
    left_out = normalize(described(put("/openapi", "3.1.0"), put(at, schema))).left_out
    assert left_out == [Problem(place, "is left out: it is not followed, so what it refers to has no type.")]


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
