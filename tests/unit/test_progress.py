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


@pytest.mark.parametrize("status", [Status.INITIALIZING, Status.IN_PROGRESS])
def test_a_job_of_which_aws_has_counted_no_clip_is_not_blamed_on_its_workers(status):
    job = an_observed_job(status=status, created=NOW - timedelta(days=2), counters=Counters())

    advice = progress_of(job, NOW).advice

    assert advice.startswith("AWS has not counted any clip yet, so workers see none: check that the execution role")
    assert "portal" not in advice


def test_a_job_that_has_just_started_shows_zeros_and_gets_no_advice():
    job = an_observed_job(created=NOW - timedelta(hours=1), counters=Counters())

    assert progress_of(job, NOW).advice == ""


def test_a_streaming_job_without_clips_waits_for_its_topic():
    job = an_observed_job(created=NOW - timedelta(days=2), counters=Counters(), has_input=False)

    assert "no clip has arrived yet" in progress_of(job, NOW).advice


def test_idle_workers_are_the_reason_only_where_there_is_something_to_label():
    job = an_observed_job(created=NOW - timedelta(days=2), counters=Counters(unlabeled=10))

    assert "check that the workers know about the job" in progress_of(job, NOW).advice


def test_the_rate_counts_labels_and_not_clips_that_ended_without_one():
    job = an_observed_job(created=NOW - timedelta(hours=2), counters=Counters(labeled=20, failed=60, unlabeled=20))

    progress = progress_of(job, NOW)

    assert progress.rate == 10
    assert progress.expected_end == NOW + timedelta(hours=2)


def test_a_job_that_only_fails_has_no_rate_and_its_page_is_to_be_looked_at():
    job = an_observed_job(created=NOW - timedelta(hours=2), counters=Counters(failed=60, unlabeled=20))

    progress = progress_of(job, NOW)

    assert (progress.rate, progress.expected_end) == (None, None)
    assert progress.advice.startswith("60 ended without a label, and none with one")
