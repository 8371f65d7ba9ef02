"""The lifecycle of a labeling job as a value: everything that a client can see of it, and when.

A timeline follows from request, manifest, settings and seed alone. Reading a job never changes it; time and
StopLabelingJob do. All times are simulated seconds since the job was created.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby

from groundtruth_simulator.labeling.input_files import DataObject
from groundtruth_simulator.labeling.timeline import Answer, Counters, JobStatus, Outcome, Snapshot, TimelineInputs
from groundtruth_simulator.labeling.workers import DECLINE_SECONDS, DECLINED, Worker, answer_seconds, choose_label

INITIALIZING_SECONDS = (20.0, 60.0)  # inferred; AWS states no time
COUNTING_SECONDS = 15.0  # a new InProgress job was observed with every counter at zero
TICK_SECONDS = 60.0  # results appear in batches; AWS documents a delay of minutes
BROKEN_CLIP_SECONDS = 5.0
STOPPING_SECONDS = 30.0
STATIC_LIFETIME = 30 * 86_400.0  # LabelingJobStoppingConditions: jobs fail after 30 days
STREAMING_IDLE = 10 * 86_400.0  # CreateLabelingJob: an idle streaming job is stopped after 10 days


def initializing_seconds(key: str) -> float:
    """Return how long a job stays Initializing."""
    return random.Random(f"{key}/initializing").uniform(*INITIALIZING_SECONDS)


def build_timeline(inputs: TimelineInputs) -> tuple[Snapshot, ...]:
    """Return the timeline of a job, from creation to a terminal status (a streaming job may have none yet)."""
    zero = Counters()
    opening = Snapshot(at=0.0, status=JobStatus.INITIALIZING, counters=zero)
    if inputs.fault is not None:
        failed = Snapshot(at=inputs.start, status=JobStatus.FAILED, counters=zero, reason=inputs.fault)
        return _interrupt((opening, failed), (), inputs)
    outcomes, condition_met = _until_stopping_condition(
        inputs, sorted(_outcomes(inputs), key=lambda outcome: outcome.ended)
    )
    snapshots = (
        opening,
        Snapshot(at=inputs.start, status=JobStatus.IN_PROGRESS, counters=zero),
        *_progress(inputs, outcomes, condition_met=condition_met),
    )
    return _interrupt(snapshots, outcomes, inputs)


def _outcomes(inputs: TimelineInputs) -> Iterator[Outcome]:
    begin = inputs.start + COUNTING_SECONDS
    free = dict.fromkeys((worker.worker_id for worker in inputs.workers), begin)
    in_flight: list[float] = []
    offered = begin
    for data_object in inputs.objects:
        if data_object.labeled:
            continue
        if len(in_flight) >= inputs.requirements.max_concurrent:
            offered = max(offered, heappop(in_flight))
        outcome = _label(inputs, data_object, offered, free)
        heappush(in_flight, outcome.ended)
        yield outcome


def _label(inputs: TimelineInputs, data_object: DataObject, offered: float, free: dict[str, float]) -> Outcome:
    """Offer one data object to the workers until it has its answers, its declines, or no more time."""
    if not data_object.available:
        return Outcome(object=data_object, ended=offered + BROKEN_CLIP_SECONDS, answers=(), labeled=False)
    wanted, expires = inputs.requirements.workers_per_object, offered + inputs.requirements.availability
    answers: list[Answer] = []
    declined, last = 0, offered
    for attempt in _attempts(inputs, data_object, offered, free):
        if wanted in (len(answers), declined) or attempt.submitted > expires:
            break
        free[attempt.worker.worker_id] = attempt.submitted
        last = max(last, attempt.submitted)
        if attempt.label is DECLINED:
            declined += 1
        else:
            answers.append(
                Answer(
                    worker=attempt.worker, label=attempt.label, accepted=attempt.accepted, submitted=attempt.submitted
                )
            )
    labeled = len(answers) == wanted or (bool(answers) and inputs.settings.partial_answers == "consolidate")
    ended = last if wanted in (len(answers), declined) else expires
    return Outcome(object=data_object, ended=ended, answers=tuple(answers), labeled=labeled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One worker's attempt at one data object; without a label, it is a decline."""

    worker: Worker
    label: str | None
    accepted: float
    submitted: float


