"""An input manifest beside its declaration is checked, reviewed, and bought like the declaration itself."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.local.checkout import MAX_MANIFEST, Checkout
from groundctl.app.gathering.gather import gather, gather_offline
from groundctl.app.validate import Validated, validate
from groundctl.domain.approval.release import changes_files_of, files_of
from groundctl.domain.clips.manifest_file import summary_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.differences import field_changes
from groundctl.domain.planning.plan import Create, Refused
from groundctl.domain.planning.planner import make_plan
from support.builders import POLICY, an_infrastructure, some_data
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account

LINES = b"".join(b'{"source-ref": "s3://clips/%d.mp4", "camera": "north"}\n' % number for number in (1, 2, 3))
PATH, MANIFEST = "jobs/sports-data/rally.yaml", "jobs/sports-data/lists/rallies.manifest"


class Repo:
    """A checkout with one declaration and its manifest."""

    def __init__(self, root: Path) -> None:
        self.checkout = Checkout(root)
        (root / MANIFEST).parent.mkdir(parents=True)
        (root / "jobs/policy.yaml").write_text("folders: {sports-data: {inputs: [s3://clips/], teams: [reviewers]}}\n")
        self.declares()
        self.lists(LINES)

    def declares(self, **input_: Any) -> None:
        data = some_data(name="rally", input={"manifest": "lists/rallies.manifest", **input_})
        (self.checkout.root / PATH).write_text(json.dumps(data))

    def lists(self, content: bytes) -> None:
        (self.checkout.root / MANIFEST).write_bytes(content)

    def validated(self) -> Validated:
        return validate(self.checkout)

    def declaration(self) -> Declaration:
        validated = self.validated()
        assert validated.problems == ()
        [declaration] = validated.declarations
        return declaration

    def planned(self, validated: Validated | None = None) -> Create | Refused:
        validated = validated or self.validated()
        account = an_account(FakeJobs(), FakeObjects())
        inputs = gather(validated.declarations, POLICY, account, read_manifest=validated.read_manifest)
        [change] = make_plan(inputs).changes
        assert isinstance(change, Create | Refused)
        return change


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path)


def test_a_plan_buys_the_clips_of_the_file(repo: Repo):
    repo.lists(LINES.replace(b"\n", b"\r\n") + b"\r\n")

    change = repo.planned()

    assert isinstance(change, Create)
    assert change.purchase.clips == 3
    assert change.purchase.wanted is not None
    assert change.purchase.wanted.input is not None
    assert change.purchase.wanted.input.manifest == LINES


def test_clips_of_the_file_are_selected_like_those_of_other_sources(repo: Repo):
    repo.declares(where={"camera": "north"}, match=["[12].mp4", "1.mp4"], limit=1)

    change = repo.planned()

    assert isinstance(change, Create)
    assert change.purchase.clips == 1


def test_show_knows_the_clips_offline(repo: Repo):
    validated = repo.validated()
    [declaration] = validated.declarations

    inputs = gather_offline(
        declaration,
        (),
        POLICY,
        an_infrastructure(),
        is_example=False,
        read_manifest=validated.read_manifest,
    )
    [change] = make_plan(inputs).changes

    assert isinstance(change, Create)
    assert change.purchase.clips == 3


@pytest.mark.parametrize(
    ("content", "is_same"),
    [
        (LINES.replace(b"\n", b"\r\n"), True),
        (LINES.rstrip(b"\n"), True),
        (b"\n" + LINES + b"  \n\n", True),
        (LINES.replace(b"north", b"south"), False),
        (b"".join(reversed(LINES.splitlines(keepends=True))), False),
        (LINES + LINES, False),
    ],
    ids=["Windows line ends", "no last line end", "blank lines", "a key", "another order", "twice"],
)
def test_the_content_of_the_file_belongs_to_the_declaration(repo: Repo, content: bytes, is_same: bool):
    before = repo.declaration()

    repo.lists(content)

    assert (repo.declaration().digest == before.digest) is is_same


def test_a_changed_file_is_shown_as_a_change_of_the_job_in_that_file(repo: Repo):
    before = repo.declaration().content
    repo.lists(LINES + b'{"source-ref": "s3://clips/4.mp4"}\n')

    [change] = field_changes(before, repo.declaration().content)

    assert change.field == "lists/rallies.manifest"
    assert change.before.startswith("input manifest of 3 lines, SHA-256 ")
    assert change.after.startswith("input manifest of 4 lines, SHA-256 ")
    assert change.beside is not None


def test_a_pull_request_that_changes_the_file_changes_the_job(repo: Repo):
    declaration = repo.declaration()

    assert files_of(declaration) == (PATH, MANIFEST)
    assert changes_files_of(declaration, [MANIFEST])


def test_the_content_of_the_file_is_neither_kept_nor_sent_between_processes(repo: Repo):
    repo.lists(b"".join(b'{"source-ref": "s3://clips/%d.mp4"}\n' % number for number in range(50_000)))

    assert len(pickle.dumps(repo.declaration())) < 5_000


def test_a_file_that_changes_while_the_plan_is_made_buys_nothing(repo: Repo):
    validated = repo.validated()
    repo.lists(LINES + LINES)

    change = repo.planned(validated)

    assert isinstance(change, Refused)
    assert "was changed while the plan was made" in change.reasons[0].message


def test_a_file_that_vanishes_while_the_plan_is_made_buys_nothing(repo: Repo):
    validated = repo.validated()
    (repo.checkout.root / MANIFEST).unlink()

    change = repo.planned(validated)

    assert isinstance(change, Refused)
    assert change.reasons[0].rule == "GT401"


def test_a_file_that_is_too_large_is_refused_without_being_read_to_its_end(repo: Repo):
    with (repo.checkout.root / MANIFEST).open("ab") as file:
        file.truncate(50 * MAX_MANIFEST)

    content = repo.checkout.read_manifest_beside(PATH, "lists/rallies.manifest")

    assert isinstance(content, Diagnostic)
    assert content.message == "`lists/rallies.manifest` has 1,000,000,000 bytes; at most 20,000,000 are allowed"


def test_a_link_is_no_manifest(repo: Repo):
    place = repo.checkout.root / MANIFEST
    place.unlink()
    place.symlink_to("/etc/hostname")

    assert [problem.rule for problem in repo.validated().problems] == ["GT401"]


def test_more_lines_than_a_job_takes_are_allowed_if_some_are_selected(repo: Repo):
    repo.lists(b"".join(b'{"source-ref": "s3://clips/%d.mp4"}\n' % number for number in range(100_001)))
    assert [problem.rule for problem in repo.validated().problems] == ["GT701"]

    repo.declares(sample={"count": 5})

    change = repo.planned()
    assert isinstance(change, Create)
    assert change.purchase.clips == 5


def test_a_summary_never_changes_between_versions_of_groundctl():
    # Written down from the first version: a declared job would otherwise look changed.
    digest = "000e702d18126ec53d2dc9178cd37fe1142f1dbb8e00b499709de30a371d97bd"
    assert summary_of(LINES) == f"input manifest of 3 lines, SHA-256 {digest}"
