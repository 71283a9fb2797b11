"""The workflows and the sessions that they call: least rights, pinned actions, a table of contents by `nox -l`."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    """Every step of every job."""
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return [step for job in document["jobs"].values() for step in job["steps"]]


def sessions() -> set[str]:
    """The names of all nox sessions."""
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    """Every action is named by the hash of a commit, so that a moved tag changes nothing."""
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_more_rights_than_it_needs(workflow: Path) -> None:
    """No token may write anything, but that of the one job that publishes; no checkout keeps its token."""
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert document["permissions"] in ({}, {"contents": "read"})
    writes = {
        (name, right)
        for name, job in document["jobs"].items()
        for right, value in job.get("permissions", {}).items()
        if value == "write"
    }
    assert writes <= {("publish", "id-token")}
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_sessions_that_exist(workflow: Path) -> None:
    """What a workflow runs is a nox session of this project, so that everyone can run the same."""
    runs = [re.sub(r"\$\{\{.*?\}\}", "", step.get("run", "")).split() for step in steps(workflow)]
    called = [words for words in runs if words[:2] == ["nox", "-s"]]
    assert called
    for words in called:
        names = [word.partition("-")[0] for word in words[2 : words.index("--") if "--" in words else None]]
        assert set(names) <= sessions()


def test_what_is_published_is_built_apart() -> None:
    """The job that makes dist/ begins after all checks, and nothing runs there but the build, with hatchling alone."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    makers = [
        name for name, job in jobs.items() if any("upload-artifact" in step.get("uses", "") for step in job["steps"])
    ]
    assert makers == ["build"]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["build"]["needs"] == "check"
    assert [step["run"] for step in jobs["build"]["steps"] if "run" in step] == [
        "python -m pip install -c constraints.txt nox uv",
        'nox -s release -- "$GITHUB_REF_NAME"',
    ]
    noxfile = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    [session] = [node for node in noxfile.body if isinstance(node, ast.FunctionDef) and node.name == "release"]
    assert re.findall(r"session\.install\((.*)\)", ast.unparse(session)) == ["*CONSTRAINTS, 'hatchling'"]


def test_each_session_says_in_a_line_what_it_does() -> None:
    """Every session has a docstring of one line, and the noxfile is short enough to be read."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    assert functions
    assert [node.name for node in functions if len((ast.get_docstring(node) or "").splitlines()) != 1] == []
    assert len(text.splitlines()) < 200
