"""The expected end of a job: before AWS fails it, and on a date that exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from groundctl.domain.jobs.observed import Counters, Status
from groundctl.domain.tracking.progress import progress_of
from support.builders import NOW, an_observed_job


@pytest.mark.parametrize("days", [1, 29, 60])
def test_a_job_so_slow_that_its_end_has_no_date_has_no_expected_end_and_is_reported_as_late(days):
    job = an_observed_job(created=NOW - timedelta(days=days), counters=Counters(labeled=1, unlabeled=99_999_999))

    progress = progress_of(job, NOW)

    assert progress.expected_end is None
    assert "will not finish" in progress.advice


@pytest.mark.parametrize(("labeled", "in_time"), [(333, False), (334, True)])
def test_no_end_is_expected_beyond_the_day_on_which_aws_fails_the_job(labeled, in_time):
    job = an_observed_job(
        created=NOW - timedelta(days=10), counters=Counters(labeled=labeled, unlabeled=1_000 - labeled)
    )

    progress = progress_of(job, NOW)

    assert (progress.expected_end is not None) is in_time
    assert progress.expected_end is None or progress.expected_end <= progress.expires
    assert ("will not finish" in progress.advice) is not in_time


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED, Status.COMPLETED, Status.STOPPING])
def test_a_job_that_is_not_running_has_no_expected_end(status):
    job = an_observed_job(status=status, created=NOW - timedelta(hours=2), counters=Counters(labeled=40, unlabeled=60))

    assert progress_of(job, NOW).expected_end is None
