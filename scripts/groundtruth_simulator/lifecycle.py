"""The life of a labeling job as a value: everything that will be seen of it, and when.

A timeline follows from request, manifest, settings and seed alone. Looking at a job never changes it; time and
StopLabelingJob do. All times are simulated seconds since the job was created.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby

from groundtruth_simulator.inputs import DataObject
from groundtruth_simulator.timeline import Answer, Counters, JobStatus, Moment, Outcome, Script
from groundtruth_simulator.workers import DECLINE_SECONDS, DECLINED, Worker, answer, seconds_for

INITIALIZING_SECONDS = (20.0, 60.0)  # inferred; AWS states no time
COUNTING_SECONDS = 15.0  # a fresh InProgress job has been seen with every counter at zero
TICK_SECONDS = 60.0  # results appear in batches; AWS speaks of minutes of lag
BROKEN_CLIP_SECONDS = 5.0
STOPPING_SECONDS = 30.0
STATIC_LIFETIME = 30 * 86_400.0  # LabelingJobStoppingConditions: jobs fail after 30 days
STREAMING_IDLE = 10 * 86_400.0  # CreateLabelingJob: an idle streaming job is stopped after 10 days


def initializing_seconds(key: str) -> float:
    """Return how long a job stays Initializing."""
    return random.Random(f"{key}/initializing").uniform(*INITIALIZING_SECONDS)


def play(script: Script) -> tuple[Moment, ...]:
    """Return the timeline of a job, from creation to a terminal status (a streaming job may have none yet)."""
    nothing = Counters()
    opening = Moment(at=0.0, status=JobStatus.INITIALIZING, counters=nothing)
    if script.fault is not None:
        failed = Moment(at=script.start, status=JobStatus.FAILED, counters=nothing, reason=script.fault)
        return _interrupt((opening, failed), (), script)
    outcomes, enough = _until_enough(script, sorted(_work_through(script), key=lambda outcome: outcome.ended))
    moments = (
        opening,
        Moment(at=script.start, status=JobStatus.IN_PROGRESS, counters=nothing),
        *_progress(script, outcomes, enough=enough),
    )
    return _interrupt(moments, outcomes, script)


def _work_through(script: Script) -> Iterator[Outcome]:
    begin = script.start + COUNTING_SECONDS
    free = dict.fromkeys((worker.worker_id for worker in script.crew), begin)
    in_flight: list[float] = []
    offered = begin
    for each in script.objects:
        if each.labeled:
            continue
        if len(in_flight) >= script.order.window:
            offered = max(offered, heappop(in_flight))
        outcome = _label(script, each, offered, free)
        heappush(in_flight, outcome.ended)
        yield outcome


def _label(script: Script, each: DataObject, offered: float, free: dict[str, float]) -> Outcome:
    """Send one object round the crew until it has its answers, its declines, or no more time."""
    if not each.available:
        return Outcome(object=each, ended=offered + BROKEN_CLIP_SECONDS, answers=(), labeled=False)
    wanted, expires = script.order.workers_per_object, offered + script.order.availability
    answers: list[Answer] = []
    declined, last = 0, offered
    for turn in _turns(script, each, offered, free):
        if wanted in (len(answers), declined) or turn.submitted > expires:
            break
        free[turn.worker.worker_id] = turn.submitted
        last = max(last, turn.submitted)
        if turn.label is DECLINED:
            declined += 1
        else:
            answers.append(
                Answer(worker=turn.worker, label=turn.label, accepted=turn.accepted, submitted=turn.submitted)
            )
    enough = len(answers) == wanted or (bool(answers) and script.settings.partial_answers == "consolidate")
    ended = last if wanted in (len(answers), declined) else expires
    return Outcome(object=each, ended=ended, answers=tuple(answers), labeled=enough)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One worker's go at one object; no label is a decline."""

    worker: Worker
    label: str | None
    accepted: float
    submitted: float


