"""What plan, apply and report do alike on GitHub: who speaks, for which environment, from which run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from groundctl.app.publish import CommentRequest, Delivered, Delivery, deliver, read_provenance
from groundctl.app.review import Archive, Review, review
from groundctl.cli.planning import PlanningResult
from groundctl.composition import (
    approved_plan,
    comment_author,
    environment_name,
    first_fault,
    open_checkout,
    open_github,
    open_history,
    open_workflow_run,
)
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage
from groundctl.domain.tracking.provenance import RequestContext
from groundctl.domain.tracking.pull_request import Check, Conclusion
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.status_report import needs_update, stories
from groundctl.errors import ExternalError
from groundctl.ports import CurrentRun, PullRequests, Repository
from groundctl.presentation.escape import for_markdown, for_terminal
from groundctl.presentation.markdown.comment import Footer, RenderedComment
from groundctl.presentation.markdown.merged_comment import story_words
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, SUMMARY_LIMIT

# Writes a comment, given the bytes there are for it.
Write = Callable[[int], RenderedComment]


@dataclass(frozen=True)
class PullRequestReporter:
    """One run of a workflow, and what it may say on GitHub."""

    run: CurrentRun
    checkout: Repository

    @cached_property
    def github(self) -> PullRequests:
        """Open the run's repository."""
        return open_github(self.run)

    @cached_property
    def archive(self) -> Archive:
        """Open the merged pull requests and their plans."""
        return Archive(
            repository=self.run.repository,
            pull_requests=self.github,
            history=open_history(self.checkout),
            is_plan=self._is_plan,
        )

    def footer(self, plan_digest: str = "") -> Footer:
        """Say which run speaks, about which commit."""
        return Footer(
            head=self.run.head,
            plan_digest=plan_digest,
            run_url=self.run.url,
            run=self.run.id,
            attempt=self.run.attempt,
        )

    def comment(
        self, number: int, stage: Stage, write: Write, *, update_only: bool = False, did: bool = False
    ) -> Delivered:
        """Bring the comment of a pull request up to date, and say what became of it."""
        stamp = CommentMarker(
            environment=environment_name(),
            stage=stage,
            head=self.run.head,
            run=self.run.id,
            attempt=self.run.attempt,
            content="",
        )

        def written(limit: int) -> tuple[str, str]:
            words = write(limit)
            return words.content, words.footer

        letter = CommentRequest(
            author=comment_author(),
            stamp=stamp,
            write=written,
            limit=COMMENT_LIMIT,
            update_only=update_only,
            did=did,
        )
        delivered = deliver(letter, number, self.github)
        say(f"pull request {number}: comment {delivered.delivery}")
        if delivered.delivery is Delivery.FAILED:
            say(f"  {delivered.why}\n  hint: {delivered.hint}")
        return delivered

    def check(self, name: str, check: Check) -> bool:
        """Put a check and a status of the same name on the run's commit; say whether that went well."""
        context = name.replace(" ", "/")
        try:
            self.github.put_check(self.run.head, name, check, url=self.run.url)
            self.github.set_status(
                self.run.head,
                context,
                good=check.conclusion is not Conclusion.FAILURE,
                description=check.title,
                url=self.run.url,
            )
        except ExternalError as error:
            say(f"{error.message}\n  hint: {error.hint}")
            return False
        return True

    def summarize(self, write: Write, delivered: Iterable[Delivered] = ()) -> None:
        """Put the whole of what there is to say on the run's page, and what could not be said elsewhere."""
        words = write(SUMMARY_LIMIT)
        missing = [f"Comment on pull request {one.pull_request} not posted: {one.why}" for one in delivered if one.why]
        self.run.summarize("\n\n".join([*(for_markdown(line) for line in missing), words.content, words.footer]))

    def asking(self, source_pull_requests: Any) -> Callable[[Any], RequestContext]:
        """Make what is kept beside each job about who asked for it."""
        return lambda change: RequestContext(
            repository=self.run.repository,
            pull_request=source_pull_requests.get(change.key),
            commit=self.run.head,
            run_url=self.run.url,
        )

    def review(self, planned: PlanningResult, unknown: Collection[str] = ()) -> Review:
        """Hold a plan against those of the merged pull requests, and against what somebody let through."""
        declarations = planned.validated.declarations
        return review(planned.plan, declarations, self.archive, approved=approved_plan(), unknown=unknown)

    def stories(self, planned: PlanningResult, outcomes: Iterable[Outcome] = ()) -> tuple[PullRequestStatus, ...]:
        """Put together what each merged pull request's jobs have come to."""
        plan, now = planned.plan, datetime.now(UTC)
        telling = needs_update(plan, now)
        asked = read_provenance(telling, planned.aws.objects, repository=self.run.repository)
        found = self.review(planned, unknown={job.key for job in telling} - asked.keys())
        return stories(
            plan,
            now,
            provenance=asked,
            source_pull_requests=found.source_pull_requests,
            held=found.held,
            outcomes=outcomes,
        )

    def tell(self, told: Iterable[PullRequestStatus]) -> tuple[Delivered, ...]:
        """Bring the comments of merged pull requests up to date."""
        now = datetime.now(UTC)
        return tuple(
            self.comment(
                story.pull_request,
                Stage.MERGED,
                lambda limit, story=story: story_words(story, now, footer=self.footer(story.plan_digest), limit=limit),  # type: ignore[misc]  # mypy takes no lambda with a default
                did=any(job.outcome for job in story.jobs),
            )
            for story in told
            if story.pull_request is not None
        )

    def _is_plan(self, data: Any) -> bool:
        return first_fault(self.checkout, "plan", data) is None


def open_reporter() -> PullRequestReporter:
    """Open the run we are in."""
    run = open_workflow_run()
    run.check()
    return PullRequestReporter(run, open_checkout())


def say(text: str) -> None:
    """Tell the log of the run."""
    for line in text.splitlines():
        print(for_terminal(line), file=sys.stderr)
