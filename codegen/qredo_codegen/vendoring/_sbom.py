"""The bill of materials of a vendored tree, as CycloneDX 1.6 in JSON: what is in it, and what it needs."""

# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# The library's classes get their signatures from a decorator that pyright cannot see through; mypy can.

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from qredo_codegen.generate.inputs import hash_bytes

from ._requirements import Libraries
from ._sources import Files

__all__ = ["sbom"]

_LICENSES = [LicenseExpression("Apache-2.0")]


def sbom(project: tuple[str, str], versions: Mapping[str, str], files: Files, libraries: Libraries) -> bytes:
    """The bill of materials; it has no time, and its serial number follows from the files.

    Args:
        project: Name and version of the project.
        versions: The version of each vendored package, by its name.
        files: All files that are copied.
        libraries: The libraries that the packages need.
    """
    ours = {name: _package(name, version, files) for name, version in versions.items()}
    always = libraries.in_any_case
    theirs = {name: _library(name, version, name in always) for name, version in libraries.pins.items()}
    whole = Component(
        name=project[0], version=project[1], type=ComponentType.LIBRARY, bom_ref=project[0], licenses=_LICENSES
    )
    bom = Bom(
        components=[*ours.values(), *theirs.values()], serial_number=uuid.uuid5(uuid.NAMESPACE_OID, _digest(files))
    )
    bom.metadata.component = whole
    bom.register_dependency(whole, ours.values())
    for name, component in ours.items():
        bom.register_dependency(component, [theirs[one] for one in libraries.direct[name] if one in theirs])
    for name, component in theirs.items():
        bom.register_dependency(component, [theirs[one] for one in libraries.needs[name]])
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    return _without_time(text)


def _package(name: str, version: str, files: Files) -> Component:
    own = {path: content for path, content in files.items() if path.startswith(f"{name}/")}
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=name,
        licenses=_LICENSES,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_digest(own))],
        properties=[Property(name="qredo:hash-of", value="lines of path, space and SHA-256 of each file, by path")],
    )


def _library(name: str, version: str, is_required: bool) -> Component:
    purl = PackageURL("pypi", None, name, version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        scope=ComponentScope.REQUIRED if is_required else ComponentScope.OPTIONAL,
    )


def _digest(files: Files) -> str:
    return hash_bytes("".join(f"{path} {hash_bytes(files[path])}\n" for path in sorted(files)).encode())


def _without_time(text: str) -> bytes:
    """The library stamps every bill with the time; the same tree is to give the same bytes."""
    content = json.loads(text)
    content["metadata"].pop("timestamp", None)
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
