"""Workflows that a branch calls from another ref: which file runs, with which rights, and what its identity says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator_tests.calling import AT_MAIN, CALLED, CALLER, called, caller
from github_emulator.actors import FULL_NAME
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.repository import Repository
from github_emulator.runner.workflow_file import WorkflowError


@pytest.fixture
def runner(emulator: GitHubEmulator, tmp_path: Path) -> Runner:
    """Give a repository whose main has a workflow that calls its own file on main."""
    files = {CALLED: called("main's"), CALLER: caller(AT_MAIN)}
    return Runner(emulator=emulator, repository=Repository.of(emulator, tmp_path / "repository", files))


def run_of(runner: Runner, files: Mapping[str, str]) -> Run:
    """Open a pull request with these files and run its workflow."""
    return runner.deliver_one(runner.repository.open_pull(files).opened())


def identity(runner: Runner) -> Mapping[str, Any]:
    """Return the last identity that was signed."""
    return runner.emulator.control_api.issuer.signed[-1]


def test_a_file_called_at_main_is_that_of_main_whatever_the_branch_has(runner: Runner) -> None:
    run = run_of(runner, {CALLED: called("the branch's")})

    assert run.results == {"call/only": "success"}, run
    repository = runner.emulator.state.repository()
    assert run.text == f"main's, handed on=, caller, {repository['id']}, {repository['owner']['id']}, 1\n"


def test_the_identity_names_the_called_file_at_its_own_ref_and_all_else_of_the_caller(runner: Runner) -> None:
    pull = runner.repository.open_pull({"a": "b"})
    runner.deliver_one(pull.opened())

    claims = identity(runner)
    assert claims["job_workflow_ref"] == f"{FULL_NAME}/{CALLED}@refs/heads/main"
    assert claims["job_workflow_sha"] == runner.repository.head
    assert claims["workflow_ref"] == f"{FULL_NAME}/{CALLER}@refs/pull/{pull.number}/merge"
    assert claims["workflow_sha"] == claims["sha"] == pull.merge_sha
    assert (claims["workflow"], claims["ref"]) == ("caller", f"refs/pull/{pull.number}/merge")
    assert claims["sub"] == f"repo:{FULL_NAME}:pull_request"


def test_jobs_of_one_id_in_the_calling_and_the_called_workflow_have_their_own_tokens_and_identities(
    runner: Runner,
) -> None:
    own = called("the caller's").partition("jobs:\n")[2].replace("id-token: write", "id-token: write, checks: write")
    run = run_of(runner, {CALLER: caller(AT_MAIN, own)})

    assert run.results == {"call/only": "success", "only": "success"}, run
    signed = runner.emulator.control_api.issuer.signed
    assert {str(each["job_workflow_ref"]).partition("@")[0] for each in signed} == {
        f"{FULL_NAME}/{CALLED}",
        f"{FULL_NAME}/{CALLER}",
    }


def test_a_file_called_by_a_dot_has_the_ref_of_the_caller(runner: Runner) -> None:
    pull = runner.repository.open_pull({CALLER: caller(f"./{CALLED}"), CALLED: called("the branch's")})
    run = runner.deliver_one(pull.opened())

    assert run.text.startswith("the branch's")
    assert identity(runner)["job_workflow_ref"] == f"{FULL_NAME}/{CALLED}@refs/pull/{pull.number}/merge"


@pytest.mark.parametrize(
    ("ref", "named"), [("evil", "refs/heads/evil"), ("v1", "refs/tags/v1"), ("main", "refs/tags/main"), ("SHA", "SHA")]
)
def test_another_branch_a_tag_and_a_commit_are_called_by_their_own_names(runner: Runner, ref: str, named: str) -> None:
    """A tag named main comes before the branch, as on GitHub."""
    repository = runner.repository
    repository.git("branch", "evil")
    sha = repository.commit({CALLED: called("evil's")}, "Evil", branch="evil")
    repository.tag("v1", sha)
    if named == "refs/tags/main":
        repository.tag("main", sha)

    run = run_of(runner, {CALLER: caller(f"{FULL_NAME}/{CALLED}@{ref.replace('SHA', sha)}")})

    assert run.text.startswith("evil's"), run
    assert identity(runner)["job_workflow_ref"] == f"{FULL_NAME}/{CALLED}@{named.replace('SHA', sha)}"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({CALLER: caller(f"someone/else/{CALLED}@main")}, "is a workflow of another repository"),
        ({CALLER: caller(f"{FULL_NAME}/.github/workflows/absent.yml@main")}, "workflow was not found"),
        ({CALLER: caller(f"{FULL_NAME}/{CALLED}@nowhere")}, "workflow was not found"),
        ({CALLER: caller(f"{FULL_NAME}/{CALLER}@main")}, "is not reusable"),
        ({CALLER: caller(AT_MAIN, "    with: {checkout: .}\n")}, "checkout is not defined in the referenced workflow"),
        ({CALLER: caller(AT_MAIN).replace("id-token: write", "id-token: none")}, "requesting 'id-token: write'"),
    ],
)
def test_a_call_that_github_would_refuse_starts_no_job(runner: Runner, files: dict[str, str], words: str) -> None:
    with pytest.raises(WorkflowError, match=words):
        run_of(runner, files)

    assert runner.emulator.runs == []


def test_the_outputs_of_a_called_workflow_reach_its_caller_and_a_skipped_job_has_none(runner: Runner) -> None:
    outputs = "    outputs: {ran: {value: '${{ jobs.only.outputs.ran }}'}}\n"
    gate = (
        "  after:\n    needs: call\n    if: always()\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - env: {RAN: '${{ needs.call.outputs.ran }}'}\n        run: echo \"ran=$RAN\"\n"
    )
    text = called("main's").replace("  workflow_call:\n", f"  workflow_call:\n{outputs}")
    skipped = text.replace("    runs-on", "    if: github.event_name == 'push'\n    runs-on")
    runner.repository.commit({CALLED: text, CALLER: caller(AT_MAIN, gate)}, "Hand on")
    ran = run_of(runner, {"a": "b"})
    runner.repository.commit({CALLED: skipped}, "Skip")
    did_not = runner.deliver_one(runner.repository.open_pull({"a": "c"}, branch="other").opened())

    assert ran.jobs["after"].text == "ran=true\n", ran
    assert did_not.jobs["after"].text == "ran=\n", did_not
