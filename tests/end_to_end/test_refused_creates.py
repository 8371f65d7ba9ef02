"""A create that AWS refused: its reason stays, and no workflow asks for it again until something has changed."""

from __future__ import annotations

import pytest

from end_to_end.team import OTHER_TASK, PREFIX, Team
from support.cli import TESTING, Ran, groundctl

QUOTA = {"kind": "error", "code": "ResourceLimitExceeded", "message": "The account-level service limit is 20 jobs."}
REFUSALS = {
    "AccessDeniedException": {"kind": "access_denied"},
    "ResourceLimitExceeded": QUOTA,
    "ValidationException": {"kind": "error"},
}
BY_HAND = {"GITHUB_EVENT_NAME": "workflow_dispatch"}


def a_refused_create(team: Team, **fault: str | int) -> Ran:
    """A job is declared, reviewed and merged, and AWS refuses to create it."""
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.simulator.add_fault(operation="CreateLabelingJob", **(fault or QUOTA))
    return team.applies()


def opens_another(team: Team, branch: str) -> None:
    """Open a second pull request; the first one is merged and stays as it was."""
    team.number = 0
    team.pushes()
    team.number = team.emulator.open_pull(head_sha=team.head, base_sha=team.merged, branch=branch)


def at_a_terminal(team: Team, *arguments: str) -> Ran:
    settings = {
        **TESTING,
        "AWS_ENDPOINT_URL": team.simulator.url or "",
        "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json",
    }
    return groundctl(*arguments, cwd=team.folder, settings=settings)


def looks(team: Team, **settings: str) -> str:
    """Return how many creates the protected environment would be asked for."""
    team.on_main("ci", "plan", "--reviewed", **settings)
    return team.outputs["create"]


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_create_keeps_its_reason_and_is_asked_for_once(team: Team, code: str):
    applied = a_refused_create(team, **REFUSALS[code])

    assert (applied.code, team.outputs["left"]) == (1, "0")
    for _ in range(2):
        assert team.on_main("ci", "report", "--check").code == 0
        assert team.outputs["left"] == "0"
        assert "1 refused by AWS" in team.comment
        assert "AWS refused it on 20" in team.comment
        assert code in team.comment + team.summary
        assert "not created yet" not in team.comment + team.summary
        assert team.check(team.merged)["conclusion"] == "failure"
    assert looks(team) == "0"
    assert team.creates() == 1


def test_an_apply_for_something_else_holds_the_refused_create_and_says_why(team: Team):
    a_refused_create(team)

    applied = team.applies()

    assert (applied.code, team.creates()) == (1, 1)
    assert "held      rally-outcome: AWS refused it on 20" in applied.out
    assert "The account-level service limit is 20 jobs." in applied.out
    assert "start `apply` by hand (workflow_dispatch) when the quota has room" in applied.out
    assert "1 refused by AWS" in team.comment
    assert "open a new pull request" not in team.comment


