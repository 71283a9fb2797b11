"""Commands with a `Connection` parameter: its fields become their options."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Annotated, Any, get_type_hints

import typer

from ._connection import Connection

__all__ = ["JsonOption", "as_command", "help_text", "keyword", "with_connection"]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def keyword(name: str, annotation: Any, *, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """A parameter for Typer."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_CONNECTION = tuple(
    keyword(field.name, get_type_hints(Connection, include_extras=True)[field.name], default=field.default)
    for field in fields(Connection)
)


def with_connection(function: Callable[..., Any]) -> Callable[..., Any]:
    """Replace the parameter `connection: Connection` of a command by the connection options."""
    hints = get_type_hints(function, include_extras=True)
    own = [
        each.replace(annotation=hints[each.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for each in inspect.signature(function).parameters.values()
        if each.name != "connection"
    ]
    return as_command(function, own)


def as_command(function: Callable[..., Any], own: Iterable[inspect.Parameter]) -> Callable[..., Any]:
    """Return a function for Typer with these parameters and those of a connection.

    It calls `function(connection=..., **own)`.
    """
    parameters = [*own, *_CONNECTION]

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        connection = Connection(**{each.name: values.pop(each.name) for each in _CONNECTION})
        return function(connection=connection, **values)

    command.__annotations__ = {each.name: each.annotation for each in parameters}
    vars(command)["__signature__"] = inspect.Signature(parameters)
    del vars(command)["__wrapped__"]  # or Typer would read the signature of the wrapped function
    return command


def help_text(text: str) -> str:
    """Return a docstring as Typer shows it best: each paragraph in one line, but indented lines as they are."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(each if each.startswith(" ") else " ".join(each.split()) for each in paragraphs)
