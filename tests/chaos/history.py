"""A history as a value: what happens in some checkouts, with which faults. It follows from a seed alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from chaos import faults
from chaos.faults import Fault, FaultKind

HOUR = 3600.0
LABELS = (("winner", "error"), ("no", "yes"))
QUESTIONS = (None, None, "outcome", "foul")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A declaration, as far as histories differ in it."""

    name: str
    kind: str  # prefix, sample, manifest, objects, or chain
    clips: tuple[str, ...] = ()  # of a manifest or a list of objects
    prefix: str = ""
    sample: int = 0
    chain: str = ""
    labels: tuple[str, ...] = LABELS[0]
    workers: int = 3
    question: str | None = None
    only_new: bool = False
    rerun_of: str | None = None
    is_stopped: bool = False
    attribute: str | None = None

    def __str__(self) -> str:
        """Write what is asked, in one line."""
        source = {
            "prefix": f"all of {self.prefix}",
            "sample": f"{self.sample} of {self.prefix}",
            "chain": f"the rest of {self.chain}",
        }.get(self.kind, f"{self.kind} {', '.join(self.clips)}")
        options = [
            f"question {self.question}" * bool(self.question),
            f"{self.workers} workers" * (self.workers != 3),
            "only new" * self.only_new,
            f"rerun of {self.rerun_of}" * bool(self.rerun_of),
            "stopped" * self.is_stopped,
        ]
        return ", ".join([f"{self.name}: {source}", "/".join(self.labels), *filter(None, options)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Declare:
    """Write a declaration, or write it again."""

    checkout: int
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Delete a declaration."""

    checkout: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """Take jobs/ back to what it was some changes ago: an old branch."""

    checkout: int
    back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddClip:
    """A clip arrives under a prefix."""

    clip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """A run of apply. plan makes it apply a plan that an earlier step has written, if there is one."""

    checkout: int
    place: int
    faults: tuple[Fault, ...] = ()
    plan: bool = False
    allow_stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePlan:
    """A run of plan that leaves a file."""

    checkout: int
    place: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Several runs of apply at once. chance seeds the order in which their requests pass."""

    runs: tuple[Apply, ...]
    chance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePasses:
    """Simulated time passes, and workers label."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A person voids a purchase whose job never came."""

    checkout: int
    place: int
    name: str


Step = Declare | Remove | Revert | AddClip | Apply | MakePlan | Race | TimePasses | Void


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Steps with their faults, and the calm end, which is the same for all."""

    seed: int
    is_short: bool
    steps: tuple[Step, ...]

    @property
    def targets(self) -> tuple[tuple[int, int], ...]:
        """Return the checkouts and places of the runs."""
        return tuple(sorted({(run.checkout, run.place) for step in self.steps for run in runs_of(step)}))


def runs_of(step: Step) -> tuple[Apply | MakePlan, ...]:
    """Return the runs of a step that faults can be in."""
    if isinstance(step, Race):
        return step.runs
    return (step,) if isinstance(step, Apply | MakePlan) else ()


def faults_of(step: Step) -> tuple[Fault, ...]:
    """Return the faults of a step."""
    return tuple(fault for run in runs_of(step) for fault in run.faults)


def without_fault(step: Step, fault: Fault) -> Step:
    """Take one fault out of a step."""

    def taken(run: Apply) -> Apply:
        return replace(run, faults=tuple(each for each in run.faults if each is not fault))

    if isinstance(step, Race):
        return replace(step, runs=tuple(map(taken, step.runs)))
    if isinstance(step, Apply | MakePlan):
        return replace(step, faults=tuple(each for each in step.faults if each is not fault))
    return step


def make_history(seed: int, *, is_short: bool = False) -> History:
    """Make the history of a seed; short ones, for every run of the tests, take half of the time."""
    maker = _Maker(Random(seed), rounds=(0, 0, 0, 1, 1) if is_short else (0, 1, 1, 1, 2, 3))
    return History(seed=seed, is_short=is_short, steps=tuple(maker.steps()))


@dataclass
class _Maker:
    """Makes steps at random, and remembers what is declared."""

    random: Random
    rounds: tuple[int, ...]
    declared: dict[int, dict[str, Job]] = field(default_factory=dict)
    known: dict[str, Job] = field(default_factory=dict)  # every name that was ever declared
    faults_left: int = 0
    places: tuple[int, ...] = (0,)

    def steps(self) -> Sequence[Step]:
        self.faults_left = self.random.choice((0, 1, 2, 2, 3, 3, 4, 4))
        checkouts = self.random.choice((1, 1, 1, 2, 2, 3))
        self.declared = {number: {} for number in range(checkouts)}
        self.places = self.random.choice(((0,), (0,), (0,), (0, 1), (0, 2), (0, 0, 1, 2)))
        made: list[Step] = [self._new_job(0)]
        made += self._changes((0, 0, 1, 1, 2))
        made.append(self._run())
        for _ in range(self.random.choice(self.rounds)):
            made += self._round()
        return made

    def _round(self) -> list[Step]:
        made = self._changes((0, 1, 1, 1, 2))
        if self.random.random() < 0.3:
            made.append(TimePasses(seconds=self.random.choice((60.0, 600.0, HOUR, 5 * HOUR, 40 * 24 * HOUR))))
        if self.random.random() < 0.15:
            made.append(MakePlan(checkout=(at := self._checkout()), place=self._place(), faults=self._some_faults()))
            made.append(self._change(at))
        made.append(self._run())
        return made

    def _changes(self, counts: Sequence[int]) -> list[Step]:
        return [self._change(self._checkout()) for _ in range(self.random.choice(counts))]

    def _checkout(self) -> int:
        return self.random.choice(list(self.declared))

    def _place(self) -> int:
        return self.random.choice(self.places)

    # -- declarations -----------------------------------------------------------------------------

    def _change(self, checkout: int) -> Step:
        mine = self.declared[checkout]
        kinds = [self._new_job, self._new_job, self._new_job, self._add_clip, self._add_clip, self._rerun]
        if mine:
            kinds += [self._rename, self._edit, self._stop, self._revert, self._remove, self._chain, self._copy]
            kinds += [self._void]
        return self.random.choice(kinds)(checkout)

    def _declare(self, checkout: int, job: Job) -> Declare:
        self.declared[checkout][job.name] = self.known[job.name] = job
        return Declare(checkout=checkout, job=job)

    def _new_name(self) -> str:
        return f"job-{len(self.known) + 1}"

    def _new_job(self, checkout: int) -> Step:
        name = self._new_name()
        kind = self.random.choice(("prefix", "prefix", "sample", "objects", "manifest"))
        clips = tuple(sorted(self.random.sample([f"g0/{number}" for number in range(1, 7)], self.random.randint(1, 4))))
        job = Job(
            name=name,
            kind=kind,
            clips=clips,
            prefix="g0/",
            sample=self.random.randint(1, 3),
            labels=self.random.choice((LABELS[0], LABELS[0], LABELS[1])),
            question=self.random.choice(QUESTIONS),
            only_new=self.random.random() < 0.4,
        )
        return self._declare(checkout, job)

    def _rename(self, checkout: int) -> Step:
        job = self._one_of(checkout)
        del self.declared[checkout][job.name]
        return self._declare(checkout, replace(job, name=self._new_name(), attribute=None, is_stopped=False))

    def _copy(self, checkout: int) -> Step:
        """Declare a job of one checkout in another one too, or under a new name beside it."""
        job = self._one_of(checkout)
        other = self._checkout()
        if other == checkout:
            return self._declare(other, replace(job, name=self._new_name(), attribute=None, is_stopped=False))
        return self._declare(other, job)

    def _edit(self, checkout: int) -> Step:
        job = self._one_of(checkout)
        if self.random.random() < 0.5:
            return self._declare(checkout, replace(job, only_new=not job.only_new))
        return self._declare(checkout, replace(job, workers=8 - job.workers))

    def _stop(self, checkout: int) -> Step:
        job = self._one_of(checkout)
        return self._declare(checkout, replace(job, is_stopped=not job.is_stopped))

    def _remove(self, checkout: int) -> Step:
        name = self._one_of(checkout).name
        del self.declared[checkout][name]
        return Remove(checkout=checkout, name=name)

    def _revert(self, checkout: int) -> Step:
        return Revert(checkout=checkout, back=self.random.randint(1, 3))

    def _chain(self, checkout: int) -> Step:
        job = self._one_of(checkout)
        name = self._new_name()
        attribute = job.attribute or job.name
        return self._declare(
            checkout, replace(job, name=name, kind="chain", chain=job.name, attribute=attribute, is_stopped=False)
        )

    def _rerun(self, checkout: int) -> Step:
        known = [job for job in self.known.values() if job.kind != "chain"]
        if not known:
            return self._new_job(checkout)
        job = self.random.choice(known)
        again = replace(job, name=self._new_name(), rerun_of=job.name, attribute=None, is_stopped=False)
        return self._declare(checkout, again)

    def _add_clip(self, checkout: int) -> Step:  # noqa: ARG002 - one of the changes of a checkout
        return AddClip(clip=f"g0/{self.random.randint(1, 9)}")

    def _void(self, checkout: int) -> Step:
        return Void(checkout=checkout, place=self._place(), name=self.random.choice(list(self.known)))

    def _one_of(self, checkout: int) -> Job:
        mine = self.declared[checkout]
        return mine[self.random.choice(list(mine))] if mine else self.known[self.random.choice(list(self.known))]

    # -- runs and faults --------------------------------------------------------------------------

    def _run(self) -> Step:
        if self.random.random() < 0.3:
            count = self.random.choice((2, 2, 3))
            checkout = self._checkout()
            others = [checkout if self.random.random() < 0.5 else self._checkout() for _ in range(count - 1)]
            runs = tuple(self._apply(each) for each in (checkout, *others))
            return Race(runs=runs, chance=self.random.getrandbits(32))
        return self._apply(self._checkout())

    def _apply(self, checkout: int) -> Apply:
        return Apply(
            checkout=checkout,
            place=self._place(),
            faults=self._some_faults(),
            plan=self.random.random() < 0.15,
            allow_stop=self.random.random() < 0.3,
        )

    def _some_faults(self) -> tuple[Fault, ...]:
        count = min(self.faults_left, self.random.choice((0, 1, 2, 2)))
        self.faults_left -= count
        return tuple(self._fault() for _ in range(count))

    def _fault(self) -> Fault:
        weights: Mapping[str, int] = {name: weight for name, (weight, _) in faults.POSSIBLE.items()}
        [operation] = self.random.choices(list(weights), list(weights.values()))
        kind = self.random.choice(faults.POSSIBLE[operation][1])
        number = self.random.choice((1, 1, 2, 3, 4, 5, 6, 7, 9, 12) if operation == faults.PUT else (1, 1, 1, 1, 2))
        is_after = self.random.random() < 0.6
        if kind in faults.ALWAYS_AFTER | faults.ALWAYS_BEFORE:
            is_after = kind in faults.ALWAYS_AFTER
        chance = self.random.getrandbits(32)
        return Fault(kind=FaultKind(kind), operation=operation, number=number, is_after=is_after, chance=chance)
