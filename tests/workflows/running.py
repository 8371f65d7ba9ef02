"""What may start a workflow, and what may run in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflows.reading import ACTION, Files
from workflows.rules import (
    APPLY,
    AT_MAIN,
    CI,
    RECORDED_PLAN,
    RELEASE,
    REUSABLE_PLAN,
    STATUS,
    Diagnostic,
    every_job,
    every_use,
    rule,
)

# --- what may start a workflow ---------------------------------------------------------------------------------------

# `pull_request_target` and `workflow_run` run with the repository's rights on a stranger's words; comments and issues are a stranger's words.
TRIGGERS: Mapping[str, set[str]] = {
    CI: {"pull_request", "push"},
    "workflows/plan.yml": {"pull_request"},
    **{key: {"workflow_call"} for key in (REUSABLE_PLAN, RECORDED_PLAN, APPLY, STATUS)},
    "workflows/reusable-apply.yml": {"workflow_call"},
    "workflows/reusable-status.yml": {"workflow_call"},
    "workflows/apply.yml": {"push", "workflow_dispatch"},
    RELEASE: {"push"},
    "workflows/status.yml": {"schedule", "workflow_dispatch", "repository_dispatch"},
}


@rule
def each_workflow_starts_only_as_agreed(files: Files) -> Iterator[Diagnostic]:
    for file in files.workflows:
        for trigger in file.triggers.keys() - TRIGGERS.get(file.name, set()):
            yield file, trigger


@rule
def pushes_count_on_the_default_branch_only(files: Files) -> Iterator[Diagnostic]:
    for file in files.workflows:
        wanted = {"tags": ["v*"]} if file.name == RELEASE else {"branches": ["main"]}
        if "push" in file.triggers and file.triggers["push"] != wanted:
            yield file, str(file.triggers["push"])


@rule
def the_required_check_has_no_filter_that_could_silence_it(files: Files) -> Iterator[Diagnostic]:
    plan = files["workflows/plan.yml"]
    if plan.triggers.get("pull_request") != {"branches": ["main"]}:
        yield plan, str(plan.triggers.get("pull_request"))


@rule
def only_our_event_reaches_status(files: Files) -> Iterator[Diagnostic]:
    for file in files.workflows:
        on = file.triggers.get("repository_dispatch")
        if on is not None and on != {"types": ["groundctl-labeling-job"]}:
            yield file, str(on)


# --- what runs -------------------------------------------------------------------------------------------------------

PINNED = re.compile(r"^\s*(?:- )?uses: (?P<uses>[\w.-]+/[\w.-]+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$", re.MULTILINE)
SETUP, OWN_SETUP = "$/.github/actions/setup", "./.github/actions/setup"
LOCAL = {SETUP, OWN_SETUP, *(f"./.github/{name}" for name in (RECORDED_PLAN, APPLY, STATUS))}


@rule
def the_tool_is_that_of_the_workflow_files_own_version(files: Files) -> Iterator[Diagnostic]:
    """`./` would be the checkout's action, which a branch can change; only checks and releases of groundctl want that one."""
    for file in files.workflows:
        for uses in every_use(file):
            if (
                "actions/setup" in uses
                and "setup-python" not in uses
                and uses != (OWN_SETUP if file.name in {CI, RELEASE} else SETUP)
            ):
                yield file, uses


