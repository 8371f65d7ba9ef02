"""The Liquid in a worker task template: masks it before the HTML is parsed, and checks it. GT415, GT417."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic

# Private-use characters: the first of a piece encodes its number, the others preserve its length.
_FIRST, FILL = 0xF0000, "\ue000"
MASK = re.compile("[\U000f0000-\U000ffffd][\ue000\n]*")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_FILTER = re.compile(r"\|\s*([A-Za-z_]\w*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG_NAME = re.compile(r"\{%-?\s*(\w+)")
_AWS_FILTERS = {"to_json", "grant_read_access", "skip_autoescape"}
_UNESCAPED = {"skip_autoescape", "raw", "safe"}
_HIDING_TAGS = {"raw", "include", "render"}

Place = tuple[int, int]
START = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """A problem at a place in a template."""

    place: Place
    rule: str
    message: str
    hint: str

    def at(self, path: str) -> LocatedDiagnostic:
        """Add the path of the file."""
        line, column = self.place
        return LocatedDiagnostic(
            path=path, line=line, column=column, rule=self.rule, pointer="", message=self.message, hint=self.hint
        )


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


def _liquid_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Find the start and end of each piece of Liquid; the first closing braces end it, even inside quotes."""
    start = text.find("{")
    while start >= 0:
        ending = {"{{": "}}", "{%": "%}"}.get(text[start : start + 2])
        stop = text.find(ending, start + 2) if ending else -1
        if stop >= 0:
            yield start, stop + 2
        start = text.find("{", stop + 2 if stop >= 0 else start + 1)


def check_liquid(text: str) -> Iterator[TemplateFault]:
    """Find Liquid that Ground Truth cannot render, that hides text, or that lets input data run as script."""
    comment: int | None = None
    for start, stop in _liquid_pieces(text):
        piece, place = text[start:stop], place_at(text, start)
        tag = _TAG_NAME.match(piece)
        if tag and tag[1] == "comment" and comment is None:
            comment = stop
        elif tag and tag[1] == "endcomment" and comment is not None:
            if "<" in text[comment:start]:
                message = "ends a Liquid comment that contains markup, which looks like part of the page"
                yield TemplateFault(
                    place=place, rule="GT415", message=message, hint="remove the markup from the comment"
                )
            comment = None
        yield from _piece(piece, place)
    if wrong := _liquid_error(text):
        message, place = wrong
        hint = "check the braces and tags; every {% if %} and {% for %} needs its end tag"
        yield TemplateFault(place=place, rule="GT417", message=f"is not valid Liquid: {message}", hint=hint)


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
    tag = _TAG_NAME.match(piece)
    if tag and tag[1] in _HIDING_TAGS:
        message = f"{{% {tag[1]} %}} includes text that groundctl cannot check"
        yield TemplateFault(place=place, rule="GT415", message=message, hint="write the text itself, without this tag")
    # Also outside of a filter, for example inside {% liquid %}.
    for name in sorted(_UNESCAPED & set(re.findall(r"\w+", _QUOTED.sub("", piece)))):
        if not tag or name != tag[1]:
            message = f"{name} lets input data run as a script on workers' machines"
            yield TemplateFault(place=place, rule="GT415", message=message, hint="remove it")
    for name in filters_of(piece):
        if name not in _known_filters() and name not in _UNESCAPED:
            hint = "use Liquid's standard filters, to_json or grant_read_access"
            yield TemplateFault(
                place=place, rule="GT417", message=f"`{shown(name)}` is not a filter of Ground Truth", hint=hint
            )


def filters_of(piece: str) -> list[str]:
    """List the filters in a piece of Liquid."""
    return _FILTER.findall(_QUOTED.sub("''", piece))


@lru_cache(maxsize=1)
def _known_filters() -> frozenset[str]:
    import liquid

    return frozenset({*liquid.Environment().filters, *_AWS_FILTERS})


def shown(text: str) -> str:
    """Shorten a text from a template for a message."""
    plain = PRIVATE.sub("", text)
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def place_at(text: str, index: int) -> Place:
    """Return the line and column of an index."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1
