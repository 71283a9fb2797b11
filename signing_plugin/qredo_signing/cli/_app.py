"""The commands of `qredo`, and what surrounds them: streams, warnings, errors, exit codes."""

from __future__ import annotations

import functools
import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated, Any

import typer
import typer.main

from .. import __version__
from ..errors import DeprecatedEnvironmentWarning, InsecureKeyFileWarning
from ._connection_options import help_text
from ._errors import report_of
from ._exits import MEANINGS, Exit
from ._output import note
from ._text import printable
from .commands.call import CallGroup, call
from .commands.doctor import doctor
from .commands.explain import explain
from .commands.feed import FeedGroup, feed
from .commands.keygen import keygen
from .commands.send import send
from .commands.sign import sign
from .commands.verify import verify

__all__ = ["app", "run"]

_COMPLETION = "_QREDO_COMPLETE"  # the variable by which a shell asks
_EPILOG = "Exit codes:\n" + "\n".join(f"{code.value:>4}  {meaning}" for code, meaning in MEANINGS.items())

app = typer.Typer(name="qredo", epilog=_EPILOG, rich_markup_mode="rich", pretty_exceptions_enable=False)
for _command in (keygen, sign, verify, explain, send):
    app.command(help=help_text(_command.__doc__ or ""))(_command)
for _name, _group, _callback in (("call", CallGroup, call), ("feed", FeedGroup, feed)):
    app.add_typer(
        typer.Typer(),
        name=_name,
        cls=_group,
        callback=_callback,
        help=help_text(_callback.__doc__ or ""),
        invoke_without_command=True,
    )
app.command(help=help_text(doctor.__doc__ or ""))(doctor)


_ABOUT = """Keys, signatures, calls and feeds of the Qredo APIs.

Secrets come from files, from variables or from a prompt, never from the command line. The environment (sandbox,
production, emulator) is always named; nothing unset means production."""


def _say_version(value: bool) -> None:
    if value:
        typer.echo(f"qredo {__version__}")
        raise typer.Exit


@app.callback(help=help_text(_ABOUT))
def _options_of_qredo(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str] | None) -> int:
    """Run a command line and return its exit code."""
    _prepare_streams()
    with warnings.catch_warnings():
        for category in (DeprecatedEnvironmentWarning, InsecureKeyFileWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = _show_warning
        given = list(sys.argv[1:] if arguments is None else arguments)
        code = _run(given or ["--help"])
        failed = _flush()
    is_empty = not given and _COMPLETION not in os.environ
    return failed or (Exit.USAGE if is_empty else code)


def _run(arguments: list[str]) -> int:
    try:
        code = _root().main(args=arguments, prog_name="qredo", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return Exit.INTERRUPTED
    except SystemExit as exit_:  # of Typer or Rich: help, completion, a broken pipe
        if isinstance(exit_.__context__, BrokenPipeError):
            return _reader_went_away()
        return exit_.code if isinstance(exit_.code, int) else int(bool(exit_.code))
    except BrokenPipeError:
        return _reader_went_away()
    except Exception as error:
        report = report_of(error)
        if report is None:
            raise
        _show_error(report.message, report.hint)
        return report.code
    return int(code or 0)


@functools.cache
def _root() -> Any:
    return typer.main.get_command(app)


def _flush() -> int:
    """Write what is still to be written; the exit code if that fails."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_went_away()
    except OSError as error:
        note(f"the output cannot be written: {error.strerror}")
        return _reader_went_away()
    return Exit.OK


def _show_error(message: str, hint: str) -> None:
    typer.echo(f"qredo: {message}", err=True)
    if hint:
        typer.echo(f"  {printable(hint)}", err=True)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    note(f"warning: {message}")


def _prepare_streams() -> None:
    """A terminal that lacks a character gets its escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _reader_went_away() -> int:
    """Nobody reads our output any more: nothing more is written, also not when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.RESPONSE
