"""Reviews, environments, rules, branches, and the pull requests of a commit, as GitHub's documentation has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import github
import pytest
from github.Auth import Token as Auth
from github.Repository import Repository as ApiRepository

from github_emulator.actors import DEVELOPER, FULL_NAME, MAINTAINER, OTHER_BOT, READER, REVIEWER, SECOND_REVIEWER
from github_emulator.approvals import RefusedError, careful_rules
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.repository import Repository

HEAD, BASE, MERGED = "a" * 40, "b" * 40, "c" * 40
TEN = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def number(emulator: GitHubEmulator) -> int:
    """Open a pull request by a developer."""
    return emulator.open_pull(head_sha=HEAD, base_sha=BASE)


def client(emulator: GitHubEmulator) -> ApiRepository:
    """Return the repository as a workflow's token sees it."""
    token = emulator.token(contents="read", pull_requests="read", actions="read").value
    return github.Github(
        base_url=emulator.url, auth=Auth(token), retry=None, seconds_between_requests=0, seconds_between_writes=0
    ).get_repo(FULL_NAME)


def read(emulator: GitHubEmulator, path: str) -> Any:
    """Read an address below the repository that PyGithub has no call for."""
    repository = client(emulator)
    return repository.requester.requestJsonAndCheck("GET", f"{repository.url}/{path}")[1]


# Reviews


@pytest.mark.parametrize("state", ["APPROVED", "CHANGES_REQUESTED"])
def test_an_author_can_only_comment_on_the_own_pull_request(emulator: GitHubEmulator, number: int, state: str) -> None:
    emulator.review(number, DEVELOPER, "COMMENTED")

    with pytest.raises(RefusedError, match="your own pull request"):
        emulator.review(number, DEVELOPER, state)

    assert [each.state for each in client(emulator).get_pull(number).get_reviews()] == ["COMMENTED"]


def test_a_review_is_of_the_head_commit_unless_another_one_is_given(emulator: GitHubEmulator, number: int) -> None:
    emulator.review(number, REVIEWER)
    emulator.review(number, SECOND_REVIEWER, commit=BASE)
    emulator.move_pull(number, head_sha=MERGED)

    assert [each.commit_id for each in client(emulator).get_pull(number).get_reviews()] == [HEAD, BASE]


def test_a_dismissal_changes_the_state_and_keeps_the_time(emulator: GitHubEmulator, number: int) -> None:
    review = emulator.review(number, REVIEWER, at=TEN)
    emulator.dismiss(number, review)

    [found] = client(emulator).get_pull(number).get_reviews()
    assert (found.state, found.submitted_at) == ("DISMISSED", TEN)
    with pytest.raises(RefusedError, match="Can not dismiss a dismissed"):
        emulator.dismiss(number, review)


def test_asking_for_a_review_again_changes_no_review(emulator: GitHubEmulator, number: int) -> None:
    emulator.review(number, REVIEWER, at=TEN)
    emulator.request_review(number, REVIEWER)

    [found] = client(emulator).get_pull(number).get_reviews()
    assert (found.state, found.submitted_at) == ("APPROVED", TEN)


def test_a_reader_and_a_bot_can_approve_and_only_writers_count_for_the_rules(
    emulator: GitHubEmulator, number: int
) -> None:
    emulator.set_branch_rules(careful_rules())
    emulator.review(number, READER)
    emulator.review(number, OTHER_BOT)

    found = list(client(emulator).get_pull(number).get_reviews())
    assert [(each.user.login, each.user.type, each.state) for each in found] == [
        (READER, "User", "APPROVED"),
        (OTHER_BOT, "Bot", "APPROVED"),
    ]
    assert not emulator.may_merge(number)
    emulator.review(number, REVIEWER)
    assert emulator.may_merge(number)
    emulator.review(number, REVIEWER, "CHANGES_REQUESTED")
    assert not emulator.may_merge(number)


def test_a_push_dismisses_approvals_where_the_rules_ask_for_it(emulator: GitHubEmulator, number: int) -> None:
    emulator.review(number, REVIEWER)
    emulator.move_pull(number, head_sha=MERGED)
    assert [each.state for each in client(emulator).get_pull(number).get_reviews()] == ["APPROVED"]

    emulator.set_branch_rules(careful_rules())
    emulator.move_pull(number, head_sha=HEAD)
    assert [each.state for each in client(emulator).get_pull(number).get_reviews()] == ["DISMISSED"]


