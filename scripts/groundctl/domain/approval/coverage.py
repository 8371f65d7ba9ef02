"""Compares a plan with a reviewed one: every create and stop must be covered by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeGuard

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.clips.input_manifest import FrozenInput, freeze
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import parse_spec
from groundctl.domain.jobs.creation import Hold
from groundctl.domain.jobs.estimate import Basis
from groundctl.domain.jobs.request import DesiredJob, compile_job
from groundctl.domain.planning.new_job import with_budget_stop
from groundctl.domain.planning.plan import (
    Action,
    Change,
    Create,
    Plan,
    Stop,
    clips_of,
    cost_of,
    input_digest_of,
    purchase_of,
    rerun_of,
    what_digests_cover,
)

IRREVERSIBLE = (Action.CREATE, Action.STOP)
# Members of a plan file about its format, its origin and the ledger, not about its changes.
_NOT_DIGESTED = {"digest", "made_for", "notes", "clips", "objects", "touches"}

_DECLARED_AS_STOPPED = "P102"

# A plan file, and a change in it, as schemas/plan.schema.json defines them.
PlanContent = Mapping[str, Any]
ChangeContent = Mapping[str, Any]


def find_unapproved(plan: Plan, reviewed: PlanContent) -> dict[JobKey, Hold]:
    """Find the creates and stops that a reviewed plan does not cover, by the job's key."""
    reasons = {change.key: why_not_covered(change, reviewed) for change in plan.changes if is_irreversible(change)}
    hint = "make a new plan and have it reviewed"
    return {key: Hold(reason=reason, hint=hint) for key, reason in reasons.items() if reason}


def is_irreversible(change: Change) -> TypeGuard[Create | Stop]:
    """Return whether a change needs an approval."""
    return change.action in IRREVERSIBLE


def same_target(plan: Plan, reviewed: PlanContent) -> bool:
    """Return whether both plans have the same environment, account, and Region."""
    infrastructure = plan.infrastructure
    target = (infrastructure.environment, infrastructure.account_id, infrastructure.region)
    return target == tuple(reviewed["target"][member] for member in ("environment", "account_id", "region"))


def is_as_written(reviewed: PlanContent) -> bool:
    """Return whether a plan's content still matches its digest."""
    content = {name: value for name, value in reviewed.items() if name not in _NOT_DIGESTED}
    return bool(reviewed["digest"] == digest_of(what_digests_cover(content)))


def why_not_covered(change: Create | Stop, reviewed: PlanContent, *, as_reviewed: DesiredJob | None = None) -> str:
    """Return why a reviewed plan does not cover a change, with both values; empty if it does.

    as_reviewed is the job with the clips of that plan: those that are bought now may be others, and not more of them.
    """
    approved = entry_of(reviewed, change.key)
    if approved is None:
        return f"the reviewed plan does not {change.action} it"
    return "; ".join(_beyond(change, approved, as_reviewed))


def job_as_reviewed(change: Create, manifest: bytes, policy: Policy) -> DesiredJob | None:
    """Compile a job with the clips of a reviewed plan; None if that plan says nothing about the clips that are bought now.

    With `only_new` it covers some of the reviewed clips, after others were asked elsewhere; with `at: create` also other clips.
    """
    wanted = change.purchase.wanted
    if wanted is None or wanted.input is None:
        return None
    spec = wanted.declaration.spec
    is_some_of_them = Counter(_lines(wanted.input.manifest)) <= Counter(_lines(manifest))
    if not spec.takes_clips_at_create and not (spec.only_new and is_some_of_them):
        return None
    clips = freeze(manifest, spec.labels, spec.label_attribute)
    if not isinstance(clips, FrozenInput):
        return None
    # Where a budget ends the job depends on the number of clips, so what follows from those of now is taken back.
    declared = replace(wanted.declaration, spec=parse_spec(wanted.declaration.data))
    basis = Basis(policy=policy, region=wanted.infrastructure.region, seconds_per_clip=wanted.seconds_per_clip)
    return compile_job(with_budget_stop(declared, clips, basis), wanted.infrastructure, clips)


def _lines(manifest: bytes) -> Iterator[bytes]:
    return filter(None, map(bytes.strip, manifest.split(b"\n")))


def entry_of(reviewed: PlanContent, key: JobKey) -> ChangeContent | None:
    """Return what a reviewed plan says about a job."""
    return next((entry for entry in reviewed["changes"] if job_key(entry["name"]) == key), None)


