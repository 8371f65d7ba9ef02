"""A page opened in a real browser, and a record of its side effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from support.browser import patient


class _ForeignServer(BaseHTTPRequestHandler):
    """A server that no page may contact; it answers, and records every request."""

    visitors: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.visitors.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@cache
def foreign_server() -> str:
    """Start the server that pages must not contact, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _ForeignServer)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@dataclass
class Visit:
    """One page, opened from a file in its own browser context, with its side effects."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    console_problems: list[str] = field(default_factory=list)

    @property
    def side_effects(self) -> list[str]:
        """Return what an attacker would have achieved: a dialog, a request, a property of the window."""
        marks = ["window.injected"] if self.page.evaluate("'injected' in window") else []
        return [*self.dialogs, *self.requests, *_ForeignServer.visitors, *marks]


def visit(browser: Browser, content: str, folder: Path, *, scheme: str = "light", width: int = 1280) -> Visit:
    """Write a page to a folder and open it as a file."""
    _ForeignServer.visitors.clear()
    file = folder / "page.html"
    file.write_text(content, encoding="utf-8")
    context = patient(
        browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
        )
    )
    seen = Visit(page=context.new_page())

    def dismiss(dialog: Dialog) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    def note_request(request: Request) -> None:
        if request.url.split(":")[0] not in {"file", "data", "blob"}:
            seen.requests.append(request.url)

    def note_refusal(request: Request) -> None:
        # The browser also reports requests that the page's policy blocked.
        if request.failure == "csp" and request.url in seen.requests:
            seen.requests.remove(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            seen.console_problems.append(message.text)

    seen.page.on("dialog", dismiss)
    seen.page.on("request", note_request)
    seen.page.on("requestfailed", note_refusal)
    seen.page.on("console", note_message)
    seen.page.on("pageerror", lambda error: seen.console_problems.append(str(error)))
    seen.page.goto(file.as_uri())
    return seen
