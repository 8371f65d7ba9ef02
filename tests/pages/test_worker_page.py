"""The worker page in a browser: watch, choose, submit; and templates that try to run or fetch something."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from groundctl.domain.declarations.worker_template import worker_template
from groundctl.presentation.html.worker_page import worker_page
from pages.browser_visit import foreign_server, visit
from pages.contrast import LOW_CONTRAST
from results.simulated_job import CLIPS
from support.browser import needs_a_browser
from support.builders import a_declaration, some_data

pytestmark = needs_a_browser

CLIP = CLIPS / "rallies" / "rally-0001.mp4"
INLINE = f"data:video/mp4;base64,{base64.b64encode(CLIP.read_bytes()).decode()}"
LABELS = ("winner", "forced error", "cannot tell")
HOSTILE = f"\"'></script><img src={foreign_server()}/x onerror=\"window.injected=1;alert('x')\"><script>alert(1)</script>{{{{7}}}}"
SENT = ".sent pre"

OWN = """
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="Own">
    <classification-target>
      <video controls><source src="{{ task.input.taskObject | grant_read_access }}" type="video/mp4"></video>
      %s
    </classification-target>
    <full-instructions header="All of it"><p>full</p></full-instructions>
    <short-instructions><p>short</p></short-instructions>
  </crowd-classifier>
