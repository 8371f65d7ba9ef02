"""A declaration is copied for a new job: the name and the texts are new, comments stay, the import does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundctl.adapters.local.checkout import Checkout
from groundctl.adapters.local.new_files import LocalNewFiles
from groundctl.app.adoption.clone import ClonedFile, clone_declaration
from groundctl.app.validate import validate
from groundctl.domain.adoption.existing_job import ImportedFile
from groundctl.errors import UsageError
from groundctl.presentation.adoption.clone_text import cloned_text
from support.builders import write_open_policy
from support.importing import imported

OWN = """\
# yaml-language-server: $schema=../../schemas/labeling-job.schema.json
# our pilot
name: pilot          # used up

owner: "tennis"  # the desk
task:
  title: pilot or not?
  description: See pilot.
  labels: [yes it is, no it is not]
  instructions: {short: pilot-short.md, full: 'rules.md'}  # both are read
input:
  prefix: s3://clips/pilot/
workforce: {team: reviewers, workers_per_object: 3, task_time_limit: 10m}
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    write_open_policy(tmp_path)
    folder = tmp_path / "jobs/sports-data"
    folder.mkdir()
    (folder / "pilot.yaml").write_text(OWN)
    (folder / "pilot-short.md").write_text("Look.\n")
    (folder / "rules.md").write_text("Rules.\n")
    monkeypatch.chdir(tmp_path)
    return Checkout(tmp_path)


def copy(checkout: Checkout, source: str, new: str, schema: str | None = None) -> ClonedFile:
    return clone_declaration(source, new, checkout, LocalNewFiles(checkout.root), schema)


@pytest.mark.parametrize("source", ["Pilot", "jobs/sports-data/pilot.yaml"])
def test_the_name_and_the_texts_are_new_and_the_rest_stays(checkout: Checkout, source: str):
    made = copy(checkout, source, "season")

    text = checkout.read("jobs/sports-data/season.yaml").decode()
    assert made.path == "jobs/sports-data/season.yaml"
    assert made.files == ("jobs/sports-data/season-short.md", "jobs/sports-data/season-rules.md")
    assert "name: season          # used up\n" in text
    assert "instructions: {short: season-short.md, full: 'season-rules.md'}  # both are read\n" in text
    assert "  title: pilot or not?\n" in text
    assert "  prefix: s3://clips/pilot/\n" in text
    assert "# our pilot\n" in text
    assert text.startswith("# Copied from pilot.")
    assert checkout.read("jobs/sports-data/season-short.md") == b"Look.\n"
    assert validate(checkout, ["jobs/sports-data/season.yaml"]).problems == ()


def test_a_copy_in_another_folder_has_the_editors_line_for_there(checkout: Checkout):
    made = copy(checkout, "pilot", "jobs/a/b/season.yaml", schema=".groundctl/schema.json")

    text = checkout.read(made.path).decode()
    assert text.startswith("# yaml-language-server: $schema=../../../.groundctl/schema.json\n# Copied from pilot.")
    assert checkout.read("jobs/a/b/season-short.md") == b"Look.\n"


def test_what_was_imported_becomes_a_file_for_a_new_job(checkout: Checkout):
    file = imported(folder="jobs/imported")
    assert isinstance(file, ImportedFile)
    new = LocalNewFiles(checkout.root)
    for path, content in {**file.texts, file.path: file.content}.items():
        new.add(path, content)

    made = copy(checkout, "rally-outcome", "season")

    text = checkout.read(made.path).decode()
    assert made.files == ("jobs/imported/season.html",)
    assert "imported:" not in text
    assert "This job was made elsewhere" not in text
    assert "AWS has these values" not in text
    assert "#   " not in text
    assert "\n\n\n" not in text
    # The page of the old job is judged now: workers of a new one would see it.
    assert {problem.path for problem in validate(checkout, [made.path]).problems} >= {"jobs/imported/season.html"}


@pytest.mark.parametrize(
    ("source", "new", "message"),
    [
        ("another", "season", "no file here declares another"),
        ("pilot", "PILOT", "jobs/sports-data/pilot.yaml declares PILOT"),
        ("pilot", "a_b", "a_b is not a valid job name"),
        ("pilot", "elsewhere/season.yaml", "elsewhere/season.yaml is not in jobs/"),
        ("pilot", "jobs/../season.yaml", "jobs/../season.yaml is not in jobs/"),
        ("pilot", "season.yaml", "season.yaml is not in jobs/"),
        ("pilot", "jobs/policy.yaml", "jobs/policy.yaml is the policy"),
        ("pilot", "jobs/.old/season.yaml", "would not be read: names that start with a dot"),
        ("pilot", "jobs/sports-data/season.yml", "does not end in .yaml"),
        ("pilot", "jobs/sports-data/pilot.yaml", "jobs/sports-data/pilot.yaml is there already"),
    ],
)
def test_what_cannot_be_copied_is_said(checkout: Checkout, source: str, new: str, message: str):
    with pytest.raises(UsageError, match=message):
        copy(checkout, source, new)


def test_no_file_is_overwritten(checkout: Checkout):
    taken = checkout.root / "jobs/sports-data/Season-short.md"
    taken.write_text("another")

    with pytest.raises(UsageError, match=r"jobs/sports-data/season-short[.]md is there already"):
        copy(checkout, "pilot", "season")
    assert taken.read_text() == "another"
    assert not (checkout.root / "jobs/sports-data/season.yaml").exists()


def test_a_file_with_problems_is_not_copied(checkout: Checkout):
    (checkout.root / "jobs/sports-data/pilot.yaml").write_text("name: pilot\n")

    with pytest.raises(UsageError, match="has problems"):
        copy(checkout, "pilot", "season")


ENVIRONMENTS = """
environments:
  staging: {account_id: "123456789012", region: us-east-1, folders: [sports-data]}
  production: {account_id: "210987654321", region: us-east-1}
"""


def test_a_trial_is_copied_under_its_own_name_for_another_environment(checkout: Checkout):
    with (checkout.root / "jobs/policy.yaml").open("a") as policy:
        policy.write(ENVIRONMENTS)

    made = copy(checkout, "pilot", "jobs/production/pilot.yaml")

    assert made.files == ("jobs/production/pilot-short.md", "jobs/production/pilot-rules.md")
    assert "name: pilot          # used up\n" in checkout.read(made.path).decode()
    with pytest.raises(UsageError, match=r"jobs/production/pilot[.]yaml declares pilot"):
        copy(checkout, "jobs/sports-data/pilot.yaml", "jobs/more/pilot.yaml")
    with pytest.raises(UsageError, match=r"declared in jobs/production/pilot[.]yaml, jobs/sports-data"):
        copy(checkout, "pilot", "season")


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("name: pilot ", r'name: "pil\x6ft" '),
        OWN.replace("pilot-short.md", r'"pilot-sh\u006frt.md"'),
    ],
)
def test_a_copy_that_would_say_something_else_is_not_written(checkout: Checkout, text: str):
    (checkout.root / "jobs/sports-data/pilot.yaml").write_text(text)

    with pytest.raises(UsageError, match="cannot be copied as it is written"):
        copy(checkout, "pilot", "season")
    assert not list(checkout.root.rglob("season*"))


def test_the_terminal_says_what_to_change(checkout: Checkout):
    made = copy(checkout, "pilot", "season")

    text = cloned_text(made.path, made.files, made.hints)

    assert "`from_job: pilot`" in text
    assert max(map(len, text.splitlines())) <= 80