def _turns(script: Script, each: DataObject, offered: float, free: dict[str, float]) -> Iterator[_Turn]:
    """Give every worker a turn, the one who is free first being asked first."""
    rng = random.Random(f"{script.key}/{each.position}")
    truth = script.truth.of(each.uri, script.labels)
    settings, limit = script.settings, script.order.task_limit
    for worker in sorted(script.crew, key=lambda worker: free[worker.worker_id]):
        accepted = max(free[worker.worker_id], offered)
        if truth is DECLINED or rng.random() < settings.decline_rate:
            yield _Turn(worker=worker, label=DECLINED, accepted=accepted, submitted=accepted + DECLINE_SECONDS)
            continue
        submitted = accepted + seconds_for(worker, settings.task_seconds, limit, rng)
        label = answer(worker, truth, script.labels, rng)
        yield _Turn(worker=worker, label=label, accepted=accepted, submitted=submitted)


def _until_enough(script: Script, outcomes: list[Outcome]) -> tuple[tuple[Outcome, ...], bool]:
    """Cut the outcomes where a stopping condition is met; objects labeled by an earlier job count for the percentage."""
    order, total = script.order, len(script.objects)
    before = sum(each.labeled for each in script.objects)
    wanted = [] if order.max_labeled is None else [order.max_labeled]
    if order.max_percentage is not None and order.max_percentage < 100:
        wanted.append(math.ceil(total * order.max_percentage / 100) - before)
    if not wanted or order.streaming:
        return tuple(outcomes), False
    labeled = 0
    for position, outcome in enumerate(outcomes):
        if labeled >= min(wanted):
            return tuple(outcomes[:position]), True
        labeled += outcome.labeled
    return tuple(outcomes), False


def _progress(script: Script, outcomes: Sequence[Outcome], *, enough: bool) -> Iterator[Moment]:
    begin = script.start + COUNTING_SECONDS
    machine = sum(each.labeled and each.machine_labeled for each in script.objects)
    human = sum(each.labeled for each in script.objects) - machine
    counters = Counters(human=human, machine=machine, unlabeled=len(script.objects) - human - machine)
    yield Moment(at=begin, status=JobStatus.IN_PROGRESS, counters=counters)
    at = begin + TICK_SECONDS
    for tick, group in groupby(outcomes, key=lambda outcome: _tick(outcome.ended - begin)):
        batch = tuple(group)
        at, counters = begin + tick * TICK_SECONDS, counters.after(batch)
        if script.order.streaming or batch[-1] is not outcomes[-1]:
            yield Moment(at=at, status=JobStatus.IN_PROGRESS, counters=counters, outcomes=batch)
        else:
            yield Moment(at=at, status=_end(script, enough=enough), counters=counters, outcomes=batch)
    if not outcomes and not script.order.streaming:
        yield Moment(at=at, status=_end(script, enough=enough), counters=counters)


def _tick(seconds: float) -> int:
    return max(math.ceil(seconds / TICK_SECONDS), 1)


def _end(script: Script, *, enough: bool) -> JobStatus:
    return JobStatus(script.settings.stopping_condition_status) if enough else JobStatus.COMPLETED


def _interrupt(moments: tuple[Moment, ...], outcomes: Sequence[Outcome], script: Script) -> tuple[Moment, ...]:
    """Cut a timeline at a stop or at the end of the job's lifetime; finished work is handed in."""
    last = moments[-1]
    lifetime = last.at + STREAMING_IDLE if script.order.streaming else STATIC_LIFETIME
    asked = math.inf if script.stopped_at is None else script.stopped_at
    stop = min(asked, lifetime) if script.order.streaming else asked
    end = min(stop, lifetime)
    if last.at <= end and last.status.is_terminal:
        return moments
    kept = tuple(moment for moment in moments if moment.at <= end)
    seen = sum(len(moment.outcomes) for moment in kept)
    rest = tuple(outcome for outcome in outcomes[seen:] if outcome.ended <= end)
    counted = kept[-1].counters
    if stop > lifetime:
        return (*kept, _timed_out(counted.after(rest), rest))
    stopping = Moment(at=stop, status=JobStatus.STOPPING, counters=counted)
    stopped = Moment(at=stop + STOPPING_SECONDS, status=JobStatus.STOPPED, counters=counted.after(rest), outcomes=rest)
    return (*kept, stopping, stopped)


def _timed_out(counters: Counters, outcomes: tuple[Outcome, ...]) -> Moment:
    return Moment(
        at=STATIC_LIFETIME,
        status=JobStatus.FAILED,
        counters=counters,
        outcomes=outcomes,
        reason="ClientError: The labeling job was not completed within 30 days.",
    )
