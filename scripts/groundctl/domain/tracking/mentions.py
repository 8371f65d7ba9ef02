"""The GitHub users and teams that a comment mentions because a job of theirs ended or failed.

This is the only text of groundctl that GitHub turns into mentions. It is written from names that fit GitHub's own grammar,
and read back from the comment. GitHub notifies a user when an edit adds a mention: a mention that an edit keeps sends no
notification, and one that an edit drops and a later edit adds again would notify the user twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# GitHub does not document how many mentions of one comment it delivers. The line must also leave room for the report.
MAX_MENTIONS: Final = 50

# A login has up to 39 letters, digits and single hyphens, none at its ends. GitHub ends a mention at the first character
# that does not fit: `@acme/clips.eu` would reach the team `clips`, so such a name is never written.
# Managed users of an enterprise have its short code behind an underscore.
_LOGIN: Final = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}(?:_[A-Za-z0-9]+)?"
_TEAM: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?"
_NAME: Final = re.compile(rf"(?P<login>{_LOGIN})(?:/{_TEAM})?")
MAX_LOGIN_LENGTH: Final = 39

_INTRODUCTION: Final = "Notified that a job ended or failed: "
_LINE: Final = re.compile(rf"^{_INTRODUCTION}(?P<names>@[^ ,\n]+(?:, @[^ ,\n]+)*)(?: and [0-9,]+ more)?$", re.MULTILINE)


def is_mentionable(name: str) -> bool:
    """Return whether GitHub can have a user `login` or a team `organization/team` of that name."""
    match = _NAME.fullmatch(name)
    return match is not None and len(match["login"]) <= MAX_LOGIN_LENGTH


def unique_mentions(names: Iterable[str]) -> tuple[str, ...]:
    """Select the names that can be mentioned, each once, in their order; GitHub ignores case."""
    unique: dict[str, str] = {}
    for name in names:
        if is_mentionable(name):
            unique.setdefault(name.lower(), name)
    return tuple(unique.values())


def mention_line(names: Iterable[str]) -> str:
    """Write the line that mentions users and teams; empty if there are no names."""
    unique = unique_mentions(names)
    if not unique:
        return ""
    rest = f" and {len(unique) - MAX_MENTIONS:,} more" if len(unique) > MAX_MENTIONS else ""
    return f"{_INTRODUCTION}{', '.join(f'@{name}' for name in unique[:MAX_MENTIONS])}{rest}"


def read_mentions(body: str) -> tuple[str, ...]:
    """Read the mentions of a groundctl comment; the caller must check the comment's author."""
    lines = list(_LINE.finditer(body.replace("\r\n", "\n")))
    return unique_mentions(name.removeprefix("@") for name in lines[-1]["names"].split(", ")) if lines else ()
