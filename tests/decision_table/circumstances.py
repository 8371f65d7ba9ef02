"""Rows about plans that are missing or of something else, jobs of others, and answers that do not come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from decision_table.approved import HELD, ends
from decision_table.outcome import plain
from decision_table.rows import NOTHING, THE_CLIPS, Ended, Row
from decision_table.stage import CLIPS, JOB, POLICY, Stage, declared, path_of, policy
from github_emulator.faults import Kind
from github_emulator.runner.events import push
from github_emulator.runner.repository import START, PullRequest

OTHER: Final = "serve-call"
OTHER_TASK: Final = {
    "title": "Was the serve a fault?",
    "description": "Choose the call.",
    "labels": ["fault", "in"],
    "instructions": {"short": "Watch to the end."},
}
CALLER: Final = ".github/workflows/plan.yml"
NO_CALL: Final = """\
name: plan
on:
  pull_request:
    branches: [main]
permissions: {}
jobs:
  groundctl:
    runs-on: ubuntu-latest
    steps:
      - run: "true"
"""


def from_a_fork(stage: Stage) -> Ended:
    """Merge a pull request of a fork."""
    pull = stage.opens(fork=True)
    stage.reviews(pull)
    return ends(stage, pull)


def failed_plan(stage: Stage) -> Ended:
    """Let AWS refuse to store the plan."""
    stage.simulator.add_fault(operation="PutObject", kind="access_denied")
    pull = stage.opens()
    stage.reviews(pull)
    return ends(stage, pull)


def changed_caller(stage: Stage) -> Ended:
    """Let the branch's plan.yml call nothing, and draw the required check green."""
    pull = stage.opens({**declared(), CALLER: NO_CALL}, planned=stage.plays_workflow_files)
    stage.reviews(pull)
    return ends(stage, pull)


def artifact_only(stage: Stage) -> Ended:
    """As above, and the branch's own run leaves a plan as its artifact."""
    pull = stage.opens({**declared(), CALLER: NO_CALL}, planned=stage.plays_workflow_files)
    run = stage.emulator.add_run(path=CALLER, event="pull_request", head_sha=pull.head_sha)
    stage.emulator.add_artifact(run.id, "groundctl-plan", b"PK a plan that the branch has written")
    stage.reviews(pull)
    return ends(stage, pull)


def same_head(stage: Stage) -> Ended:
    """Open a second pull request from the head of a planned one, and merge that."""
    planned = stage.opens()
    number = stage.emulator.open_pull(
        head_sha=planned.head_sha, base_sha=stage.repository.head, branch="topic-2", title="The same"
    )
    stage.repository.git("branch", "--force", "topic-2", "topic")
    second = PullRequest(repository=stage.repository, number=number, branch="topic-2", fork=False)
    stage.repository.point(second)
    stage.reviews(second)
    return ends(stage, second)


def retargeted(stage: Stage) -> Ended:
    """Open a pull request against another branch, for which no run starts; then change its base to main."""
    pull = stage.opens(planned=False)
    stage.reviews(pull)
    return ends(stage, pull)


def a_held_job(stage: Stage) -> PullRequest:
    """Merge a job that no one approved."""
    pull = stage.opens(branch="held")
    stage.merges_and_applies(pull)
    assert stage.bought() == {}, stage.log
    return pull


def foreign_pull_request(stage: Stage) -> Ended:
    """Let another team's pull request be approved whose plan lists a held job."""
    held = a_held_job(stage)
    pull = stage.opens({"jobs/warehouse/NOTES.md": "Ours\n"}, branch="notes")
    stage.reviews(pull)
    merged = stage.merges_and_applies(pull)
    stage.shown[held.number] = stage.shown.pop(pull.number)
    return Ended(pull=held, commit=merged.sha)


def policy_pull_request(stage: Stage) -> Ended:
    """Let a policy pull request be approved that releases a held job."""
    held = a_held_job(stage)
    pull = stage.opens({POLICY: policy(reviews=1)}, branch="policy")
    stage.reviews(pull)
    merged = stage.merges_and_applies(pull)
    stage.shown[held.number] = stage.shown.pop(pull.number)
    return Ended(pull=held, commit=merged.sha)