@rule
def each_action_is_pinned_by_commit_with_its_version_beside_it(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        pinned = [found["uses"] for found in PINNED.finditer(file.text)]
        for uses in every_use(file):
            # The callers are exceptions: this repository calls its own newest version. Which file calls which is a rule of its own.
            if uses not in {*LOCAL, AT_MAIN.get(file.name)} and uses not in pinned:
                yield file, uses


@rule
def an_action_has_one_version_everywhere(files: Files) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for file in files:
        for line in re.findall(r"uses: (\S+@\S+.*)$", file.text, re.MULTILINE):
            if seen.setdefault(line.split("@")[0], line) != line:
                yield file, line


COMMAND = re.compile(r"(make [a-z-]+|(exec )?groundctl [a-z][^\n;&|<>`\\]*)")
# The merge gate's own word, and what no make target can do: show the runner where the tool and Terraform are.
OTHER_COMMANDS = {
    (REUSABLE_PLAN, "groundctl", 'test "$PASSED" = true'),
    (ACTION, "action", 'make -C "$GITHUB_ACTION_PATH/../../.." setup GROUNDCTL_TERRAFORM=.venv/bin/gt-terraform'),
    (
        ACTION,
        "action",
        'cd "$GITHUB_ACTION_PATH/../../.." && echo "$PWD/.venv/bin" >> "$GITHUB_PATH" && '
        'echo "GROUNDCTL_TERRAFORM=$PWD/.venv/bin/gt-terraform" >> "$GITHUB_ENV"',
    ),
}


@rule
def each_step_is_one_make_target_or_one_groundctl_verb(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for job, step in file.steps:
            run = step.get("run", "make")
            if "run" in step and not COMMAND.fullmatch(run) and (file.name, job, run) not in OTHER_COMMANDS:
                yield file, run


@rule
def what_cannot_be_undone_receives_the_signal_of_a_cancelled_run(files: Files) -> Iterator[Diagnostic]:
    """The runner sends a signal to a step's first process, which is bash unless the command takes its place."""
    for file in files:
        for _, step in file.steps:
            if step.get("run", "").startswith("groundctl ci apply"):
                yield file, step["run"]


@rule
def no_expression_stands_in_a_command(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for _, step in file.steps:
            if "${{" in step.get("run", "") + step.get("shell", ""):
                yield file, step["run"]


WORKFLOW_KEYS = {"name", "on", "permissions", "concurrency", "env", "jobs"}
JOB_KEYS = {
    "name",
    "needs",
    "if",
    "environment",
    "runs-on",
    "timeout-minutes",
    "permissions",
    "concurrency",
    "outputs",
    "steps",
    "uses",
    *("strategy", "env", "with"),
}
ENVIRONMENTS = "${{ fromJSON(needs.environments.outputs.environments) }}"
# What a job may say with these keys: one leg for each environment, and which one it is.
SAID: Mapping[str, list[object]] = {
    "strategy": [{"fail-fast": "false", "matrix": {"environment": ENVIRONMENTS}}],
    "env": [{"GROUNDCTL_ENVIRONMENT": "${{ matrix.environment }}"}],
    "with": [
        {"approve": "${{ inputs.approve || '' }}"},
        {"environment": "${{ matrix.environment }}", "approve": "${{ inputs.approve }}"},
        {"environment": "${{ matrix.environment }}"},
        {"environment": "${{ inputs.environment }}"},
    ],
}
STEP_KEYS = {"id", "if", "name", "env", "uses", "with", "run", "shell"}


@rule
def workflows_jobs_and_steps_say_only_what_we_know(files: Files) -> Iterator[Diagnostic]:
    # Not among them: container, services, secrets, continue-on-error, working-directory, defaults.
    for file in files:
        if file.name != ACTION:
            yield from ((file, key) for key in file.data.keys() - WORKFLOW_KEYS)
            for name, job in file.jobs.items():
                yield from ((file, f"{name}: {key}") for key in job.keys() - JOB_KEYS)
                yield from ((file, f"{name}: {key}") for key in job.keys() & SAID.keys() if job[key] not in SAID[key])
        for name, step in file.steps:
            yield from ((file, f"{name}: {key}") for key in step.keys() - STEP_KEYS)


@rule
def each_job_runs_on_a_machine_of_githubs_own(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        if "uses" not in job and job.get("runs-on") != "ubuntu-latest":
            yield file, f"{name}: {job.get('runs-on')}"


@rule
def each_job_has_a_time_limit(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        if "uses" not in job and not 1 <= int(job.get("timeout-minutes", "0")) <= 60:
            yield file, name


@rule
def each_checkout_leaves_no_credentials_behind_and_takes_what_started_the_run(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for name, step in file.steps:
            wanted = {"fetch-depth": "0", "persist-credentials": "false"}
            given = dict(step.get("with", {}))
            if file.name == RECORDED_PLAN:  # its checkouts have a rule of their own
                given = {key: value for key, value in given.items() if key not in {"ref", "path"}}
            elif (file.name, name) == (REUSABLE_PLAN, "environments"):
                wanted["ref"] = "refs/heads/${{ github.event.repository.default_branch }}"
            if step.get("uses", "").startswith("actions/checkout@") and given != wanted:
                yield file, f"{name}: {step.get('with')}"
