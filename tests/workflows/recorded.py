"""What the recorded plan relies on, and what a run does that is not at the tip of the default branch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product

from github_emulator.runner.expressions import Value
from workflows.playing import ANOTHER_BASE, FORKS, OURS, Scenario, play
from workflows.reading import Data, Files
from workflows.rules import APPLY, AT_MAIN, RECORDED_PLAN, RELEASE, REUSABLE_PLAN, Diagnostic, every_job, rule

# --- the recorded plan: the branch chooses whether to call the file, and nothing else --------------------------------

PROPOSED = "proposed"
MAY_USE = ("actions/checkout", "$/.github/actions/setup", "aws-actions/configure-aws-credentials")
DEFAULT_BRANCH = "refs/heads/${{ github.event.repository.default_branch }}"


def strings(value: object) -> Iterator[str]:
    """Give every text in a step, keys too."""
    match value:
        case dict():
            for key, inner in value.items():
                yield key
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)
        case str():
            yield value


@rule
def the_recorded_plan_takes_nothing_from_its_caller(files: Files) -> Iterator[Diagnostic]:
    recorded = files[RECORDED_PLAN]
    call = recorded.triggers.get("workflow_call")
    if set(recorded.triggers) != {"workflow_call"} or set(call or {}) != {"outputs"}:
        yield recorded, str(recorded.triggers)
    yield from ((recorded, word) for word in ("inputs", "secrets") if word in recorded.code)
    if list(recorded.jobs) != ["environments", "record"]:
        yield recorded, str(list(recorded.jobs))


@rule
def the_recorded_plan_uses_no_cache_no_artifact_and_no_action_but_three(files: Files) -> Iterator[Diagnostic]:
    recorded = files[RECORDED_PLAN]
    for _, step in recorded.steps:
        uses = step.get("uses", MAY_USE[0]).partition("@")[0]
        if uses not in MAY_USE or (uses == MAY_USE[1] and "with" in step):
            yield recorded, str(step)


@rule
def the_recorded_plan_is_made_by_the_default_branch_of_today(files: Files) -> Iterator[Diagnostic]:
    """Main at the root, the tool set up and the environment read before any file of the pull request is there."""
    recorded = files[RECORDED_PLAN]
    for job in recorded.jobs.values():
        first, second = job.get("steps", [{}, {}])[:2]
        if first.get("with", {}).get("ref") != DEFAULT_BRANCH or "path" in first["with"] or "if" in first:
            yield recorded, str(first)
        if second != {"uses": MAY_USE[1]}:
            yield recorded, str(second)
    listing = [step.get("run") for step in recorded.jobs["environments"].get("steps", [])[2:]]
    [place, third, *rest] = recorded.jobs["record"]["steps"][2:]
    if listing != ["groundctl ci environments"]:
        yield recorded, str(listing)
    if place != {"id": "place", "run": 'groundctl ci environment "$GROUNDCTL_ENVIRONMENT"'}:
        yield recorded, str(place)
    proposal = {key: third.get("with", {}).get(key) for key in ("ref", "path")}
    if proposal != {"ref": "${{ github.sha }}", "path": PROPOSED} or "if" in third:
        yield recorded, str(third)
    for step in rest:
        if "checkout@" in step.get("uses", ""):
            yield recorded, str(step)


@rule
def the_proposal_is_an_argument_and_nothing_else(files: Files) -> Iterator[Diagnostic]:
    recorded = files[RECORDED_PLAN]
    around = {key: value for key, value in recorded.data.items() if key != "jobs"}
    for job in recorded.jobs.values():
        rest = {key: value for key, value in job.items() if key != "steps"}
        for text in strings([around, rest, *map(without_allowed, job.get("steps", ()))]):
            if PROPOSED in text or text == "working-directory":
                yield recorded, text


def without_allowed(step: Data) -> Data:
    """Give a step without the two ways in which it may name the folder of the proposal."""
    run, given = step.get("run", ""), step.get("with", {})
    if run.startswith("groundctl ci "):
        return {**step, "run": run.removesuffix(f" --checkout {PROPOSED}")}
    if step.get("uses", "").startswith("actions/checkout@") and given.get("path") == PROPOSED:
        return {**step, "with": {key: value for key, value in given.items() if key != "path"}}
    return step


VARIABLES = {
    ("GROUNDCTL_ENVIRONMENT", "${{ vars.GROUNDCTL_ENVIRONMENT }}"),
    ("GROUNDCTL_ENVIRONMENT", "${{ matrix.environment }}"),
    ("BASE", "${{ github.event.pull_request.base.sha }}"),
    ("GITHUB_TOKEN", "${{ github.token }}"),
}


@rule
def the_recorded_plan_sets_three_variables_and_none_that_python_reads(files: Files) -> Iterator[Diagnostic]:
    recorded = files[RECORDED_PLAN]
    for place in (recorded.data, *recorded.jobs.values(), *(step for _, step in recorded.steps)):
        for name, value in place.get("env", {}).items():
            if (name, value) not in VARIABLES:
                yield recorded, f"{name}: {value}"


@rule
def each_look_at_a_pull_request_in_the_recorded_plan_is_at_the_proposal(files: Files) -> Iterator[Diagnostic]:
    """Without the argument the command would look at main, where nothing is changed, and say so."""
    recorded = files[RECORDED_PLAN]
    for _, step in recorded.steps:
        run = step.get("run", "")
        if (
            run.startswith(("groundctl ci changed", "groundctl ci doctor", "groundctl ci plan"))
            and f"--checkout {PROPOSED}" not in run
        ):
            yield recorded, run


@rule
def a_plan_is_recorded_for_branches_of_this_repository_to_the_default_branch_only(files: Files) -> Iterator[Diagnostic]:
    recorded = files[RECORDED_PLAN]
    others = [*FORKS, ANOTHER_BASE, *({**OURS, "event_name": name} for name in ("push", "pull_request_target"))]
    for github in (OURS, *others):
        ran = play(recorded, Scenario(github=github))["record"] == "success"
        if ran != (github is OURS):
            yield recorded, json.dumps(github)


@rule
def the_record_role_is_asked_for_in_one_file_only(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        asked = "GROUNDCTL_RECORD_ROLE" in file.text
        if asked != (file.name == RECORDED_PLAN):
            yield file, "GROUNDCTL_RECORD_ROLE"


@rule
def pull_requests_call_the_recorded_plan_of_the_same_version(files: Files) -> Iterator[Diagnostic]:
    calls = [(file.name, name) for file, name, job in every_job(files) if "recorded-plan" in job.get("uses", "")]
    if calls != [(REUSABLE_PLAN, "plan")]:
        yield files[REUSABLE_PLAN], str(calls)


@rule
def each_caller_calls_its_reusable_workflow_and_does_nothing_itself(files: Files) -> Iterator[Diagnostic]:
    for caller, uses in AT_MAIN.items():
        if [job.get("uses") for job in files[caller].jobs.values()] != [uses]:
            yield files[caller], str(list(files[caller].jobs))


@rule
def no_artifact_is_handed_on(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for name, step in file.steps:
            # A release hands on its packages: the job that signs them must run none of their code.
            if file.name != RELEASE and "artifact" in step.get("uses", ""):
                yield file, name


# --- the tip of the default branch -----------------------------------------------------------------------------------

ACTS = ("groundctl ci terraform apply", "groundctl ci apply")
PUSHED: Mapping[str, Value] = {"event_name": "push", "ref_name": "main", "event": {}}


@rule
def only_a_run_that_is_shown_to_be_at_the_tip_acts(files: Files) -> Iterator[Diagnostic]:
    apply = files[APPLY]
    acting = {name for name, step in apply.steps if command(step).startswith(ACTS)}
    counts = {"changes": "true", "create": "1", "stop": "1"}
    for current, changes in product(("false", "", "True story"), ("true", "false")):
        look = {**counts, "changes": changes, "current": current}
        results = play(apply, Scenario(github=PUSHED, outputs={"look": look, "apply": {"stop": "1"}}))
        yield from ((apply, f"{name}: {look}") for name in acting if results[name] != "skipped")


@rule
def what_acts_can_ask_for_the_tip_itself(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for name, step in file.steps:
            asks = command(step).startswith((*ACTS, "groundctl ci tip"))
            if asks and "GITHUB_TOKEN" not in step.get("env", {}):
                yield file, name


def command(step: Data) -> str:
    """Give the command of a step."""
    return str(step.get("run", "")).removeprefix("exec ")
