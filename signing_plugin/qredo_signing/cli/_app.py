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
from ._exits import Exit
from ._lazy_group import show_names
from ._option_groups import help_text, option
from ._output import discard, note, print_text, to_stdout
from ._request_state import RequestState
from ._signals import ignore_signals, interrupts
from .commands.call import CallGroup
from .commands.doctor import doctor
from .commands.explain import explain
from .commands.feed import FeedGroup
from .commands.keygen import keygen
from .commands.send import send
from .commands.sign import sign
from .commands.verify import verify

__all__ = ["app", "run"]

_COMPLETION = "_QREDO_COMPLETE"  # the variable by which a shell asks
_EPILOG = "Exit codes:\n" + "\n".join(f"{code.value:>4}  {code.meaning}" for code in Exit)

app = typer.Typer(name="qredo", epilog=_EPILOG, rich_markup_mode="rich", pretty_exceptions_enable=False)
for _command in (keygen, sign, verify, explain, send):
    app.command(help=help_text(_command.__doc__ or ""))(_command)
for _name, _group in (("call", CallGroup), ("feed", FeedGroup)):
    app.add_typer(
        typer.Typer(),
        name=_name,
        cls=_group,
        callback=show_names,
        help=help_text(_group.__doc__ or ""),
        invoke_without_command=True,
    )
app.command(help=help_text(doctor.__doc__ or ""))(doctor)


def _say_version(value: bool) -> None:
    if value:
        print_text(f"qredo {__version__}")
        raise typer.Exit


def _qredo(
    version: Annotated[bool, option("--version", "Print the version.", is_eager=True, callback=_say_version)] = False,
) -> None:
    """Keys, signatures, calls and feeds of the Qredo APIs.

    Secrets come from files, from variables or from a prompt, never from the command line. There is no default
    environment (sandbox, production, emulator): name it with --environment or QREDO_ENVIRONMENT.
    """


app.callback(help=help_text(_qredo.__doc__ or ""))(_qredo)


def run(arguments: Sequence[str] | None, early: Sequence[str] = ()) -> int:
    """Run a command line and return its exit code.

    Args:
        arguments: The words after `qredo`; those of this process by default.
        early: Warnings that came before there was a place for them.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    state = RequestState()
    _prepare_streams()
    for warning in early:
        note(f"warning: {warning}")
    with interrupts(restore=arguments is not None), warnings.catch_warnings():
        for category in (DeprecatedEnvironmentWarning, InsecureKeyFileWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = _show_warning
        try:
            code = _run(given or ["--help"], state)
        except KeyboardInterrupt:  # a second signal, before the first one was dealt with
            code = state.code or Exit.INTERRUPTED
    is_empty = not given and _COMPLETION not in os.environ
    return Exit.USAGE if is_empty and code == Exit.OK else code


def _run(arguments: list[str], state: RequestState) -> int:
    try:
        with to_stdout():  # also for what Typer writes
            code = _invoke(arguments, state)
        ignore_signals()
        return code
    except BaseException as error:
        ignore_signals()
        report = state.report_of(error)
        if report is None:
            raise
        if isinstance(error, KeyboardInterrupt):
            discard(sys.stdout)  # or the interpreter would wait for the reader once more
        if report.message:
            note(report.message, report.hint)
        return report.code


def _invoke(arguments: list[str], state: RequestState) -> int:
    root = _root()
    try:
        if _COMPLETION in os.environ:
            root.main(args=arguments, prog_name="qredo")
        with root.make_context("qredo", list(arguments), obj=state) as context:
            return int(root.invoke(context) or 0)
    except typer.Exit as exit_:
        return exit_.exit_code
    except SystemExit as exit_:  # of completion, or of Rich at a closed pipe
        if isinstance(exit_.__context__, BrokenPipeError):
            raise exit_.__context__ from None
        return exit_.code if isinstance(exit_.code, int) else int(bool(exit_.code))


@functools.cache
def _root() -> Any:
    return typer.main.get_command(app)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    note(f"warning: {message}")


def _prepare_streams() -> None:
    """Replace streams that are closed, and let a terminal that lacks a character show its escape."""
    # A closed descriptor would be taken by the next socket or file. What takes its place fails as a closed one does.
    for name, flags, mode in (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
