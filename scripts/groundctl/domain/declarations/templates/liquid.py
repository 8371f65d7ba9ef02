"""The Liquid in a worker task template: masks it before the HTML is parsed, and checks it. GT415, GT417.

Ground Truth's Liquid is not the library that previews it here. So only tags, filters and signs are allowed that every
Liquid reads alike; texts in outputs have no character that HTML interprets, and no filter can make one.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from groundctl.domain.declarations.templates.addresses import CLIP
from groundctl.domain.declarations.templates.faults import START, Place, TemplateFault, place_at, shown

# Private-use characters: the first of a piece encodes its number, the others preserve its length.
_FIRST, FILL = 0xF0000, "\ue000"
MASK = re.compile("[\U000f0000-\U000ffffd][\ue000\n]*")
_FILTER = re.compile(r"\|\s*([A-Za-z_]\w*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG_NAME = re.compile(r"\{%-?\s*(\w+)")
_AWS_FILTERS = frozenset({"to_json", "grant_read_access", "skip_autoescape"})
_UNESCAPED = frozenset({"skip_autoescape", "raw", "safe"})
_HIDING_TAGS = frozenset({"raw", "include", "render"})
# Tags that begin a block, and those that divide or end it.
OPENS = frozenset({"if", "unless", "case", "for"})
DIVIDES = frozenset({"elsif", "else", "when"})
CLOSES = frozenset({"endif", "endunless", "endcase", "endfor"})
_TAGS = OPENS | DIVIDES | CLOSES | {"assign", "comment", "endcomment"}
# None of these can turn harmless characters into markup, or return a text that is not escaped.
_FILTERS_LIST = """
    abs append at_least at_most capitalize ceil compact concat date default divided_by downcase escape escape_once first floor
    grant_read_access join last lstrip map minus modulo plus prepend remove remove_first remove_last replace replace_first
    replace_last reverse round rstrip size slice sort sort_natural split strip strip_newlines times to_json truncate
    truncatewords uniq upcase url_encode where
"""
_FILTERS = frozenset(_FILTERS_LIST.split())
_TOKEN = re.compile(
    r"""\s*(?:"[^"]*"|'[^']*'|-?\d+(?:\.\d+)?(?![\w-])|[A-Za-z_][\w-]*|==|!=|<>|<=|>=|\.\.|[<>|:,.()\[\]=])""", re.ASCII
)
_IN_TEXTS = re.compile(r"[<>&\"'`\\\x00-\x1f]")
_ASSIGNED = re.compile(r"\{%-?\s*assign\s+([A-Za-z_]\w*)\s*=\s*(.*?)\s*-?%\}", re.ASCII | re.DOTALL)
_LOOPED = re.compile(r"\{%-?\s*for\s+([A-Za-z_]\w*)\s", re.ASCII)


def mask_liquid(text: str) -> tuple[str, list[str]]:
    """Replace Liquid with private-use characters, and return its pieces; lines and columns are preserved."""
    pieces: list[str] = []
    masked: list[str] = []
    end = 0
    for start, stop in _liquid_pieces(text):
        piece = text[start:stop]
        masked += (text[end:start], chr(_FIRST + len(pieces)), re.sub(r"[^\n]", FILL, piece[1:]))
        pieces.append(piece)
        end = stop
    return "".join((*masked, text[end:])), pieces


def unmasked(text: str, pieces: list[str]) -> str:
    """Restore the Liquid that mask_liquid replaced."""
    return MASK.sub(lambda match: pieces[ord(match.group()[0]) - _FIRST], text)


def piece_of(mask: str, pieces: list[str]) -> str:
    """Return the Liquid behind one mask."""
    return pieces[ord(mask[0]) - _FIRST]


def without_tags(masked: str, pieces: list[str]) -> str:
    """Replace the masks of tags with spaces, as a tag writes nothing by itself; outputs stay masked."""
    return MASK.sub(
        lambda match: (
            re.sub(r"[^\n]", " ", match.group()) if piece_of(match.group(), pieces)[1] == "%" else match.group()
        ),
        masked,
    )


