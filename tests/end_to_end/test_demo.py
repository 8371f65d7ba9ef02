"""`groundctl demo` where there are no declarations: it plays the samples, with real Terraform and a simulated AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from groundctl.presentation.terminal.rehearsal import kept_text
from support.builders import ROOT
from support.cli import CLEAN, groundctl
from support.process_trees import descendants, wait_until

JOBS = ("rally-outcome-2026-11", "serve-call-2026-11", "dock-events-2026-11")
# Settings of a person, any of which would lead to an account, a proxy, a report or a state that is not the rehearsal's.
POISON: Mapping[str, str] = {
    "AWS_PROFILE": "somebodys-real-account",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent/token",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_SAGEMAKER": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_CA_BUNDLE": "/nonexistent/ca.pem",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "TF_DATA_DIR": "/nonexistent/data",
    "TF_WORKSPACE": "production",
    "TF_CLI_ARGS_apply": "-destroy",
    "GROUNDCTL_INFRASTRUCTURE": "/nonexistent/infrastructure.json",
    "GROUNDCTL_ENVIRONMENT": "production",
    "GROUNDCTL_APPROVE": "0" * 64,
    "GITHUB_ACTIONS": "true",
}

# What finds Terraform and its provider on this machine.
REAL = {name: value for name, value in os.environ.items() if name.startswith(("TF_CLI_CONFIG", "GROUNDCTL_TERRAFORM"))}
# Terraform that takes forever.
SLOW_TERRAFORM = """\
#!{python}
import sys, time

if sys.argv[1] == "version":
    print('{{"terraform_version": "1.12.0"}}')
elif sys.argv[1] == "apply":
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Play the samples once, in an empty folder."""
    folder = tmp_path_factory.mktemp("demo")
    ran = start_demo(folder, {**REAL, **POISON})
    said, complained = ran.communicate(timeout=300)
    assert ran.returncode == 0, said + complained
    return folder, said


def start_demo(folder: Path, settings: Mapping[str, str], *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from groundctl.cli.main import main; main()", "demo", *options],
        cwd=folder,
        env={**CLEAN, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_the_demo_runs_every_step(demo: tuple[Path, str]):
    _, said = demo

    for sentence in (
        "There are no declarations here",
        "A second terraform plan finds nothing to change",
        "3 declarations checked: no problems",
        "3 jobs: 3 created",
        "Nothing to do: every declared job exists",
        "It made 0 calls that change anything",
        "3 jobs: 3 Completed",
        "Results:",
    ):
        assert sentence in said


def test_the_demo_writes_every_file_that_it_lists(demo: tuple[Path, str]):
    folder, said = demo
    named = [line.split()[0] for line in said.split("Results:")[1].splitlines() if line.strip()]

    assert len(named) >= 6
    assert all((folder / path).is_file() for path in named), named


def test_the_demo_writes_nothing_but_its_output_folder_which_git_ignores(demo: tuple[Path, str]):
    folder, _ = demo

    assert [path.name for path in folder.iterdir()] == [".build"]
    assert (folder / ".build/demo/.gitignore").read_text() == "*\n"
    assert json.loads((folder / ".build/demo/infrastructure.json").read_bytes())["region"] == "us-east-1"


@pytest.mark.usefixtures("demo")
def test_the_demo_does_not_change_the_repository():
    status = subprocess.run(
        ["git", "status", "--porcelain", "terraform", "scripts/samples"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ".terraform" not in status.stdout
    assert "tfstate" not in status.stdout


def test_most_simulated_answers_are_correct(demo: tuple[Path, str]):
    folder, _ = demo
    truth = json.loads((ROOT / "scripts/samples/truth.json").read_bytes())

    judged = []
    for job in JOBS:
        for line in (folder / ".build/demo/results" / f"{job}.jsonl").read_text().splitlines():
            row = json.loads(line)
            judged.append(row["label"] == truth["/".join(row["source_ref"].split("/")[-2:])])

    assert len(judged) == 26
    assert sum(judged) / len(judged) >= 0.8


def test_declarations_with_errors_are_shown_as_validate_shows_them_and_nothing_is_started(tmp_path: Path):
    (tmp_path / "jobs/acme").mkdir(parents=True)
    (tmp_path / "jobs/acme/goals.yaml").write_text("name: [")

    ran = groundctl("demo", cwd=tmp_path)

    assert ran.code == 1
    assert "jobs/acme/goals.yaml:1:" in ran.out
    assert ran.err.splitlines()[0] == "groundctl: the declarations have errors, so nothing was started"
    assert "above" not in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["jobs"]


def test_a_repository_without_declarations_is_in_order(tmp_path: Path):
    (tmp_path / "jobs").mkdir()

    ran = groundctl("validate", cwd=tmp_path)

    assert (ran.code, ran.err) == (0, ""), ran


def test_an_environment_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path):
    ran = groundctl("demo", "--environment", "staging", cwd=tmp_path)

    assert ran.code == 2
    assert "there is no environment staging" in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="reads the processes from /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_demo_that_is_ended_leaves_neither_simulator_nor_terraform(number: signal.Signals, tmp_path: Path):
    terraform = tmp_path / "slow-terraform"
    terraform.write_text(SLOW_TERRAFORM.format(python=sys.executable))
    terraform.chmod(0o755)
    demo = start_demo(tmp_path, {"GROUNDCTL_TERRAFORM": str(terraform)})
    try:
        wait_until(lambda: any("slow-terraform apply" in one.command for one in descendants(demo.pid)), seconds=60)
        below = descendants(demo.pid)
        demo.send_signal(number)
        _, said = demo.communicate(timeout=90)
    finally:
        demo.kill()

    assert any("groundtruth_simulator" in one.command for one in below)
    assert (demo.returncode, "Traceback" in said) == (130, False), said
    wait_until(lambda: not any(one.is_alive for one in below))


@pytest.mark.skipif(sys.platform != "linux", reason="reads the processes from /proc")
def test_a_demo_that_is_killed_leaves_no_simulator(tmp_path: Path):
    terraform = tmp_path / "slow-terraform"
    terraform.write_text(SLOW_TERRAFORM.format(python=sys.executable))
    terraform.chmod(0o755)
    demo = start_demo(tmp_path, {"GROUNDCTL_TERRAFORM": str(terraform)})
    try:
        wait_until(lambda: any("slow-terraform apply" in one.command for one in descendants(demo.pid)), seconds=60)
        below = descendants(demo.pid)
    finally:
        demo.kill()

    try:
        [simulator] = [one for one in below if "groundtruth_simulator" in one.command]
        wait_until(lambda: not simulator.is_alive)
    finally:
        for one in below:  # nothing ends Terraform of a demo that is killed
            if one.is_alive:
                os.kill(one.number, signal.SIGKILL)


def test_with_keep_every_setting_is_printed_that_another_terminal_needs():
    lines = list(kept_text("http://127.0.0.1:1", [("AWS_DEFAULT_REGION", "eu-west-1")], ".build/demo/repository"))

    assert "  cd .build/demo/repository" in lines
    assert "  export AWS_DEFAULT_REGION=eu-west-1" in lines
