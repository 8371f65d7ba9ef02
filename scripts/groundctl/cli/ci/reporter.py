"""Opens the reporter of a workflow run, and prints what it published."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from groundctl.app.publish import Delivery, PublishedCheck, PublishedComment, PullRequestReporter, Render
from groundctl.app.validate import load_policy
from groundctl.composition import comment_author, open_checkout, open_github, open_run_context, open_workflow_run
from groundctl.presentation.escape import for_markdown, for_terminal
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, SUMMARY_LIMIT


def open_reporter() -> PullRequestReporter:
    """Open the reporter of this workflow run."""
    run, github = open_run_context(), open_github()
    policy, _ = load_policy(open_checkout())
    return PullRequestReporter(
        run=run,
        pull_requests=github,
        author=comment_author(),
        comment_limit=COMMENT_LIMIT,
        is_one_of_several=len(policy.environments) > 1,
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
