"""From a vendor's file to a description: it generates as it is, and what was decided is on record."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from qredo_codegen.commands.describe import describe_command, signing_of
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.describe.decisions import Decisions
from qredo_codegen.describe.describe import describe
from qredo_codegen.describe.operations import fit_operations
from qredo_codegen.describe.servers import name_servers
from qredo_codegen.description.document import Document, dump, load, operations
from qredo_codegen.description.normal import normalize
from qredo_codegen.description.places import parameters
from qredo_codegen.description.rules import check_described, check_generable, validate
from qredo_codegen.errors import CodegenError
from qredo_codegen.generate.inputs import inputs_of
from qredo_codegen.generate.write import write_package

from .checkouts import PACKAGE, new_checkout, run, small, state

ROOT = Path(__file__).parents[2]
OK = {"200": {"description": "Done."}}

pytestmark = pytest.mark.once


def faulty() -> Document:
    """A file with what vendors get wrong: each path has a fault of its own."""
    text = {"type": "string"}
    return {
        "openapi": "3.0.1",
        "info": {"title": "Acme", "version": "7", "description": "SECRET WORDS", "x-logo": {"url": "x"}},
        "servers": [{"url": "http://{region}.acme.example/v7/", "variables": {"region": {"default": "sandbox"}}}],
        "security": [{"bearer": []}],
        "paths": {
            "/orders/{id}": {
                "get": {
                    "summary": "SECRET WORDS",
                    "operationId": "readOrder",
                    "parameters": [
                        {"name": "session", "in": "cookie", "schema": text},
                        {"name": "x-nonce", "in": "header", "schema": text},
                        {"name": "other", "in": "path", "required": True, "schema": text},
                        {"$ref": "#/components/parameters/Missing"},
                        {"name": "id", "in": "path", "type": "integer"},
                        {"name": "filter", "in": "query", "style": "simple", "allowReserved": True, "schema": text},
                    ],
                    "responses": {"200": {"$ref": "#/components/responses/Missing"}, "302": {"description": "x"}},
                    "callbacks": {"done": {"{$url}": {"post": {"responses": OK}}}},
                }
            },
            "/orders/{order}": {"delete": {"operationId": "readOrder", "parameters": [], "responses": {"default": {}}}},
            "/orders": {
                "post": {
                    "tags": ["import"],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Empty"}}}
                    },
                    "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "other.yaml#/X"}}}}},
                },
                "put": {"unknown": 1, "responses": {"404": {"description": "x"}}},
            },
            "/open": {
                "get": {
                    "security": [],
                    "responses": {
                        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
                    },
                }
            },
            "/elsewhere": {"servers": [{"url": "https://upload.acme.example"}], "get": {"responses": OK}},
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Empty": {"type": "object", "properties": {}, "required": []},
                "Order": {
                    "type": "object",
                    "properties": {
                        "lines": {"type": "object", "additionalProperties": text},
                        "first": {"$ref": "#/components/schemas/OrderLines"},
                    },
                },
                "OrderLines": {"type": "object", "properties": {"code": text}},
                "Bad": {"type": "string", "default": 3, "enum": ["a", 1]},
                "Page": {"type": "integer", "default": "1"},
                "Pages": {"type": "object", "properties": {"page": {"$ref": "#/components/schemas/Page"}}},
            },
        },
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path / "checkout")


def written(folder: Path, document: Document) -> Path:
    path = folder / "vendor.json"
    path.write_text(json.dumps(document))
    return path


def test_the_encoding_of_a_form_stays_where_the_generator_takes_it() -> None:
    """How a field is written is not lost; headers of a field, which no argument gives, are dropped and named."""
    schema = {"type": "object", "properties": {"ids": {"type": "array", "items": {"type": "string"}}}}
    encoding = {"ids": {"style": "form", "explode": False, "headers": {"x-a": {"schema": {"type": "string"}}}}}
    form = {"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}}
    file = faulty()
    file["paths"] = {"/forms": {"post": {"requestBody": {"content": form}, "responses": OK}}}
    done = describe(file, None)
    content = done.document["paths"]["/forms"]["post"]["requestBody"]["content"]
    assert content["application/x-www-form-urlencoded"]["encoding"] == {"ids": {"style": "form", "explode": False}}
    at = "/paths/~1forms/post/requestBody/content/application~1x-www-form-urlencoded/encoding/ids/headers"
    assert at in [row.pointer for row in done.decisions.of("dropped")]


def test_a_body_that_cannot_be_sent_as_it_is_described_is_asked_about() -> None:
    """A media type gets one that the client can send, a form that is no object can be anything; a query is lost."""
    bodies = {
        "/charset": ("text/plain; charset=nonsense", {"type": "string"}),
        "/word": ("json", {"type": "string"}),
        "/form": ("multipart/form-data", {"type": "string"}),
        "/form?kind=a": ("multipart/form-data", {"type": "object"}),
    }
    file = faulty()
    file["paths"] = {
        path: {"post": {"requestBody": {"content": {media: {"schema": schema}}}, "responses": OK}}
        for path, (media, schema) in bodies.items()
    }
    done = describe(file, None)
    content = {path: item["post"]["requestBody"]["content"] for path, item in done.document["paths"].items()}
    assert content == {
        "/charset": {"text/plain": {"schema": {"type": "string"}}},
        "/word": {"application/octet-stream": {"schema": {"type": "string"}}},
        "/form": {"multipart/form-data": {"schema": {}}},
    }
    asked = [row.pointer for row in done.decisions.of("question")]
    for at in ("text~1plain; charset=nonsense", "json", "multipart~1form-data/schema"):
        assert any(pointer.endswith(f"/requestBody/content/{at}") for pointer in asked), asked
    assert [row.pointer for row in done.decisions.of("lost")] == ["/paths/~1form?kind=a/post"]


@pytest.mark.parametrize(("version", "taken"), [(3.0, "3.0.0"), ("3.1", "3.1.0")])
def test_a_version_without_its_last_number_is_completed(version: Any, taken: str) -> None:
    """`openapi: 3.0` is a number in YAML; the file is described all the same, and the place is on record."""
    done = describe({**faulty(), "openapi": version}, None)
    assert done.document["openapi"] == taken
    assert "/openapi" in [row.pointer for row in done.decisions.of("replaced")]


def test_a_keyword_that_contradicts_its_schema_goes_alone() -> None:
    """What chooses a member of a union, or names values, is asked about; the members and the values stay."""
    members = [{"type": "object", "properties": {"kind": {"type": "string"}, name: {}}} for name in "ab"]
    choices = [{"propertyName": "kind", "mapping": {"a": "Gone"}}, {"propertyName": "other"}]
    values = {"type": "string", "enum": ["x", "y"]}
    fields = {f"union{index}": {"oneOf": members, "discriminator": one} for index, one in enumerate(choices)}
    fields["discriminator"] = {**values, "x-enum-varnames": ["X"]}
    file = faulty()
    schema = {"type": "object", "properties": fields}
    content = {"application/json": {"schema": schema}}
    file["paths"] = {"/a": {"get": {"responses": {"200": {"description": "", "content": content}}}}}
    done = describe(file, None)
    found = done.document["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert found["properties"] == {"union0": {"oneOf": members}, "union1": {"oneOf": members}, "discriminator": values}
    asked = {row.pointer.partition("/properties/")[2] for row in done.decisions.of("question")}
    assert {"union0/discriminator", "union1/discriminator", "discriminator/x-enum-varnames"} <= asked


def test_what_leads_to_a_broken_reference_goes_with_it() -> None:
    """A parameter, a body, a response and an example that end at nothing by way of a component: none is left."""
    file = faulty()
    kinds = ("parameters", "requestBodies", "responses", "examples")
    file["components"] |= {kind: {"Left": {"$ref": f"#/components/{kind}/Missing"}} for kind in kinds}
    left = {kind: {"$ref": f"#/components/{kind}/Left"} for kind in kinds}
    query = {"name": "q", "in": "query", "schema": {"type": "string"}, "examples": {"one": left["examples"]}}
    operation = {
        "parameters": [left["parameters"], query],
        "requestBody": left["requestBodies"],
        "responses": {"200": left["responses"]},
    }
    file["paths"] = {"/left": {"post": operation}}
    done = describe(file, None, with_texts=True)
    assert validate(done.document) == check_generable(done.document) == []
    described = done.document["paths"]["/left"]["post"]
    assert [(one["name"], one["examples"]) for one in described["parameters"]] == [("q", {})]
    assert done.operations == (1, 1)


def test_properties_may_have_the_names_of_a_parameter() -> None:
    """A schema whose properties are called `in` and `name` is no parameter; values of no one type are asked about."""
    file = faulty()
    fields = {"in": {"type": "string"}, "name": {"type": "string"}, "style": {"type": "string"}}
    schema = {"type": "object", "properties": fields, "example": {"in": "query", "name": "x"}}
    mixed = {"name": "q", "in": "query", "schema": {"type": "boolean", "enum": [True, "yes"]}}
    file["paths"] = {
        "/a": {
            "post": {
                "parameters": [mixed],
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": OK,
            }
        }
    }
    done = describe(file, None)
    assert done.operations == (1, 1)
    operation = done.document["paths"]["/a"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["properties"] == fields
    assert operation["parameters"][0]["schema"] == {}
    assert "/paths/~1a/post/parameters/0/schema" in [one.pointer for one in done.decisions.of("question")]


def test_a_file_with_faults_becomes_a_package(checkout: Checkout, tmp_path: Path) -> None:
    """All operations are described, generated and called; every fault is on record."""
    done = run(checkout, "describe", str(written(tmp_path, faulty())), "acme_v7", "--security", "partner_signature")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("spec/acme_v7/openapi.yaml: 6 of 6 operations described\n")
    page = checkout.decisions("acme_v7").read_text()
    for words in (
        "The file has it on https://upload.acme.example. A client sends it to the origin of its environment",
        "The variables of http://{region}.acme.example/v7/ have their defaults",
        "is not https: https://sandbox.acme.example/v7 is used.",
        "The cookie session: one call cannot set it",
        "The header x-nonce is no argument",
        "The path parameter other is not in the path.",
        "A path parameter is always required.",
        "It has no schema: what it says itself is one.",
        "The path has {order}, which is not described: it is a text.",
        "The style simple, which a query parameter cannot have.",
        "allowReserved: characters with a meaning in a URL are percent-encoded.",
        "#/components/responses/Missing is not in the file: it can be anything.",
        "#/components/parameters/Missing is not in the file: the operation goes without the parameter.",
        "other.yaml#/X is not in the file: it can be anything.",
        "The status 302 has no meaning for the client.",
        "/orders/{id} is the same path: a server cannot tell them apart.",
        "The only response is that of success too: 2XX.",
        "No response of success: one without content is taken, 2XX.",
        "OpenAPI has no such key there.",
        "callbacks are not generated.",
        "The extension x-logo, in 1 place.",
        "The file says that this call is open: it is sent unsigned.",
        "The operationId readOrder stands twice: named after its path.",
        "Security is that of partner_signature; the file has: bearer.",
        "| `POST /orders` | `client.import_.post_orders` |",
        "| `import` | `import_` |",
    ):
        assert words in page, words
    document = load(checkout.description("acme_v7"))
    assert "SECRET" not in checkout.description("acme_v7").read_text() + page
    assert (document["x-form"], document["servers"][0]["x-name"]) == ("vendor", "sandbox")
    assert check_described(document) == []
    assert document["paths"]["/orders"]["post"]["operationId"] == "import__post_orders"
    assert document["tags"] == [{"name": "default"}, {"name": "import_"}]
    done = run(checkout, "regenerate", "acme_v7")
    assert done.returncode == 0, done.stderr
    assert load(checkout.names("acme_v7"))["operations"]["POST /orders"] == "post_orders"
    assert "acme_v7: 6 operations generated" in done.stdout
    assert "/x-form: The description was made by describe, so the checks of our own form are skipped." in done.stdout


def test_a_package_is_registered_once_and_keeps_its_names(checkout: Checkout, tmp_path: Path) -> None:
    """Again on a newer file: a name that was edited stays, what has a name keeps it, nothing is registered twice."""
    vendor = faulty()
    first = run(checkout, "describe", str(written(tmp_path, vendor)), "acme_v7", "--security", "partner_signature")
    assert first.returncode == 0, first.stderr
    assert "registered in pyproject.toml, zensical.toml" in first.stdout
    assert load(checkout.description("acme_v7"))["info"]["x-revision"] == 1
    names = checkout.names("acme_v7")
    names.write_text(names.read_text().replace("post_orders", "place"))
    pyproject = (checkout.root / "pyproject.toml").read_text()
    assert '"spec/acme_v7/openapi.yaml" = "qredo_emulator/_spec/acme_v7/openapi.yaml"' in pyproject
    vendor["paths"] = {"/aaa": {"post": {"operationId": "place", "tags": ["import"], "responses": OK}}} | vendor[
        "paths"
    ]
    second = run(checkout, "describe", str(written(tmp_path, vendor)), "acme_v7", "--security", "partner_signature")
    assert second.returncode == 0
    assert "registered" not in second.stdout
    kept = load(names)["operations"]
    assert (kept["POST /orders"], kept["POST /aaa"]) == ("place", "place_2")
    assert load(checkout.description("acme_v7"))["info"]["x-revision"] == 2
    assert (checkout.root / "pyproject.toml").read_text() == pyproject


def test_a_new_version_has_the_names_of_its_family(checkout: Checkout, tmp_path: Path) -> None:
    """An operation keeps tag and verb from version to version, whatever the file says; a new one has the file's."""
    vendor = small()
    for item in vendor["paths"].values():
        for node in item.values():
            node.pop("operationId", None)
            node["tags"] = ["Legal Entities"]
    vendor["paths"]["/company/{company_id}/note"] = {"get": {"tags": ["Notes"], "responses": OK}}
    for _ in range(2):  # again on the same file: the names stay
        done = run(checkout, "describe", str(written(tmp_path, vendor)), "qredo_partner_v9_0")
        assert done.returncode == 0, done.stderr
        found, before = (
            {(one.method, one.path): (one.node["tags"], one.node["operationId"]) for one in operations(load(path))}
            for path in (checkout.description("qredo_partner_v9_0"), checkout.description(PACKAGE))
        )
        assert found.pop(("get", "/company/{company_id}/note")) == (
            ["notes"],
            "notes_get_company_by_company_id_note",
        )
        assert found == before
        assert load(checkout.description("qredo_partner_v9_0"))["x-started-from"] == PACKAGE


