"""`BUILD` for Pants: sources of each vendored package, exact, with the libraries that they need."""

from __future__ import annotations

from collections.abc import Iterable

from ._requirements import Libraries
from ._selection import Selection
from ._texts import HEADER, call

__all__ = ["pants"]


def pants(selection: Selection, paths: Iterable[str], libraries: Libraries) -> str:
    """The build file of the vendored folder.

    Args:
        selection: What is vendored.
        paths: Every file of the tree.
        libraries: The libraries that the packages need.
    """
    paths = sorted(paths)
    blocks = [HEADER]
    if selection.pants_requirement.startswith(":requirements#") and selection.packages:
        blocks.append(call("python_requirements", name="requirements", source="requirements.txt"))
    for package in selection.packages:
        blocks += _package(selection, package, paths, libraries.always(package))
    described = [path for path in paths if path.startswith("spec/")]
    pages = ["LICENSE", "VENDORED.json", "sbom.cdx.json"]
    blocks.append(call("files", name="spec", sources=described))
    blocks.append(call("files", name="record", sources=pages))
    blocks.append(call("python_sources", name="vendor_check", sources=["vendor_check.py"]))
    return "\n\n".join(blocks) + "\n"


def _package(selection: Selection, package: str, paths: list[str], libraries: Iterable[str]) -> list[str]:
    own = [path for path in paths if path.startswith(f"{package}/")]
    others = [path for path in own if not path.endswith(".py")]
    addresses = [selection.pants_requirement.format(name=name) for name in libraries]
    return [
        call("resources", name=f"{package}.data", sources=others),
        call(
            "python_sources",
            name=package,
            sources=[path for path in own if path.endswith(".py")],
            dependencies=[f":{package}.data", *addresses],
        ),
    ]
