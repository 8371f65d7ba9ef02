"""Owners, dependency updates, and the threat model agree with the repository."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME, OWNER
from groundctl.presentation.repository.files import WORKFLOWS, render_workflow
from support.builders import DECLARATIONS
from workflows.reading import FOLDER, ROOT, our_files

PLATFORM = f"@{OWNER}/labeling-platform"


def owners(path: str) -> str:
    """Say who owns a path, as GitHub does: the last line that matches."""
    lines = [
        line.split() for line in (FOLDER / "CODEOWNERS").read_text().splitlines() if line and not line.startswith("#")
    ]
    return next(who for pattern, who in reversed(lines) if re.fullmatch(as_regex(pattern), path))


def as_regex(pattern: str) -> str:
    """Translate what our CODEOWNERS uses of its patterns: `*` alone, `**/`, and `*` within a name."""
    if pattern == "*":
        return ".*"
    parts = {"**/": "(?:[^/]+/)*", "*": "[^/]*"}
    return re.sub(r"\*\*/|\*|[^*]+", lambda found: parts.get(found[0], re.escape(found[0])), pattern.removeprefix("/"))


def test_a_team_owns_its_declarations_and_instructions():
    files = [path.relative_to(DECLARATIONS.root).as_posix() for path in DECLARATIONS.root.glob("jobs/*/*")]
    assert {path.rpartition(".")[2] for path in files} == {"yaml", "md", "html"}

    for path in files:
        team = path.split("/")[1]

        assert owners(path) == (f"@{OWNER}/{team}" if path.endswith((".yaml", ".md")) else PLATFORM), path


@pytest.mark.parametrize(
    "path",
    [
        "jobs/policy.yaml",
        "jobs/README.md",
        "jobs/a-new-team/job.yaml",
        "jobs/warehouse/dock-events.liquid.html",
        "jobs/warehouse/page.txt",
        ".github/workflows/plan.yml",
        ".github/CODEOWNERS",
        "scripts/groundctl/cli.py",
        "schemas/policy.schema.json",
        "terraform/main.tf",
        "requirements.lock",
        "Makefile",
    ],
)
def test_files_that_grant_permissions_are_owned_by_the_platform_team(path: str):
    assert owners(path) == PLATFORM


def updates() -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load((FOLDER / "dependabot.yml").read_text())["updates"]
    return found


def test_every_kind_of_dependency_is_watched_and_waits_a_week():
    kinds = {str(one["package-ecosystem"]) for one in updates()}

    assert kinds == {"pip", "github-actions", "terraform", "npm"}
    assert [one["cooldown"] for one in updates()] == [{"default-days": 7}] * len(kinds)


def manifests() -> Iterator[tuple[str, str]]:
    """Give each folder that is watched, with the kind of file that must be in it."""
    files = {
        "pip": "pyproject.toml",
        "github-actions": ".github/workflows/*.yml",
        "terraform": "*.tf",
        "npm": "package-lock.json",
    }
    for one in updates():
        listed = one.get("directories") or [one["directory"]]
        assert isinstance(listed, list)
        for folder in listed:
            pattern = "action.yml" if "actions/" in folder else files[str(one["package-ecosystem"])]
            yield folder, pattern


@pytest.mark.parametrize(("folder", "pattern"), list(manifests()))
def test_a_watched_folder_has_something_to_watch(folder: str, pattern: str):
    assert list(ROOT.glob(f"{folder.strip('/')}/{pattern}".removeprefix("/")))


def test_everything_installed_is_pinned_by_hash():
    scripts = {path.name: path.read_text() for path in (ROOT / "scripts").rglob("*.sh")}
    installs = {
        name: [line for line in text.splitlines() if "pip install" in line or line.startswith('"${pip[@]}"')]
        for name, text in scripts.items()
    }

    found = {name for name, lines in installs.items() if lines}
    assert found == {"setup.sh", "install_terraform.sh", "check_terraform.sh", "test_wheel.sh"}
    # The checkout itself and the wheel that was built from it are the things without a hash, and bring nothing with them.
    pinned = ("--require-hashes", "--no-deps --no-build-isolation --editable .", "--no-deps --no-index")
    lines = [line for each in installs.values() for line in each]
    assert [line for line in lines if not any(way in line for way in pinned)] == []
    for lock in ("requirements.lock", "scripts/terraform.lock.txt", "scripts/checkov.lock.txt"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text())
        named = [entry for entry in entries if "==" in entry and not entry.startswith("#")]
        assert [entry for entry in named if "--hash=sha256:" not in entry] == []


def test_the_callers_are_those_that_every_repository_gets_and_call_the_repository_that_terraform_makes_roles_for():
    """The name stands in several places; if it differs in one, AWS refuses the roles or the tests play another repository."""
    rendered = {
        f".github/workflows/{name}.yml": render_workflow(
            name, tool=FULL_NAME, ref=DEFAULT_BRANCH, branch=DEFAULT_BRANCH
        ).decode()
        for name in WORKFLOWS
    }

    assert {name: (ROOT / name).read_text() for name in rendered} == rendered
    assert all(len(text.splitlines()) <= 30 for text in rendered.values())
    [(repository, branch)] = {
        found
        for text in rendered.values()
        for found in re.findall(r"uses: (\S+)/\.github/workflows/\S+\.yml@(\S+)", text)
    }
    trusted = {
        name
        for file in (ROOT / "terraform/environments").glob("*.tfvars")
        for name in re.findall(r'\brepository\s*=\s*"(.+?)"', file.read_text())
    }

    assert (repository, branch) == (FULL_NAME, DEFAULT_BRANCH), (
        "tests/github_emulator/actors.py has the tests' repository"
    )
    assert trusted == {repository}


def test_every_variable_of_the_workflows_is_in_the_set_up_guide():
    used = {name for file in our_files() for name in re.findall(r"\bvars\.(\w+)", file.code)}

    assert used
    assert [name for name in used if name not in (FOLDER / "SETUP.md").read_text()] == []


def test_workflows_install_and_use_the_terraform_of_the_lock():
    action = yaml.safe_load((FOLDER / "actions/setup/action.yml").read_text())
    texts = [path.read_text() for path in [*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")]]
    runs = {step["run"]: step for step in action["runs"]["steps"] if "run" in step}

    # An action that downloads Terraform compares no hash of ours.
    assert not any("setup-terraform" in text for text in texts)
    assert 'make -C "$GITHUB_ACTION_PATH/../../.." setup GROUNDCTL_TERRAFORM=.venv/bin/gt-terraform' in runs
    assert any('echo "GROUNDCTL_TERRAFORM=$PWD/.venv/bin/gt-terraform" >> "$GITHUB_ENV"' in run for run in runs)


PYTHON = """\
#!/bin/sh
case "$*" in
    *pip*) echo "$@" >>"{folder}/installed" ;;
    *) exec "{python}" "$@" ;;
