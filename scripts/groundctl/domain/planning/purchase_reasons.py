"""What a plan and an apply say about the ledger's decisions: who asked which clips, for how much, and the ways out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    Claim,
    ContinueAttempt,
    HeldClips,
    LedgerUnusable,
    LookFirst,
    NothingLeft,
    Overlap,
    RecordCreated,
    Remark,
    RerunUnfounded,
    RerunUnknown,
    StillPending,
)
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, State
from groundctl.domain.jobs.ledger.records import JobIdentity, PurchaseRecord, RecordId
from groundctl.domain.planning.wanted import Wanted
from groundctl.domain.planning.wording import clips_text, moment_text, usd_text

_MAX_NAMED = 3
# The rules of continued_remark and voided_remark.
ABOUT_AN_EARLIER_PURCHASE = frozenset({"P305", "P306"})

# The decisions after which a job is not created now.
NoPurchase = (
    LedgerUnusable
    | AlreadyCreated
    | LookFirst
    | RecordCreated
    | StillPending
    | Overlap
    | NothingLeft
    | RerunUnfounded
    | RerunUnknown
)


def reason_against(want: Wanted, decision: NoPurchase, *, end: int) -> Diagnostic:
    """Say why a job is not created now; end is the last entry of the ledger."""
    spec = want.declaration.spec
    repeated = spec.rerun_of.job if spec.rerun_of else ""
    match decision:
        case Overlap():
            return overlap_reason(want.claim, decision, title=spec.title, end=end)
        case NothingLeft():
            return nothing_left_reason(want.claim, decision, title=spec.title, end=end)
        case RerunUnfounded():
            return rerun_unfounded_reason(repeated, decision)
        case RerunUnknown():
            return rerun_unknown_reason(repeated, decision)
        case StillPending():
            return pending_reason(decision)
        case AlreadyCreated():
            return created_before_reason(decision)
        case LookFirst() | RecordCreated():
            return unlooked_reason()
        case LedgerUnusable():
            return unusable_reason(decision)
    assert_never(decision)


def overlap_reason(claim: Claim, overlap: Overlap, *, title: str, end: int) -> Diagnostic:
    """Refuse clips that were asked before; end is the last entry of the ledger, after which the plan's purchases come."""
    first = overlap.held[0].purchase
    ways = [_ways_to_buy(claim, overlap, end), _another_question(claim, title, first)]
    if claim.question.title != first.question.title:
        ways.reverse()  # another title is probably another question
    ways[1:1] = _unfinished(overlap.held, end)
    message = _asked(claim, overlap.held, overlap.clips, end)
    return Diagnostic(rule="P105", pointer="/input", message=message, hint="; ".join(ways))


def nothing_left_reason(claim: Claim, decision: NothingLeft, *, title: str, end: int) -> Diagnostic:
    """Say why a job with only_new has nothing to buy."""
    return Diagnostic(
        rule="P110",
        pointer="/input/only_new",
        message=f"has no new clips: {_asked(claim, decision.held, len(claim.clips), end)}",
        hint="; ".join(
            [
                "nothing is bought; a later run creates the job when there are new clips",
                *_if_another_question(claim, title, decision.held),
                *_unfinished(decision.held, end),
            ]
        ),
    )


def unusable_reason(decision: LedgerUnusable) -> Diagnostic:
    """Say why the ledger allows no purchase."""
    hint = "`groundctl ledger check` explains each fault and the way out"
    if decision.is_unopened:
        hint = (
            "check that `ledger_bucket` names your organization's ledger; only if that ledger is new, open it with"
            " `groundctl ledger open`"
        )
    message = f"nothing can be bought, because {'; '.join(decision.reasons[:_MAX_NAMED])}"
    return Diagnostic(rule="P113", pointer="/name", message=message, hint=hint)


def pending_reason(decision: StillPending) -> Diagnostic:
    """Say that an earlier try with other clips may still become a job."""
    bought = decision.purchase
    return Diagnostic(
        rule="P112",
        pointer="/name",
        message=f"an earlier run began to create it with {clips_text(len(bought.index))} on {moment_text(bought.at)}, and AWS may"
        f" still accept that request until {moment_text(decision.until)}; its file or its clips have changed since",
        hint=f"an apply after {moment_text(decision.until)} replaces that request; to continue now, restore the earlier file and clips",
    )


def created_before_reason(decision: AlreadyCreated) -> Diagnostic:
    """Say that the ledger knows the job, but AWS did not show it."""
    return Diagnostic(
        rule="P114",
        pointer="/name",
        message=f"was created before (entry {decision.purchase.id} of the purchase ledger), but AWS does not show it now",
        hint="try again later: AWS's lists can lag behind; `groundctl ledger` shows what was recorded",
    )