def tag_of(piece: str) -> str | None:
    """Return the name of a Liquid tag, or None for an output."""
    tag = _TAG_NAME.match(piece)
    return tag[1] if tag else None


def _liquid_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Find the start and end of each piece of Liquid; the first closing braces end it, even inside quotes."""
    start = text.find("{")
    while start >= 0:
        ending = {"{{": "}}", "{%": "%}"}.get(text[start : start + 2])
        stop = text.find(ending, start + 2) if ending else -1
        if stop >= 0:
            yield start, stop + 2
        start = text.find("{", stop + 2 if stop >= 0 else start + 1)


def names_of_the_clip(text: str) -> frozenset[str]:
    """Return the Liquid variables that can only hold the clip's address."""
    values: dict[str, set[str]] = {}
    for start, stop in _liquid_pieces(text):
        piece = text[start:stop]
        if assigned := _ASSIGNED.fullmatch(piece):
            values.setdefault(assigned[1], set()).add(assigned[2])
        elif looped := _LOOPED.match(piece):
            values.setdefault(looped[1], set()).add("")
    if "task" in values:
        return frozenset()
    return frozenset({CLIP, *(name for name, given in values.items() if given == {CLIP})})


def check_liquid(
    text: str, wrong: TemplateFault | None, escaped_elsewhere: Collection[str] = ()
) -> Iterator[TemplateFault]:
    """Find Liquid that Ground Truth cannot render, that hides text, or that lets input data run as script.

    wrong is the result of `liquid_error`. Whether to_json is escaped is not checked in the pieces of escaped_elsewhere.
    """
    comment: int | None = None
    for start, stop in _liquid_pieces(text):
        piece, place = text[start:stop], place_at(text, start)
        tag = tag_of(piece)
        if tag == "comment" and comment is None:
            comment = stop
        elif comment is not None:
            if tag != "endcomment":
                yield _fault(place, "GT415", "is Liquid in a Liquid comment", "remove it, or end the comment before it")
                continue
            if "<" in text[comment:start]:
                message = "ends a Liquid comment that contains markup, which looks like part of the page"
                yield _fault(place, "GT415", message, "remove the markup from the comment")
            comment = None
        yield from _piece(piece, place)
        if not wrong:
            yield from _grammar(piece, place, tag)
        if text[stop : stop + 1] == "}":
            yield _fault(place, "GT417", "has more closing braces than opening ones", "remove the brace behind it")
        if piece not in escaped_elsewhere or "escape" in filters_of(piece):
            yield from _unescaped_json(piece, place)
    if wrong:
        yield wrong


def liquid_error(text: str) -> TemplateFault | None:
    """Return the first error of Liquid's own parser."""
    if wrong := _liquid_error(text):
        message, place = wrong
        hint = "check the braces and tags; every {% if %} and {% for %} needs its end tag"
        return _fault(place, "GT417", f"is not valid Liquid: {message}", hint)
    return None


def _fault(place: Place, rule: str, message: str, hint: str) -> TemplateFault:
    return TemplateFault(place=place, rule=rule, message=message, hint=hint)


def _liquid_error(text: str) -> tuple[str, Place] | None:
    import liquid

    try:
        liquid.Environment().from_string(text)
    except liquid.exceptions.LiquidError as error:
        # Its str() looks up the line, and fails at the end of the text.
        message = str(error.message)
        index = error.token.start_index if error.token else -1
        if not 0 <= index <= len(text):
            index = _index_of_liquid_error(text, message)
        return message, place_at(text, index)
    except RecursionError:
        return "tags are nested too deep", START
    return None


def _index_of_liquid_error(text: str, message: str) -> int:
    """Locate an error for which the parser has no position: the last unclosed tag, or the first invalid piece."""
    if unclosed := re.search(r"expected tag end(\w+)", message):
        opened = re.compile(rf"\{{%-?\s*{unclosed[1]}\b")
        return max((match.start() for match in opened.finditer(text)), default=0)
    pieces = (
        start for start, stop in _liquid_pieces(text) if text[start + 1] == "{" and _liquid_error(text[start:stop])
    )
    return next(pieces, 0) if not text.startswith("{{") else 0


