"""The summary of a run: pull requests that need attention first, in full, within the size limit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus
from groundctl.presentation.markdown.run_summary import MAX_IN_FULL, run_summary
from groundctl.presentation.markdown.size_limit import size

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def a_status(number: int, *, result: Result = Result.CREATED, jobs: int = 1) -> PullRequestStatus:
    def job(name: str) -> JobStatus:
        return JobStatus(
            name=name,
            path=f"jobs/sports-data/{name}.yaml",
            owner="sports-data",
            team="court-side-reviewers",
            action=Action.CREATE,
            clips=12,
            cost=Estimate(objects=12, answers=36, low=Decimal(1), high=Decimal(2)),
            outcome=Outcome(name=name, path="", verdict=Verdict(result=result, evidence="AWS said so")),
        )

    return PullRequestStatus(
        pull_request=number,
        target="production (123456789012, us-east-1)",
        plan_digest="d" * 64,
        jobs=tuple(job(f"job-{number}-{index}") for index in range(jobs)),
    )


def test_a_run_with_nothing_to_do_reports_that():
    assert run_summary((), NOW, footer=None).content == "# Nothing to do: every declared job already exists"


def test_each_pull_request_has_a_section_and_those_that_need_attention_come_first():
    summary = run_summary([a_status(7), a_status(8, result=Result.FAILED)], NOW, footer=None).content

    assert summary.index("## Pull request 8") < summary.index("## Pull request 7")
    assert "1 not created" in summary
    assert "1 created" in summary


def test_pull_requests_after_the_tenth_have_a_line_each():
    summary = run_summary([a_status(number) for number in range(1, 15)], NOW, footer=None).content

    assert summary.count("## Pull request ") == MAX_IN_FULL
    assert [line for line in summary.splitlines() if line.startswith("- Pull")] == [
        f"- Pull request {number}: Applied to production: 1 created" for number in range(11, 15)
    ]


@pytest.mark.parametrize("pulls", [1, 9, 500, 5_000])
@pytest.mark.parametrize("limit", [20_000, 100_000])
def test_it_fits_and_every_pull_request_is_named_or_counted(pulls: int, limit: int):
    summary = run_summary([a_status(number, jobs=20) for number in range(pulls)], NOW, footer=None, limit=limit)

    assert size(summary.text) <= limit
    named = len(re.findall(r"^(?:## |- )Pull request", summary.content, flags=re.MULTILINE))
    counted = re.search(r"^([0-9,]+) more pull requests", summary.content, flags=re.MULTILINE)
    assert pulls == 1 or named + (int(counted[1].replace(",", "")) if counted else 0) == pulls
