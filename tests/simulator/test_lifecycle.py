"""What holds for every timeline, whatever the job."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from groundtruth_simulator.inputs import DataObject
from groundtruth_simulator.lifecycle import play
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.timeline import Counters, JobStatus, Order, Script
from groundtruth_simulator.workers import Truth, make_crew

LABELS = ("a", "b", "c")
TEAM = "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/t"
DAY = 86_400.0


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Draw any job at all."""
    settings = Settings(
        seed=draw(st.integers(0, 99)),
        decline_rate=draw(st.sampled_from([0.0, 0.3, 0.9])),
        task_seconds=draw(st.sampled_from([5.0, 60.0, 4000.0])),
        partial_answers=draw(st.sampled_from(["consolidate", "fail"])),
        stopping_condition_status=draw(st.sampled_from(["Completed", "Stopped"])),
    )
    objects = tuple(
        DataObject(
            position=position,
            text="",
            line={},
            uri=f"s3://b/{position}.mp4",
            labeled=labeled,
            machine_labeled=False,
            available=available,
        )
        for position, (labeled, available) in enumerate(
            draw(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=25))
        )
    )
    order = Order(
        workers_per_object=draw(st.integers(1, 5)),
        task_limit=draw(st.sampled_from([30.0, 3600.0])),
        availability=draw(st.sampled_from([60.0, 3600.0, 20 * DAY])),
        window=draw(st.integers(1, 30)),
        max_labeled=draw(st.none() | st.integers(1, 20)),
        max_percentage=draw(st.none() | st.integers(1, 100)),
        streaming=draw(st.booleans()),
    )
    crew = make_crew(team=TEAM, region="us-east-1", size=draw(st.integers(0, 6)), accuracy=0.8, seed=settings.seed)
    return Script(
        key=str(settings.seed),
        start=30.0,
        order=order,
        settings=settings,
        truth=Truth(known={"3.mp4": None}, seed=settings.seed),
        crew=crew,
        objects=objects,
        labels=LABELS,
        fault=draw(st.sampled_from([None, None, None, "broken"])),
        stopped_at=draw(st.none() | st.floats(0, 40 * DAY)),
    )


def total(counters: Counters) -> int:
    return counters.human + counters.machine + counters.failed + counters.unlabeled


@given(scripts())
def test_time_goes_forward_and_nothing_is_lost_or_done_twice(script: Script) -> None:
    moments = play(script)

    assert all(earlier.at <= later.at for earlier, later in pairwise(moments))
    assert moments[0].status is JobStatus.INITIALIZING
    done = [outcome.object.position for moment in moments for outcome in moment.outcomes]
    assert len(done) == len(set(done))
    for earlier, later in pairwise(moments):
        assert total(later.counters) in (0, len(script.objects))
        assert total(later.counters) >= total(earlier.counters)
        assert later.counters.human >= earlier.counters.human
        assert later.counters.failed >= earlier.counters.failed
        assert min(later.counters.unlabeled, later.counters.machine) >= 0


@given(scripts())
def test_every_job_ends_and_only_at_the_end(script: Script) -> None:
    moments = play(script)

    assert moments[-1].status.is_terminal
    assert not any(moment.status.is_terminal for moment in moments[:-1])
    if not script.order.streaming:
        assert moments[-1].at <= 30 * DAY + 30
    if moments[-1].status is JobStatus.COMPLETED and script.order.max_labeled is script.order.max_percentage is None:
        assert moments[-1].counters.unlabeled == 0


@given(scripts())
def test_the_same_script_plays_the_same(script: Script) -> None:
    assert play(script) == play(script)


@given(scripts(), st.floats(0, 3 * DAY))
def test_a_stop_leaves_the_past_alone(script: Script, stop: float) -> None:
    free = play(replace(script, stopped_at=None))
    stopped = play(replace(script, stopped_at=stop))

    past = [moment for moment in free if moment.at <= stop]
    assert list(stopped[: len(past)]) == past


@given(scripts())
def test_money_is_never_spent_beyond_the_stopping_condition(script: Script) -> None:
    moments = play(script)

    labeled = sum(outcome.labeled for moment in moments for outcome in moment.outcomes)
    if script.order.max_labeled is not None and not script.order.streaming:
        assert labeled <= script.order.max_labeled


@given(scripts())
def test_an_answer_comes_within_its_limits(script: Script) -> None:
    for moment in play(script):
        for outcome in moment.outcomes:
            assert len(outcome.answers) <= script.order.workers_per_object
            assert len({answer.worker.worker_id for answer in outcome.answers}) == len(outcome.answers)
            for answer in outcome.answers:
                assert 0 < answer.submitted - answer.accepted <= script.order.task_limit
                assert answer.submitted <= outcome.ended <= moment.at
