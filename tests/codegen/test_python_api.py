"""The other half of the comparison: what breaks in the names that Python users write."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from qredo_codegen.compare.python_api import compare_packages
from qredo_codegen.compare.verdict import Verdict, judge
from qredo_codegen.description.document import Document
from qredo_codegen.generate.inputs import Inputs
from qredo_codegen.generate.write import write_package

from .checkouts import small
from .mutations import node, schema

Edit = Callable[[Document], object]


def judged(edit: Edit, prepare: Edit = lambda document: None) -> Verdict:
    """What a change of the small description comes to."""
    old = small()
    prepare(old)
    new = copy.deepcopy(old)
    edit(new)
    return judge(old, new)


def python(verdict: Verdict) -> dict[str, tuple[str, ...]]:
    """What breaks in Python, each with the kinds of the changes that it follows from."""
    assert verdict.python is not None, verdict.not_looked_at
    return {
        f"{one.change.kind} {one.change.subject}": tuple(cause.kind for cause in one.causes) for one in verdict.python
    }


def rename_schema(document: Document) -> None:
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {"Match" if k == "CompanyMatch" else k: v for k, v in schemas.items()}
    schema(document, "CompanySearchResponse")["properties"]["matches"]["items"]["$ref"] = "#/components/schemas/Match"


def with_values(document: Document) -> None:
    document["components"]["schemas"]["Size"] = {
        "type": "string",
        "description": "How large it is.",
        "x-known-values": ["small", "large"],
    }
    schema(document, "Company")["properties"]["size"] = {"$ref": "#/components/schemas/Size"}


def test_a_description_does_not_differ_from_itself() -> None:
    """The packages of one description have the same names."""
    assert python(judged(lambda document: document["info"].update(title="Other"))) == {}


def test_a_renamed_schema_breaks_python_alone() -> None:
    """The wire does not know the names of schemas, but users import them."""
    verdict = judged(rename_schema)
    assert verdict.comparison.material == ()
    assert python(verdict) == {"python-removed models.CompanyMatch": ()}
    assert [change.kind for change in verdict.unwaived] == ["python-removed"]


def test_a_known_value_that_goes_breaks_python_alone() -> None:
    """An open set still takes the value, but its member of the enum is gone."""
    verdict = judged(lambda document: schema(document, "Size")["x-known-values"].remove("large"), with_values)
    assert [change.kind for change in verdict.comparison.material] == ["known-value-removed"]
    assert python(verdict) == {"python-removed models.Size.LARGE": ()}


def test_what_follows_from_the_description_is_told_once() -> None:
    """A removed operation takes its method with it; that is one breaking change and not two."""

    def edit(document: Document) -> None:
        del document["paths"]["/company"]
        del document["components"]["schemas"]["CompanyCreate"]

    verdict = judged(edit)
    names = python(verdict)
    assert names["python-removed Client.company.create"] == ("operation-removed",)
    assert names["python-removed models.CompanyCreate"] == ("operation-removed",)
    assert [change.kind for change in verdict.breaking] == ["operation-removed"]


@pytest.mark.parametrize(
    ("edit", "names"),
    [
        (
            lambda document: schema(document, "Company")["properties"].pop("city"),
            {"python-removed models.Company.city": ("response-field-removed",)},
        ),
        (
            lambda document: schema(document, "Company")["properties"]["city"].update(type="integer"),
            {"python-result-type-changed models.Company.city": ("response-type-changed",)},
        ),
        (
            lambda document: schema(document, "CompanyCreate")["properties"].pop("city"),
            {
                "python-parameter-removed Client.company.create(city)": ("request-field-removed",),
                "python-removed models.CompanyCreate.city": ("request-field-removed",),
            },
        ),
        (
            lambda document: schema(document, "CompanyCreate")["properties"]["city"].update(type="integer"),
            {
                "python-argument-type-changed Client.company.create(city)": ("request-type-changed",),
                "python-result-type-changed models.CompanyCreate.city": ("request-type-changed",),
            },
        ),
        (
            lambda document: node(document, "company_search")["parameters"][0].update(required=True),
            {"python-parameter-required Client.company.search(query)": ("parameter-became-required",)},
        ),
        (
            lambda document: node(document, "company_update").update(operationId="company_change"),
            {"python-removed Client.company.update": ("operation-renamed",)},
        ),
    ],
    ids=["field", "type", "keyword", "keyword type", "required", "method"],
)
def test_names_follow_the_description(edit: Edit, names: dict[str, tuple[str, ...]]) -> None:
    """What users can no longer write stands beside the change of the description that took it away."""
    assert python(judged(edit)) == names


def test_a_method_with_another_name_than_its_operation_follows_it() -> None:
    """`company.list_` is the operation `company_list`: an argument that is required now is told once."""

    def named(document: Document) -> None:
        node(document, "company_search").update(operationId="company_list")

    def edit(document: Document) -> None:
        node(document, "company_list")["parameters"][0].update(required=True)

    found = python(judged(edit, named))
    assert found == {"python-parameter-required Client.company.list_(query)": ("parameter-became-required",)}


def test_additions_break_nothing() -> None:
    """A new optional field, a new operation and a new value set are no break of Python names."""

    def edit(document: Document) -> None:
        with_values(document)
        schema(document, "CompanyCreate")["properties"]["more"] = {"type": "string", "description": "More."}
        document["paths"]["/firm"] = {
            "get": {**copy.deepcopy(node(document, "company_search")), "operationId": "company_find"}
        }

    assert python(judged(edit)) == {}


def test_a_string_may_become_an_open_enum() -> None:
    """A member of an open enum is a string, so code that reads one goes on."""

    def plain(document: Document) -> None:
        field = {"type": "string", "description": "How large it is."}
        schema(document, "Company")["properties"]["size"] = field

    assert python(judged(with_values, plain)) == {}
    assert list(python(judged(plain, with_values))) == ["python-removed models.Size"]


def test_what_cannot_be_generated_is_said() -> None:
    """When one of the two makes no package, the report says why nothing was compared."""
    verdict = judged(
        lambda document: schema(document, "Company")["properties"].update(size={"type": "string", "enum": ["a", 1]})
    )
    assert verdict.python is None
    assert "/components/schemas/Company/properties/size" in verdict.not_looked_at


def test_packages_of_different_names_are_compared(tmp_path: Path) -> None:
    """Two versions have two import names; arguments that were moved, and bases that went, are found in source."""
    write_package(small(), "one", tmp_path / "one", Inputs("", "", {}))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert compare_packages(tmp_path / "one", tmp_path / "two") == ()
    path = tmp_path / "two" / "api" / "company.py"
    path.write_text(path.read_text().replace("def get(self, company", "def get(self, more: int, company"))
    path = tmp_path / "two" / "errors.py"
    path.write_text(path.read_text().replace("class NotFoundError(APIError)", "class NotFoundError(Exception)"))
    found = {(change.kind, change.subject) for change in compare_packages(tmp_path / "one", tmp_path / "two")}
    assert found >= {
        ("python-base-removed", "NotFoundError"),
        ("python-parameter-moved", "Client.company.get(company_id)"),
        ("python-parameter-required", "Client.company.get(more)"),
    }