def _attempts(
    inputs: TimelineInputs, data_object: DataObject, offered: float, free: dict[str, float]
) -> Iterator[_Attempt]:
    """Let every worker try, in the order in which they become free."""
    rng = random.Random(f"{inputs.key}/{data_object.position}")
    correct = inputs.correct_labels.label_of(data_object.uri, inputs.labels)
    settings, limit = inputs.settings, inputs.requirements.task_limit
    for worker in sorted(inputs.workers, key=lambda worker: free[worker.worker_id]):
        accepted = max(free[worker.worker_id], offered)
        if correct is DECLINED or rng.random() < settings.decline_rate:
            yield _Attempt(worker=worker, label=DECLINED, accepted=accepted, submitted=accepted + DECLINE_SECONDS)
            continue
        submitted = accepted + answer_seconds(worker, settings.task_seconds, limit, rng)
        label = choose_label(worker, correct, inputs.labels, rng)
        yield _Attempt(worker=worker, label=label, accepted=accepted, submitted=submitted)


def _until_stopping_condition(inputs: TimelineInputs, outcomes: list[Outcome]) -> tuple[tuple[Outcome, ...], bool]:
    """Cut the outcomes where a stopping condition is met; objects that an earlier job labeled count toward the percentage."""
    requirements, total = inputs.requirements, len(inputs.objects)
    before = sum(item.labeled for item in inputs.objects)
    limits = [] if requirements.max_labeled is None else [requirements.max_labeled]
    if requirements.max_percentage is not None and requirements.max_percentage < 100:
        limits.append(math.ceil(total * requirements.max_percentage / 100) - before)
    if not limits or requirements.streaming:
        return tuple(outcomes), False
    labeled = 0
    for position, outcome in enumerate(outcomes):
        if labeled >= min(limits):
            return tuple(outcomes[:position]), True
        labeled += outcome.labeled
    return tuple(outcomes), False


def _progress(inputs: TimelineInputs, outcomes: Sequence[Outcome], *, condition_met: bool) -> Iterator[Snapshot]:
    begin = inputs.start + COUNTING_SECONDS
    machine = sum(item.labeled and item.machine_labeled for item in inputs.objects)
    human = sum(item.labeled for item in inputs.objects) - machine
    counters = Counters(human=human, machine=machine, unlabeled=len(inputs.objects) - human - machine)
    yield Snapshot(at=begin, status=JobStatus.IN_PROGRESS, counters=counters)
    at = begin + TICK_SECONDS
    for tick, group in groupby(outcomes, key=lambda outcome: _tick(outcome.ended - begin)):
        batch = tuple(group)
        at, counters = begin + tick * TICK_SECONDS, counters.after(batch)
        if inputs.requirements.streaming or batch[-1] is not outcomes[-1]:
            yield Snapshot(at=at, status=JobStatus.IN_PROGRESS, counters=counters, outcomes=batch)
        else:
            yield Snapshot(
                at=at, status=_final_status(inputs, condition_met=condition_met), counters=counters, outcomes=batch
            )
    if not outcomes and not inputs.requirements.streaming:
        yield Snapshot(at=at, status=_final_status(inputs, condition_met=condition_met), counters=counters)


def _tick(seconds: float) -> int:
    return max(math.ceil(seconds / TICK_SECONDS), 1)


def _final_status(inputs: TimelineInputs, *, condition_met: bool) -> JobStatus:
    return JobStatus(inputs.settings.stopping_condition_status) if condition_met else JobStatus.COMPLETED


def _interrupt(
    snapshots: tuple[Snapshot, ...], outcomes: Sequence[Outcome], inputs: TimelineInputs
) -> tuple[Snapshot, ...]:
    """Cut a timeline at a stop or at the end of the job's lifetime; finished work counts."""
    last = snapshots[-1]
    lifetime = last.at + STREAMING_IDLE if inputs.requirements.streaming else STATIC_LIFETIME
    requested = math.inf if inputs.stopped_at is None else inputs.stopped_at
    stop = min(requested, lifetime) if inputs.requirements.streaming else requested
    end = min(stop, lifetime)
    if last.at <= end and last.status.is_terminal:
        return snapshots
    kept = tuple(snapshot for snapshot in snapshots if snapshot.at <= end)
    counted = sum(len(snapshot.outcomes) for snapshot in kept)
    rest = tuple(outcome for outcome in outcomes[counted:] if outcome.ended <= end)
    counters = kept[-1].counters
    if stop > lifetime:
        return (*kept, _timed_out(counters.after(rest), rest))
    stopping = Snapshot(at=stop, status=JobStatus.STOPPING, counters=counters)
    stopped = Snapshot(
        at=stop + STOPPING_SECONDS, status=JobStatus.STOPPED, counters=counters.after(rest), outcomes=rest
    )
    return (*kept, stopping, stopped)


def _timed_out(counters: Counters, outcomes: tuple[Outcome, ...]) -> Snapshot:
    return Snapshot(
        at=STATIC_LIFETIME,
        status=JobStatus.FAILED,
        counters=counters,
        outcomes=outcomes,
        reason="ClientError: The labeling job was not completed within 30 days.",
    )
