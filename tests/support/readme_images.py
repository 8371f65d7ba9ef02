"""Takes the images of README.md: `make readme-images`, after `groundctl demo`."""

from __future__ import annotations

import sys
from typing import Final

from playwright.sync_api import Browser, FloatRect

from support.browser import CHROMIUM, a_browser, patient
from support.builders import ROOT
from support.github.comment_page import comment_page

IMAGES: Final = ROOT / ".github" / "images"
COMMENT: Final = ROOT / "tests" / "snapshots" / "comments" / "plan-1-job.md"
RESULTS: Final = ROOT / ".build" / "demo" / "results" / "rally-outcome-2026-11.html"
WIDTH: Final = 900
# A results page is laid out for this width, and its image reduced.
WIDE: Final = 1_200
CLIPS_SHOWN: Final = 8
# The page loads a clip when it comes near the window; it is stopped in the middle of its action.
PLAY: Final = """async video => {
  await video.play();
  while (video.currentTime < 1) await new Promise(requestAnimationFrame);
  video.pause();
}"""


def main() -> int:
    """Write both images; return an exit code."""
    if CHROMIUM is None or not RESULTS.is_file():
        print("These images need Chromium and the pages of `groundctl demo`.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with a_browser() as browser:
        take_comment(browser)
        take_results(browser)
    return 0


def take_comment(browser: Browser) -> None:
    """Show the comment alone, with its details unfolded."""
    markdown = COMMENT.read_text(encoding="utf-8").replace("<details>", "<details open>")
    page = patient(browser.new_page(viewport={"width": WIDTH, "height": 600}, color_scheme="light"))
    page.set_content(comment_page(markdown, "Plan"))
    page.locator("article").screenshot(path=IMAGES / "comment.png")
    page.close()


def take_results(browser: Browser) -> None:
    """Show a results page down to its first rows of clips."""
    page = patient(
        browser.new_page(
            viewport={"width": WIDE, "height": 1_500}, device_scale_factor=WIDTH / WIDE, color_scheme="light"
        )
    )
    page.goto(RESULTS.as_uri())
    videos = page.locator("video").all()[:CLIPS_SHOWN]
    for video in videos:
        video.scroll_into_view_if_needed()
        video.evaluate(PLAY)
    page.evaluate("scrollTo(0, 0)")
    bottom = videos[-1].evaluate("video => video.closest('li').getBoundingClientRect().bottom")
    clip = FloatRect(x=0, y=0, width=WIDE, height=bottom + 8)
    page.screenshot(path=IMAGES / "results.png", full_page=True, clip=clip)
    page.close()


if __name__ == "__main__":
    sys.exit(main())