def unlooked_reason() -> Diagnostic:
    """Say that a job with an open purchase was not looked up."""
    return Diagnostic(
        rule="P114",
        pointer="/name",
        message="has a recorded purchase, and whether its job exists was not looked up",
        hint="try again: the job is looked up first",
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


def rerun_unfounded_reason(name: str, decision: RerunUnfounded) -> Diagnostic:
    """Refuse a rerun of a job that shares no clips and question with this one, or was bought again since the review."""
    now = decision.purchase
    message = f"names {name}, which did not ask this question about any of these clips"
    hint = "remove rerun_of, or name the job that the plan refuses this one for"
    if now is not None and now.id != decision.rerun_of:
        message = f"names {name}, which has another purchase (entry {now.id}) than the reviewed one (entry {decision.rerun_of})"
        hint = "make a new plan and have it reviewed"
    return Diagnostic(rule="P111", pointer="/rerun_of/job", message=message, hint=hint)


def buy_remarks(claim: Claim, decision: Buy, *, title: str, reason: str, end: int) -> Iterator[Diagnostic]:
    """Tell reviewers what a purchase leaves out, repeats for which reason, and resembles."""
    if decision.left_out:
        left_out = len(claim.clips) - len(decision.clips)
        yield Diagnostic(
            rule="P302",
            pointer="/input/only_new",
            message=f"leaves out {left_out:,} of its {clips_text(len(claim.clips))}, {_by(claim, decision.left_out, end)}",
            hint="; ".join(
                [
                    *(_unfinished(decision.left_out, end) or ["nothing to do; `only_new: true` asks for this"]),
                    *_if_another_question(claim, title, decision.left_out),
                ]
            ),
        )
    if decision.repeated:
        again = decision.repeated
        yield Diagnostic(
            rule="P304",
            pointer="/rerun_of",
            message=f"pays again for {clips_text(len(again.clips))}, {_by(claim, [again], end)}; reason: {reason}",
            hint="nothing to do; `rerun_of` asks for this",
        )
    yield from near_miss_remarks(claim, decision.remarks, end=end)


def near_miss_remarks(claim: Claim, found: Iterable[Remark], *, end: int) -> Iterator[Diagnostic]:
    """Point at earlier questions that resemble this one, which the ledger does not compare."""
    for remark in found:
        if not remark.resemblance.is_near_miss:
            continue
        held, likeness = remark.held, remark.resemblance
        theirs = held.purchase.question.name
        if claim.question.name is not None and theirs is not None:
            yield Diagnostic(
                rule="P303",
                pointer="/task/question",
                message=f"{_asked(claim, [held], len(held.clips), end)}, with the same labels; only the name of the question differs:"
                f" `{theirs}` there, `{claim.question.name}` here",
                hint="make sure that these are two questions: each of these clips is paid for again",
            )
            continue
        same = "the same title" if likeness.same_title else f"{likeness.common} of {likeness.of} labels in common"
        yield Diagnostic(
            rule="P303",
            pointer="/task/labels",
            message=f"{_asked(claim, [held], len(held.clips), end)}, with other labels ({same})",
            hint="if it is the same question in other words, give both files the same `task.question`",
        )


def continued_remark(decision: ContinueAttempt) -> Diagnostic:
    """Say that a purchase of an earlier run goes on."""
    bought = decision.purchase
    return Diagnostic(
        rule="P305",
        pointer="/name",
        message=f"continues the purchase of {clips_text(len(bought.index))} that a run recorded on {moment_text(bought.at)}"
        f" (entry {bought.id} of the purchase ledger) and did not finish",
        hint="nothing to do; the same request is sent once more",
    )


def voided_remark(purchase: LedgerPurchase) -> Diagnostic:
    """Say that an earlier try of this job ends, because AWS can no longer accept it."""
    return Diagnostic(
        rule="P306",
        pointer="/name",
        message=f"replaces a purchase of {clips_text(len(purchase.index))} that a run recorded on {moment_text(purchase.at)}"
        f" (entry {purchase.id} of the purchase ledger); AWS created no job for it and can no longer do so",
        hint="nothing to do; apply voids that purchase first",
    )


def _asked(claim: Claim, held: Sequence[HeldClips], clips: int, end: int) -> str:
    """Say how many of the wanted clips were asked, by which jobs, for how much."""
    return f"{_share(clips, claim)} {_by(claim, held, end)}"


def _by(claim: Claim, held: Sequence[HeldClips], end: int) -> str:
    """Say which jobs asked, and for how much; the number of clips of each if there are several."""
    is_one = len(held) == 1
    named = [_holder(claim.job, each, end, number=not is_one) for each in held[:_MAX_NAMED]]
    more = len(held) - _MAX_NAMED
    others = f", and by {more:,} more {'job' if more == 1 else 'jobs'}" if more > 0 else ""
    asked = "also asked" if all(each.purchase.id.entry > end for each in held) else "already asked"
    return f"{asked}{'' if is_one else ':'} {', '.join(named)}{others}"


def _is_streaming(claim: Claim) -> bool:
    """Return whether a topic is among the wanted clips: it is an ARN, and clips are s3:// URIs."""
    return any(not uri.startswith("s3://") for uri in claim.clips.uris)


def _share(clips: int, claim: Claim) -> str:
    """Begin a sentence about some of the wanted clips."""
    if _is_streaming(claim):
        return "its topic was" if len(claim.clips) == 1 else "its topic or some of its clips were"
    if clips == len(claim.clips):
        return "its only clip was" if clips == 1 else f"all {clips:,} of its clips were"
    return f"{clips:,} of its {len(claim.clips):,} clips {'was' if clips == 1 else 'were'}"


def _holder(here: JobIdentity, held: HeldClips, end: int, *, number: bool) -> str:
    name = f"by {_job(here, held.purchase, end)}"
    cost = "cost not known" if held.usd is None else f"up to {usd_text(held.usd)}"
    return f"{f'{len(held.clips):,} ' if number else ''}{name} ({cost})"


def _job(here: JobIdentity, purchase: LedgerPurchase, end: int) -> str:
    """Name a job as it is known from here."""
    if purchase.id.entry > end:
        return f"{purchase.job.name} in this plan"
    if _is_beside(here, purchase):
        return purchase.job.name
    return f"{purchase.job.name} in account {purchase.job.account}, {purchase.job.region}"


def _is_beside(here: JobIdentity, purchase: LedgerPurchase) -> bool:
    return purchase.job.is_in(here.account, here.region)


def _ways_to_buy(claim: Claim, overlap: Overlap, end: int) -> str:
    """Say how to buy the clips that are left, or all of them again. rerun_of names one job, so it repeats no other's."""
    first, left = overlap.held[0].purchase, len(claim.clips) - overlap.clips
    again = f"`rerun_of: {{job: {first.job.name}, reason: ...}}`"
    only_new = f"add `only_new: true` under `input` to buy only the other {left:,}"
    if claim.rerun_of is not None:
        return _beside_a_rerun(claim.rerun_of, overlap, only_new if left else "remove this file")
    if _is_streaming(claim):  # a topic's clips cannot be left out
        return f"use another topic or remove this file, or add {again} to pay for clips of {first.job.name} again"
    if len(overlap.held) > 1:
        if left:
            return f"{only_new}; {again} beside it pays again for the clips of {first.job.name} too"
        return f"remove this file, or pay again for the clips of {first.job.name} with `only_new: true` and {again}"
    if left:
        return f"{only_new}, or {again} to buy all {len(claim.clips):,} and pay again for {_these(overlap.clips)}"
    is_renamed = first.id.entry <= end and _is_beside(claim.job, first)
    undo = f"if this is the file of {first.job.name}, restore that name" if is_renamed else "remove this file"
    return f"{undo}; to pay for the same clips again, add {again}"


def _beside_a_rerun(rerun_of: RecordId, overlap: Overlap, otherwise: str) -> str:
    repeats = [each.purchase for each in overlap.held if _rerun_of(each.purchase) == rerun_of]
    if repeats and len(overlap.held) == len(repeats):
        return f"name {repeats[-1].job.name} in rerun_of instead, because it has repeated that job; or {otherwise}"
    return f"rerun_of pays again for the clips of one job only: {otherwise}"


def _rerun_of(purchase: LedgerPurchase) -> RecordId | None:
    return purchase.record.rerun_of if isinstance(purchase.record, PurchaseRecord) else None


def _another_question(claim: Claim, title: str, first: LedgerPurchase) -> str:
    """Say how to distinguish two questions of which one has no name."""
    name, other, theirs = first.job.name, first.record.title, first.question.name
    if claim.question.name is not None and theirs is not None:
        return f"if {name} asks another question (“{other}”), give this question another name than `{theirs}`"
    if not first.record.declaration:
        return f"if {name} asks another question (“{other}”), {_name_both_without_a_file(claim, first)}"
    both = "give both files a `task.question`"
    if theirs is not None:
        both = f"give this file a `task.question` other than `{theirs}`"
    elif claim.question.name is not None:
        both = f"give the file of {name} a `task.question` of its own"
    if claim.question.title == first.question.title:
        return f"if {name} asks another question under this title, {both}"
    return f"if “{title}” and “{other}” ({name}) are two questions, {both}"


def _name_both_without_a_file(claim: Claim, first: LedgerPurchase) -> str:
    """Say how to name the question of a job that no file declares, and of this one."""
    steps = [] if claim.question.name else ["give this file a `task.question`"]
    if first.question.name is None:
        steps.append(f"name its question with `groundctl ledger adopt {first.job.name} --question NAME`")
    return " and ".join(steps)


def _if_another_question(claim: Claim, title: str, held: Sequence[HeldClips]) -> list[str]:
    """Say how to distinguish two questions, if their labels alone make them one."""
    unnamed = [each.purchase for each in held if None in {claim.question.name, each.purchase.question.name}]
    return [_another_question(claim, title, unnamed[0])] if unnamed else []


def _unfinished(held: Sequence[HeldClips], end: int) -> list[str]:
    """Say how clips become free that a purchase holds whose job was never seen."""
    left = [each.purchase for each in held if each.purchase.state is State.OPEN and each.purchase.id.entry <= end]
    if not left:
        return []
    return [
        f"{left[0].job.name} was recorded on {moment_text(left[0].at)}, and its job was not seen: its next run goes on, or"
        f" `groundctl ledger void {left[0].job.name} --reason ...` frees its clips after {moment_text(left[0].closes_at)}"
    ]


def _these(number: int) -> str:
    return "this one" if number == 1 else f"these {number:,}"
