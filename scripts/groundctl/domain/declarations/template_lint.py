"""Checks a team's custom worker task template (GT4xx); lines and columns refer to the template file.

The rules come from AWS's pages on custom templates and on crowd-classifier. Only AWS's sample shows that the
built-in consolidation reads the answer under the name crowd-classifier; no page documents it.

A template is HTML with Liquid, and one can hide the other: a Liquid string may look like the start of an HTML comment.
Therefore Liquid is masked, character by character, before the HTML is read. What then remains must consist of listed
elements, attributes, styles, addresses, and Liquid, and three readers of HTML must find the same elements in it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity
from groundctl.domain.declarations.templates.addresses import FOREIGN_PICTURE
from groundctl.domain.declarations.templates.allowed import CROWD_SCRIPT
from groundctl.domain.declarations.templates.elements import Context, element_faults
from groundctl.domain.declarations.templates.faults import (
    PRIVATE,
    START,
    Place,
    TemplateFault,
    place_at,
    private_use_message,
)
from groundctl.domain.declarations.templates.liquid import (
    check_liquid,
    filters_of,
    liquid_error,
    mask_liquid,
    names_of_the_clip,
    unmasked,
)
from groundctl.domain.declarations.templates.markup import Element, Markup, read_markup
from groundctl.domain.declarations.templates.same_tree import tree_faults
from groundctl.domain.declarations.worker_template import MAX_TEMPLATE

# A worker page has a few dozen.
MAX_TAGS = 1_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]|\r(?!\n)")
_PARTS = ("classification-target", "short-instructions", "full-instructions")
# Each element, and its required parent.
_PLACES = {"crowd-form": None, "crowd-classifier": "crowd-form"} | dict.fromkeys(_PARTS, "crowd-classifier")


def lint_template(
    path: str, text: str, picture_hosts: frozenset[str] | None = frozenset()
) -> tuple[LocatedDiagnostic, ...]:
    """List everything that would prevent workers from answering or put them at risk.

    The page may load pictures and media from picture_hosts; None means that the policy's list cannot be read.
    """
    return tuple(fault.at(path) for fault in _faults(text, picture_hosts))


@lru_cache(maxsize=64)
def _faults(text: str, hosts: frozenset[str] | None) -> tuple[TemplateFault, ...]:
    """Find the faults of a template's text; cached, because a team uses the same template for many jobs."""
    if fault := _unreadable(text):
        return (fault,)
    masked, pieces = mask_liquid(text)
    wrong = liquid_error(text)
    markup = read_markup(masked, pieces, blocks_match=wrong is None)
    context = Context(pieces=pieces, clip_names=names_of_the_clip(text), hosts=hosts)
    page = _Page(markup, pieces)
    of_elements = [*markup.faults, *element_faults(markup, context)]
    faults = [*of_elements, *_structure(page), *check_liquid(text, wrong, {page.categories})]
    # The other readers get only what ours understands: they are the last guard, and the first sends better messages.
    # Whether a host is allowed is for the policy of the day to say, so it hides nothing.
    if all(fault.rule == FOREIGN_PICTURE for fault in of_elements):
        faults += tree_faults(markup, masked, pieces)
    return tuple(dict.fromkeys(faults))


def _unreadable(text: str) -> TemplateFault | None:
    place = START
    if len(text) > MAX_TEMPLATE:
        message, hint = f"has {len(text):,} characters; at most {MAX_TEMPLATE:,} are allowed", "shorten it"
    elif text.count("<") + text.count("{%") + text.count("{{") > MAX_TAGS:
        message, hint = f"has more than {MAX_TAGS:,} tags", "shorten it"
    elif private := PRIVATE.search(text):
        place = place_at(text, private.start())
        message = private_use_message(private.group())
        hint = "write plain text instead"
    elif control := _CONTROL.search(text):
        place = place_at(text, control.start())
        message = f"contains the control character U+{ord(control.group()):04X}, which browsers interpret differently"
        hint = "remove it"
    else:
        return None
    return TemplateFault(place=place, rule="GT410", message=message, hint=hint)


