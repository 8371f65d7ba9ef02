"""What a workflow may do: its rights, roles, caches and queues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflows.playing import FORKS, Scenario, all_endings, play
from workflows.reading import ACTION, File, Files
from workflows.rules import (
    APPLY,
    AT_MAIN,
    CI,
    FROM_PULL_REQUESTS,
    RECORDED_PLAN,
    RELEASE,
    REUSABLE_PLAN,
    STATUS,
    Diagnostic,
    every_call,
    every_job,
    rule,
)
from workflows.running import OWN_SETUP, SETUP

# --- what it may do --------------------------------------------------------------------------------------------------

READ = {"contents": "read"}
TELL = {"pull-requests": "write", "checks": "write", "statuses": "write"}
AWS = {"id-token": "write"}
PROTECTION = {"actions": "read"}
RIGHTS: Mapping[tuple[str, str], Mapping[str, str]] = {
    (CI, "check"): READ,
    (CI, "test"): READ,
    ("workflows/plan.yml", "plan"): READ | AWS | TELL,
    (REUSABLE_PLAN, "validate"): READ,
    (REUSABLE_PLAN, "environments"): READ,
    (REUSABLE_PLAN, "terraform"): READ | AWS | {"checks": "write"},
    (REUSABLE_PLAN, "plan"): READ | AWS | TELL,
    (REUSABLE_PLAN, "groundctl"): {},
    (RECORDED_PLAN, "environments"): READ,
    (RECORDED_PLAN, "record"): READ | AWS | TELL,
    ("workflows/apply.yml", "apply"): READ | AWS | PROTECTION | TELL,
    ("workflows/reusable-apply.yml", "environments"): READ,
    ("workflows/reusable-apply.yml", "environment"): READ | AWS | PROTECTION | TELL,
    (APPLY, "look"): READ | AWS | PROTECTION | {"pull-requests": "write", "checks": "write"},
    (APPLY, "terraform"): READ | AWS,
    (APPLY, "apply"): READ | AWS | PROTECTION | TELL,
    (APPLY, "stop"): READ | AWS | PROTECTION | TELL,
    (APPLY, "report"): READ | AWS | PROTECTION | TELL,
    (RELEASE, "build"): READ,
    (RELEASE, "attest"): AWS | {"attestations": "write"},
    (RELEASE, "publish"): {"contents": "write"},
    (RELEASE, "pypi"): AWS,
    ("workflows/status.yml", "status"): READ | AWS | PROTECTION | TELL,
    ("workflows/reusable-status.yml", "environments"): READ,
    ("workflows/reusable-status.yml", "environment"): READ | AWS | PROTECTION | TELL,
    (STATUS, "report"): READ | AWS | PROTECTION | TELL,
    (STATUS, "resume"): READ | AWS | PROTECTION | TELL,
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
        if "pull_request" not in file.triggers and file.name not in FROM_PULL_REQUESTS:
            continue
        for name, job in file.jobs.items():
            # What a caller may, its called workflow gives to single jobs, each of which is looked at.
            if job.get("uses") == AT_MAIN.get(file.name, "none"):
                continue
            rights = job.get("permissions", {})
            if "write" in (rights if isinstance(rights, str) else rights.values()) and a_fork_reaches(file, name):
                yield file, name


def a_fork_reaches(file: File, name: str) -> bool:
    """Say whether a job would start for a fork's pull request, however the jobs before it end."""
    scenarios = (Scenario(github=fork, ends=ends) for fork in FORKS for ends in all_endings(file))
    return any(play(file, scenario)[name] != "skipped" for scenario in scenarios)


# AWS gives each role to its environment alone; the plan role, which only reads, to jobs that have none, and the record role to one file.
ENVIRONMENTS = {
    "record": None,
    "plan": None,
    **{
        kind: f"${{{{ needs.look.outputs.{kind}-environment || 'groundctl-{kind}' }}}}"
        for kind in ("terraform", "apply", "stop")
    },
}

RELEASED_BY = {(RELEASE, "publish"): "groundctl-release", (RELEASE, "pypi"): "groundctl-pypi"}


def role_of(kind: str) -> str:
    """Give a role as a job asks for it: that of its environment, or the repository's only one."""
    return f"${{{{ steps.place.outputs.{kind}-role || vars.GROUNDCTL_{kind.upper()}_ROLE }}}}"


@rule
def a_role_that_changes_things_is_asked_for_in_its_environment_only(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        roles = [
            s["with"]["role-to-assume"]
            for s in job.get("steps", ())
            if "configure-aws-credentials" in s.get("uses", "")
        ]
        expected = [{role_of(kind): place for kind, place in ENVIRONMENTS.items()}.get(role, "none") for role in roles]
        own = RELEASED_BY.get((file.name, name))  # a release asks AWS for nothing, and a person lets it in all the same
        if (expected and expected != [job.get("environment")]) or (not roles and job.get("environment") != own):
            yield file, f"{name}: {roles} in {job.get('environment')}"


@rule
def no_pull_request_reaches_an_environment(files: Files) -> Iterator[Diagnostic]:
    for file, name, job in every_job(files):
        if "environment" in job and file.name in FROM_PULL_REQUESTS:
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
            is_release = file.name == RELEASE and step.get("run") == "make release-publish"
            if not is_release and not step.get("run", "").removeprefix("exec ").startswith("groundctl "):
                yield file, str(step)


# --- caches, queues, calls -------------------------------------------------------------------------------------------

MAY_CACHE = {CI}


@rule
def nothing_that_changes_aws_builds_on_a_cache(files: Files) -> Iterator[Diagnostic]:
    for file in files:
        for name, step in file.steps:
            uses, given = step.get("uses", ""), step.get("with", {})
            if "actions/cache" in uses or (
                uses in {SETUP, OWN_SETUP} and given.get("cache", "false") != "false" and file.name not in MAY_CACHE
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
    apply = files[APPLY]
    wanted = {
        "group": "groundctl-apply-${{ inputs.environment }}",
        "cancel-in-progress": "false",
        "queue": "max",
    }
    if apply.data.get("concurrency") != wanted:
        yield apply, str(apply.data.get("concurrency"))
    for name, job in files[STATUS].jobs.items():
        if job.get("concurrency", {}).get("cancel-in-progress") != "false":
            yield files[STATUS], name


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


@rule
def code_of_a_release_runs_where_nothing_can_be_signed_or_written(files: Files) -> Iterator[Diagnostic]:
    """What libraries do while the packages are built must not reach the identity that signs them."""
    file = files[RELEASE]
    for name, job in file.jobs.items():
        runs = {step["run"] for step in job["steps"] if "run" in step}
        if "write" in job["permissions"].values() and runs - {"make release-publish"}:
            yield file, name
        if any("./" in step.get("uses", "") for step in job["steps"]) and name != "build":
            yield file, name


@rule
def nothing_is_published_that_is_not_attested_nor_to_pypi_unless_switched_on(files: Files) -> Iterator[Diagnostic]:
    file = files[RELEASE]
    needs = {name: job.get("needs") for name, job in file.jobs.items()}
    if needs != {"build": None, "attest": "build", "publish": "attest", "pypi": "publish"}:
        yield file, str(needs)
    if file.jobs["pypi"].get("if") != "vars.GROUNDCTL_PUBLISH == 'pypi'":
        yield file, str(file.jobs["pypi"].get("if"))


def groups(file: File) -> set[str]:
    """Give every concurrency group a workflow or one of its jobs enters."""
    places = [file.data, *file.jobs.values()]
    return {place["concurrency"]["group"] for place in places if "concurrency" in place}
