"""The order of jobs and steps, according to their conditions, for every possible course of a run."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from github_emulator.runner.expressions import Value
from workflows import rules
from workflows.playing import FORKS, OURS, Scenario, all_endings, context_of, play, play_steps
from workflows.reading import Data, File, our_files

FILES = our_files()
PLAN, RECORDED, APPLY, STATUS = (
    FILES[name] for name in (rules.REUSABLE_PLAN, rules.RECORDED_PLAN, rules.APPLY, rules.STATUS)
)
LISTED = [FILES[f"workflows/reusable-{name}.yml"] for name in ("apply", "status")]
PUSH: Mapping[str, Value] = {"event_name": "push", "ref_name": "main", "repository": "acme/labels", "event": {}}
AT_TIP = {"current": "true"}
LOOKS = (
    {**AT_TIP, "changes": "false", "create": "0", "stop": "0"},
    {**AT_TIP, "changes": "false", "create": "2", "stop": "0"},
    {**AT_TIP, "changes": "false", "create": "2", "stop": "1"},
    {**AT_TIP, "changes": "true"},
)
NOTHING = {"look": LOOKS[0]}

CHECKOUT, SETUP = "actions/checkout", "$/.github/actions/setup"
PLACE = 'groundctl ci environment "$GROUNDCTL_ENVIRONMENT"'
CREDENTIALS = "aws-actions/configure-aws-credentials"
TERRAFORM_PLAN = 'groundctl ci terraform plan --environment "$GROUNDCTL_ENVIRONMENT"'
DOCTOR = "groundctl ci doctor --out set-up.json --checkout proposed"
MAKE_PLAN = "groundctl ci plan --record --doctor set-up.json --checkout proposed"


def started(scenario: Scenario) -> list[str]:
    """Give the jobs of one environment's apply that ran."""
    return [name for name, result in play(APPLY, scenario).items() if result != "skipped"]


def by_hand(branch: str) -> dict[str, Value]:
    """Give the github context of a run that a person started on a branch."""
    return {
        **PUSH,
        "event_name": "workflow_dispatch",
        "ref_name": branch,
        "event": {"repository": {"default_branch": "main"}},
    }


# --- reusable-plan.yml --------------------------------------------------------------------------------------------------------


def test_a_branch_with_problems_is_planned_too():
    for end in ("success", "failure"):
        results = play(PLAN, Scenario(github=OURS, ends={"validate": end}))

        assert (results["terraform"], results["plan"]) == ("success", "success")


@pytest.mark.parametrize(("changed", "ends"), [("true", "success"), ("", "success"), ("false", "skipped")])
def test_terraform_is_planned_unless_the_branch_is_shown_to_change_nothing(changed: str, ends: str):
    results = play(PLAN, Scenario(github=OURS, outputs={"validate": {"changed": changed}}))

    assert (results["terraform"], results["plan"]) == (ends, "success")


def test_a_terraform_plan_that_fails_does_not_stop_the_plan():
    assert play(PLAN, Scenario(github=OURS, ends={"terraform": "failure"}))["plan"] == "success"


def test_a_fork_is_validated_and_never_planned():
    for fork, ends in product(FORKS, all_endings(PLAN)):
        results = play(PLAN, Scenario(github=fork, ends=ends))

        assert results["validate"] != "skipped"
        assert (results["terraform"], results["plan"]) == ("skipped", "skipped")


def test_changes_are_detected_before_validate_can_fail():
    job = PLAN.jobs["validate"]

    ran = play_steps(job, context_of(job, {}, Scenario(github=OURS)), failing=frozenset({"groundctl validate"}))

    assert ran[2:] == ['groundctl ci changed --base "$BASE"', "groundctl validate --format github"]


# --- recorded-plan.yml -----------------------------------------------------------------------------------------------


def steps_of_record(changed: str, **how: frozenset[str]) -> list[str]:
    """Give the steps of the job that records, after those that always run."""
    job = RECORDED.jobs["record"]
    context = {
        **context_of(job, {"environments": "success"}, Scenario(github=OURS)),
        "steps": {"changed": {"outputs": {"changed": changed}}},
    }
    [main, setup, place, proposal, compare, *rest] = play_steps(job, context, **how)
    assert [main, setup, place, proposal] == [CHECKOUT, SETUP, PLACE, CHECKOUT]
    assert compare == 'groundctl ci changed --base "$BASE" --checkout proposed'
    return rest


@pytest.mark.parametrize("changed", ["true", ""])
def test_a_branch_that_changes_or_may_change_plan_inputs_is_planned(changed: str):
    assert steps_of_record(changed) == [DOCTOR, CREDENTIALS, MAKE_PLAN]