def test_a_pull_request_can_be_reviewed_after_its_merge(emulator: GitHubEmulator, number: int) -> None:
    emulator.merge_pull(number, MERGED, at=TEN)
    emulator.review(number, REVIEWER, at=TEN + timedelta(minutes=1))

    pull = client(emulator).get_pull(number)
    [found] = pull.get_reviews()
    assert pull.merged_at
    assert found.submitted_at > pull.merged_at


def test_the_timeline_has_commits_reviews_and_how_the_merge_was_asked_for(
    emulator: GitHubEmulator, number: int
) -> None:
    emulator.request_review(number, REVIEWER, at=TEN)
    review = emulator.review(number, REVIEWER, at=TEN + timedelta(minutes=1))
    emulator.enable_auto_merge(number, REVIEWER, at=TEN + timedelta(minutes=2))
    assert emulator.pull(number)["auto_merge"]["enabled_by"]["login"] == REVIEWER
    emulator.disable_auto_merge(number, at=TEN + timedelta(minutes=3))
    emulator.dismiss(number, review, at=TEN + timedelta(minutes=4))
    emulator.enable_auto_merge(number, method="rebase", at=TEN + timedelta(minutes=5))
    emulator.merge_pull(number, MERGED, at=TEN + timedelta(minutes=6))

    events = [each["event"] for each in read(emulator, f"issues/{number}/timeline")]

    assert events == [
        "committed",
        "review_requested",
        "reviewed",
        "auto_squash_enabled",
        "auto_merge_disabled",
        "review_dismissed",
        "auto_rebase_enabled",
        "merged",
        "closed",
    ]
    assert emulator.pull(number)["auto_merge"] is None


def test_times_come_from_the_clock_that_a_test_gives(emulator: GitHubEmulator, number: int) -> None:
    emulator.use_clock(lambda: TEN)
    emulator.review(number, REVIEWER)
    emulator.merge_pull(number, MERGED)

    pull = client(emulator).get_pull(number)
    assert (pull.merged_at, [each.submitted_at for each in pull.get_reviews()]) == (TEN, [TEN])


# Permissions, rules and environments


def test_a_custom_role_has_the_permission_that_it_is_based_on(emulator: GitHubEmulator) -> None:
    emulator.set_permission(READER, "labeler:write")

    repository = client(emulator)
    assert repository.get_collaborator_permission(READER) == "write"
    assert repository.get_collaborator_role_name(READER) == "labeler"
    with pytest.raises(LookupError):
        emulator.set_permission("who", "read")


def test_the_rules_of_a_branch_are_those_that_were_set(emulator: GitHubEmulator) -> None:
    assert read(emulator, "rules/branches/main") == []

    emulator.set_branch_rules(careful_rules())
    [rule] = read(emulator, "rules/branches/main")
    assert rule["parameters"] == careful_rules()

    emulator.set_branch_rules(None)
    assert read(emulator, "rules/branches/main") == []


@pytest.mark.parametrize("name", ["groundctl-apply", "groundctl-stop", "groundctl-terraform"])
def test_the_environments_of_the_workflows_are_protected_at_the_start(emulator: GitHubEmulator, name: str) -> None:
    environment = read(emulator, f"environments/{name}")
    [reviewers, _] = environment["protection_rules"]
    policies = read(emulator, f"environments/{name}/deployment-branch-policies")

    assert [each["reviewer"]["login"] for each in reviewers["reviewers"]] == [REVIEWER, SECOND_REVIEWER]
    assert (reviewers["prevent_self_review"], environment["can_admins_bypass"]) == (True, False)
    assert [(each["name"], each["type"]) for each in policies["branch_policies"]] == [("main", "branch")]


def test_an_environment_is_made_on_first_use_without_protection(emulator: GitHubEmulator) -> None:
    emulator.delete_environment("groundctl-apply")
    with pytest.raises(github.UnknownObjectException):
        read(emulator, "environments/groundctl-apply")

    emulator.enter_environment("groundctl-apply")

    environment = read(emulator, "environments/groundctl-apply")
    assert (environment["protection_rules"], environment["deployment_branch_policy"]) == ([], None)
    assert environment["can_admins_bypass"] is True
    # Entering an environment that is there changes nothing.
    emulator.enter_environment("Groundctl-Stop")
    assert read(emulator, "environments/groundctl-stop")["protection_rules"]


