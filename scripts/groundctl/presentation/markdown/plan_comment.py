"""A plan as the comment on a pull request: summary, cost, jobs, what needs attention, details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from groundctl.domain.approval.standing import AddedEnvironment, BeyondApproval, LeftAlone, Standing
from groundctl.domain.declarations.diagnostics import NO_PLACES, Diagnostic, Places, sentence
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.estimate import NOTHING, Estimate
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import (
    Action,
    Change,
    Create,
    Plan,
    budget_of,
    changes_of,
    clips_of,
    cost_of,
    observed_of,
    purchase_of,
)
from groundctl.domain.tracking.progress import lasts_at_most
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.escape import for_markdown
from groundctl.presentation.job_effects import work_in_all
from groundctl.presentation.markdown.comment import (
    Footer,
    Rank,
    attention,
    composed,
    elsewhere,
    footer_line,
    not_shown,
)
from groundctl.presentation.markdown.environment import render, render_around
from groundctl.presentation.markdown.filters import code, money, text
from groundctl.presentation.markdown.job_details import job_details
from groundctl.presentation.markdown.jobs_table import jobs_part, unbroken
from groundctl.presentation.markdown.points import Point, grouped, place_links, points_part
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, Part
from groundctl.presentation.plan_summary import (
    ACTION_WORDS,
    changes_shown,
    counts_of,
    finished_orphans_text,
    open_bound,
    rates_of,
    teams_without_rate,
    teams_without_time,
)
from groundctl.presentation.tables import Column
from groundctl.presentation.text import count, duration, usd

# Up to this many jobs have a fold each for their details; more jobs share one.
FOLDS_SHOWN: Final = 5
# Up to this many notes about the ledger are in the head of the comment.
NOTES_SHOWN: Final = 5
# The order of the table, after the jobs that need attention: what a reviewer must see comes first and is cut last.
_URGENCY: Final = (Action.STOP, Action.CREATE, Action.WAITING, Action.EXISTS, Action.ORPHAN)
# Who can lift a refusal, besides the owner of the job.
_POLICY_OWNERS: Final = "the owners of `jobs/policy.yaml`"
_TERRAFORM_OWNERS: Final = "the owners of `terraform/`"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """What the template shows of a plan as a whole; attention counts the jobs that keep it from being merged."""

    environment: str
    counts: str
    attention: str
    creates: int
    open_ended: int
    open_bound: str
    has_estimate: bool
    cost: Estimate
    rates: str
    teams_without_rate: tuple[str, ...]
    teams_without_time: tuple[str, ...]
    work: str
    answers_by_team: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    notes: tuple[Diagnostic, ...]
    more_notes: int
    finished_orphans: str


def plan_comment(
    plan: Plan,
    policy: Policy,
    *,
    footer: Footer | None,
    standing: Standing | None = None,
    places: Places = NO_PLACES,
    limit: int = COMMENT_LIMIT,
) -> RenderedComment:
    """Write a plan for a pull request, within so many bytes; places are those of what it refuses."""
    shown = sorted(changes_shown(plan), key=_urgency)
    failing = [change for change in shown if change.action.requires_attention]
    others = [change for change in shown if not change.action.requires_attention]
    where = elsewhere("plan", footer, is_summary=limit > COMMENT_LIMIT)
    parts = [
        _table(shown, where),
        points_part(attention(len(failing)), grouped(_points(failing, places, footer)), where, rank=Rank.ATTENTION),
        points_part("Notes", grouped(_points(others, places, footer)), where, rank=Rank.NOTES),
        _details(plan.creates, where),
    ]
    place = (f"account {plan.infrastructure.account_id}", plan.infrastructure.region)
    digest = plan.digest if plan.is_complete and not footer else ""
    return composed(
        render("plan", plan=_head(plan, policy, len(failing)), standing=_standing(standing)),
        parts,
        footer_line(footer, plan_digest=digest, where=place),
        limit,
    )


def terraform_comment(
    terraform: TerraformPlanSummary, *, footer: Footer | None, limit: int = COMMENT_LIMIT
) -> RenderedComment:
    """Write what Terraform would change, as the branch's own code says it, within so many bytes."""
    where = elsewhere("plan", footer, is_summary=limit > COMMENT_LIMIT)
    head = render("terraform", terraform=terraform)
    return composed(head, [_terraform(terraform, where)], footer_line(footer), limit)


