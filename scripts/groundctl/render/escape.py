"""A stranger's text stays text: one escaper for each place words can go."""

import re
import unicodedata

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]"
)


def visible(text: str) -> str:
    """Show characters that cannot be seen, or that turn the text around, by their number."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def for_terminal(text: str) -> str:
    """Keep a text on one line and free of terminal commands."""
    return visible(text.replace("\r", " ").replace("\n", " ").replace("\t", " "))


def for_workflow_message(text: str) -> str:
    """Escape the message of a GitHub workflow command; a line that is no command cannot become one."""
    escaped = visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f" {escaped}" if escaped.startswith("::") else escaped


def for_workflow_property(text: str) -> str:
    """Escape a property of a GitHub workflow command, such as a file's name."""
    return for_workflow_message(text).replace(":", "%3A").replace(",", "%2C")


def for_markdown(text: str) -> str:
    """Write a text into Markdown so that it cannot be anything but text, on one line, also inside a table."""
    flat = " ".join(visible(text).split())
    # Entities for everything GitHub gives a meaning to; a word joiner after @ and # keeps mentions and references dead,
    # which an entity alone does not: GitHub looks for them after decoding.
    escaped = "".join(_MARKDOWN.get(character, character) for character in flat)
    return escaped.replace("://", ":&#8288;//").replace("www.", "www&#8288;.")


_MARKDOWN = {character: f"&#{ord(character)};" for character in r"\`*_{}[]()<>!|~&" + '"' + "'"}
_MARKDOWN |= {"@": "@&#8288;", "#": "#&#8288;", "^": "&#94;", "$": "&#36;"}


def for_markdown_code(text: str) -> str:
    """Write a text as inline code, in a fence longer than any run of backticks in it."""
    flat = " ".join(visible(text).split()) or " "
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    # A table splits cells before it looks at code spans.
    piped = flat.replace("|", "\\|")
    return f"{fence}{pad}{piped}{pad}{fence}"


def display_width(text: str) -> int:
    """Count the columns a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
