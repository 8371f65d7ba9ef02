"""Runs that wait for a reviewer, and runs that are run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator_tests.test_called_workflows import AT_MAIN, CALLED, CALLER, called, caller
from github_emulator.actors import DEVELOPER, MAINTAINER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Runner
from github_emulator.runner.repository import Repository
from github_emulator.state import WorkflowRun

APPLY = ".github/workflows/apply.yml"
GATED = """\
name: apply
on: push
permissions: {}
jobs:
  look:
    runs-on: ubuntu-latest
    steps:
      - run: echo looked
  apply:
    needs: look
    environment: groundctl-apply
    runs-on: ubuntu-latest
    steps:
      - run: echo "applied $GITHUB_SHA"
      - run: echo again
  never:
    if: github.event_name == 'schedule'
    environment: groundctl-stop
    runs-on: ubuntu-latest
    steps:
      - run: echo stopped
"""
KEEPS = """\
name: keeps
on: push
permissions: {}
jobs:
  only:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$GITHUB_RUN_ID $GITHUB_RUN_ATTEMPT $GITHUB_SHA $GITHUB_REF" > said
      - uses: actions/upload-artifact@v4
        with: {name: said, path: said}
"""


class EmulatorWithApprovals(GitHubEmulator):
    """An emulator that keeps the approvals of runs."""

    def __init__(self) -> None:
        """Keep none yet."""
        super().__init__()
        self.approvals: list[tuple[int, str, str]] = []

    def record_approval(self, run: WorkflowRun, environment: str, login: str) -> None:
        """Keep one."""
        self.approvals.append((run.id, environment, login))


def a_runner(emulator: GitHubEmulator, folder: Path, files: dict[str, str]) -> Runner:
    """Return a runner for a repository of some files."""
    return Runner(emulator=emulator, repository=Repository.of(emulator, folder / "repository", files))


def test_an_approval_is_recorded_once_for_each_job_that_asks_for_one(tmp_path: Path) -> None:
    with EmulatorWithApprovals() as emulator:
        runner = a_runner(emulator, tmp_path, {APPLY: GATED})
        first = runner.deliver_one(runner.repository.push({"a": "1"}))
        runner.reviewers["groundctl-apply"] = DEVELOPER
        second = runner.deliver_one(runner.repository.push({"a": "2"}))
        runner.rejected.add("groundctl-apply")
        third = runner.deliver_one(runner.repository.push({"a": "3"}))

    assert emulator.approvals == [
        (first.record.id, "groundctl-apply", MAINTAINER),
        (second.record.id, "groundctl-apply", DEVELOPER),
    ]
    assert third.results == {"look": "success", "apply": "failure", "never": "skipped"}


def test_the_default_branch_can_move_on_while_a_run_waits_for_its_reviewer(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    runner = a_runner(emulator, tmp_path, {APPLY: GATED})
    event = runner.repository.push({"a": "1"})
    tips: list[str] = []

    def move_on() -> None:
        looked = [each for each in emulator.runs if each.status == "in_progress"]
        tips.append(runner.repository.commit({"a": "2"}, f"Move on past {len(looked)} run"))

    runner.while_waiting["groundctl-apply"] = move_on
    run = runner.deliver_one(event)
    later = runner.deliver_one(runner.repository.push({"a": "3"}))

    assert run.jobs["apply"].text == f"applied {event.sha}\nagain\n", run
    assert tips == [runner.repository.git("rev-parse", "main~1")]
    assert later.conclusion == "success"
    assert len(tips) == 1


def test_a_run_that_is_run_again_keeps_its_number_commit_and_ref_and_loses_its_artifacts(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    runner = a_runner(emulator, tmp_path, {".github/workflows/keeps.yml": KEEPS})
    event = runner.repository.push({"a": "1"})
    first = runner.deliver_one(event)
    [before] = emulator.artifacts(first.record.id)
    runner.repository.commit({"a": "2"}, "Move on")
    second = runner.rerun_all(first)

    [after] = emulator.artifacts(first.record.id)
    assert second.conclusion == "success", second
    assert after.id != before.id
    assert [(each.id, each.attempt, each.head_sha) for each in emulator.runs] == [(first.record.id, 2, event.sha)]


@pytest.mark.parametrize(("failed_only", "says"), [(False, "mended"), (True, "a hole")])
def test_a_rerun_of_all_jobs_takes_the_called_workflow_of_today_and_one_of_failed_jobs_that_of_then(
    emulator: GitHubEmulator, tmp_path: Path, *, failed_only: bool, says: str
) -> None:
    runner = a_runner(emulator, tmp_path, {CALLED: called("a hole"), CALLER: caller(AT_MAIN)})
    pull = runner.repository.open_pull({"a": "b"})
    first = runner.deliver_one(pull.opened())
    merge_sha = pull.merge_sha
    runner.repository.commit({CALLED: called("mended")}, "Mend")
    pull.push({CALLER: "changed later\n"})
    again = runner.rerun_failed(first) if failed_only else runner.rerun_all(first)

    assert again.text.startswith(says), again
    assert again.text.endswith(", 2\n")
    assert emulator.control_api.issuer.signed[-1]["sha"] == merge_sha
