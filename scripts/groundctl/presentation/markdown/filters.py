"""How values become Markdown: the filters of the templates, which table cells use too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import quote

from groundctl.domain.jobs.estimate import Estimate
from groundctl.presentation.escape import for_markdown, for_markdown_code, for_markdown_prose
from groundctl.presentation.text import count, duration, moment, usd, usd_range

# A longer text says no more in a comment; it is complete where it comes from.
MAX_NAME_LENGTH: Final = 200
MAX_SENTENCE: Final = 1_200
# So many names are listed; the rest is counted.
MAX_NAMES: Final = 10


Named = TypeVar("Named")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLink:
    """A line of a file, as text and as the address of that line on GitHub, if a run knows its commit."""

    text: str
    url: str = ""


def text(value: str, most: int = MAX_NAME_LENGTH) -> str:
    """Write a text that is not ours, such as a name of people."""
    return for_markdown(value, most)


def code(value: str, most: int = MAX_NAME_LENGTH) -> str:
    """Write a text as inline code, such as the name of a job, a file or a field."""
    return for_markdown_code(value, most)


def prose(value: str, most: int = MAX_SENTENCE) -> str:
    """Write a sentence of ours that quotes code in backticks and may contain texts that are not ours."""
    return for_markdown_prose(value, most)


def texts(names: Sequence[str], most: int = MAX_NAMES) -> str:
    """List names, and count those beyond the first few."""
    return _listed(names, text, most)


def codes(names: Sequence[str], most: int = MAX_NAMES) -> str:
    """List names as inline code, and count those beyond the first few."""
    return _listed(names, code, most)


def _listed(names: Sequence[Named], write: Callable[[Named], str], most: int) -> str:
    shown = ", ".join(map(write, names[:most]))
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def line_links(places: Sequence[PlaceLink], most: int = MAX_NAMES) -> str:
    """List lines of files, each linked if it has an address, and count those beyond the first few."""
    return _listed(places, _line_link, most)


def _line_link(place: PlaceLink) -> str:
    return f"[{code(place.text)}]({link_target(place.url)})" if place.url else code(place.text)


def number(value: int) -> str:
    """Write a number with separators: 1,200."""
    return f"{value:,}"


def money(amount: Estimate) -> str:
    """Write an estimate in US dollars."""
    return for_markdown(usd_range(amount.low, amount.high))


def link_target(url: str) -> str:
    """Write an address as the target of a link, where nothing in it can end the link."""
    return quote(url, safe="/:?#@!$&*+,;=%~-._")


def ended(sentence: str) -> str:
    """End a sentence, unless it ends itself."""
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def joined(lines: str, separator: str) -> str:
    """Join the lines of a block that are not blank."""
    return separator.join(filter(None, (line.strip(" ") for line in lines.split("\n"))))


def paragraph(lines: str) -> str:
    """Join the lines of a block into one: GitHub shows each line of a comment's source as a line."""
    line = joined(lines, " ")
    return f"{line}\n" if line else ""


# Whatever goes through one of these is Markdown that shows the value and nothing else.
VALUE_FILTERS: Final[dict[str, Callable[..., str]]] = {
    "text": text,
    "code": code,
    "prose": prose,
    "texts": texts,
    "codes": codes,
    "line_links": line_links,
    "number": number,
    "quantity": count,
    "money": money,
    "usd": lambda amount: for_markdown(usd(amount)),
    "duration": duration,
    "moment": moment,
    "link_target": link_target,
}
# These lay out what is Markdown already.
LAYOUT_FILTERS: Final[dict[str, Callable[..., str]]] = {"ended": ended, "joined": joined, "paragraph": paragraph}
