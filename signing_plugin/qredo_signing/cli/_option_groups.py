"""Commands with parameters that are groups of options, such as `Connection`: the fields of a group become options."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass, replace
from typing import Annotated, Any, get_type_hints

import typer

__all__ = ["JsonOption", "help_text", "keyword", "names_of", "option", "typer_command", "with_groups"]


def option(name: str, text: str, metavar: str | None = None, variable: str | None = None, **more: Any) -> Any:
    """An option for Typer: its name, its help, what stands for its value there, and the variable that gives it too."""
    return typer.Option(name, help=text, metavar=metavar, envvar=variable, **more)


JsonOption = Annotated[bool, option("--json", "Print JSON, for programs.")]


def keyword(name: str, annotation: Any, *, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """A parameter for Typer."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def with_groups(function: Callable[..., Any]) -> Callable[..., Any]:
    """Replace each parameter of a command whose type is a group of options by these options."""
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters
    return as_command(function, [keyword(name, hints[name], default=each.default) for name, each in parameters.items()])


def as_command(function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> Callable[..., Any]:
    """Return a function for Typer with these parameters, and in place of a group of options those of the group."""
    groups: dict[str, Any] = {each.name: each.annotation for each in parameters if is_dataclass(each.annotation)}
    options = [keyword("context", typer.Context)]
    for each in parameters:
        options += _options(groups[each.name]) if each.name in groups else [each]

    @functools.wraps(function)
    def command(context: typer.Context, **values: Any) -> Any:
        made = {
            name: group(**{option.name: values.pop(option.name) for option in _options(group)})
            for name, group in groups.items()
        }
        if "connection" in made:
            made["connection"] = replace(made["connection"], request_state=context.obj)
        return function(**made, **values)

    command.__annotations__ = {each.name: each.annotation for each in options}
    vars(command)["__signature__"] = inspect.Signature(options)
    del vars(command)["__wrapped__"]  # or Typer would read the signature of the wrapped function
    return command


def typer_command(name: str, function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> Any:
    """Return a command with these parameters."""
    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    app.command(name)(as_command(function, parameters))
    return typer.main.get_command(app)


def help_text(text: str) -> str:
    """Return a docstring as Typer shows it best: each paragraph in one line, but indented lines as they are."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(each if each.startswith(" ") else " ".join(each.split()) for each in paragraphs)


def names_of(group: Any) -> set[str]:
    """The options of a group, such as `--api`."""
    return {each.annotation.__metadata__[0].default for each in _options(group)}  # where Typer keeps the first name


@functools.cache
def _options(group: Any) -> tuple[inspect.Parameter, ...]:
    """The fields of a group that are annotated as options."""
    hints = get_type_hints(group, include_extras=True)
    return tuple(
        keyword(name, hints[name], default=each.default)
        for name, each in inspect.signature(group).parameters.items()
        if hasattr(hints[name], "__metadata__")
    )
