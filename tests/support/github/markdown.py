"""Reads Markdown as GitHub does: its parser, then what GitHub recognizes in the remaining texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from cmarkgfm.cmark import Options, markdown_to_html_with_extensions

_EXTENSIONS: Final = ["table", "autolink", "strikethrough", "tasklist", "tagfilter"]
# UNSAFE keeps raw HTML: groundctl must not write any HTML that GitHub's sanitizer would remove.
_OPTIONS: Final = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
_VOID: Final = {"br", "hr", "img", "input", "source", "wbr"}
# Where GitHub looks for no names and numbers.
_QUIET: Final = {"code", "pre", "a"}

# What GitHub makes something of after the parser, written wider than it has it: none of our own words need any of it.
AFTERWARDS: Final = {
    "mention": re.compile(r"@\w"),
    "reference": re.compile(r"#\w"),
    "issue": re.compile(r"\bGH-[0-9]", re.IGNORECASE),
    "commit": re.compile(r"(?<![0-9A-Za-z_])[0-9a-f]{7,40}(?![0-9A-Za-z_])", re.IGNORECASE),
    "emoji": re.compile(r":[\w+-]+:"),
    "address": re.compile(r"(?:https?|ftp)://|\bwww\.", re.IGNORECASE),
    "formula": re.compile(r"\$[^$]*\$|\$`", re.DOTALL),
}
# How GitHub finds mentions in a text: the patterns of its html-pipeline (mention and team mention filters).
_USER: Final = re.compile(r"(?<!\w)@((?>[a-z0-9][a-z0-9-]*))(?!/)(?=\.+[ \t\W]|\.+$|[^0-9a-zA-Z_.]|$)", re.IGNORECASE)
_TEAM: Final = re.compile(r"(?<!\w)@([a-z0-9][a-z0-9-]+/[a-z0-9][a-z0-9_-]*)\b", re.IGNORECASE)
_TO_A_LINE: Final = re.compile(
    r"<a href=https://github\.com/acme/labeling/blob/[0-9a-f]{40}/[\w.%~/!@$&*+,;:=?-]*#L[0-9]+>\Z", re.ASCII
)
_COLOUR: Final = re.compile(r"#[0-9a-f]{3,8}|(?:rgb|hsl)a?\(.*\)", re.IGNORECASE)


def as_github_html(markdown: str) -> str:
    """Turn Markdown into HTML with GitHub's parser."""
    return str(markdown_to_html_with_extensions(markdown, options=_OPTIONS, extensions=_EXTENSIONS))


@dataclass
class _Reading(HTMLParser):
    """Collects the elements of a page and its texts."""

    tags: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"<{' '.join([tag, *(f'{name}={value}' for name, value in attrs)])}>")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"</{tag}>")
        if not self.open or self.open.pop() != tag:
            self.others.append(f"</{tag}> closes what is not open")

    def handle_data(self, data: str) -> None:
        quiet = next((tag for tag in reversed(self.open) if tag in _QUIET), "")
        self.texts.append((quiet, data))

    def handle_comment(self, data: str) -> None:
        self.others.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.others.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.others.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.others.append(f"<![{data}]>")


@dataclass(frozen=True)
class Read:
    """What GitHub's readers get: elements in order, texts, and whatever is neither."""

    tags: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    others: tuple[str, ...]

    @property
    def skeleton(self) -> tuple[str, ...]:
        """Give the elements without code and without the spans around a dollar: these hold text and do nothing.

        A link to a line of a file of the repository stands for any of them: its address names the file.
        """
        tags = (_TO_A_LINE.sub("<a to a line>", tag) for tag in self.tags)
        return tuple(tag for tag in tags if tag not in {"<code>", "</code>", "<span>", "</span>"})

    @property
    def text(self) -> str:
        """Return the visible text, without invisible joiners."""
        return "".join(text for _, text in self.texts).replace("\u2060", "")

    @property
    def mentions(self) -> tuple[str, ...]:
        """Name every user and team that GitHub would notify of this text, as often as they are mentioned."""
        texts = [text for quiet, text in self.texts if not quiet]
        found = [(index, match) for index, text in enumerate(texts) for match in _mentions(text)]
        return tuple(match[1] for _, match in sorted(found, key=lambda entry: (entry[0], entry[1].start())))

    @property
    def live(self) -> tuple[str, ...]:
        """Name everything in texts that GitHub would make something of, and every remark that is not shown."""
        found = [f"{kind}: {match}" for quiet, text in self.texts if not quiet for kind, match in _afterwards(text)]
        colours = [f"colour: {text}" for quiet, text in self.texts if quiet == "code" and _COLOUR.fullmatch(text)]
        return (*found, *colours, *self.others)


def read(markdown: str) -> Read:
    """Read a comment as GitHub shows it."""
    reading = _Reading()
    reading.feed(as_github_html(markdown))
    reading.close()
    unclosed = [f"<{tag}> is left open" for tag in reading.open]
    return Read(tags=tuple(reading.tags), texts=tuple(reading.texts), others=(*reading.others, *unclosed))


def _mentions(text: str) -> list[re.Match[str]]:
    return [match for pattern in (_USER, _TEAM) for match in pattern.finditer(text)]


def _afterwards(text: str) -> list[tuple[str, str]]:
    return [(kind, found.group()) for kind, pattern in AFTERWARDS.items() for found in pattern.finditer(text)]
