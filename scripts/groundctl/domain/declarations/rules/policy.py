"""Rules of this repository's jobs/policy.yaml."""

from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.input import readable_uris
from groundctl.domain.declarations.rules.registry import Case, error, rule


@rule("GT502", each=("/input/prefix", "/input/manifest", "/input/objects/*"))
def clips_come_from_the_teams_own_prefixes(case: Case) -> Iterator[Diagnostic]:
    """One team's declaration does not send another team's clips to workers."""
    allowed = case.policy.allowed_prefixes.get(case.folder)
    if allowed is None:
        return
    for pointer, uri in readable_uris(case):
        if not uri.startswith(allowed):
            message = f"is outside the prefixes that jobs/policy.yaml allows for {case.folder}"
            yield error("GT502", pointer, message, f"use {' or '.join(allowed)}")


@rule("GT503", reads=("/budget/usd",))
def budget_is_below_the_limit(case: Case) -> Iterator[Diagnostic]:
    """A plan would refuse a budget above the repository's limit for one job."""
    limit, budget = case.policy.job_ceiling.usd, case.spec.budget_usd
    if limit is not None and budget is not None and budget > limit:
        message = f"is above ${limit:,.2f}, the limit for one job in jobs/policy.yaml"
        yield error("GT503", "/budget/usd", message, "lower it, or propose a higher limit in jobs/policy.yaml")
