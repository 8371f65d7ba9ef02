"""Which commit brought a file, asked of real git."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundctl.adapters.local.git import LocalGitHistory
from groundctl.errors import ExternalError

WHO = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Repository:
    """A repository to make history in."""

    root: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *WHO, *arguments], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, *paths: str) -> str:
        for path in paths:
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(file.read_text() + "more\n" if file.exists() else "first\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.git("init", "-q", "-b", "main")
    made.commit("README.md")
    return made


def test_the_newest_commit_that_changed_one_of_the_files_is_found(repository: Repository):
    history = LocalGitHistory(repository.root)
    first = repository.commit("jobs/a/one.yaml", "jobs/a/one.md")
    text = repository.commit("jobs/a/one.md")
    repository.commit("jobs/a/two.yaml")

    assert history.last_change(["jobs/a/one.yaml"]) == first
    assert history.last_change(["jobs/a/one.yaml", "jobs/a/one.md"]) == text
    assert history.last_change(["jobs/a/never.yaml"]) is None


def test_changes_in_a_merge_are_attributed_to_the_merge_commit(repository: Repository):
    repository.git("switch", "-q", "-c", "topic")
    repository.commit("jobs/a/one.yaml")
    repository.git("switch", "-q", "main")
    repository.commit("README.md")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge pull request #12", "topic")

    assert LocalGitHistory(repository.root).last_change(["jobs/a/one.yaml"]) == repository.git("rev-parse", "HEAD")


def test_a_branch_differs_in_its_own_changes_and_not_in_those_of_its_base(repository: Repository):
    repository.git("switch", "-q", "-c", "topic")
    repository.commit("jobs/a/one.yaml", "jobs/a/a b\ttab.md", "notes/é.txt")
    repository.git("switch", "-q", "main")
    base = repository.commit("terraform/main.tf")
    repository.git("switch", "-q", "topic")

    changed = LocalGitHistory(repository.root).changed_since(base)

    assert changed == ("jobs/a/a b\ttab.md", "jobs/a/one.yaml", "notes/é.txt")


def test_a_moved_file_is_listed_under_its_old_path(repository: Repository):
    base = repository.commit("jobs/a/one.yaml")
    repository.git("mv", "jobs/a/one.yaml", "one.yaml")
    repository.git("commit", "-q", "-m", "move")

    assert LocalGitHistory(repository.root).changed_since(base) == ("jobs/a/one.yaml", "one.yaml")


def test_a_missing_commit_is_reported_in_one_message(repository: Repository):
    with pytest.raises(ExternalError, match="git diff failed") as caught:
        LocalGitHistory(repository.root).changed_since("0" * 40)

    assert "fetch-depth: 0" in caught.value.hint


def test_an_option_in_place_of_a_commit_or_path_has_no_effect(repository: Repository, tmp_path: Path):
    history = LocalGitHistory(repository.root)

    with pytest.raises(ExternalError):
        history.changed_since(f"--output={tmp_path / 'written'}")
    assert history.last_change([f"--output={tmp_path / 'written'}"]) is None
    assert not list(tmp_path.glob("written*"))


@pytest.mark.parametrize("seconds", ["0", "99999999999999", "253402300800", "18446744073709551614"])
def test_any_date_that_git_takes_can_be_read(repository: Repository, seconds: str):
    repository.commit("a.txt")
    written = repository.git("cat-file", "commit", "HEAD")
    lines = [
        f"{line.rpartition('>')[0]}> {seconds} +0000" if line.startswith("committer") else line
        for line in written.splitlines()
    ]
    raw = "\n".join([*lines, ""]).encode()
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
        cwd=repository.root,
        input=raw,
        check=True,
        capture_output=True,
    )
    commit = made.stdout.decode().strip()

    assert LocalGitHistory(repository.root).committed_at(commit).tzinfo is not None


def test_a_folder_in_the_place_of_a_file_is_no_file(repository: Repository):
    commit = repository.commit("jobs/policy.yaml/notes.txt")

    assert LocalGitHistory(repository.root).read_file(commit, "jobs/policy.yaml") is None


def test_a_commit_that_the_checkout_does_not_have_is_known_as_such(repository: Repository):
    commit = repository.commit("a.txt")
    history = LocalGitHistory(repository.root)

    assert history.has(commit)
    assert not history.has("0" * 39 + "1")


def test_a_test_merge_is_compared_with_what_it_merges_into(repository: Repository):
    old = repository.commit("a.txt")
    repository.git("switch", "-q", "-c", "topic")
    head = repository.commit("ours.txt")
    repository.git("switch", "-q", "main")
    newer = repository.commit("theirs.txt")
    repository.git("merge", "-q", "--no-ff", "-m", "Test merge", "topic")
    history = LocalGitHistory(repository.root)

    assert history.base_of_merge(head) == newer
    assert history.base_of_merge(newer) is None
    assert history.changed_since(newer) == ("ours.txt",)
    assert history.changed_since(old) == ("ours.txt", "theirs.txt")
