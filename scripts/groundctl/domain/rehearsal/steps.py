"""The steps of a rehearsal, as they are reported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from groundctl.domain.rehearsal.rounds import LeftOut


class Moment(Enum):
    """A step that there is nothing to say of but that it happens."""

    INFRASTRUCTURE_IS_STABLE = auto()
    SECOND_APPLY_STARTS = auto()
    FIRST_ANSWERS_ARE_AWAITED = auto()
    THE_END_IS_AWAITED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformStarts:
    """Terraform is applied; so many people will sign in to each work team."""

    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformReplaced:
    """The code that groundctl brings with it is applied instead of the repository's own."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStarts:
    """A later round starts; the first is number 1."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipsUploaded:
    """So many stand-ins are where the declarations look for clips."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsLeftOut:
    """Declarations that cannot be rehearsed."""

    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondApplyEnded:
    """The second apply made so many calls that change anything."""

    calls: int


Step: TypeAlias = (
    Moment | TerraformStarts | TerraformReplaced | RoundStarts | ClipsUploaded | JobsLeftOut | SecondApplyEnded
)