def test_an_operation_that_the_vendor_moves_to_another_tag_stays_where_it_was() -> None:
    """Its tag is that of the operations beside it, not one that is called like theirs and told apart from it."""

    def file(tag: str) -> Document:
        paths = {f"/{name}": {"get": {"tags": ["Legal Entities"], "responses": OK}} for name in ("a", "b", "c")}
        paths["/b"]["get"]["tags"] = [tag]
        return {"openapi": "3.0.3", "info": {"title": "Acme", "version": "7"}, "paths": paths}

    first = describe(file("Legal Entities"), None)
    tags = {f"{one.method.upper()} {one.path}": one.node["tags"][0] for one in operations(first.document)}
    again = describe(file("Other"), None, first.names, tags=tags)
    found = {f"{one.method.upper()} {one.path}": one.node["tags"][0] for one in operations(again.document)}
    assert found == tags == dict.fromkeys(tags, "legal_entities")


def test_a_file_of_webhooks_says_that_there_are_no_operations(checkout: Checkout, tmp_path: Path) -> None:
    """A client without methods is no success to count: the reason is said in words."""
    hook = {"post": {"requestBody": {"content": {"application/json": {"schema": {}}}}, "responses": OK}}
    vendor = {"openapi": "3.1.0", "info": {"title": "Acme", "version": "7"}, "webhooks": {"made": hook}}
    done = run(checkout, "describe", str(written(tmp_path, vendor)), "acme_v7", "--security", "partner_signature")
    assert "0 of 0" not in done.stdout
    assert done.stdout.startswith("spec/acme_v7/openapi.yaml: the file has no operations, so its client has no methods")
    assert run(checkout, "regenerate", "acme_v7").stdout.startswith("acme_v7: no operations generated")


