"""Reads a template as tags, text and comments by a grammar so strict that no two HTML parsers read it differently.

What does not fit the grammar is refused at its place. Liquid may stand in text and in quoted values, and a part of a
condition or a loop opens and closes the same elements: so a page that Liquid renders has these tags and no others.
"""

import re
from dataclasses import dataclass, field

from groundctl.domain.declarations.templates.allowed import OPTIONAL_END, RAW_TEXT, VOID
from groundctl.domain.declarations.templates.faults import Place, TemplateFault, place_at, shown
from groundctl.domain.declarations.templates.liquid import CLOSES, DIVIDES, MASK, OPENS, piece_of, tag_of

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?=[ \t\r\n/>])")
_END_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9-]*)([ \t\r\n]*>)?")
_ATTRIBUTE = re.compile(
    r"[ \t\r\n]+([A-Za-z][A-Za-z0-9-]*)"
    r"(?:[ \t\r\n]*=[ \t\r\n]*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_.:%#,+-]+(?:/[A-Za-z0-9_.:%#,+-]+)*)))?(?=[ \t\r\n/>])"
)
_TAG_END = re.compile(r"[ \t\r\n]*(/?)>")
_DOCTYPE = re.compile(r"<!doctype[ \t\r\n]+html[ \t\r\n]*>", re.ASCII | re.IGNORECASE)
_DIFFERENT = "is markup that browsers interpret differently"
_FROM_LIQUID = ("has an element whose name comes from Liquid", "write the names of elements literally")
_LIQUID_IN_TAG = "use Liquid only in quoted values, and in text between elements"
_SAME_PART = "open and close an element in the same part of a condition or loop"
# Each of these ends an open element of the second list by itself.
_ROWS = {"colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"}
_ENDS = {
    "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "p": {"p"}, "option": {"option"},
    "optgroup": {"option", "optgroup"}, "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"},
    "thead": {"colgroup"}, "tbody": _ROWS, "tfoot": _ROWS, "body": {"head"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A start tag: its attributes with masked values, its place, and the elements around it."""

    tag: str
    attributes: dict[str, str]
    place: Place
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The text of a style element, and the place where it begins."""

    text: str
    place: Place


@dataclass(slots=True, kw_only=True)
class Markup:
    """What was read: the elements in their order, the styles, and the faults."""

    elements: list[Element] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    faults: list[TemplateFault] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Find every element of a kind."""
        return [element for element in self.elements if element.tag == tag]


def read_markup(masked: str, pieces: list[str], *, blocks_match: bool = True) -> Markup:
    """Read a template whose Liquid is masked; blocks_match: every condition and loop in it has its end."""
    reader = _Reader(masked, pieces, blocks_match=blocks_match)
    reader.read()
    return reader.markup


class _Reader:
    def __init__(self, text: str, pieces: list[str], *, blocks_match: bool) -> None:
        self.text = text
        self.blocks_match = blocks_match
        self.pieces = pieces
        self.markup = Markup()
        self.open: list[tuple[str, Place]] = []
        # For each open condition or loop, how many elements were open where its present part began.
        self.parts: list[int] = []

    def read(self) -> None:
        at = 0
        while (start := self.text.find("<", at)) >= 0:
            self._text(at, start)
            at = self._markup(start)
        self._text(at, len(self.text))
        for tag, place in self.open:
            self._refuse_unclosed(tag, place)

    def _markup(self, start: int) -> int:
        """Read what begins with `<`, and return where it ends."""
        following = self.text[start + 1 : start + 2]
        if self.text.startswith("<!--", start):
            return self._comment(start)
        if doctype := _DOCTYPE.match(self.text, start):
            return doctype.end()
        if following in {"!", "?"}:
            self._refuse("GT416", _DIFFERENT, "remove it", start)
        elif MASK.match(self.text, start + 1) or (following == "/" and MASK.match(self.text, start + 2)):
            self._refuse("GT416", *_FROM_LIQUID, start)
        elif following == "/":
            return self._end_tag(start)
        elif following.isascii() and following.isalpha():
            return self._start_tag(start)
        else:
            self._refuse("GT416", "has a `<` that is not part of a tag", "write &lt; for the character", start)
        return start + 1

    def _comment(self, start: int) -> int:
        end = self.text.find("-->", start + 4)
        if end < 0:
            self._refuse("GT413", "is a comment that is never closed", "write --> where it ends", start)
            return start + 4
        comment = self.text[start + 4 : end]
        # Browsers end such a comment earlier than other parsers do, so the text after it would be active and unchecked.
        if comment.startswith((">", "->")) or "--!" in comment or "<!--" in comment or comment.endswith("<!-"):
            message = "is a comment that browsers end in different places"
            self._refuse("GT416", message, "start comments with <!-- and end them with --> only", start)
        if MASK.search(comment):
            message = "is an HTML comment with Liquid in it, which is carried out all the same"
            self._refuse("GT416", message, "remove the Liquid from the comment", start)
        return end + 3

    def _end_tag(self, start: int) -> int:
        end_tag = _END_TAG.match(self.text, start)
        if not (end_tag and end_tag[2]):
            message = "has an end tag that browsers interpret differently"
            self._refuse("GT416", message, "write </name> with nothing behind the name", start)
        if not end_tag:
            return self._behind(start)
        tag, floor = end_tag[1].lower(), self.parts[-1] if self.parts else 0
        if any(tag == name for name, _ in self.open[floor:]):
            while (last := self.open.pop())[0] != tag:
                self._refuse_unclosed(*last)
        elif any(tag == name for name, _ in self.open):
            message = f"</{shown(tag)}> closes an element that was opened outside of this part of Liquid"
            self._refuse("GT413", message, _SAME_PART, start)
        else:
            self._refuse("GT413", f"</{shown(tag)}> closes nothing", "remove it, or write the tag that opens it", start)
        return end_tag.end() if end_tag[2] else self._behind(start)

    def _start_tag(self, start: int) -> int:
        name = _NAME.match(self.text, start + 1)
        if not name:
            broken = re.compile(r"[^ \t\r\n/>]*").match(self.text, start + 1)
            if broken and MASK.search(broken.group()):
                self._refuse("GT416", *_FROM_LIQUID, start)
            else:
                hint = "write names in letters of ASCII, digits and hyphens"
                self._refuse("GT416", "has a tag that browsers interpret differently", hint, start)
            return self._behind(start)
        tag, attributes = name.group().lower(), dict[str, str]()
        at = name.end()
        while attribute := _ATTRIBUTE.match(self.text, at):
            self._attribute(tag, attributes, attribute, start)
            at = attribute.end()
        end = _TAG_END.match(self.text, at)
        if not end:
            self._refuse("GT416", *self._why_no_attribute(tag, at), start)
        elif end[1] and tag not in VOID:
            # HTML ignores the slash: <video/> stays open and contains everything after it (AWS's own sample has this).
            message = f"<{shown(tag)} .../> does not close the element"
            self._refuse("GT413", message, f"write <{shown(tag)} ...> and </{shown(tag)}>", start)
        self._enter(tag, attributes, place_at(self.text, start))
        behind = end.end() if end else self._behind(at)
        return self._raw_text(tag, behind) if tag in RAW_TEXT else behind

    def _attribute(self, tag: str, attributes: dict[str, str], found: re.Match[str], start: int) -> None:
        name, values = found[1].lower(), found.groups()[1:]
        value = next((value for value in values if value is not None), "")
        # Of two attributes with the same name, browsers use the first.
        if name in attributes:
            self._refuse("GT416", f"<{shown(tag)}> has {shown(name)} twice", "keep one of them", start)
        attributes.setdefault(name, value)
        if "<" in value:
            self._refuse("GT416", f"{shown(name)} has a `<` in its value", "write &lt; for the character", start)
        if self.blocks_match and not self._is_whole(value):
            message = f"{shown(name)} has a part of a condition or loop that begins or ends outside of the value"
            self._refuse("GT416", message, "write the whole {% if %} ... {% endif %} into the value", start)

    def _is_whole(self, value: str) -> bool:
        """Whether each Liquid block in an attribute's value begins and ends there."""
        depth = 0
        for mask in MASK.finditer(value):
            tag = tag_of(piece_of(mask.group(), self.pieces))
            if tag in OPENS:
                depth += 1
            elif tag in CLOSES or tag in DIVIDES:
                if depth == 0:
                    return False
                depth -= tag in CLOSES
            elif tag is not None:
                return False
        return depth == 0

    def _why_no_attribute(self, tag: str, at: int) -> tuple[str, str]:
        """Say what stands where an attribute or the end of the tag should be."""
        rest = re.compile(r"[^>]*").match(self.text, at)
        if not (rest and MASK.search(rest.group())):
            hint = 'write name="value", each with a space before it'
            return f"<{shown(tag)}> has attributes that browsers interpret differently", hint
        if re.match(r"[ \t\r\n]+[A-Za-z][A-Za-z0-9-]*[ \t\r\n]*=", rest.group()):
            return f"<{shown(tag)}> has Liquid in a value without quotes", _LIQUID_IN_TAG
        return f"<{shown(tag)}> has an attribute whose name comes from Liquid", _LIQUID_IN_TAG

    def _enter(self, tag: str, attributes: dict[str, str], place: Place) -> None:
        floor = self.parts[-1] if self.parts else 0
        while len(self.open) > floor and self.open[-1][0] in _ENDS.get(tag, ()):
            self.open.pop()
        parents = tuple(name for name, _ in self.open)
        self.markup.elements.append(Element(tag=tag, attributes=attributes, place=place, parents=parents))
        if tag not in VOID:
            self.open.append((tag, place))

    def _raw_text(self, tag: str, start: int) -> int:
        """Read the text of an element whose content is no markup, and return where it ends."""
        end = re.compile(rf"</{tag}(?![A-Za-z0-9-])", re.ASCII | re.IGNORECASE).search(self.text, start)
        content = self.text[start : end.start()] if end else self.text[start:]
        if tag == "script" and content.strip():
            self._refuse("GT416", "contains a script", "remove it: Crowd HTML Elements need no script", start)
        elif "<" in content:
            hint = "remove it: styles need none" if tag == "style" else "write &lt; for the character"
            self._refuse("GT416", f"has a `<` inside of <{tag}>", hint, start + content.index("<"))
        elif MASK.search(content):
            hint = "write the styles literally, and choose between classes" if tag == "style" else "write plain text"
            self._refuse("GT416", f"has Liquid inside of <{tag}>", hint, start)
        elif tag == "style":
            self.markup.styles.append(Style(text=content, place=place_at(self.text, start)))
        return end.start() if end else len(self.text)

    def _text(self, start: int, end: int) -> None:
        for mask in MASK.finditer(self.text, start, end) if self.blocks_match else ():
            tag = tag_of(piece_of(mask.group(), self.pieces))
            if tag in OPENS:
                self.parts.append(len(self.open))
            elif self.parts and (tag in DIVIDES or tag in CLOSES):
                self._end_part(mask.start())
                if tag in CLOSES:
                    self.parts.pop()

    def _end_part(self, at: int) -> None:
        opened = self.open[self.parts[-1] :]
        del self.open[self.parts[-1] :]
        for tag, _ in opened:
            if tag not in OPTIONAL_END:
                message = f"ends a part of a condition or loop in which <{shown(tag)}> is not closed"
                self._refuse("GT413", message, _SAME_PART, at)

    def _behind(self, at: int) -> int:
        """Return where to go on after a tag that cannot be read."""
        end = self.text.find(">", at)
        return end + 1 if end >= 0 else len(self.text)

    def _refuse_unclosed(self, tag: str, place: Place) -> None:
        if tag not in OPTIONAL_END:
            message = f"<{shown(tag)}> is never closed"
            hint = f"write </{shown(tag)}> where it ends"
            self.markup.faults.append(TemplateFault(place=place, rule="GT413", message=message, hint=hint))

    def _refuse(self, rule: str, message: str, hint: str, index: int) -> None:
        fault = TemplateFault(place=place_at(self.text, index), rule=rule, message=message, hint=hint)
        self.markup.faults.append(fault)
