"""`groundctl init` on the command line: odd folders, odd answers, and upgrades that cannot go on."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from support.cli import Ran, groundctl

FLAGS = (
    "--repository", "acme/labels", "--reviewers", "@acme/platform", "--environment", "production.us-east-1=111122223333",
    "--team", "court-side=ann@example.com",
)  # fmt: skip
ANSWERS = """\
repository: acme/labels
environments:
  production.us-east-1: {account_id: "111122223333", region: us-east-1}
teams: {court-side: {members: [ann@example.com]}}
reviewers: ["@acme/platform"]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    ran = groundctl("init", *FLAGS, cwd=folder)
    assert ran.code == 0, ran
    return folder


@pytest.fixture
def repository(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "repository")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_a_sentence(ran: Ran) -> bool:
    return "Traceback" not in ran.err and "hint: " in ran.err


def test_flags_and_a_file_of_answers_make_the_same_files(made: Path, tmp_path: Path):
    (tmp_path / "answers.yaml").write_text(ANSWERS)

    ran = groundctl("init", "repository", "--answers", "answers.yaml", cwd=tmp_path)

    assert ran.code == 0, ran
    assert contents(tmp_path / "repository") == contents(made)


def test_a_dry_run_lists_the_files_and_writes_none(tmp_path: Path):
    ran = groundctl("init", *FLAGS, "--dry-run", cwd=tmp_path)

    assert (ran.code, "  + jobs/policy.yaml" in ran.out.splitlines(), [*tmp_path.iterdir()]) == (0, True, [])


def test_a_second_environment_adds_its_files_and_changes_no_other(repository: Path):
    before = contents(repository)

    ran = groundctl(
        "init", "--environment", "production.us-east-1=111122223333", "staging.eu-west-1=444455556666", cwd=repository
    )

    after = contents(repository)
    assert ran.code == 0, ran
    assert {path for path in after if path not in before} == {
        "terraform/environments/staging.eu-west-1.tfvars",
        "terraform/environments/staging.eu-west-1.s3.tfbackend",
    }
    assert {path for path in before if before[path] != after[path]} == {".groundctl/lock.json"}
    assert groundctl("init", "--upgrade", cwd=repository).code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ANSWERS.replace("us-east-1}", "us-west-1}"), "answers.yaml:3:62 "),
        (ANSWERS.replace('"111122223333"', "111122223333"), "environments.production.us-east-1.account_id"),
        (ANSWERS.replace("teams:", "teem:"), "teem"),
        ("repository: [1]\nreviewers: {}\n", "answers.yaml:2:12 "),
        ("", "answers.yaml"),
        ("- a\n", "answers.yaml"),
        ("a: &x 1\nb: *x\n", "answers.yaml:1:4 "),
        ("\tx: 1\n", "answers.yaml:1:1 "),
    ],
)
def test_each_fault_of_an_answers_file_is_named_with_its_place_and_nothing_is_written(
    tmp_path: Path, text: str, words: str
):
    (tmp_path / "answers.yaml").write_text(text)

    ran = groundctl("init", "--answers", "answers.yaml", cwd=tmp_path)

    assert (ran.code, is_a_sentence(ran), words in ran.out + ran.err) == (2, True, True), ran
    assert [path.name for path in tmp_path.iterdir()] == ["answers.yaml"]


@pytest.mark.parametrize("raw", [b"[1]", b"{", b"\xff\xfe", b'{"teams": 1}', b"[" * 100_000])
def test_json_that_is_no_answers_is_a_sentence(tmp_path: Path, raw: bytes):
    (tmp_path / "a.json").write_bytes(raw)

    ran = groundctl("init", "--answers", "a.json", cwd=tmp_path)

    assert (ran.code, is_a_sentence(ran)) == (2, True), ran


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--repository", "acme/labels"),
        (*FLAGS, "--environment", "production=1"),
        (*FLAGS, "--environment", "production"),
        (*FLAGS, "--clips", "acme-clips"),
        (*FLAGS, "--environment", "production.us-east-1=444455556666"),
        (*FLAGS, "--team", "court-side=bo@example.com"),
        (*FLAGS, "--region", "eu-west-1"),
        ("--upgrade", "--region", "eu-west-1"),
        ("--repository", "acme/labels", "--reviewers", "@acme/platform", "--environment", "production.us-east-1=111122223333",
         "staging.eu-west-1=111122223333", "--team", "a=arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/a"),
        (*FLAGS, "--check"),
        (*FLAGS, "--to", "0.2.0"),
        ("--upgrade", *FLAGS),
        ("--upgrade",),
        ("--answers", "nowhere.yaml"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_wrong_usage_with_a_way_out(tmp_path: Path, flags: tuple[str, ...]):
    ran = groundctl("init", *flags, cwd=tmp_path)

    assert (ran.code, is_a_sentence(ran), [*tmp_path.iterdir()]) == (2, True, []), ran


def test_a_folder_of_a_repository_that_is_set_up_is_refused_and_one_of_its_own_is_not(repository: Path):
    before = contents(repository)

    ran = groundctl("init", *FLAGS, cwd=repository / "jobs")

    assert (ran.code, f"inside of {repository}, which is set up already" in ran.err) == (2, True), ran
    assert contents(repository) == before
    (repository / "own/.git").mkdir(parents=True)
    assert groundctl("init", "own", *FLAGS, cwd=repository).code == 0


def test_a_part_of_a_git_repository_is_said_to_run_no_workflows(tmp_path: Path):
    (tmp_path / ".git").mkdir()

    ran = groundctl("init", "part", *FLAGS, cwd=tmp_path)

    assert (ran.code, f"inside of the Git repository {tmp_path}: GitHub reads" in ran.out) == (0, True), ran


@pytest.mark.parametrize(
    ("folder", "words"),
    [("lost", "lost is a link that leads nowhere"), ("lost/x", "is a link that leads nowhere"), ("x" * 300, "File name too long"),
     ("file", "file is a file"), ("file/x", "file is a file")],
)  # fmt: skip
def test_a_folder_that_cannot_be_one_is_named_with_a_hint_of_its_own(tmp_path: Path, folder: str, words: str):
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "file").touch()

    ran = groundctl("init", folder, *FLAGS, cwd=tmp_path)

    assert (ran.code, is_a_sentence(ran), words in ran.err, "git checkout" in ran.err) == (2, True, True, False), ran