@pytest.mark.parametrize(
    ("package", "security", "message"),
    [
        (PACKAGE, None, "is a description of our own, which describe does not overwrite"),
        ("Acme", None, "'Acme' is no import name"),
        *((name, None, f"{name!r} is a name that is in use already") for name in ("class", "json", "qredo_signing")),
        ("acme_v7", "magic", "No description signs with 'magic'; there are: partner_signature."),
    ],
)
def test_what_cannot_be_written_is_refused(
    checkout: Checkout, tmp_path: Path, package: str, security: str | None, message: str
) -> None:
    """The message says why, and nothing of the checkout is touched."""
    before = state(checkout)
    with pytest.raises(CodegenError, match=message):
        describe_command(checkout, written(tmp_path, faulty()), package, security)
    assert state(checkout) == before


def test_without_a_scheme_the_question_stays_open(checkout: Checkout) -> None:
    """A package of no family keeps the file's scheme, one for each operation, and the question is on record."""
    assert signing_of(checkout, "acme_v7") is None
    family = signing_of(checkout, "qredo_partner_v9_9")
    assert family is not None
    assert family.name == "partner_signature"
    vendor = faulty()
    vendor["paths"]["/orders"]["put"]["security"] = [{"bearer": [], "more": []}]
    done = describe(vendor, None)
    assert validate(done.document) == check_generable(done.document) == []
    assert [one.text for one in done.decisions.of("question") if one.pointer == "/components/securitySchemes"] == [
        "This project signs with none of the file's schemes (bearer). Name one of ours: --security NAME."
    ]
    assert done.document["paths"]["/orders"]["put"]["security"] == [{"bearer": []}]


