"""The last look at a generated package, from its own source: nothing dropped, and no number that rounds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from qredo_codegen.errors import GenerationError

from .view import PackageView

__all__ = ["check_package"]


def check_package(root: Path, view: PackageView) -> None:
    """Compare a generated package with what it should hold.

    Raises:
        GenerationError: An operation has no method, or a field or argument is a `float`; each is named.
    """
    problems = [*_missing_methods(root, view), *_rounding_types(root)]
    if problems:
        raise GenerationError(f"The generated package {view.name} is not what it should be:", problems)


def _missing_methods(root: Path, view: PackageView) -> Iterator[str]:
    for tag in view.tags:
        classes = _classes(root / "api" / f"{tag.name}.py")
        for class_name in (f"{tag.class_name}Resource", f"Async{tag.class_name}Resource"):
            methods = {node.name for node in classes[class_name].body if isinstance(node, _FUNCTIONS)}
            for method in tag.methods:
                if method.verb not in methods:
                    yield f"{method.id}: {class_name} has no method of that name"


def _rounding_types(root: Path) -> Iterator[str]:
    """Annotations that would round an amount."""
    for path in sorted([*(root / "models").glob("*.py"), *(root / "api").glob("*.py")]):
        for class_name, found in _classes(path).items():
            for name, annotation in _annotations(found):
                if any(isinstance(node, ast.Name) and node.id == "float" for node in ast.walk(annotation)):
                    yield f"{path.relative_to(root).as_posix()}: {class_name}.{name} is {ast.unparse(annotation)}"


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _classes(path: Path) -> dict[str, ast.ClassDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _annotations(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            yield item.target.id, item.annotation
        elif isinstance(item, _FUNCTIONS):
            arguments = [*item.args.posonlyargs, *item.args.args, *item.args.kwonlyargs]
            for annotation in (*(argument.annotation for argument in arguments), item.returns):
                if annotation is not None:
                    yield item.name, annotation