def unreadable(stage: Stage, operation: str) -> Ended:
    """Let GitHub fail to answer a question during the run."""
    pull = stage.opens()
    stage.reviews(pull)
    merged = stage.merges(pull)
    stage.emulator.inject_fault(operation, Kind.FORBIDDEN, times=100)
    stage.applies(merged.pushed)
    return Ended(pull=pull, commit=merged.sha)


def unreadable_reviews(stage: Stage) -> Ended:
    """Let the reviews be unreadable."""
    return unreadable(stage, "pulls/list-reviews")


def unreadable_tip(stage: Stage) -> Ended:
    """Let the tip be unreadable."""
    return unreadable(stage, "git/get-ref")


def unreadable_environment(stage: Stage) -> Ended:
    """Let the environment be unreadable."""
    return unreadable(stage, "repos/get-environment")


def readable_again(stage: Stage) -> Ended:
    """Let the next run take place when GitHub answers again."""
    ended = unreadable(stage, "pulls/list-reviews")
    stage.emulator.gateway.faults.clear()
    stage.starts_apply()
    return ended


def left_behind(stage: Stage) -> Ended:
    """Let a run take place after main has moved on: the job's file was taken back."""
    pull = stage.opens()
    stage.reviews(pull)
    merged = stage.merges(pull)
    stage.repository.commit({path_of(): None}, "Take it back")
    stage.applies(merged.pushed)
    return Ended(pull=pull, commit=merged.sha)


def left_behind_by_another(stage: Stage) -> Ended:
    """Let main move on with another file that plans read: the newer run does it."""
    pull = stage.opens()
    stage.reviews(pull)
    merged = stage.merges(pull)
    newer = stage.repository.push({"jobs/NOTES.md": "Newer\n"})
    stage.applies(merged.pushed)
    assert stage.bought() == {}, stage.log
    assert stage.seen(pull, merged.sha).conclusion == "neutral", stage.log
    stage.applies(newer)
    return Ended(pull=pull, commit=newer.sha)


def other_traffic(stage: Stage) -> Ended:
    """Let main move on with a file that no run reads."""
    pull = stage.opens()
    stage.reviews(pull)
    merged = stage.merges(pull)
    stage.repository.commit({"README.md": "Words\n"}, "Words")
    stage.applies(merged.pushed)
    return Ended(pull=pull, commit=merged.sha)


def rewritten(stage: Stage) -> Ended:
    """Force main back to before the merge."""
    before = stage.repository.head
    pull = stage.opens()
    stage.reviews(pull)
    merged = stage.merges(pull)
    stage.repository.git("branch", "--force", "main", before)
    stage.repository.commit({"README.md": "Another history\n"}, "Another history")
    stage.applies(merged.pushed)
    return Ended(pull=pull, commit=merged.sha)