def test_without_changes_a_run_requests_no_credentials_and_still_reports():
    assert steps_of_record("false") == ["groundctl ci report-unchanged"]


@pytest.mark.parametrize("failing", [CREDENTIALS, "groundctl ci changed", "groundctl ci doctor"])
def test_a_failure_before_the_plan_is_reported_on_the_pull_request(failing: str):
    assert steps_of_record("", failing=frozenset({failing}))[-1] == MAKE_PLAN


# --- reusable-apply-environment.yml -------------------------------------------------------------------------------------------------------


def test_with_nothing_to_do_no_approval_is_requested_and_that_is_reported():
    assert started(Scenario(github=PUSH, outputs=NOTHING)) == ["look", "report"]


def test_terraform_runs_first_if_it_has_changes():
    changes = {"look": LOOKS[3]}

    assert started(Scenario(github=PUSH, outputs=changes)) == ["look", "terraform", "apply", "report"]
    assert started(Scenario(github=PUSH, outputs=changes, ends={"terraform": "failure"})) == [
        "look",
        "terraform",
        "report",
    ]


def test_jobs_are_created_without_terraform_if_it_has_no_changes():
    assert started(Scenario(github=PUSH, outputs={"look": LOOKS[1]})) == ["look", "apply", "report"]


def test_a_stop_needs_a_positive_count():
    stop = {"look": {**AT_TIP, "changes": "false", "create": "0", "stop": "1"}}
    uncounted = {"look": {**AT_TIP, "changes": "false", "create": "0", "stop": ""}}
    after_terraform = {"look": LOOKS[3], "apply": {"stop": "1"}}

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
    assert started(Scenario(github=PUSH, outputs={"look": {**AT_TIP, "changes": "false"}})) == [
        "look",
        "apply",
        "report",
    ]


def test_nothing_changes_after_a_failed_plan_or_an_unsuccessful_terraform_run():
    outputs = {"look": {**AT_TIP, "changes": "true", "create": "1", "stop": "1"}, "apply": {"stop": "1"}}
    for ends in all_endings(APPLY):
        results = play(APPLY, Scenario(github=PUSH, ends=ends, outputs=outputs))
        if results["look"] != "success":
            assert {results["terraform"], results["apply"], results["stop"]} == {"skipped"}
        if results["terraform"] != "success":
            assert {results["apply"], results["stop"]} == {"skipped"}


@pytest.mark.parametrize(
    "reported", [{}, {"apply": {"reported": "true"}}, {"stop": {"reported": "true"}}, {"apply": {"reported": "false"}}]
)
@pytest.mark.parametrize("look", [{}, *LOOKS], ids=str)
def test_every_outcome_is_reported(look: dict[str, str], reported: dict[str, dict[str, str]]):
    for ends, cancelled in product(all_endings(APPLY), (True, False)):
        scenario = Scenario(github=PUSH, ends=ends, outputs={"look": look, **reported}, cancelled=cancelled)
        results = play(APPLY, scenario)
        reporters = {
            name for name, given in reported.items() if given["reported"] == "true" and results[name] != "skipped"
        }

        assert results["report"] != "skipped" or reporters


def test_the_report_of_a_job_is_not_overwritten_by_one_with_less_information():
    create = {"look": LOOKS[1], "apply": {"reported": "true"}}
    stop = {"look": {**AT_TIP, "changes": "false", "create": "0", "stop": "1"}, "stop": {"reported": "true"}}

    assert started(Scenario(github=PUSH, outputs=create, ends={"apply": "failure"})) == ["look", "apply"]
    assert started(Scenario(github=PUSH, outputs=stop)) == ["look", "stop"]


def test_an_apply_that_could_not_report_is_reported_even_if_the_stop_after_it_could():
    outputs = {"look": LOOKS[2], "apply": {"reported": "false"}, "stop": {"reported": "true"}}

    assert started(Scenario(github=PUSH, outputs=outputs)) == ["look", "apply", "stop", "report"]


def test_a_cancelled_run_starts_nothing_that_changes_anything():
    outputs = {"look": {**AT_TIP, "changes": "true", "create": "1", "stop": "1"}}

    assert started(Scenario(github=PUSH, outputs=outputs, cancelled=True)) == ["report"]


@pytest.mark.parametrize("current", ["false", "", "unknown"])
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_run_that_is_not_shown_to_be_at_the_tip_asks_no_reviewer(look: dict[str, str], current: str):
    outputs = {"look": {**look, "current": current}, "apply": {"stop": "1"}}

    # What an old commit declares is not reported. `look` itself has said why the run does nothing.
    assert started(Scenario(github=PUSH, outputs=outputs)) == (["look"] if current == "false" else ["look", "report"])


