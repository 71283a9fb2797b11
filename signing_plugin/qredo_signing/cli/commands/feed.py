"""`qredo feed`: messages of a WebSocket feed as they come. Nothing is approved from here."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Annotated, Any

import typer

from .._apis import load_package
from .._connection import Connection
from .._errors import CliError, as_usage_error
from .._exits import Exit
from .._lazy_group import Entry, LazyGroup
from .._option_groups import JsonOption, keyword, option, typer_command
from .._output import logging_to_stderr, note, print_json, print_text
from .._readable import line_of

__all__ = ["FeedGroup"]

_CountOption = Annotated[int | None, option("--count", "Stop after N messages.", "N", min=1)]


class FeedGroup(LazyGroup):
    """Print the messages of a feed as they come.

    One per line; with --json each as a JSON object. A lost connection is opened again; what happened meanwhile may be
    missing, and a line on stderr says so. Ctrl-C ends it.

    Examples:

      qredo feed --list
      qredo feed core_client --client-id ID --api qredo_partner_v1_1 --environment sandbox
      qredo feed wallets --json --count 1
    """

    noun = "feed"

    def entries(self, api: str) -> Sequence[Entry]:
        """The feeds of one API package."""
        package = load_package(api)
        return [_entry(package, each) for each in package.Client.FEEDS.values()]


def _entry(package: Any, feed: Any) -> Entry:
    row = {"path": feed.path, "message": feed.message, "security": feed.security}
    command = partial(_command, package.Client, feed)
    return Entry(feed.name, package.__name__, "", lambda: row, f"{feed.path} {feed.message}", command)


def _command(client_class: Any, feed: Any) -> Any:
    def run(connection: Connection, as_json: bool, count: int | None, **path: str) -> None:
        _listen(client_class, feed.name, connection, path, count, as_json=as_json)

    run.__doc__ = f"Print the messages of the feed {feed.name}: {feed.message}, from {feed.path}."
    placeholders = [name for _, name, _, _ in string.Formatter().parse(feed.path) if name]
    options = [keyword(name, Annotated[str, typer.Option(metavar="ID", help="In the path.")]) for name in placeholders]
    options += [keyword("count", _CountOption, default=None), keyword("as_json", JsonOption, default=False)]
    return typer_command(feed.name, run, [*options, keyword("connection", Connection)])


def _listen(
    client_class: Any, name: str, connection: Connection, path: dict[str, str], count: int | None, *, as_json: bool
) -> None:
    try:
        from ... import feeds
    except ModuleNotFoundError as error:
        raise CliError(str(error), code=Exit.LOCAL) from None
    with logging_to_stderr(), connection.connect(client_class) as client, as_usage_error():
        open_feed: Any = feeds.feed  # what the path takes is known to the package alone
        with open_feed(client, name, on_gap=_say_gap, on_error=_say_error, **path) as messages:
            for message in islice(messages, count):
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
