"""Publishes reports on pull requests: one comment for each environment, kept in the order of runs, and a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundctl.app.approval.review import Review
from groundctl.app.concurrency import map_threads
from groundctl.app.plan import PlanningResult
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, folded_comment, marker_for, marker_line
from groundctl.domain.tracking.mentions import mention_line, read_mentions
from groundctl.domain.tracking.provenance import Provenance, parse_provenance, provenance_uri
from groundctl.domain.tracking.pull_request import Check, Conclusion, PostedComment, our_comments
from groundctl.domain.tracking.pull_request_status import PullRequestStatus, pull_request_statuses
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub
from groundctl.ports import ObjectStore, PullRequests

# GitHub's servers differ in the length that they accept; all of them accept this one.
SHORT_LIMIT = 20_000  # bytes
TOO_LONG = 422
# Other runs may write at the same time; after so many looks the next run goes on.
MAX_LOOKS = 3

# Writes a comment into a number of bytes.
Render = Callable[[int], RenderedComment]
OurComment = tuple[PostedComment, CommentMarker]
RenderStatus = Callable[[PullRequestStatus, int], RenderedComment]


class Delivery(StrEnum):
    """What publishing did to a comment."""

    POSTED = "posted"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    NOT_NEEDED = "not needed"
    OVERTAKEN = "overtaken by a newer run"
    FAILED = "not posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedComment:
    """The comment of one pull request after publishing; error and hint say why it could not be posted."""

    pull_request: int
    delivery: Delivery
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCheck:
    """The check of a commit after publishing; error and hint say why it could not be set."""

    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRequest:
    """A comment to publish on one pull request.

    mentions names the users and teams to mention, besides those that the comment mentions already. update_only edits an
    existing comment and posts none; only_after edits only a comment of that stage. force replaces the comment of a newer
    run: this run reports what it did itself, which a report from the time when it waited for approval cannot know.
    """

    pull_request: int
    stage: Stage
    render: Render
    mentions: tuple[str, ...] = ()
    update_only: bool = False
    only_after: Stage | None = None
    force: bool = False


@dataclass(frozen=True, kw_only=True)
class PullRequestReporter:
    """Reports what one workflow run found and did; author is the login that its comments have.

    is_one_of_several is true if the repository has several environments: checks and statuses then name this run's.
    """

    run: RunContext
    pull_requests: PullRequests
    author: str
    comment_limit: int
    is_one_of_several: bool = False

    def collect_statuses(
        self,
        planned: PlanningResult,
        reviewed: Review,
        provenance: Mapping[JobKey, Provenance],
        *,
        now: datetime,
        outcomes: Iterable[Outcome] = (),
    ) -> tuple[PullRequestStatus, ...]:
        """Make the status of each merged pull request that has jobs to report."""
        return pull_request_statuses(
            planned.plan,
            now,
            plan_digest=reviewed.digest,
            provenance=provenance,
            source_pull_requests=reviewed.source_pull_requests,
            held=reviewed.held,
            agreed=reviewed.agreed,
            arrived=reviewed.arrived,
            notify={declaration.spec.key: declaration.spec.notify for declaration in planned.validated.declarations},
            outcomes=outcomes,
        )

    def publish_comment(self, request: CommentRequest) -> PublishedComment:
        """Bring a pull request's comment up to date; a failure is part of the result and never raised."""
        number = request.pull_request
        try:
            if request.stage is Stage.PLANNED and self.pull_requests.pull_request(number).head != self.run.head_commit:
                # There are newer commits: the run for the newest one reports.
                return PublishedComment(pull_request=number, delivery=Delivery.OVERTAKEN)
            delivery = self._publish(request)
        except ExternalError as error:
            return PublishedComment(pull_request=number, delivery=Delivery.FAILED, error=error.message, hint=error.hint)
        return PublishedComment(pull_request=number, delivery=delivery)

    def publish_all(self, statuses: Iterable[PullRequestStatus], render: RenderStatus) -> tuple[PublishedComment, ...]:
        """Bring the comments of merged pull requests up to date."""
        return tuple(
            self.publish_comment(
                CommentRequest(
                    pull_request=status.pull_request,
                    stage=Stage.MERGED,
                    render=lambda limit, status=status: render(status, limit),  # type: ignore[misc]  # mypy takes no lambda with a default
                    mentions=status.mentions,
                    force=any(job.outcome for job in status.jobs),
                )
            )
            for status in statuses
            if status.pull_request is not None
        )

    def publish_check(self, name: str, check: Check, *, with_status: bool = True) -> PublishedCheck:
        """Set a check on the run's commit, and a status of the same name, which branch protection can require."""
        commit, url, environment = self.run.head_commit, self.run.run_url, self.run.environment
        status = name.replace(" ", "/")
        if self.is_one_of_several:
            name, status = f"{name} ({environment})", f"{status}/{environment}"
        try:
            self.pull_requests.put_check(commit, name, check, url=url)
            if not with_status:
                return PublishedCheck()
            self.pull_requests.set_status(
                commit,
                status,
                good=check.conclusion is not Conclusion.FAILURE,
                description=check.title,
                url=url,
            )
        except ExternalError as error:
            return PublishedCheck(error=error.message, hint=error.hint)
        return PublishedCheck()

    def _publish(self, request: CommentRequest) -> Delivery:
        try:
            return self._edit_or_post(request, self.comment_limit)
        except RefusedByGitHub as refusal:
            if refusal.status != TOO_LONG:
                raise
            return self._edit_or_post(request, SHORT_LIMIT)

    def _edit_or_post(self, request: CommentRequest, limit: int) -> Delivery:
        """Write the comment, look again, and repeat it if an older run wrote over it meanwhile."""
        delivery = self._write(request, limit)
        for _ in range(MAX_LOOKS - 1):
            if not self._is_overwritten(request, delivery):
                break
            self._write(request, limit)
        return delivery

    def _write(self, request: CommentRequest, limit: int) -> Delivery:
        for _ in range(MAX_LOOKS):
            ours = self._our_comments(request.pull_request)
            if not ours:
                return Delivery.NOT_NEEDED if request.update_only else self._post(request, limit)
            delivery = self._edit(request, limit, ours[0])
            if delivery is not None:
                if delivery is Delivery.UNCHANGED:
                    self._fold(request.pull_request, ours)
                return delivery
        raise ExternalError(
            "GitHub lists our comment, and says that it is not there when it is edited",
            hint="run it again; a second comment was not posted, so that no old report stays beside a new one",
        )

    def _edit(self, request: CommentRequest, limit: int, found: OurComment) -> Delivery | None:
        """Bring an existing comment up to date; return None if it is not there."""
        comment, before = found
        if request.only_after and before.stage is not request.only_after:
            return Delivery.NOT_NEEDED
        if self._is_newer(before, request):
            return Delivery.OVERTAKEN
        # An edit keeps every mention of the comment: without it, a later edit would notify the same user again.
        mentioned = read_mentions(comment.body) if before.stage is Stage.MERGED else ()
        marker, body = self._written(request, limit, mentioned)
        # After the merge, a run that finds nothing new leaves no edit. Before it, the footer names the newest run.
        is_same = marker.stage is Stage.MERGED and (before.stage, before.content) == (marker.stage, marker.content)
        if comment.body == body or is_same:
            return Delivery.UNCHANGED
        # GitHub cannot edit under a condition, so the order of runs is compared once more, as late as possible.
        now = self._our_comments(request.pull_request)
        if now and self._is_newer(now[0][1], request):
            return Delivery.OVERTAKEN
        return Delivery.EDITED if self.pull_requests.edit_comment(comment.id, body) else None

    def _post(self, request: CommentRequest, limit: int) -> Delivery:
        _, body = self._written(request, limit, ())
        try:
            self.pull_requests.post_comment(request.pull_request, body)
        except UnclearFromGitHub:
            # Posting again could leave two comments: check whether the first attempt succeeded.
            if not any(comment.body == body for comment, _ in self._our_comments(request.pull_request)):
                raise
        return Delivery.POSTED

    def _is_overwritten(self, request: CommentRequest, delivery: Delivery) -> bool:
        """Look at what is there after writing: fold all comments but one, and say whether an older run's text is left."""
        if delivery not in {Delivery.POSTED, Delivery.EDITED}:
            return False
        ours = self._our_comments(request.pull_request)
        self._fold(request.pull_request, ours)
        return bool(ours) and ours[0][1].order < self._order(request)

    def _fold(self, number: int, ours: Sequence[OurComment]) -> None:
        """Shorten every comment of ours but the newest run's to a line that links to that one.

        A comment that GitHub does not let us edit stays, and the next run tries again.
        """
        for comment, _ in ours[1:]:
            with suppress(ExternalError):
                self.pull_requests.edit_comment(comment.id, folded_comment(self.run, number, newest=ours[0][0].id))

    def _is_newer(self, before: CommentMarker, request: CommentRequest) -> bool:
        return before.order > self._order(request) and not request.force

    def _order(self, request: CommentRequest) -> tuple[bool, int, int]:
        return marker_for(self.run, request.stage, content="").order

    def _our_comments(self, number: int) -> list[OurComment]:
        """Find our comments on a pull request, the newest run's first, and of one run's the first that it posted."""
        comments = our_comments(
            self.pull_requests.comments(number), author=self.author, environment=self.run.environment
        )
        first_posted = sorted(comments, key=lambda entry: entry[0].id)
        return sorted(first_posted, key=lambda entry: entry[1].order, reverse=True)

    def _written(self, request: CommentRequest, limit: int, mentioned: tuple[str, ...]) -> tuple[CommentMarker, str]:
        line = mention_line((*mentioned, *request.mentions))
        mention = f"\n\n{line}" if line else ""
        rendered = request.render(limit - len(mention.encode()))
        # A digest of exactly what was rendered, so that comments without mentions keep their markers.
        content = f"{rendered.content.rstrip()}{mention}" if mention else rendered.content
        marker = marker_for(self.run, request.stage, content=digest_of(content))
        return marker, "\n".join((marker_line(marker), content.rstrip("\n"), "", rendered.footer.rstrip("\n"), ""))


def read_provenance(jobs: Iterable[ObservedJob], objects: ObjectStore, *, repository: str) -> dict[JobKey, Provenance]:
    """Read the provenance of jobs, by the job's key, without those that another repository declared."""
    fingerprints = {job.key: job.fingerprint for job in jobs if job.fingerprint}
    contents = map_threads(lambda fingerprint: objects.read(provenance_uri(fingerprint)), list(fingerprints.values()))
    parsed = {key: parse_provenance(content) for key, content in zip(fingerprints, contents, strict=True) if content}
    return {key: source for key, source in parsed.items() if source and source.repository == repository}
