"""groundctl report: publishes the status of jobs on their pull requests, from what AWS reports."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime

from groundctl.app.publish import CommentRequest, PullRequestReporter
from groundctl.app.validate import Validated
from groundctl.cli.ci.reporter import WORLD_FAILED, collect_statuses, open_reporter, print_published, summarize
from groundctl.cli.planning import PlanningResult, create_plan
from groundctl.composition import open_workflow_run
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.approval import IRREVERSIBLE
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.errors import UsageError
from groundctl.presentation.markdown.check_run import stories_check, untouched_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.merged_comment import story_words
from groundctl.presentation.markdown.problems_comment import untouched_words
from groundctl.presentation.markdown.run_summary import stories_words


def run(options: Namespace) -> int:
    """Bring the pull requests of unfinished jobs up to date; exit 3 if one of them could not be updated."""
    reporter = open_reporter()
    if options.untouched:
        return _untouched(reporter)
    planned = create_plan(options, despite_problems=True)
    assert not isinstance(planned, Validated)  # noqa: S101 - despite problems there is a plan
    return publish_all(reporter, planned, check=options.check)


def publish_all(
    reporter: PullRequestReporter,
    planned: PlanningResult,
    outcomes: Iterable[Outcome] = (),
    *,
    check: bool,
    only_outcomes: bool = False,
) -> int:
    """Publish the status of every pull request with jobs to report and, if asked, a check on the commit of this run."""
    now = datetime.now(UTC)
    statuses = collect_statuses(reporter, planned, outcomes, now)
    # The check is about the commit, and so about everything; a job that saw less does not overwrite a comment.
    to_publish = [status for status in statuses if not only_outcomes or any(job.outcome for job in status.jobs)]
    published = reporter.publish_all(
        to_publish,
        lambda status, limit: story_words(
            status, now, footer=Footer(run=reporter.run, plan_digest=status.plan_digest), limit=limit
        ),
    )
    footer = Footer(run=reporter.run, plan_digest=planned.plan.digest)
    checked = reporter.publish_check("groundctl apply", stories_check(statuses, now, footer=footer)) if check else None
    print_published(published, checked)
    summarize(lambda limit: stories_words(statuses, now, footer=footer, limit=limit), published)
    faulty = bool(errors_among(planned.validated.problems))
    # A held job needs attention, and where a file is faulty nothing is created: another apply would do nothing.
    left = (
        0 if faulty else sum(job.action in IRREVERSIBLE and not job.held for status in statuses for job in status.jobs)
    )
    open_workflow_run().set_outputs({"left": str(left)})
    failed = bool(checked and checked.error) or any(comment.error for comment in published)
    return WORLD_FAILED if failed else int(faulty)


def _untouched(reporter: PullRequestReporter) -> int:
    """Set the check that there is nothing to plan, and correct an existing comment."""
    number = reporter.run.pull_request
    if number is None:
        raise UsageError(
            "this run is about no pull request", hint="use --untouched in a workflow that runs on pull_request"
        )
    footer = Footer(run=reporter.run)
    published = reporter.publish_comment(
        CommentRequest(
            pull_request=number, stage=Stage.PLANNED, render=lambda _: untouched_words(footer), update_only=True
        )
    )
    checked = reporter.publish_check("groundctl plan", untouched_check(footer))
    print_published([published], checked)
    return WORLD_FAILED if published.error or checked.error else 0
