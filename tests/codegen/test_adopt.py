"""The vendor's new file: what it means for a package, told in a report before anything is changed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from qredo_codegen.adoption.rows import rows
from qredo_codegen.adoption.shape import shape_of, shape_text
from qredo_codegen.commands.adopt import adopt
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.compare.waivers import WaiverError, load_waivers
from qredo_codegen.description.document import Document, load, operations
from qredo_codegen.description.overlay import Overlay
from qredo_codegen.errors import DocumentError

from .checkouts import PACKAGE, as_ours, new_checkout, run, small, state
from .mutations import schema
from .rewrites import REWRITES

SPEC = Path(__file__).parents[2] / "spec"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with an overlay that types what the vendor's file leaves open, and sets what only we can say."""
    checkout = new_checkout(tmp_path / "checkout")
    reasons = {"description": "It is a text.", "x-evidence": "seen"}
    name = "$.components.schemas.CompanyCreate.properties.name"
    actions = [{"target": name, **reasons, "update": {"type": "string"}}]
    actions += [{"target": at, **reasons, "update": ours} for at, ours in extensions(small(), "$")]
    overlay = {"overlay": "1.0.0", "info": {"title": "x", "version": "1"}, "actions": actions}
    checkout.overlay(PACKAGE).write_text(yaml.safe_dump(overlay))
    return checkout