def test_texts_are_taken_where_they_are_asked_for() -> None:
    """With texts, summaries and descriptions stay as the vendor wrote them."""
    done = describe(faulty(), None, with_texts=True)
    assert done.document["paths"]["/orders/{id}"]["get"]["summary"] == "SECRET WORDS"
    assert done.document["info"]["description"] == "SECRET WORDS"


@pytest.mark.parametrize(
    "servers",
    [[], [{"url": "/v1"}], [{"url": "https://{host}/v1"}], [{"url": "https://{host}", "variables": {"host": {}}}]],
)
def test_a_file_without_a_host_asks_for_one(servers: list[Any]) -> None:
    """No host is made up: a placeholder that resolves nowhere stands there, and a question."""
    document = {"servers": servers, "paths": {"/a": {"get": {"responses": OK}}}}
    decisions = Decisions()
    name_servers(document, decisions)
    assert [one["url"] for one in document["servers"]] == ["https://host.invalid"]
    assert decisions.of("question")


def test_an_operation_of_another_host_is_described_and_asked_about() -> None:
    """It has no server of its own, so that credentials go to one origin; the question is in its docstring too."""
    done = describe(faulty(), None)
    (question,) = (one for one in done.decisions.of("question") if one.pointer == "/paths/~1elsewhere/get")
    assert question.text.startswith("The file has it on https://upload.acme.example. A client sends it to the origin")
    item = done.document["paths"]["/elsewhere"]
    assert "servers" not in item | item["get"]
    assert item["get"]["description"] == question.text
    assert [one["url"] for one in done.document["servers"]] == ["https://sandbox.acme.example/v7"]
    assert done.operations == (6, 6)


