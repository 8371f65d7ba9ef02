"""In what a plan that was made offline differs from the real one, without a word on why it may."""

from __future__ import annotations

from typing import Any

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.planning.plan import (
    AlreadyAsked,
    Change,
    Create,
    Exists,
    Foreign,
    Immutable,
    Plan,
    Refused,
    Stop,
    Waiting,
    change_content,
    purchase_of,
)
from groundctl.domain.planning.purchase import Subject, Unknown

# What only a look at clips can find.
LOOKED_AT = frozenset(f"GT71{number}" for number in range(9))
# What only AWS shows about buckets, keys, teams and roles.
ABOUT_PLACES = frozenset(f"GT61{number}" for number in range(1, 9))
ABOUT_CLIPS = frozenset(
    ("GT701", "GT702", "GT703", "GT706", "GT707", "GT708", "GT719", "P201", "P202", "P301", "P315", "P320", "P321")
)
# Whether the job that an imported file describes is in this account and Region.
ABOUT_JOBS = frozenset(("P115",))
# Whether a job that rerun_of names was bought, similar questions, a purchase that is repeated, and what was bought this month.
ABOUT_LEDGER = frozenset(("P111", "P303", "P304", "P206"))


def change_of(plan: Plan, key: JobKey) -> Change:
    [change] = [change for change in plan.changes if change.key == key]
    return change


def contradictions(shown: Plan, planned: Plan, key: JobKey) -> list[str]:
    """Say in what the shown plan differs from the real one without a word on why it may."""
    offline, real = change_of(shown, key), change_of(planned, key)
    if change_content(offline) == change_content(real) or _is_open(shown, offline, real):
        return []
    return [f"shown as {change_content(offline)}, planned as {change_content(real)}; open: {shown.unknown}"]


def _is_open(shown: Plan, offline: Change, real: Change) -> bool:
    """Say whether something that the shown plan calls unknown leads from its decision to the real one."""
    subjects = {unknown.about for unknown in shown.unknown}
    if isinstance(real, Exists | Immutable | Foreign | Stop):
        return Subject.JOBS in subjects
    if {one.rule for one in real.reasons} & ABOUT_JOBS:
        return Subject.JOBS in subjects
    rules, shown_rules = {one.rule for one in real.reasons}, {one.rule for one in offline.reasons}
    if (placed := rules & ABOUT_PLACES) and not isinstance(offline, Waiting):
        rules -= placed
        if Subject.PLACES not in subjects:
            return False
        if rules <= shown_rules:
            return _without_clips(offline) == _without_clips(real)
    if Subject.CLIPS in subjects and rules & LOOKED_AT:
        # What was seen of the clips refuses a job, or is a warning; all else must be open or equal.
        return isinstance(real, Create | Refused | AlreadyAsked) and isinstance(offline, Create | Refused)
    if isinstance(offline, Waiting):
        # It waits for another job, or may run already.
        says_so = all("was not looked up" in reason.message for reason in offline.reasons)
        return Subject.JOBS in subjects and says_so and (isinstance(real, Waiting) or shown_rules == {"P103"})
    return _is_open_elsewhere(shown, offline, real, rules)


def _is_open_elsewhere(shown: Plan, offline: Change, real: Change, rules: set[str]) -> bool:
    """Say the same of the ledger, other declarations, the date, and which clips there are."""
    subjects = {unknown.about for unknown in shown.unknown}
    purchase = purchase_of(offline)
    clips_are_open = purchase is not None and isinstance(purchase.clips, Unknown) and Subject.CLIPS in subjects
    found = rules - {one.rule for one in offline.reasons}
    match offline, real:
        case ((Create() | Refused()), (Create() | Refused() | Waiting())) if rules & {"P110", "P302"}:
            # only_new leaves out what others ask, in the ledger or in this plan.
            same = _without_clips(offline) == _without_clips(real)
            return same and {Subject.LEDGER, Subject.DECLARATIONS} <= subjects
        case ((Create() | Refused()), AlreadyAsked()):
            return {Subject.JOBS, Subject.LEDGER, Subject.DECLARATIONS} <= subjects
        case ((Create() | Refused()), Refused()) if found == {"P111"}:
            return Subject.LEDGER in subjects  # whether it knows the job that rerun_of names
        case Create(), Create() if _without_rerun(offline) == _without_rerun(real):
            return Subject.LEDGER in subjects
        case Create(), Refused() if any("ended on" in reason.message for reason in real.reasons):
            return Subject.DATE in subjects  # whether an exception of the policy has ended
        case Create(), Refused() if found == {"P206"}:
            return Subject.LEDGER in subjects  # what was bought this month
        case Create(), Refused() if found == {"P203"}:
            return Subject.DECLARATIONS in subjects
        case ((Create() | Refused()), (Create() | Refused())) if clips_are_open:
            about_clips = ABOUT_CLIPS | (ABOUT_LEDGER if Subject.LEDGER in subjects else frozenset())
            return found <= about_clips and _without_clips(offline) == _without_clips(real)
        case _:
            return False


def _without_rerun(change: Change) -> dict[str, Any]:
    return {member: value for member, value in change_content(change).items() if member not in {"rerun_of", "reasons"}}


def _without_clips(change: Change) -> dict[str, Any]:
    content = change_content(change)
    return {member: content[member] for member in ("name", "path", "team", "declaration_digest", "workers_per_object")}
