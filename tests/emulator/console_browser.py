"""A real Chromium in front of the emulator's web pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, Request, expect, sync_playwright

__all__ = ["chromium", "open_page", "try_out"]

_PATIENCE = 20_000
"""Milliseconds that a page may take: busy machines are slow."""

_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)

# Not by typing: a page can hold text that UTF-8, and with it the protocol that types, can't.
_FILL = """(field, json) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, JSON.parse(json));
    field.dispatchEvent(new Event("input", {bubbles: true}));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser, url: str, *, width: int = 1280, dark: bool = False, expected: str | None = None
) -> Iterator[Page]:
    """A page in a profile of its own; at the end its console had no error and it asked no other server.

    Args:
        browser: See ``chromium``.
        url: What to open, such as ``http://127.0.0.1:8080/-/``; its origin is the only one that may be asked.
        width: Of the window, in CSS pixels.
        dark: Whether the user prefers dark colours.
        expected: Errors of the console that hold this text are fine.
    """
    problems: list[str] = []
    origin = "/".join(url.split("/")[:3])

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and (expected is None or expected not in message.text):
            problems.append(f"{message.type}: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:", "blob:")):
            problems.append(f"asked {request.url}")

    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light")
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("console", note_message)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", note_request)
        page.goto(url)
        yield page
    finally:
        context.close()
    assert problems == []


def try_out(
    page: Page,
    operation: str,
    fields: dict[str, str] | None = None,
    *,
    body: str | None = None,
    file: FilePayload | None = None,
) -> int:
    """Executes an operation in Swagger UI and returns the status that it shows.

    Args:
        page: A page of Swagger UI.
        operation: The operation's id, such as ``company_create``.
        fields: Values for parameters, or fields of a form, by name; the others keep their examples.
        body: The text of the body; None keeps the example.
        file: What to choose where a file is asked for.
    """
    block = page.locator(f".opblock[id$='-{operation}']")
    if block.locator("button.execute").count() == 0:
        block.locator(".opblock-summary-control").click()
    for name, value in (fields or {}).items():
        field = f"tr[data-param-name='{name}'] input, tr[data-property-name='{name}'] input[type=text]"
        block.locator(field).fill(value)
    if file is not None:
        block.locator("input[type=file]").set_input_files(file)
    if body is not None:
        block.locator("textarea.body-param__text").evaluate(_FILL, json.dumps(body))
    block.locator("button.execute").click()
    return int(block.locator(".live-responses-table tbody .response-col_status").inner_text().split()[0])
