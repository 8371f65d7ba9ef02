"""The purchase ledger in words, for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.history import History, PurchaseStatus
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, State
from groundctl.domain.jobs.ledger.records import Author, PurchaseRecord
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.screen import PLAIN, Screen
from groundctl.presentation.text import count, moment, usd

WIDTH = 80
NUMBER_WIDTH = 6


def history_text(
    history: History, purchases: Sequence[PurchaseStatus], infrastructure: Infrastructure, screen: Screen = PLAIN
) -> str:
    """Write the log, newest last: a block for each purchase, then what stops purchases, then the sums."""
    if not history.ledger.end:
        return "\n".join(line for each in _empty(infrastructure) for line in wrapped(each, screen=screen))
    blocks = [list(_purchase(status, infrastructure, screen)) for status in purchases]
    damaged = [
        *(line for fault in history.ledger.faults for line in _numbered(fault.number, f"entry {fault.why}", screen)),
        *(
            line
            for key in history.ledger.strange_keys
            for line in wrapped(f"{key} is not the key of an entry", screen=screen)
        ),
    ]
    if damaged:
        damaged += wrapped(
            "Nothing can be bought until this is settled: `groundctl ledger check` says how.", screen=screen
        )
    passed = [
        line
        for number, void in history.passed_over.items()
        for line in _passed_over(number, void.person, void.reason, screen)
    ]
    summary = wrapped(_summary(history, purchases, infrastructure), screen=screen)
    return "\n\n".join("\n".join(block) for block in [*blocks, passed, damaged, summary] if block)


def wrapped(text: str, *, first: str = "", rest: str | None = None, screen: Screen = PLAIN) -> list[str]:
    """Wrap a sentence to 80 columns, or to a narrower screen; a word that is longer is broken."""
    lines = textwrap.wrap(
        for_terminal(text),
        screen.of_at_most(WIDTH).text_width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )
    # A break can bring to the start of a line what was harmless within it.
    return list(map(for_terminal, lines))


def _numbered(number: object, text: str, screen: Screen) -> list[str]:
    return wrapped(text, first=f"{number!s:>{NUMBER_WIDTH - 2}}  ", rest=" " * NUMBER_WIDTH, screen=screen)


def _below(text: str, screen: Screen) -> list[str]:
    return wrapped(text, first=" " * NUMBER_WIDTH, screen=screen)


def _empty(infrastructure: Infrastructure) -> Iterable[str]:
    bucket, pinned = infrastructure.ledger_bucket, infrastructure.ledger_id
    if pinned is not None:
        yield (
            f"The ledger in {bucket} is empty, but the configuration names the ledger {pinned}. Nothing can be bought."
            " Correct `ledger` in the environment's tfvars file."
        )
        return
    yield f"The ledger in {bucket} is empty: nothing has been bought with it."
    yield "If this account and Region has no jobs of groundctl yet, the first apply opens the ledger."
    yield "If it has some, run `groundctl ledger open`: it enters these jobs, so that no clip is bought twice."


def _purchase(status: PurchaseStatus, infrastructure: Infrastructure, screen: Screen) -> Iterator[str]:
    purchase = status.purchase
    record = purchase.record
    yield from _numbered(purchase.id, f"{purchase.job.name}: {_bought(purchase)}, {state_text(status)}", screen)
    place = _place(purchase, infrastructure)
    where = f" in {place}" if place else ""
    yield from _below(f"{_when(purchase)}{where} by {author_text(purchase.by)}{_for_whom(purchase)}", screen)
    name = f" {record.question or purchase.question.name}" if purchase.question.name else ""
    yield from _below(
        f"question{name}: {record.title or '(no title)'} ({', '.join(record.labels) or 'no labels known'})", screen
    )
    if isinstance(record, PurchaseRecord) and record.rerun_of is not None:
        again = status.rerun_of.job.name if status.rerun_of else "an unknown purchase"
        yield from _below(f"buys clips of {again} (entry {record.rerun_of}) again: {record.reason}", screen)


def _bought(purchase: LedgerPurchase) -> str:
    record = purchase.record
    if isinstance(record, PurchaseRecord) and not record.lines:
        return "the clips that a topic sends, open-ended cost"
    cost = "cost not recorded" if record.usd is None else usd(record.usd)
    return f"{count(record.clips, 'clip')}, {cost}"


def _when(purchase: LedgerPurchase) -> str:
    verb = "bought" if isinstance(purchase.record, PurchaseRecord) else "entered"
    return f"{verb} {moment(purchase.at)}"


def _place(purchase: LedgerPurchase, infrastructure: Infrastructure) -> str:
    job = purchase.job
    if infrastructure.contains(job):
        return ""
    return f"{purchase.record.environment} ({job.account}, {job.region})"


def author_text(by: Author) -> str:
    """Say who wrote an entry."""
    run = f"run {by.run} of {by.repository}" if by.run and by.repository else by.repository
    if run and by.person:
        return f"{by.person}, {run}"
    return run or by.person or "an unknown author"


def _for_whom(purchase: LedgerPurchase) -> str:
    record = purchase.record
    if isinstance(record, PurchaseRecord) and record.pull_request is not None:
        return f", pull request {record.pull_request}"
    return ""


def state_text(status: PurchaseStatus) -> str:
    """Say how a purchase stands, and why."""
    purchase = status.purchase
    match purchase.state:
        case State.OPEN if status.closes_at is not None and not status.is_closed:
            return f"open until {short_moment(status.closes_at, purchase)}"
        case State.OPEN:
            return "open, can be voided"
        case State.CREATED:
            return "created" if isinstance(purchase.record, PurchaseRecord) else "adopted"
        case State.ENDED:
            ended = purchase.ended.status.lower() if purchase.ended else "ended"
            freed = f"{count(len(purchase.freed), 'clip')} free again" if len(purchase.freed) else "no clip free again"
            return f"{ended} with {freed}"
        case State.VOID if purchase.void is not None:
            who = f" by {purchase.void.person}" if purchase.void.person else ""
            return f"void{who}: {purchase.void.reason}"
        case _:
            return f"void: AWS refused it ({status.refusal})" if status.refusal else "void: AWS refused it"


def short_moment(when: datetime, purchase: LedgerPurchase) -> str:
    """Write a time on the day of a purchase without its date."""
    return when.strftime("%H:%M UTC") if when.date() == purchase.at.date() else moment(when)


def _passed_over(number: int, person: str, reason: str, screen: Screen) -> list[str]:
    return _numbered(number, f"was unreadable, and is passed over by {person or 'an unknown author'}: {reason}", screen)


def _summary(history: History, purchases: Sequence[PurchaseStatus], infrastructure: Infrastructure) -> str:
    states = [status.purchase.state for status in purchases]
    parts = [f"{states.count(state)} {state}" for state in State if state in states]
    held = sum(status.held for status in purchases)
    known = sum((status.usd for status in purchases if status.usd is not None), Decimal(0))
    unknown = sum(status.usd is None for status in purchases)
    without = f", and {count(unknown, 'purchase')} without a recorded cost" if unknown else ""
    name = history.ledger.ledger or "without a readable beginning"
    sums = f": {', '.join(parts)}; {count(held, 'clip')} held, {usd(known)}{without}" if parts else ""
    where = f"Ledger {name} in {infrastructure.ledger_bucket}, {count(history.ledger.end, 'entry', 'entries')}"
    return f"{count(len(purchases), 'purchase')}{sums}. {where}."
