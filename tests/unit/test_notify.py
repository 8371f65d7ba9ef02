"""`notify`: the named users and teams are mentioned once, in the pull request's comment, when their job ends or fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from groundctl.app.approval.review import Review
from groundctl.app.publish import read_provenance
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.observed import Counters, ObservedJob, Status
from groundctl.domain.tracking.mentions import MAX_MENTIONS, mention_line, read_mentions
from groundctl.domain.tracking.provenance import provenance_json, provenance_uri
from groundctl.domain.tracking.pull_request_status import PullRequestStatus, pull_request_statuses
from groundctl.presentation.escape import for_markdown, for_markdown_code, for_markdown_prose
from groundctl.presentation.markdown.check_run import statuses_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.plan_comment import plan_comment
from groundctl.presentation.markdown.run_summary import run_summary
from support.builders import NOW, a_declaration, a_plan, a_run, an_observed_job
from support.fake_objects import FakeObjects
from support.github.markdown import read
from support.planning import a_planning_result
from support.publishing import COMMENT_LIMIT, RecordedComments, a_reporter

FOLLOWERS = ("dana", "acme/sports-data")
FOOTER = Footer(run=a_run())


def a_status(*declared: Declaration, observed: Iterable[ObservedJob] = (), **members: Any) -> PullRequestStatus:
    declared = declared or (a_declaration(notify=list(FOLLOWERS)),)
    plan = a_plan(*declared, observed=tuple(observed))
    given: dict[str, Any] = {
        "provenance": {},
        "source_pull_requests": {change.key: 12 for change in plan.changes},
        "held": {},
        "notify": {declaration.spec.key: declaration.spec.notify for declaration in declared},
        **members,
    }
    [status] = pull_request_statuses(plan, NOW, plan_digest=plan.digest, **given)
    return status


def ended(status: Status, declaration: Declaration | None = None, **members: Any) -> ObservedJob:
    return an_observed_job(
        declaration, status=status, created=NOW, modified=NOW, counters=Counters(labeled=2), **members
    )


def an_outcome(result: Result, evidence: str = "AWS refused it (AccessDeniedException)") -> Outcome:
    return Outcome(name="rally-outcome", path="", verdict=Verdict(result=result, evidence=evidence))


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.STOPPED])
def test_the_followers_of_a_job_that_ended_are_mentioned_once(status: Status):
    github = RecordedComments()

    github.publish(a_status(observed=[ended(status)]))

    assert github.mentions == FOLLOWERS


@pytest.mark.parametrize("status", [Status.INITIALIZING, Status.IN_PROGRESS, Status.STOPPING, Status.UNKNOWN])
def test_no_one_is_mentioned_while_the_job_runs(status: Status):
    github = RecordedComments()

    github.publish(a_status(observed=[ended(status)]))

    assert github.mentions == ()


def test_the_followers_of_a_job_that_aws_refused_to_create_are_mentioned():
    github = RecordedComments()

    github.publish(a_status(outcomes=[an_outcome(Result.FAILED)]))

    assert github.mentions == FOLLOWERS


@pytest.mark.parametrize("result", [Result.CREATED, Result.EXISTED, Result.UNKNOWN, Result.HELD])
def test_no_other_outcome_mentions_a_user(result: Result):
    github = RecordedComments()

    github.publish(a_status(outcomes=[an_outcome(result)]))

    assert github.mentions == ()


def test_a_failed_stop_mentions_no_one_because_the_job_continues():
    github = RecordedComments()
    stopped = a_declaration(notify=["dana"], state="stopped")

    github.publish(
        a_status(
            stopped,
            observed=[ended(Status.IN_PROGRESS, stopped)],
            outcomes=[an_outcome(Result.FAILED, "was not stopped: AWS did not answer")],
        )
    )

    assert "was not stopped" in github.bodies[-1]
    assert github.mentions == ()


def test_no_user_is_notified_twice_over_the_life_of_a_job():
    github = RecordedComments()

    github.publish(a_status(outcomes=[an_outcome(Result.FAILED)]))
    github.publish(a_status())
    github.publish(a_status(outcomes=[an_outcome(Result.CREATED)]))
    github.publish(a_status(observed=[ended(Status.IN_PROGRESS)]))
    github.publish(a_status(observed=[ended(Status.COMPLETED)]))
    github.publish(a_status(observed=[ended(Status.COMPLETED)]))

    assert len(github.bodies) == 5  # the last run found nothing new
    assert github.notified == sorted(FOLLOWERS)
    assert github.mentions == FOLLOWERS


def test_a_follower_of_several_jobs_is_mentioned_once_and_a_later_follower_is_added():
    first = a_declaration(name="first", notify=["dana"])
    second = a_declaration(name="second", notify=["Dana", "sam"], input={"objects": ["s3://clips/x.mp4"]})
    github = RecordedComments()

    github.publish(a_status(first, second, observed=[ended(Status.COMPLETED, first)]))
    github.publish(a_status(first, second, observed=[ended(Status.COMPLETED, first), ended(Status.STOPPED, second)]))

    assert github.mentions == ("dana", "sam")
    assert github.notified == ["dana", "sam"]


def test_a_follower_who_is_added_after_the_end_is_mentioned_and_one_who_is_removed_stays():
    github = RecordedComments()
    done = [ended(Status.COMPLETED)]

    github.publish(a_status(a_declaration(notify=["dana"]), observed=done))
    github.publish(a_status(a_declaration(notify=["sam"]), observed=done))
    github.publish(a_status(a_declaration(notify=["dana", "sam"]), observed=done))

    assert github.notified == ["dana", "sam"]
    assert github.mentions == ("dana", "sam")


def collected(*declared: Declaration) -> tuple[PullRequestStatus, ...]:
    """The statuses of a completed job with provenance, from the declarations that there are now."""
    job, objects = ended(Status.COMPLETED), FakeObjects()
    [create] = a_plan(a_declaration()).changes
    assert job.fingerprint
    run = a_run(pull_request=12)
    objects.objects[provenance_uri(job.fingerprint)] = provenance_json(create, run)
    provenance = read_provenance([job], objects, repository=run.repository)
    planned = a_planning_result(a_plan(*declared, observed=(job,)), declared)
    return a_reporter(RecordedComments()).collect_statuses(planned, Review(), provenance, now=NOW)


def test_the_followers_come_from_the_declaration_as_it_is_now():
    github = RecordedComments()

    github.publish(*collected(a_declaration(notify=["sam"])))

    assert github.mentions == ("sam",)


def test_a_deleted_declaration_notifies_no_one_and_an_earlier_mention_stays():
    fresh, earlier = RecordedComments(), RecordedComments()
    earlier.publish(*collected(a_declaration(notify=["sam"])))

    fresh.publish(*collected())
    earlier.publish(*collected())

    assert "rally-outcome" in fresh.bodies[-1]
    assert fresh.mentions == ()
    assert earlier.notified == ["sam"]


def test_the_plan_before_the_merge_mentions_no_one():
    plan = a_plan(a_declaration(notify=list(FOLLOWERS)))

    written = plan_comment(plan, Policy(), footer=FOOTER).text

    assert read(written).mentions == ()
    assert "dana" not in written


def test_summaries_and_checks_mention_no_one():
    status = a_status(observed=[ended(Status.COMPLETED)])
    assert status.mentions == FOLLOWERS

    for text in (
        run_summary([status], NOW, footer=FOOTER).text,
        run_summary([status, replace(status, pull_request=14)], NOW, footer=FOOTER).text,
        statuses_check([status], NOW, footer=FOOTER).summary,
        statuses_check([status, status], NOW, footer=FOOTER).summary,
        statuses_check([status], NOW, footer=FOOTER).title,
    ):
        assert read(text).mentions == ()
        assert "dana" not in text


def test_a_text_that_imitates_the_line_of_mentions_is_not_read_as_one():
    line = mention_line(["mallory"])

    for write in (for_markdown, for_markdown_prose, for_markdown_code):
        assert read_mentions(f"{write(line)}\n") == ()


@pytest.mark.parametrize("name", ["dana", "Dana-Smith", "a", "4", "x" * 39, "acme/sports-data", "acme/Team_7"])
def test_a_valid_name_is_mentioned_as_github_reads_it(name: str):
    line = mention_line([name])

    assert read(line).mentions == (name,)
    assert read_mentions(line) == (name,)


@pytest.mark.parametrize(
    "name",
    [
        "", "@dana", "-dana", "dana-", "da--na", "da__na", "dana.smith", "x" * 40, "dana smith", "dana\n@sam", "dana,",
        "acme/", "acme/clips.eu", "acme/clips-", "acme/-clips", "acme/a/b", "/clips", "dána", "dana\u2060", "<b>dana</b>",
        "acme/" + "x" * 101, "dana/../sam", "*",
    ],
)  # fmt: skip
def test_a_name_that_github_does_not_know_is_never_written(name: str):
    assert mention_line([name]) == ""
    assert mention_line([name, "sam"]) == mention_line(["sam"])


def test_the_line_of_mentions_is_bounded_and_the_comment_keeps_its_limit():
    names = [f"organization-{number:03}/{'x' * 80}" for number in range(MAX_MENTIONS + 7)]
    many = [
        a_declaration(name=f"job-{number:03}", input={"objects": [f"s3://clips/{number}.mp4"]}, notify=[name])
        for number, name in enumerate(names)
    ]
    github = RecordedComments()

    github.publish(a_status(*many, observed=[ended(Status.COMPLETED, declaration) for declaration in many]))

    assert github.mentions == tuple(names[:MAX_MENTIONS])
    assert "and 7 more" in github.bodies[-1]
    assert len(github.bodies[-1].encode()) <= COMMENT_LIMIT
    assert read_mentions(github.bodies[-1]) == github.mentions
