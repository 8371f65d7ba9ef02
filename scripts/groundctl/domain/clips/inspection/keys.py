"""Finds characters in the keys of clips that people do not see, or that do not survive on the way to a browser. GT719."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from groundctl.domain.declarations.diagnostics import Severity

_RULE = "GT719"
MAX_KEY = 1_024  # bytes; S3 has no longer keys


@dataclass(frozen=True, slots=True)
class _Kind:
    pattern: re.Pattern[str]
    severity: Severity
    words: str
    hint: str


_RENAME = "rename the objects if that was not intended"
# A browser and most clients of S3 remove these parts of an address before they ask for it.
_DOTS = _Kind(
    re.compile(r"(?:^|/)\.{1,2}(?:/|$)"),
    Severity.ERROR,
    "with `.` or `..` as a part of the key, which browsers remove from an address: workers would see an error",
    "rename the objects, or leave them out with input.exclude",
)
_KINDS = (
    _DOTS,
    _Kind(
        re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"),
        Severity.WARNING,
        "with control characters or line breaks in the key, shown here as \\x..",
        _RENAME,
    ),
    _Kind(
        re.compile(
            r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
            r"\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
        ),
        Severity.WARNING,
        "with invisible characters in the key, shown here as \\u....",
        _RENAME,
    ),
    _Kind(
        re.compile(r"(?:^|/)\s|\s(?:/|$)|\s\.[A-Za-z0-9]+$|[^\S ]"),
        Severity.WARNING,
        "with a blank at the beginning or end of a part of the key, or a blank that is not a space",
        _RENAME,
    ),
    _Kind(
        re.compile(r"%[0-9A-Fa-f]{2}"),
        Severity.WARNING,
        "with percent signs that look like an encoded address (%20, %2F): S3 takes them as they are",
        "write the key and not its address, unless the object was uploaded under this name",
    ),
    _Kind(
        re.compile(r"\+"),
        Severity.WARNING,
        "with a plus sign in the key, which some tools take for a space",
        _RENAME,
    ),
    _Kind(
        re.compile(r"^/|//"),
        Severity.WARNING,
        "with an empty part in the key (//), which other tools do not keep",
        _RENAME,
    ),
    _Kind(
        re.compile(r"\\"),
        Severity.WARNING,
        "with a backslash in the key, which browsers may take for a slash",
        _RENAME,
    ),
)
# One search shows that a key is an ordinary one, as nearly all are.
_PLAIN = re.compile(r"[A-Za-z0-9_/.-]+")

KeyFault = tuple[str, Severity, str, Sequence[str], str]


def check_keys(uris: Iterable[str]) -> Iterator[KeyFault]:
    """Yield each kind of odd key: its rule, severity, words, the clips, and what to do."""
    odd = [(uri, key) for uri in uris if not _is_plain(key := uri.removeprefix("s3://").partition("/")[2])]
    for kind in _KINDS:
        if found := [uri for uri, key in odd if kind.pattern.search(key)]:
            yield _RULE, kind.severity, kind.words, found, kind.hint
    if long := [uri for uri, key in odd if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY]:
        words = "with a key of more than 1,024 bytes, which S3 does not have"
        yield _RULE, Severity.ERROR, words, long, "check the names"
    yield from _check_accents([uri for uri, key in odd if not key.isascii()])


def _is_plain(key: str) -> bool:
    """Return whether a key is an ordinary one, as nearly all are."""
    if len(key) > MAX_KEY or not _PLAIN.fullmatch(key):
        return False
    return not (key.startswith(("/", ".")) or "//" in key or "/." in key)


def _check_accents(uris: Sequence[str]) -> Iterator[KeyFault]:
    alike: dict[str, list[str]] = {}
    for uri in uris:
        alike.setdefault(unicodedata.normalize("NFC", uri), []).append(uri)
    if twins := [uri for same in alike.values() if len(same) > 1 for uri in same]:
        words = "with keys that look the same, because accents are written in two ways: each is paid for"
        yield _RULE, Severity.WARNING, words, twins, "delete the copies, or leave them out with input.exclude"
    elif decomposed := [uri for uri in uris if unicodedata.normalize("NFC", uri) != uri]:
        words = "with accents written as separate characters (NFD, as macOS does): the same text typed elsewhere is another key"
        yield _RULE, Severity.WARNING, words, decomposed, _RENAME
