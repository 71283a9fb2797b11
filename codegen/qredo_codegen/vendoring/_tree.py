"""A whole vendored tree in memory: what is copied, and what is written about it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from qredo_codegen._checkout import Checkout

from ._bazel import bazel
from ._imports import libraries, refuse_absolute
from ._pants import pants
from ._pyproject import pyproject
from ._record import RECORD, write_record
from ._requirements import Libraries, libraries_of
from ._sbom import sbom
from ._selection import BUILD_FILES, Selection
from ._sources import PLUGIN, Files, api_version, modules, project_version, sources
from ._texts import GITATTRIBUTES, GITIGNORE, constraints, readme, requirements

__all__ = ["tree"]

_WRITERS = {"bazel": bazel, "pants": pants, "pyproject": pyproject}


def tree(checkout: Checkout, selection: Selection) -> Files:
    """Every file of a vendored folder: the same bytes for the same checkout and selection.

    Raises:
        GenerationError: The checkout is not in a state that could be vendored.
    """
    files = sources(checkout, selection)
    needed = _libraries(checkout, selection, files)
    versions = {api: api_version(checkout, api) for api in selection.apis}
    if selection.plugin is not None:
        versions[PLUGIN] = project_version(checkout)
    project = _project(checkout)
    files |= {path: text.encode() for path, text in _texts(selection, needed, versions, project).items()}
    files["sbom.cdx.json"] = sbom(project, versions, files, needed)
    files |= _builds(selection, files, needed)
    files[RECORD] = write_record(checkout, selection, project, files)
    return files


def _libraries(checkout: Checkout, selection: Selection, files: Files) -> Libraries:
    own = {package: modules(files, package) for package in selection.packages}
    for texts in own.values():
        refuse_absolute(texts)
    return libraries_of(checkout, {package: libraries(texts) for package, texts in own.items()})


def _texts(
    selection: Selection, needed: Libraries, versions: Mapping[str, str], project: tuple[str, str]
) -> dict[str, str]:
    page = readme(selection, versions, " ".join(project))
    texts = {".gitattributes": GITATTRIBUTES, ".gitignore": GITIGNORE, "README.md": page}
    if selection.packages:
        texts |= {"requirements.txt": requirements(needed), "constraints.txt": constraints(needed)}
    return texts


def _builds(selection: Selection, files: Files, needed: Libraries) -> Files:
    names = [BUILD_FILES[tool] for tool in selection.builds]
    paths = [*files, *names, RECORD]
    return {BUILD_FILES[tool]: _WRITERS[tool](selection, paths, needed).encode() for tool in selection.builds}


def _project(checkout: Checkout) -> tuple[str, str]:
    project = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["name"], project_version(checkout)
