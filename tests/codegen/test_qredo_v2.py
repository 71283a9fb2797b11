"""The description of the Qredo API v2, of which a part is known."""

from __future__ import annotations

from pathlib import Path

from qredo_codegen.description.document import load, operations
from qredo_codegen.description.security import main_scheme, stamps, used_scheme

DOCUMENT = load(Path(__file__).parents[2] / "spec" / "qredo_v2" / "openapi.yaml")
KNOWN_IN_FULL = {
    "action_create_feed_token",
    "action_get",
    "action_open_feed",
    "api_key_update",
    "token_get",
    "token_refresh",
}


def test_the_feed_is_opened_with_the_first_scheme_that_the_client_has() -> None:
    """The token in the header, of the two that the service takes; the package as a whole needs that scheme too."""
    assert used_scheme(DOCUMENT, DOCUMENT["paths"]["/actions/signrequests"]["x-websocket"]["security"]) == "qredo_token"
    assert main_scheme(DOCUMENT) == "qredo_token"
    assert stamps(DOCUMENT) == ["timestamp"]


def test_each_operation_says_how_much_of_it_is_known() -> None:
    """Of 14 operations 6 are known in full and 8 in part, and their texts say which."""
    texts = {one.node["operationId"]: one.node["description"] for one in operations(DOCUMENT)}
    assert len(texts) == 14
    assert {name for name, text in texts.items() if "Known in full" in text} == KNOWN_IN_FULL
    assert {name for name, text in texts.items() if "Known in part" in text} == texts.keys() - KNOWN_IN_FULL
