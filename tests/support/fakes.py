"""Fakes of the ports; they pass the same contract tests as the adapters."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from groundctl.domain.approval.protection import EnvironmentProtection, RunApproval
from groundctl.domain.approval.recorded_plan import PlanName, StoredPlan
from groundctl.domain.approval.reviews import SubmittedReview
from groundctl.domain.jobs.creation import Accepted, CreateResponse, NameTaken
from groundctl.domain.jobs.observed import ObservedJob, observed_job
from groundctl.domain.jobs.places import (
    Absent,
    BucketRegion,
    BucketSettings,
    CorsRule,
    Grant,
    KeyAnswer,
    KmsKey,
    Members,
    NotSeen,
    Role,
    RoleAnswer,
    Team,
    TeamAnswer,
)
from groundctl.domain.tracking.pull_request import Check, PostedComment, PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub

Value = TypeVar("Value")
# For create calls that no attempt bounds.
NO_DEADLINE = datetime.max.replace(tzinfo=UTC)


class FakeJobs:
    """Labeling jobs in a dictionary; answers are what create_once gives back for the next calls, in turn.

    `accepting` answers take effect before they are given: the fault lies on the way back.
    """

    def __init__(self, *answers: CreateResponse, accepting: bool = False, hidden_looks: int = 0) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.answers = list(answers)
        self.accepting = accepting
        self.hidden_looks = hidden_looks
        self.sent: list[Mapping[str, Any]] = []
        self.stopped: list[str] = []
        self.describes = 0

    def list_jobs(self) -> Iterator[ObservedJob]:
        yield from (observed_job(job) for job in self.jobs.values())

    def describe(self, name: str) -> Mapping[str, Any] | None:
        self.describes += 1
        if self.hidden_looks:
            self.hidden_looks -= 1
            return None
        return copy.deepcopy(self.jobs.get(name.lower()))

    def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:  # noqa: ARG002 - the port's signature
        self.sent.append(request)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None and not self.accepting:
            return answer
        name = request["LabelingJobName"]
        if name.lower() in self.jobs:
            return answer or NameTaken(message=f"{name} already exists")
        self.jobs[name.lower()] = self._described(request)
        return answer or Accepted(arn=self.jobs[name.lower()]["LabelingJobArn"])

    def stop(self, name: str) -> None:
        self.stopped.append(name)
        self.jobs[name.lower()]["LabelingJobStatus"] = "Stopping"

    def _described(self, request: Mapping[str, Any]) -> dict[str, Any]:
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return copy.deepcopy(dict(request)) | {
            "LabelingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:labeling-job/{request['LabelingJobName'].lower()}",
            "LabelingJobStatus": "Initializing",
            "LabelCounters": {"TotalLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0},
            "CreationTime": now,
            "LastModifiedTime": now,
        }


OPEN_TO_BROWSERS = BucketSettings(
    cors=(CorsRule(methods=("GET",), origins=("*",)),), requester_pays=False, default_key=None
)


class FakePlaces:
    """A place where nothing is at fault, except for what a test puts into its dictionaries; it records what was asked."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.region = region
        self.regions: dict[str, BucketRegion] = {}
        self.settings: dict[str, BucketSettings] = {}
        self.keys: dict[str, KeyAnswer] = {}
        self.teams: dict[str, TeamAnswer] = {}
        self.roles: dict[str, RoleAnswer] = {}
        self.grants: dict[Grant, bool | NotSeen] = {}
        self.asked: list[object] = []

    def region_of(self, bucket: str) -> BucketRegion:
        self.asked.append(("region", bucket))
        return self.regions.get(bucket, self.region)

    def settings_of(self, bucket: str) -> BucketSettings:
        self.asked.append(("settings", bucket))
        return self.settings.get(bucket, OPEN_TO_BROWSERS)

    def key(self, name: str) -> KeyAnswer:
        self.asked.append(("key", name))
        if name in self.keys:
            return self.keys[name]
        return KmsKey(arn=name) if name.startswith("arn:") else Absent()

    def team(self, arn: str) -> TeamAnswer:
        self.asked.append(("team", arn))
        return self.teams.get(arn, Team(members=Members(active=1, signed_in=1)))

    def role(self, arn: str) -> RoleAnswer:
        self.asked.append(("role", arn))
        return self.roles.get(arn, Role(trusts_sagemaker=True))

    def has(self, grant: Grant) -> bool | NotSeen:
        self.asked.append(grant)
        return self.grants.get(grant, True)


