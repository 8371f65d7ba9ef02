"""Finds texts and addresses that still wait for the author's own words: placeholders of authors, tools, and AWS's samples.

A placeholder is recognized by its form: a name in angle brackets or in a template's braces, a command to the author ("insert
title here"), a name that documentation uses for any bucket, or a sentence of a sample. Comparisons, HTML, the job's own
labels, keys of a keyboard, and prices are none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to


class TextKind(Enum):
    """What a text is, which decides what its characters mean."""

    PLAIN = auto()
    LABEL = auto()
    MARKDOWN = auto()
    ADDRESS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """A placeholder in a text: its index, and how it is written there."""

    index: int
    written: str


# --- names in angle brackets ---------------------------------------------------------------------------------------------

_IN_BRACKETS = re.compile(r"(?<![\w<])<([A-Za-z][\w .'\u2019/-]{0,60}[\w'\u2019.])>")
# Elements of HTML that authors write in texts.
_HTML = re.compile(
    r"a|b|big|blockquote|br|center|cite|code|dd|del|details|div|dl|dt|em|font|figure|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s"
    r"|small|source|span|strike|strong|su[bp]|summary|table|tbody|t[dhrt]|thead|ul?|video"
)
_KEY = re.compile(
    r"(?:enter|return|space|space ?bar|esc|escape|tab|shift|ctrl|control|alt|option|cmd|command|del|delete|backspace|home|end"
    r"|up|down|left|right|page ?up|page ?down|insert|pause|f[0-9]{1,2})",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"[A-Z][A-Z0-9]+(?:[ _./-][A-Z0-9]+)*")
# What a name in brackets begins with, if it is to be replaced.
_TO_REPLACE = re.compile(
    r"account|add|bucket|client|clips?|customer|dataset|date|day|description|enter|experiment|file|fill|folder|id|insert"
    r"|instructions|job|key|labels?|month|my|name|owner|path|placeholder|prefix|project|put|question|region|replace|some"
    r"|something|task|tbd|team|text|title|todo|ur[il]|value|x{2,}|year|your"
)


def _is_to_replace(name: str, labels: Collection[str]) -> bool:
    """Return whether a name in angle brackets stands for something else: it is no HTML, no key, and no label."""
    first = re.split(r"[ /-]", name.lower(), maxsplit=1)[0]
    if _KEY.fullmatch(name) or _HTML.fullmatch(first) or name.lower() in labels:
        return False
    return (
        bool(_CAPITALS.fullmatch(name))
        or "_" in name
        or bool(_TO_REPLACE.fullmatch(first))
        or name.lower().endswith(" here")
    )


# --- names in the braces of a template -----------------------------------------------------------------------------------

_OF_A_TEMPLATE = re.compile(
    r"\$\{\{?[^{}\n]{1,80}\}\}?|\{\{[^{}\n]{0,80}\}\}|\{%[^%\n]{0,80}%\}|<%[^%\n]{0,80}%>"
    r"|\$\([A-Za-z_]\w*\)|%\([A-Za-z_]\w*\)[sd]|\$[A-Z][A-Z0-9]*_[A-Z0-9_]+|%[A-Z][A-Z0-9_]{2,}%|@@[A-Za-z_]\w*@@"
)
_OF_A_FORMAT = re.compile(
    r"(?<!\{)\{(?:[a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+|title|name|date|team|label|text|description)\}"
)
_UNDERSCORED = re.compile(r"(?<!\w)__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+__(?!\w)")

# --- words to the author -------------------------------------------------------------------------------------------------

_YOURS = re.compile(r"(?<![\w/.#-])your[-_](?!self\b|selves\b)[a-z][\w-]*", re.IGNORECASE)
_COMMAND = re.compile(
    r"\W*(?:insert|enter|add|put|type|write|provide|replace (?:with|by|this with))\b"
    r"(?:\W+(?:an?|brief|clear|good|job|my|own|real|sample|short|some|task|text|the|this|your|of|for))*"
    r"\W+(?:title|description|instructions?|name of the (?:job|task)|your text|sample text)(?: here)?\W*\Z"
    r"|\W*(?:(?:change|replace|fill)[-_ ]?(?:me|this)(?: in)?|placeholder|untitled|asdf+|foobar|x{3,})\W*\Z|[?.…_-]+\Z",
    re.IGNORECASE,
)
_GOES_HERE = re.compile(r"\b(?:title|description|text|instructions?|question) (?:goes|comes) here\b", re.IGNORECASE)
_IN_SQUARE_BRACKETS = re.compile(r"\[(?:your|insert|enter|add|fill in|replace) [^\]\n]{1,60}\](?!\()", re.IGNORECASE)
# A mark of unfinished work: where a sentence or line begins, before a colon, in brackets, or last. In Spanish and Portuguese,
# "TODO el clip" is a text, and so is every other TODO beside letters and signs that these languages have.
_UNFINISHED = re.compile(
    r"(?<!\w)FIXME(?!\w)|(?<!\w)TODO(?:(?= ?:)|(?<=[(\[]TODO)(?=[)\]]))"
    r"|(?:^|(?<=[.!?)\]] )|(?<=[-*#>] ))TODO(?!\w)(?! (?:a|as|aquel|bem|bien|cuanto|de|e|el|en|es|esa|ese|eso|esta|este|esto|la"
    r"|las|lo|los|mi|o|os|que|se|su|tipo|tu|un|una|y)\b)|(?<=[.!?:;,\u2013\u2014-] )TODO(?=[.!]?\s*$)",
    re.MULTILINE,
)
_CERTAIN = re.compile(r"FIXME|TODO ?:|[(\[]TODO[)\]]")
_IBERIAN = re.compile(
    r"[\u00bf\u00a1\u00e1\u00e9\u00ed\u00f3\u00fa\u00f1\u00e3\u00f5\u00e7\u00ea\u00e2]", re.IGNORECASE
)
_LOREM = re.compile(r"\blorem ipsum\b", re.IGNORECASE)
# Sentences of AWS's samples, and of the file that `groundctl new` writes.
_SENTENCES = (
    "enter description to explain the correct label to the workers",
    "enter description of an incorrect label",
    "enter description of a correct label",
    "enter a brief description of the task",
    "brief description of the task",
    "add a good example image",
    "add a bad example image",
    "explain here what each answer means, with the cases that are easily confused",
)
_SENTENCE = re.compile("|".join(sentence.replace(" ", r"\s+") for sentence in _SENTENCES), re.IGNORECASE)
_WHOLE_TEXTS = frozenset(
    {
        "first answer",
        "second answer",
        "image-url",
        "video-url",
        "label 1",
        "label 2",
        "task title",
        "todo",
        "tbc",
        "fixme",
    }
)
# A label may mean that something is to be decided.
_WHOLE_OTHERS = _WHOLE_TEXTS | {"tbd"}
_WHOLE = re.compile(r"\S(?:.*\S)?", re.DOTALL)

# --- addresses -----------------------------------------------------------------------------------------------------------

_IN_ADDRESS = re.compile(
    r"<[A-Za-z_][^<>]*>|\{[A-Za-z_]+\}|(?<=/)x{3,}(?=[/.]|\Z)|(?<=/)path/to(?=/|\Z)|(?<=/)your[-_][a-z][\w-]*(?=/|\Z)"
    r"|(?<![a-z0-9])your[-_](?:account|bucket|clips?|company|dataset|files?|folder|id|job|manifest|name|org|path|prefix|project"
    r"|region|task|team|videos?)(?![a-z0-9])|(?<=s3://)your[a-z]+",
    re.IGNORECASE,
)
# Buckets of documentation. AWS keeps the names of the first form for itself, so that no account can have one.
_BUCKET_OF_A_SAMPLE = re.compile(
    r"(?<=s3://)(?:amzn-s3-demo-[\w.-]*|(?:doc-)?example-?bucket\d*|awsexamplebucket\d*|my-?(?:example-)?bucket|bucket-?name)"
    r"(?=/|\Z)",
    re.IGNORECASE,
)

# --- a text --------------------------------------------------------------------------------------------------------------

# Thousands of texts have nothing of all this: a look for characters and words is ten times faster than the patterns.
_SIGNS = re.compile(r"[<{$%@_\[]")
_WORDS_OF_ADDRESSES = ("your", "xxx", "path/to", "bucket", "demo")
_WORDS_OF_SENTENCES = ("lorem ipsum", "description", "example image", "explain here")


def placeholders_in(text: str, kind: TextKind, labels: Collection[str] = ()) -> Iterator[Placeholder]:
    """Find the placeholders of a text, in order; labels are the job's own, in lowercase."""
    lower = text.lower()
    matches = _in_address(text, lower) if kind is TextKind.ADDRESS else _in_text(text, lower, kind, labels)
    end = 0
    for match in sorted(matches, key=re.Match.start):
        if match.start() >= end:
            yield Placeholder(index=match.start(), written=match.group())
            end = match.end()


