"""Judges whether the roles of an environment exist, and trust this repository's workflows and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from groundctl.domain.adoption.doctor.aws import apply_again
from groundctl.domain.adoption.doctor.finding import Finding, cannot_see, ok, problems_or, wrong
from groundctl.domain.adoption.doctor.here import called_workflows
from groundctl.domain.adoption.doctor.setup import EnvironmentSetup, FilesSeen, RoleTrust, Setup
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.jobs.places import Absent, NotSeen

_ISSUER = re.compile(r"^[^:]*token\.actions\.githubusercontent\.com[^:]*:(?P<claim>\w+)$")
_WORKFLOW_REF = re.compile(r"(?P<repository>[^/]+/[^/]+)/\.github/workflows/(?P<file>[^@]+)@(?P<ref>.+)")
_PULL_REQUESTS = "refs/pull/*/merge"
_VERSIONS = "refs/tags/"

RoleAnswer = RoleTrust | Absent | NotSeen


def judge_roles(
    found: Mapping[str, RoleAnswer], environment: EnvironmentSetup, setup: Setup, files: FilesSeen
) -> Sequence[Finding]:
    """Judge each role of the workflows."""
    fix = apply_again(environment)
    problems: list[Finding] = []
    faults: dict[str, list[str]] = {}
    for arn, role in found.items():
        name = arn.rpartition("/")[2]
        if isinstance(role, Absent):
            problems.append(wrong(f"the role {arn} does not exist: its workflow gets no credentials", fix))
        elif isinstance(role, NotSeen):
            problems.append(cannot_see(f"the role {name} could not be looked at, because {role.reason}"))
        else:
            for fault in trust_faults(role.policy, environment, setup, files):
                faults.setdefault(fault, []).append(name)
    # The same fault in all five is one fault.
    problems += [wrong(f"{', '.join(names)}: {fault}", fix) for fault, names in faults.items()]
    if not found:
        return (ok("the .tfvars file asks for no roles of workflows (`github`)"),)
    return problems_or(problems, f"{len(found)} roles trust the workflows of {setup.repository}")


def trust_faults(policy: JsonObject, environment: EnvironmentSetup, setup: Setup, files: FilesSeen) -> Iterator[str]:
    """List why a role is given to other workflows, or not to these."""
    statements = [each for each in _listed(policy.get("Statement")) if isinstance(each, Mapping)]
    claims = [_claims(each) for each in statements if each.get("Effect") == "Allow" and _is_for_github(each)]
    if not claims:
        yield "trusts no workflow of GitHub Actions"
        return
    wanted = str(environment.setting("github", "repository_id") or "")
    for each in claims:
        if not each.get("sub"):
            yield "does not look at `sub`, so it trusts workflows of every repository"
        elif strangers := sorted({name for name in map(_repository_of, each["sub"]) if name and not _is(name, setup)}):
            yield f"trusts {', '.join(strangers)}, and this repository is {setup.repository}"
        if wanted and each.get("repository_id") not in ([wanted], None):
            yield f"trusts repository {', '.join(each['repository_id'])}, and the .tfvars file names {wanted}"
        if not each.get("job_workflow_ref"):
            yield "does not look at `job_workflow_ref`, so any workflow file of the repository gets it"
        else:
            yield from _wrong_files(each["job_workflow_ref"], setup, files)


def _wrong_files(refs: Iterable[str], setup: Setup, files: FilesSeen) -> Iterator[str]:
    """Report workflow files that the callers do not call, or not at this version."""
    called = {(repository, at) for repository, at in called_workflows(files) if not _is(repository, setup)}
    trusted: dict[str, list[str]] = {}
    for ref in refs:
        match = _WORKFLOW_REF.fullmatch(ref)
        if match is None:
            yield f"trusts {ref}, which is no workflow file"
        elif not _is(match["repository"], setup):
            trusted.setdefault(match["repository"], []).append(match["ref"])
        elif match["ref"] not in {f"refs/heads/{setup.default_branch}", _PULL_REQUESTS}:
            yield f"trusts {match['file']} at {match['ref']}, and the default branch is {setup.default_branch}"
    for repository, at in sorted(trusted.items()):
        versions = sorted({version for each, version in called if each == repository})
        if not versions:
            yield f"trusts workflow files of {repository}, which no workflow here calls"
        # During an upgrade, two versions are trusted.
        elif missing := [each for each in versions if not any(ref.endswith(f"/{each}") or ref == each for ref in at)]:
            shown = ", ".join(sorted({ref.removeprefix(_VERSIONS) for ref in at}))
            yield f"trusts {repository} at {shown}, and the workflows call it at {', '.join(missing)}"


def _is_for_github(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    federated = principal.get("Federated") if isinstance(principal, Mapping) else None
    return any("token.actions.githubusercontent.com" in str(each) for each in _listed(federated))


def _claims(statement: Mapping[str, Any]) -> dict[str, list[str]]:
    """Collect the values that a statement asks of each claim, whatever the operator."""
    found: dict[str, list[str]] = {}
    conditions = statement.get("Condition")
    for operator in conditions.values() if isinstance(conditions, Mapping) else ():
        for key, value in operator.items() if isinstance(operator, Mapping) else ():
            if match := _ISSUER.match(key):
                found.setdefault(match["claim"], []).extend(str(each) for each in _listed(value))
    return found


def _repository_of(subject: str) -> str:
    """Return the repository of a subject such as repo:acme/labels:pull_request or repo:acme@1/labels@2:ref:..., by its names."""
    if not subject.startswith("repo:"):
        return subject
    named = subject.removeprefix("repo:").partition(":")[0]
    return "/".join(part.partition("@")[0] for part in named.split("/"))


def _is(repository: str, setup: Setup) -> bool:
    return repository.lower() == setup.repository.lower()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
