"""Judges the files of the repository: remote, policy, declarations, environments, lock, and workflows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groundctl.domain.adoption.doctor.finding import Finding, problems_or, warning, wrong
from groundctl.domain.adoption.doctor.setup import FOLDER, EnvironmentSetup, FilesSeen, Setup
from groundctl.domain.adoption.tfvars import Unreadable
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity
from groundctl.domain.declarations.environments import environment_of
from groundctl.domain.declarations.policy import POLICY_PATH, team_folder

WORKFLOWS = (".github/workflows/plan.yml", ".github/workflows/apply.yml", ".github/workflows/status.yml")
CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
LOCK = ".groundctl/lock.json"
INIT = "groundctl init"
UPGRADE = "groundctl init --upgrade"
# A called workflow of the tool: its repository, its file, and its version.
_CALLED = re.compile(
    r"uses:\s*[\"']?(?P<repository>[\w.-]+/[\w.-]+)/\.github/workflows/(?P<file>[\w.-]+\.ya?ml)@(?P<ref>[\w./-]+)"
)
_REUSABLE = re.compile(r"reusable-[\w-]+\.ya?ml|recorded-plan\.ya?ml")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_VERSION = re.compile(r"v[0-9]+\.[0-9]+\.[0-9]+\S*")


def judge_checkout(files: FilesSeen) -> Sequence[Finding]:
    """Judge whether this is a repository with declarations."""
    problems = []
    if not files.is_git:
        problems.append(wrong("this folder is in no Git repository, so nothing here is ever reviewed", "git init"))
    if not files.declarations and POLICY_PATH not in files.texts:
        problems.append(wrong("there is neither a declaration nor a policy in jobs/ here", INIT))
    count = len(files.declarations)
    return problems_or(problems, f"a Git repository with {count:,} declaration{'' if count == 1 else 's'}")


def judge_remote(files: FilesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether the Git remote is the repository that the environments' settings name."""
    if not setup.repository:
        named = f"the remote is {files.remote}, which names no repository" if files.remote else "there is no Git remote"
        return (warning(f"{named}: nothing on GitHub can be looked at", "git remote add origin URL"),)
    problems = []
    for environment, github in setup.github_settings:
        if (name := str(github.get("repository"))) != setup.repository:
            fact = f"the remote is {setup.repository}, and `github.repository` is {name}: AWS refuses its workflows"
            problems.append(wrong(fact, f"edit {FOLDER}/{environment}.tfvars, then apply Terraform"))
    return problems_or(problems, f"the remote is {setup.repository}")


def judge_policy(files: FilesSeen, problems: Sequence[LocatedDiagnostic]) -> Sequence[Finding]:
    """Judge whether there is a policy that can be read."""
    if POLICY_PATH not in files.texts:
        return (wrong(f"there is no {POLICY_PATH}: without it, no declaration may use anything", INIT),)
    found = [each for each in problems if each.path == POLICY_PATH and each.severity is Severity.ERROR]
    return problems_or([_of_validate(found)] if found else [], f"{POLICY_PATH} is valid")


def judge_declarations(problems: Sequence[LocatedDiagnostic]) -> Sequence[Finding]:
    """Judge whether the declarations pass `validate`."""
    found = [each for each in problems if each.path != POLICY_PATH and each.severity is Severity.ERROR]
    return problems_or([_of_validate(found)] if found else [], "every declaration passes `groundctl validate`")


def _of_validate(found: Sequence[LocatedDiagnostic]) -> Finding:
    first = found[0]
    more = f"; and {len(found) - 1:,} more" if len(found) > 1 else ""
    return wrong(f"{first.path}:{first.line}: {first.rule} {first.message}{more}", "groundctl validate")


def judge_environments(setup: Setup) -> Sequence[Finding]:
    """Judge whether there is an environment at all."""
    names = ", ".join(each.name for each in setup.environments)
    problems = [] if names else [wrong(f"there is no environment: {FOLDER} has no .tfvars file with a backend", INIT)]
    return problems_or(problems, f"environments: {names}")


def judge_environment_files(environment: EnvironmentSetup, files: FilesSeen) -> Sequence[Finding]:
    """Judge whether an environment has its two files, and whether they agree with the policy and with each other."""
    name = f"{FOLDER}/{environment.name}"
    problems: list[Finding] = []
    for file, found in ((f"{name}.tfvars", environment.settings), (f"{name}.s3.tfbackend", environment.backend)):
        if found is None:
            problems.append(wrong(f"{file} does not exist", INIT))
        elif isinstance(found, Unreadable):
            problems.append(wrong(f"{file} cannot be read: {found.why}", f"terraform fmt {file}"))
    problems += _disagreements(environment, f"edit {name}.tfvars")
    problems += _state_elsewhere(environment, f"edit {name}.tfvars")
    problems += _without_roles(environment, files, f"edit {name}.tfvars")
    return problems_or(problems, f"{name}.tfvars and .s3.tfbackend agree")


