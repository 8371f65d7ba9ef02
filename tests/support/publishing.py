"""Publishes comments as one workflow run does, so that a test names only what it is about."""

from __future__ import annotations

from groundctl.app.publish import CommentRequest, PublishedComment, PullRequestReporter
from groundctl.app.review import Archive
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.ports import PullRequests
from support.builders import a_run
from support.fakes import FakeHistory

BOT = "github-actions[bot]"
COMMENT_LIMIT = 60_000


def a_reporter(pull_requests: PullRequests, *, author: str = BOT, **run: object) -> PullRequestReporter:
    """The reporter of one run, which no merged pull request is known to."""
    context = a_run(**run)
    archive = Archive(
        repository=context.repository,
        pull_requests=pull_requests,
        history=FakeHistory(),
        is_plan=lambda _: False,
    )
    return PullRequestReporter(
        run=context, pull_requests=pull_requests, archive=archive, author=author, comment_limit=COMMENT_LIMIT
    )


def publish(
    pull_requests: PullRequests,
    content: str = "2 to create",
    *,
    number: int = 12,
    run: int = 1,
    attempt: int = 1,
    head: str = "4f0c2a9b",
    stage: Stage = Stage.PLANNED,
    mentions: tuple[str, ...] = (),
    update_only: bool = False,
    force: bool = False,
) -> PublishedComment:
    """Publish a comment whose content is given and whose footer names the run."""
    reporter = a_reporter(pull_requests, run_id=run, attempt=attempt, head_commit=head)
    return reporter.publish_comment(
        CommentRequest(
            pull_request=number,
            stage=stage,
            render=lambda limit: RenderedComment(content=content[:limit], footer=f"run {run}"),
            mentions=mentions,
            update_only=update_only,
            force=force,
        )
    )
