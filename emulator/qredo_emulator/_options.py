"""The options of `qredo-emulator`, and the settings that they stand for."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ._settings import Settings

__all__ = ["read_options", "settings_of"]

_ABOUT = """\
Serves the Qredo Partner API and the Qredo APIs v1 and v2 on this machine, made from their
descriptions: verifies signatures, validates requests, keeps companies, funds and
wallets. A test double: no real assets, no real chain, and only keys that it made itself.
"""


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line. Exits with status 2 and the usage if an option is wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.state is not None and options.keys is None:
        parser.error("--state needs --keys: the data belongs to API keys, and those must still be there next time")
    return options


def settings_of(options: argparse.Namespace) -> Settings:
    """Make the settings from the options."""
    names = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in vars(options).items() if name in names})


def _parser() -> argparse.ArgumentParser:
    """Make a parser whose options have the names of the settings. What is not given is left to their defaults."""
    parser = argparse.ArgumentParser(
        prog="qredo-emulator",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    parser.set_defaults(keys=None, state=None)
    add = parser.add_argument
    add("--spec", type=Path, metavar="DIR", help="folder with <package>/openapi.yaml (default: its own)")
    add("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    add("--port", type=_port, default=8080, metavar="PORT", help="where to listen; 0 takes a free port (default: 8080)")
    add("--keys", type=Path, metavar="DIR", help="folder with apikey, private.pem and public.pem; made if it is empty")
    add("--state", type=Path, metavar="FILE", help="load the state at the start, and save it at the end")
    add("--default-api", metavar="PACKAGE", help="API at the bare documented paths (default: the newest Partner API)")
    _add_rules(parser)
    return parser


def _add_rules(parser: argparse.ArgumentParser) -> None:
    add, on, off = parser.add_argument, "store_true", "store_false"
    add("--strict", action=on, help="an operation that would return an example is a 501 error")
    add("--examples", action=on, dest="examples_only", help="every operation returns its example; nothing is kept")
    add("--check-responses", action=on, help="a response that the description does not allow is a 500 error")
    add(
        "--time-window",
        type=_window,
        metavar="SECONDS",
        help="how far a timestamp may be off (default: 300); 'off': any",
    )
    add("--any-nonce", action=off, dest="nonces_increase", help="accept nonces in any order")
    add("--first-nonce", type=int, metavar="N", help="first nonce of a counter (default: any)")
    unsigned = "accept Partner requests that have an API key and no signature, as the test environment does"
    add("--unsigned-ok", action=on, help=unsigned)
    approval = "accept any hexadecimal digits as the signature of an approval"
    add("--any-approval", action=off, dest="verify_approvals", help=approval)
    add("--hold-users", action=off, dest="accept_users", help="people who are added as trusted parties stay pending")
    add("--fee-rate", type=_rate, metavar="RATE", help="fee of a transaction, as a part of its amount (default: 0.001)")
    interval = "time that 1.0 requires between two funds (default: 15); 0: none"
    add("--fund-interval", type=int, metavar="SECONDS", help=interval)
    add("--max-body", type=_size, metavar="BYTES", help="longest body of a request (default: 16777216)")
    add("--seed", type=int, metavar="N", help="the same ids every time, and a clock that stands still")


def _number(wanted: str, most: int | None = None) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or (most is not None and int(text) > most):
            raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
        return int(text)

    return read


# Checked here, since the system takes the lowest 16 bits of a greater number.
_port = _number("a port: write a number from 0 to 65535", most=65535)
_size = _number("a number of bytes, such as 16777216")


def _window(text: str) -> int | None:
    return None if text == "off" else _number("a number of seconds, or 'off'")(text)


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
        if 0 <= rate <= 1:
            return rate
    except InvalidOperation:  # no number, or NaN, which is not comparable
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1, such as 0.001 for 0.1 %")
