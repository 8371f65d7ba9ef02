"""What `init` writes: each file reads well, whatever the answers; what is there stays; the lock and the base agree."""

from __future__ import annotations

from typing import Any

import pytest

from groundctl.app.adoption.set_up import SetUpPlan, plan_set_up, read_lock, write_files
from groundctl.cli.set_up.rendering import render
from groundctl.domain.adoption.repository.files import Blocked, Stay
from groundctl.domain.adoption.repository.journal import Entry, Journal, parse_journal
from groundctl.domain.adoption.repository.lock import (
    LOCK_PATH,
    Lock,
    UnfitLockError,
    base_of,
    digest_of_file,
    parse_lock,
)
from groundctl.domain.adoption.repository.terraform_root import with_module_at
from groundctl.domain.adoption.tfvars import read_tfvars
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.environments import GitHubEnvironments, check_environments, parse_environments
from groundctl.domain.declarations.yaml_loader import load_document
from groundctl.errors import UsageError
from groundctl.presentation.adoption.set_up_text import needs_attention, set_up_text
from support.builders import ROOT
from support.fake_set_up_folder import FakeSetUpFolder, Interrupted
from unit.test_init_answers import ONE, TWO, changed

ODD = changed(
    changed(TWO, "teams", "court-side", "description", to='Who "know" ${tennis} %{x}\n- and é 日本'),
    "clips",
    "s3://acme-clips/odd 'é' #1/",
    to={"environments": ["production.us-east-1"]},
)


def set_up(folder: FakeSetUpFolder, data: dict[str, Any] = ONE) -> SetUpPlan:
    lock = read_lock(folder)
    plan = plan_set_up(folder, render(folder, data, lock), lock)
    write_files(folder, plan, version="0.1.0", answers=data)
    return plan


@pytest.mark.parametrize("data", [ONE, TWO, ODD, changed(ONE, "default_branch", to="release/2.x")])
def test_every_yaml_file_is_read_as_it_was_meant(data: dict[str, Any]):
    folder = FakeSetUpFolder()
    set_up(folder, data)

    documents = {
        path: load_document(path, content)
        for path, content in folder.files.items()
        if path.endswith((".yaml", ".yml")) and not path.startswith(".groundctl/")
    }

    assert all(isinstance(document, Document) for document in documents.values()), documents
    policy = documents["jobs/policy.yaml"]
    assert isinstance(policy, Document)
    assert set(policy.data["environments"]) == set(data["environments"])
    assert [*check_environments(parse_environments(policy.data["environments"]), policy.data["folders"])] == []


def test_approvers_of_one_environment_are_asked_for_no_other_and_both_files_and_the_guide_name_them():
    folder = FakeSetUpFolder()
    set_up(folder, changed(TWO, "repository_id", to="987654321") | {"owner_id": "12345678"})
    policy = load_document("jobs/policy.yaml", folder.files["jobs/policy.yaml"])
    assert isinstance(policy, Document)

    named = {each.name: each.github for each in parse_environments(policy.data["environments"])}
    trusted: dict[str, Any] = {
        name: read_tfvars(folder.files[f"terraform/environments/{name}.tfvars"]) for name in named
    }

    assert len({name for each in named.values() for name in each.names}) == 3 * len(TWO["environments"])
    assert {
        name: GitHubEnvironments(**each["github"].get("environments", {})) for name, each in trusted.items()
    } == named
    for names in named.values():
        assert [name for name in names.names if f"`{name}`" not in folder.files["README.md"].decode()] == []


def test_no_text_of_the_answers_is_code_in_terraform():
    folder = FakeSetUpFolder()
    set_up(folder, ODD)

    settings = folder.files["terraform/environments/production.us-east-1.tfvars"].decode()

    assert '"Who \\"know\\" $${tennis} %%{x}\\n- and é 日本"' in settings


def test_a_second_run_writes_nothing_and_a_removed_file_is_written_again():
    folder = FakeSetUpFolder()
    set_up(folder)
    before = dict(folder.files)
    del folder.files["README.md"]

    again = set_up(folder)

    assert [file.path for file in again.writes] == ["README.md"]
    assert folder.files == before


def test_the_lock_has_the_digest_of_each_base_and_nothing_of_what_people_own():
    folder = FakeSetUpFolder()
    set_up(folder)

    lock = read_lock(folder)

    assert lock
    assert {path: digest_of_file(folder.files[base_of(path)]) for path in lock.files} == lock.files
    assert [path for path in lock.files if path.startswith(("jobs/", "terraform/environments/"))] == []


