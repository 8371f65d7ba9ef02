"""What an impatient team, an insider, or an unlucky order of events did before, played with the real workflow files.

B5, B6 and B7 are rows of the table, played in test_rows_by_workflows.py: "Re-run after the approval, larger", "A foreign pull
request whose plan lists held job J", "Environment missing", and "`approve`, no other person must agree".
"""

from __future__ import annotations

import boto3

from decision_table.by_workflows import INFRASTRUCTURE, WorkflowStage
from decision_table.circumstances import CALLER, OTHER, OTHER_TASK
from decision_table.outcome import plain
from decision_table.stage import CLIPS, JOB, declared, path_of
from github_emulator.actors import FULL_NAME
from github_emulator.runner.repository import PullRequest
from support.builders import REGION

APPLY_ENVIRONMENT = "groundctl-apply"
QUOTA = "The account-level service limit is 20 jobs."
ALIEN_FILE = "reusable-plan.yml@evil"
APPLIED = "apply/environment"


def approved(stage: WorkflowStage, name: str = JOB, **changes: object) -> PullRequest:
    """A pull request declares a job, is planned, and is approved."""
    pull = stage.opens(declared(name, **changes), branch=name)
    stage.reviews(pull)
    return pull


def of_one_clip(number: int) -> dict[str, list[str]]:
    """Ask about one clip."""
    return {"objects": [f"s3://clips/{CLIPS[number]}"]}


def times_asked(stage: WorkflowStage) -> int:
    """Count how often reviewers were asked to let a run enter an environment."""
    return sum(map(len, stage.emulator.state.approvals.environment_reviews.values()))


def test_b1_a_run_that_waited_for_its_reviewer_creates_nothing_that_main_has_taken_back(workflow_stage: WorkflowStage):
    stage = workflow_stage
    merged = stage.merges(approved(stage))
    stage.runner.while_waiting[APPLY_ENVIRONMENT] = lambda: stage.repository.commit({path_of(): None}, "Take it back")

    stage.applies(merged.pushed)
    waited = stage.runs[-1]
    again = stage.reruns(waited)

    assert stage.creates() == 0, stage.log
    assert waited.results[f"{APPLIED}/apply"] == "success", waited
    assert "main has moved on to" in waited.jobs[f"{APPLIED}/apply"].text
    assert again.conclusion == "success", again
    assert again.results[f"{APPLIED}/apply"] == "skipped", again
    check = stage.emulator.check_runs(merged.sha)[-1]
    assert check["conclusion"] == "neutral"
    assert "main has moved on to SHA: its run does it" in plain(check["output"]["summary"])


def test_b1_terraform_at_an_old_commit_puts_nothing_back(workflow_stage: WorkflowStage):
    stage = workflow_stage
    old = stage.repository.push({INFRASTRUCTURE: "old\n"})
    newer = stage.repository.push({INFRASTRUCTURE: "newer\n"})
    stage.applies(newer)
    assert stage.applied_infrastructure() == "newer\n", stage.log

    stage.applies(old)
    waited = stage.repository.push({INFRASTRUCTURE: "older\n"})
    stage.runner.while_waiting["groundctl-terraform"] = lambda: stage.repository.commit(
        {INFRASTRUCTURE: "newer\n"}, "Put it back"
    )
    stage.applies(waited)

    assert stage.runs[-2].results[f"{APPLIED}/terraform"] == "skipped", stage.runs[-2]
    assert "Nothing was applied" in stage.runs[-1].jobs[f"{APPLIED}/terraform"].text, stage.runs[-1]
    assert stage.applied_infrastructure() == "newer\n"


def test_b8_a_plan_that_another_branchs_workflow_made_releases_nothing(workflow_stage: WorkflowStage):
    stage = workflow_stage
    files = stage.repository
    files.git("branch", "evil", "main")
    files.commit({".github/workflows/recorded-plan.yml": _forging(stage)}, "Forge", branch="evil")
    caller = files.git("show", f"main:{CALLER}").replace("reusable-plan.yml@main", ALIEN_FILE)
    # What AWS answers to an identity whose job_workflow_ref is not main's: tests/terraform/test_github_access_trust.py.
    stage.simulator.add_fault(operation="AssumeRoleWithWebIdentity", kind="access_denied", times=9)
    pull = stage.opens({**declared(), CALLER: f"{caller}\n"})
    stage.reviews(pull)
    shown = [str(each["job_workflow_ref"]) for each in stage.emulator.control_api.issuer.signed]
    stage.simulator.faults.clear()

    merged = stage.merges_and_applies(pull)

    assert f"{FULL_NAME}/.github/workflows/recorded-plan.yml@refs/heads/evil" in shown
    assert not [each for each in shown if each.endswith("recorded-plan.yml@refs/heads/main")]
    listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="artifacts", Prefix="plans/")
    assert listed["KeyCount"] == 0
    assert stage.creates() == 0, stage.log
    seen = stage.seen(pull, merged.sha)
    assert "no plan was recorded for head SHA" in plain(seen.comment), seen.comment


def _forging(stage: WorkflowStage) -> str:
    text = stage.repository.git("show", "main:.github/workflows/recorded-plan.yml")
    return f"{text}\n"


def test_b9_a_locked_pull_request_holds_no_other_one_up(workflow_stage: WorkflowStage):
    stage = workflow_stage
    first = approved(stage, input=of_one_clip(0))
    second = approved(stage, OTHER, task=OTHER_TASK, input=of_one_clip(1))
    stage.merges(first)
    merged = stage.merges(second)
    stage.emulator.lock_pull(first.number)
    stage.runner.rejected.add(APPLY_ENVIRONMENT)
    stage.applies(merged.pushed)
    assert stage.creates() == 0, stage.log
    stage.runner.rejected.clear()

    stage.applies(stage.repository.schedule())

    run = stage.runs[-1]
    assert (
        run.results["status/environment/report"],
        run.results["status/environment/resume/apply"],
    ) == ("failure", "failure"), run
    assert set(stage.bought()) == {JOB, OTHER}, stage.log
    assert "Labeling in test" in stage.seen(second, merged.sha).comment


def test_b9_a_refused_create_holds_no_other_one_up_and_reviewers_are_asked_once(workflow_stage: WorkflowStage):
    stage = workflow_stage
    first = approved(stage, input=of_one_clip(0))
    second = approved(stage, OTHER, task=OTHER_TASK, input=of_one_clip(1))
    stage.merges(first)
    merged = stage.merges(second)
    stage.simulator.add_fault(operation="CreateLabelingJob", kind="error", code="ResourceLimitExceeded", message=QUOTA)

    stage.applies(merged.pushed)
    for _ in range(2):
        stage.simulator.advance(3 * 60 * 60)
        stage.applies(stage.repository.schedule())

    assert times_asked(stage) == 1
    assert [run.results["status/environment/resume/apply"] for run in stage.runs[-2:]] == ["skipped", "skipped"]
    # Both requests are sent at once, and AWS refuses the one that arrives first.
    [bought] = stage.bought()
    refused = {JOB: second, OTHER: first}[bought]
    assert stage.creates() == 2
    comment = plain(stage.seen(refused, merged.sha).comment)
    assert "1 refused by AWS" in comment
    assert f"ResourceLimitExceeded: {QUOTA}" in comment