A, B = "https://a.example", "https://b.example"


@pytest.mark.parametrize(
    ("servers", "own", "found", "before", "own_path"),
    [
        ([f"{A}/v1"], [A], [A], "/v1", "/up/{id}"),
        ([A], [f"{A}/v2/"], [A], "", "/v2/up/{id}"),
        ([f"{A}/api/v1", f"{B}/api/v1"], [f"{A}/api/v2"], [f"{A}/api", f"{B}/api"], "/v1", "/v2/up/{id}"),
        (["/v1"], ["/v2"], ["https://host.invalid"], "/v1", "/v2/up/{id}"),
        ([f"{A}/v1"], [B], [f"{A}/v1"], "", "asked"),
        ([f"{A}/v1", f"{B}/v2"], [A], [f"{A}/v1", f"{B}/v2"], "", "asked"),
    ],
)
def test_an_operation_keeps_its_url_where_only_the_base_path_differs(
    servers: list[str], own: list[str], found: list[str], before: str, own_path: str
) -> None:
    """Base paths that differ on the hosts of the file stand in the paths; a place elsewhere is asked about."""
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    document: Document = {
        "servers": [{"url": url} for url in servers],
        "paths": {
            "/things/{id}": {"parameters": [parameter], "get": {"responses": OK}},
            "/things": {"get": {"responses": OK}},
            "/up/{id}": {"servers": [{"url": url} for url in own], "parameters": [parameter], "put": {"responses": OK}},
        },
    }
    decisions = Decisions()
    name_servers(document, decisions)
    assert [one["url"] for one in document["servers"]] == found
    asked = [one for one in decisions.of("question") if one.text.startswith("The file has it on")]
    assert len(asked) == (own_path == "asked")
    paths = {f"{before}/things/{{id}}", f"{before}/things", "/up/{id}" if asked else own_path}
    assert {one.path for one in operations(document)} == paths
    assert decisions.of("lost") == []
    for one in operations(document):
        assert [name for _, name in parameters(document, one)] == re.findall(r"\{(.*?)\}", one.path)


