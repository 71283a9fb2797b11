"""`python -m qredo_codegen COMMAND ...`, as the nox sessions call it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ._checkout import Checkout
from .errors import CodegenError

Given = argparse.Namespace
Argument = tuple[tuple[str, ...], dict[str, Any]]
"""Names of an argument, and what argparse is to know of it."""


class Command(NamedTuple):
    """One command.

    Attributes:
        help: What it does, in a line.
        arguments: Its arguments.
        run: Does it; tells whether all went well.
    """

    help: str
    arguments: tuple[Argument, ...]
    run: Callable[[Checkout, Given], bool]


COMMANDS: dict[str, Command] = {}


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 when all went well, 1 otherwise; what went wrong stands on stderr.
    """
    parser = argparse.ArgumentParser(prog="qredo_codegen", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        for names, options in (*command.arguments, _ROOT):
            sub.add_argument(*names, **options)
    given = parser.parse_args(arguments)
    try:
        return 0 if COMMANDS[given.command].run(Checkout(given.root or Path.cwd()), given) else 1
    except CodegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _argument(*names: str, **options: Any) -> Argument:
    return names, options


def _command(help: str, *arguments: Argument) -> Callable[[Callable[[Checkout, Given], bool]], None]:
    """Make a function the command of its name."""

    def register(run: Callable[[Checkout, Given], bool]) -> None:
        COMMANDS[run.__name__.lstrip("_").replace("_", "-")] = Command(help, arguments, run)

    return register


_ROOT = _argument("--root", type=Path, help="top folder of the checkout (default: this one)")
_PACKAGES = _argument("packages", nargs="*", metavar="PACKAGE", help="folders of spec/; all if none is named")


@_command("Make generated/ from spec/.", _PACKAGES)
def _regenerate(checkout: Checkout, given: Given) -> bool:
    from .commands.regenerate import update

    checkout.refuse_unread()
    for package in given.packages or checkout.packages:
        done = update(checkout, package)
        print(f"{package}: {done.operations or 'no'} operations generated into generated/{package}")
        for problem in done.left_out:
            print(f"  {problem}")
        if done.entries:
            print("\n".join([f"{package} since its release, as CHANGELOG.md says it:", *done.entries]))
    return True


@_command("Fail when generated/ is not what spec/ gives, naming each file.", _PACKAGES)
def _check(checkout: Checkout, given: Given) -> bool:
    from .commands.regenerate import drift

    checkout.refuse_unread()
    is_well = True
    for package in given.packages or checkout.packages:
        problems = list(drift(checkout, package))
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems:
            print(f"{package}: run `nox -s regenerate -- {package}`, or undo the edit", file=sys.stderr)
        else:
            print(f"{package}: as generated")
        is_well = is_well and not problems
    return is_well


@_command(
    "List what differs between two descriptions and what breaks clients; fail on what breaks and is not waived.",
    _argument("old", help="a package, or a file; a package alone is compared with its released.yaml"),
    _argument("new", nargs="?", help="a package, or a file"),
    _argument("--waivers", type=Path, help="accepted changes (default: the package's own, if it is alone)"),
    _argument("--format", choices=("markdown", "json"), default="markdown"),
    _argument("--texts", action="store_true", help="list differences of words too"),
    _argument("--no-python", action="store_true", help="do not generate and compare the packages"),
    _argument("--out", type=Path, help="file of the report (default: standard output)"),
)
def _compare(checkout: Checkout, given: Given) -> bool:
    from .commands.compare import compare_command

    text, is_safe = compare_command(checkout, given)
    if given.out is None:
        print(text, end="")
    else:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    return is_safe


@_command(
    "Say what a new file of the vendor's means for a package.",
    _argument("vendor", type=Path, metavar="VENDOR.yaml", help="the file, as it was published"),
    _argument("package", metavar="PACKAGE", help="folder of spec/ that it belongs to"),
    _argument("--out", type=Path, default=Path("adopt-report"), help="folder of the report"),
    _argument("--accept", action="store_true", help="take it as adopted: write its shape to adopted.json"),
)
def _adopt(checkout: Checkout, given: Given) -> bool:
    from .commands.adopt import accept, adopt

    adoption = adopt(checkout, given.vendor, given.package, given.out)
    print("\n".join(adoption.lines()))
    print(f"{given.out / 'report.md'}, {given.out / 'report.json'}")
    if given.accept:
        path = accept(checkout, given.vendor, given.package)
        print(f"{path.relative_to(checkout.root).as_posix()}: this file is adopted")
    return adoption.is_safe or given.accept


@_command(
    "Write a description from any OpenAPI file of a vendor, with a record of what was decided.",
    _argument("vendor", type=Path, metavar="FILE", help="the file, as it was published"),
    _argument("package", metavar="PACKAGE", help="import name of its package, such as acme_v1"),
    _argument("--security", metavar="NAME", help="the scheme that signs (default: that of the family)"),
    _argument("--with-texts", action="store_true", help="take the vendor's texts, for your own use"),
)
def _describe(checkout: Checkout, given: Given) -> bool:
    from .commands.describe import describe_command

    text, is_complete = describe_command(
        checkout, given.vendor, given.package, given.security, with_texts=given.with_texts
    )
    print(text, end="")
    return is_complete


@_command(
    "Lock a description: from now on no regeneration may break it.",
    _argument("packages", nargs="+", metavar="PACKAGE", help="folders of spec/"),
)
def _release(checkout: Checkout, given: Given) -> bool:
    from .commands.release import release

    for package in given.packages:
        print(release(checkout, package))
    return True


@_command(
    "Write the API reference as Markdown.",
    _PACKAGES,
    _argument("--to", type=Path, required=True, metavar="DIR", help="folder of the pages"),
)
def _reference(checkout: Checkout, given: Given) -> bool:
    from .commands.reference import write_reference

    for package in given.packages or checkout.packages:
        print(f"{package}: {write_reference(checkout, package, given.to)} pages in {given.to / package}")
    return True


@_command(
    "Start a new version as a copy of another one.",
    _argument("name", metavar="NAME", help="import name of the new package, such as qredo_partner_v1_2"),
    _argument("--from", dest="source", required=True, metavar="PACKAGE", help="what is copied"),
)
def _new_version(checkout: Checkout, given: Given) -> bool:
    from .commands.new_version import new_version

    print("\n".join(new_version(checkout, given.name, given.source)))
    return True


@_command(
    "Copy packages into another repository, say how far a copy is behind, or bring it up to date.",
    _argument("--to", type=Path, metavar="DIR", help="vendor below this folder, where imports start"),
    _argument("--check", type=Path, metavar="DIR", help="say how far this vendored folder is behind"),
    _argument("--update", type=Path, metavar="DIR", help="bring this vendored folder up to date"),
    _argument("--api", action="append", default=[], metavar="PACKAGE", help="a package, may be repeated"),
    _argument("--prefix", metavar="NAME", help="import path to put them under, such as third_party.qredo"),
    _argument("--with-plugin", nargs="?", const="", metavar="PARTS", help="the plugin; also cli,feeds"),
    _argument("--with-build", metavar="TOOLS", help="build files, for bazel,pants,pyproject"),
    _argument("--language-neutral", action="store_true", help="what other languages need, with signers"),
    _argument("--bazel-requirement", metavar="LABEL", help="of a library (default: @pip//{name})"),
    _argument("--pants-requirement", metavar="ADDRESS", help="of a library (default: :requirements#{name})"),
    _argument("--against", type=Path, metavar="DIR", help="with --check: the checkout (default: --root)"),
    _argument("--overwrite-edits", action="store_true", help="with --update: lose what was edited by hand"),
    _argument("--accept-breaking", action="store_true", help="with --update: take what breaks callers"),
    _argument("--no-python", action="store_true", help="compare the descriptions alone, which is quicker"),
)
def _vendor(checkout: Checkout, given: Given) -> bool:
    from .vendoring import vendor_command

    text, is_well = vendor_command(checkout, given)
    print(text, end="")
    return is_well


if __name__ == "__main__":
    sys.exit(main())
