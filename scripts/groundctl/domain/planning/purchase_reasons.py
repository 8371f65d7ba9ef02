"""What a plan and an apply say about the ledger's decisions: who asked which clips, for how much, and the ways out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    ContinueAttempt,
    HeldClips,
    LedgerUnusable,
    NothingLeft,
    Overlap,
    Remark,
    RerunUnknown,
    StillPending,
    WantedPurchase,
)
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, State
from groundctl.domain.jobs.ledger.records import JobIdentity

_MAX_NAMED = 3


def overlap_reason(want: WantedPurchase, overlap: Overlap, *, end: int) -> Diagnostic:
    """Refuse clips that were asked before; end is the last entry of the ledger, after which the plan's purchases come."""
    first = overlap.held[0].purchase
    return Diagnostic(
        rule="P105",
        pointer="/input",
        message=f"{_share(overlap.clips, want)} already asked: {_held(want, overlap.held, end)}",
        hint=f"add `only_new: true` under `input` to leave these clips out, or `rerun_of: {{job: {first.job.name},"
        f" reason: ...}}` to pay for them again{_another_question(want, first)}{_unfinished(overlap.held, end)}",
    )


def nothing_left_reason(want: WantedPurchase, decision: NothingLeft, *, end: int) -> Diagnostic:
    """Say why a job with only_new has nothing to buy."""
    return Diagnostic(
        rule="P110",
        pointer="/input/only_new",
        message=f"has no new clips: all {len(want.clips):,} were asked already: {_held(want, decision.held, end)}",
        hint="nothing is bought; a later run creates the job when there are new clips",
    )


def unusable_reason(decision: LedgerUnusable) -> Diagnostic:
    """Say why the ledger allows no purchase."""
    return Diagnostic(
        rule="P113",
        message=f"nothing can be bought with the purchase ledger: {'; '.join(decision.reasons[:_MAX_NAMED])}",
        hint="`groundctl ledger check` explains each fault and the way out",
    )


def pending_reason(decision: StillPending) -> Diagnostic:
    """Say that an earlier try with other clips may still become a job."""
    bought = decision.purchase
    return Diagnostic(
        rule="P112",
        message=f"an earlier run recorded its purchase of {_clips(len(bought.index))} on {_moment(bought.at)}, and AWS may still"
        f" accept that request until {_moment(decision.until)}; the declaration or its clips have changed since",
        hint=f"run it again after {_moment(decision.until)}, or restore the earlier declaration and clips to continue now",
    )


def created_before_reason(decision: AlreadyCreated) -> Diagnostic:
    """Say that the ledger knows the job, but AWS did not show it."""
    return Diagnostic(
        rule="P114",
        message=f"was created before (entry {decision.purchase.id} of the purchase ledger), but AWS does not show it now",
        hint="run it again later: AWS's lists can lag behind; `groundctl ledger` shows what was recorded",
    )


def unlooked_reason() -> Diagnostic:
    """Say that a job with an open purchase was not looked up."""
    return Diagnostic(
        rule="P114",
        message="has a recorded purchase, and whether its job exists was not looked up",
        hint="run it again: the job is looked up first",
    )


def rerun_unknown_reason(name: str, found: RerunUnknown) -> Diagnostic:
    """Refuse a rerun of a job that the ledger does not know, or knows more than once."""
    if found.candidates:
        places = ", ".join(f"{each.job.account} in {each.job.region}" for each in found.candidates[:_MAX_NAMED])
        message = f"names {name}, which was bought in more than one account or Region: {places}"
        hint = "name a job of this account and Region"
    else:
        message = f"names {name}, which the purchase ledger does not know"
        hint = (
            f"check the name; if the job exists, `groundctl ledger adopt {name}` enters it; otherwise remove rerun_of"
        )
    return Diagnostic(rule="P111", pointer="/rerun_of/job", message=message, hint=hint)


def rerun_unfounded_reason(name: str) -> Diagnostic:
    """Refuse a rerun of a job that shares no clips and question with this one."""
    return Diagnostic(
        rule="P111",
        pointer="/rerun_of/job",
        message=f"names {name}, which was not asked this question about any of these clips",
        hint="remove rerun_of, or name the job that the plan refuses this one for",
    )


