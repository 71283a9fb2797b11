"""The operations of an API package, read from its data: the `Operation` constants and the signatures of its client.

Docstrings give the help texts alone, since Python started with -OO has none.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from typing import Any

__all__ = ["SAFE", "Operation", "Parameter", "operations_of"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""HTTP methods that change nothing."""

_SECTION = re.compile(r"^(Args|Returns|Raises):$", re.MULTILINE)
_ARGUMENT = re.compile(r"^    (\w+): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        name: As in Python, such as `type_`.
        kind: `path`, `field` (of the body), `body`, or `other`: in the query, a header, or a choice of the client's.
        type: The type as annotated, resolved.
        required: Whether it must be given; a field, unless the whole body is.
        default: What the signature has, or None.
        help: From the docstring.
    """

    name: str
    kind: str
    type: Any
    required: bool
    default: Any
    help: str


@dataclass(frozen=True)
class Operation:
    """One operation of one API version.

    Attributes:
        package: The imported package.
        tag: Such as `company`.
        verb: Such as `create`.
        function: The method of the client, unbound.
    """

    package: Any
    tag: str
    verb: str
    function: Callable[..., Any]

    @property
    def api(self) -> str:
        """Import name of the package, also where it was vendored to."""
        return str(self.package.__name__)

    @property
    def id(self) -> str:
        """`<tag>.<verb>`."""
        return f"{self.tag}.{self.verb}"

    @property
    def pages(self) -> bool:
        """Whether it iterates over all pages of a list."""
        return self.verb.startswith("iter_")

    @cached_property
    def description(self) -> str:
        """Its docstring, without the sections."""
        return _SECTION.split(self._docstring, maxsplit=1)[0].strip()

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return self.description.partition("\n")[0].rstrip(".")

    @property
    def method(self) -> str:
        """The HTTP method."""
        return "GET" if self._constant is None else str(self._constant.method)

    @property
    def is_safe(self) -> bool:
        """Whether its HTTP method says that it changes nothing."""
        return self.method in SAFE

    @property
    def is_deprecated(self) -> bool:
        """Whether the description says that it may go."""
        return any(line.startswith("Deprecated:") for line in self._docstring.splitlines())

    @property
    def body_media(self) -> str:
        """The media type of its request body."""
        return "application/json" if self._constant is None else str(self._constant.media)

    @property
    def gives_bytes(self) -> bool:
        """Whether its response is a file."""
        return self.function.__annotations__.get("return") == "bytes"

    @property
    def response_type(self) -> Any:
        """The type of its response as annotated, resolved; for a walk through pages, an iterator."""
        return _types(self.function, self.package)["return"]

    @property
    def path(self) -> str:
        """The path below the base URL; empty for a walk through pages, which makes other calls."""
        return "" if self._constant is None else str(self._constant.path)

    @property
    def security(self) -> str:
        """The name of the security scheme; empty for a walk through pages."""
        return "" if self._constant is None else str(self._constant.security)

    @property
    def feed(self) -> str | None:
        """The name of the feed if the operation opens one, else None."""
        return next((each.name for each in self.package.Client.FEEDS.values() if each.path == self.path), None)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters, in the order of the signature."""
        return tuple(self._read_parameters())

    @cached_property
    def _constant(self) -> Any:
        """The `Operation` of the module that defines the method, or None for a walk through pages."""
        constants = self.function.__globals__.values()
        found = (each for each in constants if type(each).__name__ == "Operation" and each.id == self.id)
        return next(found, None) if self.pages else next(found)

    @cached_property
    def _docstring(self) -> str:
        return inspect.getdoc(self.function) or ""

    def _read_parameters(self) -> Iterator[Parameter]:
        types, helps = _types(self.function, self.package), _helps(self._docstring)
        # A method with a body is overloaded: with its fields as keywords, and with one model.
        variants = [inspect.signature(each).parameters for each in typing.get_overloads(self.function)]
        with_fields, with_body = variants if len(variants) == 2 else ({}, {})
        for name, parameter in inspect.signature(self.function).parameters.items():
            if name == "self":
                continue
            kind = "path" if parameter.kind is parameter.POSITIONAL_OR_KEYWORD else "other"
            if name == "body":  # the generator gives no other parameter this name
                kind = "body"
            elif name in with_fields and name not in with_body:
                kind = "field"
            default = with_fields.get(name, parameter).default
            required = default is parameter.empty
            given = None if required or default is self.package.UNSET else default
            yield Parameter(name, kind, types[name], required, given, helps.get(name, ""))


def operations_of(package: Any) -> list[Operation]:
    """Return every operation of an API package, in the order of its description."""
    client = package.Client(None, base_url="")  # sends nothing: only its attributes are read
    return [
        Operation(package, tag, verb, inspect.unwrap(function))
        for tag, attribute in vars(package.Client).items()
        if isinstance(attribute, cached_property) and tag != "with_raw_response"
        for verb, function in vars(type(getattr(client, tag))).items()
        if not verb.startswith("_")
    ]


def _types(function: Any, package: Any) -> dict[str, Any]:
    """Resolve the annotations of a method. The generated module imports most of them for type checkers only."""
    models = package.models
    texts = dict(function.__annotations__)
    words = set(re.findall(r"\w+", " ".join(texts.values()))) & set(models.__all__)
    file = getattr(import_module(f"{package.__name__}._types"), "File", None)
    own = {"Any": Any, "Decimal": Decimal, "File": file, "Iterator": Iterator}
    names = {**function.__globals__, **own, **{word: getattr(models, word) for word in words}}
    carrier = type("carrier", (), {"__annotations__": texts})
    return typing.get_type_hints(carrier, globalns=names, localns={})


def _helps(docstring: str) -> dict[str, str]:
    """Return the texts of the section Args by parameter."""
    parts = _SECTION.split(docstring)
    arguments = parts[parts.index("Args") + 1] if "Args" in parts else ""
    pieces = _ARGUMENT.split(arguments)[1:]
    return {name: " ".join(text.split()) for name, text in zip(pieces[::2], pieces[1::2], strict=True)}
