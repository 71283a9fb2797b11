"""Change one operator, number or condition of a module at a time, and fail where no test notices.

`table.toml` says which modules, and which tests hold each. Every change (a mutant) is tried in a fork of this process,
which has imported pytest and the libraries but nothing of ours: that saves most of the time. The changed source takes
the place of the module at import, so no file is ever changed.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "signing_plugin" / "qredo_signing"
TABLE = Path(__file__).with_name("table.toml")
PLUGINS = ("anyio.pytest_plugin", "_hypothesis_pytestplugin")
PRELOADED = (
    *PLUGINS,
    "aiohttp",
    "anyio._backends._asyncio",
    "cryptography.x509",
    "httpx",
    "hypothesis",
    "trio",
    "uvicorn",
)
PYTEST = (
    *("-q", "-p", "no:cacheprovider", "-m", "not full"),
    *(word for name in PLUGINS for word in ("-p", name)),
    "--hypothesis-seed=0",  # a survivor today is one tomorrow
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of plugins that are imported before pytest starts
)
CPU_SECONDS = 60
WALL_SECONDS = 600
"""A mutant that loops or waits for ever is killed as well. Both limits are far above what the tests take; once that is
known, it is half a minute and three times as long."""
SWAPS = (
    *("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "In_NotIn", "NotIn_In"),
)
"""What an operator is replaced by: its neighbor and its opposite. Tests that tell these apart tell the others too."""


class Mutant(NamedTuple):
    """One change: a line of a module, and what it becomes."""

    line: str
    change: str
    source: str


class Changed(MetaPathFinder):
    """Imports one module from other source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name = name
        self._path = path
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the module that is changed, and no other."""
        if fullname != self._name:
            return None
        return spec_from_loader(fullname, Loader(fullname, str(self._path), self._source))


class Loader(SourceFileLoader):
    """Compiles source that is given, and reads no cached bytecode."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> Any:
        """Compile the source."""
        return compile(self._source, self.path, "exec", dont_inherit=True)


class FirstFailure:
    """A pytest plugin that ends the process at the first failure, and reports it; killers run first."""

    def __init__(self, killers: Sequence[str], report_to: Connection) -> None:
        self._order = {name: place for place, name in enumerate(killers)}
        self._report_to = report_to

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the tests first that killed the last mutants: one of them often kills the next."""
        items.sort(key=lambda item: self._order.get(item.nodeid, len(self._order)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """End at a failure."""
        if report.failed:
            self._report_to.send(report.nodeid)
            os._exit(1)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """End without what pytest cleans up."""
        os._exit(exitstatus)


class Trial:
    """Runs the tests of one module with changed source."""

    def __init__(self, module: str, tests: Sequence[str]) -> None:
        self.path = PLUGIN / module
        self.source = self.path.read_text(encoding="utf-8")
        self._name = ".".join(("qredo_signing", *Path(module).with_suffix("").parts))
        self._tests = [f"tests/signing/{each}" for each in tests]
        self._killers: list[str] = []
        self._patience = float(WALL_SECONDS)

    @property
    def last_failure(self) -> str:
        """The test that failed last."""
        return self._killers[0] if self._killers else "none of those that ended"

    def survives(self, source: str) -> bool:
        """Whether all tests pass with this source."""
        reader, writer = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(target=self._run, args=(source, writer))
        child.start()
        child.join(self._patience)
        with suppress(ProcessLookupError):
            os.killpg(child.pid or 0, signal.SIGKILL)  # programs that the tests started, and a child that hangs
        child.join()
        if reader.poll():
            killer = reader.recv()
            self._killers = [killer, *(each for each in self._killers if each != killer)]
        return child.exitcode == 0

    def accepts_the_original(self) -> bool:
        """Whether all tests pass without a change; how long that takes bounds the mutants."""
        start = time.monotonic()
        passes = self.survives(self.source)
        self._patience = min(self._patience, 30 + 3 * (time.monotonic() - start))
        return passes

    def _run(self, source: str, report_to: Connection) -> None:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silence, stream)
        sys.meta_path.insert(0, Changed(self._name, self.path, source))
        os._exit(pytest.main([*PYTEST, *self._tests], plugins=[FirstFailure(self._killers, report_to)]))


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module that is a different program, in the order of the operators."""
    tree, seen = get_ast(source), {meaning(compile(source, "", "exec"))}
    for name in operator_names():
        kind, (_, _, swap) = get_operator(name), name.partition("Operator_")
        if kind.arguments() or (swap and swap not in SWAPS):
            continue
        operator = kind()
        places = sum(1 for node in ast_nodes(tree) for _ in operator.mutation_positions(node))
        for occurrence in range(places):
            try:
                changed = MutationVisitor.mutate_code(source, operator, occurrence)
                code = meaning(compile(changed, "", "exec"))
            except (AttributeError, SyntaxError):
                continue  # cosmic-ray cannot replace a dotted exception, nor negate an assignment in a condition
            if code in seen:
                continue
            seen.add(code)
            lines = list(difflib.ndiff(source.splitlines(), changed.splitlines()))
            before, after = (" ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")
            yield Mutant(before, after, changed)


def meaning(code: CodeType) -> object:
    """What a code object does, without its line numbers: `not a is b` is the same as `a is not b`."""
    constants = tuple(meaning(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts)
    return code.co_code, code.co_names, constants


def check(module: str, entry: dict[str, Any], every: int) -> bool:
    """Run the mutants of a module and print what survives; return whether that is what the table lists."""
    trial = Trial(module, entry["tests"])
    if not trial.accepts_the_original():
        print(f"{module}: without any change this test fails, or runs too long: {trial.last_failure}")
        return False
    known = {(each["line"], change) for each in entry.get("equivalent", ()) for change in each["mutants"]}
    chosen, survivors = list(mutants(trial.source))[::every], set[tuple[str, str]]()
    for mutant in chosen:
        if trial.survives(mutant.source):
            pair = (mutant.line, mutant.change)
            survivors.add(pair)
            print(f"  {'equivalent' if pair in known else 'SURVIVED'}: {'  ->  '.join(pair)}", flush=True)
    gone = known - survivors if every == 1 else set()
    for pair in gone:
        print(f"  in {TABLE.name}, but killed or not made: {'  ->  '.join(pair)}")
    new = survivors - known
    print(f"{module}: {len(chosen)} mutants, {len(survivors)} survivors, {len(new)} not in {TABLE.name}", flush=True)
    return not new and not gone


def main() -> int:
    """Check the modules that are given, or all of the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("modules", nargs="*", help="such as _http/retries.py")
    parser.add_argument("--every", type=int, default=1, help="run a sample: every N-th mutant")
    options = parser.parse_args()
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if unknown := set(options.modules) - table.keys():
        parser.error(f"{TABLE.name} has no {', '.join(sorted(unknown))}; it has {', '.join(table)}")
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in PRELOADED:
        importlib.import_module(name)
    results = [check(module, table[module], options.every) for module in options.modules or table]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
