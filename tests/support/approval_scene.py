"""A branch with merged pull requests, their reviews, and their recorded plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.approval.archive import Archive
from groundctl.app.approval.recording import record_clips
from groundctl.app.approval.review import ByHand, Review, review
from groundctl.domain.approval.recorded_plan import PlanName
from groundctl.domain.approval.reviews import ReviewState, SubmittedReview
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.planning.plan import Plan
from groundctl.domain.tracking.pull_request import PullRequest
from groundctl.presentation.machine.plan_json import plan_json
from support.builders import a_declaration
from support.fake_objects import FakeObjects
from support.fakes import FakeApprovalFacts, FakeClock, FakeCommit, FakeHistory, FakePullRequests, FakeRecordedPlans
from support.planning import a_planning_result

REPOSITORY, REPOSITORY_ID = "acme/labeling", 99
FILE = "jobs/sports-data/rally-outcome.yaml"
TEN = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
NOON = TEN + timedelta(hours=2)


def sha(letter: str) -> str:
    return letter * 40


PLAN_SCHEMA = SchemaCheck(Checkout.around(Path.cwd()).schema("plan"))
BEGIN = FakeCommit(sha=sha("0"))


def heads_of(plan: Plan) -> dict[str, HeadAnswer]:
    """What S3 says of the clips of a plan that has asked about each of them."""
    wanted = (change.purchase.wanted for change in plan.creates)
    uris = {uri for each in wanted if each and each.input for uri in each.input.asked}
    return {uri: FakeObjects().head(uri) for uri in uris}


@dataclass
class Scene:
    """A branch with merged pull requests, their reviews, and their recorded plans."""

    commits: list[FakeCommit] = field(default_factory=lambda: [BEGIN])
    github: FakePullRequests = field(default_factory=FakePullRequests)
    facts: FakeApprovalFacts = field(default_factory=lambda: FakeApprovalFacts(writers=["ann", "bob"]))
    clock: FakeClock = field(default_factory=FakeClock)
    time: datetime = TEN
    needed: int = 1
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.recorded = FakeRecordedPlans(clock=lambda: self.time)
        self.runs = 0

    def merges(self, number: int, letter: str, *paths: str, **changes: Any) -> PullRequest:
        """Merge a pull request as a commit that changes some paths."""
        pull_request = PullRequest(
            number=number,
            head=changes.pop("head", digest_of(number) + "0" * 8),
            base_branch="main",
            base_repository=REPOSITORY_ID,
            base_commit=BEGIN.sha,
            author="jon",
            merged_as=sha(letter),
            merged_at=TEN + timedelta(hours=1),
            merged_by="maria",
        )
        pull_request = replace(pull_request, **{name: changes.pop(name) for name in tuple(changes) if name != "commit"})
        commit = {"files": dict.fromkeys(paths, b""), **changes.pop("commit", {})}
        self.commits.append(FakeCommit(sha=sha(letter), paths=paths or (FILE,), **commit))
        self.github.by_number[number] = pull_request
        return pull_request

    def records(
        self,
        pull_request: PullRequest,
        plan: Plan,
        *,
        minutes: float = 2,
        made_for: Mapping[str, Any] | None = None,
        touches: Sequence[str] | None = None,
        heads: Mapping[str, HeadAnswer] | None = None,
    ) -> None:
        """Record a plan for a pull request's head, some minutes after ten; by default it touches every job and has looked at every clip."""
        self.runs += 1
        name = PlanName(pull_request=pull_request.number, head=pull_request.head, run_id=self.runs, attempt=1)
        bound = {
            "repository": REPOSITORY,
            "pull_request": name.pull_request,
            "commit": name.head,
            "run": name.run_id,
            "attempt": 1,
        }
        self.time = TEN + timedelta(minutes=minutes)
        touched = [change.name for change in plan.changes] if touches is None else touches
        names = record_clips(plan, heads_of(plan) if heads is None else heads, self.recorded)
        content = plan_json(
            plan, {**bound, **(made_for or {})}, clips=names.clips, objects=names.objects, touches=touched
        )
        self.recorded.write(name, content.encode())

    def approves(self, pull_request: PullRequest, login: str = "ann", *, minutes: float = 10, **changes: Any) -> None:
        at = TEN + timedelta(minutes=minutes)
        given = {"commit": pull_request.head, "state": ReviewState.APPROVED, "is_person": True, **changes}
        self.facts.reviews_of.setdefault(pull_request.number, []).append(
            SubmittedReview(login=login, submitted_at=at, **given)
        )

    def merged_and_approved(
        self,
        plan: Plan,
        number: int = 12,
        letter: str = "b",
        *paths: str,
        heads: Mapping[str, HeadAnswer] | None = None,
    ) -> PullRequest:
        pull_request = self.merges(number, letter, *paths)
        self.records(pull_request, plan, heads=heads)
        self.approves(pull_request)
        return pull_request

    def reviewed(self, plan: Plan, *declarations: Declaration, by_hand: ByHand | None = None) -> Review:
        planned = a_planning_result(plan, declarations or (a_declaration(),))
        return review(planned, self.archive(), by_hand=by_hand)[1]

    def archive(self) -> Archive:
        return Archive(
            repository=REPOSITORY,
            repository_id=REPOSITORY_ID,
            branch="main",
            needed=self.needed,
            now=self.now,
            clock=self.clock,
            pull_requests=self.github,
            facts=self.facts,
            recorded=self.recorded,
            history=FakeHistory(*self.commits),
            is_plan=lambda data: not tuple(PLAN_SCHEMA.diagnostics(data)),
        )

    def reason(self, plan: Plan, *declarations: Declaration) -> str:
        [hold] = self.reviewed(plan, *declarations).held.values()
        return hold.reason
