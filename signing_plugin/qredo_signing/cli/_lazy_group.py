"""A group of commands that are made when they are asked for, one per thing that an API package has.

Nothing of an API package is imported before, so `qredo --help` stays quick.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from .._text import printable
from ._apis import installed_apis, names_of_apis
from ._completion import complete_api
from ._errors import CliError
from ._option_groups import JsonOption, option
from ._output import print_json
from ._view import screen

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Entry", "LazyGroup", "show_names"]

_ApiOption = Annotated[
    str | None, option("--api", "Which API version is meant.", "PACKAGE", "QREDO_API", autocompletion=complete_api)
]
_ListOption = Annotated[bool, option("--list", "List the names; words after it narrow the list down.")]
_SearchArgument = Annotated[list[str] | None, typer.Argument()]


def show_names(
    context: typer.Context, api: _ApiOption = None, list_: _ListOption = False, as_json: JsonOption = False
) -> None:
    """List the names of a group if no word after it names one; the callback of every group."""
    group: Any = context.command
    if context.invoked_subcommand is None:
        if not list_:
            raise CliError(f"which {group.noun}?", group.see_all)
        group.show_list(api, (), as_json=as_json)


@dataclass(frozen=True)
class Entry:
    """Something that can be called by its name.

    Attributes:
        id: What the user types.
        api: Import name of the package that it is of.
        group: The heading that it belongs to, such as a tag.
        row: Makes what the list shows of it.
        description: Text to search in.
        command: Makes its command.
    """

    id: str
    api: str
    group: str
    row: Callable[[], Mapping[str, str]]
    description: str
    command: Callable[[], Any]


class LazyGroup(TyperGroup):
    """Finds entries by name; a subclass says what they are."""

    noun = "entry"
    """What an entry is called in messages; also of the command that lists them: `qredo <name of the group> --list`."""

    def entries(self, api: str) -> Sequence[Entry]:
        """The entries of one API package."""
        raise NotImplementedError

    def list_commands(self, ctx: Any) -> list[str]:
        """Names for shell completion; the help shows none of the many."""
        return sorted({each.id for each in self._all(ctx.params.get("api"))}) if ctx.resilient_parsing else []

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of an entry, or None."""
        found = self._find(cmd_name, ctx.params.get("api"))
        return found[0].command() if found else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant, which depends on `--api` before or after its name."""
        if ctx.params.get("list_"):
            return "--list", self._list_command(ctx.params), args
        name, rest = args[0], args[1:]
        if ctx.params.get("as_json"):  # given before the name, but meant for what follows
            rest = [*rest, "--json"]
        api = _api_in(rest) or ctx.params.get("api")
        found = self._find(name, api)
        if ctx.resilient_parsing:
            return name, found[0].command() if found else None, rest
        return name, self._only(name, found, api).command(), rest

    def show_list(self, api: str | None, search: Sequence[str], *, as_json: bool) -> None:
        """Print the entries that have all these words in their names or descriptions, those with the names first."""
        words = [word.lower() for word in search]
        found = [each for each in self._all(api) if all(w in f"{each.id} {each.description}".lower() for w in words)]
        if not found:
            raise CliError(f"no {self.noun} matches {' '.join(search)!r}", self.see_all)
        found.sort(key=lambda each: not all(word in each.id for word in words))
        if as_json:
            print_json([{self.noun: each.id, "api": each.api, **each.row()} for each in found])
            return
        with screen() as out:
            _print(out, found)

    @property
    def see_all(self) -> str:
        """What to do to see the names."""
        return f"`qredo {self.name} --list` shows them all"

    def _all(self, api: str | None) -> list[Entry]:
        return [each for name in ([api] if api else installed_apis()) for each in self.entries(name)]

    def _find(self, name: str, api: str | None) -> list[Entry]:
        wanted = name.replace("-", "_")
        return [each for each in self._all(api) if each.id == wanted]

    def _only(self, name: str, found: Sequence[Entry], api: str | None) -> Entry:
        if not found:
            hint = self._hint(name, api)
            raise CliError(f"there is no {self.noun} {name!r} (looked in {api or names_of_apis()})", hint)
        if len(found) > 1:
            apis = ", ".join(each.api for each in found)
            raise CliError(f"{name!r} is in several API versions: {apis}", "choose with --api, or set QREDO_API")
        return found[0]

    def _hint(self, name: str, api: str | None) -> str:
        """Where a name that is not in an API is instead, or what is like it there."""
        if elsewhere := [each.api for each in self._find(name, None)]:
            return f"it is in {', '.join(elsewhere)}: choose with --api"
        near = difflib.get_close_matches(name.replace("-", "_"), {each.id for each in self._all(api)}, n=3)
        return f"did you mean {', '.join(near)}?" if near else self.see_all

    def _list_command(self, params: dict[str, Any]) -> Any:
        app = typer.Typer(add_completion=False)

        @app.command()
        def show(search: _SearchArgument = None, api: _ApiOption = None, as_json: JsonOption = False) -> None:
            self.show_list(api or params.get("api"), search or (), as_json=as_json or bool(params.get("as_json")))

        return typer.main.get_command(app)


def _print(out: Console, entries: Sequence[Entry]) -> None:
    """Print one row for each entry, below its API, with a blank line between two groups such as tags."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for _ in entries[0].row():
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for api in dict.fromkeys(each.api for each in entries):
        grid.add_row(f"{api}:")
        members = [each for each in entries if each.api == api]
        for _, group in itertools.groupby(members, key=lambda each: each.group):
            for each in group:
                grid.add_row(f"  {each.id}", *map(printable, each.row().values()))
            grid.add_row()
    out.print(grid)


def _api_in(arguments: Sequence[str]) -> str | None:
    """The value of `--api` among arguments that are not parsed yet."""
    for index, argument in enumerate(arguments):
        if argument == "--api" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--api="):
            return argument.removeprefix("--api=")
    return None
