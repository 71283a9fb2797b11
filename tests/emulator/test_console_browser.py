"""The emulator's web pages in a real Chromium: keys, the last requests, Swagger UI that signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import qredo_partner_v1_1
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from qredo_emulator import Emulator, Settings
from qredo_signing import Credentials, connect

from ..codegen.shapes import together
from .conftest import Caller
from .console_browser import chromium, open_page, try_out
from .console_keys import new_rsa, private_pem, public_pem
from .descriptions import DESCRIPTIONS, described
from .shaped import shape, signed

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.once]

PACKAGES = sorted(DESCRIPTIONS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def rsa_key() -> RSAPrivateKey:
    return new_rsa()


def key_card(page: Page) -> Locator:
    """The newest key of the list."""
    return page.locator("li.key").first


def test_a_key_until_it_is_live(browser: Browser, qredo: Emulator, tmp_path: Path, rsa_key: RSAPrivateKey) -> None:
    """A key is shown once, downloaded, given its public key, used through the plugin, and then marked LIVE."""
    (tmp_path / "private.pem").write_bytes(private_pem(rsa_key))
    (tmp_path / "public.pem").write_bytes(public_pem(rsa_key))
    with open_page(browser, f"{qredo.url}/-/") as page:
        page.get_by_role("button", name="Generate API key").click()
        expect(page.get_by_role("region", name="Your new API key")).to_be_visible()
        shown = page.get_by_label("API key", exact=True).input_value()
        assert len(shown) > 100
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "apikey"
        download.value.save_as(tmp_path / "apikey")
        page.reload()
        expect(key_card(page)).to_contain_text("No public key")
        assert shown not in page.content()
        assert page.get_by_label("API key", exact=True).input_value() == ""
        key_card(page).get_by_text("Give it its public key").click()
        key_card(page).get_by_label("Public key file").set_input_files(tmp_path / "public.pem")
        expect(key_card(page)).to_contain_text("Not used yet")

        for path in tmp_path.iterdir():
            path.chmod(0o600)
        credentials = Credentials.from_directory(tmp_path)
        assert credentials.api_key == shown
        with connect(qredo_partner_v1_1.Client, credentials, qredo.environment) as api:
            api.company.create(name="ACME")
        expect(key_card(page)).to_contain_text("LIVE")
        expect(page.locator("#state")).to_contain_text("ACME")
        expect(page.locator("#requests > li")).to_contain_text("verified")


def test_a_private_key_never_leaves_the_page(browser: Browser, qredo: Emulator, rsa_key: RSAPrivateKey) -> None:
    """A private key that is pasted is refused before anything is sent, and is gone from the field."""
    sent: list[str] = []
    with open_page(browser, f"{qredo.url}/-/") as page:
        page.get_by_role("button", name="Generate API key").press("Enter")
        page.on("request", lambda request: sent.append(request.method))
        field = key_card(page).get_by_label("or paste public.pem")
        field.fill(private_pem(rsa_key).decode())
        key_card(page).get_by_role("button", name="Register public key").press("Enter")
        expect(key_card(page).get_by_role("alert")).to_contain_text("That is a private key")
        assert field.input_value() == ""
        field.fill(public_pem(rsa_key).decode())
        assert "PUT" not in sent
        key_card(page).get_by_role("button", name="Register public key").press("Enter")
        expect(key_card(page)).to_contain_text("Not used yet")
        assert sent.count("PUT") == 1


def test_a_wrong_signature_is_explained_on_the_page(browser: Browser, qredo: Emulator, call: Any) -> None:
    """A rejected request appears while the page is open, newest first, and opens to what the emulator computed."""
    with open_page(browser, f"{qredo.url}/-/") as page:
        expect(page.locator("#no-requests")).to_be_visible()
        call("GET", "/assets")
        call("POST", "/company", {"name": "ACME"}, signed_body=b'{"name": "ACME"}\n')
        first = page.locator("#requests > li").first
        expect(first).to_contain_text("rejected")
        expect(first.locator("summary")).to_contain_text("would verify with the body with a newline at its end")
        first.locator("summary").press("Enter")
        explanation = qredo.control.requests[-1].explanation
        assert explanation is not None
        expect(first.locator(".details")).to_contain_text(explanation.digest)
        expect(first.locator(".details")).to_contain_text(f"{qredo.url}{call.base}/company")
        expect(first.locator(".details")).to_contain_text(f"Would verify with {explanation.would_verify}")
        page.get_by_label("Rejected only").check()
        expect(page.locator("#requests > li")).to_have_count(1)


def test_what_others_send_is_shown_and_breaks_nothing(browser: Browser, qredo: Emulator, call: Any) -> None:
    """Names stand on the page as text, whatever is in them; a request with a Host that is none stands there, too."""
    name = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
    call.ok("POST", "/company", {"name": name})
    call("GET", "/company/search?query=%3Cb%3E", headers={"host": "["})
    with open_page(browser, f"{qredo.url}/-/") as page:
        expect(page.locator("#state > li strong")).to_have_text(name)
        expect(page.locator("#requests > li")).to_have_count(2)
        expect(page.locator("#requests > li .path").first).to_have_text(f"{call.base}/company/search?query=%3Cb%3E")
        assert page.title() not in ("1", "2")


def test_an_inherited_handler_is_named_on_the_page(browser: Browser, tmp_path: Path) -> None:
    """The details of a request say which version's handler was called, where the operation's version has none."""
    description, new = DESCRIPTIONS["qredo_partner_v1_1"], "qredo_partner_v9_0"
    for package, line in ("qredo_partner_v1_1", ""), (new, "x-started-from: qredo_partner_v1_1\n"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "openapi.yaml").write_text(line + description.read_text())
    with Emulator(Settings(spec=tmp_path)) as emulator, httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{new}/api/v1/p"
        assert call("GET", "/assets").status_code == 200
        with open_page(browser, f"{emulator.url}/-/") as page:
            first = page.locator("#requests > li").first
            first.locator("summary").press("Enter")
            expect(first.locator(".details")).to_contain_text("inherited from 1.1")


TRIED = {
    "qredo_partner_v1_0": {"company_create": 201, "company_search": 200},
    "qredo_partner_v1_1": {
        "company_create": 200,
        "company_search": 200,
        "signing_agent_begin_registration": 200,
        "signing_agent_finish_registration": 200,  # as the agent that has just begun, by its token
    },
    "qredo_v1": {"transaction_create": 200, "account_get": 200},
    "qredo_v2": {"action_create_feed_token": 200},
}


def tried(package: str) -> dict[str, int]:
    """The operations to try, with their status: those of the version that it was started from, else plain ones."""
    if package in TRIED:
        return TRIED[package]
    description = described(package)
    if description.started_from:
        return tried(description.started_from)
    plain = (one for one in description.operations if one.method == "GET" and "{" not in one.path)
    return {one.id: one.success for one in plain if one.success}


@pytest.mark.parametrize("package", PACKAGES)
def test_try_it_out_is_signed_and_answered(browser: Browser, package: str) -> None:
    """In Swagger UI of each version, operations of each way to sign succeed, and the page names the API key."""
    # An example cannot be the signature of a document that this emulator makes.
    with Emulator(Settings(verify_approvals=False)) as emulator:
        with open_page(browser, f"{emulator.url}/-/docs/{package}/") as page:
            statuses = {operation: try_out(page, operation) for operation in tried(package)}
            expect(page.locator("#account code").first).to_be_visible()
        assert statuses == tried(package)
        assert all(record.verified for record in emulator.control.requests)


def test_what_is_signed_is_what_the_browser_sends(browser: Browser, qredo: Emulator) -> None:
    """Letters beyond ASCII, lone surrogates, white space and reserved characters verify as the browser writes them."""
    fields = {"name": "Ünï 🏦", "city": "東京\n\t", "country": "JP", "domain": "uni.example", "ref": "cut"}
    body = f"\n{json.dumps(fields, ensure_ascii=False, indent=2)}  ".replace("cut", "\ud83c")
    with open_page(browser, f"{qredo.url}/-/docs/qredo_partner_v1_0/") as page:
        assert try_out(page, "company_search", {"query": "Ünï 'a b'&c=%2F#[|]"}) == 200
        assert try_out(page, "company_create", body=body) == 201


def test_bodies_that_are_no_text_are_signed_as_they_are_sent(browser: Browser, tmp_path: Path) -> None:
    """In Swagger UI the signatures of a form with a file, and of a file, are of the bytes that the browser sends."""
    shapes = [shape("body: multipart"), shape("body: bytes")]
    (tmp_path / "qredo_files").mkdir()
    (tmp_path / "qredo_files" / "openapi.yaml").write_text(json.dumps(signed(together(shapes))), encoding="utf-8")
    file: FilePayload = {"name": "a \u00fc.bin", "mimeType": "image/png", "buffer": bytes(range(256))}
    with Emulator(Settings(spec=tmp_path)) as emulator:
        with open_page(browser, f"{emulator.url}/-/docs/qredo_files/") as page:
            assert try_out(page, "thing_do0", {"note": "\u00fc"}, file=file) == 200
            assert try_out(page, "thing_do1", file=file) == 200
        assert [record.verified for record in emulator.control.requests] == [True, True]


@pytest.mark.parametrize(("path", "width"), [("", 390), ("", 1280), ("docs/qredo_partner_v1_0/", 390)])
def test_nothing_is_wider_than_the_window(browser: Browser, qredo: Emulator, call: Any, path: str, width: int) -> None:
    """On a phone and on a desktop no page scrolls sideways."""
    call.wallet(call.company())
    with open_page(browser, f"{qredo.url}/-/{path}", width=width, dark=width == 390) as page:
        page.locator("#state td, .opblock").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_every_field_has_a_label(browser: Browser, qredo: Emulator) -> None:
    """Each field and button of the console has a name that a screen reader can say."""
    with open_page(browser, f"{qredo.url}/-/") as page:
        page.get_by_role("button", name="Generate API key").click()
        key_card(page).get_by_label("Public key file").wait_for()
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input, textarea')].filter((field) => !field.labels.length).length"
        )
        assert unnamed == 0
        assert page.get_by_role("button", name="").count() == page.get_by_role("button").count()


@pytest.mark.parametrize("path", ["", "docs/qredo_v1/"])
def test_a_stopped_emulator_is_told(browser: Browser, path: str) -> None:
    """A page that is left open says so when its emulator does not answer any more."""
    with Emulator() as emulator, open_page(browser, f"{emulator.url}/-/{path}", expected="ERR_CONNECTION") as page:
        page.locator("#keys > li, .opblock").first.wait_for()
        emulator.stop()
        if path:
            page.locator(".opblock-summary-control").first.click()
            page.locator("button.execute").first.click()
        expect(page.locator("#connection, .response").first).to_contain_text("The emulator does not respond")
