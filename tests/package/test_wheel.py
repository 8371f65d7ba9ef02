"""The wheel works where there is no checkout: it brings its schemas, samples, and Terraform code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from groundctl.domain.adoption.repository.terraform_root import with_module_at
from support.builders import DECLARATIONS, ROOT
from support.wheel import Installed, a_newer_version
from terraform.infrastructure import QUIET, run_terraform

pytestmark = QUIET
ANSWERS = (
    "--repository", "acme/labels", "--reviewers", "@acme/labeling-platform",
    "--environment", "production.us-east-1=111122223333", "staging.eu-west-1=444455556666",
    "--team", "court-side=ann@example.com", "vendor=arn:aws:sagemaker:us-east-1:999988887777:workteam/vendor-crowd/acme",
)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(DECLARATIONS.root / "jobs", tmp_path / "jobs")
    return tmp_path


def test_it_is_imported_from_the_environment_and_not_from_the_checkout(installed: Installed, tmp_path: Path):
    ran = installed.run("python", "-c", "import groundctl; print(groundctl.__file__)", cwd=tmp_path)

    assert Path(ran.out.strip()).is_relative_to(installed.folder), ran.err


def test_it_validates_a_repository_that_has_no_schemas(installed: Installed, repository: Path):
    ran = installed.run("groundctl", "validate", cwd=repository)

    assert (ran.code, "no problems" in ran.out) == (0, True), ran


def test_it_shows_a_worker_page(installed: Installed, repository: Path):
    declaration = next(path for path in sorted((repository / "jobs").rglob("*.yaml")) if path.name != "policy.yaml")

    ran = installed.run("groundctl", "show", declaration, "--as", "page", cwd=repository)

    assert (ran.code, "<crowd-form" in ran.out) == (0, True), ran


def test_it_has_every_schema_and_all_terraform_code_and_nothing_that_was_left_behind(installed: Installed):
    [wheel] = (installed.folder.parent / "wheel").glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if "/packaged/" in name}
    ours = {
        f"groundctl/packaged/{path.relative_to(ROOT).as_posix()}"
        for folder in ("schemas", "terraform")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in {".json", ".tf", ".sql"} and not {"tests", ".terraform"} & set(path.parts)
    }

    assert ours - names == set()
    assert [name for name in names if "/.terraform/" in name or "tfstate" in name or "/tests/" in name] == []


@pytest.fixture(scope="module")
def made(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that `init` has made, with two environments, in a folder with a name that needs quotes."""
    folder = tmp_path_factory.mktemp("outside") / "my labels 'é'"
    ran = installed.run("groundctl", "init", folder, *ANSWERS, cwd=folder.parent)
    assert (ran.code, "Writes 20 files" in ran.out) == (0, True), ran
    return folder


def test_a_repository_that_init_has_made_is_valid(installed: Installed, made: Path):
    ran = installed.run("groundctl", "validate", cwd=made)

    assert (ran.code, ran.out) == (0, "1 declaration checked: no problems\n"), ran


def test_its_terraform_is_formatted_and_valid_with_the_modules_of_the_wheel(
    installed: Installed, made: Path, tmp_path: Path
):
    [packaged] = (installed.folder / "lib").glob("python*/site-packages/groundctl/packaged/terraform")
    folder = make_working_copy(made / "terraform", tmp_path / "terraform")
    root = folder / "main.tf"
    root.write_text(with_module_at(f"{packaged}//modules/environment", root.read_text()))
    stack = Stack(folder)
    stack.init()

    assert stack.validate() == ()
    assert run_terraform(folder, "fmt", "-check", "-recursive", "-diff", ".").stdout == ""


def test_its_workflows_are_workflows(made: Path):
    found = subprocess.run(
        [Path(sys.executable).with_name("actionlint"), *sorted((made / ".github/workflows").iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stdout) == (0, "")


def test_each_first_line_leads_from_its_file_to_a_schema(made: Path):
    for path in (made / "jobs").rglob("*.yaml"):
        schema = path.read_text().splitlines()[0].removeprefix("# yaml-language-server: $schema=")

        assert json.loads((path.parent / schema).read_text())["type"] == "object", path


def test_the_bucket_of_its_state_is_found(installed: Installed, made: Path):
    ran = installed.run("groundctl-bootstrap", "nowhere.us-east-1", cwd=made)

    assert (ran.code, "production.us-east-1, staging.eu-west-1" in ran.err) == (2, True), ran


def test_the_next_version_keeps_a_local_edit_and_changes_the_rest(installed: Installed, made: Path, tmp_path: Path):
    repository = shutil.copytree(made, tmp_path / "repository")
    workflow = repository / ".github/workflows/plan.yml"
    workflow.write_text(workflow.read_text().replace("permissions: {}\n", "permissions: {} # ours\n"))
    before = (repository / "jobs/policy.yaml").read_bytes()
    newer = a_newer_version(installed, tmp_path)

    checked = installed.run("python", *newer, "--check", cwd=repository)
    ran = installed.run("python", *newer, cwd=repository)
    again = installed.run("python", *newer, "--check", cwd=repository)
    older = installed.run("groundctl", "init", "--upgrade", cwd=repository)

    assert (checked.code, ran.code, again.code, older.code) == (1, 0, 0, 2), (checked, ran, again, older)
    assert "~ .github/workflows/plan.yml, with your changes" in ran.out
    assert "permissions: {} # ours" in workflow.read_text()
    pins = [path.read_text().count("v0.2.0") for path in (workflow, repository / "terraform/main.tf")]
    assert (pins, "v0.1.0" in workflow.read_text()) == ([1, 1], False)
    assert (repository / "jobs/policy.yaml").read_bytes() == before
    assert "is at 0.2.0, and 0.1.0 is older" in older.err


def test_a_conflict_is_named_with_its_line_and_is_exit_code_3(installed: Installed, made: Path, tmp_path: Path):
    repository = shutil.copytree(made, tmp_path / "repository")
    workflow = repository / ".github/workflows/plan.yml"
    workflow.write_text(workflow.read_text().replace("@v0.1.0", "@0123456789abcdef"))
    newer = a_newer_version(installed, tmp_path)

    ran = installed.run("python", *newer, cwd=repository)
    again = installed.run("python", *newer, cwd=repository)

    line = workflow.read_text().splitlines().index("<<<<<<< yours") + 1
    assert (ran.code, again.code) == (3, 3), (ran, again)
    assert f".github/workflows/plan.yml:{line}\n" in ran.out
    assert f".github/workflows/plan.yml:{line}\n" in again.out
    assert "||||||| written by 0.1.0" in workflow.read_text()
