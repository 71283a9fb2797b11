"""Each package is a staircase: a module imports from the floors below it, and no two parts need each other."""

from __future__ import annotations

import pytest

from .imports import ROOT, circle, graph, rooms

FLOORS = {
    "signing_plugin/qredo_signing": (
        ["cli"],
        ["feeds", "_connect", "_shapes"],
        ["_http"],
        ["_environments", "_signature"],
        ["_keys", "_nonces"],
        ["_client_protocols", "_operations", "_secrecy"],
        ["_diagnostics", "errors", "units", "_version"],
    ),
    "emulator/qredo_emulator": (
        ["_emulator"],
        ["_site"],
        ["_console", "_control"],
        ["_api"],
        ["handlers"],
        ["domain"],
        ["_state"],
        ["_authentication"],
        ["_description"],
        ["_errors", "_json", "_settings"],
    ),
    "codegen/qredo_codegen": (
        ["commands", "vendoring"],
        ["compare"],
        ["generate"],
        ["description"],
        ["_checkout", "errors"],
    ),
}
"""The parts of each package, the highest floor first."""


@pytest.mark.parametrize("package", FLOORS)
def test_no_module_needs_one_that_needs_it(package: str) -> None:
    """No circle of imports, also not by imports inside functions or for type checkers alone."""
    edges = graph(ROOT / package)
    assert len(edges) > 50
    assert circle(edges) is None


def test_no_module_of_generated_packages_needs_one_that_needs_it() -> None:
    """No circle between the modules that all generated packages have, which are templates here."""
    edges = graph(ROOT / "codegen/qredo_codegen/templates/static")
    assert len(edges) > 10
    assert any(edges.values())
    assert circle(edges) is None


@pytest.mark.parametrize("package", FLOORS)
def test_no_part_needs_one_that_needs_it(package: str) -> None:
    """The folders and single modules of a package import each other in one direction only."""
    edges = rooms(graph(ROOT / package))
    edges.pop(package.rpartition("/")[2], None)  # the package itself re-exports names of all
    assert circle(edges) is None


@pytest.mark.parametrize("package", FLOORS)
def test_imports_lead_down(package: str) -> None:
    """A part imports from the floors below its own, or from its own floor; every named part is there."""
    name = package.rpartition("/")[2]
    floor = {f"{name}.{part}": depth for depth, parts in enumerate(FLOORS[package]) for part in parts}
    edges = rooms(graph(ROOT / package))
    assert floor.keys() <= edges.keys()
    climbs = [
        f"{part} imports {one}"
        for part, imported in edges.items()
        for one in imported
        if part in floor and one in floor and floor[one] < floor[part]
    ]
    assert climbs == []


def test_a_circle_is_found() -> None:
    """Two modules that import each other are a circle, however long the way between them."""
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) is not None
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def test_older_versions_of_the_emulator_do_not_lean_on_newer_ones() -> None:
    """The handlers of one API version import none of another's."""
    edges = graph(ROOT / "emulator" / "qredo_emulator")
    prefix = "qredo_emulator.handlers.qredo_"
    versions = {module: module.split(".")[2] for module in edges if module.startswith(prefix)}
    crossing = [
        f"{module} imports {one}"
        for module, own in versions.items()
        for one in edges[module]
        if versions.get(one, own) != own
    ]
    assert len(set(versions.values())) > 1
    assert crossing == []
