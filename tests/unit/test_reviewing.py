"""Apply does what was approved: each job's pull request, its approvals and the plan that they saw decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from groundctl.app.approval.review import ByHand, review
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.tracking.pull_request import PullRequest
from groundctl.errors import ExternalError
from support.approval_scene import BEGIN, FILE, NOON, REPOSITORY_ID, TEN, Scene, sha
from support.builders import a_declaration, a_plan, an_infrastructure, an_observed_job
from support.fakes import FakeCommit, FakeHistory, FakePullRequests
from support.planning import a_planning_result

PLAN = a_plan(a_declaration())
MORE = a_declaration(input={"objects": [f"s3://clips/{number}.mp4" for number in range(5)]})


def test_what_an_approver_saw_may_be_done_and_the_review_says_who_agreed():
    scene = Scene()
    scene.merged_and_approved(PLAN)

    found = scene.reviewed(PLAN)

    assert found.held == {}
    assert found.source_pull_requests == {"rally-outcome": 12}
    said = "approved by @ann at 2026-11-28 10:10:00 UTC: the plan of 2026-11-28 10:02:00 UTC"
    assert found.agreed == {"rally-outcome": said}


def test_a_plan_made_after_the_approval_does_not_count():
    scene = Scene()
    merged = scene.merged_and_approved(PLAN)
    scene.records(merged, a_plan(MORE), minutes=20)

    assert "its clips differ: reviewed 2, now 5" in scene.reason(a_plan(MORE), MORE)


def test_a_pull_request_that_does_not_touch_the_job_releases_nothing():
    scene = Scene()
    scene.merges(12, "b")
    scene.merged_and_approved(PLAN, 13, "c", "jobs/warehouse/NOTES.md")

    assert "has no approval from before the merge" in scene.reason(PLAN)


@pytest.mark.parametrize("path", ["jobs/policy.yaml", "schemas/labeling-job.schema.json", "terraform/main.tf"])
def test_a_pull_request_that_changes_the_rules_releases_what_its_plan_lists(path: str):
    scene = Scene()
    scene.merges(12, "b")
    scene.merged_and_approved(PLAN, 13, "c", path)

    assert scene.reviewed(PLAN).held == {}
    [sentence] = scene.reviewed(PLAN).agreed.values()
    assert sentence.startswith("approved by @ann at ")
    assert sentence.endswith(" UTC, of pull request 13")


def test_a_change_of_the_rules_before_the_job_was_declared_releases_nothing():
    scene = Scene()
    scene.merged_and_approved(PLAN, 11, "a", "jobs/policy.yaml")
    scene.merges(12, "b")

    assert "has no approval from before the merge" in scene.reason(PLAN)


def test_a_job_that_was_pushed_without_a_pull_request_is_held():
    scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("b"), paths=(FILE,))])

    said = "commit bbbbbbb came to main without a pull request, so no plan was reviewed"
    assert scene.reason(PLAN) == said


class LatePullRequests(FakePullRequests):
    """GitHub right after a merge: for some time it knows no pull request of the new commit."""

    def __init__(self, *, empty_answers: int) -> None:
        super().__init__()
        self.empty_answers = empty_answers
        self.asked = 0

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        self.asked += 1
        return () if self.asked <= self.empty_answers else super().pull_requests_of(commit)


def test_an_empty_answer_right_after_the_merge_is_no_fact_yet():
    scene = Scene(github=LatePullRequests(empty_answers=2))
    merged = scene.merges(12, "b", commit={"at": NOON - timedelta(seconds=5)})
    scene.records(merged, PLAN)
    scene.approves(merged)

    assert scene.reviewed(PLAN).held == {}
    assert scene.clock.slept == [20, 40]


def test_if_github_stays_silent_nothing_is_known_and_a_later_run_asks_again():
    scene = Scene(github=LatePullRequests(empty_answers=9))
    scene.merges(12, "b", commit={"at": NOON - timedelta(seconds=5)})

    [hold] = scene.reviewed(PLAN).held.values()

    assert hold.reason == "GitHub does not name the pull request of commit bbbbbbb yet"
    assert hold.hint == "nothing was done; the next run asks again"


def test_an_older_commit_is_asked_about_once():
    late = LatePullRequests(empty_answers=9)
    scene = Scene(github=late)
    scene.merges(12, "b")

    assert "without a pull request" in scene.reason(PLAN)
    assert (late.asked, scene.clock.slept) == (1, [])


@pytest.mark.parametrize("message", ["Declare rallies (#12)\n\nMore text", "Merge pull request #12 from acme/topic"])
def test_a_pull_request_is_also_found_by_the_message_of_its_merge(message: str):
    scene = Scene(github=LatePullRequests(empty_answers=9))
    merged = scene.merges(12, "b", commit={"message": message, "at": NOON})
    scene.records(merged, PLAN)
    scene.approves(merged)

    assert scene.reviewed(PLAN).held == {}
    assert scene.clock.slept == []


def test_a_message_cannot_name_another_pull_request():
    scene = Scene(github=LatePullRequests(empty_answers=9))
    scene.merged_and_approved(PLAN, 11, "a")
    scene.commits.append(FakeCommit(sha=sha("b"), paths=(FILE,), message="Sneak in (#11)"))

    assert "without a pull request" in scene.reason(PLAN)


@pytest.mark.parametrize(
    "elsewhere",
    [{"base_branch": "topic"}, {"base_repository": 7}, {"merged_at": None}, {"merged_as": None}],
    ids=["into another branch", "into a fork", "not merged", "merged as nothing"],
)
def test_a_pull_request_that_did_not_bring_the_commit_approves_nothing(elsewhere: Mapping[str, Any]):
    scene = Scene()
    merged = scene.merges(12, "b", **elsewhere)
    scene.github.by_commit[sha("b")] = (12,)
    scene.records(merged, PLAN)
    scene.approves(merged)

    assert "without a pull request" in scene.reason(PLAN)


def test_a_rebased_pull_request_brought_every_one_of_its_commits():
    scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("a"), paths=(FILE,))])
    merged = scene.merges(12, "b", "README.md", commits=2)
    scene.github.by_commit[sha("a")] = (12,)
    scene.records(merged, PLAN)
    scene.approves(merged)

    assert scene.reviewed(PLAN).held == {}


def test_a_job_belongs_to_the_reviewed_pull_request_and_not_to_one_that_was_stacked_on_it():
    scene = Scene()
    stacked = PullRequest(
        number=14, head=sha("f"), base_branch="topic", base_repository=REPOSITORY_ID, merged_as=sha("f"), merged_at=TEN
    )
    scene.merged_and_approved(PLAN)
    scene.github.by_number[14] = stacked
    scene.github.by_commit[sha("b")] = (14, 12)

    found = scene.reviewed(PLAN)
    assert (found.held, found.source_pull_requests) == ({}, {"rally-outcome": 12})


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ({"made_for": {"commit": "e" * 40}}, "is malformed"),
        ({"made_for": {"repository": "mallory/labeling"}}, "is malformed"),
        ({"made_for": {"pull_request": 13}}, "is malformed"),
        ({"made_for": {"run": 77}}, "is malformed"),
        ({"plan": a_plan(a_declaration(), infrastructure=an_infrastructure(account_id="999999999999"))}, "another"),
    ],
    ids=["another commit", "another repository", "another pull request", "another run", "another account"],
)
def test_a_plan_of_something_else_covers_nothing(before: Mapping[str, Any], told: str):
    scene = Scene()
    merged = scene.merges(12, "b")
    scene.records(merged, before.get("plan", PLAN), made_for=before.get("made_for"))
    scene.approves(merged)

    assert told in scene.reason(PLAN)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'{"format_version": 1}', b'{"changes": []}'])
def test_a_malformed_record_covers_nothing(content: bytes):
    scene = Scene()
    merged = scene.merged_and_approved(PLAN)
    [name] = scene.recorded.plans
    scene.recorded.plans[name] = (TEN, content)

    assert scene.reason(PLAN) == "the recorded plan of run 1 is malformed"
    assert merged.number == 12


@pytest.mark.parametrize("silent", ["reviews", "may_write"])
def test_what_cannot_be_read_is_not_known_and_nothing_is_done(silent: str):
    scene = Scene()
    scene.merged_and_approved(PLAN)
    scene.facts.unknown.add(silent)

    assert scene.reason(PLAN) == f"could not be checked: GitHub did not answer {silent}"
    assert scene.reviewed(PLAN).source_pull_requests == {PLAN.changes[0].key: 12}


def test_one_pull_request_that_cannot_be_read_holds_only_its_own_jobs():
    class Partly(FakePullRequests):
        def pull_request(self, number: int) -> PullRequest:
            if number == 13:
                raise ExternalError("GitHub did not answer", hint="run it again later")
            return super().pull_request(number)

    both = (a_declaration(), a_declaration(name="serves", input={"objects": ["s3://clips/serve.mp4"]}))
    scene = Scene(github=Partly())
    merged = scene.merges(12, "b")
    other = scene.merges(13, "c", "jobs/sports-data/serves.yaml")
    for each in (merged, other):
        scene.records(each, a_plan(*both))
        scene.approves(each)

    held = scene.reviewed(a_plan(*both), *both).held
    assert set(held) == {job_key("serves")}


def test_a_policy_cannot_be_lowered_by_the_pull_request_itself():
    scene = Scene(commits=[replace(BEGIN, files={"jobs/policy.yaml": b"reviews: 2\n"})])
    scene.merged_and_approved(PLAN, 12, "b", FILE, "jobs/policy.yaml")

    assert "the policy asks for 2 approvals" in scene.reason(PLAN)


def test_a_rebased_pull_request_cannot_lower_it_in_its_first_commit():
    strict, lax = {"jobs/policy.yaml": b"reviews: 2\n"}, {"jobs/policy.yaml": b"reviews: 1\n"}
    stale = FakeCommit(sha=sha("9"), files=lax)  # where the branch began, before the policy was raised
    lowered = FakeCommit(sha=sha("a"), paths=("jobs/policy.yaml",), files=lax)
    scene = Scene(commits=[stale, replace(BEGIN, files=strict), lowered])
    merged = scene.merges(12, "b", FILE, commits=2, base_commit=stale.sha, commit={"files": lax})
    scene.records(merged, PLAN)
    scene.approves(merged)

    assert "the policy asks for 2 approvals" in scene.reason(PLAN)


def test_where_the_policy_asks_for_no_approval_the_merge_is_one():
    scene = Scene(commits=[replace(BEGIN, files={"jobs/policy.yaml": b"reviews: 0\n"})], needed=0)
    scene.records(scene.merges(12, "b"), PLAN)

    [sentence] = scene.reviewed(PLAN).agreed.values()
    assert sentence == "merged by @maria: the plan of 2026-11-28 10:02:00 UTC"


def test_with_auto_merge_the_plan_of_the_moment_when_it_was_enabled_counts():
    scene = Scene(commits=[replace(BEGIN, files={"jobs/policy.yaml": b"reviews: 0\n"})], needed=0)
    merged = scene.merges(12, "b")
    scene.records(merged, PLAN)
    scene.records(merged, a_plan(MORE), minutes=30)
    scene.facts.merge_requests[12] = TEN + timedelta(minutes=5)

    assert "its clips differ: reviewed 2, now 5" in scene.reason(a_plan(MORE), MORE)


def test_a_person_lets_through_exactly_the_plan_of_a_digest():
    scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("b"), paths=(FILE,))])

    through = ByHand(digest=PLAN.digest, who="let through by @ann for @dave")
    assert scene.reviewed(PLAN, by_hand=through).agreed == {"rally-outcome": "let through by @ann for @dave"}
    assert scene.reviewed(PLAN, by_hand=replace(through, digest=digest_of("another"))).held


def test_a_merged_file_named_by_a_digest_lets_through_exactly_its_plan():
    scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("b"), paths=(FILE,))])
    scene.merged_and_approved(PLAN, 13, "c", f"jobs/approved/{PLAN.digest}")

    assert scene.reviewed(PLAN).held == {}
    assert scene.reviewed(a_plan(MORE), MORE).held


def test_a_file_named_by_a_digest_counts_only_with_an_approval():
    scene = Scene(commits=[BEGIN, FakeCommit(sha=sha("b"), paths=(FILE,))])
    scene.records(scene.merges(13, "c", f"jobs/approved/{PLAN.digest}"), PLAN)

    assert scene.reviewed(PLAN).held


def test_a_reviewed_stop_may_be_done():
    stopped = a_declaration(state="stopped")
    plan = a_plan(stopped, observed=(an_observed_job(),))
    scene = Scene()
    scene.merged_and_approved(plan)

    assert scene.reviewed(plan, stopped).held == {}


def test_github_is_asked_once_about_each_commit():
    class Counting(FakePullRequests):
        asked = 0

        def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
            self.asked += 1
            return super().pull_requests_of(commit)

    clips = [{"objects": [f"s3://clips/{number}.mp4"]} for number in range(30)]
    many = tuple(a_declaration(name=f"job-{number}", input=one) for number, one in enumerate(clips))
    plan = a_plan(*many)
    github = Counting()
    scene = Scene(github=github)
    scene.merged_and_approved(plan, 12, "b", "jobs/sports-data")
    scene.commits[-1] = replace(scene.commits[-1], paths=tuple(declaration.path for declaration in many))

    assert scene.reviewed(plan, *many).held == {}
    assert github.asked == 1


def test_git_is_asked_once_about_each_job():
    asked = Counter[tuple[str, ...]]()

    class Counting(FakeHistory):
        def last_change(self, paths: Iterable[str]) -> str | None:
            asked[tuple(paths)] += 1
            return super().last_change(paths)

        def changes(self, paths: Iterable[str], *, since: str) -> tuple[str, ...]:
            asked[since, *paths] += 1
            return super().changes(paths, since=since)

    scene = Scene()
    scene.merges(12, "b")
    archive = replace(scene.archive(), history=Counting(*scene.commits))

    _, found = review(a_planning_result(PLAN, (a_declaration(),)), archive)

    assert found.held
    assert set(asked.values()) == {1}
