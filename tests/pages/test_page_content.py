"""The content of the pages, as far as it can be tested without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.results.output_manifest import read_objects
from groundctl.domain.results.results import read_results
from groundctl.errors import UsageError
from groundctl.presentation.html.clip_selection import select_clips
from groundctl.presentation.html.page import media_address, media_source
from groundctl.presentation.html.results_page import results_page
from groundctl.presentation.html.worker_page import worker_page
from results.manifests import a_labeled_job, a_line, written
from support.builders import NOW

LABELS = ("winner", "let")
INLINE = "data:video/mp4;base64,AAAA"


class _Tags(HTMLParser):
    """Notes the elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def tags(page: str) -> list[tuple[str, tuple[str, ...]]]:
    reader = _Tags()
    reader.feed(page)
    return reader.seen


def a_results_page(text: str) -> str:
    line = {**a_line(1, text, 0.5, **{text: text}), "source-ref": text}
    manifest, labeled_job = written(line), a_labeled_job(labels=(text, "other"))
    results = read_results(manifest, labeled_job)
    return results_page(results, read_objects(manifest, labeled_job), now=NOW, clip_url=lambda uri: uri)


def test_a_page_with_few_clips_of_a_label_shows_them_all() -> None:
    lines = [a_line(n, "winner", 0.5 + n / 10_000) for n in range(1000)] + [a_line("rare", "cannot tell", 1.0)]

    chosen = select_clips(read_objects(written(*lines), a_labeled_job()), 50)

    assert len(chosen) == 50
    assert [one.position for one in chosen] == [*range(49), 1000]


@settings(deadline=None)  # a busy machine is slow
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_no_text_changes_the_elements_of_a_results_page(text: str) -> None:
    plain = [one for one in tags(a_results_page("plain")) if one[0] not in {"video", "a"}]

    # A text that reads as an empty class number, or that cannot be an address, changes figures and no markup.
    assert [one for one in tags(a_results_page(f"{text}.")) if one[0] not in {"video", "a"}] == plain


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "http://[", " javascript:x", None],
)
def test_an_address_that_could_run_something_is_rejected(url: str | None) -> None:
    assert media_address(url) is None


@pytest.mark.parametrize("url", ["clips/a.mp4", "../a%20b.mp4", "https://a.example/b.mp4?c=d", "file:///a.mp4", INLINE])
def test_an_address_of_a_clip_is_kept(url: str) -> None:
    assert media_address(url) == url


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://a.example:8443/b.mp4", "https://a.example:8443"),
        ("https://a.example; script-src *//b.mp4", ""),
        ("https://user@a.example/b.mp4", ""),
        ("clips/a.mp4", "'self' file:"),
        (INLINE, "data:"),
    ],
)
def test_the_policy_of_a_page_allows_only_the_source_of_its_clips(url: str, source: str) -> None:
    assert media_source(url) == source


@pytest.mark.parametrize(
    "template", ["{{ x | no_such_filter }}", "{% for %}", "{% for i in (1..1000000) %}x{% endfor %}"]
)
def test_a_template_that_cannot_be_rendered_is_a_usage_error(template: str) -> None:
    with pytest.raises(UsageError, match="the worker task template cannot be rendered"):
        worker_page(template, LABELS, INLINE)