def _beyond(change: Create | Stop, approved: ChangeContent, as_reviewed: DesiredJob | None) -> Iterator[str]:
    if approved["action"] == change.action:
        differences = list(_differences(change, approved, as_reviewed))
        yield from differences
        purchase = purchase_of(change)
        desired = as_reviewed or (purchase.desired if purchase else None)
        if not differences and (desired.request_digest if desired else "") != approved["request_digest"]:
            yield "the request to AWS differs from the reviewed one: another team, role, bucket, key or worker page"
    elif isinstance(change, Create) and approved["action"] == Action.WAITING:
        yield from _beyond_waiting(change, approved)
    else:
        yield f"the reviewed plan does not {change.action} it; it says: {approved['action']}"


def _beyond_waiting(change: Create, approved: ChangeContent) -> Iterator[str]:
    """Compare a job that was waiting when it was reviewed: its clips were unknown, so its budget was approved."""
    if any(reason["rule"] == _DECLARED_AS_STOPPED for reason in approved["reasons"]):
        yield "the reviewed plan does not create it: it was declared as stopped"
        return
    yield from _other_file(change, approved)
    yield from _other_question(change, approved)
    yield from _other_rerun(change, approved)
    yield from _other_team(change, approved)
    bound, cost = approved["budget_usd"], change.purchase.cost
    if bound is None:
        yield "its cost was open when it was reviewed, and it has no budget"
    elif cost is None or cost.high > Decimal(bound):
        now = f"up to ${cost.high}" if cost else "open"
        yield f"more money: reviewed with a budget of ${bound}, now {now}"


def _differences(change: Create | Stop, approved: ChangeContent, as_reviewed: DesiredJob | None) -> Iterator[str]:
    yield from _other_file(change, approved)
    yield from _other_clips(change, approved, as_reviewed)
    yield from _other_team(change, approved)
    if isinstance(change, Create):
        yield from _other_question(change, approved)
        yield from _other_rerun(change, approved)
    usd, cost = approved["usd"], cost_of(change)
    if usd and cost is None:
        yield f"its cost is open: reviewed up to ${usd['high']}"
    elif usd and cost and cost.high > Decimal(usd["high"]):
        yield f"more money: reviewed up to ${usd['high']}, now up to ${cost.high}"


def _other_clips(change: Create | Stop, approved: ChangeContent, as_reviewed: DesiredJob | None) -> Iterator[str]:
    now, cost = clips_of(change), cost_of(change)
    then, to_label = approved["clips"], approved["objects_to_label"]
    digest = as_reviewed.input_digest if as_reviewed else input_digest_of(change)
    if digest != approved["input_digest"] or (as_reviewed is None and now != then):
        yield f"its clips differ: reviewed {then}, now {now}"
    elif now is not None and then is not None and now > then:
        yield f"more clips: reviewed up to {then:,}, now {now:,}"
    elif cost and to_label is not None and cost.objects > to_label:
        yield f"more clips to label: reviewed up to {to_label:,}, now {cost.objects:,}"


def _other_file(change: Create | Stop, approved: ChangeContent) -> Iterator[str]:
    if change.job.declaration_digest != approved["declaration_digest"]:
        yield "its file differs from the reviewed one"


def _other_question(change: Create, approved: ChangeContent) -> Iterator[str]:
    """Compare the names of the questions: another name is compared with other purchases."""
    now, then = change.job.question, approved["question"]
    if now != then:
        yield f"its question has another name: reviewed {then or 'without a name'}, now {now or 'without a name'}"


def _other_rerun(change: Create, approved: ChangeContent) -> Iterator[str]:
    now, then = rerun_of(change), approved["rerun_of"]
    # What was to be bought by the same plan has a number now.
    if now == then or (now and then and then["entry"] is None and now["job"] == then["job"]):
        return
    yield f"it pays again for other clips: reviewed {_rerun_words(then)}, now {_rerun_words(now)}"


def _rerun_words(rerun: Mapping[str, Any] | None) -> str:
    if rerun is None:
        return "no rerun"
    return f"a rerun of {rerun['job']}" + (f" (entry {rerun['entry']})" if rerun["entry"] else "")


def _other_team(change: Create | Stop, approved: ChangeContent) -> Iterator[str]:
    if change.team != approved["team"]:
        yield f"another team: reviewed {approved['team']}, now {change.team}"
