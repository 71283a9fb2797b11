"""`qredo doctor`: whether keys, clock, network and service fit together, and what to do where they do not."""

from __future__ import annotations

from typing import Any

import typer

from .._checks import Finding, check_all
from .._connection import Connection
from .._connection_options import JsonOption, with_connection
from .._exits import Exit
from .._output import print_json

__all__ = ["doctor"]

_MARKS = {"ok": "ok  ", "warning": "WARN", "problem": "FAIL", "skipped": "-   "}


@with_connection
def doctor(connection: Connection, as_json: JsonOption = False) -> Any:
    """Check keys, environment, clock, TLS and connection; say what to do.

    Makes one signed read; nothing is changed. The exit code is 1 if there is a problem; warnings do not count.

    Examples:

      qredo doctor --api qredo_partner_v1_1 --environment sandbox
      qredo doctor --keys keys --environment emulator --url http://127.0.0.1:8080 --json
    """
    findings = list(check_all(connection))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            typer.echo(_lines(finding))
    return Exit.NO if any(finding.status == "problem" for finding in findings) else Exit.OK


def _lines(finding: Finding) -> str:
    text = f"{_MARKS[finding.status]}  {finding.check}: {finding.found}"
    return f"{text}\n        {finding.advice}" if finding.advice else text
