"""`qredo-emulator`: the emulator as a program."""

from __future__ import annotations

import logging
import signal
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from qredo_signing._extras import install_advice

try:
    from ._authentication.key_files import HMAC_FOLDER, KeysError
    from ._description.document import SpecError
    from ._emulator import Emulator, StartError
    from ._options import read_options, settings_of
    from ._state.state_file import StateError
except ModuleNotFoundError as _error:
    sys.exit(f"qredo-emulator needs its extra: {install_advice('emulator', _error.name)}")

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted, and return the exit code."""
    options = read_options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    _end_in_order()
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="qredo-emulator-") as folder:
        keys = (options.keys or Path(folder) / "keys").resolve()
        state = options.state.resolve() if options.state else None
        try:
            emulator = Emulator(settings_of(options), host=options.host, port=options.port, keys=keys, state=state)
            emulator.run(lambda: _greet(emulator, keys, state, kept=options.keys is not None))
        except (KeysError, SpecError, StartError, StateError) as error:
            print(f"qredo-emulator: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped", flush=True)
    return 0


def _end_in_order() -> None:
    """Let a closed terminal or SIGTERM end the process as Ctrl-C does: state saved, temporary keys removed."""
    endings = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup ignores it
        endings.append(signal.SIGHUP)

    def end(*_: object) -> None:
        for ending in endings:
            signal.signal(ending, signal.SIG_IGN)  # a second one must not break off the end
        raise KeyboardInterrupt

    for ending in endings:
        signal.signal(ending, end)


def _greet(emulator: Emulator, keys: Path, state: Path | None, *, kept: bool) -> None:
    lines = [f"qredo-emulator listens at {emulator.url} (a test double: no real assets)", "", "base URLs"]
    for package, urls in emulator.base_urls.items():
        version = emulator.app.descriptions[package].version
        lines += [f"  {url}  {package} {version}" for url in urls]
    lines += ["", "console, control methods (for this machine only)"]
    lines += [f"  {emulator.url}/-/", f"  {emulator.url}/-/control/"]
    lines += ["", f"keys of this emulator{'' if kept else ', gone when it stops'}", f"  {keys}"]
    lines += [] if state is None else ["", "state", f"  {state}"]
    lines += ["", "in Python", f"  Credentials.from_directory({str(keys)!r}), Environment.emulator({emulator.url!r})"]
    lines += [f"  HmacCredentials.from_directory({str(keys / HMAC_FOLDER)!r})  # for the Qredo APIs v1, v2"]
    lines += [f"  workspace_id={emulator.workspace_id!r}  # for the Qredo API v2"]
    result = "an error (--strict)" if emulator.settings.strict else "an example"
    for package, operations in emulator.app.examples().items():
        if len(operations) == len(emulator.app.descriptions[package].operations):
            lines += ["", f"{package}: every operation returns {result}"]
        elif operations:
            names = textwrap.fill("  ".join(operations), 98, break_on_hyphens=False)
            lines += ["", f"{package}: {len(operations)} operations return {result}", textwrap.indent(names, "  ")]
    print("\n".join([*lines, "", "Ctrl-C stops it"]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