def test_a_feed_keeps_its_mark_where_its_path_gets_a_prefix() -> None:
    """What an overlay made a feed is one under the path of its own server too."""
    feed = {"servers": [{"url": f"{A}/v2"}], "x-websocket": {"name": "all"}, "get": {"responses": OK}}
    document: Document = {"servers": [{"url": A}], "paths": {"/a": {"get": {"responses": OK}}, "/feed": feed}}
    document["paths"]["/b"] = {"get": {"responses": OK}}
    name_servers(document, Decisions())
    assert document["paths"]["/v2/feed"] == {"x-websocket": {"name": "all"}, "get": {"responses": OK}}


def test_an_operation_that_cannot_be_described_fails_the_command(checkout: Checkout, tmp_path: Path) -> None:
    """It is named with the reason, and a person must see it: the exit code is 1. The others are described."""
    vendor = faulty()
    vendor["paths"]["/orders/{name}"] = {"get": {"responses": OK}}
    done = run(checkout, "describe", str(written(tmp_path, vendor)), "acme_v7")
    assert done.returncode == 1
    assert "6 of 7 operations described" in done.stdout
    assert "/paths/~1orders~1{name}/get: /orders/{id} is the same path: a server cannot tell them" in done.stdout


@pytest.mark.parametrize("is_shared", [False, True], ids=("written there", "behind a reference"))
def test_paths_that_are_the_same_keep_what_each_has(is_shared: bool) -> None:
    """Operations that move to one path have its names, and the parameters of their own path only; a loss is named."""
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("one", "two")]
    named = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("a", "b")]
    file = faulty()
    if is_shared:
        file.setdefault("components", {})["parameters"] = {"A": named[0], "B": named[1]}
        named = [{"$ref": f"#/components/parameters/{name}"} for name in "AB"]
    file["paths"] = {
        "/x/{a}/{b}": {"parameters": [query[0], *named], "get": {"responses": OK}, "put": {"responses": OK}},
        "/x/{b}/{a}": {"parameters": [query[1], *named], "get": {"responses": OK}, "post": {"responses": OK}},
    }
    done = describe(file, None)
    assert [one.pointer for one in done.decisions.of("lost")] == ["/paths/~1x~1{b}~1{a}/get"]
    found = {one.method: parameters(done.document, one).keys() for one in operations(done.document)}
    path = {("path", "a"), ("path", "b")}
    moved = next(one for one in operations(done.document) if one.method == "post")
    assert [one["name"] for one in moved.node["parameters"] if one.get("in") == "path"] == ["b", "a"]
    assert found == {
        "get": path | {("query", "one")},
        "put": path | {("query", "one")},
        "post": path | {("query", "two")},
    }


