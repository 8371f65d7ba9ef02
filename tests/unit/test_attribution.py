"""A recorded plan approves only the jobs that its own pull request touched, whatever commits and messages say later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from groundctl.app.approval.standing import Proposal, find_standing, own_plan, touched_names
from groundctl.domain.tracking.pull_request import PullRequest
from support.approval_scene import BEGIN, FILE, NOON, Scene, sha
from support.builders import a_declaration, a_plan
from support.fakes import FakeCommit, FakePullRequests
from support.planning import a_planning_result

RALLY = a_declaration()
PLAN = a_plan(RALLY)


def a_foreign_merge(scene: Scene, *, touches: tuple[str, ...] = ()) -> None:
    """Push a job straight to main, in the name of a pull request of two commits that is merged right after it."""
    scene.commits.append(FakeCommit(sha=sha("a"), paths=(FILE,), message="Declare rallies (#12)"))
    merged = scene.merges(12, "b", "README.md", commits=2)
    scene.records(merged, PLAN, touches=touches)
    scene.approves(merged)


def test_a_commit_before_a_merge_is_not_approved_by_naming_the_merged_pull_request():
    scene = Scene()
    a_foreign_merge(scene)

    assert "without a pull request" in scene.reason(PLAN)
    assert scene.reviewed(PLAN).source_pull_requests == {}


def test_a_plan_approves_no_job_that_its_pull_request_does_not_touch():
    scene = Scene()
    merged = scene.merges(12, "b")
    scene.records(merged, PLAN, touches=())
    scene.approves(merged)

    assert scene.reason(PLAN) == "the reviewed plan lists it, but its pull request does not touch it"


def test_a_file_that_approves_a_plan_is_shown_as_releasing_its_jobs():
    scene = Scene()
    scene.merges(12, "b")
    opened = PullRequest(number=20, head="e" * 40, base_branch="main", base_repository=99, author="jon")
    scene.github.by_number[20] = opened
    proposal = Proposal(number=20, planned=a_planning_result(PLAN, (RALLY,)), changed=(f"jobs/approved/{PLAN.digest}",))

    standing = find_standing(proposal, scene.archive())

    assert [change.name for change in standing.released] == ["rally-outcome"]
    assert standing.left == ()
    assert touched_names(proposal) == ["rally-outcome"]
    assert [create.name for create in own_plan(proposal).creates] == ["rally-outcome"]


def test_a_file_that_names_another_plan_releases_nothing():
    proposal = Proposal(number=20, planned=a_planning_result(PLAN, (RALLY,)), changed=(f"jobs/approved/{'0' * 32}",))

    assert touched_names(proposal) == []


class Counting(FakePullRequests):
    """Counts what GitHub is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def pull_request(self, number: int) -> PullRequest:
        self.asked += 1
        return super().pull_request(number)

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        self.asked += 1
        return super().pull_requests_of(commit)


def test_a_message_that_names_many_pull_requests_costs_few_questions():
    github = Counting()
    many = " ".join(f"(#{number})" for number in range(1, 2000))
    for message in (
        many,
        f"Declare rallies\n\n{many}",
        "\n".join(f"Merge pull request #{n} from x" for n in range(99)),
    ):
        scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("b"), paths=(FILE,), message=message)], github=github)
        assert "without a pull request" in scene.reason(PLAN)

    assert github.asked <= 10


def test_many_changes_of_the_rules_cost_few_questions():
    github = Counting()
    scene = Scene(github=github)
    scene.merges(12, "b")
    for number in range(300):
        scene.commits.append(FakeCommit(sha=f"{number:040x}", paths=("terraform/main.tf",)))

    assert "has no approval" in scene.reason(PLAN)
    assert github.asked <= 50


@pytest.mark.parametrize("days", [1, 10_000], ids=["tomorrow", "in many years"])
def test_a_commit_from_the_future_is_not_young(days: int):
    scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("b"), paths=(FILE,), at=NOON + timedelta(days=days))])

    assert "without a pull request" in scene.reason(PLAN)
    assert scene.clock.slept == []


def test_a_run_waits_once_for_github_however_many_young_commits_there_are():
    scene = Scene()
    scene.merges(12, "b")
    for letter in "cdef":
        scene.commits.append(FakeCommit(sha=sha(letter), paths=("jobs/policy.yaml",), at=NOON))

    assert scene.reviewed(PLAN).held
    assert scene.clock.slept == [20, 40]


def test_a_base_that_is_gone_holds_no_approved_job():
    scene = Scene()
    merged = scene.merges(12, "b", base_commit=sha("9"))
    scene.records(merged, PLAN)
    scene.approves(merged)

    assert scene.reviewed(PLAN).held == {}


def test_a_job_that_waits_for_another_one_is_touched_too():
    waiting = a_declaration(input={"from_job": "serves"})
    plan = a_plan(waiting)
    proposal = Proposal(number=20, planned=a_planning_result(plan, (waiting,)), changed=(FILE,))

    assert plan.creates == ()
    assert touched_names(proposal) == ["rally-outcome"]


def test_to_remove_the_file_that_approves_a_plan_approves_nothing():
    scene = Scene()
    scene.merges(12, "b")
    removed = scene.merges(13, "c", f"jobs/approved/{PLAN.digest}", commit={"files": {}})
    scene.records(removed, PLAN)
    scene.approves(removed)

    assert "has no approval" in scene.reason(PLAN)
