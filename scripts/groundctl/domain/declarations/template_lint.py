"""Checks a team's custom worker task template (GT4xx); lines and columns refer to the template file.

The rules come from AWS's pages on custom templates and on crowd-classifier. Only AWS's sample shows that the
built-in consolidation reads the answer under the name crowd-classifier; no page documents it.

A template is HTML with Liquid, and one can hide the other: a Liquid string may look like the start of an HTML comment.
Therefore Liquid is masked, character by character, before the HTML is parsed, and restored in attribute values. HTML
that browsers and Python's parser are known to interpret differently is refused.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from groundctl.domain.declarations.template_liquid import (
    FILL,
    MASK,
    PRIVATE,
    START,
    Place,
    TemplateFault,
    check_liquid,
    filters_of,
    mask_liquid,
    place_at,
    shown,
    unmasked,
)
from groundctl.domain.declarations.worker_template import MAX_TEMPLATE

CROWD_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
# The time of Python's HTML parser is quadratic in these; a worker page has a few dozen.
MAX_TAGS = 1_000

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FORBIDDEN = {
    "applet", "base", "embed", "fencedframe", "form", "frame", "frameset", "iframe", "link", "meta", "object", "portal",
    # These change attributes at run time, or contain markup of another kind.
    "animate", "animatemotion", "animatetransform", "foreignobject", "set", "use",
    # Browsers parse the content of these elements by special rules.
    "noembed", "noframes", "noscript", "plaintext", "template", "textarea", "title", "xmp",
}  # fmt: skip
_PARTS = ("classification-target", "short-instructions", "full-instructions")
# Each element, and its required parent.
_PLACES = {"crowd-form": None, "crowd-classifier": "crowd-form"} | dict.fromkeys(_PARTS, "crowd-classifier")
_MUST_CLOSE = {*_PLACES, "video"}
_ADDRESSES = {
    "action", "background", "cite", "data", "formaction", "from", "href", "manifest", "ping", "poster", "src", "srcset",
    "to", "values", "xlink:href",
}  # fmt: skip
_STYLE = re.compile(r"@import|url\s*\(|expression\s*\(|-moz-binding|behavior\s*:|\\", re.IGNORECASE)


def lint_template(path: str, text: str) -> tuple[LocatedDiagnostic, ...]:
    """List everything that would prevent workers from answering or put them at risk."""
    return tuple(fault.at(path) for fault in _faults(text))


_WRITTEN_BY_LIQUID = ("has an element whose name comes from Liquid", "write the names of elements literally")


@lru_cache(maxsize=64)
def _faults(text: str) -> tuple[TemplateFault, ...]:
    """Find the faults of a template's text; cached, because a team uses the same template for many jobs."""
    if fault := _too_large(text):
        return (fault,)
    masked, pieces = mask_liquid(text)
    page = _Page(masked, pieces)
    return tuple(dict.fromkeys([*page.faults, *_structure(page), *check_liquid(text)]))


def _too_large(text: str) -> TemplateFault | None:
    if len(text) > MAX_TEMPLATE:
        message, hint = f"has {len(text):,} characters; at most {MAX_TEMPLATE:,} are allowed", "shorten it"
    elif text.count("<") + text.count("{%") + text.count("{{") > MAX_TAGS:
        message, hint = f"has more than {MAX_TAGS:,} tags", "shorten it"
    elif private := PRIVATE.search(text):
        character = f"U+{ord(private.group()):04X}"
        message, hint = (
            f"contains {character}, a private-use character that depends on the font",
            "write plain text instead",
        )
        return TemplateFault(place=place_at(text, private.start()), rule="GT410", message=message, hint=hint)
    else:
        return None
    return TemplateFault(place=START, rule="GT410", message=message, hint=hint)


