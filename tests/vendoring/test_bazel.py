"""Bazel builds and tests a vendored folder, with stand-ins for what it would download: rule sets and libraries.

What runs is Bazel's own Python rules on the labels, sources and import paths of the vendored BUILD.bazel. The stand-in
for rules_python hands out the rules that Bazel 4 has built in; each stand-in for a library is an empty target, and the
library itself comes from the Python that runs the test. The rules of the other languages are stand-ins that only gather
files, so for the signers this shows that labels and files are right, and compiles nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Vendored

WORKSPACE = """\
workspace(name = "monorepo")
local_repository(name = "rules_python", path = "stand_ins/rules_python")
local_repository(name = "rules_cc", path = "stand_ins/rules_cc")
local_repository(name = "rules_java", path = "stand_ins/rules_java")
local_repository(name = "rules_go", path = "stand_ins/rules_go")
local_repository(name = "aspect_rules_js", path = "stand_ins/aspect_rules_js")
local_repository(name = "pip", path = "stand_ins/pip")
local_repository(name = "remote_coverage_tools", path = "stand_ins/remote_coverage_tools")
"""
PYTHON_RULES = ("py_library", "py_test")
# Bazel 4 loads these for the toolchains that it configures, whatever is built.
C_RULES = ("cc_binary", "cc_import", "cc_library", "cc_test", "cc_toolchain", "cc_toolchain_suite")
JAVA_RULES = (
    "java_binary",
    "java_import",
    "java_library",
    "java_package_configuration",
    "java_plugin",
    "java_runtime",
    "java_test",
    "java_toolchain",
)
GATHERING = """\
def gather(name, srcs = [], data = [], deps = [], embed = [], entry_point = None, **rest):
    files = srcs + data + deps + embed + ([entry_point] if entry_point else [])
    native.filegroup(name = name, srcs = files, visibility = ["//visibility:public"])

"""
# Bazel's own toolchains need the Java rules themselves.
GATHERING_IN_SIGNERS = """
def {rule}(**attributes):
    if "/signers/" in native.package_name():
        gather(**attributes)
    else:
        native.{rule}(**attributes)
"""
COVERAGE = 'filegroup(name = "coverage_report_generator", visibility = ["//visibility:public"])\n'
LIBRARY = 'py_library(name = "{name}", visibility = ["//visibility:public"])\n'

BUILD = """\
py_test(
    name = "sign_test",
    srcs = ["sign_test.py"],
    data = ["//third_party/finance/qredo:spec"],
    deps = [
        "//third_party/finance/qredo:qredo_partner_v1_0",
        "//third_party/finance/qredo:qredo_partner_v1_1",
        "//third_party/finance/qredo:qredo_signing",
    ],
)
"""
TEST = """\
import json, pathlib, sys
import httpx
from third_party.finance.qredo import qredo_partner_v1_0, qredo_partner_v1_1
from third_party.finance.qredo.qredo_signing import PrivateKey, sign

spec = pathlib.Path("third_party/finance/qredo/spec/signing")
vectors = json.loads((spec / "vectors.json").read_text())
(vector,) = [one for one in vectors["vectors"] if one["id"] == "worked-example"]
(key,) = [one for one in vectors["keys"] if one["id"] == vector["key"]]
signer = PrivateKey.from_file(spec / key["private_key"])
assert sign(signer, "1700000000", vector["url"], b'{"name":"ACME"}') == vector["signature"]

answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"company_id": request.url.path, "ref": "r"}))
client = qredo_partner_v1_1.Client(httpx.Client(transport=answer), base_url="https://example.invalid/api")
assert client.company.create(name="ACME").company_id == "/api/company"
assert qredo_partner_v1_0.__version__ != qredo_partner_v1_1.__version__
assert "runfiles" in qredo_partner_v1_1.__file__
assert not [name for name in sys.modules if name.startswith("qredo_")]
"""


def handed_out(rules: tuple[str, ...]) -> str:
    """A rule set that hands out the rules which Bazel has built in."""
    return "".join(f"{rule} = native.{rule}\n" for rule in rules)


@pytest.fixture
def workspace(vendored: Vendored, tmp_path: Path) -> Path:
    """A workspace with a vendored folder and a test that uses it."""
    root = vendored.copy(tmp_path / "workspace").project
    libraries = re.findall(r'"@pip//([^"]+)"', (vendored.folder / "BUILD.bazel").read_text(encoding="utf-8"))
    texts = {
        "WORKSPACE": WORKSPACE,
        "BUILD.bazel": BUILD,
        "sign_test.py": TEST,
        "stand_ins/rules_python/WORKSPACE": "",
        "stand_ins/rules_python/python/BUILD": "",
        "stand_ins/rules_python/python/defs.bzl": handed_out(PYTHON_RULES),
        "stand_ins/rules_cc/WORKSPACE": "",
        "stand_ins/rules_cc/cc/BUILD": "",
        "stand_ins/rules_cc/cc/defs.bzl": handed_out(C_RULES),
        "stand_ins/rules_java/WORKSPACE": "",
        "stand_ins/rules_java/java/BUILD": "",
        "stand_ins/rules_java/java/defs.bzl": GATHERING
        + "".join(GATHERING_IN_SIGNERS.format(rule=rule) for rule in JAVA_RULES),
        "stand_ins/rules_go/WORKSPACE": "",
        "stand_ins/rules_go/go/BUILD": "",
        "stand_ins/rules_go/go/def.bzl": GATHERING + "go_library = gather\ngo_test = gather\n",
        "stand_ins/aspect_rules_js/WORKSPACE": "",
        "stand_ins/aspect_rules_js/js/BUILD": "",
        "stand_ins/aspect_rules_js/js/defs.bzl": GATHERING + "js_library = gather\njs_test = gather\n",
        "stand_ins/pip/WORKSPACE": "",
        "stand_ins/remote_coverage_tools/WORKSPACE": "",
        "stand_ins/remote_coverage_tools/BUILD": COVERAGE,
    } | {f"stand_ins/pip/{name}/BUILD": LIBRARY.format(name=name) for name in libraries}
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.mark.full
@pytest.mark.needs("bazel")
def test_bazel_builds_and_tests_the_vendored_folder(workspace: Path, tmp_path: Path) -> None:
    """The targets of the vendored folder build, a test signs by them, and the check passes until a file is edited."""
    done = bazel(workspace, "test", "//:sign_test", "//third_party/finance/qredo/...", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.findall(r"^(//\S+)\s+PASSED", done.stdout, re.MULTILINE)
    assert sorted(passed) == ["//:sign_test", "//third_party/finance/qredo:vendor_check"]
    (workspace / "third_party" / "finance" / "qredo" / "qredo_v1" / "errors.py").write_text("", encoding="utf-8")
    done = bazel(workspace, "test", "//third_party/finance/qredo:vendor_check", home=tmp_path)
    assert done.returncode != 0
    assert "changed: qredo_v1/errors.py" in done.stdout
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path / "bazel")], check=True)  # so that pytest can remove it


def bazel(workspace: Path, verb: str, *targets: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Bazel without a server, and with nothing of the user's."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    startup = ["bazel", f"--output_user_root={home / 'bazel'}", "--batch"]
    command = [*startup, verb, f"--test_env=PATH={path}", "--test_output=errors", "--color=no", *targets]
    environment = {**os.environ, "HOME": str(home)}
    return subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
