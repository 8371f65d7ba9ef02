"""From files to a plan: validate the declarations, gather facts from AWS, and decide.

bytes -> yaml_loader -> Document -> validator -> Declaration | problems       app/validate.py
Declarations + ports -> gather -> PlanInputs -> make_plan -> Plan             this module
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from groundctl.app.concurrency import BackgroundTask
from groundctl.app.gathering.gather import Account, gather, list_jobs
from groundctl.app.validate import MAX_NAMED, Validated, start_validation
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.clips.selection import Chosen
from groundctl.domain.declarations.diagnostics import Diagnostic, errors_among
from groundctl.domain.jobs.kept_infrastructure import stale_note
from groundctl.domain.jobs.ledger.entries import IndexedRecord
from groundctl.domain.planning.inputs import ClipsFound
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.ports import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """A plan and its inputs; due holds the records that it counted with, and that apply writes to the ledger.

    reviewed_clips holds the clips that reviewed plans fixed, and clips_now those that the selections take now; both go by the
    job's key. heads holds what S3 answered about clips that were asked about by name.
    """

    plan: Plan
    validated: Validated
    account: Account
    due: tuple[IndexedRecord, ...] = ()
    reviewed_clips: Mapping[JobKey, Chosen] = field(default_factory=dict)
    clips_now: Mapping[JobKey, ClipsFound] = field(default_factory=dict)
    heads: Mapping[str, HeadAnswer] = field(default_factory=dict)


def create_plan(
    files: Files,
    open_account: Callable[[], Account],
    *,
    processes: int = 1,
    despite_problems: bool = False,
    environment: str | None = None,
) -> PlanningResult | Validated:
    """Make a plan from the files; return the validation result instead if a declaration has errors.

    despite_problems makes a plan of the valid declarations nevertheless: enough to report progress, never to create.
    environment names the one to plan, if the policy has several.
    """
    # Listing jobs waits for AWS, and validation uses the processor: the two run concurrently. Validation starts first,
    # because forking is safest while the process has a single thread.
    end_validation = start_validation(files, processes=processes, environment=environment)
    opening = BackgroundTask(open_account)
    validated = end_validation()
    if errors_among(validated.problems) and not despite_problems:
        return validated
    account = opening.result()
    return plan(validated, account)


def plan(
    validated: Validated, account: Account, *, reviewed_clips: Mapping[JobKey, Chosen] | None = None
) -> PlanningResult:
    """Gather the inputs once, and decide once; reviewed_clips replaces the clips of jobs by the reviewed ones."""
    reviewed = reviewed_clips or {}
    inputs = gather(
        validated.declarations,
        validated.policy,
        account,
        declared=validated.declared,
        reviewed_clips=reviewed,
        read_manifest=validated.read_manifest,
    )
    made, kept = make_plan(inputs), validated.infrastructure
    stale = stale_note(kept, account.infrastructure) if kept else None
    return PlanningResult(
        plan=replace(made, notes=(*_unread_note(validated), *made.notes, *([stale] if stale else ()))),
        validated=validated,
        account=account,
        due=inputs.due,
        reviewed_clips=reviewed,
        clips_now=inputs.clips_now,
        heads=inputs.clips_seen.heads if inputs.clips_seen else {},
    )


def _unread_note(validated: Validated) -> Iterator[Diagnostic]:
    """Note the files that are not in the plan because they are not read."""
    unread = [warning for warning in validated.problems if warning.rule == "GT013"]
    if not unread:
        return
    named = "; ".join(f"{warning.path} {warning.message}" for warning in unread[:MAX_NAMED])
    more = f"; and {len(unread) - MAX_NAMED:,} more" if len(unread) > MAX_NAMED else ""
    yield Diagnostic(rule="GT013", message=f"{named}{more}", hint="`groundctl validate` lists them with what to do")


def plan_again(planned: PlanningResult) -> PlanningResult:
    """List the jobs and read the ledger again, and make a new plan from the current state."""
    account = planned.account
    listed, log = list_jobs(account.jobs), account.ledger.read(account.log)
    return plan(planned.validated, replace(account, observed=listed, log=log), reviewed_clips=planned.reviewed_clips)