class _Page(HTMLParser):
    """Parses the template as a browser would, and records each element with its place."""

    def __init__(self, masked: str, pieces: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = pieces
        self.faults: list[TemplateFault] = []
        self.elements: list[tuple[str, dict[str, str], Place, tuple[str, ...]]] = []
        self.open: list[tuple[str, Place]] = []
        for match in re.finditer(r"<[!?](?!--|doctype\b)[^>]{0,40}>?", masked, re.IGNORECASE):
            place = place_at(masked, match.start())
            self._refuse("GT416", "is markup that browsers interpret differently", "remove it", place)
        # Python's parser fails on some of these, and ignores the text after others.
        for match in re.finditer("</?[\U000f0000-\U000ffffd]", masked):
            self._refuse("GT416", *_WRITTEN_BY_LIQUID, place_at(masked, match.start()))
        if (opened := masked.rfind("<!--")) >= 0 and "-->" not in masked[opened:]:
            self._refuse(
                "GT413", "is a comment that is never closed", "write --> where it ends", place_at(masked, opened)
            )
        self.feed(re.sub(r"<(?=[!?](?!--))", FILL, masked))
        self.close()
        for tag, place in self.open:
            self._refuse_unclosed(tag, place)

    def all(self, tag: str) -> list[tuple[dict[str, str], Place, tuple[str, ...]]]:
        """Find every element of a kind: its attributes, its place, and its parents."""
        return [(attributes, place, around) for name, attributes, place, around in self.elements if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in _VOID:
            self.open.append((tag, self._here()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML ignores the slash: <video/> stays open and contains everything after it (AWS's own sample has this).
        if tag not in _VOID:
            self._refuse("GT413", f"<{tag} .../> does not close the element", f"write <{tag} ...> and </{tag}>")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self.open):
            while (last := self.open.pop())[0] != tag:
                self._refuse_unclosed(*last)

    def handle_data(self, data: str) -> None:
        inside = self.open[-1][0] if self.open else ""
        if inside == "script" and data.strip():
            self._refuse("GT416", "contains a script", "remove it: Crowd HTML Elements need no script")
        if inside == "style":
            self._check_style(data)

    def handle_comment(self, data: str) -> None:
        # Browsers end such a comment earlier than Python does, so the text after it would be active and unchecked.
        if data.startswith((">", "->")) or "--!" in data or "<!--" in data:
            self._refuse(
                "GT416",
                "is a comment that browsers end in different places",
                "start comments with <!-- and end them with --> only",
            )

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MASK.search(tag) or FILL in tag:
            self._refuse("GT416", *_WRITTEN_BY_LIQUID)
        attributes: dict[str, str] = {}
        for name, value in attrs:
            # Of two attributes with the same name, browsers use the first.
            if name in attributes:
                self._refuse("GT416", f"<{shown(tag)}> has {shown(name)} twice", "keep one of them")
            attributes.setdefault(name, self._unmask(value or ""))
            self._check_attribute(tag, name, value or "")
        self.elements.append((tag, attributes, self._here(), tuple(name for name, _ in self.open)))
        if tag in _FORBIDDEN:
            self._refuse("GT416", f"<{tag}> is not allowed on a worker page", "remove it")
        if tag == "script" and attributes.get("src") != CROWD_SCRIPT:
            self._refuse(
                "GT416",
                "runs a script other than AWS's Crowd HTML Elements",
                f'keep only <script src="{CROWD_SCRIPT}"></script>',
            )

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if MASK.search(name) or FILL in name:
            self._refuse(
                "GT416",
                f"<{shown(tag)}> has an attribute whose name comes from Liquid",
                "use Liquid only in quoted values, and in text between elements",
            )
        elif name.startswith("on"):
            self._refuse("GT416", f"the attribute {name} runs a script", "remove it")
        elif name == "srcdoc":
            self._refuse("GT416", "srcdoc contains another page", "remove it")
        elif name in _ADDRESSES and tag != "script":
            self._check_address(name, value)
        elif name == "style":
            self._check_style(value)

    def _check_address(self, name: str, value: str) -> None:
        # Browsers skip spaces and control characters in addresses.
        address = re.sub(r"[\x00-\x20]", "", value)
        written = self._unmask(address)
        if "placeholder.png" in written:
            self._refuse(
                "GT418", "is still the placeholder image of AWS's sample", "use your own picture, or remove it"
            )
        elif MASK.match(address):
            if "grant_read_access" not in self._unmask(MASK.match(address)[0]):  # type: ignore[index]
                self._refuse(
                    "GT416",
                    f"{name} is an address that comes from input data",
                    "sign it: {{ ... | grant_read_access }}, or write the https:// address",
                )
        elif address.lower().startswith("s3:"):
            hint = f"write {name}=\"{{{{ '{shown(written)}' | grant_read_access }}}}\""
            self._refuse("GT416", f"{name} is an S3 URI, which workers' browsers cannot open", hint)
        elif address.lower().startswith("http:"):
            self._refuse("GT416", f"{name} is loaded without TLS", "use https://, or S3 with grant_read_access")
        elif not address.lower().startswith(("https://", "#")) and not (
            name == "href" and address.startswith("mailto:")
        ):
            self._refuse("GT416", f"{name} is not a web address", "link to https:// only")

    def _check_style(self, style: str) -> None:
        if _STYLE.search(style):
            self._refuse(
                "GT416", "has a style that can load or run something", "use styles without url(), @import and \\"
            )

    def _unmask(self, text: str) -> str:
        return unmasked(text, self.pieces)

    def _refuse_unclosed(self, tag: str, place: Place) -> None:
        if tag in _MUST_CLOSE:
            self._refuse("GT413", f"<{tag}> is never closed", f"write </{tag}> where it ends", place)

    def _here(self) -> Place:
        line, column = self.getpos()
        return line, column + 1

    def _refuse(self, rule: str, message: str, hint: str, place: Place | None = None) -> None:
        self.faults.append(TemplateFault(place=place or self._here(), rule=rule, message=message, hint=hint))


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
