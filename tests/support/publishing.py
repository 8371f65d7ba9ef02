"""Publishes comments as one workflow run does, so that a test names only what it is about."""

from __future__ import annotations

from groundctl.app.publish import CommentRequest, PublishedComment, PullRequestReporter
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.domain.tracking.pull_request import PullRequest
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.ports import PullRequests
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.merged_comment import status_comment
from support.builders import NOW, a_run
from support.fakes import FakePullRequests
from support.github.markdown import read

BOT = "github-actions[bot]"
COMMENT_LIMIT = 60_000


def a_reporter(pull_requests: PullRequests, *, author: str = BOT, **run: object) -> PullRequestReporter:
    """The reporter of one run."""
    return PullRequestReporter(
        run=a_run(**run), pull_requests=pull_requests, author=author, comment_limit=COMMENT_LIMIT
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


class RecordedComments(FakePullRequests):
    """Records every body that our comment has had, one after the other."""

    def __init__(self) -> None:
        super().__init__(PullRequest(number=12, head="4f0c2a9b", base_branch="main"))
        self.bodies: list[str] = []
        self.runs = 0

    def post_comment(self, number: int, body: str) -> None:
        self.bodies.append(body)
        super().post_comment(number, body)

    def edit_comment(self, comment: int, body: str) -> bool:
        self.bodies.append(body)
        return super().edit_comment(comment, body)

    def publish(self, *statuses: PullRequestStatus) -> None:
        """Publish as the next run does."""
        self.runs += 1
        reporter = a_reporter(self, run_id=self.runs)
        published = reporter.publish_all(
            statuses, lambda status, limit: status_comment(status, NOW, footer=Footer(run=a_run()), limit=limit)
        )
        assert [comment.error for comment in published] == [""] * len(statuses)

    @property
    def mentions(self) -> tuple[str, ...]:
        """Whom the comment mentions now, as GitHub reads it."""
        return read(self.bodies[-1]).mentions

    @property
    def notified(self) -> list[str]:
        """Whom GitHub has notified so far: each edit notifies those whom it adds."""
        before: set[str] = set()
        notified: list[str] = []
        for body in self.bodies:
            mentions = {name.lower() for name in read(body).mentions}
            notified.extend(sorted(mentions - before))
            before = mentions
        return notified
