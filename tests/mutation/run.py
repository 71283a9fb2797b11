"""Change one operator, number or condition of a module at a time, and fail where no test notices.

`table.toml` says which modules, and which tests hold each. Every change (a mutant) is tried in a fork of this process,
which has imported pytest and the libraries but nothing of ours: that saves most of the time, and the changed source
replaces the module at import, so the files stay as they are.
"""

from __future__ import annotations

import difflib
import importlib
import multiprocessing
import os
import resource
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
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
PRELOADED = ("aiohttp", "anyio", "cryptography.x509", "httpx", "hypothesis", "trio", "uvicorn")
PYTEST = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not full"),
    "--hypothesis-seed=0",  # a survivor today is one tomorrow
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of plugins that are imported before pytest starts
)
CPU_SECONDS = 60
WALL_SECONDS = 180
"""A mutant that loops or waits for ever is killed as well. The limits are far above what the tests take."""
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


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of the operators."""
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
            except AttributeError:  # cosmic-ray cannot replace an exception with a dotted name
                continue
            if (code := meaning(compile(changed, "", "exec"))) in seen:
                continue
            seen.add(code)
            lines = list(difflib.ndiff(source.splitlines(), changed.splitlines()))
            before, after = (" ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")
            yield Mutant(before, after, changed)


def meaning(code: CodeType) -> object:
    """What a code object does, without its line numbers: `not a is b` is the same as `a is not b`."""
    constants = tuple(meaning(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts)
    return code.co_code, code.co_names, constants


def survives(name: str, path: Path, source: str, tests: Sequence[str]) -> bool:
    """Whether all tests pass with the changed source."""
    child = multiprocessing.get_context("fork").Process(target=run_tests, args=(name, path, source, tests))
    child.start()
    child.join(WALL_SECONDS)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode == 0


def run_tests(name: str, path: Path, source: str, tests: Sequence[str]) -> None:
    """Run tests with the changed source, and exit with the code of pytest."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silence, stream)
    sys.meta_path.insert(0, Changed(name, path, source))
    os._exit(pytest.main([*PYTEST, *tests]))


def check(module: str, entry: dict[str, Any]) -> bool:
    """Run the mutants of a module and print what survives; return whether all of that is accepted."""
    path = PLUGIN / module
    name = ".".join(("qredo_signing", *Path(module).with_suffix("").parts))
    tests, source = [f"tests/signing/{each}" for each in entry["tests"]], path.read_text(encoding="utf-8")
    if not survives(name, path, source, tests):
        print(f"{module}: the tests fail without any change: pytest {' '.join(tests)}")
        return False
    known = {(each["line"], change) for each in entry.get("equivalent", ()) for change in each["mutants"]}
    made, survivors = 0, set[tuple[str, str]]()
    for mutant in mutants(source):
        made += 1
        if survives(name, path, mutant.source, tests):
            pair = (mutant.line, mutant.change)
            survivors.add(pair)
            print(f"  {'equivalent' if pair in known else 'SURVIVED'}: {'  ->  '.join(pair)}", flush=True)
    for pair in known - survivors:
        print(f"  in {TABLE.name}, but killed or not made: {'  ->  '.join(pair)}")
    print(f"{module}: {made} mutants, {len(survivors)} survivors, {len(survivors - known)} not in {TABLE.name}")
    return survivors == known


def main(modules: Sequence[str]) -> int:
    """Check the modules that are given, or all of the table."""
    os.chdir(ROOT)
    for name in PRELOADED:
        importlib.import_module(name)
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    unknown = set(modules) - table.keys()
    if unknown:
        print(f"{TABLE.name} has no module {', '.join(sorted(unknown))}; it has {', '.join(table)}")
        return 2
    results = [check(module, table[module]) for module in modules or table]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
