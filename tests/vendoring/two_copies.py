"""Two vendored copies and two versions of the API in one process: run as a program.

python two_copies.py PROJECT OTHER_PROJECT KEYS EMULATOR_URL: fails where they share what is to be each one's own.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import httpx
import pytest

SEPARATE = ("APIError", "AsyncClient", "Client", "ClientError", "NotFoundError", "UNSET")


def check_separate(one: Any, two: Any) -> None:
    """Classes have the same names, and are not the same."""
    for name in SEPARATE:
        assert getattr(one, name) is not getattr(two, name), name
    assert not issubclass(two.NotFoundError, one.ClientError)
    assert two.models.Company is not one.models.Company


def check_models(one: Any, two: Any) -> None:
    """Enums and models of two copies of one version work alike, and are not the same classes."""
    enums = (one.models.ConnectionStatus, two.models.ConnectionStatus)
    assert enums[0] is not enums[1]
    for value in ("connected", "made up"):
        assert enums[0](value) == enums[1](value) == value
    companies = [package.models.Company.from_dict({"name": "ACME", "new": 1}) for package in (one, two)]
    assert companies[0] != companies[1]
    assert companies[0].to_dict() == companies[1].to_dict() == {"name": "ACME", "new": 1}


def check_call(plugin: Any, package: Any, other: Any, keys: str, url: str) -> None:
    """A copy signs with its own plugin, and raises its own errors and not the other's."""
    credentials, environment = plugin.Credentials.from_directory(keys), plugin.Environment.emulator(url)
    with plugin.connect(package.Client, credentials, environment) as client:
        assert client.asset.get_all().to_dict()
    absent = httpx.MockTransport(lambda _: httpx.Response(404, json={"code": 404, "msg": "not here"}))
    client = plugin.connect(package.Client, credentials, environment, transport=absent)
    with client, pytest.raises(package.NotFoundError) as caught:
        client.company.get("none")
    assert caught.value.msg == "not here"
    assert not isinstance(caught.value, other.ClientError)


def main() -> None:
    """Import all, compare, and make a call by each copy."""
    project, other_project, keys, url = sys.argv[1:]
    sys.path[:0] = [project, other_project]
    here, there = "third_party.finance.qredo", "another.place"
    ours, theirs = (importlib.import_module(f"{at}.qredo_partner_v1_1") for at in (here, there))
    before = importlib.import_module(f"{here}.qredo_partner_v1_0")
    plugins = [importlib.import_module(f"{at}.qredo_signing") for at in (here, there)]
    assert ours.__version__ == theirs.__version__ != before.__version__
    check_separate(ours, theirs)
    check_separate(ours, before)
    check_models(ours, theirs)
    assert plugins[0].QredoSigningError is not plugins[1].QredoSigningError
    for plugin, package, other in ((plugins[0], ours, theirs), (plugins[1], theirs, ours)):
        check_call(plugin, package, other, keys, url)


if __name__ == "__main__":
    main()