def not_named_yet(stage: Stage) -> Ended:
    """Rebase it onto main, and let GitHub not name the pull request of the young commit; the next run learns it."""
    pull = stage.opens()
    stage.reviews(pull)
    stage.is_about_to_merge(pull)
    # The repository's clock is behind; the next commit is of this minute.
    stage.repository.commits = int((datetime.now(UTC) - START).total_seconds() // 60)
    before = stage.repository.head
    sha = stage.repository.commit(declared(), "Declare jobs")
    stage.emulator.merge_pull(pull.number, sha)
    stage.emulator.name_pull_requests_late(1_000)
    stage.applies(push(stage.emulator, before, sha))
    first = stage.seen(pull, sha).check
    assert stage.bought() == {}, stage.log
    assert "GitHub does not name the pull request of commit SHA yet" in plain(first["output"]["summary"]), first
    stage.emulator.name_pull_requests_late(0)
    stage.starts_apply()
    return Ended(pull=pull, commit=sha)


def pushed_directly(stage: Stage) -> Ended:
    """Push a job straight to main; the comment of no pull request can say it."""
    pushed = stage.repository.push(declared(OTHER, task=OTHER_TASK, input={"objects": [f"s3://clips/{CLIPS[0]}"]}))
    pull = stage.opens()
    stage.applies(pushed)
    return Ended(pull=pull, commit=pushed.sha)


NO_PLAN: Final = (
    *HELD,
    "no plan was recorded for head SHA",
    "push again, or re-run plan before the merge",
)
NOT_YET: Final = ("1 not created yet", "the next run of the workflow apply creates it")
NOT_CHECKED: Final = "could not be checked"

ROWS: Final = (
    Row(
        words="No approval, policy asks for one (direct push)",
        play=pushed_directly,
        bought=NOTHING,
        check="failure",
        check_says=("1 held", "came to main without a pull request, so no plan was reviewed"),
    ),
    Row(
        words="No recorded plan (fork)",
        play=from_a_fork,
        bought=NOTHING,
        check="failure",
        says=NO_PLAN,
        planned="",
        in_files=True,
    ),
    Row(
        words="No recorded plan (failed run)",
        play=failed_plan,
        bought=NOTHING,
        check="failure",
        says=NO_PLAN,
        planned="failure",
        before=("No plan",),
    ),
    Row(
        words="No recorded plan (changed caller)",
        play=changed_caller,
        bought=NOTHING,
        check="failure",
        says=NO_PLAN,
        planned="",
        in_files=True,
    ),
    Row(
        words="No recorded plan (artifact only)",
        play=artifact_only,
        bought=NOTHING,
        check="failure",
        says=NO_PLAN,
        planned="",
    ),
    Row(
        words="Plan of another pull request with the same head",
        play=same_head,
        bought=NOTHING,
        check="failure",
        says=NO_PLAN,
    ),
    Row(
        words="Plan of another base branch",
        play=retargeted,
        bought=NOTHING,
        check="failure",
        says=NO_PLAN,
        planned="",
    ),
    Row(
        words="A foreign pull request whose plan lists held job J",
        play=foreign_pull_request,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "head SHA has no approval from before the merge"),
        before=(f"{JOB}, declared by pull request 1, is held; this pull request does not touch it",),
        before_not=("1 to create",),
        in_files=True,
    ),
    Row(
        words="A policy pull request that would release J",
        play=policy_pull_request,
        bought=THE_CLIPS,
        says=("1 created", "approved by @rosa at TIME: the plan of TIME, of pull request 2"),
        before=("Merging releases 1 job of other pull requests (sports-data)", "8 clips, $0.64"),
    ),
    Row(
        words="`commits/SHA/pulls` empty, commit younger than 10 minutes",
        play=not_named_yet,
        bought=THE_CLIPS,
        says=("1 created", "approved by @rosa at TIME: the plan of TIME"),
        slow=True,
    ),
    Row(
        words="Reviews cannot be read (403)",
        play=unreadable_reviews,
        bought=NOTHING,
        check="failure",
        says=(NOT_CHECKED, "nothing was done"),
    ),
    Row(
        words="Reviews cannot be read, and the next run can read them",
        play=readable_again,
        bought=THE_CLIPS,
        says=("1 created",),
    ),
    Row(
        words="Tip cannot be read (403)",
        play=unreadable_tip,
        bought=NOTHING,
        check="failure",
        says=(NOT_CHECKED, "Nothing was done"),
        logs=("403 Resource not accessible",),
    ),
    Row(
        words="Environment cannot be read (403)",
        play=unreadable_environment,
        bought=NOTHING,
        check="failure",
        says=(NOT_CHECKED, "Nothing was done"),
        logs=("403 Resource not accessible",),
    ),
    Row(
        words="The run's commit is not the tip (the file is gone)",
        play=left_behind,
        bought=NOTHING,
        check="neutral",
        says=("main has moved on to SHA: its run does it",),
        check_says=("main has moved on to SHA: its run does it",),
    ),
    Row(
        words="The run's commit is not the tip (its run does it)",
        play=left_behind_by_another,
        bought=THE_CLIPS,
        says=("1 created",),
    ),
    Row(
        words="The run's commit is not the tip, and nothing that runs read has changed",
        play=other_traffic,
        bought=THE_CLIPS,
        says=("1 created",),
    ),
    Row(
        words="The run's commit is no ancestor of the tip (force push)",
        play=rewritten,
        bought=NOTHING,
        check="failure",
        check_says=("main was rewritten",),
        in_files=True,
    ),
)