esac
"""


@pytest.mark.parametrize(
    ("version", "named", "installs"),
    [
        ("1.11.4", "", False),
        ("1.9.8", "", True),
        (None, "", True),
        ("1.11.4", ".venv/bin/gt-terraform", True),
        ("1.11.4", "{folder}/bin/terraform", False),
    ],
)
def test_terraform_is_installed_where_there_is_none_or_where_that_of_the_lock_is_named(
    tmp_path: Path, version: str | None, named: str, installs: bool
):
    for folder in ("scripts", ".venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts/install_terraform.sh", tmp_path / "scripts")
    programs = {".venv/bin/python": PYTHON.format(folder=tmp_path, python=sys.executable)}
    if version:
        programs["bin/terraform"] = f"""#!/bin/sh\necho '{{"terraform_version": "{version}"}}'\n"""
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    for tool in ("basename", "bash", "cat", "chmod", "dirname", "sh"):  # and no Terraform of this machine
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    chosen = {"GROUNDCTL_TERRAFORM": named.format(folder=tmp_path)} if named else {}

    ran = subprocess.run(
        [tmp_path / "scripts/install_terraform.sh"],
        env={"PATH": f"{tmp_path}/bin", **chosen},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / "installed").exists() is installs
    assert (tmp_path / ".venv/bin/gt-terraform").exists() is installs


def threats() -> list[list[str]]:
    lines = (FOLDER / "SECURITY.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| T\d", line)]


def test_every_threat_has_its_row():
    assert [row[0] for row in threats()] == [f"T{number}" for number in range(1, 36)]
    assert {len(row) for row in threats()} == {4}


@pytest.mark.parametrize("row", threats(), ids=lambda row: row[0])
def test_every_test_named_by_the_threat_model_exists(row: list[str]):
    paths = re.findall(r"`([^`]+/[^`]*)`", row[3])
    files = [path for path in paths if not path.endswith("/")]

    assert files or "not shown" in row[3]
    assert [path for path in paths if not (ROOT / path).exists()] == []
