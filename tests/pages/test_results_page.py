"""The results page as a person meets it: counts, filters, clips that play, and strangers who achieve nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from groundctl.adapters.local.output_folder import OutputFolder
from groundctl.domain.results.agreement import WorkerAnswers, read_answers
from groundctl.domain.results.output_manifest import read_objects
from groundctl.domain.results.results import read_results
from groundctl.presentation.html.results_page import MAX_CLIPS, results_page
from pages.contrast import LOW_CONTRAST
from pages.visit import Visit, elsewhere, visit
from results.manifests import LABELS, a_line, a_request, an_origin, written
from results.world import CLIPS
from support.browser import needs_a_browser
from support.builders import NOW

pytestmark = needs_a_browser

HOSTILE = (
    f"\"'></script></style><img src={elsewhere()}/x onerror=\"window.stranger=1;alert('x')\"><script>alert(1)</script>"
)
JAVASCRIPT = "javascript:window.stranger=1;alert(1)"
LINES = [
    a_line(1, "winner", 0.95, court=1),
    a_line(2, "winner", 0.61, court=2),
    a_line(3, "forced error", 0.8, court=1),
    a_line(4, None, court=3),
]


def a_page(*lines: dict[str, Any], answers: WorkerAnswers | None = None, clip_url: Any = None, **changes: Any) -> str:
    manifest, origin = written(*(lines or LINES)), an_origin(**changes)
    results = read_results(manifest, origin, answers)
    return results_page(results, read_objects(manifest, origin, answers), now=NOW, clip_url=clip_url)


def shown(seen: Visit) -> list[str]:
    return [card.split("\n")[0] for card in seen.page.locator("#cards > li:visible .says").all_inner_texts()]


def test_the_page_shows_counts_shares_and_labels_nobody_gave(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    rows = [row.inner_text().split("\t") for row in seen.page.locator(".labels tbody tr").all()]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["winner", "2", "67%", "0.78"],
        ["forced error", "1", "33%", "0.80"],
        ["unforced error", "0", "0%", ""],
        ["cannot tell", "0", "0%", ""],
    ]
    expect(seen.page.locator(".verdict")).to_have_text("3 of 4 clips labeled")
    expect(seen.page.get_by_role("img", name="Labels by confidence.")).to_be_visible()
    assert (seen.complaints, seen.outsiders) == ([], [])


def test_what_has_no_label_is_said_with_the_reason_and_what_to_do(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    none = seen.page.get_by_role("region", name="Without a label")
    expect(none).to_contain_text("1 clip: no usable answer")
    expect(none).to_contain_text("rally-4.mp4")
    expect(seen.page.get_by_role("region", name="What to know, what to do")).to_contain_text(
        "input: {from_job: Rally-2026}"
    )


def test_clips_are_filtered_by_label_with_the_mouse(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)
    assert shown(seen) == ["winner", "winner", "forced error", "no label"]

    seen.page.get_by_role("radio", name="winner 2").check()

    assert shown(seen) == ["winner", "winner"]
    expect(seen.page.get_by_role("status")).to_have_text("2 of 4 shown")


def test_clips_are_filtered_and_ordered_with_the_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)
    keyboard = seen.page.keyboard

    keyboard.press("Tab")
    expect(seen.page.get_by_role("link", name="To the clips")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    assert shown(seen) == ["winner", "winner"]
    keyboard.press("Tab")
    keyboard.press("ArrowDown")

    confidences = seen.page.locator("#cards > li:visible .sure").all_inner_texts()
    assert [text.split()[0] for text in confidences] == ["0.61", "0.95"]


def test_clips_in_a_folder_beside_the_page_play(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(CLIPS / "rallies", tmp_path / "clips" / "rallies")
    lines = [a_line(label="winner") | {"source-ref": f"s3://clips/rallies/rally-000{n}.mp4"} for n in (1, 2)]

    seen = visit(browser, a_page(*lines, clip_url=OutputFolder(tmp_path).clips_at(str(tmp_path / "clips"))), tmp_path)
    video = seen.page.locator("video").first
    video.scroll_into_view_if_needed()
    played = video.evaluate(
        """async (video) => {
            await video.play();
            await new Promise((resolve) => setTimeout(resolve, 500));
            return { width: video.videoWidth, at: video.currentTime, error: video.error };
        }"""
    )

    assert (played["width"], played["error"]) == (320, None)
    assert played["at"] > 0.2
    assert (seen.complaints, seen.outsiders) == ([], [])


def test_many_clips_are_loaded_only_while_they_are_near(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(CLIPS / "rallies", tmp_path / "clips")
    lines = [a_line(label="winner") | {"source-ref": f"s3://c/{n}/rally-{n % 12 + 1:04}.mp4"} for n in range(150)]
    seen = visit(browser, a_page(*lines, clip_url=OutputFolder(tmp_path).clips_at(str(tmp_path / "clips"))), tmp_path)

    for step in range(5):
        seen.page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {step + 1} / 5)")
        seen.page.wait_for_timeout(100)
    seen.page.wait_for_timeout(500)

    loaded = seen.page.evaluate(
        "[...document.querySelectorAll('video')].filter((video) => video.readyState > 0).length"
    )
    assert 0 < loaded < 60
    assert not [text for text in seen.complaints if "WebMediaPlayer" in text]
    assert seen.page.locator("video").last.evaluate("(video) => video.videoWidth") == 320


def test_a_page_of_20000_clips_opens_quickly_and_says_what_it_leaves_out(browser: Browser, tmp_path: Path) -> None:
    lines = [a_line(n, LABELS[n % 3] if n % 50 else None, 0.5 + n % 50 / 100) for n in range(20_000)]

    seen = visit(browser, a_page(*lines), tmp_path)

    assert seen.page.locator("#cards > li").count() == MAX_CLIPS
    expect(seen.page.locator(".cut")).to_contain_text("Shown are 400 of 20,000 clips")
    expect(seen.page.locator(".labels tbody tr").first).to_contain_text("6,5")
    assert (tmp_path / "page.html").stat().st_size < 400_000
    ready = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    assert seen.page.evaluate(ready) < 2_000


def test_strangers_words_run_nothing_and_fetch_nothing(browser: Browser, tmp_path: Path) -> None:
    lines = [
        {**a_line(n, HOSTILE, 0.5, **{HOSTILE: HOSTILE, "link": JAVASCRIPT}), "source-ref": f"s3://clips/{HOSTILE}"}
        for n in range(3)
    ]
    broken = {"source-ref": HOSTILE, "rally-outcome-metadata": {"failure-reason": HOSTILE}}
    answers = read_answers([a_request({0: [HOSTILE, "winner"]}).replace(b"rally-0", b"<script>alert(2)</script>")])
    page = a_page(*lines, broken, answers=answers, labels=(HOSTILE, "winner"), clip_url=lambda _: JAVASCRIPT)

    seen = visit(browser, page, tmp_path)
    seen.page.get_by_role("radio").nth(1).check()
    seen.page.wait_for_timeout(300)

    assert seen.outsiders == []
    assert seen.page.locator("img, iframe, object, embed").count() == 0
    assert seen.page.locator("script").count() == 1
    assert HOSTILE in seen.page.locator(".labels").inner_text()


def test_a_script_that_got_in_would_not_run_either(browser: Browser, tmp_path: Path) -> None:
    smuggled = (
        f"<script>window.stranger=1</script><img src={elsewhere()}/x onerror=alert(1)>"
        f"<link rel=stylesheet href={elsewhere()}/>"
    )

    seen = visit(browser, a_page().replace("<main", f"{smuggled}<main"), tmp_path)
    seen.page.wait_for_timeout(300)

    assert seen.outsiders == []
    assert len(seen.complaints) >= 3  # the browser says what the page's policy refused


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everything_can_be_read_in_light_and_dark_narrow_and_wide(
    browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    answers = read_answers([a_request({0: ["winner", "forced error"], 1: ["winner"] * 2})])

    seen = visit(browser, a_page(answers=answers), tmp_path, scheme=scheme, width=width)

    assert seen.page.evaluate(LOW_CONTRAST) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_page_still_tells_everything(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(a_page())
    page = browser.new_context(java_script_enabled=False).new_page()

    page.goto((tmp_path / "page.html").as_uri())

    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("#cards > li")).to_have_count(4)
