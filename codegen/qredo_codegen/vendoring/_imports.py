"""What vendored modules import: nothing of this project by an absolute name, and which libraries."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from qredo_codegen.errors import GenerationError

__all__ = ["libraries", "refuse_absolute", "refuse_dangling"]

_NAME = re.compile(r"qredo_(?:signing|v\d+|partner_v\d\w*|emulator|codegen)(?:\.\w+)+")
_LOADERS = {"import_module", "__import__"}


class _Found(NamedTuple):
    """What one module imports, with lines.

    Attributes:
        absolute: Top-level names of absolute imports.
        loaded: Those of modules that are loaded by a name in a string.
        named: Strings that are names of modules of this project.
        relative: Modules of relative imports: level, module, imported name.
    """

    absolute: list[tuple[int, str]]
    loaded: list[tuple[int, str]]
    named: list[tuple[int, str]]
    relative: list[tuple[int, str, str]]


def refuse_absolute(files: Mapping[str, str]) -> None:
    """Refuse modules that would import this project by its installed name, from wherever they are copied to.

    Docstrings may name it: the README of a vendored folder shows the names as they are there.

    Args:
        files: The text of each module by its path.

    Raises:
        GenerationError: One does, in an import, or in a string that is loaded or is the name of a module.
    """
    problems = [f"{path}:{line}: {what}" for path, text in files.items() for line, what in _ours(_scan(text))]
    if problems:
        raise GenerationError("These can only be imported where they are installed, not under a prefix:", problems)


def refuse_dangling(files: Mapping[str, str], left_out: Iterable[str]) -> None:
    """Refuse modules that import what is left out.

    Args:
        files: The text of each module by its path.
        left_out: Paths of the modules that are not taken along.

    Raises:
        GenerationError: A module needs one of them.
    """
    absent = {_module(path) for path in left_out}
    problems = [
        f"{path} imports {name}"
        for path, text in files.items()
        for name in sorted(absent.intersection(_relative(path, _scan(text))))
    ]
    if problems:
        raise GenerationError("Parts that are needed are left out; name them too, after --with-plugin:", problems)


def libraries(files: Mapping[str, str]) -> set[str]:
    """Top-level names of everything that modules import and that is neither theirs nor the standard library's.

    An import for type checkers alone counts: they need the library. What is loaded by a name in a string does not,
    nor does `typing_extensions`: it is imported for type checkers, and each of them brings it.
    """
    found = {name for text in files.values() for _, name in _scan(text).absolute} - {"typing_extensions"}
    return {name for name in found if name not in sys.stdlib_module_names and not name.startswith("qredo_")}


def _ours(found: _Found) -> Iterator[tuple[int, str]]:
    for line, name in (*found.absolute, *found.loaded):
        if name.startswith("qredo_"):
            yield line, f"imports {name} by its absolute name"
    for line, text in found.named:
        yield line, f"names the module {text}"


@cache
def _scan(text: str) -> _Found:
    found = _Found([], [], [], [])
    documentation = set[ast.AST]()
    for node in ast.walk(ast.parse(text)):  # a docstring comes after what it belongs to
        match node:
            case ast.Import():
                found.absolute.extend((node.lineno, alias.name.split(".")[0]) for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                found.absolute.append((node.lineno, module.split(".")[0]))
            case ast.ImportFrom():
                found.relative.extend((node.level, node.module or "", alias.name) for alias in node.names)
            case ast.Call(func=function, args=[ast.Constant(value=str(target)), *_]) if _name(function) in _LOADERS:
                found.loaded.append((node.lineno, target.split(".")[0]))
            case ast.Constant(value=str(value)) if node not in documentation and _NAME.fullmatch(value):
                found.named.append((node.lineno, value))
            case ast.Expr(value=ast.Constant() as constant):
                documentation.add(constant)
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _module(path: str) -> str:
    """`a.b` for a/b.py and for a/b/__init__.py."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _relative(path: str, found: _Found) -> Iterator[str]:
    """What a module imports of its own package: modules, and names that may be modules."""
    for level, module, name in found.relative:
        base = ".".join([*path.split("/")[:-level], *([module] if module else [])])
        yield base
        yield f"{base}.{name}"
