"""Says on pull requests what there is to say: one comment each, which never lies longer than a run takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from groundctl.app.concurrency import map_threads
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_line
from groundctl.domain.tracking.provenance import Provenance, parse_provenance, provenance_uri
from groundctl.domain.tracking.pull_request import PostedComment, our_comments
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub
from groundctl.ports import Objects, PullRequests

# What GitHub takes for certain is less than it documents, and differs between its servers.
SHORT = 20_000  # bytes
TOO_LONG = 422


class Delivery(StrEnum):
    """What became of a comment."""

    POSTED = "posted"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    NOT_NEEDED = "not needed"
    OVERTAKEN = "overtaken by a newer run"
    FAILED = "not posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of a comment on a pull request, and why if it is not there."""

    pull_request: int
    delivery: Delivery
    why: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRequest:
    """A comment to be: who speaks for which environment, and how it is written, given the bytes there are for it.

    update_only leaves a pull request without a comment as it is: there is nothing to correct. did says that this run tells of
    what it has just done itself, which no report knows that came in between while it waited for a person. write gives the part whose
    changes matter and the footer; the stamp's content is filled in from the first.
    """

    author: str
    stamp: CommentMarker
    write: Callable[[int], tuple[str, str]]
    limit: int
    update_only: bool = False
    did: bool = False


def read_provenance(jobs: Iterable[ObservedJob], objects: Objects, *, repository: str) -> dict[str, Provenance]:
    """Read who asked for each job, by its key; of jobs that another repository asked for, nothing."""
    marked = [(job, job.fingerprint) for job in jobs if job.fingerprint]
    raw = map_threads(lambda one: objects.read(provenance_uri(one[1])), marked)
    found = {job.key: parse_provenance(content) for (job, _), content in zip(marked, raw, strict=True) if content}
    return {key: one for key, one in found.items() if one and one.repository == repository}


def deliver(letter: CommentRequest, number: int, pull_requests: PullRequests) -> Delivered:
    """Bring a pull request's comment up to date; what keeps it from being there is told, and never raised."""
    try:
        if letter.stamp.stage is Stage.PLANNED and pull_requests.pull_request(number).head != letter.stamp.head:
            # Somebody pushed meanwhile: the run for that commit speaks.
            return Delivered(pull_request=number, delivery=Delivery.OVERTAKEN)
        delivery = _deliver(letter, number, pull_requests)
    except ExternalError as error:
        return Delivered(pull_request=number, delivery=Delivery.FAILED, why=error.message, hint=error.hint)
    return Delivered(pull_request=number, delivery=delivery)


def _deliver(letter: CommentRequest, number: int, pull_requests: PullRequests) -> Delivery:
    try:
        return _put(letter, number, pull_requests, letter.limit)
    except RefusedByGitHub as refusal:
        if refusal.status != TOO_LONG:
            raise
        return _put(letter, number, pull_requests, SHORT)


def _put(letter: CommentRequest, number: int, pull_requests: PullRequests, limit: int) -> Delivery:
    stamp, body = _written(letter, limit)
    for comment, before in _ours(letter, number, pull_requests):
        if before.order > stamp.order and not letter.did:
            return Delivery.OVERTAKEN
        # After the merge many runs find the same: they do not each leave an edit. Before it, the footer names the newest run.
        said_before = stamp.stage is Stage.MERGED and (before.stage, before.content) == (stamp.stage, stamp.content)
        if comment.body == body or said_before:
            return Delivery.UNCHANGED
        if pull_requests.edit_comment(comment.id, body):
            return Delivery.EDITED
    if letter.update_only:
        return Delivery.NOT_NEEDED
    try:
        pull_requests.post_comment(number, body)
    except UnclearFromGitHub:
        # A second one would stay: look whether the first went through.
        if not any(comment.body == body for comment, _ in _ours(letter, number, pull_requests)):
            raise
    return Delivery.POSTED


def _ours(
    letter: CommentRequest, number: int, pull_requests: PullRequests
) -> list[tuple[PostedComment, CommentMarker]]:
    """Find our comments, the newest run's first."""
    found = our_comments(pull_requests.comments(number), author=letter.author, environment=letter.stamp.environment)
    return sorted(found, key=lambda one: one[1].order, reverse=True)


def _written(letter: CommentRequest, limit: int) -> tuple[CommentMarker, str]:
    content, footer = letter.write(limit)
    stamp = replace(letter.stamp, content=digest_of(content))
    return stamp, "\n".join((marker_line(stamp), content.rstrip("\n"), "", footer.rstrip("\n"), ""))