@pytest.mark.parametrize("current", ["true", "false", ""])
def test_a_run_that_the_default_branch_has_left_behind_looks_no_further(current: str):
    job = APPLY.jobs["look"]
    context = context_of(job, {}, Scenario(github=PUSH))
    settled: Value = {"tip": {"outputs": {"current": current}}, "terraform": {"outputs": {"changes": "false"}}}

    ran = play_steps(job, {**context, "steps": settled})

    assert ran[:3] == [CHECKOUT, SETUP, "groundctl ci tip"]
    assert len(ran) == (7 if current == "true" else 3)


@pytest.mark.parametrize("job", [APPLY.jobs["look"], STATUS.jobs["report"]], ids=["apply", "status"])
@pytest.mark.parametrize(("outcome", "explained"), [("failure", True), ("success", False), ("skipped", False)])
def test_a_run_to_which_aws_gives_no_role_says_why_and_no_other_failure_does(job: Data, outcome: str, explained: bool):
    failed: Value = {"tip": {"outputs": AT_TIP}, "credentials": {"outcome": outcome}}
    fails = CREDENTIALS if outcome == "failure" else SETUP

    ran = play_steps(job, {**context_of(job, {}, Scenario(github=PUSH)), "steps": failed}, failing=frozenset({fails}))

    assert (ran[-1] == f"{PLACE} --refused") == explained
    assert TERRAFORM_PLAN not in ran


def test_a_rewritten_default_branch_fails_the_run_and_nothing_follows():
    outputs = {"look": {"current": "false"}}
    scenario = Scenario(github=PUSH, ends={"look": "failure"}, outputs=outputs)

    assert started(scenario) == ["look"]


@pytest.mark.parametrize("workflow", LISTED, ids=lambda file: file.name)
def test_nothing_runs_from_another_branch_or_in_a_repository_without_setup(workflow: File):
    elsewhere = Scenario(github=by_hand("feature"))
    bare = Scenario(github=PUSH, outputs={"environments": {"environments": "[]", "count": "0"}})

    assert set(play(workflow, elsewhere).values()) == {"skipped"}
    assert play(workflow, bare) == {"environments": "success", "environment": "skipped"}
    assert play(workflow, Scenario(github=by_hand("main")))["environment"] == "success"


@pytest.mark.parametrize("workflow", [*LISTED, PLAN, RECORDED], ids=lambda file: file.name)
def test_no_environment_is_left_out_silently_if_they_cannot_be_listed(workflow: File):
    """A list that fails fails the run; nothing goes on with a part of it."""
    failed = Scenario(github=OURS, ends={"environments": "failure"}, outputs={"environments": {}})
    results = play(workflow, failed)

    assert results["environments"] == "failure"
    assert {results[name] for name, job in workflow.jobs.items() if "strategy" in job} == {"skipped"}


def test_the_plan_waits_until_terraform_has_nothing_to_change():
    job = APPLY.jobs["look"]
    context = context_of(job, {}, Scenario(github=PUSH))
    tip: Value = {"outputs": AT_TIP}
    changing = {**context, "steps": {"tip": tip, "terraform": {"outputs": {"changes": "true"}}}}
    settled = {**context, "steps": {"tip": tip, "terraform": {"outputs": {"changes": "false"}}}}
    plan = "groundctl ci plan --reviewed --out plan.json"

    assert plan not in play_steps(job, changing)
    assert plan in play_steps(job, settled)


# --- reusable-status-environment.yml ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "resumes"), [("0", False), ("3", True), ("", True)])
def test_the_work_of_an_interrupted_run_is_resumed(left: str, resumes: bool):
    results = play(STATUS, Scenario(github=PUSH, outputs={"report": {"left": left}}))

    assert (results["resume"] == "success") == resumes


@pytest.mark.parametrize(("left", "resumes"), [("0", False), ("3", True), ("", True)])
def test_a_report_that_failed_does_not_stop_the_recovery(left: str, resumes: bool):
    """One locked conversation fails the report; the jobs of everybody else must not wait for its key."""
    results = play(STATUS, Scenario(github=PUSH, ends={"report": "failure"}, outputs={"report": {"left": left}}))

    assert (results["resume"] == "success") == resumes


def test_a_cancelled_run_resumes_nothing():
    scenario = Scenario(github=PUSH, outputs={"report": {"left": "3"}}, cancelled=True)

    assert play(STATUS, scenario)["resume"] == "skipped"


def test_a_report_does_not_wait_for_an_apply_that_waits_for_its_reviewers():
    assert "concurrency" not in STATUS.data
    assert STATUS.jobs["report"]["concurrency"]["group"] != STATUS.jobs["resume"]["concurrency"]["group"]
