"""`qredo call`: every operation of every API version that is installed, with options made from its signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from .._apis import load_package
from .._call_options import arguments_of, help_of, options_of
from .._connection import Connection
from .._connection_options import JsonOption, as_command, keyword
from .._errors import CliError
from .._interrupts import answered, as_usage_error, sending
from .._lazy_group import ApiOption, LazyGroup, ListOption
from .._operations import Operation, operations_of
from .._output import logging_to_stderr, show_pages, show_response

__all__ = ["CallGroup", "call"]


def call(context: typer.Context, api: ApiOption = None, list_: ListOption = False, as_json: JsonOption = False) -> None:
    """Call an operation by its name: TAG.VERB, as in Python.

    qredo call --list shows the names, qredo call TAG.VERB --help the options of one. Ids, query and body are options;
    objects are JSON or @FILE, and --body gives a whole body. Amounts are whole numbers in base units of the asset.

    Examples:

      qredo call --list whitelist
      qredo call company.create --api qredo_partner_v1_1 --environment sandbox --name "ACME Corp"
      qredo call transfer.create --company-id ID --body @transfer.json --json
      qredo call fund.iter_ledger --company-id ID --fund-id ID
    """
    if context.invoked_subcommand is None:
        if not list_:
            raise CliError("which operation?", "`qredo call --list` shows them all")
        group: Any = context.command
        group.show_list(api, (), as_json=as_json)


@dataclass(frozen=True)
class _Entry:
    operation: Operation

    @property
    def id(self) -> str:
        return self.operation.id

    @property
    def api(self) -> str:
        return self.operation.api

    @property
    def row(self) -> dict[str, str]:
        return {"method": self.operation.method, "summary": self.operation.summary}

    @property
    def document(self) -> str:
        return self.operation.document

    def command(self) -> Any:
        def run(connection: Connection, as_json: bool, **given: Any) -> None:
            _run(self.operation, connection, as_json, given)

        run.__doc__ = help_of(self.operation)
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        own = [*options_of(self.operation), keyword("as_json", JsonOption, default=False)]
        app.command(self.id)(as_command(run, own))
        return typer.main.get_command(app)


class CallGroup(LazyGroup):
    """The operations as commands."""

    noun = "operation"

    def entries(self, api: str) -> Sequence[_Entry]:
        """The operations of one API package."""
        return [_Entry(each) for each in operations_of(load_package(api))]


def _run(operation: Operation, connection: Connection, as_json: bool, given: dict[str, Any]) -> None:
    if operation.feed:
        raise CliError(f"{operation.id} is a feed", f"use `qredo feed {operation.feed} --api {operation.api}`")
    arguments = arguments_of(operation, given)
    changes = operation.method != "GET"
    if changes:
        connection.confirm(operation.id)
    with logging_to_stderr(), connection.connect(operation.package.Client) as client:
        if operation.pages:
            items = getattr(getattr(client, operation.tag), operation.verb)(**arguments)
            with as_usage_error():
                show_pages(operation.id, items, as_json=as_json)
            return
        method = getattr(getattr(client.with_raw_response, operation.tag), operation.verb)
        with sending(operation.id, changes=changes), as_usage_error():
            raw = _send(method, arguments, as_json)
        with answered(operation.id, changes=changes):
            show_response(raw.response, as_json=as_json)


def _send(method: Callable[..., Any], arguments: dict[str, Any], as_json: bool) -> Any:
    try:
        return method(**arguments)
    except Exception as error:
        response = getattr(error, "response", None)
        if hasattr(error, "problem") and response is not None:  # done, but not as described: nothing of it is lost
            show_response(response, as_json=as_json)
        raise