class _Page:
    """The elements of a template, with their Liquid."""

    def __init__(self, markup: Markup, pieces: list[str]) -> None:
        self._markup = markup
        self._pieces = pieces

    @property
    def categories(self) -> str:
        """The labels of the question, whose escaping has a rule of its own."""
        classifiers = self._markup.all("crowd-classifier")
        return self.attributes(classifiers[0]).get("categories", "").strip() if classifiers else ""

    def attributes(self, element: Element) -> dict[str, str]:
        """Return an element's attributes as they are written."""
        return {name: unmasked(value, self._pieces) for name, value in element.attributes.items()}

    def all(self, tag: str) -> list[tuple[dict[str, str], Place, tuple[str, ...]]]:
        """Find every element of a kind: its attributes, its place, and its parents."""
        return [(self.attributes(one), one.place, one.parents) for one in self._markup.all(tag)]


def _structure(page: _Page) -> Iterator[TemplateFault]:
    if not page.all("script"):
        hint = f'start with <script src="{CROWD_SCRIPT}"></script>'
        yield TemplateFault(place=START, rule="GT411", message="does not load Crowd HTML Elements", hint=hint)
    for tag, outer in _PLACES.items():
        elements = page.all(tag)
        if len(elements) != 1:
            place = elements[1][1] if elements else START
            message = f"has {'more than one' if elements else 'no'} <{tag}>"
            yield TemplateFault(place=place, rule="GT411", message=message, hint=f"have exactly one <{tag}>")
        elif outer and outer not in elements[0][2] and page.all(outer):
            message = f"<{tag}> is outside of <{outer}>"
            yield TemplateFault(place=elements[0][1], rule="GT411", message=message, hint=f"move it into <{outer}>")
    for attributes, place, _ in page.all("crowd-classifier")[:1]:
        yield from _classifier(attributes, place)
    yield from _video(page)


def _classifier(attributes: dict[str, str], place: Place) -> Iterator[TemplateFault]:
    if attributes.get("name") != "crowd-classifier":
        hint = 'write name="crowd-classifier"; AWS\'s consolidation reads this name'
        yield TemplateFault(place=place, rule="GT412", message="the answer is not named crowd-classifier", hint=hint)
    categories, hint = attributes.get("categories", ""), 'write categories="{{ task.input.labels | to_json | escape }}"'
    if not re.fullmatch(r"\s*\{\{-?\s*task\.input\.labels\s*\|.*\}\}\s*", categories) or "to_json" not in categories:
        message = "categories does not use the job's labels"
        yield TemplateFault(place=place, rule="GT412", message=message, hint=hint)
    elif "escape" not in filters_of(categories):
        message = "categories is not escaped: a label with a quote in it would break the page"
        yield TemplateFault(place=place, rule="GT412", message=message, hint=hint)
    if not attributes.get("header", "").strip():
        message = "<crowd-classifier> has no header: workers see no question"
        yield TemplateFault(place=place, rule="GT412", message=message, hint='write header="your question"')


def _video(page: _Page) -> Iterator[TemplateFault]:
    videos, sources = page.all("video"), page.all("source")
    if len(videos) != 1:
        place = videos[1][1] if videos else START
        message = f"has {len(videos) or 'no'} <video>"
        yield TemplateFault(
            place=place, rule="GT413", message=message, hint="show the clip in exactly one <video controls>"
        )
        return
    attributes, place, around = videos[0]
    if "classification-target" not in around and page.all("classification-target"):
        message = "<video> is outside of <classification-target>"
        yield TemplateFault(place=place, rule="GT411", message=message, hint="move it into <classification-target>")
    if "controls" not in attributes:
        message = "<video> has no controls: workers cannot play it again"
        yield TemplateFault(place=place, rule="GT413", message=message, hint="write <video controls ...>")
    inside = [source for source, _, around in sources if "video" in around]
    shown = [*(source.get("src", "") for source in inside), attributes.get("src", "")]
    if not any("task.input.taskObject" in source and "grant_read_access" in source for source in shown):
        hint = 'write <source src="{{ task.input.taskObject | grant_read_access }}">'
        yield TemplateFault(place=place, rule="GT414", message="does not show the clip", hint=hint)
    if len({source.get("type") for source, _, _ in sources}) < len(sources):
        yield TemplateFault(place=place, rule="GT413", message="has two <source> of one type", hint="keep one <source>")
    elif len(inside) > 1 and len({source.get("src") for source in inside}) == 1:
        yield TemplateFault(
            place=place,
            rule="GT418",
            message=f"has {len(inside)} <source> for one address, as AWS's sample has: a clip has one format",
            hint='keep one <source>, without `type` or with the one of your clips, such as type="video/mp4"',
            severity=Severity.WARNING,
        )
