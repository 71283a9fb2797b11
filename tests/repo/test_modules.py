"""Every module of the project imports alone, and says what it exports."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..versions import PACKAGES

ROOT = Path(__file__).parents[2]
ALL = ("qredo_codegen", "qredo_emulator", "qredo_signing", *PACKAGES)


def modules(package: str) -> list[str]:
    """Names of all modules below a package, without those that run when imported."""
    path = importlib.import_module(package).__path__
    names = [info.name for info in pkgutil.walk_packages(path, f"{package}.")]
    return [package, *(name for name in names if not name.endswith("__main__") and ".templates" not in name)]


@pytest.mark.full
@pytest.mark.parametrize("package", ALL)
def test_every_module_imports_alone(package: str) -> None:
    """Each module can be the first one that is imported, as it must be where imports form no circle."""
    code = (
        "import importlib, sys\n"
        f"for name in {modules(package)!r}:\n"
        "    for loaded in [m for m in sys.modules if m.split('.')[0].startswith('qredo_')]: del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    environment_path = [entry for entry in sys.path if entry]
    code = f"import sys; sys.path[:] = {environment_path!r}\n{code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", ALL)
def test_exports_are_sorted_and_exist(package: str) -> None:
    """A module's `__all__` is sorted as ruff sorts it, and every name in it exists."""
    for name in modules(package):
        module = importlib.import_module(name)
        exported = list(getattr(module, "__all__", []))
        assert len(exported) == len(set(exported))
        missing = [entry for entry in exported if not hasattr(module, entry)]
        assert missing == [], name