def buy_remarks(want: WantedPurchase, decision: Buy, *, end: int) -> Iterator[Diagnostic]:
    """Tell reviewers what a purchase leaves out, repeats and resembles."""
    if decision.left_out:
        left_out = len(want.clips) - len(decision.clips)
        yield Diagnostic(
            rule="P302",
            pointer="/input/only_new",
            message=f"{_share(left_out, want)} already asked, and left out: {_held(want, decision.left_out, end)}",
            hint="nothing to do; `only_new: true` asks for this",
        )
    if decision.repeated:
        yield Diagnostic(
            rule="P304",
            pointer="/rerun_of",
            message=f"pays again for {_clips(len(decision.repeated.clips))}: {_held(want, [decision.repeated], end)}",
            hint="nothing to do; `rerun_of` asks for this",
        )
    yield from remarks(want, decision.remarks, end=end)


def remarks(want: WantedPurchase, found: Iterable[Remark], *, end: int) -> Iterator[Diagnostic]:
    """Point at earlier questions that resemble this one, which the ledger does not compare."""
    for remark in found:
        if not remark.resemblance.is_near_miss:
            continue
        held, likeness = remark.held, remark.resemblance
        same = "the same title" if likeness.same_title else f"{likeness.common} of {likeness.of} labels in common"
        yield Diagnostic(
            rule="P303",
            pointer="/task/labels",
            message=f"{_share(len(held.clips), want)} asked by {_job(want.job, held.purchase, end)} with other labels ({same})",
            hint="if it is the same question in other words, give both files the same `task.question`",
        )


def continued_remark(decision: ContinueAttempt) -> Diagnostic:
    """Say that a purchase of an earlier run goes on."""
    bought = decision.purchase
    return Diagnostic(
        rule="P305",
        message=f"continues the purchase of {_clips(len(bought.index))} that a run recorded on {_moment(bought.at)}"
        f" (entry {bought.id}) and did not finish",
        hint="nothing to do; the same request is sent once more",
    )


def voided_remark(purchase: LedgerPurchase) -> Diagnostic:
    """Say that an earlier try of this job ends, because AWS can no longer accept it."""
    return Diagnostic(
        rule="P306",
        message=f"replaces a purchase of {_clips(len(purchase.index))} that a run recorded on {_moment(purchase.at)}"
        f" (entry {purchase.id}); AWS created no job for it and can no longer do so",
        hint="nothing to do; apply voids that purchase first",
    )


def _share(clips: int, want: WantedPurchase) -> str:
    if any(not uri.startswith("s3://") for uri in want.clips.uris):
        return "its topic or some of its clips were"
    if clips == len(want.clips):
        return "its clip was" if clips == 1 else f"all of its {clips:,} clips were"
    return f"{clips:,} of its {len(want.clips):,} clips {'was' if clips == 1 else 'were'}"


def _held(want: WantedPurchase, held: Sequence[HeldClips], end: int) -> str:
    """List who asked how many clips for how much."""
    named = [f"{len(each.clips):,} by {_job(want.job, each.purchase, end)}{_paid(each)}" for each in held[:_MAX_NAMED]]
    more = len(held) - _MAX_NAMED
    return ", ".join(named) + (f" and others by {more:,} more jobs" if more > 0 else "")


def _paid(held: HeldClips) -> str:
    return "" if held.usd is None else f" (${held.usd:,.2f})"


def _job(here: JobIdentity, purchase: LedgerPurchase, end: int) -> str:
    """Name a job as it is known from here."""
    if purchase.id.entry > end:
        return f"{purchase.job.name} in this plan"
    if (purchase.job.account, purchase.job.region) == (here.account, here.region):
        return purchase.job.name
    return f"{purchase.job.name} (account {purchase.job.account}, {purchase.job.region})"


def _another_question(want: WantedPurchase, first: LedgerPurchase) -> str:
    """Say how to distinguish two questions with the same labels, if one of them has no name."""
    if want.question.name is not None and first.question.name is not None:
        return ""
    labels, title = ", ".join(first.record.labels), first.record.title
    return f"; if {first.job.name} asks another question (“{title}”: {labels}), give both files a `task.question`"


def _unfinished(held: Sequence[HeldClips], end: int) -> str:
    """Say how clips become free that a purchase holds whose job was never seen."""
    left = [each.purchase for each in held if each.purchase.state is State.OPEN and each.purchase.id.entry <= end]
    if not left:
        return ""
    until = max(attempt.closes_at for attempt in left[0].attempts)
    return (
        f"; {left[0].job.name} was recorded on {_moment(left[0].at)}, and its job was not seen: its next run goes on, or"
        f" `groundctl ledger void {left[0].job.name} --reason ...` frees its clips after {_moment(until)}"
    )


def _clips(number: int) -> str:
    return "1 clip" if number == 1 else f"{number:,} clips"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