def _piece(piece: str, place: Place) -> Iterator[TemplateFault]:
    tag = tag_of(piece)
    if tag in _HIDING_TAGS:
        message = f"{{% {tag} %}} includes text that groundctl cannot check"
        yield _fault(place, "GT415", message, "write the text itself, without this tag")
    elif piece[1] == "%" and tag not in _TAGS and (tag is None or tag in _known()[0]):
        message = f"{{% {tag or ''} %}} is not a tag that groundctl can check"
        yield _fault(place, "GT415", message, "use if, unless, case, for, assign and comment")
    # Also outside of a filter.
    for name in sorted(_UNESCAPED & set(re.findall(r"\w+", _QUOTED.sub("", piece)))):
        if name != tag:
            message = f"{name} lets input data run as a script on workers' machines"
            yield _fault(place, "GT415", message, "remove it")
    for name in filters_of(piece):
        if name in _FILTERS or name in _UNESCAPED:
            continue
        if name in _known()[1]:
            message = f"`{name}` can write markup, or what groundctl cannot check"
            yield _fault(place, "GT415", message, "remove it, and write markup outside of Liquid")
        else:
            hint = "use Liquid's standard filters, to_json or grant_read_access"
            yield _fault(place, "GT417", f"`{shown(name)}` is not a filter of Ground Truth", hint)
    # A text in a condition is compared, and never written.
    if tag is None or tag == "assign":
        texts = (text[1:-1] for text in _QUOTED.findall(piece[2:-2]))
        if sign := next(filter(None, map(_IN_TEXTS.search, texts)), None):
            message = f"writes {sign.group()!r} from a text in Liquid, which could become markup"
            yield _fault(place, "GT415", message, "write it outside of Liquid")


def _grammar(piece: str, place: Place, tag: str | None) -> Iterator[TemplateFault]:
    """Check the words and signs between the braces."""
    if tag in {"comment", "endcomment"}:
        return
    inner = piece[2:-2].removeprefix("-").removesuffix("-").rstrip()
    if "{" in inner or "}" in inner:
        yield _fault(place, "GT417", "has braces inside of braces", "write each {{ ... }} and {% ... %} by itself")
        return
    at = 0
    while at < len(inner):
        token = _TOKEN.match(inner, at)
        if not token:
            sign = inner[at:].lstrip()[:1]
            hint = "use names, numbers, texts in quotes, filters and comparisons"
            yield _fault(place, "GT417", f"has {sign!r}, which is not in every Liquid", hint)
            return
        at = token.end()
    if (tag == "assign" and not _ASSIGNED.fullmatch(piece)) or (tag == "for" and not _LOOPED.match(piece)):
        yield _fault(
            place, "GT417", f"{{% {tag} %}} has a name that is not in every Liquid", "use letters, digits and _"
        )
    if _QUOTED.sub("", inner).count("|") != len(filters_of(piece)):
        yield _fault(place, "GT417", "has a | without a filter behind it", "name a filter, or remove it")


def _unescaped_json(piece: str, place: Place) -> Iterator[TemplateFault]:
    filters = filters_of(piece)
    if any(name == "to_json" and filters[index + 1 :] != ["escape"] for index, name in enumerate(filters)):
        message = "to_json is not escaped: a quote in input data would end the attribute or the text"
        yield _fault(place, "GT415", message, "write `| to_json | escape`")


def filters_of(piece: str) -> list[str]:
    """List the filters in a piece of Liquid."""
    return _FILTER.findall(_QUOTED.sub("''", piece))


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """Return the tags and the filters of Liquid."""
    import liquid

    environment = liquid.Environment()
    return frozenset(environment.tags), frozenset({*environment.filters, *_AWS_FILTERS})
