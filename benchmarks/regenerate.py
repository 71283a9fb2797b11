"""What regenerating costs beside the bare generator, and how it grows: `python benchmarks/regenerate.py`.

The bare generator is openapi-python-client with its own templates and hooks, on the same descriptions. It writes less,
checks little, and drops what it cannot generate; ours validates, checks, compares with what was released, and locks.

How it grows is seen on one description whose paths, operations, tags and schemas are there 1, 2, 4 and 8 times, under
other names. All are CPU times of whole processes with what they start; what starting Python and importing cost is
left out of the growth, where it would hide a slope.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from _fresh import compiling_into, run
from _measure import Result, goal, table

ROOT = Path(__file__).parent.parent
PACKAGE = "qredo_partner_v1_1"
TIMES = (1, 2, 4, 8)

_MEMORY = """
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
OURS = (
    """
import sys
from qredo_codegen.__main__ import main
import qredo_codegen.commands.regenerate
if sys.argv[1:] and main(sys.argv[1:]):
    sys.exit(1)
"""
    + _MEMORY
)
BARE = (
    """
import sys
from pathlib import Path
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import ErrorLevel
for source in map(Path, sys.argv[2:]):
    target = Path(sys.argv[1], source.parent.name)
    file = ConfigFile(package_name_override=target.name, project_name_override=target.name)
    errors = generate(
        config=Config.from_sources(
            file, MetaType.NONE, document_source=source, file_encoding="utf-8", overwrite=True, output_path=target
        )
    )
    assert not any(error.level is ErrorLevel.ERROR for error in errors)
"""
    + _MEMORY
)


class Run(NamedTuple):
    """CPU seconds of a program and all that it started, and its own peak of memory in megabytes (2**20)."""

    cpu: float
    memory: float


