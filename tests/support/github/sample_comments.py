"""Samples of every comment that a pull request can get, rendered by groundctl."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from groundctl.domain.approval.reviewed_plan import CHANGE_AGAIN
from groundctl.domain.approval.seen_clips import ClipsChanged, Replaced
from groundctl.domain.approval.standing import AddedEnvironment, BeyondApproval, LeftAlone, Standing
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Limit, Policy
from groundctl.domain.declarations.spec import State
from groundctl.domain.jobs.creation import (
    Accepted,
    CreateResponse,
    Hold,
    NameTaken,
    Outcome,
    Rejected,
    Result,
    Unclear,
    Verdict,
    classify,
)
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundctl.domain.jobs.observed import Counters, ObservedJob, Status
from groundctl.domain.planning.plan import Plan, clips_of, cost_of
from groundctl.domain.tracking.provenance import Provenance
from groundctl.domain.tracking.pull_request_status import PullRequestStatus, pull_request_statuses
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.plan_comment import plan_comment, terraform_comment
from groundctl.presentation.markdown.problems_comment import (
    unchanged_comment,
)
from groundctl.presentation.markdown.run_summary import run_summary
from support.builders import (
    ACCOUNT,
    NOW,
    REGION,
    a_declaration,
    a_plan,
    a_policy,
    a_run,
    an_infrastructure,
    an_observed_job,
    with_refusals,
)
from support.github.sample_problems import a_thousand_problems, from_a_fork, no_plan, problems

POLICY: Final = a_policy(
    platform_fee_usd=Decimal("0.08"),
    usd_per_answer={"dock-watchers": Decimal("0.05")},
    job_ceiling=Limit(objects=20_000, usd=Decimal(1_500)),
)
_NOT_MORE_THAN_TEN: Final = replace(POLICY, plan_ceiling=Limit(jobs=10, usd=Decimal(3_000)))
_TEAMS: Final = {"sports-data": "court-side-reviewers", "warehouse": "dock-watchers"}
_TITLES: Final = {"sports-data": "How did the rally end?", "warehouse": "Does anybody stand behind the truck?"}
_LABELS: Final = {
    "sports-data": ["winner", "forced error", "unforced error", "cannot tell"],
    "warehouse": ["yes", "no"],
}


def _footer(plan: Plan | None = None, *, attempt: int = 1) -> Footer:
    return Footer(run=a_run(attempt=attempt), plan_digest=plan.digest if plan else "")


def _production() -> Infrastructure:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd"
    teams = {team: WorkTeam(arn=f"{arn}/{team}") for team in _TEAMS.values()}
    return an_infrastructure(environment="production", work_teams=teams)


def _declared(name: str, owner: str = "sports-data", clips: int = 120, of: str = "", **changes: Any) -> Declaration:
    objects = [f"s3://clips/{of or name}/clip-{number:05}.mp4" for number in range(clips)]
    return a_declaration(
        name=name,
        owner=owner,
        path=f"jobs/{owner}/{name}.yaml",
        task={
            "title": _TITLES[owner],
            "description": "Watch the clip to its end and choose the one answer that fits.",
            "labels": _LABELS[owner],
            "instructions": {"short": "Watch to the end."},
        },
        workforce={
            "team": _TEAMS[owner],
            "workers_per_object": 3,
            "task_time_limit": "10m",
            "task_availability": "10d",
        },
        **{"input": {"objects": objects}, **changes},
    )


def _planned(*declared: Declaration, observed: Iterable[ObservedJob] = (), policy: Policy = POLICY) -> Plan:
    return a_plan(*declared, observed=tuple(observed), policy=policy, infrastructure=_production())


# --- before the merge ----------------------------------------------------------------------------------------------------


def _one_job() -> RenderedComment:
    plan = _planned(_declared("rally-outcome-2026-11", budget={"usd": 400}))
    return plan_comment(plan, POLICY, footer=_footer(plan))


def _thirty_jobs() -> RenderedComment:
    rallies = [_declared(f"rally-outcome-court-{court:02}", clips=80 + court) for court in range(1, 19)]
    docks = [_declared(f"dock-{dock:02}-november", "warehouse", clips=40 + dock) for dock in range(1, 13)]
    plan = _planned(*rallies, *docks)
    return plan_comment(plan, POLICY, footer=_footer(plan, attempt=2), standing=Standing(changes_terraform=True))


def _terraform() -> RenderedComment:
    terraform = TerraformPlanSummary(
        add=('module.workforce.aws_sagemaker_workteam.team["dock-watchers"]',),
        change=("module.access.aws_iam_role_policy.apply", "module.access.aws_iam_role_policy.plan"),
    )
    return terraform_comment(terraform, footer=_footer())


def _plan_beyond_approval() -> RenderedComment:
    plan = _planned(_declared("rally-outcome-2026-11", clips=208))
    beyond = BeyondApproval(
        approved="approved by @ann at 2026-11-28 10:10:00 UTC: the plan of 2026-11-28 10:02:00 UTC",
        changes=plan.creates,
        reasons=(("rally-outcome-2026-11", "its clips differ: reviewed 8, now 208"),),
    )
    return plan_comment(plan, POLICY, footer=_footer(plan), standing=Standing(beyond_approval=beyond))


def _releases() -> RenderedComment:
    plan = _planned(_declared("rally-outcome-2026-11", clips=208), _declared("dock-november", "warehouse"))
    standing = Standing(
        released=plan.creates[:1],
        left=(LeftAlone(name="serve-direction", pull_request=12), LeftAlone(name="lines", pull_request=None)),
        added_environments=(AddedEnvironment(name="staging.eu-west-1", declarations=2),),
    )
    return plan_comment(plan, POLICY, footer=_footer(plan), standing=standing)


def _a_thousand_jobs() -> RenderedComment:
    plan = _planned(*(_declared(f"rally-outcome-{number:04}", clips=12) for number in range(1_000)))
    return plan_comment(plan, POLICY, footer=_footer(plan))


def _refusals() -> RenderedComment:
    edited = _declared("serve-direction-2026-10", clips=60)
    taken = _declared("rally-outcome", clips=60)
    bought = _declared("dock-november", "warehouse", clips=60)
    again = _declared("dock-november-copy", "warehouse", clips=60, of="dock-november")
    dear = _declared("rally-outcome-season", clips=900, budget={"usd": 50})
    good = _declared("rally-outcome-2026-11")
    rest = _declared("serve-direction-rest", input={"from_job": "serve-direction-2026-10"})
    observed = [
        an_observed_job(_declared(edited.spec.name, clips=61)),
        an_observed_job(taken, fingerprint=None),
        an_observed_job(bought),
    ]
    plan = _planned(edited, taken, bought, again, dear, good, rest, observed=observed)
    return plan_comment(plan, POLICY, footer=_footer(plan))


def _refused_together() -> RenderedComment:
    plan = _planned(
        *(_declared(f"rally-outcome-court-{court:02}") for court in range(1, 13)), policy=_NOT_MORE_THAN_TEN
    )
    return plan_comment(plan, POLICY, footer=_footer(plan))


# --- after the merge -----------------------------------------------------------------------------------------------------

_RALLY: Final = _declared("rally-outcome-2026-11")
_SERVE: Final = _declared("serve-direction-2026-11", clips=60)
_DOCK: Final = _declared("dock-november", "warehouse", clips=40)
_NIGHT: Final = _declared("dock-night-november", "warehouse", clips=40)
_LINES: Final = _declared("line-calls-2026-11", clips=80)
_OLD: Final = _declared("dock-october", "warehouse", clips=40, state="stopped")


def _status(
    *declared: Declaration,
    observed: Iterable[ObservedJob] = (),
    refused: Mapping[JobKey, str] | None = None,
    **more: Any,
) -> PullRequestStatus:
    plan = with_refusals(_planned(*declared, observed=observed), refused or {})
    # A job that is stopped now was reviewed before, when it was to be created.
    reviewed = _planned(
        *(replace(declaration, spec=replace(declaration.spec, state=State.ACTIVE)) for declaration in declared)
    )
    provenance = {
        change.key: Provenance(
            repository="acme/labeling",
            pull_request=12,
            path=change.path,
            owner=change.owner,
            team=change.team,
            clips=clips_of(change),
            cost=cost_of(change),
        )
        for change in reviewed.changes
    }
    source_pull_requests = {change.key: 12 for change in plan.changes}
    [status] = pull_request_statuses(
        plan,
        NOW,
        plan_digest=plan.digest,
        **{"provenance": provenance, "source_pull_requests": source_pull_requests, "held": {}, "notify": {}, **more},
    )
    return status


def _refused() -> RenderedComment:
    quota = "ResourceLimitExceeded: The account-level service limit 'Active labeling jobs' is 20 jobs."
    refused = dict.fromkeys((each.spec.key for each in (_RALLY, _SERVE, _DOCK)), quota)
    refused[_NIGHT.spec.key] = "AccessDeniedException: groundctl-apply is not authorized to create labeling jobs"
    return _commented(_status(_RALLY, _SERVE, _DOCK, _NIGHT, _LINES, refused=refused))


def _commented(status: PullRequestStatus) -> RenderedComment:
    return status_comment(status, NOW, footer=replace(_footer(), plan_digest=status.plan_digest))


def _observed(declaration: Declaration, status: Status, *, days: float, **more: Any) -> ObservedJob:
    started = NOW - timedelta(days=days)
    return an_observed_job(declaration, **{"status": status, "created": started, "modified": NOW, **more})


def _merged() -> RenderedComment:
    return _commented(_status(_RALLY, _SERVE))


def _held() -> RenderedComment:
    reason = "more money: reviewed up to $9.60, now up to $11.20"
    return _commented(_status(_RALLY, _SERVE, held={_RALLY.spec.key: Hold(reason=reason)}))


def _clips_changed() -> RenderedComment:
    """A job whose approved clips are no longer what they were."""
    clips = [f"s3://acme-clips/rallies/rally-{number:04}.mp4" for number in range(1, 9)]
    replaced = Replaced(uri=clips[6], change="on 2026-11-28 at 14:05 UTC: 2,345 bytes, reviewed 1,234", is_certain=True)
    doubtful = Replaced(uri=clips[7], change="on 2026-11-28 at 14:06 UTC: another ETag", is_certain=False)
    changed = ClipsChanged(gone=tuple(clips[:5]), place="s3://acme-clips/rallies/", replaced=(replaced, doubtful))
    assert changed.hold is not None
    return _commented(_status(_RALLY, _SERVE, held={_RALLY.spec.key: changed.hold}))


def _applied() -> RenderedComment:
    plan = _planned(_RALLY, _SERVE, _DOCK, _NIGHT, _LINES)
    requests = {create.name: create.purchase.desired.request for create in plan.creates}
    answers: list[tuple[Declaration, CreateResponse]] = [
        (_RALLY, Accepted(arn="arn")),
        (_SERVE, NameTaken(message="exists")),
        (_DOCK, Rejected(code="ResourceLimitExceeded", message="The account-level limit is 20 labeling jobs.")),
        (_NIGHT, Unclear(message="the connection broke before AWS answered")),
    ]
    outcomes = []
    for declaration, answer in answers:
        request = requests[declaration.spec.name]
        is_there = isinstance(answer, Accepted | NameTaken)
        verdict = classify(answer, request, {"LabelingJobArn": "arn", **request} if is_there else None)
        outcomes.append(_outcome(declaration, verdict.result, verdict.evidence, verdict.hint))
    reason = "more money: reviewed up to $4.80, now up to $6.40"
    outcomes.append(_outcome(_LINES, Result.HELD, reason, CHANGE_AGAIN))
    outcomes.append(_outcome(_OLD, Result.STOPPING, "asked AWS to stop it; labels made so far stay"))
    running = _observed(_OLD, Status.STOPPING, days=20, counters=Counters(labeled=31, unlabeled=9))
    return _commented(
        _status(
            _RALLY,
            _SERVE,
            _DOCK,
            _NIGHT,
            _LINES,
            _OLD,
            observed=[running],
            outcomes=outcomes,
            held={_LINES.spec.key: Hold(reason=reason)},
        )
    )


def _arrived() -> RenderedComment:
    """A job as it was approved, while more clips came."""
    outcome = _outcome(_RALLY, Result.CREATED, "accepted, and visible")
    said = "approved by @ann at 2026-11-28 10:10:00 UTC: the plan of 2026-11-28 10:02:00 UTC"
    status = _status(_RALLY, outcomes=[outcome], agreed={_RALLY.spec.key: said}, arrived={_RALLY.spec.key: 200})
    return _commented(status)


def _outcome(declaration: Declaration, result: Result, evidence: str, hint: str = "") -> Outcome:
    verdict = Verdict(result=result, evidence=evidence, hint=hint)
    return Outcome(name=declaration.spec.name, path=declaration.path, verdict=verdict)


def _created() -> RenderedComment:
    outcomes = [_outcome(declaration, Result.CREATED, "accepted, and there") for declaration in (_RALLY, _SERVE)]
    return _commented(_status(_RALLY, _SERVE, outcomes=outcomes))


def _labeling() -> RenderedComment:
    observed = [
        _observed(_RALLY, Status.IN_PROGRESS, days=2, counters=Counters(labeled=78, failed=2, unlabeled=40)),
        _observed(_SERVE, Status.COMPLETED, days=2, counters=Counters(labeled=60)),
        _observed(_DOCK, Status.IN_PROGRESS, days=2, counters=Counters(unlabeled=40)),
    ]
    return _commented(_status(_RALLY, _SERVE, _DOCK, observed=observed))


def _labeling_a_thousand() -> RenderedComment:
    declared = [_declared(f"rally-outcome-{number:04}", clips=12) for number in range(1_000)]
    observed = [
        _observed(
            declaration,
            Status.IN_PROGRESS,
            days=2,
            counters=Counters(labeled=number % 12, unlabeled=12 - number % 12),
        )
        for number, declaration in enumerate(declared)
    ]
    return _commented(_status(*declared, observed=observed))


def _finished() -> RenderedComment:
    observed = [
        _observed(_RALLY, Status.COMPLETED, days=4, counters=Counters(labeled=117, failed=3)),
        _observed(_SERVE, Status.COMPLETED, days=4, counters=Counters(labeled=60)),
    ]
    return _commented(_status(_RALLY, _SERVE, observed=observed))


def _failed() -> RenderedComment:
    observed = [
        _observed(
            _RALLY,
            Status.FAILED,
            days=1,
            counters=Counters(labeled=14, unlabeled=106),
            failure_reason="ClientError: Access denied while reading s3://clips/rally-outcome-2026-11/clip-00014.mp4",
        ),
        _observed(_SERVE, Status.IN_PROGRESS, days=1, counters=Counters(labeled=20, unlabeled=40)),
    ]
    return _commented(_status(_RALLY, _SERVE, observed=observed))


def _run_summary() -> RenderedComment:
    labeling = _status(
        _RALLY,
        observed=[_observed(_RALLY, Status.IN_PROGRESS, days=2, counters=Counters(labeled=78, unlabeled=42))],
    )
    held = replace(
        _status(_DOCK, held={_DOCK.spec.key: Hold(reason="no plan was recorded for head 4f0c2a9", hint=CHANGE_AGAIN)}),
        pull_request=14,
    )
    return run_summary([labeling, held], NOW, footer=_footer())


COMMENTS: Final[dict[str, Callable[[], RenderedComment]]] = {
    "plan-1-job": _one_job,
    "plan-30-jobs": _thirty_jobs,
    "plan-1000-jobs": _a_thousand_jobs,
    "plan-refusals": _refusals,
    "plan-over-the-limit": _refused_together,
    "plan-beyond-approval": _plan_beyond_approval,
    "plan-releases-others": _releases,
    "terraform": _terraform,
    "no-plan-problems": problems,
    "no-plan-1000-problems": a_thousand_problems,
    "no-plan-fault": no_plan,
    "no-plan-untouched": lambda: unchanged_comment(_footer()),
    "summary-fork": from_a_fork,
    "merged-not-created-yet": _merged,
    "merged-held": _held,
    "merged-clips-changed": _clips_changed,
    "merged-refused": _refused,
    "merged-applied": _applied,
    "merged-arrived": _arrived,
    "merged-created": _created,
    "merged-labeling": _labeling,
    "merged-labeling-1000-jobs": _labeling_a_thousand,
    "merged-finished": _finished,
    "merged-failed": _failed,
    "summary-of-a-run": _run_summary,
}
