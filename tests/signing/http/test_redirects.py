"""Redirects through `connect`: reported, never followed, and nothing of ours reaches the target."""

from __future__ import annotations

import pickle

import httpx
import pytest
from qredo_signing import Credentials, Environment, OriginError, OutcomeUnknownError, RedirectError

from ..doubles import Seen, call, serve
from .sending import MODES

STATUSES = [301, 302, 303, 307, 308]


@pytest.fixture(name="mode", params=MODES)
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def redirect(status: int, location: str) -> tuple[int, dict[str, str], bytes]:
    """An answer that points elsewhere."""
    return status, {"location": location}, b""


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_to_another_server(
    host: str, method: str, status: int, mode: str, emulator_credentials: Credentials
) -> None:
    """A redirect to a real second server is an error naming status and target; that server is never asked anything.

    A server that answers a POST with 301, 302 or 303 may have carried it out, so its outcome is unknown.
    """
    is_unknown = method == "POST" and status in {301, 302, 303}
    with serve() as foreign, serve() as server:
        target = foreign.url.replace("127.0.0.1", host) + "/taken"
        server.answer = lambda seen: redirect(status, target + "?token=secret#part")
        with pytest.raises(OutcomeUnknownError if is_unknown else RedirectError) as caught:
            call(mode, emulator_credentials, Environment.emulator(server.url), method, "/company?q=secret")
        assert (len(server.requests), foreign.requests) == (1, [])
    assert "secret" not in str(caught.value)
    if isinstance(caught.value, RedirectError):
        assert (caught.value.status_code, caught.value.target) == (status, target)
        assert f"got a redirect ({status}) to {target}, which was not followed" in str(caught.value)


@pytest.mark.parametrize("status", STATUSES)
def test_a_redirect_on_the_same_server(status: int, mode: str, emulator_credentials: Credentials) -> None:
    """A redirect within the origin is not followed either: the signature is for one URL."""

    def answer(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        return redirect(status, "../moved?x=1") if "assets" in seen.path else (200, {}, b"{}")

    with serve(answer) as server:
        with pytest.raises(RedirectError) as caught:
            call(mode, emulator_credentials, Environment.emulator(server.url), "GET", "/assets")
        assert [seen.path for seen in server.requests] == ["/dummy_v1/api/v1/p/assets"]
    assert caught.value.target == f"{server.url}/dummy_v1/api/v1/moved"


@pytest.mark.parametrize(
    "location",
    [
        "//127.0.0.1:9/x",
        "http://user:secret@127.0.0.1:9/x",
        "https://127.0.0.1:9/x",
        "HTTP://127.0.0.1:9/x",
        "ftp://h/x",
    ],
)
def test_tricks_in_the_target(location: str, mode: str, emulator_credentials: Credentials) -> None:
    """Relative hosts, userinfo, other schemes and upper case are all named without secrets, and not followed."""
    with serve(lambda seen: redirect(302, location)) as server:
        with pytest.raises(RedirectError) as caught:
            call(mode, emulator_credentials, Environment.emulator(server.url))
        assert len(server.requests) == 1
    assert caught.value.target.endswith(("://127.0.0.1:9/x", "ftp://h/x"))
    assert "secret" not in str(caught.value)


def test_a_callers_http_client_that_follows_redirects(emulator_credentials: Credentials) -> None:
    """`follow_redirects=True` on a caller's http_client does not apply to our requests."""
    with serve() as foreign, serve(lambda seen: redirect(302, foreign.url)) as server:
        with httpx.Client(follow_redirects=True) as http, pytest.raises(RedirectError):
            call("sync", emulator_credentials, Environment.emulator(server.url), options={"http_client": http})
        assert foreign.requests == []


@pytest.mark.parametrize("status", [300, 304, 305])
def test_other_3xx_answers_are_answers(status: int, mode: str, emulator_credentials: Credentials) -> None:
    """A 3xx that is no redirect, and a redirect status without a Location, are left to the client."""
    with serve(lambda seen: (status, {}, b"")) as server:
        assert call(mode, emulator_credentials, Environment.emulator(server.url)).status_code == status
    with serve(lambda seen: (302, {}, b"")) as server:
        assert call(mode, emulator_credentials, Environment.emulator(server.url)).status_code == 302


def test_the_errors_survive_a_worker_pool() -> None:
    """Errors with attributes can be pickled, as a process pool does, and keep them."""
    redirected = pickle.loads(pickle.dumps(RedirectError("message", status_code=302, target="https://x/")))
    assert (str(redirected), redirected.status_code, redirected.target) == ("message", 302, "https://x/")
    refused = pickle.loads(pickle.dumps(OriginError("message", expected="https://a", actual="https://b")))
    assert (str(refused), refused.expected, refused.actual) == ("message", "https://a", "https://b")
