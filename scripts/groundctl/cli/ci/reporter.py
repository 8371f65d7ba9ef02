"""Opens the reporter of a workflow run, and prints what it published; used by plan, apply, and report."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime

from groundctl.app.plan import PlanningResult
from groundctl.app.publish import Delivery, PublishedCheck, PublishedComment, PullRequestReporter, Render
from groundctl.app.review import Archive, Review
from groundctl.composition import (
    SystemClock,
    approved_plan,
    comment_author,
    first_fault,
    open_checkout,
    open_github,
    open_history,
    open_run_context,
    open_workflow_run,
)
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.presentation.escape import for_markdown, for_terminal
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, SUMMARY_LIMIT


def open_reporter() -> PullRequestReporter:
    """Open the reporter of this workflow run."""
    run, github, checkout = open_run_context(), open_github(), open_checkout()
    archive = Archive(
        repository=run.repository,
        head_commit=run.head_commit,
        clock=SystemClock(),
        pull_requests=github,
        history=open_history(checkout),
        is_plan=lambda data: first_fault(checkout, "plan", data) is None,
    )
    return PullRequestReporter(
        run=run, pull_requests=github, archive=archive, author=comment_author(), comment_limit=COMMENT_LIMIT
    )


def review_plan(reporter: PullRequestReporter, planned: PlanningResult) -> Review:
    """Compare a plan with the reviewed plans and with the plan that was approved by its digest."""
    return reporter.review(planned.plan, planned.validated.declarations, approved=approved_plan())


def collect_statuses(
    reporter: PullRequestReporter, planned: PlanningResult, outcomes: Iterable[Outcome], now: datetime
) -> tuple[PullRequestStatus, ...]:
    """Make the status of each merged pull request that has jobs to report."""
    return reporter.collect_statuses(
        planned.plan,
        planned.validated.declarations,
        objects=planned.account.objects,
        approved=approved_plan(),
        now=now,
        outcomes=outcomes,
    )


def print_published(comments: Iterable[PublishedComment] = (), check: PublishedCheck | None = None) -> None:
    """Log what was published, and why anything was not."""
    for comment in comments:
        print_log(f"pull request {comment.pull_request}: comment {comment.delivery}")
        if comment.delivery is Delivery.FAILED:
            print_log(f"  {comment.error}\n  hint: {comment.hint}")
    if check and check.error:
        print_log(f"{check.error}\n  hint: {check.hint}")


def summarize(render: Render, comments: Iterable[PublishedComment] = ()) -> None:
    """Write the full report to the run's page, with the comments that could not be posted."""
    rendered = render(SUMMARY_LIMIT)
    missing = [
        f"Comment on pull request {comment.pull_request} not posted: {comment.error}"
        for comment in comments
        if comment.error
    ]
    parts = [*(for_markdown(line) for line in missing), rendered.content, rendered.footer]
    open_workflow_run().summarize("\n\n".join(parts))


def print_log(text: str) -> None:
    """Print lines to the log of the run."""
    for line in text.splitlines():
        print(for_terminal(line), file=sys.stderr)
