"""`BUILD.bazel`: a library for each vendored package, with exact sources, and a test that the tree is as vendored."""

from __future__ import annotations

from collections.abc import Iterable

from ._requirements import Libraries
from ._selection import Selection
from ._texts import HEADER, call

__all__ = ["bazel"]

_PUBLIC = 'package(default_visibility = ["//visibility:public"])'
_PAGES = ("LICENSE", "VENDORED.json", "constraints.txt", "requirements.txt", "sbom.cdx.json")


def bazel(selection: Selection, paths: Iterable[str], libraries: Libraries) -> str:
    """The build file of the vendored folder.

    Args:
        selection: What is vendored.
        paths: Every file of the tree, the build files too.
        libraries: The libraries that the packages need.
    """
    paths = sorted(path for path in paths if not path.startswith("signers/"))  # these have build files of their own
    python = "py_library, py_test" if selection.packages else "py_test"
    names = ", ".join(f'"{name}"' for name in python.split(", "))
    blocks = [f'{HEADER}\nload("@rules_python//python:defs.bzl", {names})', _PUBLIC]
    blocks += [_library(selection, package, paths, libraries) for package in selection.packages]
    blocks.append(call("filegroup", name="spec", srcs=[path for path in paths if path.startswith("spec/")]))
    blocks.append(call("exports_files", srcs=[path for path in paths if path in _PAGES]))
    blocks.append(_test(paths, selection))
    return "\n\n".join(blocks) + "\n"


def _library(selection: Selection, package: str, paths: list[str], libraries: Libraries) -> str:
    own = [path for path in paths if path.startswith(f"{package}/")]
    rest = ", ".join(name for name in libraries.direct[package] if name in libraries.optional)
    comment = f"# Add to your own target if you use the feature that needs it: {rest}\n" if rest else ""
    return comment + call(
        "py_library",
        name=package,
        srcs=[path for path in own if path.endswith(".py")],
        data=[path for path in own if not path.endswith(".py")],
        imports=[_upwards(selection)],
        deps=[selection.bazel_requirement.format(name=name.replace("-", "_")) for name in libraries.always(package)],
    )


def _upwards(selection: Selection) -> str:
    """From the vendored folder to where imports start."""
    return "/".join(".." for _ in selection.prefix.split(".")) if selection.prefix else "."


def _test(paths: list[str], selection: Selection) -> str:
    """Only declared files are there when it runs, so it cannot look for added ones."""
    return call(
        "py_test",
        name="vendor_check",
        srcs=["vendor_check.py"],
        args=["--allow-added", *(["--without", "signers"] if selection.neutral else [])],
        data=[path for path in paths if path != "vendor_check.py"],
    )
