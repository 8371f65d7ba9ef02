"""What each merged pull request's jobs have come to, from what AWS says alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from groundctl.app.apply import apply
from groundctl.app.publish import read_provenance
from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.observed import Counters, Status
from groundctl.domain.planning.plan import Change, Plan
from groundctl.domain.tracking.provenance import (
    Provenance,
    RequestContext,
    parse_provenance,
    provenance_json,
    provenance_uri,
)
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.status_report import needs_update, stories
from support.builders import NOW, a_declaration, a_plan, an_observed_job
from support.fakes import FakeClock, FakeJobs, FakeObjects

ASKING = RequestContext(
    repository="acme/labeling", pull_request=12, commit="b" * 40, run_url="https://github.com/x/y/actions/runs/1"
)


def _always(asking: RequestContext) -> Callable[[Change], RequestContext]:
    return lambda _: asking


def a_provenance(plan: Plan) -> Provenance:
    [change] = plan.changes
    found = parse_provenance(provenance_json(change, ASKING))
    assert found
    return found


def told(plan: Plan, **more: Any) -> tuple[PullRequestStatus, ...]:
    given: dict[str, Any] = {"provenance": {}, "source_pull_requests": {}, "held": {}, **more}
    return stories(plan, NOW, **given)


def test_a_running_job_is_told_on_the_pull_request_that_asked_for_it_with_what_was_reviewed():
    declaration = a_declaration()
    asked = a_provenance(a_plan(declaration))

    [story] = told(a_plan(declaration, observed=(an_observed_job(),)), provenance={"rally-outcome": asked})

    [job] = story.jobs
    assert story.pull_request == 12
    assert (job.clips, job.cost and job.cost.high) == (2, Decimal("0.16"))
    assert job.progress
    assert (job.progress.done, job.progress.total) == (1, 2)
    assert not story.needs_attention


def test_a_later_edit_of_the_file_does_not_move_the_job_to_another_pull_request():
    asked = a_provenance(a_plan(a_declaration()))
    plan = a_plan(a_declaration(owner="somebody-else"), observed=(an_observed_job(),))

    [story] = told(plan, provenance={"rally-outcome": asked}, source_pull_requests={"rally-outcome": 40})

    assert story.pull_request == 12


def test_a_job_whose_asking_is_unknown_goes_by_its_file():
    [story] = told(a_plan(a_declaration(), observed=(an_observed_job(),)), source_pull_requests={"rally-outcome": 40})

    assert story.pull_request == 40


def test_a_job_that_does_not_exist_yet_is_told_with_why():
    [story] = told(
        a_plan(a_declaration()), source_pull_requests={"rally-outcome": 12}, held={"rally-outcome": "more money"}
    )

    assert story.jobs[0].held == "more money"
    assert story.needs_attention


def test_an_outcome_is_told_in_the_run_that_saw_it():
    outcome = Outcome(name="Rally-Outcome", path="", verdict=Verdict(result=Result.UNKNOWN, evidence="no answer"))

    [story] = told(a_plan(a_declaration()), source_pull_requests={"rally-outcome": 12}, outcomes=[outcome])

    assert story.jobs[0].outcome is outcome
    assert story.needs_attention


def test_a_pull_request_whose_jobs_ended_long_ago_is_left_alone():
    def ended(days: int) -> Plan:
        then = NOW - timedelta(days=days)
        job = an_observed_job(status=Status.COMPLETED, created=then, modified=then, counters=Counters(labeled=2))
        return a_plan(a_declaration(), observed=(job,))

    assert told(ended(2), source_pull_requests={"rally-outcome": 12})
    assert told(ended(8), source_pull_requests={"rally-outcome": 12}) == ()


def test_all_jobs_of_a_pull_request_are_told_while_one_of_them_runs():
    first, second = a_declaration(name="first"), a_declaration(name="second", input={"objects": ["s3://clips/x.mp4"]})
    then = NOW - timedelta(days=20)
    done = an_observed_job(first, status=Status.COMPLETED, created=then, modified=then)
    plan = a_plan(first, second, observed=(done, an_observed_job(second, created=then)))

    [story] = told(plan, source_pull_requests={"first": 12, "second": 12})

    assert [job.name for job in story.jobs] == ["first", "second"]


def test_a_failed_job_wants_a_person():
    job = an_observed_job(status=Status.FAILED, failure_reason="the manifest is empty")

    [story] = told(a_plan(a_declaration(), observed=(job,)), source_pull_requests={"rally-outcome": 12})

    assert story.needs_attention


def test_jobs_that_ended_before_the_window_are_not_asked_about():
    long_ago = NOW - timedelta(days=60)
    old = an_observed_job(status=Status.COMPLETED, created=long_ago, modified=long_ago)
    running = an_observed_job(created=long_ago)

    assert needs_update(a_plan(a_declaration(), observed=(old,)), NOW) == ()
    assert needs_update(a_plan(a_declaration(), observed=(running,)), NOW) == (running,)


def test_who_asked_is_kept_beside_the_manifest_before_the_create():
    plan = a_plan(a_declaration())
    objects = FakeObjects()

    list(apply(plan.changes, jobs=FakeJobs(), objects=objects, clock=FakeClock(), asking=lambda _: ASKING))

    mark = an_observed_job().fingerprint
    assert mark
    found = parse_provenance(objects.objects[provenance_uri(mark)])
    assert found == a_provenance(plan)


def test_what_an_earlier_try_kept_stays():
    plan = a_plan(a_declaration())
    objects = FakeObjects()
    later = RequestContext(repository="acme/labeling", pull_request=99, commit="c" * 40, run_url="https://x")

    for asking in (ASKING, later):
        list(apply(plan.changes, jobs=FakeJobs(), objects=objects, clock=FakeClock(), asking=_always(asking)))

    [kept] = read_provenance([an_observed_job()], objects, repository="acme/labeling").values()
    assert kept.pull_request == 12


def test_what_another_repository_asked_for_is_not_told_here():
    plan = a_plan(a_declaration())
    objects = FakeObjects()
    list(apply(plan.changes, jobs=FakeJobs(), objects=objects, clock=FakeClock(), asking=lambda _: ASKING))

    assert read_provenance([an_observed_job()], objects, repository="mallory/labeling") == {}


def test_a_provenance_that_somebody_else_wrote_is_none():
    for raw in (b"", b"{}", b"[]", b"null", b'{"repository": 1, "change": 2}', b"\xff"):
        assert parse_provenance(raw) is None