def test_only_protected_branches_is_another_policy_than_a_custom_one(emulator: GitHubEmulator) -> None:
    emulator.protect_environment("groundctl-apply", branches=None, protected_branches=True)

    policy = read(emulator, "environments/groundctl-apply")["deployment_branch_policy"]
    assert policy == {"protected_branches": True, "custom_branch_policies": False}


def test_who_started_a_run_may_not_approve_it_where_that_is_prevented(emulator: GitHubEmulator) -> None:
    run = emulator.add_run(path=".github/workflows/apply.yml", event="push", head_sha=MERGED, actor=REVIEWER)

    assert not emulator.may_approve(run, "groundctl-apply", REVIEWER)
    assert emulator.may_approve(run, "groundctl-apply", SECOND_REVIEWER)
    assert not emulator.may_approve(run, "groundctl-apply", READER)
    emulator.protect_environment("groundctl-apply", prevent_self_review=False)
    assert emulator.may_approve(run, "groundctl-apply", REVIEWER)


def test_the_approvals_of_a_run_are_listed_and_an_open_environment_has_none(emulator: GitHubEmulator) -> None:
    run = emulator.add_run(path=".github/workflows/apply.yml", event="push", head_sha=MERGED)
    emulator.record_approval(run, "groundctl-apply", REVIEWER, approved=False, comment="too many")
    emulator.record_approval(run, "playground", REVIEWER)

    [found] = read(emulator, f"actions/runs/{run.id}/approvals")
    assert (found["state"], found["user"]["login"], found["comment"]) == ("rejected", REVIEWER, "too many")
    assert [each["name"] for each in found["environments"]] == ["groundctl-apply"]


# Branches, trees and comparisons


@pytest.fixture
def repository(emulator: GitHubEmulator, tmp_path: Path) -> Repository:
    """Create a git repository with two files."""
    return Repository.of(emulator, tmp_path / "repository", {"jobs/a.yaml": "name: a\n", "README.md": "hello\n"})


def test_the_tip_is_that_of_the_git_repository(emulator: GitHubEmulator, repository: Repository) -> None:
    assert client(emulator).get_git_ref("heads/main").object.sha == repository.head

    repository.push({"jobs/b.yaml": "name: b\n"})
    assert client(emulator).get_git_ref("heads/main").object.sha == repository.head

    # A push past the emulator is seen as well.
    pushed = repository.git("commit-tree", "-m", "outside", "HEAD^{tree}", "-p", "HEAD")
    repository.git("push", "--quiet", str(repository.origin), f"{pushed}:refs/heads/main")
    assert client(emulator).get_git_ref("heads/main").object.sha == pushed
    assert client(emulator).compare(repository.head, pushed).status == "ahead"


def test_only_the_exact_ref_is_found(emulator: GitHubEmulator, repository: Repository) -> None:
    repository.git("push", "--quiet", str(repository.origin), f"{repository.head}:refs/heads/release/one")
    repository.git("push", "--quiet", str(repository.origin), f"{repository.head}:refs/tags/main")

    assert client(emulator).get_git_ref("heads/release/one").object.sha == repository.head
    assert read(emulator, "git/ref/tags/main")["ref"] == "refs/tags/main"
    for name in ("heads/release", "heads/mai", "heads/main2"):
        with pytest.raises(github.UnknownObjectException):
            read(emulator, f"git/ref/{name}")


def test_the_tree_of_a_commit_is_that_of_git(emulator: GitHubEmulator, repository: Repository) -> None:
    found = client(emulator).get_git_tree(repository.head).tree

    assert {each.path: each.type for each in found} == {"README.md": "blob", "jobs": "tree"}
    assert {each.path: each.sha for each in found} == {
        name: repository.git("rev-parse", f"HEAD:{name}") for name in ("README.md", "jobs")
    }
    with pytest.raises(github.UnknownObjectException):
        read(emulator, f"git/trees/{'f' * 40}")


