"""Worker pages in one browser session as AWS would serve them: without our preview's policy, and with a log of what they do.

Each page is a frame of a batch, from a server on this machine. A bite is the canary's call, a request that the page may not
send, or something in the page that would run or load later: a script, an address with another scheme, and each element and
attribute that the lists do not have, whatever the lint has read in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from threading import Thread
from typing import ClassVar

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Frame, Page, Request

from groundctl.domain.declarations.templates.allowed import ATTRIBUTES, EVERYWHERE
from groundctl.presentation.html.liquid_rendering import render_task
from support.browser import patient

# Input data that tries to become markup, an address, or a script.
HOSTILE_LABELS = (
    "\"'><img src=x onerror=canary()><b title='",
    "https://evil.example/label.png",
    "javascript:canary()",
    "{{ 7 }}</script><script>canary()</script>",
)
_CROWD = "https://assets.crowd.aws/crowd-html-elements.js"
_BATCH = 50
_INIT = "window.canary = () => console.log('CANARY ' + location.href); window.alert = window.canary;"
_LISTS = {tag: sorted(names | EVERYWHERE) for tag, names in ATTRIBUTES.items()}
_SCAN = """([crowd, clip, lists]) => {
  const addresses = ["href", "src", "poster", "image", "icon-url", "xlink:href"];
  const scan = (page) => {
    const bites = [];
    for (const script of page.scripts)
      if (script.getAttribute("src") !== crowd || script.textContent.trim()) bites.push("a script");
    for (const one of page.querySelectorAll("*")) {
      const listed = one.namespaceURI === "http://www.w3.org/1999/xhtml" && lists[one.localName];
      if (!listed) bites.push("<" + one.localName + ">");
      if (one.shadowRoot) bites.push("a shadow tree");
      for (const { name, value } of one.attributes) {
        if (name.startsWith("on")) bites.push("a handler " + name);
        else if (listed && !listed.includes(name) && !/^(aria|data)-/.test(name)) bites.push(name);
        if (value === clip) continue;
        if (addresses.includes(name) && !/^(https:\\/\\/|s3:\\/\\/|mailto:|#|$)/.test(value)) bites.push(name + "=" + value);
        if (value.includes("signature=secret")) bites.push("the signed address in " + name);
      }
    }
    return bites;
  };
  // Scripts copy markup, as AWS's may: what is harmless must stay so when it is written out and read again.
  const scan_copy = (page) => {
    for (let times = 0; times < 2; times++) page.body.innerHTML = page.body.innerHTML;
    return scan(page).map((bite) => "in a copy, " + bite);
  };
  return [...document.querySelectorAll("iframe")].map((frame) => {
    const page = frame.contentDocument;
    try { return [...scan(page), ...scan_copy(page)]; } catch { return ["moved to another page"]; }
  });
}"""


class _Pages(BaseHTTPRequestHandler):
    """Serves the pages by their names, and a batch of frames with all of them."""

    served: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        frames = "".join(f'<iframe src="/t/{name}"></iframe>' for name in self.served)
        body = f"<!doctype html>{frames}" if name == "batch" else self.served.get(name)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@cache
def site_address() -> str:
    """Start the server of the pages, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def clip_url() -> str:
    """Return the signed address of the clip, which only the clip's own element may have."""
    return f"{site_address()}/clip.mp4?signature=secret"


@dataclass
class WorkerSite:
    """A browser's view of many worker pages."""

    browser: Browser
    bites: dict[str, list[str]] = field(default_factory=dict)
    _requests: list[Request] = field(default_factory=list)

    def open(self, pages: Mapping[str, str]) -> dict[str, list[str]]:
        """Open pages by their names, and return what each did; a page that did nothing has an empty list."""
        self.bites = {name: [] for name in pages}
        context = patient(self.browser.new_context())
        context.add_init_script(_INIT)
        context.route(lambda url: not url.startswith(site_address()), lambda route: route.abort())
        names = iter(pages)
        while batch := list(islice(names, _BATCH)):
            _Pages.served = {name: pages[name] for name in batch}
            page = context.new_page()
            self._listen(page)
            page.goto(f"{site_address()}/batch", wait_until="load")
            page.wait_for_timeout(150)
            for name, found in zip(batch, page.evaluate(_SCAN, [_CROWD, clip_url(), _LISTS]), strict=True):
                for bite in found:
                    self._bite(name, bite)
            page.wait_for_timeout(50)
            for request in self._requests:
                self._judge(request)
            self._requests.clear()
            page.close()
        context.close()
        return self.bites

    def _listen(self, page: Page) -> None:
        # Judged at the end: a frame has no address yet when its first requests go out.
        page.on("request", lambda request: self._requests.append(request))
        page.on("console", self._note_message)
        page.on("dialog", self._note_dialog)

    def _judge(self, request: Request) -> None:
        is_a_page = request.url == f"{site_address()}/batch" or bool(_named(request.url))
        if not (is_a_page or request.url in {_CROWD, clip_url()} or request.url.startswith("s3://")):
            self._bite(_name_of(request.frame), f"requests {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.text.startswith("CANARY "):
            self._bite(_named(message.text.removeprefix("CANARY ")), "runs the canary")

    def _note_dialog(self, dialog: Dialog) -> None:
        self._bite("", f"shows a dialog: {dialog.message}")
        dialog.dismiss()

    def _bite(self, name: str, what: str) -> None:
        self.bites.setdefault(name, []).append(what)


def _named(url: str) -> str:
    found = re.fullmatch(re.escape(site_address()) + r"/t/([^/?#]+)(?:#.*)?", url)
    return found[1] if found else ""


def _name_of(frame: Frame) -> str:
    """Return the name of the page that a frame, or a frame inside of it, was opened for."""
    while frame.parent_frame and frame.parent_frame.parent_frame:
        frame = frame.parent_frame
    return _named(frame.url)


def rendered(template: str, labels: tuple[str, ...] = HOSTILE_LABELS) -> str:
    """Fill in a template as our preview does, with hostile input."""
    return render_task(template, labels, clip_url())