def _in_address(text: str, lower: str) -> Iterator[re.Match[str]]:
    has_sign = _SIGNS.search(text)
    if has_sign:
        yield from _OF_A_TEMPLATE.finditer(text)
    if has_sign or any(word in lower for word in _WORDS_OF_ADDRESSES):
        yield from _IN_ADDRESS.finditer(text)
        yield from _BUCKET_OF_A_SAMPLE.finditer(text)


def _in_text(text: str, lower: str, kind: TextKind, labels: Collection[str]) -> Iterator[re.Match[str]]:
    if _SIGNS.search(text):
        for pattern in (_OF_A_TEMPLATE, _OF_A_FORMAT, _UNDERSCORED, _IN_SQUARE_BRACKETS):
            yield from pattern.finditer(text)
        yield from (match for match in _IN_BRACKETS.finditer(text) if _is_to_replace(match[1], labels))
    if "your-" in lower or "your_" in lower:
        yield from _YOURS.finditer(text)
    if any(word in lower for word in _WORDS_OF_SENTENCES):
        yield from _LOREM.finditer(text)
        yield from _SENTENCE.finditer(text)
    if kind is TextKind.PLAIN:
        yield from (match for match in (_COMMAND.match(text),) if match)
    if " here" in lower:
        yield from _GOES_HERE.finditer(text)
    if kind is not TextKind.LABEL and ("TODO" in text or "FIXME" in text) and _stands_out(text):
        yield from _UNFINISHED.finditer(text)
    if lower.strip(" .:-") in (_WHOLE_TEXTS if kind is TextKind.LABEL else _WHOLE_OTHERS):
        yield from (match for match in (_WHOLE.search(text),) if match)