def test_what_is_there_stays_and_the_lines_to_add_are_named():
    folder = FakeSetUpFolder(
        files={
            ".gitignore": b"*.tfstate\r\n",
            ".github/CODEOWNERS": b"* @me\n",
            "README.md": b"Ours.",
            ".github/workflows/plan.yml": b"name: ours\n",
        }
    )
    before = dict(folder.files)

    plan = set_up(folder)
    text = set_up_text(plan.steps, folder="here", dry_run=False)

    assert {path: folder.files[path] for path in before} == before
    assert "GROUNDCTL.md" in folder.files
    assert "      .terraform/" in text.splitlines()
    assert "      *.tfstate" not in text.splitlines()
    assert ".github/workflows/plan.yml is yours, and groundctl needs a file of this name" in text
    assert needs_attention(plan.steps)
    lock = read_lock(folder)
    assert lock
    assert not {*before} & {*lock.files}


def test_what_groundctl_wrote_from_other_answers_is_for_the_upgrade_and_not_in_the_way():
    folder = FakeSetUpFolder()
    set_up(folder)
    before = dict(folder.files)

    plan = set_up(folder, changed(ONE, "tool", to={"repository": "acme/groundctl"}))
    text = set_up_text(plan.steps, folder="here", dry_run=False)

    assert {path for path in before if folder.files[path] != before[path]} == {LOCK_PATH}
    assert not needs_attention(plan.steps)
    assert "`groundctl init --upgrade` brings them here" in text
    assert {"  ~ .github/workflows/plan.yml", "  ~ terraform/main.tf"} <= {*text.splitlines()}
    assert "is yours, and groundctl needs" not in text


def test_a_repository_with_declarations_gets_no_other_one():
    folder = FakeSetUpFolder(files={"jobs/ours/one.yaml": b"name: one\n"})

    plan = set_up(folder)

    assert [file.path for file in plan.writes if file.path.startswith("jobs/")] == ["jobs/policy.yaml"]


def test_a_file_where_a_folder_is_needed_is_named():
    folder = FakeSetUpFolder(files={"jobs": b""})

    plan = plan_set_up(folder, render(folder, ONE, None), None)

    assert {step.obstacle.reason for step in plan.steps if isinstance(step, Blocked)} == {
        "jobs is a file, and a folder is needed"
    }


@pytest.mark.parametrize("changes", range(0, 30, 3))
def test_an_interrupted_run_can_be_run_again(changes: int):
    whole, folder = FakeSetUpFolder(), FakeSetUpFolder(changes_left=changes)
    set_up(whole)
    with pytest.raises(Interrupted):
        set_up(folder)
    folder.changes_left = None

    set_up(folder)

    assert folder.files == whole.files


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b'{"format_version": 2}', b"\xff", b'{"format_version": 1, "version": "x", "answers": {}, "files": {}}',
     b'{"format_version": 1, "version": "0.1.0", "answers": {}, "files": {"../x": "0"}}', b"[" * 100_000],
)  # fmt: skip
def test_a_lock_that_cannot_be_used_is_a_sentence_with_a_way_out(raw: bytes):
    folder = FakeSetUpFolder(files={LOCK_PATH: raw})

    with pytest.raises(UsageError, match=r"^\.groundctl/lock\.json ") as refused:
        read_lock(folder)

    assert "git checkout HEAD -- .groundctl" in refused.value.hint


@pytest.mark.parametrize(
    "path",
    ["jobs/policy.yaml", "Jobs/policy.yaml", "./jobs/a.yaml", "jobs//a.yaml", "terraform/environments/production.tfvars", "../x",
     ".git/hooks/pre-commit", "a/.GIT/config", "/etc/passwd", "a\\b", ""],
)  # fmt: skip
def test_no_lock_and_no_journal_makes_an_upgrade_touch_what_groundctl_does_not_write(path: str):
    files = {path: "0" * 64}
    lock = Lock(version="0.1.0", answers={}, files=files)
    journal = Journal(
        lock=Lock(version="0.1.0", answers={}, files={}), entries={path: Entry(before=None, after=b"x", base=None)}
    )

    with pytest.raises(UnfitLockError):
        parse_lock(lock.text())
    with pytest.raises(UnfitLockError):
        parse_journal(journal.text())


def test_the_root_of_terraform_is_this_repositorys_own_with_another_source():
    folder = FakeSetUpFolder()
    set_up(folder)
    source = "git::https://github.com/groundctl/groundctl.git//terraform/modules/environment?ref=v"

    written = folder.files["terraform/main.tf"].decode()

    assert f'"{source}' in written
    assert with_module_at("./modules/environment", written) == (ROOT / "terraform/main.tf").read_text()


def test_lines_of_windows_are_no_change():
    folder = FakeSetUpFolder()
    set_up(folder)
    folder.files = {path: content.replace(b"\n", b"\r\n") for path, content in folder.files.items()}

    plan = set_up(folder)

    assert [step.path for step in plan.steps if isinstance(step, Stay) and not step.is_ours] == []
