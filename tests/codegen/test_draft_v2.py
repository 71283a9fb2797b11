"""The draft of the description of the Qredo API v2, which no package is generated from yet."""

from __future__ import annotations

from pathlib import Path

from qredo_codegen.description.document import load, operations
from qredo_codegen.description.rules import check_described, check_generable, validate

DOCUMENT = load(Path(__file__).parents[2] / "spec" / "qredo_v2" / "openapi.draft.yaml")
KNOWN_IN_FULL = {
    "action_create_feed_token",
    "action_get",
    "action_open_feed",
    "api_key_update",
    "token_get",
    "token_refresh",
}


def test_the_draft_breaks_two_rules_only() -> None:
    """Of two operations no other shows whether they took effect, and the feed has two schemes to choose from."""
    problems = [*validate(DOCUMENT), *check_generable(DOCUMENT), *check_described(DOCUMENT)]
    schemes = "is neither signed nor one single scheme; say which of them the client uses."
    unknown = "has neither x-idempotent nor x-outcome, and is no GET."
    assert {(problem.message, problem.pointer) for problem in problems} == {
        (schemes, "/paths/~1actions~1signrequests/get/security"),
        (schemes, "/paths/~1actions~1signrequests/x-websocket/security"),
        (unknown, "/paths/~1workspaces/post"),
        (unknown, "/paths/~1workspaces~1{workspace_id}~1accounts/post"),
    }


def test_each_operation_says_how_much_of_it_is_known() -> None:
    """Of 14 operations 6 are known in full and 8 in part, and their texts say which."""
    texts = {one.node["operationId"]: one.node["description"] for one in operations(DOCUMENT)}
    assert len(texts) == 14
    assert {name for name, text in texts.items() if "Known in full" in text} == KNOWN_IN_FULL
    assert {name for name, text in texts.items() if "Known in part" in text} == texts.keys() - KNOWN_IN_FULL
