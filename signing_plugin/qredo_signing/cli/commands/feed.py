"""`qredo feed`: messages of a WebSocket feed as they come. Nothing is approved from here."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

import typer

from .._apis import load_package
from .._connection import Connection
from .._errors import CliError, as_usage_error
from .._exits import Exit
from .._lazy_group import ApiOption, LazyGroup, ListOption
from .._option_groups import JsonOption, as_command, keyword
from .._output import logging_to_stderr, note, print_json, print_text
from .._readable import line_of

__all__ = ["FeedGroup", "feed"]

_CountOption = Annotated[int | None, typer.Option("--count", metavar="N", min=1, help="Stop after N messages.")]


def feed(context: typer.Context, api: ApiOption = None, list_: ListOption = False, as_json: JsonOption = False) -> None:
    """Print the messages of a feed as they come.

    One per line; with --json each as a JSON object. A lost connection is opened again; what happened meanwhile may be
    missing, and a line on stderr says so. Ctrl-C ends it.

    Examples:

      qredo feed --list
      qredo feed core_client --client-id ID --api qredo_partner_v1_1 --environment sandbox
      qredo feed wallets --json --count 1
    """
    if context.invoked_subcommand is None:
        if not list_:
            raise CliError("which feed?", "`qredo feed --list` shows them all")
        group: Any = context.command
        group.show_list(api, (), as_json=as_json)


@dataclass(frozen=True)
class _Entry:
    package: Any
    feed: Any

    @property
    def id(self) -> str:
        return str(self.feed.name)

    @property
    def api(self) -> str:
        return str(self.package.Client.API[0])

    @property
    def group(self) -> str:
        return ""

    @property
    def row(self) -> dict[str, str]:
        return {"path": self.feed.path, "message": self.feed.message, "security": self.feed.security}

    @property
    def description(self) -> str:
        return f"{self.feed.path} {self.feed.message}"

    @property
    def placeholders(self) -> list[str]:
        """The placeholders in its path."""
        return [name for _, name, _, _ in string.Formatter().parse(self.feed.path) if name]

    def command(self) -> Any:
        def run(connection: Connection, as_json: bool, count: int | None, **path: str) -> None:
            _listen(self, connection, path, count, as_json=as_json)

        run.__doc__ = f"Print the messages of the feed {self.id}: {self.feed.message}, from {self.feed.path}."
        own = [
            keyword(name, Annotated[str, typer.Option(metavar="ID", help="In the path.")]) for name in self.placeholders
        ]
        own += [keyword("count", _CountOption, default=None), keyword("as_json", JsonOption, default=False)]
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        app.command(self.id)(as_command(run, own, {"connection": Connection}))
        return typer.main.get_command(app)


class FeedGroup(LazyGroup):
    """The feeds as commands."""

    noun = "feed"

    def entries(self, api: str) -> Sequence[_Entry]:
        """The feeds of one API package."""
        package = load_package(api)
        return [_Entry(package, each) for each in package.Client.FEEDS.values()]


def _listen(entry: _Entry, connection: Connection, path: dict[str, str], count: int | None, *, as_json: bool) -> None:
    try:
        from ... import feeds
    except ModuleNotFoundError as error:
        raise CliError(str(error), code=Exit.LOCAL) from None
    client_class = entry.package.Client
    with logging_to_stderr(), connection.connect(client_class) as client, as_usage_error():
        open_feed: Any = feeds.feed  # what the path takes is known to the package alone
        messages = open_feed(client, entry.id, on_gap=_say_gap, on_error=_say_error, **path)
        with messages:
            _print(islice(messages, count), as_json=as_json)


def _print(messages: Iterable[Any], *, as_json: bool) -> None:
    for message in messages:
        if as_json:
            print_json(message.to_dict(), lines=True)
        else:
            print_text(line_of(message.to_dict()))


def _say_gap(gap: Any) -> None:
    if gap.is_first:
        note(f"feed {gap.feed}: open")
    else:
        note(f"feed {gap.feed}: open again; messages may have been missed in between")


def _say_error(error: Any) -> None:
    note(f"left out: {error}")
