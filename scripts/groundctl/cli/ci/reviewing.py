"""Finds out in a workflow run what was approved, and whether the run may act on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from groundctl.app.approval.archive import Archive
from groundctl.app.approval.review import ByHand, Review, review
from groundctl.app.approval.tip import TipGuard
from groundctl.app.environments import choose_environment
from groundctl.app.plan import PlanningResult
from groundctl.app.publish import read_provenance
from groundctl.cli.ci.reporter import print_log
from groundctl.composition import (
    SystemClock,
    approved_plan,
    chosen_name,
    first_fault,
    open_approval_facts,
    open_checkout,
    open_github,
    open_history,
    open_recorded_plans,
    open_run_context,
    open_workflow_run,
)
from groundctl.domain.approval.protection import weaknesses, who_let_in, why_not_by_hand
from groundctl.domain.approval.tip import Tip
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.environments import GitHubEnvironments
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.tracking.provenance import Provenance
from groundctl.domain.tracking.pull_request_status import jobs_to_report
from groundctl.exit_codes import ExitCode
from groundctl.ports import ApprovalFacts, Repository


def open_archive(planned: PlanningResult, checkout: Repository | None = None) -> Archive:
    """Open the pull requests and recorded plans of this repository, as the history of a checkout has them."""
    run, workflow_run, schemas = open_run_context(), open_workflow_run(), open_checkout()
    return Archive(
        repository=run.repository,
        repository_id=workflow_run.repository_id,
        branch=workflow_run.default_branch,
        needed=planned.validated.policy.reviews,
        now=datetime.now(UTC),
        clock=SystemClock(),
        pull_requests=open_github(),
        facts=open_approval_facts(),
        recorded=open_recorded_plans(planned.account.infrastructure),
        history=open_history(checkout or schemas),
        is_plan=lambda data: first_fault(schemas, "plan", data) is None,
    )


def open_guard() -> TipGuard:
    """Open the guard that lets this run act only at the tip of the default branch."""
    run, workflow_run = open_run_context(), open_workflow_run()
    return TipGuard(open_approval_facts(), branch=workflow_run.default_branch, commit=run.head_commit)


def leave_undone(tip: Tip, left: str = "Nothing was done here.") -> ExitCode:
    """Say why this run does nothing, and return how it ends."""
    print(f"{tip.sentence}. {left}")
    return ExitCode.PROBLEMS if tip.needs_attention else ExitCode.OK


def review_plan(
    planned: PlanningResult, archive: Archive, *, entered: str | None = None
) -> tuple[PlanningResult, Review, Mapping[JobKey, Provenance]]:
    """Compare a plan with what was approved, and read where existing jobs come from.

    entered is the protected environment that this job of the workflow is in.
    """
    jobs = jobs_to_report(planned.plan, planned.account.log.aws_time or datetime.now(UTC))
    provenance = read_provenance(jobs, planned.account.objects, repository=open_run_context().repository)
    unknown = {job.key for job in jobs} - provenance.keys()
    frozen, reviewed = review(planned, archive, by_hand=_by_hand(archive.facts, entered), unknown=unknown)
    return frozen, reviewed, provenance


def count_free(plan: Plan, action: Action, held: Collection[JobKey]) -> int:
    """Count the changes with an action that are not held."""
    return sum(change.key not in held for change in plan.with_action(action))


def protected_environments() -> GitHubEnvironments:
    """Return the protected environments of GitHub that this run's environment has."""
    chosen = choose_environment(open_checkout(), chosen_name())
    return chosen.github if chosen else GitHubEnvironments()


def unprotected(policy: Policy, facts: ApprovalFacts, *, branch: str) -> tuple[str, ...]:
    """List how this run's protected environments can be entered without a second person, unless the policy accepts it."""
    names = protected_environments().names
    checked = (name for name in names if name not in policy.unprotected_environments)
    return tuple(found for name in checked for found in weaknesses(name, facts.environment(name), branch=branch))


def _by_hand(facts: ApprovalFacts, entered: str | None) -> ByHand | None:
    """Read what GROUNDCTL_APPROVE lets through; None, with the reason in the log, if it counts for nothing."""
    digest = approved_plan()
    if not digest:
        return None
    environment = entered or protected_environments().apply
    if reason := why_not_by_hand(environment, facts.environment(environment)):
        print_log(f"`approve` is ignored: {reason}. Merge a file jobs/approved/{digest} by pull request instead.")
        return None
    actor = open_workflow_run().actor
    if entered is None:
        return ByHand(digest=digest, who=f"let through by hand, as @{actor} asks")
    run_id = open_run_context().run_id
    who = who_let_in(environment, facts.approvals_of_run(run_id), actors=open_workflow_run().actors)
    if who is None:
        print_log(f"`approve` is ignored: no person but @{actor}, who started this run, let it enter {environment}.")
        return None
    return ByHand(digest=digest, who=f"let through by @{who} for @{actor}")
