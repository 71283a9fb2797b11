"""No text of a description is ever code: what templates print, and what hostile descriptions become."""

from __future__ import annotations

import builtins
import copy
import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from qredo_codegen.generate.filters import FILTERS
from qredo_codegen.generate.inputs import TEMPLATES

from .shapes import BASE
from .test_shapes import generated

MANY = int(os.environ.get("QREDO_RANDOM_DESCRIPTIONS", "10"))
MARK = "hostile_text_ran"
CODE = f"__import__('builtins').__dict__.update({MARK}=True)"
PAYLOADS = [
    f'"""\n{CODE}\n"""',
    f"'''\n{CODE}\n'''",
    f'" + {CODE} + "',
    f"' + {CODE} + '",
    f'"); {CODE}; ("',
    f'\\"""\n{CODE}\n',
    f"x\n{CODE}\n",
    f"x\r{CODE}\r",
    f"x\u2028{CODE}",
    f"{{{CODE}}}",
    f"{{{{ {CODE} }}}}",
    f"{{% set x = {CODE} %}}",
    f"}}; {CODE}",
    f"\\N{{BULLET}} {CODE}",
    "ends with a backslash \\",
    'ends with a quote "',
    '"""',
    "\\",
    "\x00\x07\x1b[31m",
    "#",
]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.jinja")), ids=lambda path: path.name)
def test_a_template_prints_values_through_a_filter(path: Path) -> None:
    """Whatever a template prints is its own text, a macro, or goes through one of the filters, which escape it."""
    tree = Environment().parse(path.read_text(encoding="utf-8"))
    constants = {"prefix", "define", "await", "keyword"}
    for assigned in tree.find_all(nodes.Assign):
        if isinstance(assigned.target, nodes.Name) and assigned.target.name in constants:
            assert is_own(assigned.node, set()), f"line {assigned.lineno}: {assigned.target.name}"
    constants |= {macro.name for macro in tree.find_all(nodes.Macro)}  # what they print is looked at here too
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            assert is_own(node, constants), f"line {node.lineno}: {node}"


def is_own(node: nodes.Node, constants: set[str]) -> bool:
    """Whether a node prints nothing of a description but through a filter."""
    if isinstance(node, nodes.TemplateData | nodes.Const):
        return True
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS
    if isinstance(node, nodes.CondExpr):
        return is_own(node.expr1, constants) and (node.expr2 is None or is_own(node.expr2, constants))
    if isinstance(node, nodes.Name):
        return node.name in constants
    return isinstance(node, nodes.Call) and (
        (
            isinstance(node.node, nodes.Getattr)
            and isinstance(node.node.node, nodes.Name)
            and node.node.node.name == "macros"
        )
        or (isinstance(node.node, nodes.Name) and node.node.name in constants)
    )


def hostile(text: str) -> dict[str, Any]:
    """A description with a text in every string that an author chooses, and in every name."""
    document = copy.deepcopy(BASE)
    document["info"] = {"title": text, "version": text, "description": text}
    document["servers"] = [{"url": "https://a.b/'\"+x", "x-name": "production", "description": text}]
    path_text = text.replace("/", "_").replace("{", "_").replace("}", "_").replace("?", "_").replace("#", "_")
    schema = {
        "type": "object",
        "description": text,
        "properties": {
            text: {"type": "string", "description": text, "default": text, "format": text},
            "other": {"$ref": "#/components/schemas/Kind"},
            "tagged": {
                "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
                "discriminator": {"propertyName": text, "mapping": {text: "#/components/schemas/A"}},
            },
        },
        "required": [text],
        "x-sensitive": True,
    }
    scheme = "".join(one for one in text if one.isprintable()) or "x"
    signature = document["components"]["securitySchemes"]["signature"]
    document["components"]["securitySchemes"] = {scheme: signature}
    document["security"] = [{scheme: []}]
    document["components"]["schemas"] = {
        "Thing": schema,
        "Kind": {"type": "string", "description": text, "enum": [text, "other"]},
        "A": {"type": "object", "properties": {"a": {"type": "string"}, text: {"type": "string"}}},
        "B": {"type": "object", "properties": {"b": {"type": "string"}}},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    document["tags"] = [{"name": text, "description": text}]
    document["paths"] = {
        f"/{path_text}/{{id}}": {
            "post": {
                "operationId": text,
                "tags": [text],
                "summary": text,
                "description": text,
                **({"x-idempotency-key": text} if text.strip() else {}),
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "description": text, "schema": {"type": "string"}},
                    {"name": text, "in": "query", "description": text, "schema": {"type": "string"}},
                ],
                "requestBody": {"required": True, "description": text, "content": content},
                "responses": {"200": {"description": text, "content": content}, "404": {"description": text}},
            }
        },
        f"/feed/{path_text}": {
            "x-websocket": {
                "name": "feed",
                "summary": text + ".",
                "description": text + ".",
                "security": [{scheme: []}],
                "message": {"$ref": "#/components/schemas/Thing"},
            }
        },
    }
    return document


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every module of a package, imported."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def used(document: dict[str, Any], folder: Path) -> None:
    """Generate a package, import all of it, and make a model and a client of it."""
    with generated(document, folder) as package:
        assert len(list(modules(package))) > 10
        repr(package.Client(None, base_url="https://a.b"))
        for name in package.models.__all__:
            kind = getattr(package.models, name)
            if hasattr(kind, "from_dict"):
                with_text = dict.fromkeys(document["components"]["schemas"].get(name, {}).get("required", ()), "x")
                assert kind.from_dict(with_text).to_dict() == with_text
    assert not hasattr(builtins, MARK)


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_hostile_text_is_text(text: str, tmp_path: Path) -> None:
    """A text that is code when it leaves its quotes stays a text, wherever a description holds it."""
    used(hostile(text), tmp_path)


@settings(max_examples=MANY)
@given(st.text(max_size=30).map(lambda text: text or "x"))
def test_any_text_is_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any text at all can stand in every place of a description."""
    used(hostile(text), tmp_path_factory.mktemp("texts"))
