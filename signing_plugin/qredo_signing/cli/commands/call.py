"""`qredo call`: every operation of every API version that is installed, with options made from its signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..._operations import Operation, operations_of
from .._apis import load_package
from .._call_options import arguments_of, help_of, options_of
from .._confirmation import confirm, scales_of
from .._connection import Connection
from .._errors import CliError, as_usage_error
from .._lazy_group import Entry, LazyGroup
from .._option_groups import keyword, typer_command
from .._output import logging_to_stderr
from .._response_fields import NOTHING_KNOWN, tables_of
from .._responses import refuse_terminal, show_pages, show_response
from .._view import View

__all__ = ["CallGroup"]


class CallGroup(LazyGroup):
    """Call an operation by its name: TAG.VERB, as in Python.

    qredo call --list shows the names, qredo call TAG.VERB --help the options of one. Ids, query and body are options;
    objects are JSON or @FILE, and --body gives a whole body. Amounts are whole numbers in base units of the asset.

    Examples:

      qredo call --list whitelist
      qredo call company.create --api qredo_partner_v1_1 --environment sandbox --name "ACME Corp"
      qredo call transfer.create --company-id ID --body @transfer.json --json
      qredo call fund.iter_ledger --company-id ID --fund-id ID
    """

    noun = "operation"

    def entries(self, api: str) -> Sequence[Entry]:
        """The operations of one API package."""
        return [_entry(each) for each in operations_of(load_package(api))]


def _entry(operation: Operation) -> Entry:
    row, command = partial(_row, operation), partial(_command, operation)
    return Entry(operation.id, operation.api, operation.tag, row, operation.description, command)


def _row(operation: Operation) -> dict[str, str]:
    mark = "(deprecated) " if operation.is_deprecated else ""
    return {"method": operation.method, "summary": f"{mark}{operation.summary}"}


def _command(operation: Operation) -> Any:
    def run(connection: Connection, view: View, **given: Any) -> None:
        _run(operation, connection, view, given)

    run.__doc__ = help_of(operation)
    options = [*options_of(operation), keyword("connection", Connection), keyword("view", View)]
    return typer_command(operation.id, run, options)


def _run(operation: Operation, connection: Connection, view: View, given: dict[str, Any]) -> None:
    if operation.feed:
        raise CliError(f"{operation.id} is a feed", f"use `qredo feed {operation.feed} --api {operation.api}`")
    arguments = arguments_of(operation, given)
    if operation.gives_bytes and view.output is None:
        refuse_terminal(f"{operation.id} gives a file")
    if operation.pages and view.output is not None:
        raise CliError("--output is for one response, not for pages", "leave it out, and send stdout to a file")
    known = tables_of(operation) if view.fields else NOTHING_KNOWN
    view.check_fields(operation.id, known)
    changes, state = not operation.is_safe, connection.request_state
    must_confirm = changes and connection.must_confirm(operation.id)
    with logging_to_stderr(), connection.connect(operation.package.Client, arguments.get("workspace_id")) as client:
        if operation.pages:
            items = getattr(getattr(client, operation.tag), operation.verb)(**arguments)
            with as_usage_error():
                show_pages(operation.id, items, view, known)
            return
        if must_confirm:
            confirm(operation.id, connection.named_environment(), _as_json(arguments), lambda: scales_of(client))
        method = getattr(getattr(client.with_raw_response, operation.tag), operation.verb)
        with view.writing() as file:
            state.sent(operation.id, changes=changes)
            with as_usage_error():
                raw = method(**arguments)
            state.received()
            show_response(raw.response, view, file, known)
        _ = raw.parsed  # raises if it does not fit, after all of it was shown


def _as_json(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as the JSON that is sent, with the fields of a whole body beside those of the path."""
    values = {name: _value(each) for name, each in arguments.items()}
    body = values.pop("body", {})
    return {**values, **(body if isinstance(body, dict) else {"body": body})}


def _value(argument: Any) -> Any:
    if isinstance(argument, list):
        return [_value(each) for each in argument]
    if isinstance(argument, bytes):
        return f"{len(argument):,} bytes"
    if isinstance(argument, tuple):  # a file
        return f"{argument[1]} ({len(argument[0]):,} bytes)"
    return argument.to_dict() if hasattr(argument, "to_dict") else argument