def _disagreements(environment: EnvironmentSetup, fix: str) -> Iterator[Finding]:
    wanted = {
        "environment": environment.terraform_name,
        "account_id": environment.account_id,
        "region": environment.region,
    }
    for member, expected in wanted.items():
        given = environment.setting(member)
        if expected and given is not None and str(given) != expected:
            source = "its file's name" if member == "environment" else POLICY_PATH
            yield wrong(f"`{member}` is {given} in the .tfvars file, and {expected} in {source}", fix)


def _state_elsewhere(environment: EnvironmentSetup, fix: str) -> Iterator[Finding]:
    for member in ("bucket", "key"):
        named, used = environment.setting("github", "state", member), environment.state(member)
        if named and used and str(named) != used:
            fact = f"`github.state.{member}` is {named}, and the state's {member} is {used}: workflows cannot read it"
            yield wrong(fact, fix)


def _without_roles(environment: EnvironmentSetup, files: FilesSeen, fix: str) -> Iterator[Finding]:
    if not isinstance(environment.settings, Mapping) or environment.setting("github") is not None:
        return
    if WORKFLOWS[0] in files.texts:
        yield warning(
            "the .tfvars file has no `github`: Terraform makes no roles, so no workflow can plan or apply", fix
        )


def judge_folders(files: FilesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether every folder of declarations has an entry in the policy, and exactly one environment."""
    folders = sorted({folder for path in files.declarations if (folder := team_folder(path))})
    problems = [
        wrong(f"jobs/{folder} has no entry under `folders`, so its declarations may use nothing", f"edit {POLICY_PATH}")
        for folder in folders
        if folder not in setup.policy.folders
    ]
    problems += [
        wrong(
            f"no environment in {POLICY_PATH} has jobs/{folder}, so its jobs are never created", f"edit {POLICY_PATH}"
        )
        for folder in folders
        if setup.environments_are_in_policy and environment_of(folder, setup.policy.environments) is None
    ]
    return problems_or(problems, f"{', '.join(folders) or 'no folder'}: each has its entry in {POLICY_PATH}")


def judge_lock(files: FilesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether the files that `init` wrote come from the installed version."""
    if LOCK not in files.texts:
        return problems_or([], "no lock: this repository was not made by `groundctl init`")
    version = _version_in_lock(files.texts[LOCK])
    if version is None:
        return (wrong(f"{LOCK} cannot be read as JSON with a `version`", f"git restore {LOCK}"),)
    if version != setup.version:
        fact = f"the files here were written by groundctl {version}, and {setup.version} is installed"
        return (warning(fact, UPGRADE),)
    return problems_or([], f"the files here were written by groundctl {version}, which is installed")


def _version_in_lock(text: str) -> str | None:
    try:
        data: Any = json.loads(text)
    except ValueError:
        return None
    version = data.get("version") if isinstance(data, dict) else None
    return version if isinstance(version, str) else None


def judge_workflows(files: FilesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether the workflows are there, and call one version of the tool."""
    problems = [wrong(f"{path} does not exist", INIT) for path in WORKFLOWS if path not in files.texts]
    calls = called_workflows(files)
    versions = sorted({ref for _, ref in calls if _VERSION.fullmatch(ref)})
    if len(versions) > 1:
        fact = f"the workflows call groundctl at {' and at '.join(versions)}; all must call one version"
        problems.append(wrong(fact, UPGRADE))
    elif versions and versions[0] != f"v{setup.version}":
        fact = f"the workflows call groundctl at {versions[0]}, and {setup.version} is installed here"
        problems.append(warning(fact, UPGRADE))
    problems += _strange_repositories(files, setup)
    at = f" at {versions[0]}" if versions else ""
    return problems_or(problems, f"plan.yml, apply.yml and status.yml are there{at}")


def _strange_repositories(files: FilesSeen, setup: Setup) -> Iterator[Finding]:
    """Report a call that is neither of this repository's own file nor of a version or a commit of the tool."""
    for repository, ref in sorted(called_workflows(files)):
        is_fixed = _VERSION.fullmatch(ref) or _COMMIT.fullmatch(ref)
        if setup.repository and not is_fixed and repository != setup.repository:
            fact = (
                f"a workflow calls {repository} at {ref}: that is no version, and this repository is {setup.repository}"
            )
            yield warning(fact, f"edit {WORKFLOWS[0]}")


def called_workflows(files: FilesSeen) -> set[tuple[str, str]]:
    """Return the repository and the ref of each called workflow of groundctl."""
    return {
        (match["repository"], match["ref"])
        for path in WORKFLOWS
        for match in _CALLED.finditer(files.texts.get(path, ""))
        if _REUSABLE.fullmatch(match["file"])
    }


def judge_codeowners_file(files: FilesSeen) -> Sequence[Finding]:
    """Judge whether a file says who owns what."""
    found = next((path for path in CODEOWNERS if path in files.texts), None)
    if found is None:
        fact = "there is no .github/CODEOWNERS: any writer's approval counts as an owner's"
        return (warning(fact, INIT),)
    return problems_or([], f"{found} says who owns what")
