"""Orders declared jobs into rounds: jobs of a later round need the results of an earlier one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import State, clip_location

# A plan of more jobs is hard to read, also where the policy has no limit.
MAX_JOBS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A declaration that cannot be rehearsed, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The declarations of each round, and those that are in none."""

    rounds: tuple[tuple[Declaration, ...], ...]
    left_out: tuple[LeftOut, ...]


def order_into_rounds(declarations: Sequence[Declaration], *, most_jobs: int | None) -> Rounds:
    """Put each job after those that it needs, and no more jobs into a round than one plan may create."""
    by_name = {each.spec.key: each for each in declarations}
    left_out = _without_what_they_need(by_name)
    played = {key: each for key, each in by_name.items() if each.path not in left_out}
    levels = _levels(played)
    rounds: list[tuple[Declaration, ...]] = []
    size = min(most_jobs or MAX_JOBS, MAX_JOBS)
    for level in range(max(levels.values(), default=-1) + 1):
        jobs = [each for key, each in played.items() if levels[key] == level]
        rounds += [tuple(jobs[start : start + size]) for start in range(0, len(jobs), size)]
    return Rounds(
        rounds=tuple(rounds),
        left_out=tuple(LeftOut(path=path, why=why) for path, why in sorted(left_out.items())),
    )


def needed_jobs(declaration: Declaration) -> Iterator[tuple[str, str]]:
    """Yield the name of each job that must have ended before a job is created, with what is needed of it."""
    spec = declaration.spec
    if isinstance(spec.source, ChainedInput):
        yield spec.source.job, "its clips come from"
    if spec.rerun_of:
        yield spec.rerun_of.job, "it asks again what was asked by"


def _without_what_they_need(jobs: Mapping[JobKey, Declaration]) -> dict[str, str]:
    """Find the jobs that need one that is not declared, not created, or itself left out."""
    left_out: dict[str, str] = {}
    for each in jobs.values():
        if each.spec.state is State.STOPPED:
            left_out[each.path] = "it is declared as stopped, so that it is not created"
        elif each.spec.is_streaming and each.spec.source is None:
            left_out[each.path] = "its clips arrive through a topic, which a rehearsal does not feed"
    while True:
        found = {
            each.path: f"{need} {name}, which {_why_not(jobs.get(job_key(name)))}"
            for each in jobs.values()
            if each.path not in left_out
            for name, need in needed_jobs(each)
            if (other := jobs.get(job_key(name))) is None or other.path in left_out
        }
        if not found:
            return left_out
        left_out |= found


def _why_not(other: Declaration | None) -> str:
    return "is not declared here" if other is None else "is left out as well"


def _levels(jobs: Mapping[JobKey, Declaration]) -> dict[JobKey, int]:
    """Return the round of each job, before rounds are limited in size."""
    levels: dict[JobKey, int] = {}
    while len(levels) < len(jobs):
        ready = {
            key: 1 + max((levels[other] for other in needs), default=-1)
            for key, each in jobs.items()
            if key not in levels and (needs := set(_before(each, jobs))) <= levels.keys()
        }
        # Two jobs that need each other are refused by a rule, with a better message than one from here.
        levels |= ready or {key: 0 for key in jobs if key not in levels}
    return levels


def _before(declaration: Declaration, jobs: Mapping[JobKey, Declaration]) -> Iterator[JobKey]:
    yield from (job_key(name) for name, _ in needed_jobs(declaration))
    if declaration.spec.only_new:
        yield from (each.spec.key for each in jobs.values() if _asks_before(each, declaration))


def _asks_before(other: Declaration, new: Declaration) -> bool:
    """Return whether a job with only_new takes what another one has left over."""
    if other is new or _needs(other, new):
        return False
    ours, theirs = clip_location(new.spec), clip_location(other.spec)
    shared = bool(ours and theirs) and (ours.startswith(theirs) or theirs.startswith(ours))
    return shared and (not other.spec.only_new or other.path < new.path)


def _needs(one: Declaration, other: Declaration) -> bool:
    return other.spec.key in {job_key(name) for name, _ in needed_jobs(one)}
