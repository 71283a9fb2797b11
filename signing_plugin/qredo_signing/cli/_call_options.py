"""The options of an operation, made from its parameters, and the arguments for the client made from them."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer

from .._operations import Operation, Parameter
from .._strict_json import JSONError
from ._completion import completing
from ._connection import Connection
from ._errors import CliError
from ._option_groups import help_text, keyword, names_of
from ._values import Shape, body_of, is_json, parse_value, shape_of
from ._view import View

__all__ = ["arguments_of", "help_of", "options_of"]

# Names of other options of the command; a parameter with such a name gets a prefix.
_OURS = {"--help", *names_of(Connection), *names_of(View)}
_PREFIX = "of_operation_"  # keeps Python names of parameters apart from those of our own options; never shown
_PANELS = {"path": "Path", "field": "Fields of the body", "body": "Fields of the body"}
_HINTS = {"model": "give the object as JSON or @FILE; amounts and times are whole numbers"}
_BODY_HELP = "The whole body as JSON, from @FILE, or from stdin with -"


def options_of(operation: Operation) -> list[inspect.Parameter]:
    """Return a parameter for Typer for each parameter of an operation."""
    return [_option(operation, each) for each in operation.parameters]


def help_of(operation: Operation) -> str:
    """Return the text of an operation's help, with an example."""
    required = [_sample(operation, each) for each in operation.parameters if each.required]
    example = " ".join(["qredo call", operation.id, "--api", operation.api, *required])
    return _escaped(help_text(f"{operation.description}\n\nExample:\n\n  {example}"))


def name_of(parameter: Parameter) -> str:
    """The option of a parameter, such as `--company-id`."""
    name = parameter.name.strip("_").replace("_", "-")
    is_taken = f"--{name}" in _OURS or (name == "body" and parameter.kind != "body")
    return f"--field-{name}" if is_taken else f"--{name}"


def arguments_of(operation: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments for the client's method.

    Args:
        operation: What is called.
        given: What Typer read, by the names of `options_of`: strings, lists of strings, bools; None if not given.

    Raises:
        CliError: A field is missing, or both fields and the whole body are given.
        typer.BadParameter: The operation does not take a value.
    """
    named_values = {name.removeprefix(_PREFIX): value for name, value in given.items()}
    values = {name: value for name, value in named_values.items() if value is not None and value != []}
    fields = [each for each in operation.parameters if each.kind == "field"]
    if "body" in values:
        if mixed := [name_of(each) for each in fields if each.name in values]:
            raise CliError(f"--body is the whole body, so {', '.join(mixed)} cannot be given with it")
    elif missing := [name_of(each) for each in fields if each.required and each.name not in values]:
        raise CliError(f"{operation.id} needs {', '.join(missing)}", "or give the whole body with --body JSON|@FILE")
    named = {each.name: each for each in operation.parameters}
    return {name: _value(operation, named[name], value) for name, value in values.items()}


def _value(operation: Operation, parameter: Parameter, given: Any) -> Any:
    try:
        if parameter.kind == "body":
            return body_of(parameter, operation.body_media, given)
        return parse_value(parameter, given)
    except JSONError as error:
        raise CliError(f"{name_of(parameter)} {error}", "put JSON into single quotes, or give @FILE") from None
    except ValueError as error:
        raise CliError(f"{name_of(parameter)}: {error}", _HINTS.get(shape_of(parameter.type).kind, "")) from None


def _option(operation: Operation, parameter: Parameter) -> inspect.Parameter:
    shape = _shape(operation, parameter)
    option = typer.Option(
        _declaration(parameter, shape),
        help=_help(operation, parameter),
        rich_help_panel=_PANELS.get(parameter.kind, "Query"),
        autocompletion=completing(lambda: shape.known) if shape.known else None,
        metavar=shape.metavar or None,
    )
    kind: Any = list[str] if shape.many else bool if shape.kind == "bool" else str
    if parameter.required and parameter.kind != "field":
        return keyword(_PREFIX + parameter.name, Annotated[kind, option])
    default = None if parameter.default is None else kind(parameter.default)
    return keyword(_PREFIX + parameter.name, Annotated[kind | None, option], default=default)


def _shape(operation: Operation, parameter: Parameter) -> Shape:
    """The values that an option takes; a body is given as a whole."""
    if parameter.kind != "body":
        return shape_of(parameter.type)
    return Shape("json" if is_json(operation.body_media) else shape_of(parameter.type).kind, None)


def _declaration(parameter: Parameter, shape: Shape) -> str:
    name = name_of(parameter)
    return f"{name}/--no-{name[2:]}" if shape.kind == "bool" else name


def _sample(operation: Operation, parameter: Parameter) -> str:
    """Return an option with a placeholder for its value that needs no quoting in a shell."""
    shape = _shape(operation, parameter)
    value = shape.known[0] if shape.known else shape.metavar
    return f"{name_of(parameter)} {value}".rstrip()


def _help(operation: Operation, parameter: Parameter) -> str:
    if parameter.kind == "body":
        has_fields = any(each.kind == "field" for each in operation.parameters)
        text = _BODY_HELP if is_json(operation.body_media) else f"The {operation.body_media}: itself, @FILE, or -"
        return f"{text}; instead of its fields." if has_fields else f"{text}."
    # A field is required unless the whole body is given, which Typer cannot know.
    mark = " [required]" if parameter.required and parameter.kind == "field" else ""
    form = " As JSON or @FILE." if shape_of(parameter.type).kind in {"model", "json"} else ""
    return _escaped(f"{parameter.help}{form}{mark}")


def _escaped(text: str) -> str:
    return text.replace("`", "").replace("[", r"\[")