def test_a_refused_create_holds_up_no_other_job(team: Team):
    a_refused_create(team)
    team.git("switch", "-q", "-c", "another")
    team.declares(name="serves", task=OTHER_TASK, input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
    opens_another(team, "another")
    assert team.plans().code == 0
    assert "rally-outcome: AWS refused it on 20" in team.comment
    team.merges(branch="another")

    assert looks(team) == "1"
    applied = team.applies()

    assert "created   serves" in applied.out
    assert "held      rally-outcome: AWS refused it" in applied.out


def test_a_changed_declaration_is_asked_for_again(team: Team):
    a_refused_create(team)
    team.git("switch", "-q", "-C", "topic", "main")
    team.declares(input=PREFIX, task=OTHER_TASK)
    opens_another(team, "topic")
    assert team.plans().code == 0
    assert "AWS refused" not in team.comment
    team.merges()

    assert looks(team) == "1"
    team.on_main("ci", "report")
    assert team.outputs["left"] == "1"
    assert (team.applies().code, team.creates()) == (0, 2)


def test_a_person_who_starts_apply_by_hand_tries_again(team: Team):
    a_refused_create(team)
    assert looks(team, **BY_HAND) == "1"

    applied = team.applies(**BY_HAND)

    assert (applied.code, team.creates()) == (0, 2)
    assert "1 created" in team.comment
    assert "AWS refused" not in team.comment


def test_a_person_who_runs_apply_again_tries_again(team: Team):
    a_refused_create(team)

    assert looks(team, GITHUB_RUN_ATTEMPT="2") == "1"
    assert (team.applies(GITHUB_RUN_ATTEMPT="2").code, team.creates()) == (0, 2)


def test_a_second_refusal_is_shown_in_place_of_the_first(team: Team):
    a_refused_create(team)
    team.simulator.add_fault(operation="CreateLabelingJob", kind="access_denied")
    assert team.applies(**BY_HAND).code == 1

    team.on_main("ci", "report")

    assert (team.outputs["left"], team.creates()) == ("0", 2)
    assert "AccessDeniedException" in team.comment
    assert "ResourceLimitExceeded" not in team.comment


def test_a_throttled_create_goes_on_by_itself(team: Team):
    applied = a_refused_create(team, kind="throttle", times=8)

    assert applied.code == 1
    assert team.outputs["left"] == "1"
    team.on_main("ci", "report")
    assert team.outputs["left"] == "1"
    assert "AWS refused" not in team.comment
    assert looks(team) == "1"
    assert team.applies().code == 0


def test_apply_at_a_terminal_sends_a_refused_request_again(team: Team):
    a_refused_create(team)

    ran = at_a_terminal(team, "apply", "--auto-approve")

    assert (ran.code, team.creates()) == (0, 2), ran.out


def test_status_and_plan_show_what_aws_refused(team: Team):
    a_refused_create(team)

    status, named = at_a_terminal(team, "status"), at_a_terminal(team, "status", "rally-outcome")
    plan = at_a_terminal(team, "plan")
    [job] = at_a_terminal(team, "status", "--format", "json").json
    [note] = [each for each in at_a_terminal(team, "plan", "--format", "json").json["notes"] if each["rule"] == "P405"]

    for ran in (status, named):
        assert ran.code == 1
        assert "  rally-outcome: AWS refused it on 20" in ran.out
        assert "ResourceLimitExceeded: The account-level service limit is 20 jobs." in ran.out
    assert plan.code == 0
    assert "Note: P405 rally-outcome: AWS refused it on 20" in plan.out
    assert (job["name"], job["status"], job["arn"]) == ("rally-outcome", "Refused", None)
    assert job["failure_reason"].startswith("ResourceLimitExceeded: ")
    assert note["message"].startswith("rally-outcome: AWS refused it on 20")


def test_several_jobs_that_aws_refused_for_one_reason_share_a_line(team: Team):
    for number in (1, 2, 3, 4, 5):
        team.declares(name=f"job-{number}", input={"objects": [f"s3://clips/rallies/rally-{number}.mp4"]})
    team.opens()
    team.plans()
    team.merges()
    team.simulator.add_fault(operation="CreateLabelingJob", times=5, **QUOTA)
    team.applies()

    team.on_main("ci", "report")
    plan = at_a_terminal(team, "plan")

    assert team.outputs["left"] == "0"
    assert team.comment.count("The account-level service limit is 20 jobs.") == 1
    assert "Note: P405 job-1, job-2, job-3 and 2 more: AWS refused it on 20" in plan.out
    assert plan.out.count("The account-level service limit is 20 jobs.") == 1


def test_what_is_left_is_counted_although_a_pull_request_is_locked(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.emulator.lock_pull(team.number)

    report = team.on_main("ci", "report")

    assert report.code == 3
    assert "issue is locked" in report.err
    assert team.outputs == {"left": "1"}


def test_a_locked_pull_request_keeps_no_other_one_from_being_reported(team: Team):
    a_refused_create(team)
    team.emulator.lock_pull(team.number)
    team.git("switch", "-q", "-c", "another")
    team.declares(name="serves", task=OTHER_TASK, input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
    opens_another(team, "another")
    team.plans()
    team.merges(branch="another")

    report = team.on_main("ci", "report")

    assert (report.code, team.outputs) == (3, {"left": "1"})
    assert "1 not created yet" in team.comment
