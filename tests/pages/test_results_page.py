"""The results page in a browser: counts, filters, playing clips, and untrusted text that stays text."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from groundctl.adapters.local.output_folder import OutputFolder
from groundctl.domain.results.agreement import WorkerAnswers, read_answers
from groundctl.domain.results.output_manifest import read_objects
from groundctl.domain.results.results import read_results
from groundctl.presentation.escape import visible
from groundctl.presentation.html.results_page import MAX_CLIPS, results_page
from pages.browser_visit import Visit, foreign_server, visit
from pages.contrast import LOW_CONTRAST
from results.manifests import LABELS, a_labeled_job, a_line, a_request, written
from results.simulated_job import CLIPS
from support.browser import needs_a_browser, patient
from support.builders import NOW
from support.hostile_texts import HOSTILE as HOSTILE_TEXTS

pytestmark = needs_a_browser

HOSTILE = f"\"'></script></style><img src={foreign_server()}/x onerror=\"window.injected=1;alert('x')\"><script>alert(1)</script>"
# Texts that a line of a manifest can hold and that a page does not shorten.
WRITABLE = [
    text for text in HOSTILE_TEXTS if 0 < len(text) <= 110 and not any("\ud800" <= char <= "\udfff" for char in text)
]
JAVASCRIPT = "javascript:window.injected=1;alert(1)"
LINES = [
    a_line(1, "winner", 0.95, court=1),
    a_line(2, "winner", 0.61, court=2),
    a_line(3, "forced error", 0.8, court=1),
    a_line(4, None, court=3),
]


def a_page(*lines: dict[str, Any], answers: WorkerAnswers | None = None, clip_url: Any = None, **changes: Any) -> str:
    manifest, labeled_job = written(*(lines or LINES)), a_labeled_job(**changes)
    results = read_results(manifest, labeled_job, answers)
    return results_page(results, read_objects(manifest, labeled_job, answers), now=NOW, clip_url=clip_url)


def shown_as(text: str) -> str:
    """How a page shows a text: characters that cannot be seen are written out."""
    return visible(text)


def votes(text: str) -> str:
    """How a page shows one answer for a text and one for another label."""
    first, second = sorted([text, "winner"])
    return shown_as(f"{first} 1, {second} 1")


def shown(seen: Visit) -> list[str]:
    return [card.split("\n")[0] for card in seen.page.locator("#cards > li:visible .answer").all_inner_texts()]


def test_the_page_shows_counts_shares_and_unused_labels(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    rows = [row.inner_text().split("\t") for row in seen.page.locator(".labels tbody tr").all()]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["winner", "2", "67%", "0.78"],
        ["forced error", "1", "33%", "0.80"],
        ["unforced error", "0", "0%", ""],
        ["cannot tell", "0", "0%", ""],
    ]
    expect(seen.page.locator(".headline")).to_have_text("3 of 4 clips labeled")
    expect(seen.page.get_by_role("img", name="Labels by confidence.")).to_be_visible()
    assert (seen.console_problems, seen.side_effects) == ([], [])


def test_clips_without_a_label_are_listed_with_the_reason_and_the_next_step(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    none = seen.page.get_by_role("region", name="Clips without a label")
    expect(none).to_contain_text("1 clip: no usable answer")
    expect(none).to_contain_text("rally-4.mp4")
    expect(seen.page.get_by_role("region", name="Notes and next steps")).to_contain_text(
        "input: {from_job: Rally-2026}"
    )


def test_clips_are_filtered_by_label_with_the_mouse(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)
    assert shown(seen) == ["winner", "winner", "forced error", "no label"]

    seen.page.get_by_role("radio", name="winner 2").check()

    assert shown(seen) == ["winner", "winner"]
    expect(seen.page.get_by_role("status")).to_have_text("2 of 4 shown")


def test_clips_are_filtered_and_sorted_with_the_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)
    keyboard = seen.page.keyboard

    keyboard.press("Tab")
    expect(seen.page.get_by_role("link", name="Skip to the clips")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    assert shown(seen) == ["winner", "winner"]
    keyboard.press("Tab")
    keyboard.press("ArrowDown")

    confidences = seen.page.locator("#cards > li:visible .confidence").all_inner_texts()
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
    assert (seen.console_problems, seen.side_effects) == ([], [])


def test_clips_are_loaded_only_while_they_are_near_the_viewport(browser: Browser, tmp_path: Path) -> None:
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
    assert not [text for text in seen.console_problems if "WebMediaPlayer" in text]
    assert seen.page.locator("video").last.evaluate("(video) => video.videoWidth") == 320


def test_a_page_of_20000_clips_opens_quickly_and_says_how_many_it_shows(browser: Browser, tmp_path: Path) -> None:
    lines = [a_line(n, LABELS[n % 3] if n % 50 else None, 0.5 + n % 50 / 100) for n in range(20_000)]

    seen = visit(browser, a_page(*lines), tmp_path)

    assert seen.page.locator("#cards > li").count() == MAX_CLIPS
    expect(seen.page.locator(".cut")).to_contain_text("Showing 400 of 20,000 clips")
    expect(seen.page.locator(".labels tbody tr").first).to_contain_text("6,5")
    assert (tmp_path / "page.html").stat().st_size < 400_000
    ready = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    assert seen.page.evaluate(ready) < 2_000


def test_untrusted_text_runs_nothing_and_fetches_nothing(browser: Browser, tmp_path: Path) -> None:
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

    assert seen.side_effects == []
    assert seen.page.locator("img, iframe, object, embed").count() == 0
    assert seen.page.locator("script").count() == 1
    assert HOSTILE in seen.page.locator(".labels").inner_text()


def clip_of(number: int, text: str) -> tuple[bytes, bytes]:
    """The clip that a request names by default, and the one of a hostile line, both as JSON."""
    return f'"s3://clips/rally-{number}.mp4"'.encode(), json.dumps(f"{number} {text}").encode()


def test_hostile_texts_in_every_field_of_a_clip_stay_text(browser: Browser, tmp_path: Path) -> None:
    lines = [
        {**a_line(n, text, 0.5, **{f"{n} {text}": text}), "source-ref": f"{n} {text}"}
        for n, text in enumerate(WRITABLE)
    ]
    requests = [a_request({n: [text, "winner"]}).replace(*clip_of(n, text)) for n, text in enumerate(WRITABLE)]
    answers = read_answers(requests)

    seen = visit(browser, a_page(*lines, answers=answers), tmp_path)
    cards = seen.page.locator("#cards > li").evaluate_all(
        """(cards) => cards.map((card) => [".label", ".location code", ".votes", ".own dt", ".own dd"].map(
            (field) => card.querySelector(field).textContent))"""
    )

    assert len(WRITABLE) > 250
    assert cards == [
        [shown_as(text), shown_as(f"{n} {text}"), f"Answers: {votes(text)}", shown_as(f"{n} {text}"), shown_as(text)]
        for n, text in enumerate(WRITABLE)
    ]
    assert seen.side_effects == []
    assert seen.page.locator("#cards li *").evaluate_all(
        "(elements) => [...new Set(elements.map((element) => element.localName))].sort()"
    ) == ["code", "dd", "div", "dl", "dt", "p", "span", "strong"]


def test_hostile_texts_in_every_field_of_the_job_stay_text(browser: Browser, tmp_path: Path) -> None:
    text = " ".join(WRITABLE)
    broken = {"source-ref": text, "rally-outcome-metadata": {"failure-reason": text}}
    manifest = written(a_line(1, text, 0.5) | {"source-ref": text}, broken)
    described = a_labeled_job(labels=("winner",), LabelingJobStatus="Failed", FailureReason=text, TaskTitle=text)
    job = replace(described, job=replace(described.job, name=text), question=text, output_manifest=text)
    answers = read_answers([a_request({0: [text, "winner"], 1: [text, "winner"]})])
    results = read_results(manifest, job, answers)
    page = results_page(results, read_objects(manifest, job, answers), now=NOW)

    seen = visit(browser, page, tmp_path)
    wanted = shown_as(text)

    for field in ("h1", ".question", ".facts .wide code", ".labels tbody tr:nth-child(2) th"):
        assert (seen.page.locator(field).text_content() or "").strip() == wanted
    assert seen.page.title() == re.sub(r"[ \t\n]+", " ", f"{wanted}: results")
    for region in ("Notes and next steps", "Clips without a label", "Worker agreement"):
        content = seen.page.get_by_role("region", name=region).text_content() or ""
        assert wanted[:100] in content
    assert f"input: {{from_job: {wanted}}}" in (seen.page.locator(".advice pre").text_content() or "")
    assert seen.side_effects == []
    assert seen.page.locator("script").count() == 1
    assert seen.page.locator("img, iframe, object, embed, form form, a[href^=http]").count() == 0


def test_an_injected_script_does_not_run(browser: Browser, tmp_path: Path) -> None:
    smuggled = (
        f"<script>window.injected=1</script><img src={foreign_server()}/x onerror=alert(1)>"
        f"<link rel=stylesheet href={foreign_server()}/>"
    )

    seen = visit(browser, a_page().replace("<main", f"{smuggled}<main"), tmp_path)
    seen.page.wait_for_timeout(300)

    assert seen.side_effects == []
    assert len(seen.console_problems) >= 3  # the browser says what the page's policy refused


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_all_text_is_readable_in_light_and_dark_mode_at_every_width(
    browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    answers = read_answers([a_request({0: ["winner", "forced error"], 1: ["winner"] * 2})])

    seen = visit(browser, a_page(answers=answers), tmp_path, scheme=scheme, width=width)

    assert seen.page.evaluate(LOW_CONTRAST) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_is_complete_without_javascript(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(a_page())
    page = patient(browser.new_context(java_script_enabled=False)).new_page()

    page.goto((tmp_path / "page.html").as_uri())

    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("#cards > li")).to_have_count(4)
