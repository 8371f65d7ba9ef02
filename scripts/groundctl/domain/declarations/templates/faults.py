"""A problem at a place in a template."""

import re
from dataclasses import dataclass

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity

PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")

Place = tuple[int, int]
START = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """A problem at a place in a template."""

    place: Place
    rule: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR

    def at(self, path: str) -> LocatedDiagnostic:
        """Add the path of the file."""
        line, column = self.place
        return LocatedDiagnostic(
            path=path,
            line=line,
            column=column,
            rule=self.rule,
            pointer="",
            message=self.message,
            hint=self.hint,
            severity=self.severity,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something is refused, for a caller that knows the place; address is what is refused, if it is one."""

    rule: str
    message: str
    hint: str
    address: str = ""

    def at(self, place: Place) -> TemplateFault:
        """Add the place."""
        return TemplateFault(place=place, rule=self.rule, message=self.message, hint=self.hint)


def private_use_message(character: str) -> str:
    """Say that a text has a character of a font's own."""
    return f"contains U+{ord(character):04X}, a private-use character that depends on the font"


def shown(text: str) -> str:
    """Shorten a text from a template for a message."""
    plain = PRIVATE.sub("", text)
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def place_at(text: str, index: int) -> Place:
    """Return the line and column of an index."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1
