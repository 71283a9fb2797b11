"""The package as a whole: its public names, and what importing it costs."""

from __future__ import annotations

import ast
import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import qredo_signing

PACKAGE = Path(qredo_signing.__file__).parent
MODULES = sorted(module.name for module in pkgutil.iter_modules([str(PACKAGE)]) if module.name != "__main__")


def run(code: str) -> str:
    """Run a line in a fresh interpreter that finds the package, and return what it prints."""
    code = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); {code}"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_the_public_names() -> None:
    """`__all__` is sorted without repeats, each name is there, and `dir` shows it."""
    names = qredo_signing.__all__
    assert names == sorted(set(names))
    assert all(getattr(qredo_signing, name) is not None for name in names)
    assert set(names) <= set(dir(qredo_signing))


def test_type_checkers_see_the_same_names() -> None:
    """What type checkers import is what `__all__` promises."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen | {"__version__"} == set(qredo_signing.__all__)


def test_all_errors_are_public() -> None:
    """Every error and warning can be imported from the package, and every error has one base."""
    from qredo_signing import errors

    assert set(errors.__all__) <= set(qredo_signing.__all__)
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(kind, (qredo_signing.QredoSigningError, Warning)) for kind in kinds)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="has no attribute 'Conect'"):
        qredo_signing.Conect  # noqa: B018 - the look-up is the test


@pytest.mark.parametrize("name", MODULES)
def test_each_module_imports_alone(name: str) -> None:
    """Every module can be the first that is imported: none leans on an import order. Its `__all__` is true."""
    run(f"import qredo_signing.{name}")
    module = import_module(f"qredo_signing.{name}")
    assert module.__all__ == sorted(module.__all__, key=lambda name: (not name.isupper(), name))
    assert all(hasattr(module, exported) for exported in module.__all__)


def test_submodules_need_no_import_of_their_own() -> None:
    """`errors` and `units` are there after `import qredo_signing` alone."""
    code = "import qredo_signing as q; print(q.units.to_units(5, 10), q.errors.KeyLoadError is q.KeyLoadError)"
    assert run(code) == "0.5 True\n"


def test_importing_the_package_is_light() -> None:
    """`import qredo_signing` loads neither httpx nor cryptography, nor any module of its own but the version."""
    loaded = json.loads(run("import json, qredo_signing; print(json.dumps(sorted(sys.modules)))"))
    assert [name for name in loaded if name.split(".")[0] in {"httpx", "cryptography"}] == []
    assert [name for name in loaded if name.startswith("qredo_signing")] == ["qredo_signing", "qredo_signing._version"]


def test_the_core_works_without_httpx() -> None:
    """Signing, keys, credentials, environments and units need no HTTP library."""
    names = [
        "sign",
        "verify",
        "sign_hmac",
        "explain",
        "PrivateKey",
        "Credentials",
        "HmacCredentials",
        "Environment",
        "InProcessNonces",
        "units",
    ]
    code = f"sys.modules['httpx'] = None; import qredo_signing as q; print([getattr(q, n) for n in {names}] and 'fine')"
    assert run(code) == "fine\n"


def test_the_version_is_a_release_number() -> None:
    """`__version__`, which stands in the User-Agent and names the wheel, is three numbers."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", qredo_signing.__version__)


def test_the_package_is_typed() -> None:
    """The marker for type checkers is there."""
    assert (PACKAGE / "py.typed").is_file()