def compare(descriptions: Sequence[Path], scratch: Path, rounds: int) -> None:
    """Print what all versions take beside the bare generator, and the goal."""
    checkout = scratch / "all"
    shutil.copytree(ROOT / "spec", checkout / "spec")
    shutil.copy(ROOT / "CHANGELOG.md", checkout)
    bare = [[str(scratch / "bare"), *map(str, descriptions)]]
    cases = {
        "bare generator, one process": (BARE, bare),
        "bare generator, its command": ("", [command(path, scratch / "cli") for path in descriptions]),
        "ours": (OURS, [["regenerate", "--root", str(checkout)]]),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for code, arguments in ((OURS, []), (BARE, [str(scratch)]), ("", ["--version"])):  # compiles what they import
        measured(code, arguments, scratch)
    for _ in range(rounds):
        for name in random.sample(list(cases), len(cases)):
            code, runs = cases[name]
            times[name].append(sum(measured(code, arguments, scratch).cpu for arguments in runs) * 1e6)
    first = next(iter(times.values()))
    results = [
        Result(name, own, [one / base for one, base in zip(own, first, strict=True)]) for name, own in times.items()
    ]
    print(table("all versions", results, "ms"), end="\n\n")
    to_command = [ours / bare for ours, bare in zip(times["ours"], times["bare generator, its command"], strict=True)]
    goal("Regenerate", "all versions, to the bare generator's command", statistics.median(to_command), 1.5)
    goal("Regenerate", "all versions, to the bare generator in one process", results[-1].ratio, 1.5)


def grow(source: Path, scratch: Path, rounds: int) -> None:
    """Print how time and memory grow with the size of a description, and the goals."""
    document = yaml.load(source.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    runs: dict[int, list[Run]] = {count: [] for count in (0, *TIMES)}
    for count in TIMES:
        text = json.dumps(replicated(document, count), indent=1)
        folder = scratch / f"x{count}" / "spec" / source.parent.name
        folder.mkdir(parents=True)
        (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    for _ in range(rounds):
        for count in random.sample([*runs], len(runs)):
            arguments = ["regenerate", "--root", str(scratch / f"x{count}")] if count else []
            runs[count].append(measured(OURS, arguments, scratch))
    start, *sizes = (
        Run(statistics.median(one.cpu for one in own), statistics.median(one.memory for one in own))
        for own in runs.values()
    )
    print("| times | s of CPU | without start | peak, MB | without start |\n|---|---|---|---|---|")
    for count, (cpu, memory) in zip(TIMES, sizes, strict=True):
        print(f"| {count} | {cpu:.2f} | {cpu - start.cpu:.2f} | {memory:.0f} | {memory - start.memory:.0f} |")
    print()
    time_slope = slope([one.cpu - start.cpu for one in sizes])
    memory_slope = slope([one.memory - start.memory for one in sizes])
    goal("Regenerate", "exponent of time", time_slope, 1.1, unit="")
    goal("Regenerate", "exponent of peak memory", memory_slope, 1.1, unit="")


def replicated(document: dict[str, Any], count: int) -> dict[str, Any]:
    """The description with its paths, operations, tags and schemas this many times, the first as they are."""
    whole = copy.deepcopy(document)
    for number in range(1, count):
        part = _renamed(document, number)
        whole["tags"] += part["tags"]
        whole["paths"] |= part["paths"]
        for kind, components in part["components"].items():
            whole["components"][kind] |= components
    return whole


def _renamed(document: dict[str, Any], number: int) -> dict[str, Any]:
    """A copy in which everything that has a name has another, except what is there once for the whole API."""
    part = copy.deepcopy({key: document[key] for key in ("tags", "paths", "components")})
    tags = {tag["name"]: f"{tag['name']}_{number}" for tag in part["tags"]}
    operations = {
        operation["operationId"]: operation["operationId"].replace(tag, tags[tag], 1)
        for item in part["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
        for tag in operation["tags"]
    }
    kinds = {kind: names for kind, names in part["components"].items() if kind != "securitySchemes"}

    def rename(node: Any) -> Any:
        if isinstance(node, list):
            return [rename(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {key: renamed(key, value) for key, value in node.items()}

    def renamed(key: str, value: Any) -> Any:
        if key == "$ref":
            return f"{value}{number}"
        if key in ("operationId", "x-outcome"):
            return operations[value]
        if key == "x-websocket":
            return rename(value) | {"name": f"{value['name']}_{number}"}
        return [tags[tag] for tag in value] if key == "tags" else rename(value)

    return {
        "tags": [tag | {"name": tags[tag["name"]]} for tag in part["tags"]],
        "paths": {f"/copy{number}{path}": rename(item) for path, item in part["paths"].items()},
        "components": {
            kind: {f"{name}{number}": rename(node) for name, node in names.items()} for kind, names in kinds.items()
        },
    }


def command(description: Path, output: Path) -> list[str]:
    """The arguments of openapi-python-client's own command."""
    target = output / description.parent.name
    return ["generate", "--path", str(description), "--meta", "none", "--output-path", str(target), "--overwrite"]


def measured(code: str, arguments: Sequence[str], scratch: Path) -> Run:
    """Run a program in a process of its own; no code stands for openapi-python-client's command."""
    program = ["-c", code] if code else ["-m", "openapi_python_client"]
    environment = compiling_into(scratch / "compiled") | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))),  # for ruff
        "PYTHONPATH": str(ROOT / "codegen"),
    }
    ended = run([sys.executable, *program, *arguments], environment)
    last = ended.said.split()[-1:]
    return Run(ended.cpu, int(last[0]) / 1024 if last and last[0].isdigit() else math.nan)


def slope(values: Sequence[float]) -> float:
    """The exponent of a power law through the values at `TIMES`, by least squares."""
    return statistics.linear_regression([*map(math.log, TIMES)], [*map(math.log, values)]).slope


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run")
    rounds = parser.parse_args().rounds
    descriptions = sorted((ROOT / "spec").glob("*/openapi.yaml"))
    with tempfile.TemporaryDirectory() as name:
        compare(descriptions, Path(name), rounds)
        grow(ROOT / "spec" / PACKAGE / "openapi.yaml", Path(name), rounds)


if __name__ == "__main__":
    main()