def plan_markdown(plan: Plan, policy: Policy, places: Places = NO_PLACES) -> str:
    """Write a plan as the comment on a pull request, without the run that posts it."""
    return plan_comment(plan, policy, footer=None, places=places).text


def _urgency(change: Change) -> int:
    return -1 if change.action.requires_attention else _URGENCY.index(change.action)


def _head(plan: Plan, policy: Policy, failing: int) -> PlanHead:
    creates, open_ended = plan.creates, len(plan.open_ended)
    return PlanHead(
        environment=plan.infrastructure.environment,
        counts=counts_of(plan),
        attention=attention(failing) if failing else "",
        creates=len(creates),
        open_ended=open_ended,
        open_bound="" if (bound := open_bound(plan)) is None else usd(bound),
        has_estimate=open_ended < len(creates),
        cost=plan.cost,
        rates=rates_of(plan, policy),
        teams_without_rate=teams_without_rate(creates, policy),
        teams_without_time=teams_without_time(creates),
        work=work_in_all(plan.cost),
        answers_by_team=_answers_by_team(creates),
        unknown=tuple(unknown.sentence for unknown in plan.unknown),
        notes=plan.notes[:NOTES_SHOWN],
        more_notes=len(plan.notes[NOTES_SHOWN:]),
        finished_orphans=finished_orphans_text(plan),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingHead:
    """What the template shows of a pull request's place before its merge; the estimates are None if costs are open."""

    released: int
    released_clips: int
    released_cost: Estimate | None
    released_owners: tuple[str, ...]
    left: tuple[LeftAlone, ...]
    more_left: int
    beyond: BeyondApproval | None
    beyond_clips: int
    beyond_cost: Estimate | None
    changes_terraform: bool
    names_plan: bool
    not_known: str
    added: tuple[AddedEnvironment, ...]
    more_added: int


def _standing(standing: Standing | None) -> StandingHead | None:
    if standing is None:
        return None
    beyond = standing.beyond_approval.changes if standing.beyond_approval else ()
    return StandingHead(
        released=len(standing.released),
        released_clips=sum(clips_of(change) or 0 for change in standing.released),
        released_cost=_cost_of_all(standing.released),
        released_owners=tuple(dict.fromkeys(change.owner for change in standing.released if change.owner)),
        left=standing.left[:NOTES_SHOWN],
        more_left=len(standing.left[NOTES_SHOWN:]),
        beyond=standing.beyond_approval,
        beyond_clips=sum(clips_of(change) or 0 for change in beyond),
        beyond_cost=_cost_of_all(beyond),
        changes_terraform=standing.changes_terraform,
        names_plan=standing.names_plan,
        not_known=standing.not_known,
        added=standing.added_environments[:NOTES_SHOWN],
        more_added=len(standing.added_environments[NOTES_SHOWN:]),
    )


def _cost_of_all(changes: Sequence[Change]) -> Estimate | None:
    costs = [cost_of(change) for change in changes]
    known = [cost for cost in costs if cost is not None]
    return sum(known, NOTHING) if known and len(known) == len(costs) else None


def _answers_by_team(creates: Iterable[Create]) -> tuple[tuple[str, int], ...]:
    answers = Counter[str]()
    for change in creates:
        answers[change.team] += change.purchase.cost.answers if change.purchase.cost else 0
    return tuple(answers.most_common()) if any(answers.values()) else ()


_COLUMNS: Final = (
    Column("Job"),
    Column("Plan"),
    Column("Team"),
    Column("Clips", right=True),
    Column("Answers", right=True),
    Column("Estimate", right=True),
    Column("Ends"),
)


def _table(changes: Sequence[Change], where: str) -> Part:
    several_teams = len({change.team for change in changes if change.team}) > 1

    def cells(change: Change) -> tuple[str, ...]:
        observed = observed_of(change)
        state = f", {_state_of(observed)}" if observed else ""
        planned = f"**{ACTION_WORDS[change.action]}**{state}"
        return code(change.name), planned, text(change.team) if several_teams else "", *_purchase(change)

    return jobs_part(changes, _COLUMNS, cells, where)


def _state_of(job: ObservedJob) -> str:
    if job.status.is_terminal or not job.counters.total:
        return str(job.status)
    return f"{job.counters.labeled:,} of {job.counters.total:,} labeled"


def _purchase(change: Change) -> tuple[str, ...]:
    cost, of_clips = cost_of(change), clips_of(change)
    if cost is None:
        clips = "" if of_clips is None else f"{of_clips:,}"
        return clips, "", for_markdown(_open_cost(change)), _end(change)
    of_all = "" if of_clips in {None, cost.objects} else f" of {of_clips:,}"
    return unbroken(f"{cost.objects:,}{of_all}"), f"{cost.answers:,}", money(cost), _end(change)


def _open_cost(change: Change) -> str:
    if change.action not in {Action.CREATE, Action.WAITING}:
        return ""
    budget = budget_of(change)
    return f"at most {usd(budget)} (budget)" if budget is not None else "open-ended"


def _end(change: Change) -> str:
    purchase, cost = purchase_of(change), cost_of(change)
    if purchase is None:
        return ""
    longest = lasts_at_most(purchase.desired.request, cost.objects if cost else clips_of(change))
    return unbroken(f"within {duration(longest.total_seconds())}") if longest else "when it is stopped"


def _points(changes: Iterable[Change], places: Places, footer: Footer | None) -> Iterator[Point]:
    for change in changes:
        owners = (change.owner,) if change.owner else ()
        for reason in change.reasons:
            yield Point(
                jobs=(change.name,),
                cause=sentence(reason),
                rule=reason.rule,
                places=place_links([place] if (place := places.of(change.path, reason)) else [], footer),
                changed=changes_of(change) if reason is change.reasons[-1] else (),
                owners=owners if change.action.requires_attention else (),
                others=_others_who_can_act(reason.rule) if change.action.requires_attention else "",
                step=reason.hint,
            )


def _others_who_can_act(rule: str) -> str:
    if rule.startswith("GT5") or rule in {"P202", "P203", "P204", "P206", "P207", "GT215", "GT420"}:
        return _POLICY_OWNERS
    return _TERRAFORM_OWNERS if rule.startswith("GT6") else ""


def _terraform(terraform: TerraformPlanSummary, where: str) -> Part:
    """List the addresses of what Terraform would change, those that would be lost first."""
    changes = (
        [("destroy", address) for address in terraform.destroy]
        + [("replace", address) for address in terraform.replace]
        + [("change", address) for address in terraform.change]
        + [("add", address) for address in terraform.add]
    )
    opening, closing = render_around("folded", summary=f"Terraform: changes to {count(len(changes), 'resource')}")
    return Part(
        pieces=(f"- {verb} {code(address)}\n" for verb, address in changes),
        total=len(changes),
        rest=lambda taken: not_shown(count(len(changes) - taken, "Terraform resource"), where),
        rank=Rank.NOTES,
        opening=opening,
        closing=closing,
    )


def _details(creates: Sequence[Create], where: str) -> Part:
    opening, closing = "", ""
    if len(creates) > FOLDS_SHOWN:
        opening, closing = render_around("folded", summary=f"Details of {count(len(creates), 'job')}")
    return Part(
        pieces=map(job_details, creates),
        total=len(creates),
        rest=lambda taken: not_shown(f"the details of {count(len(creates) - taken, 'job')}", where),
        rank=Rank.DETAILS,
        opening=opening,
        closing=closing,
    )
