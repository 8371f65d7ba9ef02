"""Plays histories, judges them, and finds the shortest form of one that fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chaos import oracle
from chaos.history import History, faults_of, without_fault
from chaos.oracle import Evidence
from chaos.record import JobKey, changes_of, jobs_of
from chaos.words import Ran
from chaos.world import REGIONS, Wish, World

AFTER_ALL = timedelta(hours=3).total_seconds()  # all requests have arrived or have expired, all reads are fresh
MAX_TRIES = 60


@dataclass
class Figures:
    """What some histories have been about."""

    histories: int = 0
    runs: int = 0
    requests: int = 0
    creates: int = 0
    interleaved: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    violations: int = 0

    def __str__(self) -> str:
        """Write the figures in a few lines."""
        hit = ", ".join(f"{kind} {number:,}" for kind, number in self.faults.most_common())
        codes = ", ".join(f"{code}: {number:,}" for code, number in sorted(self.codes.items()))
        results = ", ".join(f"{result} {number:,}" for result, number in self.results.most_common())
        return (
            f"{self.histories:,} histories, {self.runs:,} runs, {self.requests:,} requests, {self.creates:,} jobs"
            f" created, {self.violations:,} histories with a violation\n"
            f"  faults that happened: {self.faults.total():,}: {hit}\n  exit codes: {codes}\n  outcomes: {results}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A history that was played, with what must not be."""

    history: History
    violations: tuple[str, ...]
    ran: tuple[Ran, ...]


def play(world: World, history: History, *, flaw: str = "", figures: Figures | None = None) -> Played:
    """Play a history to its calm end, and judge it."""
    world.reset(flaw, history.seed)
    for step in history.steps:
        world.play(step)
    found = [*_calm_end(world, history), *_voided_at_last(world, history)]
    evidence = _evidence(world)
    found += oracle.violations(evidence)
    found += world.proxy.failures
    if figures is not None:
        _count(figures, world, found)
    return Played(history=history, violations=tuple(dict.fromkeys(found)), ran=tuple(world.ran))


def _calm_end(world: World, history: History) -> Iterator[str]:
    """Let everything arrive, then apply twice everywhere: all is created or named, and the second time changes nothing."""
    world.proxy.deliver_all()
    world.flaw = ""
    world.carried.clear()
    world.proxy.advance(AFTER_ALL)
    world.simulator.faults.clear()
    for checkout, place in history.targets:
        if world.declared.get(checkout):
            first = world.calm_run(checkout, place)
            yield from (
                f"{first.run}: {found}"
                for found in oracle.left_undone(first, jobs_of(world.simulator), world.wishes[first.run])
            )
            if not changes_of(first.run, world.proxy.deliveries) or (history.is_short and history.seed % 3):
                continue
            second = world.calm_run(checkout, place)
            if changes := changes_of(second.run, world.proxy.deliveries):
                yield f"{second.run}: a second calm apply has done {', '.join(changes)}"


def _voided_at_last(world: World, history: History) -> Iterator[str]:
    """Void what never came, as a person would: then nothing that does not exist may keep a job from being created."""
    for checkout, place in history.targets:
        undone = _undone(world, checkout, place)
        if not undone:
            continue
        for other in sorted({each for _, each in history.targets}):
            for name in sorted({job.name for wish in world.wishes.values() for job in wish.jobs.values()}):
                if JobKey(region=REGIONS[other], name=name.lower()) not in jobs_of(world.simulator):
                    world.calm_void(checkout, other, name)
        last = world.calm_run(checkout, place)
        yield from (f"{last.run}: {name} could be created, and is not" for name in _undone(world, checkout, place))


def _undone(world: World, checkout: int, place: int) -> list[str]:
    jobs = world.declared.get(checkout, {})
    wish = Wish(
        run="", region=REGIONS[place], jobs=jobs, clips={name: world.clips_of(job) for name, job in jobs.items()}
    )
    return list(oracle.creatable(wish, _evidence(world)))


def _evidence(world: World) -> Evidence:
    return Evidence(
        jobs=jobs_of(world.simulator),
        deliveries=world.proxy.deliveries,
        sends=world.proxy.sends,
        wishes=world.wishes,
        ran=tuple(world.ran),
        is_faultless=not any(run.hit for run in world.proxy.runs.values()),
    )


def _count(figures: Figures, world: World, found: list[str]) -> None:
    figures.histories += 1
    figures.runs += len(world.ran)
    figures.requests += len(world.proxy.deliveries)
    figures.creates += len(world.simulator.jobs())
    figures.violations += bool(found)
    figures.faults.update(fault.kind.name.lower() for run in world.proxy.runs.values() for fault in run.hit)
    figures.codes.update(ran.code for ran in world.ran)
    figures.results.update(claim.result for ran in world.ran for claim in ran.claims.values())


def shortest(history: History, fails: Callable[[History], bool]) -> History:
    """Leave out steps and faults as long as the history still fails."""
    tries = MAX_TRIES
    smaller = True
    while smaller and tries > 0:
        smaller = False
        for candidate in _smaller(history):
            tries -= 1
            if tries < 0:
                break
            if fails(candidate):
                history, smaller = candidate, True
                break
    return history


def _smaller(history: History) -> Iterator[History]:
    steps = history.steps
    for number in reversed(range(len(steps))):
        yield replace(history, steps=(*steps[:number], *steps[number + 1 :]))
    for number, step in enumerate(steps):
        for fault in faults_of(step):
            yield replace(history, steps=(*steps[:number], without_fault(step, fault), *steps[number + 1 :]))
