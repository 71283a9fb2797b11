"""From a description to the view of its package, by the parser of openapi-python-client.

Whatever the parser would drop or leave untyped is collected as a problem with its JSON pointer: a package is complete
or it is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from qredo_codegen.description.document import Document
from qredo_codegen.errors import GenerationError

from .parse_operations import OperationParser
from .parse_schemas import SchemaParser
from .prepare import prepare
from .texts import Losses
from .view import PackageView

__all__ = ["config", "parse"]


def config(package: str, target: Path) -> Config:
    """The settings of openapi-python-client: no metadata, no hooks (what they run depends on the machine)."""
    return Config.from_sources(
        ConfigFile(package_name_override=package, project_name_override=package, post_hooks=[]),
        MetaType.NONE,
        document_source=target,
        file_encoding="utf-8",
        overwrite=True,
        output_path=target,
    )


def parse(document: Document, package: str, settings: Config) -> tuple[GeneratorData, PackageView]:
    """Parse a description.

    Args:
        document: The description, as loaded.
        package: Import name of the package.
        settings: What `config` gives.

    Returns:
        The parser's own data, for `Project`, and the view for the templates.

    Raises:
        GenerationError: Something would be lost; every loss is named.
    """
    data = GeneratorData.from_dict(prepare(document), config=settings)
    if isinstance(data, GeneratorError):
        raise GenerationError("The description is no OpenAPI 3 document:", [_one_line(data)])
    if dropped := [_one_line(error) for error in _errors(data)]:
        raise GenerationError("The generator would drop parts of the description:", dropped)
    losses = Losses()
    view = _view(document, data, package, losses)
    if losses:
        raise GenerationError("The description cannot be generated completely:", losses)
    return data, view


def _view(document: Document, data: GeneratorData, package: str, losses: Losses) -> PackageView:
    schemas = SchemaParser(document, data, losses)
    operations = OperationParser(document, data, schemas, losses)
    info = document["info"]
    return PackageView(
        name=package,
        title=info["title"],
        version=f"{info['version']}+r{info.get('x-revision', 1)}",
        servers={server["x-name"]: server["url"] for server in document["servers"]},
        security=operations.signature_scheme,
        stamps=operations.stamps(),
        nonce_rule=operations.nonce_rule(),
        tags=operations.tags(),
        models=sorted(schemas.models.values(), key=lambda model: model.name),
        enums=sorted(schemas.enums, key=lambda enum: enum.name),
        feeds=list(operations.feeds()),
    )


def _errors(data: GeneratorData) -> Iterator[GeneratorError]:
    yield from data.errors
    for collection in data.endpoint_collections_by_tag.values():
        yield from collection.parse_errors


def _one_line(error: GeneratorError) -> str:
    return " ".join(f"{error.header} {error.detail or ''}".split())