class FakeClock:
    """A clock whose sleeps return at once and are recorded."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class FakePullRequests:
    """One repository on GitHub, in dictionaries; every comment that is posted is ours."""

    def __init__(self, *pull_requests: PullRequest, author: str = "github-actions[bot]") -> None:
        self.author = author
        self.by_number = {one.number: one for one in pull_requests}
        self.by_commit: dict[str, tuple[int, ...]] = {}
        self.posted: dict[int, list[PostedComment]] = {}
        self.checks: list[tuple[str, str, Check]] = []
        self.statuses: list[tuple[str, str, bool, str]] = []
        self._ids = itertools.count(1)

    def pull_request(self, number: int) -> PullRequest:
        if number not in self.by_number:
            raise RefusedByGitHub(f"there is no pull request {number}", hint="look at the number", status=404)
        return self.by_number[number]

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        merged = (one for one in self.by_number.values() if one.merged_as == commit)
        found = {one.number: one for one in (*merged, *map(self.pull_request, self.by_commit.get(commit, ())))}
        return tuple(replace(one, commits=1, merged_by="") for one in found.values())

    def comments(self, number: int) -> Iterator[PostedComment]:
        self.pull_request(number)
        yield from list(self.posted.get(number, ()))

    def post_comment(self, number: int, body: str) -> None:
        self.somebody_posts(number, body, author=self.author)

    def edit_comment(self, comment: int, body: str) -> bool:
        for comments in self.posted.values():
            for index, one in enumerate(comments):
                if one.id == comment:
                    comments[index] = replace(one, body=body)
                    return True
        return False

    def put_check(self, commit: str, name: str, check: Check, *, url: str) -> None:  # noqa: ARG002 - the door's signature
        self.checks.append((commit, name, check))

    def set_status(self, commit: str, context: str, *, good: bool, description: str, url: str) -> None:  # noqa: ARG002 - as above
        self.statuses.append((commit, context, good, description))

    def somebody_posts(self, number: int, body: str, *, author: str) -> PostedComment:
        self.pull_request(number)
        if len(body) > 65_536:
            raise RefusedByGitHub("body is too long (maximum is 65536 characters)", hint="shorten it", status=422)
        comment = PostedComment(id=next(self._ids), author=author, body=body)
        self.posted.setdefault(number, []).append(comment)
        return comment


@dataclass(frozen=True, kw_only=True)
class FakeCommit:
    """A first-parent commit of the branch: what it changed, and the files that are to be read as they were in it."""

    sha: str
    paths: tuple[str, ...] = ()
    message: str = ""
    at: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    files: Mapping[str, bytes] = field(default_factory=dict)


class FakeHistory:
    """The first-parent commits of a branch, the oldest first."""

    def __init__(self, *commits: FakeCommit) -> None:
        self.commits = list(commits)

    def last_change(self, paths: Iterable[str]) -> str | None:
        touching = self._touching(self.commits, paths)
        return touching[0] if touching else None

    def changes(self, paths: Iterable[str], *, since: str) -> tuple[str, ...]:
        after = [commit.sha for commit in self.commits].index(since) + 1
        return tuple(self._touching(self.commits[after:], paths))

    def changed_since(self, base: str) -> tuple[str, ...]:  # noqa: ARG002 - the port's signature
        return tuple(path for commit in self.commits for path in commit.paths)

    def first_parents(self, commit: str, count: int) -> tuple[str, ...]:
        known = [each.sha for each in reversed(self.commits)]
        return tuple(known[known.index(commit) :][:count]) if commit in known else ()

    def base_of_merge(self, head: str) -> str | None:  # noqa: ARG002 - the port's signature
        return None

    def has(self, commit: str) -> bool:
        return any(each.sha == commit for each in self.commits)

    def message(self, commit: str) -> str:
        return self._commit(commit).message

    def committed_at(self, commit: str) -> datetime:
        return self._commit(commit).at

    def read_file(self, commit: str, path: str) -> bytes | None:
        if not self.has(commit):
            raise ExternalError(f"git ls-tree failed: not a tree object: {commit}", hint="check out the full history")
        return self._commit(commit).files.get(path)

    def _commit(self, sha: str) -> FakeCommit:
        return next(commit for commit in self.commits if commit.sha == sha)

    @staticmethod
    def _touching(commits: Iterable[FakeCommit], paths: Iterable[str]) -> list[str]:
        wanted = tuple(paths)
        found = [
            commit.sha
            for commit in commits
            if any(path == place or path.startswith(f"{place}/") for path in commit.paths for place in wanted)
        ]
        return found[::-1]


class FakeRecordedPlans:
    """Recorded plans in a dictionary; clock is what S3 would say the time is."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.plans: dict[PlanName, tuple[datetime, bytes]] = {}
        self.clips: dict[str, bytes] = {}
        self.seen: dict[str, bytes] = {}

    def list(self, pull_request: int, head: str) -> tuple[StoredPlan, ...]:
        return tuple(
            StoredPlan(name=name, written_at=at)
            for name, (at, _) in self.plans.items()
            if (name.pull_request, name.head) == (pull_request, head)
        )

    def read(self, stored: StoredPlan) -> bytes:
        return self.plans[stored.name][1]

    def write(self, name: PlanName, content: bytes) -> None:
        if self.plans.setdefault(name, (self.clock(), content))[1] != content:
            raise ExternalError(f"{name} exists with other content", hint="find out who wrote it")

    def read_clips(self, digest: str) -> bytes | None:
        return self.clips.get(digest)

    def write_clips(self, digest: str, manifest: bytes) -> None:
        self.clips.setdefault(digest, manifest)

    def read_seen(self, digest: str) -> bytes | None:
        return self.seen.get(digest)

    def write_seen(self, digest: str, content: bytes) -> None:
        self.seen.setdefault(digest, content)


