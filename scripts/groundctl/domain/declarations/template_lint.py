"""What can be wrong with a team's own worker task template. GT4xx; lines are those of the template file.

Source of the rules: AWS's pages on custom templates and on crowd-classifier. That the built-in consolidation reads the
answer under the name crowd-classifier is AWS's sample's word, nowhere a promise: we hold on to it.

A template is HTML with Liquid in it, and each can hide from a reader of the other: a Liquid string may look like the
start of an HTML comment. So Liquid is masked before the HTML is read, letter for letter, and put back for what stands
in attributes. Where browsers and Python's parser are known to read HTML differently, the template is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from groundctl.domain.declarations.worker_template import MAX_TEMPLATE

CROWD_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
# Python's HTML parser takes time with the square of these; a page for workers has some dozens.
MAX_TAGS = 1_000

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FORBIDDEN = {
    "applet", "base", "embed", "fencedframe", "form", "frame", "frameset", "iframe", "link", "meta", "object", "portal",
    # Rewrite attributes while the page is shown, or bring markup of another kind.
    "animate", "animatemotion", "animatetransform", "foreignobject", "set", "use",
    # Browsers read what is inside by rules of their own.
    "noembed", "noframes", "noscript", "plaintext", "template", "textarea", "title", "xmp",
}  # fmt: skip
_PARTS = ("classification-target", "short-instructions", "full-instructions")
# Each element and the one it has to be in.
_PLACES = {"crowd-form": None, "crowd-classifier": "crowd-form"} | dict.fromkeys(_PARTS, "crowd-classifier")
_MUST_CLOSE = {*_PLACES, "video"}
_ADDRESSES = {
    "action", "background", "cite", "data", "formaction", "from", "href", "manifest", "ping", "poster", "src", "srcset",
    "to", "values", "xlink:href",
}  # fmt: skip
_STYLE = re.compile(r"@import|url\s*\(|expression\s*\(|-moz-binding|behavior\s*:|\\", re.IGNORECASE)

# Private characters: the first one of a piece is its number, the others only keep its place.
_FIRST, _FILL = 0xF0000, "\ue000"
_MASK = re.compile("[\U000f0000-\U000ffffd][\ue000\n]*")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_FILTER = re.compile(r"\|\s*([A-Za-z_]\w*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG_NAME = re.compile(r"\{%-?\s*(\w+)")
_AWS_FILTERS = {"to_json", "grant_read_access", "skip_autoescape"}
_UNESCAPED = {"skip_autoescape", "raw", "safe"}
_HIDING_TAGS = {"raw", "include", "render"}

Place = tuple[int, int]


def lint_template(path: str, text: str) -> tuple[LocatedDiagnostic, ...]:
    """Say everything that would keep workers from answering, or put them at risk."""
    return tuple(fault.at(path) for fault in _faults(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    place: Place
    rule: str
    message: str
    hint: str

    def at(self, path: str) -> LocatedDiagnostic:
        line, column = self.place
        return LocatedDiagnostic(
            path=path, line=line, column=column, rule=self.rule, pointer="", message=self.message, hint=self.hint
        )


START = (1, 1)
_WRITTEN_BY_LIQUID = ("has an element whose name Liquid writes", "write elements' names out")


@lru_cache(maxsize=64)
def _faults(text: str) -> tuple[_Fault, ...]:
    """Find the faults of a text; kept, because a team uses one template for many jobs."""
    if found := _too_large(text):
        return (found,)
    masked, pieces = _mask_liquid(text)
    page = _Page(masked, pieces)
    return tuple(dict.fromkeys([*page.faults, *_structure(page), *_liquid(text)]))


def _too_large(text: str) -> _Fault | None:
    if len(text) > MAX_TEMPLATE:
        message, hint = f"has {len(text):,} characters; at most {MAX_TEMPLATE:,} are allowed", "shorten it"
    elif text.count("<") + text.count("{%") + text.count("{{") > MAX_TAGS:
        message, hint = f"has more than {MAX_TAGS:,} tags", "shorten it"
    elif private := _PRIVATE.search(text):
        character = f"U+{ord(private.group()):04X}"
        message, hint = f"holds {character}, which means nothing outside of one font", "write plain text instead"
        return _Fault(place=_place(text, private.start()), rule="GT410", message=message, hint=hint)
    else:
        return None
    return _Fault(place=START, rule="GT410", message=message, hint=hint)


def _mask_liquid(text: str) -> tuple[str, list[str]]:
    """Put private characters where Liquid stands; every line and column stays."""
    pieces: list[str] = []

    masked: list[str] = []
    end = 0
    for start, stop in _liquid_pieces(text):
        piece = text[start:stop]
        masked += (text[end:start], chr(_FIRST + len(pieces)), re.sub(r"[^\n]", _FILL, piece[1:]))
        pieces.append(piece)
        end = stop
    return "".join((*masked, text[end:])), pieces


def _liquid_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Find what stands between Liquid's braces; the first ones that close end a piece, also inside quotes."""
    start = text.find("{")
    while start >= 0:
        ending = {"{{": "}}", "{%": "%}"}.get(text[start : start + 2])
        stop = text.find(ending, start + 2) if ending else -1
        if stop >= 0:
            yield start, stop + 2
        start = text.find("{", stop + 2 if stop >= 0 else start + 1)