def _stands_out(text: str) -> bool:
    """Return whether a word in capitals is a mark: it is alone, or the other words are not in capitals, nor in Spanish."""
    if _IBERIAN.search(text) and not _CERTAIN.search(text):
        return False
    rest = text.replace("TODO", "").replace("FIXME", "")
    return any(map(str.islower, rest)) or not any(map(str.isalpha, rest))


# --- a declaration -------------------------------------------------------------------------------------------------------

# Remarks of the team, which neither workers nor AWS read.
_NOT_LOOKED_AT = frozenset({"/notes"})


def placeholder_problems(data: Any) -> Iterator[Diagnostic]:  # the data of a declaration
    """Report every placeholder in a declaration's fields."""
    texts = tuple(_texts(data, ""))
    labels = {text.lower() for pointer, text in texts if pointer.startswith("/task/labels/")}
    for pointer, text in texts:
        kind = _kind_of(pointer, text)
        if found := tuple(placeholders_in(text, kind, labels if kind is not TextKind.LABEL else ())):
            yield Diagnostic(rule="GT240", pointer=pointer, message=message_for(*found), hint=hint_for(kind))


def sentences_of_samples(text: str) -> Iterator[Placeholder]:
    """Find the sentences of AWS's samples in a worker task template, whose braces and brackets are its own."""
    for pattern in (_SENTENCE, _LOREM, _URL_OF_A_SAMPLE):
        for match in pattern.finditer(text):
            yield Placeholder(index=match.start(), written=match.group())


_URL_OF_A_SAMPLE = re.compile(r"(?<=[\"'])(?:image|video)-url(?=[\"'])")


MAX_QUOTED = 80
MAX_NAMED = 5


def message_for(*placeholders: Placeholder) -> str:
    """Name the placeholders of a text in a message."""
    quoted = list(dict.fromkeys(_quoted(each.written) for each in placeholders))
    more = f" and {len(quoted) - MAX_NAMED:,} more" if len(quoted) > MAX_NAMED else ""
    return f"still has the placeholder{'s' if len(quoted) > 1 else ''} {', '.join(quoted[:MAX_NAMED])}{more}"


def _quoted(written: str) -> str:
    line = " ".join(written.split())
    return f"“{line if len(line) <= MAX_QUOTED else f'{line[: MAX_QUOTED - 1]}…'}”"


def hint_for(kind: TextKind) -> str:
    """Say what to write instead."""
    return "write your own bucket and folder" if kind is TextKind.ADDRESS else "write your own text"


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if (place := f"{pointer}{pointer_to(key)}") not in _NOT_LOOKED_AT:
                yield from _texts(inner, place)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{pointer}/{index}")


def _kind_of(pointer: str, text: str) -> TextKind:
    if text.startswith("s3://"):
        return TextKind.ADDRESS
    if pointer.startswith("/task/instructions"):
        return TextKind.MARKDOWN
    return TextKind.LABEL if pointer.startswith("/task/labels") else TextKind.PLAIN