</crowd-form>
"""


def a_page(*, clip_url: str = INLINE, labels: tuple[str, ...] = LABELS, short: str = "Watch **to the end**.") -> str:
    task = some_data()["task"] | {"labels": list(labels), "instructions": {"short": short, "full": f"# All\n\n{short}"}}
    return worker_page(worker_template(a_declaration(task=task).spec, {}), labels, clip_url)


def test_a_worker_watches_chooses_with_the_mouse_and_submits(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)
    page = seen.page

    expect(page.get_by_role("heading", name="How did the rally end?").first).to_be_visible()
    page.get_by_text("forced error").click()
    page.get_by_role("button", name="Submit").click()

    assert json.loads(page.locator(SENT).inner_text()) == {"crowd-classifier": {"label": "forced error"}}
    assert (seen.console_problems, seen.side_effects) == ([], [])


@pytest.mark.parametrize("inline", [True, False], ids=["clip in the page", "clip beside the page"])
def test_the_clip_plays(browser: Browser, tmp_path: Path, inline: bool) -> None:
    (tmp_path / "a clip.mp4").write_bytes(CLIP.read_bytes())

    seen = visit(browser, a_page(clip_url=INLINE if inline else "a%20clip.mp4"), tmp_path)
    played = seen.page.locator("video").evaluate(
        """async (video) => {
            video.muted = true;
            await video.play();
            await new Promise((resolve) => setTimeout(resolve, 500));
            return { width: video.videoWidth, at: video.currentTime };
        }"""
    )

    assert played["width"] == 320
    assert played["at"] > 0.2
    assert (seen.console_problems, seen.side_effects) == ([], [])


def test_a_worker_chooses_and_submits_with_the_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    seen.page.keyboard.press("3")
    expect(seen.page.get_by_role("radio", name="cannot tell")).to_be_checked()
    seen.page.keyboard.press("ArrowUp")
    seen.page.keyboard.press("Enter")

    assert json.loads(seen.page.locator(SENT).inner_text()) == {"crowd-classifier": {"label": "forced error"}}


def test_nothing_is_submitted_before_something_is_chosen(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    seen.page.get_by_role("button", name="Submit").click()

    expect(seen.page.get_by_role("alert")).to_have_text("Select an option first.")
    expect(seen.page.locator(SENT)).to_be_hidden()


def test_full_instructions_open_and_close(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    seen.page.get_by_role("button", name="View full instructions").click()
    expect(seen.page.get_by_role("dialog").get_by_role("heading", name="How did the rally end?")).to_be_visible()
    seen.page.keyboard.press("1")
    seen.page.keyboard.press("Escape")

    expect(seen.page.get_by_role("dialog")).to_be_hidden()
    expect(seen.page.get_by_role("radio", checked=True)).to_have_count(0)


def test_the_page_says_that_it_is_a_preview(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(), tmp_path)

    expect(seen.page.get_by_text("Preview by groundctl: a stand-in for AWS's worker page.")).to_be_visible()
    assert "assets.crowd.aws" not in seen.page.content()


def test_thirty_labels_can_all_be_chosen(browser: Browser, tmp_path: Path) -> None:
    labels = tuple(f"label {number} with quite a long name" for number in range(1, 31))
    seen = visit(browser, a_page(labels=labels), tmp_path, width=320)

    seen.page.get_by_role("radio", name=labels[-1]).check()
    seen.page.get_by_role("button", name="Submit").click()

    assert json.loads(seen.page.locator(SENT).inner_text())["crowd-classifier"]["label"] == labels[-1]


def test_untrusted_text_in_labels_and_instructions_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    seen = visit(browser, a_page(labels=(HOSTILE, "win"), short=HOSTILE), tmp_path)

    seen.page.keyboard.press("1")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_timeout(300)

    assert json.loads(seen.page.locator(SENT).inner_text()) == {"crowd-classifier": {"label": HOSTILE}}
    assert seen.side_effects == []


@pytest.mark.parametrize(
    "smuggled",
    [
        "<script>window.injected=1;alert(1)</script>",
        '<script src="ELSEWHERE/x.js"></script>',
        '<img src="ELSEWHERE/x.png" onerror="alert(1)">',
        '<meta http-equiv="refresh" content="0; url=ELSEWHERE/">',
        '<link rel="preconnect" href="ELSEWHERE/"><link rel="stylesheet" href="ELSEWHERE/">',
        '<iframe src="ELSEWHERE/"></iframe><object data="ELSEWHERE/"></object>',
        '<iframe srcdoc="<script>parent.injected=1;alert(1)</script>"></iframe>',
        '<style>body { background: url(ELSEWHERE/x.png) } @import "ELSEWHERE/";</style>',
        '<video autoplay poster="ELSEWHERE/x.png" src="ELSEWHERE/x.mp4"></video>',
        '<base href="ELSEWHERE/"><img src="x.png">',
        '<svg onload="alert(1)"><a href="javascript:alert(1)">x</a></svg>',
        '<form action="ELSEWHERE/"><button autofocus onfocus="alert(1)">x</button></form>',
        '<div style="background: url(ELSEWHERE/x.png)">x</div>',
        "{{ '<script>window.injected=1;alert(1)</script>' | skip_autoescape }}",
        "{{ 's3://elsewhere.example/x.png' | grant_read_access }}",
        '<math><mtext></table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    ],
)
def test_a_template_runs_nothing_and_fetches_nothing_whatever_it_contains(
    browser: Browser, tmp_path: Path, smuggled: str
) -> None:
    seen = visit(browser, worker_page(OWN % smuggled.replace("ELSEWHERE", foreign_server()), LABELS, INLINE), tmp_path)
    seen.page.wait_for_timeout(300)

    assert seen.side_effects == []
    assert seen.page.url.startswith("file://")
    expect(seen.page.get_by_role("radio")).to_have_count(3)


def test_images_are_shown_as_placeholders(browser: Browser, tmp_path: Path) -> None:
    pictures = (
        "<img src=\"{{ 's3://help/net.png' | grant_read_access }}\" alt='the net'><img src='https://a.example/b.png'>"
    )

    seen = visit(browser, worker_page(OWN % pictures, LABELS, INLINE), tmp_path)

    assert [seen.page.locator("img").nth(n).evaluate("(image) => image.naturalWidth") for n in (0, 1)] == [360, 360]
    assert (seen.console_problems, seen.side_effects) == ([], [])


@pytest.mark.parametrize(
    ("template", "note"),
    [
        (
            OWN.replace("https://assets.crowd.aws/", "https://elsewhere.example/"),
            "does not load AWS's Crowd HTML Elements",
        ),
        (OWN.replace("<p>full", "<script>1</script><p>full"), "The template's own scripts do not run in this preview."),
        (OWN.replace("<p>full", "<crowd-alert>x</crowd-alert><p>full"), "<crowd-alert> has no stand-in"),
        ("<script src='https://assets.crowd.aws/crowd-html-elements.js'></script>", "The template has no <crowd-form>"),
        (OWN.replace("{{ task.input.labels | to_json | escape }}", "winner, let"), "no list of categories"),
    ],
)
def test_the_page_lists_what_workers_could_not_use_on_aws(
    browser: Browser, tmp_path: Path, template: str, note: str
) -> None:
    seen = visit(browser, worker_page(template.replace("%s", ""), LABELS, INLINE), tmp_path)

    expect(seen.page.get_by_text(note)).to_be_visible()


def test_extra_fields_of_a_custom_template_are_part_of_the_answer(browser: Browser, tmp_path: Path) -> None:
    fields = '<label>Note <input name="note"></label><label><input type="checkbox" name="blurred" value="yes">Blurred</label>'
    seen = visit(browser, worker_page(OWN % fields, LABELS, INLINE), tmp_path)

    seen.page.get_by_label("Note").fill("12 balls")
    expect(seen.page.get_by_role("radio", checked=True)).to_have_count(0)
    seen.page.get_by_text("winner").click()
    seen.page.get_by_role("button", name="Submit").click()

    assert json.loads(seen.page.locator(SENT).inner_text()) == {
        "crowd-classifier": {"label": "winner"},
        "note": "12 balls",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 800, 1280])
def test_all_text_is_readable_in_light_and_dark_mode_at_every_width(
    browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    seen = visit(browser, a_page(), tmp_path, scheme=scheme, width=width)

    assert seen.page.evaluate(LOW_CONTRAST) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
