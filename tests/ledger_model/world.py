"""The model's nouns: entries, jobs, requests on their way, actors, and what a reader makes of a log.

Everything is a tuple of small values, so that states can be compared and remembered. Sets of clips are bits of a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from ledger_model.flaws import Flaw, Missing

NOBODY = -1
NONE = -1


class Kind(Enum):
    """What an entry records. GONE stands for a deleted entry."""

    PURCHASE = auto()
    ATTEMPT = auto()
    REFUSED = auto()
    CREATED = auto()
    VOID = auto()
    ENDED = auto()
    ADOPTED = auto()
    GONE = auto()

    __hash__ = object.__hash__  # Enum hashes its name each time; a search hashes millions


class Entry(NamedTuple):
    """One entry of one record. about is the purchase, or the attempt that was refused."""

    kind: Kind
    about: int = NONE
    job: str = ""
    clips: int = 0
    rerun: str = ""
    by: int = NOBODY


class Job(NamedTuple):
    """A job that AWS has accepted. unlabeled is NONE while it runs."""

    key: str
    attempt: int
    clips: int
    rerun: str
    is_visible: bool = False
    unlabeled: int = NONE


class Request(NamedTuple):
    """A create call on its way. A late one was signed after its attempt's time."""

    attempt: int
    actor: int
    job: str
    clips: int
    rerun: str
    is_late: bool = False


class Step(Enum):
    """Where an actor stands: what it does next."""

    READ = auto()
    DECIDE = auto()
    LOOK = auto()
    SEND = auto()
    WAIT = auto()
    ANSWER = auto()
    LOOK_AFTERWARDS = auto()
    WRITE_CREATED = auto()
    WRITE_REFUSED = auto()
    WRITE_VOID = auto()
    VOID_OWN = auto()
    WRITE = auto()
    DONE = auto()

    __hash__ = object.__hash__  # Enum hashes its name each time; a search hashes millions


class Answer(Enum):
    """What a create call came back with."""

    ACCEPTED = auto()
    REFUSED = auto()
    NAME_TAKEN = auto()
    LOST = auto()

    __hash__ = object.__hash__  # Enum hashes its name each time; a search hashes millions


class Actor(NamedTuple):
    """What one actor remembers: the end it has read to, entries that a pack hid from it, and its purchase."""

    step: Step = Step.READ
    end: int = 0
    hidden: tuple[int, int] = (0, 0)
    purchase: int = NONE
    attempt: int = NONE
    answer: Answer | None = None
    outcome: str = ""
    held_by: tuple[int, ...] = ()


class State(NamedTuple):
    """Everything at one moment. closed lists the attempts whose signature window is over."""

    log: tuple[Entry, ...]
    actors: tuple[Actor, ...]
    jobs: tuple[Job, ...]
    sent: frozenset[Request] = frozenset()
    late_writes: frozenset[tuple[int, Entry]] = frozenset()
    closed: frozenset[int] = frozenset()
    pack: tuple[int, int] | None = None
    faults: int = 0

    def job(self, key: str) -> Job | None:
        """Find the job that AWS has under a name in one Region."""
        return next((job for job in self.jobs if job.key == key), None)

    def with_actor(self, number: int, actor: Actor) -> State:
        """Replace one actor."""
        return self._replace(actors=(*self.actors[:number], actor, *self.actors[number + 1 :]))


class Role(Enum):
    """What an actor is there for."""

    APPLY = auto()
    VOID = auto()
    END = auto()
    PACK = auto()


class Script(NamedTuple):
    """The instructions of one actor: its role, its job, and for apply the reviewed clips."""

    role: Role
    job: str = ""
    clips: int = 0
    only_new: bool = False
    rerun: str = ""


class Violation(Exception):  # noqa: N818 - says what happened
    """An invariant does not hold."""


class View:
    """What a reader makes of the entries it has seen: purchases and what holds of them."""

    def __init__(self, log: tuple[Entry, ...], hidden: tuple[int, int], missing: Missing) -> None:
        self.missing = missing
        self.purchases: dict[int, Entry] = {}
        self.attempts: dict[int, set[int]] = {}
        self.refused: set[int] = set()
        self.created: set[int] = set()
        self.void: set[int] = set()
        self.freed: dict[int, int] = {}
        self.is_damaged = False
        for number, entry in enumerate(log):
            if not hidden[0] <= number < hidden[1]:
                self._take(number, entry)
        for purchase, attempts in self.attempts.items():
            if purchase in self.purchases and attempts <= self.refused:
                self.void.add(purchase)
        self.void -= self.created

    def _take(self, number: int, entry: Entry) -> None:
        match entry.kind:
            case Kind.PURCHASE:
                self.purchases[number] = entry
                self.attempts.setdefault(number, set()).add(number)
            case Kind.ADOPTED:
                self.purchases[number] = entry
                self.created.add(number)
            case Kind.ATTEMPT:
                self.attempts.setdefault(entry.about, set()).add(number)
            case Kind.REFUSED:
                self.refused.add(entry.about)
            case Kind.CREATED:
                self.created.add(entry.about)
            case Kind.VOID:
                self.void.add(entry.about)
            case Kind.ENDED:
                self.freed.setdefault(entry.about, entry.clips)
            case Kind.GONE:
                self.is_damaged = True

    def live(self) -> Iterable[int]:
        """Name the purchases that hold clips."""
        return (number for number in self.purchases if number not in self.void)

    def own(self, job: str) -> int | None:
        """Find the newest live purchase of a job."""
        return max((number for number in self.live() if self._same(self.purchases[number].job, job)), default=None)

    def holders(self, script: Script) -> dict[int, int]:
        """Find the live purchases of other jobs that hold clips of a script, with these clips."""
        held = {}
        for number in self.live():
            purchase = self.purchases[number]
            if purchase.job == script.job or self._passes(number, purchase, script):
                continue
            if clips := purchase.clips & ~self.freed.get(number, 0) & script.clips:
                held[number] = clips
        return held

    def is_settled(self, purchase: int, closed: frozenset[int]) -> bool:
        """Say whether no request for a purchase can be accepted any more."""
        return all(attempt in self.refused or attempt in closed for attempt in self.attempts[purchase])

    def _passes(self, number: int, purchase: Entry, script: Script) -> bool:
        if Flaw.OPEN_HOLDS_NOTHING in self.missing and number not in self.created:
            return True
        if Flaw.ADOPTED_HOLDS_NOTHING in self.missing and purchase.kind is Kind.ADOPTED:
            return True
        if Flaw.EXACT_SETS_ONLY in self.missing and purchase.clips != script.clips:
            return True
        return bool(script.rerun) and (Flaw.RERUN_EXCUSES_ALL in self.missing or purchase.job == script.rerun)

    def _same(self, one: str, other: str) -> bool:
        if Flaw.KNOWS_JOBS_BY_NAME in self.missing:
            return one.partition("@")[0] == other.partition("@")[0]
        return one == other


@lru_cache(maxsize=200_000)
def view(log: tuple[Entry, ...], hidden: tuple[int, int] = (0, 0), missing: Missing = frozenset()) -> View:
    """Read a log; what was read before is remembered."""
    return View(log, hidden, missing)