class FakeApprovalFacts:
    """What GitHub says about approvals, in dictionaries; a method whose name is in `unknown` cannot be asked."""

    def __init__(self, *, tip: str = "", writers: Iterable[str] = ()) -> None:
        self.tips = {"main": tip}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.trees: dict[str, Mapping[str, str]] = {}
        self.reviews_of: dict[int, list[SubmittedReview]] = {}
        self.writers = {login.lower() for login in writers}
        self.merge_requests: dict[int, datetime] = {}
        self.environments: dict[str, EnvironmentProtection] = {}
        self.run_approvals: dict[int, list[RunApproval]] = {}
        self.unknown: set[str] = set()

    def tip(self, branch: str) -> str:
        return self._known("tip", self.tips, branch)

    def is_ancestor(self, commit: str, of: str) -> bool:
        self._ask("is_ancestor")
        seen, queue = set[str](), [of]
        while queue:
            name = queue.pop()
            seen.add(name)
            queue += [parent for parent in self.parents.get(name, ()) if parent not in seen]
        return commit in seen

    def top_level(self, commit: str) -> Mapping[str, str]:
        return self._known("top_level", self.trees, commit)

    def reviews(self, number: int) -> tuple[SubmittedReview, ...]:
        self._ask("reviews")
        return tuple(sorted(self.reviews_of.get(number, ()), key=lambda review: review.submitted_at))

    def may_write(self, login: str) -> bool:
        self._ask("may_write")
        return login.lower() in self.writers

    def merge_requested_at(self, number: int) -> datetime | None:
        self._ask("merge_requested_at")
        return self.merge_requests.get(number)

    def environment(self, name: str) -> EnvironmentProtection | None:
        self._ask("environment")
        return self.environments.get(name)

    def approvals_of_run(self, run_id: int) -> tuple[RunApproval, ...]:
        self._ask("approvals_of_run")
        return tuple(self.run_approvals.get(run_id, ()))

    def _known(self, method: str, answers: Mapping[str, Value], name: str) -> Value:
        self._ask(method)
        if name not in answers:
            raise RefusedByGitHub(f"GitHub refused {method} of {name}", hint="look at the name", status=404)
        return answers[name]

    def _ask(self, method: str) -> None:
        if method in self.unknown:
            raise ExternalError(f"GitHub did not answer {method}", hint="run it again later")
