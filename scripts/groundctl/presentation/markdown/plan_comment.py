"""A plan as the comment on a pull request: verdict, money, jobs, what needs a person, details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from groundctl.domain.declarations.diagnostics import Diagnostic, field_name
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.estimate import rate_source
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import (
    Action,
    Change,
    Create,
    Plan,
    budget_of,
    clips_of,
    cost_of,
    fields_of,
    observed_of,
    purchase_of,
)
from groundctl.domain.tracking.progress import lasts_at_most
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.escape import for_markdown
from groundctl.presentation.markdown.comment import (
    RANK_OF_DETAILS,
    RANK_OF_NEEDS,
    RANK_OF_REMARKS,
    Footer,
    Point,
    code_name,
    composed,
    footer_line,
    grouped,
    named,
    plain,
    points_part,
    run_link,
    terraform_line,
    terraform_part,
)
from groundctl.presentation.markdown.job_details import job_details
from groundctl.presentation.markdown.jobs_table import jobs_part, unbroken
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, Part
from groundctl.presentation.plan_summary import ACTION_WORDS, IRREVERSIBLE, counts_of
from groundctl.presentation.tables import Column
from groundctl.presentation.text import count, duration, usd, usd_range

# Of so few jobs each has its details in sight; more share one fold.
FOLDS_SHOWN: Final = 5
# What a reviewer must see first comes first: it is also what is cut last.
_URGENCY: Final = (Action.STOP, Action.CREATE, Action.WAITING, Action.EXISTS, Action.ORPHAN)
# Who else can lift a refusal than the one who owns the job.
_POLICY_OWNERS: Final = "whoever owns `jobs/policy.yaml`"
_TERRAFORM_OWNERS: Final = "whoever owns `terraform/`"


def plan_comment(
    plan: Plan,
    policy: Policy,
    *,
    footer: Footer | None,
    terraform: TerraformPlanSummary | None = None,
    limit: int = COMMENT_LIMIT,
) -> RenderedComment:
    """Write a plan for a pull request, within so many bytes."""
    elsewhere = _elsewhere(footer, limit)
    shown = sorted((one for one in plan.changes if one.action is not Action.EXISTS or one.reasons), key=_urgency)
    failing = [change for change in shown if change.action.requires_attention]
    others = [change for change in shown if not change.action.requires_attention]
    title = f"### Plan for {plain(plan.infrastructure.environment)}: {counts_of(plan)}"
    parts = [
        _table(shown, elsewhere),
        points_part(_heading(failing), grouped(_needs(failing)), elsewhere, rank=RANK_OF_NEEDS),
        points_part("Worth knowing", grouped(_needs(others)), elsewhere, rank=RANK_OF_REMARKS),
        terraform_part(terraform, elsewhere),
        _details(plan.creates, elsewhere),
    ]
    where = (f"account {plan.infrastructure.account_id}", plan.infrastructure.region)
    return composed(
        [title, _standing(plan, failing), *_money(plan, policy), _not_known(plan), terraform_line(terraform)],
        parts,
        footer_line(footer, plan_digest="" if footer or plan.unknown else plan.digest, where=where),
        limit,
    )


def plan_markdown(plan: Plan, policy: Policy) -> str:
    """Write a plan as the comment on a pull request, without the run that posts it."""
    return plan_comment(plan, policy, footer=None).text


def _elsewhere(footer: Footer | None, limit: int) -> str:
    if footer is None:
        return "`groundctl plan --format json` has all of them."
    if limit > COMMENT_LIMIT:
        return f"The artifact `groundctl-plan` of {run_link(footer)} has all of them."
    return f"The summary of {run_link(footer)} has more of them, its artifact `groundctl-plan` all."


def _urgency(change: Change) -> int:
    return -1 if change.action.requires_attention else _URGENCY.index(change.action)


def _heading(failing: Sequence[Change]) -> str:
    return f"{count(len(failing), 'job')} {'needs' if len(failing) == 1 else 'need'} a person"


def _standing(plan: Plan, failing: Sequence[Change]) -> str:
    if not failing:
        return ""
    others = ""
    if creates := len(plan.with_action(Action.CREATE)):
        others = f" Merged as it is, it would still create {count(creates, 'other job')}."
    return f"**Not ready to merge:** {_heading(failing)} first, see below.{others}"


def _not_known(plan: Plan) -> str:
    """Say what was not looked up; a plan that was made with AWS knows everything."""
    return "\n".join(f"- **Not known:** {for_markdown(unknown.sentence)}." for unknown in plan.unknown)


def _money(plan: Plan, policy: Policy) -> Iterator[str]:
    creates = plan.creates
    if not creates:
        yield "Nothing will be bought."
        return
    yield f"{_cost(plan)} It cannot be undone: {IRREVERSIBLE[0].lower()}{IRREVERSIBLE[1:]}"
    remarks = []
    if len(plan.open_ended) < len(creates):
        remarks.append(f"Rates: {for_markdown(rate_source(policy))}.")
    if unpaid := _teams_without_rate(creates, policy):
        remarks.append(f"Not in it: what the members of {unpaid} are paid, as `jobs/policy.yaml` has no rate for them.")
    if work := _work_by_team(creates):
        remarks.append(work)
    yield " ".join(remarks)


def _cost(plan: Plan) -> str:
    cost, creates, open_ended = plan.cost, plan.creates, plan.open_ended
    if len(open_ended) == len(creates):
        return "**The cost of this merge is open:** nobody can say yet how many clips there will be."
    amount = for_markdown(usd_range(cost.low, cost.high))
    known = f"Estimated cost of this merge: **{amount}** for {count(cost.objects, 'clip')} and {count(cost.answers, 'answer')}"
    if open_ended:
        return f"{known}, **and what {count(len(open_ended), 'job')} without a bound will buy.**"
    return f"{known}."


def _teams_without_rate(creates: Iterable[Create], policy: Policy) -> str:
    teams = dict.fromkeys(one.team for one in creates if one.team not in policy.usd_per_answer and not _has_price(one))
    return named(list(teams), code_name)


def _has_price(change: Create) -> bool:
    return "PublicWorkforceTaskPrice" in change.purchase.desired.request["HumanTaskConfig"]


def _work_by_team(creates: Iterable[Create]) -> str:
    answers = Counter[str]()
    for change in creates:
        answers[change.team] += change.purchase.cost.answers if change.purchase.cost else 0
    if not any(answers.values()):
        return ""
    teams = [f"{number:,} by {code_name(team)}" for team, number in answers.most_common()]
    return f"Answers to give: {named(teams, str)}."


_COLUMNS: Final = (
    Column("Job"),
    Column("Plan"),
    Column("Team"),
    Column("Clips", right=True),
    Column("Answers", right=True),
    Column("Estimate", right=True),
    Column("Ends"),
)


def _table(changes: Sequence[Change], elsewhere: str) -> Part:
    several_teams = len({change.team for change in changes if change.team}) > 1

    def cells(change: Change) -> tuple[str, ...]:
        observed = observed_of(change)
        standing = f", {_standing_of(observed)}" if observed else ""
        would = f"**{ACTION_WORDS[change.action]}**{standing}"
        return code_name(change.name), would, plain(change.team) if several_teams else "", *_purchase(change)

    return jobs_part(changes, _COLUMNS, cells, elsewhere)


def _standing_of(job: ObservedJob) -> str:
    if job.status.is_terminal or not job.counters.total:
        return str(job.status)
    return f"{job.counters.labeled:,} of {job.counters.total:,} labeled"


def _purchase(change: Change) -> tuple[str, ...]:
    cost, of_clips = cost_of(change), clips_of(change)
    if cost is None:
        clips = "" if of_clips is None else f"{of_clips:,}"
        return clips, "", for_markdown(_open_cost(change)), _end(change)
    of_all = "" if of_clips in {None, cost.objects} else f" of {of_clips:,}"
    clips, money = unbroken(f"{cost.objects:,}{of_all}"), for_markdown(usd_range(cost.low, cost.high))
    return clips, f"{cost.answers:,}", money, _end(change)


def _open_cost(change: Change) -> str:
    if change.action not in {Action.CREATE, Action.WAITING}:
        return ""
    budget = budget_of(change)
    return f"at most {usd(budget)}, its budget" if budget is not None else "open"


def _end(change: Change) -> str:
    purchase, cost = purchase_of(change), cost_of(change)
    if purchase is None:
        return ""
    longest = lasts_at_most(purchase.desired.request, cost.objects if cost else clips_of(change))
    return unbroken(f"within {duration(longest.total_seconds())}") if longest else "when it is stopped"


def _needs(changes: Iterable[Change]) -> Iterator[Point]:
    for change in changes:
        owners = (change.owner,) if change.owner else ()
        for reason in change.reasons:
            yield Point(
                jobs=(change.name,),
                cause=_cause(reason),
                rule=reason.rule,
                fields=fields_of(change) if reason is change.reasons[-1] else (),
                owners=owners if change.action.requires_attention else (),
                lift=_lift(reason.rule) if change.action.requires_attention else "",
                step=reason.hint,
            )


def _cause(reason: Diagnostic) -> str:
    """Name the field where a message is about its value: it was written to stand beside the field's line."""
    message = reason.message
    if not reason.rule.startswith("GT") or not reason.pointer or message.startswith(("`", '"', "the ")):
        return message
    return f"{field_name(reason.pointer)} {message}"


def _lift(rule: str) -> str:
    if rule in {"P202", "P203", "P204"}:
        return _POLICY_OWNERS
    return _TERRAFORM_OWNERS if rule.startswith("GT6") else ""


def _details(creates: Sequence[Create], elsewhere: str) -> Part:
    many = len(creates) > FOLDS_SHOWN
    opening = f"<details><summary>Details of {count(len(creates), 'job')}</summary>\n\n" if many else ""
    return Part(
        pieces=map(job_details, creates),
        total=len(creates),
        rest=lambda taken: f"\nNot shown here: the details of {count(len(creates) - taken, 'job')}. {elsewhere}\n\n",
        rank=RANK_OF_DETAILS,
        opening=opening,
        closing="</details>\n\n" if many else "",
    )
