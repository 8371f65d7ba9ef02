"""The status of each merged pull request's jobs, from a plan and from what AWS reports."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from groundctl.domain.jobs.creation import Hold, Outcome, Result, Verdict
from groundctl.domain.jobs.observed import Counters, Status
from groundctl.domain.planning.plan import Plan
from groundctl.domain.tracking.provenance import Provenance, parse_provenance, provenance_json
from groundctl.domain.tracking.pull_request_status import PullRequestStatus, jobs_to_report, pull_request_statuses
from support.builders import NOW, a_declaration, a_plan, a_run, an_observed_job

RUN = a_run(pull_request=12)


def a_provenance(plan: Plan) -> Provenance:
    [change] = plan.changes
    provenance = parse_provenance(provenance_json(change, RUN))
    assert provenance
    return provenance


def statuses(plan: Plan, **changes: Any) -> tuple[PullRequestStatus, ...]:
    members: dict[str, Any] = {"provenance": {}, "source_pull_requests": {}, "held": {}, "notify": {}, **changes}
    return pull_request_statuses(plan, NOW, plan_digest=plan.digest, **members)


def test_a_running_job_is_reported_on_the_pull_request_that_declared_it_with_the_reviewed_cost():
    declaration = a_declaration()
    provenance = a_provenance(a_plan(declaration))

    [status] = statuses(a_plan(declaration, observed=(an_observed_job(),)), provenance={"rally-outcome": provenance})

    [job] = status.jobs
    assert status.pull_request == 12
    assert (job.clips, job.cost and job.cost.high) == (2, Decimal("0.16"))
    assert job.progress
    assert (job.progress.done, job.progress.total) == (1, 2)
    assert not status.needs_attention


def test_a_later_edit_of_the_file_does_not_move_the_job_to_another_pull_request():
    provenance = a_provenance(a_plan(a_declaration()))
    plan = a_plan(a_declaration(owner="another-owner"), observed=(an_observed_job(),))

    [status] = statuses(plan, provenance={"rally-outcome": provenance}, source_pull_requests={"rally-outcome": 40})

    assert status.pull_request == 12


def test_a_job_without_provenance_belongs_to_the_pull_request_of_its_file():
    [status] = statuses(
        a_plan(a_declaration(), observed=(an_observed_job(),)), source_pull_requests={"rally-outcome": 40}
    )

    assert status.pull_request == 40


def test_a_held_job_is_reported_with_the_reason():
    [status] = statuses(
        a_plan(a_declaration()),
        source_pull_requests={"rally-outcome": 12},
        held={"rally-outcome": Hold(reason="more money")},
    )

    assert status.jobs[0].held == Hold(reason="more money")
    assert status.needs_attention


def test_an_outcome_is_reported_by_the_run_that_saw_it():
    outcome = Outcome(name="Rally-Outcome", path="", verdict=Verdict(result=Result.UNKNOWN, evidence="no answer"))

    [status] = statuses(a_plan(a_declaration()), source_pull_requests={"rally-outcome": 12}, outcomes=[outcome])

    assert status.jobs[0].outcome is outcome
    assert status.needs_attention


def test_a_pull_request_whose_jobs_ended_long_ago_has_no_status():
    def ended(days: int) -> Plan:
        then = NOW - timedelta(days=days)
        job = an_observed_job(status=Status.COMPLETED, created=then, modified=then, counters=Counters(labeled=2))
        return a_plan(a_declaration(), observed=(job,))

    assert statuses(ended(2), source_pull_requests={"rally-outcome": 12})
    assert statuses(ended(8), source_pull_requests={"rally-outcome": 12}) == ()


def test_all_jobs_of_a_pull_request_are_reported_while_one_of_them_runs():
    first, second = a_declaration(name="first"), a_declaration(name="second", input={"objects": ["s3://clips/x.mp4"]})
    then = NOW - timedelta(days=20)
    done = an_observed_job(first, status=Status.COMPLETED, created=then, modified=then)
    plan = a_plan(first, second, observed=(done, an_observed_job(second, created=then)))

    [status] = statuses(plan, source_pull_requests={"first": 12, "second": 12})

    assert [job.name for job in status.jobs] == ["first", "second"]


def test_a_failed_job_needs_attention():
    job = an_observed_job(status=Status.FAILED, failure_reason="the manifest is empty")

    [status] = statuses(a_plan(a_declaration(), observed=(job,)), source_pull_requests={"rally-outcome": 12})

    assert status.needs_attention


def test_jobs_that_ended_before_the_reporting_window_are_not_read():
    long_ago = NOW - timedelta(days=60)
    old = an_observed_job(status=Status.COMPLETED, created=long_ago, modified=long_ago)
    running = an_observed_job(created=long_ago)

    assert jobs_to_report(a_plan(a_declaration(), observed=(old,)), NOW) == ()
    assert jobs_to_report(a_plan(a_declaration(), observed=(running,)), NOW) == (running,)
