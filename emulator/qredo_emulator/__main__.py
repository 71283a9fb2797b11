"""``qredo-emulator``: the emulator as a program."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ._description import SpecError
from ._keys import KeysError
from ._server import Emulator, StartError
from ._settings import Settings

__all__ = ["main"]

_ABOUT = """\
Serves the Qredo Partner API on this machine, made from its description: verifies
signatures, validates requests, keeps companies, funds and wallets in memory. A test
double: no real assets, no real chain, and only keys that it made itself.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until it is interrupted; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, temporary keys removed
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="qredo-emulator-") as folder:
        keys = (options.keys or Path(folder) / "keys").resolve()
        try:
            emulator = Emulator(_settings(options), host=options.host, port=options.port, keys=keys)
            emulator.run(lambda: _greet(emulator, keys, kept=options.keys is not None))
        except (KeysError, SpecError, StartError) as error:
            print(f"qredo-emulator: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qredo-emulator", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        "--spec",
        type=Path,
        metavar="DIR",
        help="folder with <package>/openapi.yaml (default: the one that comes with it)",
    )
    add("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    add("--port", type=int, default=8080, help="where to listen; 0 takes a free port (default: 8080)")
    add("--keys", type=Path, metavar="DIR", help="folder with apikey, private.pem and public.pem; made if it is empty")
    add("--default-api", metavar="PACKAGE", help="API at the bare documented paths (default: the newest Partner API)")
    add("--strict", action="store_true", help="an operation that would answer an example is a 501 error")
    add("--examples", action="store_true", help="every operation answers its example; nothing is kept")
    add("--check-responses", action="store_true", help="an answer that the description does not allow is a 500 error")
    add("--time-window", type=_window, default=300, metavar="SECONDS", help="for x-timestamp; 'off' for any time")
    add("--any-nonce", action="store_true", help="take nonces in any order")
    add("--hold-users", action="store_true", help="people who are added as trusted parties stay pending")
    return parser


def _window(text: str) -> int | None:
    if text == "off":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of seconds nor 'off'")
    return int(text)


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        default_api=options.default_api,
        strict=options.strict,
        examples_only=options.examples,
        check_responses=options.check_responses,
        spec=options.spec,
        time_window=options.time_window,
        nonces_increase=not options.any_nonce,
        accept_users=not options.hold_users,
    )


def _greet(emulator: Emulator, keys: Path, *, kept: bool) -> None:
    lines = [f"qredo-emulator listens at {emulator.url} (a test double: no real assets)", "", "base URLs"]
    for package, urls in emulator.base_urls.items():
        version = emulator.app.descriptions[package].version
        lines += [f"  {url}  {package} {version}" for url in urls]
    lines += ["", f"keys{'' if kept else ', gone when it stops'}", f"  {keys}"]
    lines += ["", "in Python", f"  Credentials.from_directory({str(keys)!r}), Environment.emulator({emulator.url!r})"]
    answer = "an error (--strict)" if emulator.settings.strict else "an example"
    for package, operations in emulator.app.examples().items():
        if operations:
            lines += ["", f"{package}: {len(operations)} operations answer {answer}", *_columns(operations)]
    print("\n".join([*lines, "", "Ctrl-C stops it"]), flush=True)


def _columns(names: Sequence[str], width: int = 100) -> list[str]:
    lines = ["  "]
    for name in names:
        if len(lines[-1]) + len(name) > width:
            lines.append("  ")
        lines[-1] += f"{name}  "
    return [line.rstrip() for line in lines]


if __name__ == "__main__":
    sys.exit(main())
