"""A sample clip in the browser a worker would use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from samples.make_clips import CLIPS
from support.browser import needs_a_browser, patient

pytestmark = needs_a_browser

PLAY = """
async (source) => {
    const video = document.createElement("video");
    video.muted = true;
    video.src = source;
    document.body.replaceChildren(video);
    await video.play();
    await new Promise((resolve) => video.addEventListener("ended", resolve));
    return {
        width: video.videoWidth, height: video.videoHeight, ready: video.readyState,
        shown: video.getVideoPlaybackQuality().totalVideoFrames, at: video.currentTime, error: video.error,
    };
}
"""


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def clips_url() -> Iterator[str]:
    """Serve the clips on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(CLIPS)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Page:
    """Open an empty page with a profile of its own."""
    return patient(browser.new_context()).new_page()


@pytest.mark.parametrize("name", ["rallies/rally-0001.mp4", "serves/serve-0001.mp4", "docks/dock-0001.mp4"])
def test_chromium_plays_a_clip_to_its_end(page: Page, clips_url: str, name: str) -> None:
    page.goto(clips_url)

    played = page.evaluate(PLAY, f"{clips_url}/{name}")

    assert played["error"] is None
    assert (played["width"], played["height"]) == (320, 180)
    assert played["ready"] >= 2  # HAVE_CURRENT_DATA
    assert played["at"] >= 2
    assert played["shown"] > 20
