"""What a workflow may do: its rights, roles, caches and queues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflows.playing import FORKS, Scenario, all_endings, play
from workflows.reading import ACTION, File, Files
from workflows.rules import RECORDED_PLAN, Diagnostic, every_call, every_job, rule
from workflows.running import LOCAL

# --- what it may do --------------------------------------------------------------------------------------------------

READ = {"contents": "read"}
TELL = {"pull-requests": "write", "checks": "write", "statuses": "write"}
AWS = {"id-token": "write"}
PROTECTION = {"actions": "read"}
RIGHTS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("workflows/ci.yml", "check"): READ,
    ("workflows/ci.yml", "test"): READ,
    ("workflows/plan.yml", "validate"): READ,
    ("workflows/plan.yml", "terraform"): READ | AWS | {"checks": "write"},
    ("workflows/plan.yml", "plan"): READ | AWS | TELL,
    ("workflows/plan.yml", "groundctl"): {},
    (RECORDED_PLAN, "record"): READ | AWS | TELL,
    ("workflows/apply.yml", "look"): READ | AWS | PROTECTION | {"pull-requests": "write", "checks": "write"},
    ("workflows/apply.yml", "terraform"): READ | AWS,
    ("workflows/apply.yml", "apply"): READ | AWS | PROTECTION | TELL,
    ("workflows/apply.yml", "stop"): READ | AWS | PROTECTION | TELL,
    ("workflows/apply.yml", "report"): READ | AWS | PROTECTION | TELL,
    ("workflows/status.yml", "report"): READ | AWS | PROTECTION | TELL,
    ("workflows/status.yml", "resume"): READ | AWS | PROTECTION | TELL,
}


@rule
def a_workflow_has_no_rights_of_its_own(files: Files) -> Iterator[Diagnostic]:
    for file in files.workflows:
        if file.data.get("permissions") != {}:
            yield file, str(file.data.get("permissions"))


@rule
def each_job_has_exactly_the_rights_it_was_given_here(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        if job.get("permissions") != RIGHTS.get((file.name, name)):
            yield file, f"{name}: {job.get('permissions')}"


@rule
def nothing_a_fork_starts_may_ask_for_a_role_or_write(files: Files) -> Iterator[Diagnostic]:
    for file in files.workflows:
        if "pull_request" not in file.triggers:
            continue
        for name, job in file.jobs.items():
            rights = job.get("permissions", {})
            if "write" in (rights if isinstance(rights, str) else rights.values()) and a_fork_reaches(file, name):
                yield file, name


def a_fork_reaches(file: File, name: str) -> bool:
    """Say whether a job would start for a fork's pull request, however the jobs before it end."""
    scenarios = (Scenario(github=fork, ends=ends) for fork in FORKS for ends in all_endings(file))
    return any(play(file, scenario)[name] != "skipped" for scenario in scenarios)


# AWS gives each role to its environment alone; the plan role, which only reads, to jobs that have none, and the record role to one file.
ENVIRONMENTS = {
    "GROUNDCTL_RECORD_ROLE": None,
    "GROUNDCTL_PLAN_ROLE": None,
    "GROUNDCTL_TERRAFORM_ROLE": "groundctl-terraform",
    "GROUNDCTL_APPLY_ROLE": "groundctl-apply",
    "GROUNDCTL_STOP_ROLE": "groundctl-stop",
}


@rule
def a_role_that_changes_things_is_asked_for_in_its_environment_only(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        roles = [
            s["with"]["role-to-assume"]
            for s in job.get("steps", ())
            if "configure-aws-credentials" in s.get("uses", "")
        ]
        expected = [
            {"${{ vars." + role + " }}": place for role, place in ENVIRONMENTS.items()}.get(role, "none")
            for role in roles
        ]
        if (expected and expected != [job.get("environment")]) or (not roles and "environment" in job):
            yield file, f"{name}: {roles} in {job.get('environment')}"


@rule
def no_pull_request_reaches_an_environment(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        if "environment" in job and "pull_request" in file.triggers:
            yield file, name


@rule
def nobody_is_trusted_by_name(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for found in re.findall(
            r"github\.(?:actor|triggering_actor|event\.sender|event\.pull_request\.user)[\w.]*", file.text
        ):
            yield file, found


@rule
def there_are_no_secrets_to_lose(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for found in re.findall(r"\bsecrets\b.*", file.code):
            yield file, found


@rule
def githubs_token_is_given_to_single_steps(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        given = [step for _, step in file.steps if step.get("env", {}).get("GITHUB_TOKEN") == "${{ github.token }}"]
        if len(given) != len(re.findall(r"github\.token|GITHUB_TOKEN", file.text)) / 2:
            yield file, f"{len(given)} steps"
        for step in given:
            if not step.get("run", "").removeprefix("exec ").startswith("groundctl "):
                yield file, str(step)


# --- caches, queues, calls -------------------------------------------------------------------------------------------

MAY_CACHE = {"workflows/ci.yml", "workflows/plan.yml"}


@rule
def nothing_that_changes_aws_builds_on_a_cache(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for name, step in file.steps:
            uses, given = step.get("uses", ""), step.get("with", {})
            if "actions/cache" in uses or (
                uses in LOCAL and given.get("cache", "false") != "false" and file.name not in MAY_CACHE
            ):
                yield file, name
            if (
                file.name == ACTION
                and "cache" in given
                and given["cache"] != "${{ inputs.cache == 'true' && 'pip' || '' }}"
            ):
                yield file, name
    if files[ACTION].data["inputs"]["cache"].get("default") != "false":
        yield files[ACTION], "default"


@rule
def an_apply_is_never_cancelled_and_none_that_waits_is_lost(files: Files) -> Iterator[Diagnostic]:
    apply = files["workflows/apply.yml"]
    wanted = {
        "group": "groundctl-apply-${{ vars.GROUNDCTL_ENVIRONMENT }}",
        "cancel-in-progress": "false",
        "queue": "max",
    }
    if apply.data.get("concurrency") != wanted:
        yield apply, str(apply.data.get("concurrency"))
    for name, job in files["workflows/status.yml"].jobs.items():
        if job.get("concurrency", {}).get("cancel-in-progress") != "false":
            yield files["workflows/status.yml"], name


@rule
def no_run_waits_for_a_group_it_holds(files: Files) -> Iterator[Diagnostic]:
    for file, name, called in every_call(files):
        theirs = groups(called)
        # What github.* says in a called workflow is the caller's: the same words would make the same group in both.
        if theirs & groups(file) or any("github." in group for group in theirs):
            yield file, name


@rule
def a_call_hands_on_all_the_rights_that_are_asked_for(files: Files) -> Iterator[Diagnostic]:
    for file, name, called in every_call(files):
        given = file.jobs[name].get("permissions", {})
        for other in called.jobs.values():
            missing = {
                right
                for right, level in other.get("permissions", {}).items()
                if given.get(right) not in {level, "write"}
            }
            if missing:
                yield file, f"{name}: {missing}"


def groups(file: File) -> set[str]:
    """Give every concurrency group a workflow or one of its jobs enters."""
    places = [file.data, *file.jobs.values()]
    return {place["concurrency"]["group"] for place in places if "concurrency" in place}
