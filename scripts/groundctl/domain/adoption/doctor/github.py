"""Judges what GitHub shows of the repository: its numbers, environments, branch rules, settings of Actions, and variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from groundctl.domain.adoption.doctor.finding import Finding, cannot_see, ok, problems_or, warning, wrong
from groundctl.domain.adoption.doctor.setup import (
    ROLE_KINDS,
    CodeownersError,
    ForkRules,
    GitHubRepository,
    RulesSeen,
    Setup,
    WorkflowToken,
)
from groundctl.domain.approval.protection import EnvironmentProtection, weaknesses

REQUIRED_CHECK = "plan / groundctl"
# The app that GitHub Actions reports checks as.
ACTIONS_APP = 15368
# From the weakest to the strongest.
_FORKS_WAIT = {
    "first_time_contributors_new_to_github": "only people who are new to GitHub",
    "first_time_contributors": "only first-time contributors",
}
_NAMED = 3


def judge_repository(found: GitHubRepository, setup: Setup) -> Sequence[Finding]:
    """Judge whether the numbers in the environments' settings are those of the repository: AWS compares them."""
    problems = []
    for environment, github in setup.github_settings:
        file = f"terraform/environments/{environment}.tfvars"
        for member, real in (("repository_id", found.number), ("owner_id", found.owner_number)):
            if (given := str(github.get(member, ""))) != real:
                fact = f"`github.{member}` is {given or 'not set'} in {file}, and {found.full_name} has {real}: AWS refuses its workflows"
                problems.append(wrong(fact, f'write {member} = "{real}" into {file}, then apply Terraform'))
    if found.full_name.lower() != setup.repository.lower():
        fact = f"{setup.repository} is now called {found.full_name}: AWS refuses its workflows until Terraform knows"
        problems.append(wrong(fact, f"git remote set-url origin {setup.server}/{found.full_name}.git"))
    return problems_or(problems, f"{found.full_name} is repository {found.number} of owner {found.owner_number}")


def judge_default_branch(found: GitHubRepository, setup: Setup) -> Sequence[Finding]:
    """Judge whether the default branch is the one that roles and workflows name."""
    if found.default_branch == setup.default_branch:
        return (ok(f"the default branch is {found.default_branch}"),)
    fact = f"the default branch is {found.default_branch}, and the roles trust {setup.default_branch}: nothing would be applied"
    fix = f'write default_branch = "{found.default_branch}" under github in the .tfvars files, then apply Terraform'
    return (wrong(fact, fix),)


def judge_environments(found: Mapping[str, EnvironmentProtection | None], setup: Setup) -> Sequence[Finding]:
    """Judge whether a second person must agree before a job enters an environment."""
    page = setup.page("settings/environments")
    problems, accepted = [], []
    for name, protection in found.items():
        if name in setup.policy.unprotected_environments:
            accepted.append(name)
            continue
        problems += [wrong(each, page) for each in weaknesses(name, protection, branch=setup.default_branch)]
    said = f"; jobs/policy.yaml accepts {', '.join(accepted)} as it is" if accepted else ""
    guarded = ", ".join(name for name in found if name not in accepted)
    return problems_or(problems, f"{guarded or 'no environment'} asks a second person{said}")


