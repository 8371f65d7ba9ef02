"""The order of jobs and steps, according to their conditions, for every possible course of a run."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from workflows.expressions import Value
from workflows.playing import FORKS, OURS, Scenario, all_endings, context_of, play, play_steps
from workflows.reading import our_files

FILES = our_files()
PLAN, APPLY, STATUS = (FILES[f"workflows/{name}.yml"] for name in ("plan", "apply", "status"))
PUSH: Mapping[str, Value] = {"event_name": "push", "ref_name": "main", "repository": "acme/labels", "event": {}}
LOOKS = (
    {"changes": "false", "create": "0", "stop": "0"},
    {"changes": "false", "create": "2", "stop": "0"},
    {"changes": "false", "create": "2", "stop": "1"},
    {"changes": "true"},
)
NOTHING = {"look": LOOKS[0]}

CHECKOUT, SETUP = "actions/checkout", "./.github/actions/setup"
CREDENTIALS, UPLOAD = "aws-actions/configure-aws-credentials", "actions/upload-artifact"
TERRAFORM_PLAN = 'groundctl ci terraform plan --environment "$GROUNDCTL_ENVIRONMENT" --out .build/terraform.json'
MAKE_PLAN = "groundctl ci plan --out plan.json --terraform .build/terraform.json"


def started(scenario: Scenario) -> list[str]:
    """Give the jobs of apply.yml that ran."""
    return [name for name, result in play(APPLY, scenario).items() if result != "skipped"]


def by_hand(branch: str) -> dict[str, Value]:
    """Give the github context of a run that a person started on a branch."""
    return {
        **PUSH,
        "event_name": "workflow_dispatch",
        "ref_name": branch,
        "event": {"repository": {"default_branch": "main"}},
    }


# --- plan.yml --------------------------------------------------------------------------------------------------------


def steps_of_plan(changed: str, **how: frozenset[str]) -> list[str]:
    """Give the steps of the job plan that run, after the two that always do."""
    job = PLAN.jobs["plan"]
    scenario = Scenario(github=OURS, outputs={"validate": {"changed": changed}})
    [first, second, *rest] = play_steps(job, context_of(job, {"validate": "success"}, scenario), **how)
    assert [first, second] == [CHECKOUT, SETUP]
    return rest


def test_a_branch_with_problems_is_planned_too():
    for end in ("success", "failure"):
        assert play(PLAN, Scenario(github=OURS, ends={"validate": end}))["plan"] == "success"


def test_a_fork_is_validated_and_never_planned():
    for fork, ends in product(FORKS, all_endings(PLAN)):
        results = play(PLAN, Scenario(github=fork, ends=ends))

        assert results["validate"] != "skipped"
        assert results["plan"] == "skipped"


def test_changes_are_detected_before_validate_can_fail():
    job = PLAN.jobs["validate"]

    ran = play_steps(job, context_of(job, {}, Scenario(github=OURS)), failing=frozenset({"groundctl validate"}))

    assert ran[2:] == ['groundctl ci changed --base "$BASE"', "groundctl validate --format github"]


@pytest.mark.parametrize("changed", ["true", ""])
def test_a_branch_that_changes_or_may_change_plan_inputs_is_planned_and_the_plan_is_stored(changed: str):
    ran = steps_of_plan(changed, files=frozenset({"plan.json"}))

    assert ran == [CREDENTIALS, TERRAFORM_PLAN, MAKE_PLAN, UPLOAD]


def test_without_changes_a_run_requests_no_credentials_and_still_reports():
    assert steps_of_plan("false") == ["groundctl ci report-unchanged"]


@pytest.mark.parametrize("failing", [CREDENTIALS, "groundctl ci terraform plan"])
def test_a_failure_before_the_plan_is_reported_on_the_pull_request(failing: str):
    ran = steps_of_plan("true", failing=frozenset({failing}))

    assert ran[-1] == MAKE_PLAN


def test_a_plan_with_refusals_is_stored_and_a_missing_plan_is_not():
    assert steps_of_plan("true", failing=frozenset({"groundctl ci plan"}), files=frozenset({"plan.json"}))[-1] == UPLOAD
    assert steps_of_plan("true", failing=frozenset({"groundctl ci plan"}))[-1] == MAKE_PLAN


# --- apply.yml -------------------------------------------------------------------------------------------------------


def test_with_nothing_to_do_no_approval_is_requested_and_that_is_reported():
    assert started(Scenario(github=PUSH, outputs=NOTHING)) == ["look", "report"]


def test_terraform_runs_first_if_it_has_changes():
    changes = {"look": {"changes": "true"}}

    assert started(Scenario(github=PUSH, outputs=changes)) == ["look", "terraform", "apply", "report"]
    assert started(Scenario(github=PUSH, outputs=changes, ends={"terraform": "failure"})) == [
        "look",
        "terraform",
        "report",
    ]


def test_jobs_are_created_without_terraform_if_it_has_no_changes():
    assert started(Scenario(github=PUSH, outputs={"look": LOOKS[1]})) == ["look", "apply", "report"]


def test_a_stop_needs_a_positive_count():
    stop = {"look": {"changes": "false", "create": "0", "stop": "1"}}
    uncounted = {"look": {"changes": "false", "create": "0", "stop": ""}}
    after_terraform = {"look": {"changes": "true"}, "apply": {"stop": "1"}}

    assert started(Scenario(github=PUSH, outputs=stop)) == ["look", "stop", "report"]
    assert started(Scenario(github=PUSH, outputs=uncounted)) == ["look", "report"]
    assert started(Scenario(github=PUSH, outputs=after_terraform)) == [
        "look",
        "terraform",
        "apply",
        "stop",
        "report",
    ]
    assert "stop" not in started(Scenario(github=PUSH, outputs={**after_terraform, "apply": {"stop": "0"}}))


def test_a_missing_count_is_not_zero():
    assert started(Scenario(github=PUSH, outputs={"look": {"changes": "false"}})) == [
        "look",
        "apply",
        "report",
    ]


def test_nothing_changes_after_a_failed_plan_or_an_unsuccessful_terraform_run():
    outputs = {"look": {"changes": "true", "create": "1", "stop": "1"}, "apply": {"stop": "1"}}
    for ends in all_endings(APPLY):
        results = play(APPLY, Scenario(github=PUSH, ends=ends, outputs=outputs))
        if results["look"] != "success":
            assert {results["terraform"], results["apply"], results["stop"]} == {"skipped"}
        if results["terraform"] != "success":
            assert {results["apply"], results["stop"]} == {"skipped"}


@pytest.mark.parametrize(
    "told", [{}, {"apply": {"told": "true"}}, {"stop": {"told": "true"}}, {"apply": {"told": "false"}}]
)
@pytest.mark.parametrize("look", [{}, *LOOKS], ids=str)
def test_every_outcome_is_reported(look: dict[str, str], told: dict[str, dict[str, str]]):
    for ends, cancelled in product(all_endings(APPLY), (True, False)):
        scenario = Scenario(github=PUSH, ends=ends, outputs={"look": look, **told}, cancelled=cancelled)
        results = play(APPLY, scenario)
        it_told = {name for name, given in told.items() if given["told"] == "true" and results[name] != "skipped"}

        assert results["report"] != "skipped" or it_told


def test_the_report_of_a_job_is_not_overwritten_by_one_with_less_information():
    create = {"look": LOOKS[1], "apply": {"told": "true"}}
    stop = {"look": {"changes": "false", "create": "0", "stop": "1"}, "stop": {"told": "true"}}

    assert started(Scenario(github=PUSH, outputs=create, ends={"apply": "failure"})) == ["look", "apply"]
    assert started(Scenario(github=PUSH, outputs=stop)) == ["look", "stop"]


def test_an_apply_that_could_not_report_is_reported_even_if_the_stop_after_it_could():
    outputs = {"look": LOOKS[2], "apply": {"told": "false"}, "stop": {"told": "true"}}

    assert started(Scenario(github=PUSH, outputs=outputs)) == ["look", "apply", "stop", "report"]


def test_a_cancelled_run_starts_nothing_that_changes_anything():
    outputs = {"look": {"changes": "true", "create": "1", "stop": "1"}}

    assert started(Scenario(github=PUSH, outputs=outputs, cancelled=True)) == ["report"]


@pytest.mark.parametrize("workflow", [APPLY, STATUS], ids=lambda file: file.name)
def test_nothing_runs_from_another_branch_or_in_a_repository_without_setup(workflow):
    elsewhere = Scenario(github=by_hand("feature"))
    bare = Scenario(github=PUSH, variables={})

    assert set(play(workflow, elsewhere).values()) == {"skipped"}
    assert set(play(workflow, bare).values()) == {"skipped"}
    assert play(workflow, Scenario(github=by_hand("main")))["report"] == "success"


def test_the_plan_waits_until_terraform_has_nothing_to_change():
    job = APPLY.jobs["look"]
    context = context_of(job, {}, Scenario(github=PUSH))
    changing = {**context, "steps": {"terraform": {"outputs": {"changes": "true"}}}}
    settled = {**context, "steps": {"terraform": {"outputs": {"changes": "false"}}}}
    plan = "groundctl ci plan --reviewed --out plan.json"

    assert plan not in play_steps(job, changing)
    assert plan in play_steps(job, settled)


# --- status.yml ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "resumes"), [("0", False), ("3", True), ("", True)])
def test_the_work_of_an_interrupted_run_is_resumed(left: str, resumes: bool):
    results = play(STATUS, Scenario(github=PUSH, outputs={"report": {"left": left}}))

    assert (results["resume"] == "success") == resumes


def test_nothing_is_resumed_after_a_failed_report():
    results = play(STATUS, Scenario(github=PUSH, ends={"report": "failure"}, outputs={"report": {"left": "3"}}))

    assert results["resume"] == "skipped"


def test_a_report_does_not_wait_for_an_apply_that_waits_for_its_reviewers():
    assert "concurrency" not in STATUS.data
    assert STATUS.jobs["report"]["concurrency"]["group"] != STATUS.jobs["resume"]["concurrency"]["group"]
