"""What a check of the purchase ledger found, in words, with what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.adoption import NO_LIST, NO_LIST_HINT
from groundctl.domain.jobs.ledger.findings import (
    AnotherLedger,
    DamagedEntry,
    DamagedPack,
    Finding,
    NotFreed,
    NotInAws,
    NotOpen,
    OpenPurchase,
    StrangeKey,
    UnknownJob,
    is_wrong,
)
from groundctl.domain.jobs.ledger.purchases import Contradiction, LedgerPurchase, Purchases
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.presentation.screen import PLAIN, Color, Screen
from groundctl.presentation.terminal.ledger import wrapped
from groundctl.presentation.text import count, moment, usd

MAX_NAMED = 20
ADOPT_OURS = "enter them, so that their clips are not bought again: `groundctl ledger adopt --ours`"
# A sentence about a finding, and what to do about it.
Advice = tuple[str, str]


def check_text(
    ledger: Purchases, findings: Sequence[Finding], infrastructure: Infrastructure, screen: Screen = PLAIN
) -> str:
    """Write what is wrong, then what is only worth knowing, then a summary."""
    wrong = [finding for finding in findings if is_wrong(finding)]
    notes = [finding for finding in findings if not is_wrong(finding)]
    lines = [
        *(line for advice in _advice_on(wrong, infrastructure) for line in _lines("wrong", advice, screen)),
        *(line for advice in _advice_on(notes, infrastructure) for line in _lines("note", advice, screen)),
    ]
    return "\n".join(
        [*lines, *([""] if lines else []), *wrapped(_summary(ledger, wrong, notes, infrastructure), screen=screen)]
    )


def _lines(kind: str, advice: Advice, screen: Screen) -> Iterator[str]:
    sentence, hint = advice
    color = Color.RED if kind == "wrong" else Color.YELLOW
    yield from screen.painted_in(wrapped(sentence, first=f"{kind:<6} ", rest=" " * 7, screen=screen), kind, color)
    yield from wrapped(f"hint: {hint}", first=" " * 7, rest=" " * 13, screen=screen)


def _summary(
    ledger: Purchases, wrong: Sequence[Finding], notes: Sequence[Finding], infrastructure: Infrastructure
) -> str:
    read = f"{count(ledger.end, 'entry', 'entries')}, {count(len(ledger.by_id), 'purchase')}"
    verdict = f"{count(len(wrong), 'thing is', 'things are')} wrong" if wrong else "nothing is wrong"
    noted = f", {count(len(notes), 'note')}" if notes else ""
    return f"The ledger in {infrastructure.ledger_bucket}: {read}: {verdict}{noted}."


def _advice_on(findings: Iterable[Finding], infrastructure: Infrastructure) -> Iterator[Advice]:
    """Write each finding; unknown jobs together, because there may be many."""
    unknown: list[UnknownJob] = []
    for finding in findings:
        if isinstance(finding, UnknownJob):
            unknown.append(finding)
        else:
            yield _advice(finding, infrastructure)
    ours = [each.job for each in unknown if each.is_ours]
    if ours:
        be = "was" if len(ours) == 1 else "were"
        yield f"{_jobs(ours)} {be} made by groundctl, but not bought with this ledger: {_names(ours)}", ADOPT_OURS
    listed = [each.job for each in unknown if not each.is_ours and each.job.has_input]
    if listed:
        yield f"{_jobs(listed)} in AWS {_are(listed)} unknown to the ledger: {_names(listed)}", _adopt(listed)
    if topic := [each.job for each in unknown if not each.job.has_input]:
        yield f"{_jobs(topic)} in AWS {_are(topic)} unknown to the ledger, as {NO_LIST}: {_names(topic)}", NO_LIST_HINT


def _jobs(jobs: Sequence[ObservedJob]) -> str:
    return count(len(jobs), "job")


def _are(jobs: Sequence[ObservedJob]) -> str:
    return "is" if len(jobs) == 1 else "are"


def _names(jobs: Sequence[ObservedJob]) -> str:
    more = f", and {len(jobs) - MAX_NAMED:,} more" if len(jobs) > MAX_NAMED else ""
    return ", ".join(job.name for job in jobs[:MAX_NAMED]) + more


def _adopt(jobs: Sequence[ObservedJob]) -> str:
    names = " ".join(job.name for job in jobs[:MAX_NAMED])
    return f"enter what asks your clips, so that they are not bought again: `groundctl ledger adopt {names}`"


def _advice(finding: Finding, infrastructure: Infrastructure) -> Advice:
    match finding:
        case NotOpen():
            return _not_open(finding)
        case AnotherLedger(found=found, pinned=pinned):
            hint = "nothing is bought with it; correct `ledger` in the environment's tfvars file: the bucket, or the id"
            return f"this is the ledger {found}; the configuration names {pinned}", hint
        case DamagedEntry(number=number, why=why):
            restore = f"restore the earlier version of ledger/entries/{number:012d}, which the bucket keeps"
            give_up = f"if there is none, `groundctl ledger void --unreadable {number} --reason TEXT`"
            return f"entry {number} {why}; nothing can be bought until this is settled", f"{restore}; {give_up}"
        case StrangeKey(key=key):
            return f"{key} is not part of a ledger", "find out who wrote it; an administrator of the bucket deletes it"
        case DamagedPack(name=name, why=why):
            hint = "an administrator of the bucket deletes it; the next writer makes it again from the entries"
            return f"ledger/packs/{name} {why}", hint
        case Contradiction():
            return _contradiction(finding)
        case OpenPurchase():
            return _open(finding, infrastructure)
        case NotInAws(purchase=purchase):
            hint = "AWS deletes no jobs: compare account and Region, then run the check again"
            return f"{named(purchase)} was created, and AWS does not show it", hint
        case NotFreed(purchase=purchase, status=status):
            sentence = f"{named(purchase)} has ended ({status}); clips without a label are not free again yet"
            return (
                sentence,
                "the first plan that asks any of its clips reads its output, and the apply after it frees them",
            )
        case UnknownJob():
            raise AssertionError("unknown jobs are written together")
        case _:
            assert_never(finding)


def _not_open(finding: NotOpen) -> Advice:
    if finding.pinned is not None:
        hint = "correct `ledger` in the environment's tfvars file: the bucket, or leave out the id to begin a new one"
        return f"the ledger is empty, but the configuration names {finding.pinned}", hint
    hint = "the first apply opens it; if groundctl has made jobs here already, run `groundctl ledger open`"
    return "the ledger is empty", hint


def _contradiction(finding: Contradiction) -> Advice:
    purchase, void = finding.purchase, finding.purchase.void
    why = f"was voided{f' by {void.person}' if void.person else ''} ({void.reason})" if void else "was refused"
    again = "; ".join(f"{count(clips, 'clip')} by {named(other)}" for other, clips in finding.bought_again)
    bought = f"bought again since then: {again}" if again else "none of its clips was bought again"
    hint = "decide which job goes on, and stop the other one; what exists holds its clips, whatever was written"
    return f"{named(purchase)} {why}, but the job exists; {bought}", hint


def _open(finding: OpenPurchase, infrastructure: Infrastructure) -> Advice:
    purchase, when = finding.purchase, moment(finding.closes_at)
    name, job = named(purchase), purchase.job
    where = "" if infrastructure.contains(job) else f" with the --infrastructure of {purchase.record.environment}"
    if finding.exists:
        return f"{name} exists in AWS, and the ledger does not say so yet", "apply again: that writes it down"
    if finding.may_run:
        return f"{name} is being created, or its run has ended", f"run the check again after {when}"
    sentence = f"{name} is open: its run has ended, and its job was not seen"
    void = f"`groundctl ledger void {job.name} --reason TEXT`{where}"
    until = "" if finding.is_closed else f"after {when} "
    return sentence, f"apply again, which goes on with the same job; or {until}{void}"


def named(purchase: LedgerPurchase) -> str:
    """Name a purchase with its number, its clips, and what it costs."""
    cost = "" if purchase.record.usd is None else f", {usd(purchase.record.usd)}"
    return f"{purchase.job.name} (entry {purchase.id}, {count(purchase.record.clips, 'clip')}{cost})"
