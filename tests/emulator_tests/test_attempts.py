"""Runs that wait for a reviewer, and runs that are run again."""

from __future__ import annotations

from pathlib import Path

from emulator_tests.calling import AT_MAIN, CALLED, CALLER, called, caller
from github_emulator.actors import MAINTAINER, REVIEWER, SECOND_REVIEWER, STRANGER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Runner
from github_emulator.runner.repository import Repository

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


def a_runner(emulator: GitHubEmulator, folder: Path, files: dict[str, str]) -> Runner:
    """Return a runner for a repository of some files."""
    return Runner(emulator=emulator, repository=Repository.of(emulator, folder / "repository", files))


def test_a_review_is_recorded_once_for_each_job_that_asks_for_one(emulator: GitHubEmulator, tmp_path: Path) -> None:
    runner = a_runner(emulator, tmp_path, {APPLY: GATED})
    first = runner.deliver_one(runner.repository.push({"a": "1"}))
    runner.reviewers["groundctl-apply"] = SECOND_REVIEWER
    second = runner.deliver_one(runner.repository.push({"a": "2"}))
    runner.rejected.add("groundctl-apply")
    third = runner.deliver_one(runner.repository.push({"a": "3"}))

    kept = emulator.state.approvals.environment_reviews
    assert {run: [(each.environment, each.login, each.state) for each in some] for run, some in kept.items()} == {
        first.record.id: [("groundctl-apply", REVIEWER, "approved")],
        second.record.id: [("groundctl-apply", SECOND_REVIEWER, "approved")],
        third.record.id: [("groundctl-apply", SECOND_REVIEWER, "rejected")],
    }
    assert third.results == {"look": "success", "apply": "failure", "never": "skipped"}


def test_only_reviewers_other_than_who_started_the_run_let_it_continue(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    runner = a_runner(emulator, tmp_path, {APPLY: GATED})
    for login in (STRANGER, MAINTAINER):
        emulator.protect_environment("groundctl-apply", reviewers=(REVIEWER, MAINTAINER))
        runner.reviewers["groundctl-apply"] = login
        run = runner.deliver_one(runner.repository.push({"a": login}))

        assert run.results["apply"] == "failure", run
    assert emulator.state.approvals.environment_reviews == {}


def test_an_environment_without_protection_asks_no_reviewer_and_another_branch_does_not_enter_a_protected_one(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    on_pull_request = GATED.replace("on: push", "on: [push, pull_request]")
    runner = a_runner(emulator, tmp_path, {APPLY: on_pull_request})
    refused = runner.deliver_one(runner.repository.open_pull({"a": "b"}).opened())
    emulator.delete_environment("groundctl-apply")
    entered = runner.deliver_one(runner.repository.open_pull({"a": "c"}, branch="other").opened())

    assert (refused.results["apply"], entered.results["apply"]) == ("failure", "success"), entered
    assert emulator.state.approvals.environment_reviews == {}


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


def test_a_rerun_of_all_jobs_takes_the_called_workflow_of_today(emulator: GitHubEmulator, tmp_path: Path) -> None:
    runner = a_runner(emulator, tmp_path, {CALLED: called("a hole"), CALLER: caller(AT_MAIN)})
    pull = runner.repository.open_pull({"a": "b"})
    first = runner.deliver_one(pull.opened())
    merge_sha = pull.merge_sha
    runner.repository.commit({CALLED: called("fixed")}, "Fix")
    pull.push({CALLER: "changed later\n"})
    again = runner.rerun_all(first)

    assert first.text.startswith("a hole"), first
    assert again.text.startswith("fixed"), again
    assert again.text.endswith(", 2\n")
    assert emulator.control_api.issuer.signed[-1]["sha"] == merge_sha


FAILS_FIRST = f"""\
{called("a hole")}
      - run: test "$GITHUB_RUN_ATTEMPT" != 1
"""
AROUND = """\
  before:
    runs-on: ubuntu-latest
    outputs: {number: "${{ steps.count.outputs.number }}"}
    steps:
      - id: count
        run: echo "number=$GITHUB_RUN_ATTEMPT" >> "$GITHUB_OUTPUT"
  after:
    needs: [before, call]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - env: {CALL: "${{ needs.call.result }}", BEFORE: "${{ needs.before.outputs.number }}"}
        run: echo "call=$CALL before=$BEFORE"
"""


def test_a_rerun_of_failed_jobs_takes_the_called_workflow_of_then_and_keeps_what_succeeded(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    runner = a_runner(emulator, tmp_path, {CALLED: FAILS_FIRST, CALLER: caller(AT_MAIN, AROUND)})
    first = runner.deliver_one(runner.repository.open_pull({"a": "b"}).opened())
    runner.repository.commit({CALLED: called("fixed")}, "Fix")
    again = runner.rerun_failed(first)

    assert first.results == {"call/only": "failure", "before": "success", "after": "success"}, first
    assert first.jobs["after"].text == "call=failure before=1\n"
    assert again.jobs["call/only"].text.startswith("a hole"), again
    assert again.jobs["after"].text == "call=success before=1\n"
    assert (again.conclusion, again.record.attempt) == ("success", 2)


def test_a_job_that_needs_a_called_workflow_that_failed_is_skipped_unless_its_condition_says_otherwise(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    around = AROUND.replace("    if: always()\n", "")
    runner = a_runner(emulator, tmp_path, {CALLED: FAILS_FIRST, CALLER: caller(AT_MAIN, around)})
    run = runner.deliver_one(runner.repository.open_pull({"a": "b"}).opened())

    assert run.results == {"call/only": "failure", "before": "success", "after": "skipped"}, run
