"""Finds the environment that a command is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from groundctl.app.validate import load_policy
from groundctl.domain.approval.standing import AddedEnvironment
from groundctl.domain.declarations.environments import Environment, environment_named
from groundctl.domain.declarations.policy import Policy, owner_of_path
from groundctl.domain.jobs.infrastructure import Infrastructure, is_same_place
from groundctl.errors import UsageError
from groundctl.ports import Files


def environment_with(path: str, policy: Policy, name: str | None) -> Environment | None:
    """Return the environment that has a declaration; an error if it is another one than that of a name."""
    owner = owner_of_path(path, policy)
    if name and owner and owner.name != name:
        hint = f"leave out --environment, or give --environment {owner.name}"
        raise UsageError(f"{path} belongs to environment {owner.name}, not to {name}", hint=hint)
    return owner


def in_the_same_place(paths: Iterable[str], path: str, policy: Policy) -> tuple[str, ...]:
    """Select the declarations whose jobs are created in the account and Region of another declaration."""

    def place(declaration: str) -> tuple[str, str] | None:
        owner = owner_of_path(declaration, policy)
        return owner.place if owner else None

    here = place(path)
    return tuple(each for each in paths if place(each) == here)


def declared_in(infrastructure: Infrastructure, paths: Iterable[str], policy: Policy) -> tuple[str, ...]:
    """Select the declarations whose jobs are created with an infrastructure; all of them if there are no environments."""
    if not policy.environments:
        return tuple(paths)
    owners = ((path, owner_of_path(path, policy)) for path in paths)
    return tuple(path for path, owner in owners if owner and is_same_place(owner, infrastructure))


def environment_here(policy: Policy, infrastructure: Infrastructure, name: str | None) -> Environment | None:
    """Return the environment of an infrastructure, which must be that of a name if one is chosen.

    None if the policy names no environments.
    """
    if not policy.environments:
        return None
    named = environment_named(name, policy.environments) if name else None
    if named is not None:
        check_same_place(named, infrastructure)
        return named
    here = next((each for each in policy.environments if is_same_place(each, infrastructure)), None)
    if here is None or name:
        names = ", ".join(each.name for each in policy.environments)
        what = name or infrastructure.target
        hint = f"it has {names}: choose one with GROUNDCTL_ENVIRONMENT, and give its infrastructure"
        raise UsageError(f"jobs/policy.yaml has no environment {what}", hint=hint)
    return here


def choose_environment(files: Files, name: str | None) -> Environment | None:
    """Return the environment of a name, or the only one; None if the policy names no environments."""
    policy, _ = load_policy(files)
    environments = policy.environments
    if not environments:
        return None
    names = ", ".join(each.name for each in environments)
    if name is None:
        if len(environments) == 1:
            return environments[0]
        hint = "give --environment NAME, or set GROUNDCTL_ENVIRONMENT"
        raise UsageError(f"{files.policy_path} has {len(environments)} environments: {names}", hint=hint)
    if (chosen := environment_named(name, environments)) is None:
        hint = f"use one of {names}, or add it under environments in {files.policy_path}"
        raise UsageError(f"{files.policy_path} has no environment {name}", hint=hint)
    return chosen


def list_environments(files: Files, only: str | None) -> list[str]:
    """List the names of the policy's environments; without any, the one that only names."""
    policy, _ = load_policy(files)
    if not policy.environments_are_known:
        hint = "run `groundctl validate`, and correct what it reports"
        raise UsageError(f"the environments in {files.policy_path} cannot be read", hint=hint)
    return [each.name for each in policy.environments] or ([only] if only else [])


def check_same_place(environment: Environment, infrastructure: Infrastructure) -> None:
    """Reject the infrastructure of another environment: jobs would be created in the wrong place."""
    if is_same_place(environment, infrastructure):
        return
    account, region = environment.place
    message = (
        f"the infrastructure is of {infrastructure.target}, and environment {environment.name} in jobs/policy.yaml is"
        f" {environment.terraform_name} ({account}, {region})"
    )
    backend = f"environments/{environment.name}.s3.tfbackend"
    hint = f"run `terraform init -reconfigure -backend-config={backend}` in terraform/, or correct jobs/policy.yaml"
    raise UsageError(message, hint=hint)


def check_keeps_environments(current: Files, proposed: Files) -> None:
    """Reject a pull request that removes all environments: its jobs would be planned once in each of them."""
    if load_policy(current)[0].environments and not load_policy(proposed)[0].environments:
        message = f"this pull request removes `environments` from {proposed.policy_path}, or makes them unreadable"
        hint = "keep at least one environment, with the folders whose jobs it has"
        raise UsageError(message, hint=hint)


def find_added_environments(current: Files, proposed: Files, only: str | None) -> tuple[AddedEnvironment, ...]:
    """List the environments that a pull request adds; only names the one in use where the policy names none."""
    policy, _ = load_policy(proposed)
    known = list_environments(current, only)
    owners = Counter(owner.name for path in proposed.declarations() if (owner := owner_of_path(path, policy)))
    return tuple(
        AddedEnvironment(name=each.name, declarations=owners[each.name])
        for each in policy.environments
        if each.name not in known
    )
