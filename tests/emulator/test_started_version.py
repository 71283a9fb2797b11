"""A version that was started from another one: its equal operations keep state, the others say what is missing."""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator, Settings
from qredo_emulator._description.document import read_document, resolve_references
from qredo_emulator._description.equality import equal_operations
from qredo_emulator._description.operations import Operation, read_operations
from qredo_emulator._json import dump
from qredo_emulator.handlers import find_handler

from .conftest import Caller

OLD, NEW, NEWER = "qredo_partner_v1_1", "qredo_partner_v9_0", "qredo_partner_v9_1"
FILE = Path(__file__).parents[2] / "spec" / OLD / "openapi.yaml"
COMPANY = {"name": "Acme", "city": "Paris", "country": "FR", "domain": "acme.example", "ref": "1"}
Edit = Callable[[Any], object]


@pytest.fixture(scope="module")
def document() -> Any:
    """Our description, its references as they are."""
    return read_document(FILE)


@pytest.fixture(scope="module")
def spec(document: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Descriptions of 1.1, of a version that was started from it, and of one that was started from that one."""
    folder = tmp_path_factory.mktemp("spec")
    changed = copy.deepcopy(document) | {"x-started-from": OLD}
    changed["paths"]["/assets"]["get"]["parameters"] = [{"name": "kind", "in": "query", "schema": {"type": "string"}}]
    changed["paths"]["/company"]["post"]["operationId"] = "company_make"
    for package, content in (OLD, document), (NEW, changed), (NEWER, changed | {"x-started-from": NEW}):
        (folder / package).mkdir()
        (folder / package / "openapi.yaml").write_bytes(dump(content))
    return folder


@pytest.fixture(scope="module")
def running(spec: Path) -> Iterator[Emulator]:
    """An emulator of these versions that checks its responses."""
    with Emulator(Settings(spec=spec, check_responses=True)) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """That emulator, empty."""
    running.control.reset()
    return running


@pytest.mark.parametrize("package", [NEW, NEWER])
def test_an_equal_operation_keeps_state(emulator: Emulator, package: str) -> None:
    """Its handler is that of 1.1, also under another name and two versions later; the record says so."""
    with httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{package}/api/v1/p"
        made = call("POST", "/company", COMPANY)
        assert "x-qredo-emulator" not in made.headers, made.text
        path = f"/company/{made.json()['company_id']}"
        assert call("GET", path).json()["name"] == "Acme"
        call.base = f"/{OLD}/api/v1/p"
        assert call("GET", path).json()["name"] == "Acme"
    assert [record.inherited_from for record in emulator.control.requests] == ["1.1", "1.1", None]


def test_an_operation_that_differs_is_refused_by_name(emulator: Emulator) -> None:
    """It returns no example, which would look like a result, but 501 and the module that it needs."""
    with httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{NEW}/api/v1/p"
        refused = call("GET", "/assets")
    assert refused.status_code == 501
    reason = refused.json()["detail"]["reason"]
    assert OLD in reason
    assert "'get_all' to qredo_emulator.handlers.qredo_partner_v9_0.asset" in reason
    assert emulator.app.examples()[NEW] == []


def test_a_version_without_its_origin_is_refused(spec: Path, tmp_path: Path) -> None:
    """Where the version that it was started from is not served, nothing can be compared: no operation is inherited."""
    shutil.copytree(spec / NEW, tmp_path / NEW)
    with Emulator(Settings(spec=tmp_path, default_api=NEW)) as emulator, httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{NEW}/api/v1/p"
        assert call("POST", "/company", COMPANY).status_code == 501


def test_with_examples_only_nothing_is_refused(spec: Path) -> None:
    """All operations return their examples, as those of any other version do."""
    with Emulator(Settings(spec=spec, examples_only=True)) as emulator, httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{NEW}/api/v1/p"
        assert call("GET", "/assets").headers["x-qredo-emulator"] == "example"


def test_a_version_without_handlers_is_not_the_default(emulator: Emulator) -> None:
    """The bare paths stay with the newest version that has handlers of its own."""
    assert emulator.app.default_api == OLD


@pytest.mark.parametrize("package", ["qredo_v1_1", "acme_partner_v1_1", "_shared"])
def test_an_api_with_the_version_of_another_has_no_handlers_of_it(document: Any, tmp_path: Path, package: str) -> None:
    """Handlers belong to the package whose whole name they have: another one returns examples."""
    (tmp_path / package).mkdir()
    (tmp_path / package / "openapi.yaml").write_bytes(dump(document))
    with Emulator(Settings(spec=tmp_path)) as emulator, httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{package}/api/v1/p"
        assert call("GET", "/assets").headers["x-qredo-emulator"] == "example"


@pytest.mark.parametrize("tag", ["a.b", "a b", "_ledger", "none"])
def test_a_tag_that_is_no_module_has_no_handlers(document: Any, tag: str) -> None:
    """Whatever the tag of an operation is, it names a public module of its package, or none."""
    assert find_handler(OLD, dataclasses.replace(search(copy.deepcopy(document)), tag=tag)) is None


def search(document: Any) -> Operation:
    """The operation that searches companies."""
    resolve_references(document)
    path = "/company/search"
    (found,) = read_operations(document, path, document["paths"][path])
    return found


def fields(document: Any) -> Any:
    return document["components"]["schemas"]["CompanyMatch"]["properties"]


def node(document: Any) -> Any:
    return document["paths"]["/company/search"]["get"]


EQUAL: dict[str, Edit] = {
    "nothing": lambda document: None,
    "summary": lambda document: node(document).update(summary="Other words."),
    "name": lambda document: node(document).update(operationId="company_find"),
    "text of a schema": lambda document: fields(document)["name"].update(description="Other words."),
    "another operation": lambda document: document["paths"]["/company"]["post"].pop("requestBody"),
}
DIFFERENT: dict[str, Edit] = {
    "parameter": lambda document: node(document)["parameters"].append(
        {"name": "more", "in": "query", "schema": {"type": "string"}}
    ),
    "body": lambda document: node(document).update(
        requestBody={"content": {"application/json": {"schema": {"type": "object"}}}}
    ),
    "status": lambda document: node(document)["responses"].update({"404": {"description": "None."}}),
    "who may call": lambda document: node(document).update(security=[]),
    "type of a field": lambda document: fields(document)["name"].update(type="integer"),
    "property called description": lambda document: fields(document).update(description={"type": "string"}),
}


@pytest.mark.parametrize("edit", EQUAL.values(), ids=EQUAL)
def test_operations_are_equal(document: Any, edit: Edit) -> None:
    """Words, names and other operations make no difference."""
    old, new = copy.deepcopy(document), copy.deepcopy(document)
    edit(new)
    assert equal_operations(search(old), search(new))


@pytest.mark.parametrize("edit", DIFFERENT.values(), ids=DIFFERENT)
def test_operations_are_different(document: Any, edit: Edit) -> None:
    """What is sent, what is returned and who may call do, however deep in a schema."""
    old, new = copy.deepcopy(document), copy.deepcopy(document)
    edit(new)
    assert not equal_operations(search(old), search(new))


def test_recursive_schemas_are_compared_to_their_end() -> None:
    """A schema that holds itself ends the comparison, and a difference in it is found."""

    def tree(kind: str) -> Operation:
        schema = {
            "type": "object",
            "properties": {"below": {"$ref": "#/components/schemas/Tree"}, "it": {"type": kind}},
        }
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}
        item = {"get": {"responses": {"200": {"content": content}}}}
        document = {"paths": {"/tree": item}, "components": {"schemas": {"Tree": schema}}}
        resolve_references(document)
        (found,) = read_operations(document, "/tree", item)
        return found

    assert equal_operations(tree("string"), tree("string"))
    assert not equal_operations(tree("string"), tree("integer"))