def test_a_path_with_one_parameter_twice_has_two() -> None:
    """Each place in the path is an argument of its own, with a question; the first keeps its name and its type."""
    whole = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    vendor = faulty()
    vendor["paths"] = {"/twice/{id}/{id}/{id_2}": {"get": {"parameters": [whole], "responses": OK}}}
    done = describe(vendor, None)
    (one,) = operations(done.document)
    assert one.path == "/twice/{id}/{id_3}/{id_2}"
    types = {name: node["schema"]["type"] for (_, name), (_, node) in parameters(done.document, one).items()}
    assert types == {"id": "integer", "id_3": "string", "id_2": "string"}
    assert "/paths/~1twice~1{id}~1{id}~1{id_2}" in [one.pointer for one in done.decisions.of("question")]


def test_one_of_two_equal_operations_is_lost_and_named() -> None:
    """Where two paths differ in names only and both have the method, the second is not described, and that is said."""
    node = {"responses": OK}
    document = {"paths": {"/a/{x}": {"get": dict(node)}, "/a/{y}": {"get": dict(node)}}}
    decisions = Decisions()
    fit_operations(document, decisions)
    assert list(document["paths"]) == ["/a/{x}"]
    assert [one.pointer for one in decisions.of("lost")] == ["/paths/~1a~1{y}/get"]


@pytest.mark.parametrize("head", [{"swagger": "2.0"}, {"openapi": "4.0.0"}, {"openapi": "3.0.0", "paths": []}])
def test_what_is_no_openapi_3_is_refused(head: Document) -> None:
    """The message says what the file is."""
    with pytest.raises(CodegenError, match=r"Swagger 2\.0|4\.0\.0|no mapping"):
        describe({"info": {"title": "x", "version": "1"}, **head}, None)


def test_the_vendors_file_is_described_and_called(tmp_path: Path) -> None:
    """With nothing but the file: 53 of 53 operations are generated, and the self-check calls each."""
    vendor = os.environ.get("QREDO_VENDOR_FILE")
    if not vendor:
        pytest.skip("QREDO_VENDOR_FILE does not name the vendor's description of the Partner API 1.1.2")
    done = describe(load(Path(vendor)), signing_of(Checkout(ROOT), "qredo_partner_v1_3"))
    assert done.operations == (53, 53)
    assert done.decisions.of("lost") == done.decisions.of("question") == []
    path = tmp_path / "openapi.yaml"
    path.write_text(dump(done.document), encoding="utf-8")
    assert load(path) == done.document
    package = write_package(load(path), "described", tmp_path / "described", inputs_of(path), done.names)
    assert (package.operations, package.called) == (53, 53)
    ours = normalize(load(ROOT / "spec" / "qredo_partner_v1_1" / "openapi.yaml"))
    signed = {(one.source.method, one.source.path): one.source.node.get("security") for one in ours.operations}
    others = [
        one.source.path
        for one in normalize(done.document).operations
        if one.source.node.get("security") != signed[one.source.method, one.source.path]
    ]
    assert others == ["/coreclient/finish"]  # whose header is misspelled in the file
