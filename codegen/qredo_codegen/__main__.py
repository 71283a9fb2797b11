"""`python -m qredo_codegen COMMAND ...`, as the nox sessions call it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ._checkout import Checkout
from .errors import CodegenError

Given = argparse.Namespace


class Command(NamedTuple):
    """One command.

    Attributes:
        help: What it does, in a line.
        arguments: Its arguments: the names of each, and what argparse is to know of it.
        run: Does it; gives the exit status.
    """

    help: str
    arguments: Sequence[tuple[Sequence[str], Mapping[str, Any]]]
    run: Callable[[Checkout, Given], int]


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
        return COMMANDS[given.command].run(Checkout(given.root or Path.cwd()), given)
    except CodegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _regenerate(checkout: Checkout, given: Given) -> int:
    from .commands.regenerate import refuse_unread, update

    refuse_unread(checkout)
    for package in given.packages or checkout.packages:
        done = update(checkout, package)
        print(f"{package}: {done.operations or 'no'} operations generated into generated/{package}")
        for problem in done.left_out:
            print(f"  {problem}")
        if done.entries:
            print("\n".join([f"{package} since its release, as CHANGELOG.md says it:", *done.entries]))
    return 0


def _check(checkout: Checkout, given: Given) -> int:
    from .commands.regenerate import refuse_unread

    refuse_unread(checkout)
    return max([_check_one(checkout, package) for package in given.packages or checkout.packages], default=0)


def _check_one(checkout: Checkout, package: str) -> int:
    from .commands.regenerate import drift

    problems = list(drift(checkout, package))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{package}: run `nox -s regenerate -- {package}`, or undo the edit", file=sys.stderr)
        return 1
    print(f"{package}: as generated")
    return 0


def _compare(checkout: Checkout, given: Given) -> int:
    from .commands.compare import compare_command

    text, is_safe = compare_command(checkout, given)
    if given.out is None:
        print(text, end="")
    else:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    return 0 if is_safe else 1


def _adopt(checkout: Checkout, given: Given) -> int:
    from .commands.adopt import accept, adopt

    adoption = adopt(checkout, given.vendor, given.package, given.out)
    print("\n".join(adoption.lines()))
    print(f"{given.out / 'report.md'}, {given.out / 'report.json'}")
    if given.accept:
        path = accept(checkout, given.vendor, given.package)
        print(f"{path.relative_to(checkout.root).as_posix()}: this file is adopted")
    return 0 if adoption.is_safe or given.accept else 1


def _describe(checkout: Checkout, given: Given) -> int:
    from .commands.describe import describe_command

    done = describe_command(checkout, given.vendor, given.package, given.security, with_texts=given.with_texts)
    print("\n".join(done.lines))
    return 0 if done.is_complete else 1


def _release(checkout: Checkout, given: Given) -> int:
    from .commands.release import release

    for package in given.packages:
        print(release(checkout, package))
    return 0


def _new_version(checkout: Checkout, given: Given) -> int:
    from .commands.new_version import new_version

    print("\n".join(new_version(checkout, given.name, given.source)))
    return 0


def _reference(checkout: Checkout, given: Given) -> int:
    from .commands.reference import write_reference

    for package in given.packages or checkout.packages:
        print(f"{package}: {write_reference(checkout, package, given.to)} pages in {given.to / package}")
    return 0


def _vendor(checkout: Checkout, given: Given) -> int:
    from .vendoring import vendor_command

    text, is_well = vendor_command(checkout, given)
    print(text, end="")
    return 0 if is_well else 1


_ROOT = (("--root",), {"type": Path, "help": "top folder of the checkout (default: this one)"})
_PACKAGES = (("packages",), {"nargs": "*", "metavar": "PACKAGE", "help": "folders of spec/; all if none is named"})

COMMANDS = {
    "regenerate": Command("Make generated/ from spec/.", (_PACKAGES,), _regenerate),
    "check": Command("Fail when generated/ is not what spec/ gives, naming each file.", (_PACKAGES,), _check),
    "compare": Command(
        "List what differs between two descriptions and what breaks clients; fail on what breaks and is not waived.",
        (
            (("old",), {"help": "a package, or a file; a package alone is compared with its released.yaml"}),
            (("new",), {"nargs": "?", "help": "a package, or a file"}),
            (("--waivers",), {"type": Path, "help": "accepted changes (default: the package's own, if it is alone)"}),
            (("--format",), {"choices": ("markdown", "json"), "default": "markdown"}),
            (("--texts",), {"action": "store_true", "help": "list differences of words too"}),
            (("--no-python",), {"action": "store_true", "help": "do not generate and compare the packages"}),
            (("--out",), {"type": Path, "help": "file of the report (default: standard output)"}),
        ),
        _compare,
    ),
    "adopt": Command(
        "Say what a new file of the vendor's means for a package.",
        (
            (("vendor",), {"type": Path, "metavar": "VENDOR.yaml", "help": "the file, as it was published"}),
            (("package",), {"metavar": "PACKAGE", "help": "folder of spec/ that it belongs to"}),
            (("--out",), {"type": Path, "default": Path("adopt-report"), "help": "folder of the report"}),
            (("--accept",), {"action": "store_true", "help": "take it as adopted: write its shape to adopted.json"}),
        ),
        _adopt,
    ),
    "describe": Command(
        "Write a description from any OpenAPI file of a vendor, with a record of what was decided.",
        (
            (("vendor",), {"type": Path, "metavar": "FILE", "help": "the file, as it was published"}),
            (("package",), {"metavar": "PACKAGE", "help": "import name of its package, such as acme_v1"}),
            (("--security",), {"metavar": "NAME", "help": "the scheme that signs (default: that of the family)"}),
            (("--with-texts",), {"action": "store_true", "help": "take the vendor's texts, for your own use"}),
        ),
        _describe,
    ),
    "release": Command(
        "Lock a description: from now on no regeneration may break it.",
        ((("packages",), {"nargs": "+", "metavar": "PACKAGE", "help": "folders of spec/"}),),
        _release,
    ),
    "reference": Command(
        "Write the API reference as Markdown.",
        (_PACKAGES, (("--to",), {"type": Path, "required": True, "metavar": "DIR", "help": "folder of the pages"})),
        _reference,
    ),
    "new-version": Command(
        "Start a new version as a copy of another one.",
        (
            (("name",), {"metavar": "NAME", "help": "import name of the new package, such as qredo_partner_v1_2"}),
            (("--from",), {"dest": "source", "required": True, "metavar": "PACKAGE", "help": "what is copied"}),
        ),
        _new_version,
    ),
    "vendor": Command(
        "Copy packages into another repository, say how far a copy is behind, or bring it up to date.",
        (
            (("--to",), {"type": Path, "metavar": "DIR", "help": "vendor below this folder, where imports start"}),
            (("--check",), {"type": Path, "metavar": "DIR", "help": "say how far this vendored folder is behind"}),
            (("--update",), {"type": Path, "metavar": "DIR", "help": "bring this vendored folder up to date"}),
            (
                ("--api",),
                {"action": "append", "default": [], "metavar": "PACKAGE", "help": "a package, may be repeated"},
            ),
            (("--prefix",), {"metavar": "NAME", "help": "import path to put them under, such as third_party.qredo"}),
            (("--with-plugin",), {"nargs": "?", "const": "", "metavar": "PARTS", "help": "the plugin; also cli,feeds"}),
            (("--with-build",), {"metavar": "TOOLS", "help": "build files, for bazel,pants,pyproject"}),
            (("--language-neutral",), {"action": "store_true", "help": "what other languages need, with signers"}),
            (("--bazel-requirement",), {"metavar": "LABEL", "help": "of a library (default: @pip//{name})"}),
            (("--pants-requirement",), {"metavar": "ADDRESS", "help": "of a library (default: :requirements#{name})"}),
            (("--against",), {"type": Path, "metavar": "DIR", "help": "with --check: the checkout (default: --root)"}),
            (("--overwrite-edits",), {"action": "store_true", "help": "with --update: lose what was edited by hand"}),
            (("--accept-breaking",), {"action": "store_true", "help": "with --update: take what breaks callers"}),
            (("--no-python",), {"action": "store_true", "help": "compare the descriptions alone, which is quicker"}),
        ),
        _vendor,
    ),
}


if __name__ == "__main__":
    sys.exit(main())
