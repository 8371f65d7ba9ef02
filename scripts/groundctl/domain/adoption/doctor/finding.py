"""What a check found, and what all checks together say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of what was looked at, the worst first."""

    WRONG = "wrong"
    CRASHED = "crashed"
    WARNING = "warning"
    CANNOT_SEE = "cannot see"
    OK = "ok"


class Section(StrEnum):
    """Where a check looks, in the order of the report."""

    HERE = "Here"
    GITHUB = "GitHub"
    AWS = "AWS"
    TERRAFORM = "Terraform"
    VERSIONS = "Versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact with the reader's own values; fix is one command or one settings page, empty if all is well."""

    state: State
    fact: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check found; environment is empty for a check of the whole repository."""

    check: str
    section: Section
    title: str
    environment: str = ""
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """Return the worst state of its findings."""
        return min((finding.state for finding in self.findings), key=_RANK.__getitem__, default=State.OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The results of all checks that ran, in the order of the table."""

    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> int:
        """Count the checks that found nothing."""
        return self.count(State.OK)

    def count(self, state: State) -> int:
        """Count the checks whose worst finding has a state."""
        return sum(result.state is state for result in self.results)

    @property
    def is_wrong(self) -> bool:
        """Return whether something is wrong."""
        return any(result.state is State.WRONG for result in self.results)

    @property
    def has_seen_nothing(self) -> bool:
        """Return whether no check could see what it looks at."""
        return all(result.state in {State.CANNOT_SEE, State.CRASHED} for result in self.results)

    def concerning(self, environment: str | None, *, repository: bool) -> Diagnosis:
        """Keep the results of one environment, or of all without a name, and those of the repository if they are asked for."""
        kept = (
            each
            for each in self.results
            if (environment in {None, each.environment} if each.environment else repository)
        )
        return Diagnosis(results=tuple(kept))

    def worst_first(self) -> tuple[CheckResult, ...]:
        """Return the results by state, and in the order of the table within one."""
        return tuple(sorted(self.results, key=lambda result: _RANK[result.state]))


_RANK = {state: rank for rank, state in enumerate(State)}


def ok(fact: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(state=State.OK, fact=fact)


def wrong(fact: str, fix: str) -> Finding:
    """Say that something does not work as it is."""
    return Finding(state=State.WRONG, fact=fact, fix=fix)


def warning(fact: str, fix: str) -> Finding:
    """Say that something works, and may surprise."""
    return Finding(state=State.WARNING, fact=fact, fix=fix)


def cannot_see(fact: str, fix: str = "") -> Finding:
    """Say that something could not be looked at, which is neither good nor bad."""
    return Finding(state=State.CANNOT_SEE, fact=fact, fix=fix)


def problems_or(problems: Iterable[Finding], fine: str) -> Sequence[Finding]:
    """Return the problems; if there is none, say what is fine."""
    return tuple(problems) or (ok(fine),)
