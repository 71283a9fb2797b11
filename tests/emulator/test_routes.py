"""Paths and methods: what is found, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from qredo_emulator import Emulator

from .descriptions import described

PACKAGE = "qredo_partner_v1_1"


@pytest.fixture(scope="module")
def description() -> Any:
    return described(PACKAGE)


@pytest.fixture(scope="module")
def router(qredo_server: Emulator) -> Any:
    """The routes of an emulator that serves all versions."""
    return qredo_server.app.router


@pytest.mark.parametrize("prefix", [f"/{PACKAGE}/api/v1/p", f"/{PACKAGE}/qapi/v1/p", "/api/v1/p", "/qapi/v1/p"])
def test_every_documented_base_path_is_served(call: Any, prefix: str) -> None:
    """Both documented base paths work, below the package and bare for the default API."""
    call.base = prefix
    assert call.ok("POST", "/company", {"name": "ACME"})["company_id"]


def test_no_other_package_is_served(call: Any) -> None:
    """A package that has no description is an unknown path, and the error says which base paths there are."""
    call.base = "/qredo_partner_v9/api/v1/p"
    answer = call("GET", "/assets")
    assert answer.status_code == 404
    assert answer.json()["code"] == 404
    assert f"/{PACKAGE}/api/v1/p" in answer.json()["detail"]["reason"]


def test_every_operation_is_found_by_its_own_path(description: Any, router: Any) -> None:
    """Each operation's template, filled in, leads to that operation."""
    for operation in description.operations:
        filled = operation.path.replace("{", "id-").replace("}", "")
        match = router.find(f"/api/v1/p{filled}")
        assert match is not None
        assert match.endpoint.operations[operation.method] == operation
        assert all(value == f"id-{name}" for name, value in match.parameters.items())


@pytest.mark.parametrize("path", ["/company/search", "/company/c/fund/search", "/coreclient/action/x"])
def test_a_literal_path_wins_over_a_template(router: Any, path: str) -> None:
    """A path that a template could take goes to the literal one."""
    match = router.find(f"/api/v1/p{path}")
    assert match is not None
    assert match.endpoint.template.split("/")[:-1] == path.split("/")[:-1] or "search" in match.endpoint.template
    assert "client_id" not in match.parameters
    assert "search" not in match.parameters.values()


def test_search_is_not_a_company(call: Any) -> None:
    """GET /company/search searches; it does not look for a company called search."""
    call.company("ACME")
    assert call.ok("GET", "/company/search?query=acm")["total_count"] == 1


def test_an_encoded_slash_stays_in_its_parameter(router: Any) -> None:
    """%2F in a path parameter is a character of it, not a further segment."""
    match = router.find("/api/v1/p/company/a%2Fb")
    assert match is not None
    assert match.parameters == {"company_id": "a/b"}


@pytest.mark.parametrize("path", ["/company/", "/company//trustedparty", "/nothing", "//assets"])
def test_an_unknown_path_is_404(call: Any, path: str) -> None:
    """A path that the description does not have is 404 in the documented form; an empty segment is no value."""
    answer = call("GET", path)
    assert answer.status_code == 404
    assert answer.json()["msg"] == "Not Found"


def test_a_method_that_a_path_does_not_have_is_405(call: Any) -> None:
    """405 names the methods that there are, in Allow and in the documented form."""
    answer = call("DELETE", "/coreclient")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.json() == {
        "code": 405,
        "msg": "Method Not Allowed",
        "detail": {"reason": "DELETE is not one of GET, POST"},
    }


def test_a_literal_path_has_its_own_methods_only(call: Any) -> None:
    """PUT /company/search is 405: it is not an update of a company called search."""
    answer = call("PUT", "/company/search", {"name": "ACME"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("path", ["/wallets/feed", "/liquidityhub/feed"])
def test_a_feed_is_not_read_by_a_plain_request(call: Any, path: str) -> None:
    """GET of a feed's path without a WebSocket handshake is 426."""
    answer = call("GET", path)
    assert answer.status_code == 426
    assert answer.headers["upgrade"] == "websocket"
