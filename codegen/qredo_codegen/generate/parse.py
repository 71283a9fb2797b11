"""From a description to the view of its package, by way of the parser of openapi-python-client.

The description is brought into one form before, in which everything has its name. Whatever the parser would still drop
or name otherwise is a problem: a package is complete or it is not made.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal import normalize
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.security import main_scheme, stamps
from qredo_codegen.errors import GenerationError

from .completeness import losses
from .prepare import prepare
from .view import PackageView
from .view_operations import OperationViews
from .view_schemas import enums_of, models_of

__all__ = ["config", "parse"]

KeptNames = Mapping[str, Mapping[str, str]]


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


def parse(
    document: Document, package: str, settings: Config, names: KeptNames | None = None
) -> tuple[GeneratorData, PackageView, Normal]:
    """Parse a description.

    Args:
        document: The description, as loaded.
        package: Import name of the package.
        settings: What `config` gives.
        names: The names that were given before.

    Returns:
        The parser's own data, for `Project`, the view for the templates, and the description in the one form.

    Raises:
        GenerationError: Something would be lost; every loss is named.
    """
    normal = normalize(document, names)
    if normal.problems:
        raise GenerationError("The description is ambiguous:", normal.problems)
    data = GeneratorData.from_dict(prepare(normal), config=settings)
    if isinstance(data, GeneratorError):
        raise GenerationError("The parser cannot read the description:", [_one_line(data)])
    errors = [error for one in data.endpoint_collections_by_tag.values() for error in one.parse_errors]
    if dropped := [_one_line(error) for error in (*data.errors, *errors)]:
        raise GenerationError("The parser would drop parts of the description:", dropped)
    view = _view(normal, package)
    if lost := list(losses(normal, data, view)):
        raise GenerationError("The description cannot be generated completely:", lost)
    return data, view, normal


def _view(normal: Normal, package: str) -> PackageView:
    models, enums = models_of(normal), enums_of(normal)
    operations = OperationViews(normal, {model.name: model for model in models})
    info = normal.document["info"]
    return PackageView(
        name=package,
        title=str(info["title"]),
        version=f"{info['version']}+r{info.get('x-revision', 1)}",
        servers={server["x-name"]: server["url"] for server in normal.document["servers"]},
        security=main_scheme(normal.document),
        stamps=stamps(normal.document),
        nonce_rule=operations.nonce_rule(),
        tags=operations.tags(),
        models=models,
        enums=enums,
        feeds=list(operations.feeds()),
    )


def _one_line(error: GeneratorError) -> str:
    detail = error.detail if isinstance(error.detail, str) else str(error.detail or "")
    return " ".join(f"{error.header} {detail}".split())
