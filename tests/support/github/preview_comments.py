"""Renders every comment of tests/snapshots as GitHub does, light and dark: `make preview-comments`."""

from __future__ import annotations

import html
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from support.browser import CHROMIUM, a_browser, patient
from support.builders import ROOT
from support.github.comment_page import comment_page

CASES: Final = ROOT / "tests" / "snapshots"
FOLDER: Final = ROOT / ".build" / "comments"
# A comment on GitHub's page of a pull request, and on a phone.
WIDTHS: Final = {"": 900, "-narrow": 390}
_SCHEMES: Final = ("light", "dark")


def main() -> None:
    """Write a page for each comment and an index; also images, if there is a browser: of the named comments, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = [_page(file) for file in sorted(CASES.rglob("*.md")) if file.name != "README.md" and _is_comment(file)]
    links = "".join(f'<li><a href="{page.name}">{html.escape(page.stem)}</a></li>\n' for page in pages)
    (FOLDER / "index.html").write_text(f"<!doctype html>\n<title>Comments</title>\n<ul>\n{links}</ul>\n")
    print(f"{len(pages)} comments rendered: {(FOLDER / 'index.html').relative_to(ROOT)}")
    if CHROMIUM is None:
        print("No images: there is no Chromium on this machine.")
        return
    with a_browser() as browser:
        for page in (page for page in pages if page.stem in sys.argv[1:] or not sys.argv[1:]):
            _take_images(browser, page)
    print(f"Images, light and dark, wide and narrow: {FOLDER.relative_to(ROOT)}/*.png")


def _is_comment(file: Path) -> bool:
    return file.name == "comment.md" or file.parent.name == "comments"


def _page(file: Path) -> Path:
    name = file.stem if file.parent.name == "comments" else file.parent.name
    page = FOLDER / f"{name}.html"
    page.write_text(comment_page(file.read_text(), name))
    return page


def _take_images(browser: Browser, page: Path) -> None:
    for scheme in _SCHEMES:
        for suffix, width in WIDTHS.items():
            view = patient(browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme))
            view.goto(page.as_uri())
            view.screenshot(path=FOLDER / f"{page.stem}-{scheme}{suffix}.png", full_page=True)
            view.close()


if __name__ == "__main__":
    main()
