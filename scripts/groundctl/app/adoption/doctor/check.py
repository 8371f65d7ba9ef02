"""One check: what it looks at, and who judges what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from groundctl.app.adoption.doctor.site import Site
from groundctl.domain.adoption.doctor.finding import Finding, Section
from groundctl.domain.adoption.doctor.setup import EnvironmentSetup, Setup

Seen = TypeVar("Seen")

# Each adapter gives up long before, where it can: this is for a check that hangs.
SECONDS = 60.0


class Need(StrEnum):
    """What a check cannot do without."""

    FILES = "the files here"
    MACHINE = "programs on this machine"
    GITHUB = "GitHub, with a token"
    AWS = "AWS, with credentials"

    @property
    def is_offline(self) -> bool:
        """Return whether it needs no network."""
        return self in {Need.FILES, Need.MACHINE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Generic[Seen]):
    """What a judge decides on: what was seen, in which set-up, and for which environment."""

    seen: Seen
    setup: Setup
    environment: EnvironmentSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[Seen]):
    """A check. One of each environment runs once for each of them.

    is_cheap says that workflows run it; is_asked_for that it runs only if it is asked for, because it takes long.
    """

    id: str
    section: Section
    title: str
    needs: Need
    look: Callable[[Site, EnvironmentSetup], Seen]
    judge: Callable[[Case[Seen]], Sequence[Finding]]
    each_environment: bool = False
    is_cheap: bool = True
    is_asked_for: bool = False
    seconds: float = SECONDS


# A check of whatever was seen: the table holds checks of many kinds.
AnyCheck: TypeAlias = Check[Any]