def judge_required_check(seen: RulesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether a pull request cannot be merged while groundctl's check fails."""
    checks = [check for check in seen.rules.checks if check.name == REQUIRED_CHECK]
    page, branch = setup.page("settings/rules"), setup.default_branch
    if not checks:
        if seen.hidden:
            return (cannot_see(f"no ruleset requires the check {REQUIRED_CHECK}, and {seen.hidden}", page),)
        fact = f"{branch} does not require the check {REQUIRED_CHECK}: a pull request with problems can be merged"
        return (wrong(fact, page),)
    problems = []
    if all(check.app != ACTIONS_APP for check in checks):
        fact = f"any app may report the check {REQUIRED_CHECK}; choose GitHub Actions as its source"
        problems.append(warning(fact, page))
    if not seen.rules.is_strict:
        problems.append(warning(f"{branch} does not require branches to be up to date before they are merged", page))
    return problems_or(problems, f"{branch} requires the check {REQUIRED_CHECK}")


def judge_reviews(seen: RulesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether GitHub asks for as many approvals as the policy."""
    asked, wanted = seen.rules.reviews, setup.policy.reviews
    page, branch = setup.page("settings/rules"), setup.default_branch
    if asked is not None and asked >= wanted:
        return (ok(f"{branch} asks for {_approvals(asked)}, and jobs/policy.yaml for {wanted}"),)
    if seen.hidden:
        return (cannot_see(f"no ruleset asks for {_approvals(wanted)}, and {seen.hidden}", page),)
    if asked is None:
        return (wrong(f"{branch} can be pushed to without a pull request: its jobs are then held", page),)
    fact = f"{branch} asks for {_approvals(asked)}, and jobs/policy.yaml for {wanted}: jobs that are merged with fewer are held"
    return (wrong(fact, page),)


def judge_review_rules(seen: RulesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether an approval is worth what it seems: for this push, by an owner, by another person, for everyone."""
    rules, page = seen.rules, setup.page("settings/rules")
    missing = {
        "approvals stay after a new push": rules.dismisses_stale,
        "no approval of a code owner is required": rules.asks_owners,
        "the last push need not be approved by another person": rules.asks_for_last_push,
    }
    gaps = [fact for fact, is_met in missing.items() if not is_met]
    if gaps and seen.hidden:
        return (cannot_see(f"no ruleset prevents that {'; '.join(gaps)}, and {seen.hidden}", page),)
    problems = [warning(f"{setup.default_branch}: {gap}", page) for gap in gaps]
    if rules.exempt:
        problems.append(
            warning(f"{', '.join(rules.exempt)} may merge into {setup.default_branch} past its rules", page)
        )
    if seen.hidden_exemptions:
        number = "a ruleset does" if seen.hidden_exemptions == 1 else f"{seen.hidden_exemptions:,} rulesets do"
        fact = f"{number} not show who may merge past the rules: only who may change a ruleset sees that"
        problems.append(cannot_see(fact, page))
    return problems_or(
        problems, "approvals end at a push, owners must approve, and so must another person than the last pusher"
    )


def judge_workflow_token(found: WorkflowToken, setup: Setup) -> Sequence[Finding]:
    """Judge what workflows may do by default."""
    page = setup.page("settings/actions")
    problems = []
    if found.default_rights != "read":
        problems.append(wrong(f"the token of a workflow may {found.default_rights} by default; choose read", page))
    if found.may_approve:
        problems.append(
            wrong("workflows may create and approve pull requests: their approvals would look like a review", page)
        )
    return problems_or(problems, "workflows may only read by default, and may not approve")


def judge_forks(found: ForkRules, setup: Setup) -> Sequence[Finding]:
    """Judge what a pull request of a stranger can start."""
    page = setup.page("settings/actions")
    problems = []
    if found.gets_write_token:
        problems.append(wrong("runs from forks get a token that writes", page))
    if found.gets_secrets:
        problems.append(wrong("runs from forks get secrets and variables", page))
    if found.waits_for == "nothing":
        problems.append(warning("runs from forks start without an approval", page))
    if weak := _FORKS_WAIT.get(found.waits_for):
        problems.append(
            warning(f"runs from forks wait for approval for {weak}; choose all external contributors", page)
        )
    return problems_or(problems, "runs from forks wait for approval, and get no rights")


def judge_variables(found: Mapping[str, str], setup: Setup) -> Sequence[Finding]:
    """Judge the repository's variables, which workflows need if the policy names no environments."""
    if setup.environments_are_in_policy:
        return (ok("jobs/policy.yaml names the environments, so no variable is needed"),)
    problems = list(_variables(found, setup))
    return problems_or(
        problems, f"GROUNDCTL_ENVIRONMENT is {found.get('GROUNDCTL_ENVIRONMENT')}, and its roles are set"
    )


def _variables(found: Mapping[str, str], setup: Setup) -> Iterator[Finding]:
    name = found.get("GROUNDCTL_ENVIRONMENT")
    known = {each.name: each for each in setup.environments}
    if not name:
        first = next(iter(known), "production.us-east-1")
        yield wrong(
            "the variable GROUNDCTL_ENVIRONMENT is not set: apply and status do nothing",
            _set("GROUNDCTL_ENVIRONMENT", first),
        )
        return
    environment = known.get(name)
    if environment is None:
        fact = f"the variable GROUNDCTL_ENVIRONMENT is {name}, and terraform/environments/{name}.tfvars does not exist"
        yield wrong(fact, _set("GROUNDCTL_ENVIRONMENT", next(iter(known), "NAME")))
        return
    wanted = {f"GROUNDCTL_{kind.upper()}_ROLE": environment.role_arn(kind) for kind in ROLE_KINDS}
    for variable, expected in {"AWS_REGION": environment.expected_region, **wanted}.items():
        given = found.get(variable)
        if not given:
            yield wrong(f"the variable {variable} is not set", _set(variable, expected))
        elif given != expected:
            yield wrong(f"the variable {variable} is {given}, and {name} has {expected}", _set(variable, expected))


def _set(name: str, value: str) -> str:
    return f"gh variable set {name} --body {value}"


def judge_codeowners(found: Sequence[CodeownersError] | None, setup: Setup) -> Sequence[Finding]:
    """Judge whether GitHub understands CODEOWNERS: it ignores a line that it does not."""
    if found is None:
        fact = (
            f"GitHub shows no CODEOWNERS on {setup.default_branch}: it is not there yet, or the token may not read it"
        )
        return (cannot_see(fact, setup.page(f"tree/{setup.default_branch}")),)
    problems = [
        wrong(
            f"{each.path}:{each.line}: {each.message}",
            setup.page(f"blob/{setup.default_branch}/{each.path}#L{each.line}"),
        )
        for each in found[:_NAMED]
    ]
    return problems_or(problems, "GitHub understands every line of CODEOWNERS")


def _approvals(number: int) -> str:
    return f"{number} approval{'' if number == 1 else 's'}"
