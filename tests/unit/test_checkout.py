"""Only plain files beside a declaration are read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.yaml_loader import Link, load_document
from groundctl.errors import UsageError


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "jobs/team").mkdir(parents=True)
    (tmp_path / "jobs/team/a.yaml").write_text("name: a")
    (tmp_path / "jobs/team/a.md").write_text("# Read\r\nme")
    (tmp_path / "jobs/policy.yaml").write_text("{}")
    (tmp_path / "secret.md").write_text("secret")
    return Checkout(tmp_path)


def test_every_yaml_file_under_jobs_except_the_policy_is_a_declaration(checkout):
    assert checkout.declarations(start=checkout.root) == ("jobs/team/a.yaml",)


def test_a_text_beside_the_declaration_is_read_with_unix_line_endings(checkout):
    assert checkout.read_text_beside("jobs/team/a.yaml", "a.md") == "# Read\nme"


@pytest.mark.parametrize(
    "name", ["../../secret.md", "/etc/passwd", "~/x.md", "..\\x.md", "x\0.md", "nobody.md", ".", "", "a.md/x.md"]
)
def test_a_path_out_of_the_folder_is_refused(checkout, name):
    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", name), Diagnostic)


def test_a_link_is_refused_even_to_a_file_inside(checkout):
    (checkout.root / "jobs/team/link.md").symlink_to("a.md")

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "link.md"), Diagnostic)


def test_a_circular_link_is_refused(checkout):
    (checkout.root / "jobs/team/link.md").symlink_to("link.md")

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "link.md"), Diagnostic)


def test_a_linked_folder_is_refused(checkout):
    (checkout.root / "jobs/team/away").symlink_to(checkout.root)

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "away/secret.md"), Diagnostic)


def test_a_pipe_is_refused_and_not_read(checkout):
    os.mkfifo(checkout.root / "jobs/team/pipe.md")

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "pipe.md"), Diagnostic)


def test_a_missing_file_is_reported(checkout):
    with pytest.raises(UsageError, match=r"absent\.yaml does not exist"):
        checkout.declarations(["absent.yaml"], start=checkout.root)


@pytest.mark.parametrize("target", ["a.yaml", "../../secret.md", "nowhere"])
def test_a_declaration_that_is_a_link_is_a_problem_at_its_place_and_is_not_followed(checkout, target):
    (checkout.root / "jobs/team/link.yaml").symlink_to(target)

    assert "jobs/team/link.yaml" in checkout.declarations(start=checkout.root)
    problems = load_document("jobs/team/link.yaml", checkout.read("jobs/team/link.yaml"))
    assert not isinstance(problems, Document)
    assert [(one.path, one.line, one.rule) for one in problems] == [("jobs/team/link.yaml", 1, "GT011")]
    assert problems[0].message == f"is a link to {target}, not a file"


def test_a_declaration_that_is_given_as_a_link_is_a_problem_too(checkout):
    (checkout.root / "jobs/team/link.yaml").symlink_to("nowhere")

    assert checkout.declarations(["jobs/team/link.yaml"], start=checkout.root) == ("jobs/team/link.yaml",)


def test_a_policy_that_is_a_link_is_not_followed(checkout):
    (checkout.root / "jobs/policy.yaml").unlink()
    (checkout.root / "jobs/policy.yaml").symlink_to("nowhere")

    assert isinstance(checkout.read_policy(), Link)


def test_a_checkout_behind_a_link_is_read_normally(checkout, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "checkout"
    other.symlink_to(checkout.root)

    assert Checkout(other).declarations(start=other) == ("jobs/team/a.yaml",)
    assert Checkout(other).read("jobs/team/a.yaml") == b"name: a"


def test_dot_files_of_editors_are_not_declarations(checkout):
    (checkout.root / "jobs/team/.#a.yaml").symlink_to("somebody@desk.1234")
    (checkout.root / "jobs/team/.a.yaml").write_text("half")
    (checkout.root / "jobs/team/.history").mkdir()
    (checkout.root / "jobs/team/.history/a.yaml").write_text("old")

    assert checkout.declarations(start=checkout.root) == ("jobs/team/a.yaml",)


@pytest.mark.parametrize("name", [b"\xff.yaml", b"caf\xe9/b.yaml"])
def test_a_name_that_is_not_utf_8_is_reported_so_that_the_file_can_be_found(checkout, name):
    path = os.fsencode(checkout.root / "jobs/team") + b"/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - the name is bytes
    with open(path, "wb"):  # noqa: PTH123
        pass

    with pytest.raises(UsageError, match=r"jobs/team/.*\\x(ff|e9).* has a name that is not UTF-8"):
        checkout.declarations(start=checkout.root)


def refused(*_arguments: object, **_options: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", "jobs/team/locked")


def test_a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one(checkout, monkeypatch):
    # The tests may run as root, for whom no folder is locked.
    monkeypatch.setattr(os, "scandir", refused)

    with pytest.raises(UsageError, match="locked cannot be read: Permission denied"):
        checkout.declarations()


def test_a_text_that_cannot_be_read_is_a_problem_of_its_declaration(checkout, monkeypatch):
    monkeypatch.setattr(Path, "open", refused)

    problem = checkout.read_text_beside("jobs/team/a.yaml", "a.md")

    assert (problem.rule, problem.message) == ("GT401", "`a.md` cannot be read: Permission denied")


def test_a_file_that_vanishes_between_listing_and_reading_is_one_clear_message(checkout):
    (checkout.root / "jobs/team/a.yaml").unlink()

    with pytest.raises(UsageError, match=r"jobs/team/a.yaml cannot be read: No such file"):
        checkout.read("jobs/team/a.yaml")


def test_a_linked_folder_is_a_problem_at_its_place_and_not_passed_over(checkout, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "b.yaml").write_text("name: b")
    (checkout.root / "jobs/linked").symlink_to(elsewhere)

    assert checkout.declarations(start=checkout.root) == ("jobs/linked", "jobs/team/a.yaml")
    problems = load_document("jobs/linked", checkout.read("jobs/linked"))
    assert not isinstance(problems, Document)
    assert [problem.rule for problem in problems] == ["GT011"]


def test_a_folder_of_jobs_that_is_a_link_is_refused(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory):
    other = tmp_path_factory.mktemp("other")
    (other / "jobs").symlink_to(checkout.root / "jobs")

    with pytest.raises(UsageError, match="jobs is a link"):
        Checkout(other).declarations(start=other)
    with pytest.raises(UsageError, match="jobs is a link"):
        Checkout(other).read_policy()


# -- files that are not read -----------------------------------------------------------------------------

DECLARED = b"name: a\ntask:\n  title: x\nworkforce: {team: reviewers}\n"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("team/b.YAML", "is not read: it ends in .YAML, not in .yaml"),
        ("team/b.Yml", "is not read: it ends in .Yml, not in .yml"),
        ("team/b.yaml.txt", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/b.yaml~", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/b.yaml.bak", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/b.yml.disabled", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/#b.yaml#", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/b.yaml ", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/b.txt", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/b", "looks like a declaration and is not read: its name does not end in .yaml"),
        ("team/.b.yaml", "is not read: names that start with a dot are skipped"),
        (".drafts/b.yaml", "is not read: it is in `.drafts`, and names that start with a dot are skipped"),
        ("team/.old/2025/b.yaml", "is not read: it is in `.old`, and names that start with a dot are skipped"),
        ("b.YAML", "is not read: it ends in .YAML, not in .yaml"),
    ],
)
def test_a_file_that_looks_like_a_declaration_and_is_not_read_is_a_warning(checkout, path, reason):
    place = checkout.root / "jobs" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(DECLARED)

    [warning] = checkout.unread()

    assert f"jobs/{path}" not in checkout.declarations(start=checkout.root)
    assert (warning.path, warning.rule, warning.severity) == (f"jobs/{path}", "GT013", Severity.WARNING)
    assert warning.message == reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"name: the job\nask the team about it"),
        ("README.md", DECLARED),
        ("page.liquid.html", DECLARED),
        ("clip.mp4", b"\0" * 100),
        ("CODEOWNERS", b"* @acme/labeling\n"),
        (".a.yaml.swp", DECLARED),
        (".#a.yaml", DECLARED),
        ("._a.yaml", DECLARED),
        (".DS_Store", b""),
        (".gitkeep", b""),
        ("a.manifest", b'{"source-ref": "s3://clips/a.mp4"}\n'),
    ],
)
def test_another_file_is_no_warning(checkout, name, content):
    (checkout.root / "jobs/team" / name).write_bytes(content)

    assert list(checkout.unread()) == []


def test_declarations_in_any_folder_of_jobs_are_read_and_no_warning(checkout):
    (checkout.root / "jobs/b.yml").write_bytes(DECLARED)
    (checkout.root / "jobs/link.yaml").symlink_to("b.yml")

    assert list(checkout.unread()) == []
    assert checkout.declarations(start=checkout.root) == ("jobs/b.yml", "jobs/link.yaml", "jobs/team/a.yaml")


def test_only_the_given_folders_are_looked_at(checkout):
    (checkout.root / "jobs/b.YAML").write_bytes(DECLARED)

    assert list(checkout.unread(["jobs/team"], start=checkout.root)) == []
    assert list(checkout.unread(["jobs/team/a.yaml"], start=checkout.root)) == []


def test_pipes_and_folders_with_odd_names_are_not_read(checkout):
    os.mkfifo(checkout.root / "jobs/team/pipe")
    (checkout.root / "jobs/team/b.YAML").mkdir()

    assert list(checkout.unread()) == []


def test_many_files_that_are_not_read_are_one_warning_for_each_reason(checkout):
    for number in range(12):
        (checkout.root / f"jobs/team/old-{number:02}.yaml.bak").write_bytes(DECLARED)
    (checkout.root / "jobs/team/b.YAML").write_bytes(DECLARED)

    found = [problem for problem in validate(checkout).problems if problem.rule == "GT013"]

    assert [(problem.path, problem.message) for problem in found] == [
        ("jobs/team/b.YAML", "is not read: it ends in .YAML, not in .yaml"),
        (
            "jobs/team/old-00.yaml.bak",
            "looks like a declaration and is not read: its name does not end in .yaml; the same is true of"
            " old-01.yaml.bak, old-02.yaml.bak, old-03.yaml.bak and 8 more",
        ),
    ]
