"""The shapes that a vendor's description may hold: each with a call, what goes over the wire, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qredo_codegen.description.document import Document

__all__ = ["BASE", "GROUPS", "NAMED", "SHAPES", "Shape", "described", "together"]

BASE: Document = {
    "openapi": "3.0.3",
    "info": {"title": "Shapes", "version": "1"},
    "servers": [{"url": "https://api.example.com/v1", "x-name": "production"}],
    "security": [{"signature": []}],
    "paths": {},
    "components": {
        "securitySchemes": {
            "signature": {
                "type": "apiKey",
                "in": "header",
                "name": "x-sign",
                "x-signature": {"algorithm": "RSASSA", "encoding": "base64url", "signs": ["url", "body"]},
            },
            "agent_token": {"type": "apiKey", "in": "header", "name": "x-api-zkp"},
        },
        "schemas": {},
    },
}
JSON = "application/json"
Call = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Shape:
    """One shape in one operation.

    Attributes:
        name: Row of the table that it belongs to.
        operation: What is added to a plain operation.
        call: Calls it, with the client and the models of the package.
        sent: Method and target below the base path.
        body: The bytes that are sent, or None for none.
        headers: Headers that are sent, among others.
        result: What the call gives, as `shown` shows it.
        answer: Content of the response.
        media: Its media type.
        status: Its status.
        method: HTTP method.
        path: Path template.
        schemas: Named schemas that it needs.
        version: Version of OpenAPI.
        item: What is added to the path item.
        look: Whether the models are as they should be, beside the call.
    """

    name: str
    operation: Document
    call: Call
    sent: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    result: Any = None
    answer: bytes = b""
    media: str = JSON
    status: int = 200
    method: str = "get"
    path: str = "/things"
    schemas: Document = field(default_factory=dict)
    version: str = "3.0.3"
    item: Document = field(default_factory=dict)
    look: Callable[[Any], bool] = lambda models: True

    def __str__(self) -> str:
        return self.name


def together(shapes: list[Shape]) -> Document:
    """The description of an API that has all of these shapes, each with paths, operations and schemas of its own."""
    whole = described()
    for index, shape in enumerate(shapes):
        text = json.dumps(described(shape)).replace("#/components/schemas/", f"#/components/schemas/S{index}")
        document = json.loads(text.replace('"d": "Dog"', f'"d": "S{index}Dog"'))
        for path, item in document["paths"].items():
            operation = item[shape.method]
            if operation["operationId"] is None:
                del operation["operationId"]
            else:
                operation["operationId"] += str(index)
            whole["paths"][f"/{index}{path}"] = item
        found = document["components"]["schemas"]
        whole["components"]["schemas"] |= {f"S{index}{name}": schema for name, schema in found.items()}
    return {**whole, "openapi": max(shape.version for shape in shapes)}


def described(*shapes: Shape) -> Document:
    """The description of an API that has these shapes; each below a path of its own if there are several."""
    paths: Document = {}
    schemas: Document = {}
    for index, shape in enumerate(shapes):
        path = f"/{index}{shape.path}" if len(shapes) > 1 else shape.path
        operation = {"operationId": f"thing_do{index or ''}", "tags": ["thing"], **shape.operation}
        operation.setdefault("responses", {"200": {"description": "Done."}})
        paths[path] = {**shape.item, shape.method: operation}
        schemas |= shape.schemas
    components = {**BASE["components"], "schemas": schemas}
    version = max((shape.version for shape in shapes), default="3.0.3")
    return {**BASE, "openapi": version, "paths": paths, "components": components}


def query(schema: Document, **more: Any) -> Document:
    """An operation with one query parameter, `q`."""
    return {"parameters": [{"name": "q", "in": "query", "schema": schema, **more}]}


def path(schema: Document, **more: Any) -> Document:
    """An operation with one path parameter, `id`."""
    return {"parameters": [{"name": "id", "in": "path", "required": True, "schema": schema, **more}]}


def gives(schema: Any, media: str = JSON, status: str = "200") -> Document:
    """An operation whose response has a schema."""
    return {"responses": {status: {"description": "Done.", "content": {media: {"schema": schema}}}}}


def takes(schema: Any, media: str = JSON, *, required: bool = True) -> Document:
    """An operation whose request body has a schema."""
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


def ref(name: str) -> Document:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def objects(**properties: Any) -> Document:
    """An object; a property whose name ends with an underscore twice is required."""
    required = [name[:-2] for name in properties if _is_required(name)]
    names = {name: name[:-2] if _is_required(name) else name for name in properties}
    found: Document = {"type": "object", "properties": {names[name]: value for name, value in properties.items()}}
    return found | ({"required": required} if required else {})


def _is_required(name: str) -> bool:
    return name.endswith("__") and not name.startswith("_")


TEXT: Document = {"type": "string"}
WHOLE: Document = {"type": "integer"}
NUMBER: Document = {"type": "number"}
LIST: Document = {"type": "array", "items": TEXT}
CAT = objects(kind__=TEXT, lives__=WHOLE)
DOG = objects(kind__=TEXT, name__=TEXT)


def do(*arguments: Any, **keywords: Any) -> Call:
    """A call of the operation with these arguments."""
    return lambda client, models: client.thing.do(*arguments, **keywords)


def tagged(name: str) -> Call:
    """A call of the one operation of a tag."""
    return lambda client, models: getattr(client, name).do()


def answered(name: str, schema: Any, answer: bytes, result: Any, **more: Any) -> Shape:
    """A shape of a JSON response."""
    return Shape(name, gives(schema), do(), "GET /things", result=result, answer=answer, **more)


def asked(name: str, schema: Any, value: Any, target: str, **more: Any) -> Shape:
    """A shape of a query parameter."""
    return Shape(name, query(schema, **more), do(q=value), f"GET /things{target}")


def bodied(name: str, schema: Any, call: Call, body: bytes, *, media: str = JSON, **more: Any) -> Shape:
    """A shape of a request body."""
    return Shape(name, takes(schema, media), call, "POST /things", body, method="post", **more)


def encoded(name: str, media: str, encoding: Document, call: Call, body: bytes) -> Shape:
    """A shape of a form whose fields are written in other ways than usual."""
    free = {"type": "object", "additionalProperties": {}}
    many = {"type": "array", "items": TEXT}
    shape = bodied(name, objects(many=many, deep=free, json=free, plain=many), call, body, media=media)
    shape.operation["requestBody"]["content"][media]["encoding"] = encoding
    return shape


def field_of(name: str, schema: Any, wire: bytes, value: Any, **more: Any) -> Shape:
    """A shape of a field `a` of a response; the model goes to the same JSON again."""
    answer = b'{"a":' + wire + b"}"
    return answered(name, ref("Thing"), answer, {"a": value}, schemas={"Thing": objects(a__=schema), **more})


RESPONSES = [
    answered(
        "response: array",
        {"type": "array", "items": ref("Cat")},
        b'[{"kind":"c","lives":9}]',
        [{"kind": "c", "lives": 9}],
        schemas={"Cat": CAT},
    ),
    answered("response: map", {"type": "object", "additionalProperties": WHOLE}, b'{"a":1}', {"a": 1}),
    answered("response: string", TEXT, b'"x"', "x"),
    answered("response: number", NUMBER, b"0.1000000000000000000001", Decimal("0.1000000000000000000001")),
    answered("response: boolean", {"type": "boolean"}, b"true", True),
    Shape(
        "response: text/csv",
        gives(TEXT, "text/csv"),
        do(),
        "GET /things",
        headers={"accept": "text/csv"},
        result="a;\u00e9",
        answer="a;\u00e9".encode("latin-1"),
        media="text/csv; charset=latin-1",
    ),
    Shape(
        "response: text/plain",
        gives(TEXT, "text/plain"),
        do(),
        "GET /things",
        result="x",
        answer=b"x",
        media="text/plain",
    ),
    Shape(
        "response: a text of any media type",
        gives(TEXT, "*/*"),
        do(),
        "GET /things",
        headers={"accept": "*/*"},
        result="a, b",
        answer=b"a, b",
        media="text/plain",
    ),
    Shape(
        "response: a text of any media type, sent as JSON",
        gives(TEXT, "*/*"),
        do(),
        "GET /things",
        result="a, b",
        answer=b'"a, b"',
    ),
    Shape(
        "response: bytes of any media type",
        gives({**TEXT, "format": "binary"}, "*/*"),
        do(),
        "GET /things",
        result=b"\xff",
        answer=b"\xff",
        media="image/png",
    ),
    Shape(
        "response: application/pdf",
        gives({"type": "string", "format": "binary"}, "application/pdf"),
        do(),
        "GET /things",
        headers={"accept": "application/pdf"},
        result=b"%PDF\x00",
        answer=b"%PDF\x00",
        media="application/pdf",
    ),
    Shape(
        "response: octet-stream",
        gives({}, "application/octet-stream"),
        do(),
        "GET /things",
        result=b"\xff",
        answer=b"\xff",
        media="application/octet-stream",
    ),
    Shape(
        "response: JSON and CSV for one status",
        {
            "responses": {
                "200": {"description": "", "content": {"text/csv": {"schema": TEXT}, JSON: {"schema": ref("Cat")}}}
            }
        },
        do(),
        "GET /things",
        headers={"accept": JSON},
        result={"kind": "c", "lives": 1},
        answer=b'{"kind":"c","lives":1}',
        schemas={"Cat": CAT},
    ),
    *(
        Shape(
            f"two successes with different bodies: {status}",
            {
                "responses": {
                    "200": {"description": "", "content": {JSON: {"schema": ref("Cat")}}},
                    "202": {"description": "", "content": {JSON: {"schema": ref("Dog")}}},
                    "204": {"description": ""},
                }
            },
            do(),
            "GET /things",
            result=result,
            answer=answer,
            status=status,
            schemas={"Cat": CAT, "Dog": DOG},
        )
        for status, answer, result in (
            (200, b'{"kind":"c","lives":1}', {"kind": "c", "lives": 1}),
            (202, b'{"kind":"d","name":"x"}', {"kind": "d", "name": "x"}),
            (204, b"", None),
        )
    ),
    Shape(
        "response: 2XX",
        gives(ref("Cat"), status="2XX"),
        do(),
        "GET /things",
        result={"kind": "c", "lives": 1},
        answer=b'{"kind":"c","lives":1}',
        status=201,
        schemas={"Cat": CAT},
    ),
]

QUERIES = [
    asked("query: array", LIST, ["a b", "c&d"], "?q=a%20b&q=c%26d"),
    asked("query: array, not exploded", LIST, ["a,b", "c"], "?q=a%2Cb,c", explode=False),
    asked("query: array, pipeDelimited", LIST, ["a", "b"], "?q=a%7Cb", style="pipeDelimited", explode=False),
    asked("query: array, spaceDelimited", LIST, ["a", "b"], "?q=a%20b", style="spaceDelimited", explode=False),
    asked("query: empty array", LIST, [], ""),
    asked(
        "query: array of enums",
        {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}},
        ["x", "z"],
        "?q=x&q=z",
    ),
    asked("query: array of integers", {"type": "array", "items": WHOLE}, [1, 2], "?q=1&q=2"),
    asked(
        "query: object, form", {"type": "object", "additionalProperties": TEXT}, {"a": "b c", "d": "e"}, "?a=b%20c&d=e"
    ),
    asked(
        "query: object, not exploded",
        {"type": "object", "additionalProperties": TEXT},
        {"a": "b"},
        "?q=a,b",
        explode=False,
    ),
    asked(
        "null in a query",
        {"type": "array", "items": {"type": "string", "nullable": True}},
        [None, "a", None],
        "?q=a",
        explode=False,
    ),
    Shape(
        "query: object, deepObject",
        query(ref("Range"), style="deepObject", explode=True),
        lambda client, models: client.thing.do(q=models.Range(low=1)),
        "GET /things?q%5Blow%5D=1",
        schemas={"Range": objects(low=WHOLE, high=WHOLE)},
    ),
    asked("query: object, given as a dict", objects(low=WHOLE), {"low": 1}, "?q%5Blow%5D=1", style="deepObject"),
    Shape(
        "query: JSON in content",
        {"parameters": [{"name": "q", "in": "query", "content": {JSON: {"schema": objects(low=WHOLE)}}}]},
        do(q={"low": 1}),
        "GET /things?q=%7B%22low%22%3A1%7D",
    ),
    asked("query: boolean", {"type": "boolean"}, True, "?q=true"),
    asked("query: number", NUMBER, Decimal("0.1000000000000000000001"), "?q=0.1000000000000000000001"),
    Shape("path: integer", path(WHOLE), do(7), "GET /things/7", path="/things/{id}"),
    Shape("path: boolean", path({"type": "boolean"}), do(True), "GET /things/true", path="/things/{id}"),
    Shape("path: number", path(NUMBER), do(Decimal("1.50")), "GET /things/1.50", path="/things/{id}"),
    Shape("path: array", path(LIST), do(["a/b", "c"]), "GET /things/a%2Fb,c", path="/things/{id}"),
    Shape("path: label", path(LIST, style="label"), do(["a", "b"]), "GET /things/.a,b", path="/things/{id}"),
    Shape("path: matrix", path(WHOLE, style="matrix"), do(5), "GET /things/;id=5", path="/things/{id}"),
    Shape("path: {id}:freeze", path(TEXT), do("a:b"), "GET /things/a%3Ab:freeze", path="/things/{id}:freeze"),
    Shape("path: {id}.csv", path(TEXT), do("a"), "GET /things/a.csv", path="/things/{id}.csv"),
    Shape(
        "header parameter",
        {
            "parameters": [
                {"name": "Idempotency-Key", "in": "header", "schema": TEXT},
                {"name": "X-Api-Key", "in": "header", "schema": TEXT},
            ]
        },
        do(idempotency_key="k"),
        "GET /things",
        headers={"idempotency-key": "k"},
    ),
]

BODIES = [
    bodied(
        "body: array",
        {"type": "array", "items": ref("Cat")},
        do(body=[{"kind": "c", "lives": 1}]),
        b'[{"kind":"c","lives":1}]',
        schemas={"Cat": CAT},
    ),
    bodied(
        "body: map", {"type": "object", "additionalProperties": NUMBER}, do(body={"a": Decimal("1.10")}), b'{"a":1.10}'
    ),
    bodied("body: scalar", WHOLE, do(body=3), b"3"),
    bodied(
        "body: text",
        TEXT,
        do(body="a\u00e9"),
        "a\u00e9".encode(),
        media="text/plain",
        headers={"content-type": "text/plain; charset=utf-8"},
    ),
    bodied(
        "body: text in another charset",
        TEXT,
        do(body="a\u00e9"),
        b"a\xe9",
        media="text/plain; charset=iso-8859-1",
        headers={"content-type": "text/plain; charset=iso-8859-1"},
    ),
    bodied(
        "body: bytes",
        {"type": "string", "format": "binary"},
        do(body=b"\x00\xff"),
        b"\x00\xff",
        media="application/octet-stream",
        headers={"content-type": "application/octet-stream"},
    ),
    bodied(
        "body: application/pdf",
        {"type": "string", "format": "binary"},
        do(body=b"%PDF\xff"),
        b"%PDF\xff",
        media="application/pdf",
        headers={"content-type": "application/pdf"},
    ),
    bodied(
        "body: XML",
        TEXT,
        do(body="<a/>"),
        b"<a/>",
        media="application/xml",
        headers={"content-type": "application/xml; charset=utf-8"},
    ),
    bodied(
        "body: any text",
        TEXT,
        do(body="a"),
        b"a",
        media="text/*",
        headers={"content-type": "text/plain; charset=utf-8"},
    ),
    bodied(
        "body: multipart, binary by its media type",
        objects(file={"type": "string", "contentMediaType": "application/octet-stream"}),
        do(file=b"\xff"),
        b'--BOUNDARY\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\xff\r\n--BOUNDARY--\r\n",
        media="multipart/form-data",
        version="3.1.0",
    ),
    bodied(
        "body: form",
        objects(a__=TEXT, n=WHOLE, yes={"type": "boolean"}),
        do(a="b c&d", n=3, yes=True),
        b"a=b%20c%26d&n=3&yes=true",
        media="application/x-www-form-urlencoded",
        headers={"content-type": "application/x-www-form-urlencoded"},
    ),
    bodied(
        "body: form of any fields",
        {},
        do(body={"a": "b", "n": 3}),
        b"a=b&n=3",
        media="application/x-www-form-urlencoded",
    ),
    bodied(
        "body: form, nullable",
        {**objects(a=TEXT), "nullable": True},
        do(a="b"),
        b"a=b",
        media="application/x-www-form-urlencoded",
    ),
    bodied(
        "body: multipart of any fields",
        {},
        do(body={"note": ["a", None]}),
        b'--BOUNDARY\r\nContent-Disposition: form-data; name="note"\r\n\r\na\r\n--BOUNDARY--\r\n',
        media="multipart/form-data",
    ),
    bodied("body: null", {**objects(a=TEXT), "nullable": True}, do(body=None), b"null"),
    bodied(
        "body: multipart",
        objects(file__={"type": "string", "format": "binary"}, note=TEXT, about=objects(n=WHOLE)),
        do(file=b"\x00bytes", note="x", about={"n": 1}),
        b'--BOUNDARY\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\x00bytes\r\n"
        b'--BOUNDARY\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n'
        b'--BOUNDARY\r\nContent-Disposition: form-data; name="about"\r\nContent-Type: application/json\r\n\r\n'
        b'{"n":1}\r\n--BOUNDARY--\r\n',
        media="multipart/form-data",
    ),
    encoded(
        "encoding: form",
        "application/x-www-form-urlencoded",
        {
            "many": {"style": "pipeDelimited", "explode": False},
            "deep": {"style": "deepObject", "explode": True},
            "json": {"contentType": "application/json"},
        },
        do(many=["a", "b c"], deep={"x": "y"}, json={"x": 1}, plain=["d", "e"]),
        b"many=a%7Cb%20c&deep%5Bx%5D=y&json=%7B%22x%22%3A1%7D&plain=d&plain=e",
    ),
    encoded(
        "encoding: form, objects",
        "application/x-www-form-urlencoded",
        {"deep": {"style": "pipeDelimited", "explode": False}, "json": {"style": "form"}},
        do(deep={"x": "y", "z": "a b"}, json={"b": "c"}),
        b"deep=x%7Cy%7Cz%7Ca%20b&b=c",
    ),
    encoded(
        "encoding: multipart",
        "multipart/form-data",
        {"many": {"contentType": "text/x-list; charset=utf-8"}, "json": {"contentType": "application/x+json"}},
        do(many=["a"], json={"x": 1}),
        b'--BOUNDARY\r\nContent-Disposition: form-data; name="many"\r\nContent-Type: text/x-list; charset=utf-8\r\n\r\n'
        b'a\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="json"\r\nContent-Type: application/x+json\r\n\r\n'
        b'{"x":1}\r\n--BOUNDARY--\r\n',
    ),
    Shape(
        "body not required: given",
        takes(objects(a=TEXT), required=False),
        do(a="b"),
        "POST /things",
        b'{"a":"b"}',
        method="post",
    ),
    Shape(
        "body not required: not given",
        takes(objects(a=TEXT), required=False),
        do(),
        "POST /things",
        None,
        method="post",
    ),
    bodied(
        "readOnly that is required",
        ref("Thing"),
        do(name="x"),
        b'{"name":"x"}',
        schemas={"Thing": objects(id__={"type": "string", "readOnly": True}, name__=TEXT)},
    ),
    bodied("writeOnly", objects(secret__={"type": "string", "writeOnly": True}), do(secret="x"), b'{"secret":"x"}'),
    bodied(
        "a model given as a dict",
        objects(cat__=ref("Cat")),
        do(cat={"kind": "c", "lives": 1}),
        b'{"cat":{"kind":"c","lives":1}}',
        schemas={"Cat": CAT},
    ),
    bodied(
        "number in a body",
        objects(amount__=NUMBER),
        do(amount=Decimal("0.30000000000000000000000001")),
        b'{"amount":0.30000000000000000000000001}',
    ),
    bodied("default", objects(a={"type": "string", "default": "x"}, b=TEXT), do(b="y"), b'{"b":"y"}'),
    bodied(
        "body=",
        ref("Cat"),
        lambda client, models: client.thing.do(body=models.Cat(kind="c", lives=1)),
        b'{"kind":"c","lives":1}',
        schemas={"Cat": CAT},
    ),
    Shape(
        "idempotency key in one of two parts of a body",
        {
            **takes({"allOf": [ref("Cat"), objects(key={"type": "string", "nullable": True})]}),
            "x-idempotency-key": "key",
        },
        do(kind="c", lives=1, key="k"),
        "POST /things",
        b'{"kind":"c","lives":1,"key":"k"}',
        method="post",
        schemas={"Cat": CAT},
    ),
    bodied(
        "int64 beyond 2**53",
        objects(n__={"type": "integer", "format": "int64"}),
        do(n=2**63 - 1),
        b'{"n":9223372036854775807}',
    ),
    bodied(
        "readOnly in parts of an allOf, in members of a union, and behind a reference",
        objects(
            part__={"allOf": [ref("Cat"), {"readOnly": True}]},
            member__={"oneOf": [{**TEXT, "readOnly": True}, {"enum": [None], "nullable": True}]},
            behind__=ref("Given"),
            x__=TEXT,
        ),
        do(x="1"),
        b'{"x":"1"}',
        schemas={"Cat": CAT, "Given": {**TEXT, "readOnly": True}},
    ),
    bodied(
        "readOnly that is required, in models given as dicts",
        objects(one=ref("Made"), many={"type": "array", "items": ref("Made")}, either={"oneOf": [ref("Made"), TEXT]}),
        do(one={"x": "1"}, many=[{"x": "2"}], either={"x": "3"}),
        b'{"one":{"x":"1"},"many":[{"x":"2"}],"either":{"x":"3"}}',
        schemas={"Made": objects(id__={**TEXT, "readOnly": True}, x__=TEXT)},
    ),
    bodied(
        "unions of JSON types, given as plain values",
        objects(
            kinds={"oneOf": [{**TEXT, "enum": ["x"]}, LIST]},
            number={"oneOf": [NUMBER, TEXT]},
            boolean={"oneOf": [WHOLE, {"type": "boolean"}]},
        ),
        do(kinds="x", number=1, boolean=True),
        b'{"kinds":"x","number":1,"boolean":true}',
    ),
    bodied(
        "map of models in a union",
        objects(pets={"oneOf": [objects(x=TEXT), {"type": "object", "additionalProperties": ref("Dog")}]}),
        lambda client, models: client.thing.do(pets={"d": models.Dog(kind="d", name="x")}),
        b'{"pets":{"d":{"kind":"d","name":"x"}}}',
        schemas={"Dog": DOG},
    ),
    bodied(
        "union in a body",
        objects(pet__={"oneOf": [ref("Cat"), ref("Dog")]}),
        lambda client, models: client.thing.do(pet=models.Dog(kind="d", name="x")),
        b'{"pet":{"kind":"d","name":"x"}}',
        schemas={"Cat": CAT, "Dog": DOG},
    ),
]

PETS = {"Cat": CAT, "Dog": DOG}
TAGGED = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
MAPPED = {**TAGGED, "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cat", "d": "Dog"}}}

FIELDS = [
    *(
        field_of(f"format: {name}", {"type": "string", "format": name}, b'"not what it says"', "not what it says")
        for name in ("date-time", "date", "uuid", "email", "uri", "byte", "decimal", "binary")
    ),
    field_of("number", NUMBER, b"3e-05", Decimal("0.00003")),
    field_of("number: an integer literal", NUMBER, b"3", Decimal(3)),
    field_of("map of arrays", {"type": "object", "additionalProperties": LIST}, b'{"x":["y"]}', {"x": ["y"]}),
    field_of(
        "map of enums",
        {"type": "object", "additionalProperties": {"type": "string", "enum": ["y"]}},
        b'{"x":"y"}',
        {"x": "y"},
    ),
    field_of(
        "map of maps",
        {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": WHOLE}},
        b'{"x":{"y":1}}',
        {"x": {"y": 1}},
    ),
    field_of(
        "map of unions", {"type": "object", "additionalProperties": {"oneOf": [TEXT, WHOLE]}}, b'{"x":1}', {"x": 1}
    ),
    field_of(
        "map of nullable values",
        {"type": "object", "additionalProperties": {"type": "string", "nullable": True}},
        b'{"x":null}',
        {"x": None},
    ),
    field_of("object without properties", {"type": "object"}, b'{"x":[1]}', {"x": [1]}),
    field_of("additionalProperties: true", {"type": "object", "additionalProperties": True}, b'{"x":1}', {"x": 1}),
    field_of("no type", {"description": "Anything."}, b'[1,{"x":null}]', [1, {"x": None}]),
    field_of(
        "object with properties and typed additional ones",
        {**objects(b=TEXT), "additionalProperties": WHOLE},
        b'{"b":"c","d":1}',
        {"b": "c", "d": 1},
    ),
    field_of("array of unions", {"type": "array", "items": {"oneOf": [TEXT, WHOLE]}}, b'["x",1]', ["x", 1]),
    field_of(
        "array of nullable items",
        {"type": "array", "items": {"type": "string", "nullable": True}},
        b'["x",null]',
        ["x", None],
    ),
    field_of("array of arrays", {"type": "array", "items": LIST}, b'[["x"]]', [["x"]]),
    field_of(
        "oneOf of objects",
        {"oneOf": [ref("Cat"), ref("Dog")]},
        b'{"kind":"d","name":"x"}',
        {"kind": "d", "name": "x"},
        **PETS,
    ),
    field_of(
        "anyOf of objects",
        {"anyOf": [ref("Cat"), ref("Dog")]},
        b'{"kind":"c","lives":1}',
        {"kind": "c", "lives": 1},
        **PETS,
    ),
    field_of(
        "discriminator without mapping", TAGGED, b'{"kind":"Dog","name":"x"}', {"kind": "Dog", "name": "x"}, **PETS
    ),
    field_of("discriminator with mapping", MAPPED, b'{"kind":"c","lives":1}', {"kind": "c", "lives": 1}, **PETS),
    field_of("discriminator with an unknown value", MAPPED, b'{"kind":"fish"}', {"kind": "fish"}, **PETS),
    field_of(
        "allOf: a reference and own properties",
        {"allOf": [ref("Cat"), objects(age__=WHOLE)]},
        b'{"kind":"c","lives":1,"age":2}',
        {"kind": "c", "lives": 1, "age": 2},
        **PETS,
    ),
    field_of(
        "allOf: several references",
        {"allOf": [ref("Cat"), ref("Dog")]},
        b'{"kind":"c","lives":1,"name":"x"}',
        {"kind": "c", "lives": 1, "name": "x"},
        **PETS,
    ),
    field_of(
        "allOf: inline parts",
        {"allOf": [objects(x__=TEXT), objects(y__=TEXT)]},
        b'{"x":"1","y":"2"}',
        {"x": "1", "y": "2"},
    ),
    field_of("nullable on a named schema", ref("Maybe"), b"null", None, Maybe={"type": "string", "nullable": True}),
    field_of("nullable on a named object", ref("Maybe"), b"null", None, Maybe={**objects(x=TEXT), "nullable": True}),
    field_of("nullable beside $ref", {**ref("Cat"), "nullable": True}, b"null", None, **PETS),
    field_of("nullable in a part of an allOf", {"allOf": [ref("Cat"), {"nullable": True}]}, b"null", None, **PETS),
    field_of("enum: objects", {"enum": [{"x": 1}]}, b'{"x":1}', {"x": 1}),
    field_of(
        "patterns in a union",
        {**TEXT, "oneOf": [{"pattern": "^a"}, {"pattern": "^b"}], "example": "a"},
        b'"a"',
        "a",
    ),
    field_of("anything in a union", {"oneOf": [{**TEXT, "nullable": True}, {}]}, b'{"x":[1]}', {"x": [1]}),
    field_of("nullable beside allOf", {"allOf": [ref("Cat")], "nullable": True}, b"null", None, **PETS),
    field_of(
        "description beside $ref",
        {**ref("Cat"), "description": "A cat."},
        b'{"kind":"c","lives":1}',
        {"kind": "c", "lives": 1},
        **PETS,
    ),
    answered(
        "recursion: onto itself",
        ref("Tree"),
        b'{"left":{"left":{}}}',
        {"left": {"left": {}}},
        schemas={"Tree": objects(left=ref("Tree"))},
    ),
    answered(
        "recursion: through a second schema",
        ref("A"),
        b'{"b":{"a":{"b":{}}}}',
        {"b": {"a": {"b": {}}}},
        schemas={"A": objects(b=ref("B")), "B": objects(a=ref("A"))},
    ),
    answered(
        "recursion: through a second schema, the other first",
        ref("B"),
        b'{"a":{"b":{}}}',
        {"a": {"b": {}}},
        schemas={"A": objects(b=ref("B")), "B": objects(a=ref("A"))},
    ),
    answered(
        "recursion: through an array schema",
        ref("Tree"),
        b'{"all":[{"all":[]}]}',
        {"all": [{"all": []}]},
        schemas={"Tree": objects(all=ref("Trees")), "Trees": {"type": "array", "items": ref("Tree")}},
    ),
    field_of(
        "recursion: through a member of a union",
        ref("Expression"),
        b'{"left":{"left":"x"}}',
        {"left": {"left": "x"}},
        Expression={"oneOf": [TEXT, objects(left=ref("Expression"))]},
    ),
    field_of(
        "recursion: a list in itself",
        ref("Nested"),
        b'["x",["y",[]]]',
        ["x", ["y", []]],
        Nested={"oneOf": [TEXT, {"type": "array", "items": ref("Nested")}]},
    ),
    field_of("enum: values of two types", {"enum": [1, "auto"]}, b'"auto"', "auto"),
    field_of("enum: one value", {"type": "string", "enum": ["x"]}, b'"x"', "x"),
    field_of("enum: integers", {"type": "integer", "enum": [1, 2, -1]}, b"3", 3),
    field_of("enum: both cases of a letter", {"type": "string", "enum": ["a", "A"]}, b'"A"', "A"),
    field_of("enum: symbols", {"type": "string", "enum": ["<", ">", "<=", "\u2192"]}, b'"<="', "<="),
    field_of("enum: empty text, NO, dates", {"type": "string", "enum": ["", "NO", "2026-01-01"]}, b'""', ""),
    field_of("enum: null among its values", {"type": "string", "nullable": True, "enum": ["x", None]}, b"null", None),
    field_of("enum: booleans", {"type": "boolean", "enum": [True]}, b"true", True),
    field_of("enum: no type", {"enum": ["x"]}, b'"x"', "x"),
    field_of(
        "enum: names of str", {"type": "string", "enum": ["upper", "name", "value", "mro", "title"]}, b'"mro"', "mro"
    ),
    field_of("x-enum-varnames", {"type": "integer", "enum": [1], "x-enum-varnames": ["mro"]}, b"1", 1),
    field_of(
        "x-enum-varnames: names of int and of Python",
        {"type": "integer", "enum": [1, 2, 3, 4], "x-enum-varnames": ["real", "bit_length", "None", "class"]},
        b"2",
        2,
    ),
    field_of("inline object", objects(b=objects(c=TEXT)), b'{"b":{"c":"d"}}', {"b": {"c": "d"}}),
    field_of("inline object in items", {"type": "array", "items": objects(c=TEXT)}, b'[{"c":"d"}]', [{"c": "d"}]),
    field_of("title", {**objects(c=TEXT), "title": "Thing"}, b'{"c":"d"}', {"c": "d"}),
    answered(
        "title that two schemas have",
        ref("A"),
        b'{"b":{"x":"y"}}',
        {"b": {"x": "y"}},
        schemas={"A": {**objects(b=ref("B")), "title": "Same"}, "B": {**objects(x=TEXT), "title": "Same"}},
    ),
    field_of(
        "required but not declared",
        {"type": "object", "required": ["x"], "properties": {"y": TEXT}},
        b'{"x":1}',
        {"x": 1},
    ),
]

NAMES = [
    "class",
    "list",
    "self",
    "cls",
    "src",
    "field",
    "define",
    "encode",
    "data",
    "to_dict",
    "from_dict",
    "additional_properties",
    "values",
    "value",
    "key",
    "d",
    "from",
    "del",
    "id",
    "type",
    "in",
    "None",
    "True",
    "mro",
    "name",
    "__class__",
    "@type",
    "$ref",
    "a.b",
    "a b",
    "1a",
    "aB",
    "a_b",
    "\u65e5\u672c",
    "_private",
    "",
    "body",
    "idempotent",
    "UNSET",
    "Unset",
    "Any",
    "_wire",
    "object",
    "decimal",
    "item",
    "entry",
    "extra",
    "-",
    "--",
]
CLASSES = [
    "Operation",
    "Any",
    "Unset",
    "Mapping",
    "KYC",
    "Kyc",
    "kyc",
    "Self",
    "Decimal",
    "ThingResource",
    "None",
    "1",
    "Client",
    "list",
    "Core",
    "UNSET",
    "a-b",
    "aB",
    "AB",
]

NAMED = [
    answered(
        "property names",
        ref("Thing"),
        b"{" + b",".join(f'"{name}":"{i}"'.encode() for i, name in enumerate(NAMES)) + b"}",
        {name: str(i) for i, name in enumerate(NAMES)},
        schemas={"Thing": objects(**dict.fromkeys(NAMES, TEXT))},
    ),
    Shape(
        "property names in a body",
        takes(objects(**dict.fromkeys(NAMES, TEXT))),
        do(field="x", class_="y"),
        "POST /things",
        b'{"class":"y","field":"x"}',
        method="post",
    ),
    Shape(
        "parameter names",
        {"parameters": [{"name": name, "in": "query", "schema": TEXT} for name in NAMES if name]},
        do(field="x", class_="y"),
        "GET /things?class=y&field=x",
    ),
    Shape(
        "parameters with one name in two places",
        {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": TEXT},
                {"name": "id", "in": "query", "schema": TEXT},
            ]
        },
        do("a", id_2="b"),
        "GET /things/a?id=b",
        path="/things/{id}",
    ),
    Shape(
        "path parameter with a name in another script",
        {"parameters": [{"name": "größe", "in": "path", "required": True, "schema": TEXT}]},
        do(größe="a"),
        "GET /things/a",
        path="/things/{größe}",
    ),
    Shape(
        "parameters of one name, each in its own style",
        {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": LIST, "style": "label"},
                {"name": "id", "in": "query", "schema": LIST, "style": "pipeDelimited", "explode": False},
                {"name": "id", "in": "header", "schema": LIST},
            ]
        },
        do(["a", "b"], id_2=["c", "d"], id_3=["e", "f"]),
        "GET /things/.a,b?id=c%7Cd",
        headers={"id": "e,f"},
        path="/things/{id}",
    ),
    Shape(
        "path parameter with a name that is no name",
        {
            "parameters": [
                {"name": "a.b", "in": "path", "required": True, "schema": TEXT},
                {"name": "class", "in": "path", "required": True, "schema": TEXT},
            ]
        },
        do("{class}", "y"),
        "GET /things/%7Bclass%7D/y",
        path="/things/{a.b}/{class}",
    ),
    answered(
        "schema names",
        objects(**{f"p{i}": ref(name) for i, name in enumerate(CLASSES)}),
        b'{"p0":{"x":{}}}',
        {"p0": {"x": {}}},
        schemas={name: objects(x=ref(CLASSES[i - 1])) for i, name in enumerate(CLASSES)},
    ),
    answered(
        "names of sets of values",
        objects(kyc=ref("KYC"), e=ref("E"), kyc2=ref("Kyc")),
        b'{"kyc":"a","e":"z"}',
        {"kyc": "a", "e": "z"},
        schemas={name: {"type": "string", "enum": ["a", "b"]} for name in ("KYC", "E", "Kyc")},
        look=lambda models: models.E("a") == models.KYC.A and issubclass(models.Kyc, str),
    ),
    *(
        Shape(
            f"tag: {tag}",
            {"tags": [tag], "operationId": "do"},
            tagged(name),
            "GET /things",
        )
        for tag, name in [
            ("license", "license_"),
            ("hash", "hash_"),
            ("type", "type_"),
            ("send", "send_2"),
            ("http", "http_2"),
            ("request", "request_2"),
            ("Fund Things", "fund_things"),
            ("KYC", "kyc"),
            ("with_raw_response", "with_raw_response_2"),
            ("Client", "client"),
            ("Async thing", "async_thing"),
        ]
    ),
    Shape("several tags", {"tags": ["thing", "other"]}, do(), "GET /things"),
    Shape("no tag", {"tags": [], "operationId": "do"}, lambda client, models: client.default.do(), "GET /things"),
    Shape(
        "operationId missing", {"operationId": None}, lambda client, models: client.thing.get_things(), "GET /things"
    ),
    Shape(
        "operationId in another form",
        {"operationId": "listThings"},
        lambda client, models: client.thing.list_things(),
        "GET /things",
    ),
    Shape(
        "operationId that is a builtin's name",
        {"operationId": "list"},
        lambda client, models: client.thing.list_(),
        "GET /things",
    ),
    *(
        Shape(f"method: {method}", {}, do(), f"{method.upper()} /things", method=method)
        for method in ("patch", "head", "options", "trace", "put", "delete")
    ),
    Shape(
        "deprecated",
        {"deprecated": True, "parameters": [{"name": "q", "in": "query", "deprecated": True, "schema": TEXT}]},
        do(q="x"),
        "GET /things?q=x",
    ),
    Shape(
        "an error with a body of its own",
        {
            "responses": {
                "200": {"description": "Done."},
                "403": {"description": "It may not.", "content": {JSON: {"schema": ref("Cat")}}},
            }
        },
        do(),
        "GET /things",
        schemas=PETS,
    ),
    Shape("security: []", {"security": []}, do(), "GET /things"),
    Shape("a token alone", {"security": [{"agent_token": []}]}, do(), "GET /things"),
]

V31 = [
    field_of("3.1: type with null", {"type": ["string", "null"]}, b"null", None),
    field_of("3.1: several types", {"type": ["string", "integer", "null"]}, b"3", 3),
    field_of("3.1: const", {"const": "x"}, b'"x"', "x"),
    field_of("3.1: examples", {"type": "string", "examples": ["a", "b"]}, b'"x"', "x"),
    field_of(
        "3.1: $ref with siblings",
        {**ref("Cat"), "description": "A cat.", "examples": [{}]},
        b'{"kind":"c","lives":1}',
        {"kind": "c", "lives": 1},
        **PETS,
    ),
    field_of("3.1: oneOf with null", {"oneOf": [ref("Cat"), {"type": "null"}]}, b"null", None, **PETS),
    field_of("3.1: true in a union", {**TEXT, "anyOf": [True, {"pattern": "^a"}]}, b'"a"', "a"),
    field_of("3.1: true in an allOf", {"allOf": [True, TEXT]}, b'"a"', "a"),
    field_of("3.1: boolean schema", True, b"[1]", [1]),
    field_of("3.1: items true", {"type": "array", "items": True}, b'[1,"x"]', [1, "x"]),
    field_of(
        "3.1: $ref into $defs",
        {"$ref": "#/components/schemas/Holder/$defs/Inner"},
        b'{"x":"y"}',
        {"x": "y"},
        Holder={"$defs": {"Inner": objects(x=TEXT)}, "type": "object"},
    ),
    field_of("3.1: $ref into properties", {"$ref": "#/components/schemas/Cat/properties/lives"}, b"9", 9, **PETS),
    field_of("3.1: prefixItems", {"type": "array", "prefixItems": [TEXT, WHOLE]}, b'["x",1]', ["x", 1]),
    field_of("3.1: patternProperties", {"type": "object", "patternProperties": {"^x": TEXT}}, b'{"x":"y"}', {"x": "y"}),
]

GROUPS: dict[str, list[Shape]] = {
    "3.0": [*RESPONSES, *QUERIES, *BODIES, *FIELDS],
    "3.1": [Shape(**{**vars(shape), "version": "3.1.0"}) for shape in V31],
}
"""Shapes whose names say nothing: those of a group are generated together."""
SHAPES: list[Shape] = [*GROUPS["3.0"], *NAMED, *GROUPS["3.1"]]