def extensions(node: Any, at: str) -> Iterator[tuple[str, Document]]:
    """The extensions in a description that are not taken from a vendor's file, by the place that has them."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from extensions(item, f"{at}[{index}]")
    elif isinstance(node, dict):
        if ours := {key: value for key, value in node.items() if key.startswith("x-") and key != "x-enum-varnames"}:
            yield at, ours
        for key, value in node.items():
            if key not in {*ours, "info", "securitySchemes"}:
                yield from extensions(value, f"{at}[{key!r}]")


def published(folder: Path, edit: Any = lambda document: None) -> Path:
    """A file as the vendor might publish it: ours, without the type of one field."""
    document = small()
    del schema(document, "CompanyCreate")["properties"]["name"]["type"]
    edit(document)
    path = folder / "vendor.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def reports(out: Path) -> tuple[str, dict[str, Any]]:
    return (out / "report.md").read_text(), json.loads((out / "report.json").read_bytes())


def test_the_same_api_is_no_difference(checkout: Checkout, tmp_path: Path) -> None:
    """A file that only says the same in other words is adopted without a finding; the checkout is not touched."""
    before = state(checkout)
    vendor = published(tmp_path, lambda document: schema(document, "Company").update(description="Other words."))
    done = run(checkout, "adopt", str(vendor), PACKAGE, "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    text, report = reports(tmp_path / "out")
    assert text.startswith(f"# vendor.yaml beside {PACKAGE}\n")
    assert (report["schema_version"], report["changes"], report["python"], report["problems"]) == (1, [], [], [])
    assert state(checkout) == before


def test_the_report_says_what_is_new_and_what_breaks(checkout: Checkout, tmp_path: Path) -> None:
    """New things are compatible, broken things are breaking and make the command fail; both reports name them."""

    def edit(document: Document) -> None:
        schema(document, "Company")["properties"]["vat"] = {"type": "string"}
        schema(document, "Company")["properties"].pop("city")

    out = tmp_path / "out"
    done = run(checkout, "adopt", str(published(tmp_path, edit)), PACKAGE, "--out", str(out))
    assert done.returncode == 1
    assert "1 breaking (1 not waived), 1 compatible" in done.stdout
    text, report = reports(out)
    assert {change["kind"]: change["class"] for change in report["changes"]} == {
        "response-field-removed": "breaking",
        "response-field-added": "compatible",
    }
    assert [one["subject"] for one in report["python"]] == ["models.Company.city"]
    assert "response field added: `vat`" in text


def test_an_operation_without_a_name_is_called_by_its_path(checkout: Checkout, tmp_path: Path) -> None:
    """Method and path as the vendor has them, without the tag; a name of a path parameter alone is no difference."""
    checkout.overlay(PACKAGE).unlink()
    base = small()
    base["paths"]["/assets/{id}"] = {
        "get": {
            "tags": ["Common"],
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "One."}},
        }
    }
    checkout.adopted(PACKAGE).write_text(shape_text(shape_of(base)))

    def told(edit: Any) -> list[str]:
        document = json.loads(json.dumps(base))
        edit(document["paths"])
        (tmp_path / "vendor.yaml").write_text(yaml.safe_dump(document))
        adopt(checkout, tmp_path / "vendor.yaml", PACKAGE, tmp_path / "out")
        return [row["reason"] for row in reports(tmp_path / "out")[1]["vendor_changes"] if row["effect"] != "none"]

    def retag(paths: Document) -> None:
        paths["/assets/{id}"]["get"]["tags"] = ["Other"]

    def rename(paths: Document) -> None:
        paths["/assets/{key}"] = paths.pop("/assets/{id}")
        paths["/assets/{key}"]["get"]["parameters"][0]["name"] = "key"

    (gone,) = told(lambda paths: paths.pop("/assets/{id}"))
    assert gone == "operation removed: `GET /assets/{id}`. Calls of it fail, and its method is gone."
    (moved,) = told(retag)
    assert moved.startswith("operation tag changed (GET /assets/{id}).")
    document = json.loads(json.dumps(base))
    rename(document["paths"])
    assert [change.kind for change in compare(base, document).material] == ["parameter-renamed"]


def test_actions_that_no_longer_fit_are_reported_with_the_rest(checkout: Checkout, tmp_path: Path) -> None:
    """Every action that matches nothing is named with its file, line, index and target, beside what else changed."""
    vendor = published(tmp_path, lambda document: schema(document, "CompanyCreate")["properties"].pop("name"))
    done = run(checkout, "adopt", str(vendor), PACKAGE, "--out", str(tmp_path / "out"))
    line = checkout.overlay(PACKAGE).read_text().splitlines().index("actions:") + 2
    assert done.returncode == 1
    assert (
        f"spec/{PACKAGE}/overlay.yaml, line {line}: actions[0] ($.components.schemas.CompanyCreate.properties.name): "
        in done.stdout
    )
    text, report = reports(tmp_path / "out")
    assert "## Actions of the overlay that do not fit" in text
    assert [change["kind"] for change in report["changes"]] == ["request-field-removed"]


def test_each_change_of_the_vendor_is_a_row(checkout: Checkout, tmp_path: Path) -> None:
    """What changed since the adopted file, what becomes of it, and what it means; the same file again has no rows."""
    checkout.adopted(PACKAGE).write_text(shape_text(shape_of(load(published(tmp_path)))))
    done = run(checkout, "adopt", str(published(tmp_path)), PACKAGE, "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "The vendor made 0 changes: 0 breaking, 0 compatible, 0 without effect; 0 in places" in done.stdout

    def change(document: Document) -> None:
        document["paths"]["/company"]["post"]["operationId"] = "create_a_company"
        schema(document, "CompanyCreate")["properties"]["name"]["type"] = "string"
        schema(document, "Company")["properties"]["vat"] = {"type": "string"}
        schema(document, "CompanyCreate")["required"].append("city")

    vendor = published(tmp_path, change)
    done = run(checkout, "adopt", str(vendor), PACKAGE, "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    found = {row["pointer"]: (row["becomes"], row["effect"]) for row in reports(tmp_path / "out")[1]["vendor_changes"]}
    assert found == {
        "/paths/~1company/post/operationId": ("not described", "none"),
        "/components/schemas/CompanyCreate/properties/name/type": ("covered by overlay action 0 (line 2)", "none"),
        "/components/schemas/Company/properties/vat": ("as it is", "compatible"),
        "/components/schemas/CompanyCreate/required/city": ("as it is", "breaking"),
    }
    assert run(checkout, "adopt", str(vendor), PACKAGE, "--accept", "--out", str(tmp_path / "out")).returncode == 0
    assert load(checkout.adopted(PACKAGE)) == shape_of(load(vendor))


def test_a_new_field_that_is_required_breaks(checkout: Checkout, tmp_path: Path) -> None:
    """The field and its place in `required` are two rows, each judged with the other there."""

    def require(document: Document) -> None:
        found = schema(document, "CompanyCreate")
        found["properties"]["vat"] = {"type": "string"}
        found.setdefault("required", []).append("vat")

    checkout.adopted(PACKAGE).write_text(shape_text(shape_of(load(published(tmp_path)))))
    vendor = published(tmp_path, require)
    run(checkout, "adopt", str(vendor), PACKAGE, "--out", str(tmp_path / "out"))
    _, report = reports(tmp_path / "out")
    effects = {row["pointer"].partition("CompanyCreate")[2]: row["effect"] for row in report["vendor_changes"]}
    assert effects == {"/properties/vat": "breaking", "/required/vat": "breaking"}
    assert not [row for row in report["vendor_changes"] if "may be left out" in row["reason"]]


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda one: one.__name__)
def test_what_is_only_written_otherwise_has_no_row(checkout: Checkout, rewrite: Callable[[Document], Document]) -> None:
    """Only a real change has a row, in the place and under the name that it has in the adopted file."""
    nullable = schema(adopted := small(), "Company")["properties"]
    nullable["city"] = {"type": "string", "nullable": True}
    before = json.loads(json.dumps(adopted))
    changed = json.loads(json.dumps(adopted))
    schema(changed, "Company")["properties"]["city"].update(type="string", maxLength=9)
    schema(changed, "Company")["properties"]["vat"] = {"type": "string"}
    overlay, ours = Overlay("", ()), load(checkout.description(PACKAGE))

    def places(document: Document) -> list[str]:
        found = rows(shape_of(before), shape_of(rewrite(document)), overlay, ours)
        others = [row for row in found if row.reason != "Met where something refers to it."]
        return [row.edit.pointer for row in others if row.edit.pointer != "/openapi"]

    assert places(adopted) == []
    at = "/components/schemas/Company/properties"
    assert sorted(places(changed)) == [f"{at}/city/maxLength", f"{at}/vat"]


def test_a_section_of_components_may_be_new(checkout: Checkout) -> None:
    """A component of a kind that the adopted file has none of is there for what refers to it."""
    adopted, new = small(), small()
    new["components"]["headers"] = {"Trace": {"schema": {"type": "string"}}}
    responses = new["paths"]["/company"]["post"]["responses"]
    responses["299"] = {"description": "", "headers": {"X-Trace": {"$ref": "#/components/headers/Trace"}}}
    found = rows(shape_of(adopted), shape_of(new), Overlay("", ()), load(checkout.description(PACKAGE)))
    effects = {row.edit.pointer: row.effect for row in found}
    assert effects == {"/paths/~1company/post/responses/299": "breaking", "/components/headers/Trace": "none"}


@pytest.mark.parametrize("gone", [True, False], ids=["a component that is used is gone", "a reference is wrong"])
def test_a_reference_to_nothing_is_a_change(checkout: Checkout, tmp_path: Path, gone: bool) -> None:
    """A file that refers to what is not in it is reported, as what it refers to can be anything now."""

    def edit(document: Document) -> None:
        if gone:
            del document["components"]["schemas"]["Company"]
        else:
            content = document["paths"]["/company/{company_id}"]["get"]["responses"]["200"]["content"]
            content["application/json"]["schema"]["$ref"] = "#/components/schemas/Nothing"

    checkout.adopted(PACKAGE).write_text(shape_text(shape_of(load(published(tmp_path)))))
    adopt(checkout, published(tmp_path, edit), PACKAGE, tmp_path / "out")
    (row,) = reports(tmp_path / "out")[1]["vendor_changes"]
    assert (row["becomes"], row["effect"]) == ("as it is", "breaking")
    assert row["reason"].startswith("response type widened (GET /company/{} response 200 body).")


def test_a_schema_of_another_kind_is_one_row(checkout: Checkout) -> None:
    """A value that becomes a union is not told in halves, as one that lost its type and one that got alternatives."""
    adopted, new = small(), small()
    schema(adopted, "Company")["properties"]["city"] = {"type": "string"}
    schema(new, "Company")["properties"]["city"] = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    (row,) = rows(shape_of(adopted), shape_of(new), Overlay("", ()), load(checkout.description(PACKAGE)))
    assert row.edit.pointer == "/components/schemas/Company/properties/city"
    assert row.reason.startswith("response union member added")


def test_a_mark_that_openapi_does_not_know_is_no_error(checkout: Checkout, tmp_path: Path) -> None:
    """`required: true` at a field, as vendors write it by mistake, says nothing."""
    checkout.adopted(PACKAGE).write_text(shape_text(shape_of(load(published(tmp_path)))))

    def mark(document: Document) -> None:
        schema(document, "Company")["properties"]["city"]["required"] = True
        schema(document, "CompanySearchResponse")["properties"]["matches"]["items"]["required"] = True

    adopt(checkout, published(tmp_path, mark), PACKAGE, tmp_path / "out")
    _, report = reports(tmp_path / "out")
    assert (report["vendor_changes"], report["changes"], report["problems"]) == ([], [], [])


def test_a_callback_has_a_row(checkout: Checkout, tmp_path: Path) -> None:
    """What is not generated is told all the same; a field that is called like it is none."""

    def add(document: Document) -> None:
        node = document["paths"]["/company"]["post"]
        node["callbacks"] = {"made": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": ""}}}}}}
        schema(document, "Company")["properties"]["links"] = {"type": "string"}

    checkout.adopted(PACKAGE).write_text(shape_text(shape_of(load(published(tmp_path)))))
    run(checkout, "adopt", str(published(tmp_path, add)), PACKAGE, "--out", str(tmp_path / "out"))
    _, report = reports(tmp_path / "out")
    found = {row["pointer"]: (row["becomes"], row["effect"], row["reason"]) for row in report["vendor_changes"]}
    callback = found["/paths/~1company/post/callbacks"]
    assert callback == ("not described", "none", "callbacks are not generated.")
    assert found["/components/schemas/Company/properties/links"][:2] == ("as it is", "compatible")


def test_rules_that_are_broken_stand_in_the_report(checkout: Checkout, tmp_path: Path) -> None:
    """What no client can be made of is listed to be settled first, beside everything that differs."""

    def edit(document: Document) -> None:
        schema(document, "Company")["properties"]["share"] = {"type": "string", "enum": ["a", 1]}

    adoption = adopt(checkout, published(tmp_path, edit), PACKAGE, tmp_path / "out")
    assert not adoption.is_safe
    text, report = reports(tmp_path / "out")
    assert [problem["pointer"] for problem in report["problems"]] == ["/components/schemas/Company/properties/share"]
    assert [change["kind"] for change in report["changes"]] == ["response-field-added"]
    assert report["python"] is None
    assert "## To settle first, by the overlay" in text


def test_what_is_no_openapi_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    """A file that is not even OpenAPI is refused with what it is."""
    with pytest.raises(DocumentError, match="The file is OpenAPI None"):
        adopt(checkout, published(tmp_path, lambda document: document.pop("openapi")), PACKAGE, tmp_path / "out")


def test_listed_differences_are_accepted(checkout: Checkout, tmp_path: Path) -> None:
    """What an overlay cannot express stands in a list with reasons; a listed difference that is none is an error."""
    vendor = published(
        tmp_path, lambda document: schema(document, "Company")["properties"].update(vat={"type": "string"})
    )
    verdict = adopt(checkout, vendor, PACKAGE, tmp_path / "out").verdict
    assert verdict is not None
    (change,) = verdict.compatible
    listed = checkout.folder(PACKAGE) / "overlay-differences.yaml"
    listed.write_text(
        yaml.safe_dump([{"fingerprint": change.fingerprint, "reason": "never sent", "date": "2026-11-21"}])
    )
    assert adopt(checkout, vendor, PACKAGE, tmp_path / "out").is_safe
    assert "never sent" in reports(tmp_path / "out")[0]
    with pytest.raises(WaiverError, match="never sent"):
        adopt(checkout, published(tmp_path), PACKAGE, tmp_path / "out")


def texts(node: Any) -> Iterator[str]:
    """The strings in a shape but for values, which are the vendor's data."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from () if key in {"const", "default", "enum", "pattern"} else texts(value)


