"""Properties of every timeline."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from groundtruth_simulator.labeling.input_files import DataObject
from groundtruth_simulator.labeling.lifecycle import build_timeline
from groundtruth_simulator.labeling.timeline import Counters, JobStatus, TaskRequirements, TimelineInputs
from groundtruth_simulator.labeling.workers import CorrectLabels, make_workers
from groundtruth_simulator.settings import Settings

LABELS = ("a", "b", "c")
TEAM = "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/t"
DAY = 86_400.0


def data_object(position: int, labeled: bool, available: bool) -> DataObject:
    return DataObject(
        position=position,
        text="",
        line={},
        uri=f"s3://b/{position}.mp4",
        labeled=labeled,
        machine_labeled=False,
        available=available,
    )


@st.composite
def timeline_inputs(draw: st.DrawFn) -> TimelineInputs:
    """Generate the inputs of a timeline."""
    settings = Settings(
        seed=draw(st.integers(0, 99)),
        decline_rate=draw(st.sampled_from([0.0, 0.3, 0.9])),
        task_seconds=draw(st.sampled_from([5.0, 60.0, 4000.0])),
        partial_answers=draw(st.sampled_from(["consolidate", "fail"])),
        stopping_condition_status=draw(st.sampled_from(["Completed", "Stopped"])),
    )
    flags = draw(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=25))
    objects = tuple(data_object(position, *each) for position, each in enumerate(flags))
    requirements = TaskRequirements(
        workers_per_object=draw(st.integers(1, 5)),
        task_limit=draw(st.sampled_from([30.0, 3600.0])),
        availability=draw(st.sampled_from([60.0, 3600.0, 20 * DAY])),
        max_concurrent=draw(st.integers(1, 30)),
        max_labeled=draw(st.none() | st.integers(1, 20)),
        max_percentage=draw(st.none() | st.integers(1, 100)),
        streaming=draw(st.booleans()),
    )
    workers = make_workers(
        team=TEAM, region="us-east-1", size=draw(st.integers(0, 6)), accuracy=0.8, seed=settings.seed
    )
    return TimelineInputs(
        key=str(settings.seed),
        start=30.0,
        requirements=requirements,
        settings=settings,
        correct_labels=CorrectLabels(known={"3.mp4": None}, seed=settings.seed),
        workers=workers,
        objects=objects,
        labels=LABELS,
        fault=draw(st.sampled_from([None, None, None, "broken"])),
        stopped_at=draw(st.none() | st.floats(0, 40 * DAY)),
    )


def total(counters: Counters) -> int:
    return counters.human + counters.machine + counters.failed + counters.unlabeled


@given(timeline_inputs())
def test_a_timeline_moves_forward_and_handles_each_object_at_most_once(inputs: TimelineInputs) -> None:
    snapshots = build_timeline(inputs)

    assert all(earlier.at <= later.at for earlier, later in pairwise(snapshots))
    assert snapshots[0].status is JobStatus.INITIALIZING
    done = [outcome.object.position for snapshot in snapshots for outcome in snapshot.outcomes]
    assert len(done) == len(set(done))
    for earlier, later in pairwise(snapshots):
        assert total(later.counters) in (0, len(inputs.objects))
        assert total(later.counters) >= total(earlier.counters)
        assert later.counters.human >= earlier.counters.human
        assert later.counters.failed >= earlier.counters.failed
        assert min(later.counters.unlabeled, later.counters.machine) >= 0


@given(timeline_inputs())
def test_only_the_last_snapshot_is_terminal(inputs: TimelineInputs) -> None:
    snapshots = build_timeline(inputs)

    assert snapshots[-1].status.is_terminal
    assert not any(snapshot.status.is_terminal for snapshot in snapshots[:-1])
    if not inputs.requirements.streaming:
        assert snapshots[-1].at <= 30 * DAY + 30
    if (
        snapshots[-1].status is JobStatus.COMPLETED
        and inputs.requirements.max_labeled is inputs.requirements.max_percentage is None
    ):
        assert snapshots[-1].counters.unlabeled == 0


@given(timeline_inputs())
def test_the_same_inputs_give_the_same_timeline(inputs: TimelineInputs) -> None:
    assert build_timeline(inputs) == build_timeline(inputs)


@given(timeline_inputs(), st.floats(0, 3 * DAY))
def test_a_stop_does_not_change_earlier_snapshots(inputs: TimelineInputs, stop: float) -> None:
    free = build_timeline(replace(inputs, stopped_at=None))
    stopped = build_timeline(replace(inputs, stopped_at=stop))

    past = [snapshot for snapshot in free if snapshot.at <= stop]
    assert list(stopped[: len(past)]) == past


@given(timeline_inputs())
def test_no_more_objects_are_labeled_than_the_stopping_condition_allows(inputs: TimelineInputs) -> None:
    snapshots = build_timeline(inputs)

    labeled = sum(outcome.labeled for snapshot in snapshots for outcome in snapshot.outcomes)
    if inputs.requirements.max_labeled is not None and not inputs.requirements.streaming:
        assert labeled <= inputs.requirements.max_labeled


@given(timeline_inputs())
def test_answers_keep_the_time_and_worker_limits(inputs: TimelineInputs) -> None:
    for snapshot in build_timeline(inputs):
        for outcome in snapshot.outcomes:
            assert len(outcome.answers) <= inputs.requirements.workers_per_object
            assert len({answer.worker.worker_id for answer in outcome.answers}) == len(outcome.answers)
            for answer in outcome.answers:
                assert 0 < answer.submitted - answer.accepted <= inputs.requirements.task_limit
                assert answer.submitted <= outcome.ended <= snapshot.at