def a_file_for_a_folder(folder: Path) -> None:
    (folder / "jobs").write_text("")


def a_link_out(folder: Path) -> None:
    (folder / ".github").symlink_to("/tmp")


def a_folder_for_a_file(folder: Path) -> None:
    (folder / "terraform/main.tf").mkdir(parents=True)


@pytest.mark.parametrize("make", [a_file_for_a_folder, a_link_out, a_folder_for_a_file])
def test_what_is_in_the_way_is_named_and_nothing_is_written(tmp_path: Path, make: object):
    assert callable(make)
    make(tmp_path)
    before = contents(tmp_path)

    ran = groundctl("init", *FLAGS, cwd=tmp_path)

    assert (ran.code, "Nothing was written." in ran.out, ran.err) == (1, True, ""), ran
    assert contents(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_named(tmp_path: Path):
    tmp_path.chmod(0o555)

    ran = groundctl("init", *FLAGS, cwd=tmp_path)

    assert (ran.code, "cannot be written to" in ran.out) == (1, True), ran


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        (".groundctl/lock.json", b"", "is not JSON"),
        (".groundctl/lock.json", None, "there is no .groundctl/lock.json here"),
        (".groundctl/base/terraform/main.tf", None, "is missing, so your changes of terraform/main.tf"),
        (".groundctl/base/terraform/main.tf", b"other", "is not what the lock says"),
        (".groundctl/upgrade.json", b"{}", "is no journal of an upgrade"),
    ],
)
def test_a_lock_or_base_that_cannot_be_used_stops_an_upgrade_with_a_way_out(
    repository: Path, path: str, content: bytes | None, words: str
):
    place = repository / path
    if content is None:
        place.unlink()
    else:
        place.write_bytes(content)
    before = contents(repository)

    ran = groundctl("init", "--upgrade", cwd=repository)

    said = ran.out + ran.err
    assert (ran.code, words in said, "Git" in said, "Traceback" in said) == (2, True, True, False), ran
    assert contents(repository) == before


@pytest.mark.parametrize(
    ("to", "words"), [("9.9.9", "install groundctl 9.9.9"), ("0.0.1", "does not go back"), ("next", "is no version")]
)
def test_another_version_than_this_one_is_refused(repository: Path, to: str, words: str):
    ran = groundctl("init", "--upgrade", "--to", to, cwd=repository)

    assert (ran.code, words in ran.err) == (2, True), ran


@pytest.mark.parametrize(
    ("version", "words"), [("9.9.9", "install groundctl 9.9.9"), ("0.0.1", "`groundctl init --upgrade` first")]
)
def test_no_file_of_another_version_comes_beside_those_that_are_there(repository: Path, version: str, words: str):
    lock = repository / ".groundctl/lock.json"
    lock.write_text(json.dumps(json.loads(lock.read_text()) | {"version": version}))
    before = contents(repository)
    both = ("production.us-east-1=111122223333", "staging.eu-west-1=444455556666")

    ran = groundctl("init", "--environment", *both, cwd=repository)

    assert (ran.code, words in ran.err) == (2, True), ran
    assert contents(repository) == before
    assert groundctl("init", cwd=repository).code == 0


def test_answers_in_a_lock_that_were_changed_by_hand_are_checked(repository: Path):
    lock = repository / ".groundctl/lock.json"
    data = json.loads(lock.read_text())
    data["answers"]["environments"]["production.us-east-1"]["region"] = "moon-1"
    lock.write_text(json.dumps(data))

    ran = groundctl("init", "--upgrade", cwd=repository)

    assert (ran.code, "environments.production.us-east-1.region" in ran.out) == (2, True), ran