class _Page(HTMLParser):
    """Reads the template as a browser would, and notes what stands where."""

    def __init__(self, masked: str, pieces: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = pieces
        self.faults: list[_Fault] = []
        self.elements: list[tuple[str, dict[str, str], Place, tuple[str, ...]]] = []
        self.open: list[tuple[str, Place]] = []
        for found in re.finditer(r"<[!?](?!--|doctype\b)[^>]{0,40}>?", masked, re.IGNORECASE):
            place = _place(masked, found.start())
            self._refuse("GT416", "is markup that browsers read in different ways", "remove it", place)
        # Python's parser fails on some of these, and hides what follows others.
        for found in re.finditer("</?[\U000f0000-\U000ffffd]", masked):
            self._refuse("GT416", *_WRITTEN_BY_LIQUID, _place(masked, found.start()))
        if (opened := masked.rfind("<!--")) >= 0 and "-->" not in masked[opened:]:
            self._refuse(
                "GT413", "is a comment that is never closed", "write --> where it ends", _place(masked, opened)
            )
        self.feed(re.sub(r"<(?=[!?](?!--))", _FILL, masked))
        self.close()
        for tag, place in self.open:
            self._refuse_unclosed(tag, place)

    def all(self, tag: str) -> list[tuple[dict[str, str], Place, tuple[str, ...]]]:
        """Find every element of one kind: its attributes, its place, and the elements it is in."""
        return [(attributes, place, around) for name, attributes, place, around in self.elements if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in _VOID:
            self.open.append((tag, self._here()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML ignores the slash: <video/> stays open and swallows what follows (AWS's own sample has this).
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
            self._refuse("GT416", "is a script of its own", "remove it: Crowd HTML Elements need none")
        if inside == "style":
            self._check_style(data)

    def handle_comment(self, data: str) -> None:
        # Browsers end such a comment earlier than Python does; what follows would be live and unseen.
        if data.startswith((">", "->")) or "--!" in data or "<!--" in data:
            self._refuse("GT416", "is a comment that browsers end in different places", "write <!-- and --> only")

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _MASK.search(tag) or _FILL in tag:
            self._refuse("GT416", *_WRITTEN_BY_LIQUID)
        attributes: dict[str, str] = {}
        for name, value in attrs:
            # Of two attributes with one name browsers take the first.
            if name in attributes:
                self._refuse("GT416", f"<{_shown(tag)}> has {_shown(name)} twice", "keep one of them")
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
        if _MASK.search(name) or _FILL in name:
            self._refuse(
                "GT416",
                f"<{_shown(tag)}> has an attribute that Liquid writes",
                "let Liquid stand in quoted values, and in text between elements",
            )
        elif name.startswith("on"):
            self._refuse("GT416", f"the attribute {name} runs a script", "remove it")
        elif name == "srcdoc":
            self._refuse("GT416", "srcdoc is a page of its own", "remove it")
        elif name in _ADDRESSES and tag != "script":
            self._check_address(name, value)
        elif name == "style":
            self._check_style(value)

    def _check_address(self, name: str, value: str) -> None:
        # Browsers skip blanks and control characters in addresses.
        address = re.sub(r"[\x00-\x20]", "", value)
        written = self._unmask(address)
        if "placeholder.png" in written:
            self._refuse(
                "GT418", "is still the placeholder image of AWS's sample", "put in a picture of your own, or remove it"
            )
        elif _MASK.match(address):
            if "grant_read_access" not in self._unmask(_MASK.match(address)[0]):  # type: ignore[index]
                self._refuse(
                    "GT416",
                    f"{name} is an address that input data decides",
                    "sign it: {{ ... | grant_read_access }}, or write https:// out",
                )
        elif address.lower().startswith("s3:"):
            hint = f"write {name}=\"{{{{ '{_shown(written)}' | grant_read_access }}}}\""
            self._refuse("GT416", f"{name} is on S3, which workers' browsers cannot read", hint)
        elif address.lower().startswith("http:"):
            self._refuse("GT416", f"{name} is fetched without TLS", "use https://, or S3 with grant_read_access")
        elif not address.lower().startswith(("https://", "#")) and not (
            name == "href" and address.startswith("mailto:")
        ):
            self._refuse("GT416", f"{name} is not a web address", "link to https:// only")

    def _check_style(self, style: str) -> None:
        if _STYLE.search(style):
            self._refuse("GT416", "has a style that fetches or runs something", "style without url(), @import and \\")

    def _unmask(self, text: str) -> str:
        return _MASK.sub(lambda found: self.pieces[ord(found.group()[0]) - _FIRST], text)

    def _refuse_unclosed(self, tag: str, place: Place) -> None:
        if tag in _MUST_CLOSE:
            self._refuse("GT413", f"<{tag}> is never closed", f"write </{tag}> where it ends", place)

    def _here(self) -> Place:
        line, column = self.getpos()
        return line, column + 1

    def _refuse(self, rule: str, message: str, hint: str, place: Place | None = None) -> None:
        self.faults.append(_Fault(place=place or self._here(), rule=rule, message=message, hint=hint))


def _structure(page: _Page) -> Iterator[_Fault]:
    if not page.all("script"):
        hint = f'start with <script src="{CROWD_SCRIPT}"></script>'
        yield _Fault(place=START, rule="GT411", message="does not load Crowd HTML Elements", hint=hint)
    for tag, outer in _PLACES.items():
        found = page.all(tag)
        if len(found) != 1:
            place = found[1][1] if found else START
            message = f"has {'more than one' if found else 'no'} <{tag}>"
            yield _Fault(place=place, rule="GT411", message=message, hint=f"have exactly one <{tag}>")
        elif outer and outer not in found[0][2] and page.all(outer):
            message = f"<{tag}> stands outside of <{outer}>"
            yield _Fault(place=found[0][1], rule="GT411", message=message, hint=f"move it into <{outer}>")
    for attributes, place, _ in page.all("crowd-classifier")[:1]:
        yield from _classifier(attributes, place)
    yield from _video(page)


def _classifier(attributes: dict[str, str], place: Place) -> Iterator[_Fault]:
    if attributes.get("name") != "crowd-classifier":
        hint = 'write name="crowd-classifier"; AWS\'s consolidation reads that'
        yield _Fault(place=place, rule="GT412", message="the answer is not named crowd-classifier", hint=hint)
    categories, hint = attributes.get("categories", ""), 'write categories="{{ task.input.labels | to_json | escape }}"'
    if not re.fullmatch(r"\s*\{\{-?\s*task\.input\.labels\s*\|.*\}\}\s*", categories) or "to_json" not in categories:
        message = "categories does not come from the job's labels"
        yield _Fault(place=place, rule="GT412", message=message, hint=hint)
    elif "escape" not in _filters(categories):
        message = "categories is not escaped: a label with a quote in it would break the page"
        yield _Fault(place=place, rule="GT412", message=message, hint=hint)
    if not attributes.get("header", "").strip():
        message = "<crowd-classifier> has no header: workers see no question"
        yield _Fault(place=place, rule="GT412", message=message, hint='write header="your question"')


def _video(page: _Page) -> Iterator[_Fault]:
    videos, sources = page.all("video"), page.all("source")
    if len(videos) != 1:
        place = videos[1][1] if videos else START
        message = f"has {len(videos) or 'no'} <video>"
        yield _Fault(place=place, rule="GT413", message=message, hint="show the clip in exactly one <video controls>")
        return
    attributes, place, around = videos[0]
    if "classification-target" not in around and page.all("classification-target"):
        message = "<video> stands outside of <classification-target>"
        yield _Fault(place=place, rule="GT411", message=message, hint="move it into <classification-target>")
    if "controls" not in attributes:
        message = "<video> has no controls: workers cannot play it again"
        yield _Fault(place=place, rule="GT413", message=message, hint="write <video controls ...>")
    inside = [source for source, _, around in sources if "video" in around]
    shown = [*(source.get("src", "") for source in inside), attributes.get("src", "")]
    if not any("task.input.taskObject" in source and "grant_read_access" in source for source in shown):
        hint = 'write <source src="{{ task.input.taskObject | grant_read_access }}">'
        yield _Fault(place=place, rule="GT414", message="does not show the clip", hint=hint)
    if len({source.get("type") for source, _, _ in sources}) < len(sources):
        yield _Fault(place=place, rule="GT413", message="has two <source> of one type", hint="keep one <source>")


def _liquid(text: str) -> Iterator[_Fault]:
    comment: int | None = None
    for start, stop in _liquid_pieces(text):
        piece, place = text[start:stop], _place(text, start)
        tag = _TAG_NAME.match(piece)
        if tag and tag[1] == "comment" and comment is None:
            comment = stop
        elif tag and tag[1] == "endcomment" and comment is not None:
            if "<" in text[comment:start]:
                message = "is the end of a Liquid comment with markup in it, which looks like a part of the page"
                yield _Fault(place=place, rule="GT415", message=message, hint="remove the markup from the comment")
            comment = None
        yield from _piece(piece, place)
    if wrong := _liquid_error(text):
        message, place = wrong
        hint = "check the braces and the tags there; every {% if %} and {% for %} needs its end"
        yield _Fault(place=place, rule="GT417", message=f"is not Liquid: {message}", hint=hint)


def _liquid_error(text: str) -> tuple[str, Place] | None:
    import liquid

    try:
        liquid.Environment().from_string(text)
    except liquid.exceptions.LiquidError as error:
        # Its str() looks for the line itself, and fails where the text has ended.
        message = str(error.message)
        index = error.token.start_index if error.token else -1
        if not 0 <= index <= len(text):
            index = _index_of_liquid_error(text, message)
        return message, _place(text, index)
    except RecursionError:
        return "tags are nested too deep", START
    return None


def _index_of_liquid_error(text: str, message: str) -> int:
    """Find what the parser does not place: the last tag without its end, or the first piece that is wrong by itself."""
    if unclosed := re.search(r"expected tag end(\w+)", message):
        opened = re.compile(rf"\{{%-?\s*{unclosed[1]}\b")
        return max((found.start() for found in opened.finditer(text)), default=0)
    pieces = (
        start for start, stop in _liquid_pieces(text) if text[start + 1] == "{" and _liquid_error(text[start:stop])
    )
    return next(pieces, 0) if not text.startswith("{{") else 0


def _piece(piece: str, place: Place) -> Iterator[_Fault]:
    tag = _TAG_NAME.match(piece)
    if tag and tag[1] in _HIDING_TAGS:
        message = f"{{% {tag[1]} %}} brings in text that no check reads"
        yield _Fault(place=place, rule="GT415", message=message, hint="write the text out, without this tag")
    # Also where it is no filter, for instance under {% liquid %}.
    for name in sorted(_UNESCAPED & set(re.findall(r"\w+", _QUOTED.sub("", piece)))):
        if not tag or name != tag[1]:
            message = f"{name} lets input data run as script on workers' machines"
            yield _Fault(place=place, rule="GT415", message=message, hint="remove it")
    for name in _filters(piece):
        if name not in _known_filters() and name not in _UNESCAPED:
            hint = "use Liquid's own filters, to_json or grant_read_access"
            yield _Fault(
                place=place, rule="GT417", message=f"`{_shown(name)}` is no filter Ground Truth has", hint=hint
            )


def _filters(piece: str) -> list[str]:
    return _FILTER.findall(_QUOTED.sub("''", piece))


@lru_cache(maxsize=1)
def _known_filters() -> frozenset[str]:
    import liquid

    return frozenset({*liquid.Environment().filters, *_AWS_FILTERS})


def _shown(text: str) -> str:
    plain = _PRIVATE.sub("", text)
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def _place(text: str, index: int) -> Place:
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1