@pytest.mark.parametrize("path", sorted(SPEC.glob("*/adopted.json")), ids=lambda path: path.parent.name)
def test_an_adopted_shape_holds_no_text(path: Path) -> None:
    """Names of up to three words, and URLs that our description has: no sentence of the vendor's, and no contact."""
    shape, ours = json.loads(path.read_bytes()), (path.parent / "openapi.yaml").read_text(encoding="utf-8")
    assert shape_of(shape) == shape
    assert [text for text in texts(shape) if len(text.split()) > 3 or "@" in text] == []
    assert [text for text in texts(shape) if "://" in text and text not in ours] == []


def test_the_vendors_1_1_2_is_adopted() -> None:
    """Its shape is in the repository, with each operation that we describe: `adopt` can say what changed since."""
    shape, ours = load(SPEC / PACKAGE / "adopted.json"), load(SPEC / PACKAGE / "openapi.yaml")
    found, described = ({(one.method, one.path) for one in operations(document)} for document in (shape, ours))
    assert shape["info"]["version"] == "1.1.2"
    assert found
    assert found <= described


def vendors_file() -> Path:
    path = os.environ.get("QREDO_VENDOR_FILE")
    if not path:
        pytest.skip("QREDO_VENDOR_FILE does not name the vendor's description of the Partner API 1.1.2")
    return Path(path)


def test_the_vendors_file_is_our_description() -> None:
    """Through the overlay, the vendor's file differs from our description in what is listed with reasons only."""
    differences = compare(load(SPEC / PACKAGE / "openapi.yaml"), as_ours(load(vendors_file()))).material
    listed = {waiver.fingerprint for waiver in load_waivers(SPEC / PACKAGE / "overlay-differences.yaml")}
    assert [str(change) for change in differences if change.fingerprint not in listed] == []
    assert listed == {change.fingerprint for change in differences}


def test_the_vendors_file_is_adopted(tmp_path: Path) -> None:
    """The vendor's own file gives an empty report, from the names of operations to those of Python."""
    vendor = vendors_file()
    shutil.copytree(SPEC / PACKAGE, tmp_path / "spec" / PACKAGE)
    adoption = adopt(Checkout(tmp_path), vendor, PACKAGE, tmp_path / "out")
    assert adoption.is_safe
    assert adoption.verdict is not None
    assert adoption.verdict.python == ()
    assert adoption.rows == ()
