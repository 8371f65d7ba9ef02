"""The gateway, called through PyGithub, which groundctl uses."""

from __future__ import annotations

from typing import Any

import github
import pytest
from github.Auth import Token as Auth
from github.Repository import Repository

from github_emulator.actors import ACTIONS_BOT, FULL_NAME, OTHER_BOT
from github_emulator.emulator import GitHubEmulator

# PyGithub waits a quarter of a second between requests and a second between writes.
UNHURRIED: dict[str, Any] = {"seconds_between_requests": 0, "seconds_between_writes": 0}
HEAD, BASE, MERGED = "a" * 40, "b" * 40, "c" * 40


def client(emulator: GitHubEmulator, **permissions: str) -> Repository:
    """Return the repository as a workflow's token sees it."""
    rights = permissions or {"pull_requests": "write", "checks": "write", "statuses": "write", "actions": "read"}
    return as_holder_of(emulator, emulator.token(**rights).value)


def as_holder_of(emulator: GitHubEmulator, token: str) -> Repository:
    """Return the repository for a token, without retries."""
    return github.Github(base_url=emulator.url, auth=Auth(token), retry=None, **UNHURRIED).get_repo(FULL_NAME)


def an_annotation(line: int, **more: Any) -> dict[str, Any]:
    """Return an annotation."""
    return {
        "path": "jobs/a.yaml",
        "start_line": line,
        "end_line": line,
        "annotation_level": "warning",
        "message": "no",
        **more,
    }


def test_a_comment_is_written_found_and_edited(emulator: GitHubEmulator) -> None:
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    pull = client(emulator).get_pull(number)

    made = pull.create_issue_comment("first")
    made.edit("second")

    [found] = pull.get_issue_comments()
    assert (found.body, found.user.login, found.user.type) == ("second", ACTIONS_BOT, "Bot")
    assert found.html_url.endswith(f"/pull/{number}#issuecomment-{found.id}")


def test_comments_come_in_pages(emulator: GitHubEmulator) -> None:
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    for count in range(105):
        emulator.add_comment(number, f"comment {count}", login=OTHER_BOT)

    found = client(emulator).get_pull(number).get_issue_comments()

    assert [each.body for each in found] == [f"comment {count}" for count in range(105)]
    assert len(emulator.requests("issues/list-comments")) == 4  # thirty a page


def test_a_pull_request_points_to_the_given_commits(emulator: GitHubEmulator) -> None:
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE, merge_sha=MERGED)
    pull = client(emulator).get_pull(number)

    assert (pull.head.sha, pull.base.sha, pull.merge_commit_sha) == (HEAD, BASE, MERGED)
    assert (pull.merged, pull.state, pull.head.repo.full_name) == (False, "open", FULL_NAME)


def test_a_merged_pull_request_is_marked_as_merged_and_found_by_its_commit(emulator: GitHubEmulator) -> None:
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.merge_pull(number, MERGED)

    [found] = client(emulator, contents="read", pull_requests="read").get_commit(MERGED).get_pulls()
    pull = client(emulator).get_pull(number)

    assert found.number == number
    assert (pull.merged, pull.state, pull.merge_commit_sha) == (True, "closed", MERGED)


def test_a_fork_is_another_repository(emulator: GitHubEmulator) -> None:
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE, fork=True)

    pull = client(emulator).get_pull(number)

    assert pull.head.repo.full_name != pull.base.repo.full_name


def test_annotations_add_up_over_updates(emulator: GitHubEmulator) -> None:
    emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    output = {"title": "t", "summary": "s"}
    check = client(emulator).create_check_run(
        "groundctl plan", HEAD, output={**output, "annotations": [an_annotation(line) for line in range(1, 51)]}
    )
    check.edit(conclusion="failure", output={**output, "annotations": [an_annotation(51, title="the last")]})

    listed = list(client(emulator).get_check_run(check.id).get_annotations())

    assert [each.start_line for each in listed] == list(range(1, 52))
    assert listed[-1].title == "the last"
    [shown] = emulator.check_runs(HEAD)
    assert (shown["status"], shown["conclusion"]) == ("completed", "failure")


def test_more_than_fifty_annotations_are_refused(emulator: GitHubEmulator) -> None:
    emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    many = [an_annotation(line) for line in range(1, 52)]

    with pytest.raises(github.GithubException, match="No more than 50 items are allowed; 51 were supplied") as refused:
        client(emulator).create_check_run("c", HEAD, output={"title": "t", "summary": "s", "annotations": many})

    assert refused.value.status == 422
    assert [each.operation for each in emulator.take_violations()] == ["checks/create"]