def test_a_comparison_has_the_state_that_git_has(emulator: GitHubEmulator, repository: Repository) -> None:
    first = repository.head
    repository.push({"jobs/b.yaml": "name: b\n"})
    second = repository.head
    pull = repository.open_pull({"jobs/c.yaml": "name: c\n"})
    repository.push({"jobs/d.yaml": "name: d\n"})
    api = client(emulator)

    assert api.compare(first, second).status == "ahead"
    assert api.compare(second, first).status == "behind"
    assert api.compare(first, first).status == "identical"
    diverged = api.compare(repository.head, pull.head_sha)
    assert (diverged.status, diverged.ahead_by, diverged.behind_by) == ("diverged", 1, 1)
    assert diverged.merge_base_commit.sha == second
    with pytest.raises(github.UnknownObjectException):
        assert api.compare(first, "f" * 40).status


def test_the_merge_base_is_the_best_common_ancestor(emulator: GitHubEmulator, repository: Repository) -> None:
    pull = repository.open_pull({"jobs/b.yaml": "name: b\n"})
    pull.push({"jobs/c.yaml": "name: c\n"})
    first, second = emulator.state.pulls[pull.number].commits
    merged = pull.merge("merge")

    for commit in (first, second):
        compared = client(emulator).compare(commit, merged.sha)
        assert (compared.status, compared.merge_base_commit.sha) == ("ahead", commit)


def test_a_history_that_was_rewritten_has_diverged(emulator: GitHubEmulator, repository: Repository) -> None:
    repository.push({"jobs/b.yaml": "name: b\n"})
    before = repository.head
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    rewritten = repository.commit({"jobs/c.yaml": "name: c\n"}, "Another past")

    assert client(emulator).compare(before, rewritten).status == "diverged"


# The pull requests of a commit


def of_commit(emulator: GitHubEmulator, sha: str) -> list[int]:
    """Return the numbers of a commit's pull requests."""
    return [each["number"] for each in read(emulator, f"commits/{sha}/pulls")]


def test_a_commit_of_main_names_the_merged_pull_request_and_not_open_ones_that_hold_it(
    emulator: GitHubEmulator, repository: Repository
) -> None:
    below = repository.open_pull({"jobs/b.yaml": "name: b\n"}, branch="below")
    above = emulator.open_pull(
        head_sha=MERGED, base_sha=repository.head, commits=(below.head_sha, MERGED), branch="above"
    )
    assert of_commit(emulator, below.head_sha) == [below.number, above]

    merged = below.merge("merge")

    assert of_commit(emulator, merged.sha) == [below.number]
    assert of_commit(emulator, below.head_sha) == [below.number]


def test_a_commit_that_was_squashed_away_names_merged_and_open_pull_requests(
    emulator: GitHubEmulator, repository: Repository
) -> None:
    below = repository.open_pull({"jobs/b.yaml": "name: b\n"}, branch="below")
    above = emulator.open_pull(
        head_sha=MERGED, base_sha=repository.head, commits=(below.head_sha, MERGED), branch="above"
    )
    merged = below.merge("squash")

    assert of_commit(emulator, merged.sha) == [below.number]
    assert of_commit(emulator, below.head_sha) == [below.number, above]
    emulator.close_pull(above)
    assert of_commit(emulator, below.head_sha) == [below.number]


def test_every_rebased_commit_names_its_pull_request(emulator: GitHubEmulator) -> None:
    first, second = "1" * 40, "2" * 40
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE, commits=("d" * 40, HEAD))
    emulator.merge_pull(number, second, rebased=(first, second), by=REVIEWER)

    assert of_commit(emulator, first) == of_commit(emulator, second) == [number]
    pull = client(emulator).get_pull(number)
    assert (pull.merge_commit_sha, pull.commits, pull.merged_by.login) == (second, 2, REVIEWER)


def test_a_direct_push_has_no_pull_request(emulator: GitHubEmulator, repository: Repository) -> None:
    repository.push({"jobs/b.yaml": "name: b\n"})

    assert of_commit(emulator, repository.head) == []


def test_github_names_a_pull_request_late(emulator: GitHubEmulator, number: int) -> None:
    emulator.merge_pull(number, MERGED)
    emulator.name_pull_requests_late(lookups=2)

    assert [of_commit(emulator, MERGED) for _ in range(3)] == [[], [], [number]]


def test_a_list_has_fewer_members_than_a_pull_request(emulator: GitHubEmulator, number: int) -> None:
    emulator.merge_pull(number, MERGED, by=MAINTAINER)

    [listed] = read(emulator, f"commits/{MERGED}/pulls")
    assert not {"commits", "merged_by", "merged"} & listed.keys()
