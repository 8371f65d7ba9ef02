"""The scenarios: two to four actors about the same clips, and for each missing guard the one that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger_model.flaws import Assumption, Flaw, Missing
from ledger_model.protocol import EVERY_FAULT, Fault, Protocol
from ledger_model.world import NOBODY, Actor, Entry, Job, Kind, Role, Script, State

A, B, X, A_ELSEWHERE = "a@us", "b@us", "x@us", "a@eu"


@dataclass(frozen=True)
class Scenario:
    """Some actors, and what was there before them."""

    scripts: tuple[Script, ...]
    log: tuple[Entry, ...] = ()
    jobs: tuple[Job, ...] = ()
    unlabeled: dict[str, int] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()
    faults: frozenset[Fault] = EVERY_FAULT

    def protocol(self, missing: Missing = frozenset()) -> Protocol:
        """Give the rules, perhaps with a guard missing."""
        return Protocol(scripts=self.scripts, unlabeled=self.unlabeled, faults=self.faults, missing=missing)

    def start(self, faults: int) -> State:
        """Give the first state, from which so many faults may happen."""
        actors = tuple(Actor() for _ in self.scripts)
        return State(log=self.log, actors=actors, jobs=self.jobs, closed=self.closed, faults=faults)


def clips(digits: str) -> int:
    """Write a set of clips as bits: clip 1 is bit 0."""
    return sum(1 << int(digit) - 1 for digit in digits)


def _applies(job: str, digits: str, *, only_new: bool = False, rerun: str = "") -> Script:
    return Script(Role.APPLY, job, clips(digits), only_new, rerun)


def _voids(job: str) -> Script:
    return Script(Role.VOID, job)


def _ends(job: str) -> Script:
    return Script(Role.END, job)


_PACKS = Script(Role.PACK)


def _scenario(*scripts: Script, unlabeled: dict[str, int] | None = None) -> Scenario:
    return Scenario(scripts, unlabeled=unlabeled or {})


def _after_import(*scripts: Script, unlabeled: dict[str, int] | None = None) -> Scenario:
    """X was made in the console, runs, and was imported."""
    return Scenario(
        scripts,
        log=(Entry(Kind.ADOPTED, job=X, clips=clips("12")),),
        jobs=(Job(X, NOBODY, clips("12"), "", is_visible=True),),
        unlabeled=unlabeled or {},
    )


def _after_a_crash(*scripts: Script) -> Scenario:
    """A run has written down that it buys A, and died long ago."""
    return Scenario(scripts, log=(Entry(Kind.PURCHASE, job=A, clips=clips("12")),), closed=frozenset({0}))


SCENARIOS: dict[str, Scenario] = {
    "same job twice": _scenario(_applies(A, "12"), _applies(A, "12")),
    "renamed twin": _scenario(_applies(A, "12"), _applies(B, "12")),
    "twin, a person voids first": _scenario(_applies(A, "12"), _applies(B, "12"), _voids(A)),
    "same job twice, twin": _scenario(_applies(A, "12"), _applies(A, "12"), _applies(B, "12")),
    "same job twice, twin, void": _scenario(_applies(A, "12"), _applies(A, "12"), _applies(B, "12"), _voids(A)),
    "a dead run, continued and voided, twin": _after_a_crash(_applies(A, "12"), _voids(A), _applies(B, "12")),
    "a dead run, grown, twin of the new clip": _after_a_crash(_applies(A, "123"), _applies(B, "3")),
    "same job grown": _scenario(_applies(A, "12"), _applies(A, "123")),
    "same job grown, twin of the new clip": _scenario(_applies(A, "12"), _applies(A, "123"), _applies(B, "3")),
    "grown prefix under another name": _scenario(_applies(A, "12"), _applies(B, "123")),
    "grown prefix, only_new": _scenario(_applies(A, "12"), _applies(B, "123", only_new=True)),
    "three with only_new, one a subset": _scenario(
        _applies(A, "12", only_new=True), _applies(B, "123", only_new=True), _applies(X, "2", only_new=True)
    ),
    "subset": _scenario(_applies(A, "123"), _applies(B, "2")),
    "chain and manifest of the same lines": _after_import(
        _applies(A, "2"), _applies(B, "2"), _ends(X), unlabeled={X: clips("2")}
    ),
    "same name in another Region": _scenario(_applies(A, "12"), _applies(A_ELSEWHERE, "12")),
    "same name in another Region, void": _scenario(_applies(A, "12"), _applies(A_ELSEWHERE, "12"), _voids(A)),
    "two reruns of one job": _after_import(_applies(A, "12", rerun=X), _applies(B, "12", rerun=X)),
    "a job ends during planning": _after_import(
        _applies(A, "23", only_new=True), _applies(B, "2"), _ends(X), unlabeled={X: clips("2")}
    ),
    "the first job ends, the next asks": _scenario(
        _applies(A, "12"), _applies(B, "23", only_new=True), _ends(A), unlabeled={A: clips("2")}
    ),
    "pack while others append": _scenario(_applies(A, "12"), _applies(B, "12"), _PACKS),
    "pack, void, twin": _scenario(_applies(A, "12"), _applies(B, "12"), _voids(A), _PACKS),
}
# The purchase of X was deleted, but its job exists: nothing is bought until an operator has checked.
DELETED_ENTRY = Scenario(
    (_applies(A, "12"), _applies(X, "12")),
    log=(Entry(Kind.GONE), Entry(Kind.CREATED, about=0)),
    jobs=(Job(X, 0, clips("12"), "", is_visible=True),),
)

# For each missing guard the scenario that shows it, and the faults that it takes.
SHOWN_BY: dict[Flaw | Assumption, tuple[str, int]] = {
    Flaw.CONTINUES_UNLOGGED: ("same job twice, twin", 2),
    Flaw.VOIDS_WITHOUT_WAITING: ("twin, a person voids first", 1),
    Flaw.REFUSAL_VOIDS: ("same job twice, twin", 1),
    Flaw.CONTINUES_WITH_NEW_CLIPS: ("same job grown", 1),
    Flaw.FREES_EARLY: ("a job ends during planning", 0),
    Flaw.RERUN_EXCUSES_ALL: ("two reruns of one job", 0),
    Flaw.KNOWS_JOBS_BY_NAME: ("same name in another Region", 1),
    Flaw.PACK_NAMED_WHEN_WRITTEN: ("pack while others append", 0),
    Flaw.CREATES_FIRST: ("renamed twin", 0),
    Flaw.WRITES_BLIND: ("renamed twin", 0),
    Flaw.TAKEN_IS_WON: ("renamed twin", 0),
    Flaw.UNCLEAR_IS_WON: ("renamed twin", 1),
    Flaw.EXACT_SETS_ONLY: ("grown prefix under another name", 0),
    Flaw.OPEN_HOLDS_NOTHING: ("renamed twin", 0),
    Flaw.VOIDS_WITHOUT_LOOKING: ("twin, a person voids first", 1),
    Flaw.VOIDS_WITHOUT_REREADING: ("a dead run, continued and voided, twin", 0),
    Flaw.VOIDS_WHEN_ABSENT: ("renamed twin", 1),
    Flaw.ADOPTED_HOLDS_NOTHING: ("chain and manifest of the same lines", 0),
    Flaw.GAP_IS_END: ("a deleted entry", 0),
    Flaw.SENDS_LATE: ("twin, a person voids first", 0),
    Assumption.SIGNATURES_EXPIRE: ("twin, a person voids first", 1),
    Assumption.READS_CATCH_UP: ("twin, a person voids first", 2),
}


def scenario(name: str) -> Scenario:
    """Find a scenario by its name."""
    return DELETED_ENTRY if name == "a deleted entry" else SCENARIOS[name]
