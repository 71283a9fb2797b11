"""The package of all shapes, and an emulator that serves it."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from qredo_codegen.generate.inputs import Inputs
from qredo_codegen.generate.write import write_package
from qredo_emulator import Emulator, Settings
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.read import load_description
from qredo_emulator._description.routes import Router
from qredo_signing._operations import operations_of

from ..codegen.shapes import SHAPES, Shape, described, together

__all__ = ["PACKAGE", "SERVED", "UNKNOWN_VALUE", "Api", "given", "operation_of", "serving", "shape", "signed"]

# The agent's token is another way in than the signature; the tests of signing agents have it.
SERVED = [shape for shape in SHAPES if shape.name != "a token alone"]
SECURITY = {
    "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "partner_signature": {
        "type": "apiKey",
        "in": "header",
        "name": "x-sign",
        "x-signature": {"algorithm": "RSASSA-PKCS1-v1_5-SHA256", "encoding": "base64url", "signs": ["url", "body"]},
    },
    "timestamp": {"type": "apiKey", "in": "header", "name": "x-timestamp"},
}
PACKAGE = "shaped"
UNKNOWN_VALUE = "query: array of enums"  # its call has a value that the description does not have, as clients may


class Given(NamedTuple):
    """The arguments of a call."""

    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


class AnyAttribute:
    """Has every attribute."""

    def __init__(self, value: Callable[[str], Any]) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        return self._value(name)


def given(shape: Shape, model: Callable[[str], Any] = lambda name: dict) -> Given:
    """What the call of a shape gives the client; models are made by these classes."""
    client = AnyAttribute(lambda tag: AnyAttribute(lambda verb: lambda *args, **keywords: Given(args, keywords)))
    found: Given = shape.call(client, AnyAttribute(model))
    return found


def signed(document: Any) -> Any:
    """The description with the scheme of the Partner API."""
    components = {**document["components"], "securitySchemes": SECURITY}
    return {**document, "security": [{name: [] for name in SECURITY}], "components": components}


class Api(NamedTuple):
    """A running emulator, the folder of its keys, the package of all shapes, and its operations by method and path."""

    emulator: Emulator
    keys: Path
    package: ModuleType
    operations: Mapping[tuple[str, str], Any]

    def call(self, client: Any, index: int) -> Any:
        """Call the operation of a shape."""
        shape = SERVED[index]
        operation = self.operations[shape.method.upper(), f"/{index}{shape.path}"]
        arguments, keywords = given(shape, lambda name: getattr(self.package.models, f"S{index}{name}"))
        return getattr(getattr(client, operation.tag), operation.verb)(*arguments, **keywords)


@contextmanager
def serving(folder: Path, shapes: list[Shape] = SERVED, name: str = PACKAGE) -> Iterator[Api]:
    """Shapes in one description: generate its package, import it, and serve it."""
    document = json.loads(json.dumps(signed(together(shapes))))
    (folder / "spec" / name).mkdir(parents=True)
    (folder / "spec" / name / "openapi.yaml").write_text(json.dumps(document), encoding="utf-8")
    write_package(document, name, folder / name, Inputs("", "", {}))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    package = importlib.import_module(name)
    operations = {(each.method, each.path): each for each in operations_of(package)}
    settings = Settings(spec=folder / "spec", check_responses=True)
    with Emulator(settings, keys=folder / "keys") as emulator:
        yield Api(emulator, folder / "keys", package, operations)
    sys.path.remove(str(folder))
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[module]


def operation_of(shape: Shape, folder: Path) -> tuple[Operation, Router]:
    """The operation of a shape, as the emulator reads it."""
    file = folder / "openapi.yaml"
    file.write_text(json.dumps(described(shape)), encoding="utf-8")
    description = load_description(PACKAGE, file)
    return description.operations[0], Router([description], PACKAGE)


def shape(name: str) -> Shape:
    """The shape with this name."""
    return next(each for each in SHAPES if each.name == name)
