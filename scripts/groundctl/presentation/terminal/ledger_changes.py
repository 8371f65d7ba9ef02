"""What was written to the purchase ledger, or why it must not be yet, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.adoption import Adoption, NotAdoptable
from groundctl.domain.jobs.ledger.look import Look, Present
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase
from groundctl.domain.jobs.ledger.settlement import VoidRefused
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.terminal.ledger import author_text, wrapped
from groundctl.presentation.terminal.ledger_check import named
from groundctl.presentation.text import count, moment


def void_question(purchase: LedgerPurchase, look: Look, infrastructure: Infrastructure) -> tuple[str, str]:
    """Name exactly what a yes does, and ask for it."""
    why = "AWS has no such job and can no longer accept the request."
    if isinstance(look, Present):
        why = "The job of this name in AWS is another one, so the name is used up."
    bought = f"bought {moment(purchase.at)} by {author_text(purchase.by)}"
    lines = [
        *wrapped(f"Void {named(purchase)}, {bought}. {why}"),
        *wrapped("Its clips can then be bought again. This cannot be undone."),
    ]
    return "\n".join(lines), _ask(infrastructure)


def pass_over_question(number: int, why: str, infrastructure: Infrastructure) -> tuple[str, str]:
    """Name exactly what a yes does, and ask for it."""
    lines = [
        *wrapped(f"Pass over entry {number}, which {why}."),
        *wrapped("What it says is lost: clips that it bought may be bought again. This cannot be undone."),
    ]
    return "\n".join(lines), _ask(infrastructure)


def _ask(infrastructure: Infrastructure) -> str:
    return for_terminal(f"Do this in {infrastructure.target}? Only `yes` is accepted: ")


def voided_text(purchase: LedgerPurchase, number: int) -> str:
    """Say that a purchase is void."""
    return "\n".join(wrapped(f"Entry {number}: {named(purchase)} is void. Its clips can be bought again."))


def passed_over_text(unreadable: int, number: int) -> str:
    """Say that an entry is passed over."""
    return "\n".join(wrapped(f"Entry {number}: entry {unreadable} is passed over."))


def void_refused_text(what: str, refused: VoidRefused) -> str:
    """Say why something must not be voided, until when, and the ways out."""
    if refused.until is None:
        return "\n".join(wrapped(f"{what} cannot be voided: {refused.why}. Nothing was written."))
    until = moment(refused.until)
    ways = (
        f"wait until {until}, then run this again: if AWS still has no such job, the purchase can be voided",
        "apply again: the same job goes on with this purchase, and its clips are not bought twice",
        "if another job needs these clips now, add `rerun_of` with this job and a reason to its file: you may pay for"
        " them twice",
    )
    lines = wrapped(f"{what} must not be voided before {until}: {refused.why}. Nothing was written.")
    return "\n".join([*lines, "", "ways out:", *(line for way in ways for line in wrapped(way, first="- ", rest="  "))])


def opened_text(
    ledger: str, adopted: Iterable[Adoption], left_out: Iterable[NotAdoptable], infrastructure: Infrastructure
) -> str:
    """Say which ledger was opened, with which jobs, and what to write into the configuration."""
    jobs = list(adopted)
    bucket = infrastructure.ledger_bucket
    # Without a bucket, Terraform keeps the ledger in the artifact bucket.
    place = "" if bucket == infrastructure.artifact_bucket else f'bucket = "{bucket}", '
    lines = [
        *wrapped(f"The ledger in {bucket} is open with {count(len(jobs), 'job')} in entry 1. Its id is {ledger}."),
        *_adopted_lines(jobs),
        *_refused_lines(left_out),
        "",
        *wrapped("Nothing can be bought with another ledger once this is in the environment's tfvars file:"),
        "",
        for_terminal(f'  ledger = {{ {place}id = "{ledger}" }}'),
    ]
    if bucket != infrastructure.artifact_bucket:
        lines += ["", *wrapped("In the environment that creates this bucket, add only the id to its `ledger`:"), ""]
        lines += [for_terminal(f'  id = "{ledger}"')]
    return "\n".join(lines)


def adopted_text(
    entry: int | None,
    adopted: Iterable[Adoption],
    known: Iterable[LedgerPurchase],
    named: Iterable[LedgerPurchase],
    refused: Iterable[NotAdoptable],
    *,
    question: str | None,
) -> str:
    """Say which jobs were entered, which were there or got the name of their question, and which cannot be entered."""
    jobs, new_names = list(adopted), {purchase.id for purchase in named}
    first = [f"Entry {entry}: {count(len(jobs), 'job')} entered."] if entry is not None else ["Nothing was written."]
    there = [_there(purchase, question, is_named=purchase.id in new_names) for purchase in known]
    return "\n".join(
        [
            *first,
            *_adopted_lines(jobs),
            *(line for each in there for line in wrapped(each, first="- ", rest="  ")),
            *_refused_lines(refused),
        ]
    )


def _there(purchase: LedgerPurchase, question: str | None, *, is_named: bool) -> str:
    there = f"{purchase.job.name}: in the ledger already, entry {purchase.id}"
    if is_named:
        return f"{there}; its question is now named {question}"
    if question is not None and question != purchase.question.name:
        return f"{there}; its question keeps the name {purchase.question.name}"
    return there


def _adopted_lines(adopted: Iterable[Adoption]) -> Iterator[str]:
    for each in adopted:
        record = each.record
        cost = "" if record.usd is None else f", at most ${record.usd:,.2f}"
        question = f"question {record.question}" if record.question else f"labels {', '.join(record.labels)}"
        text = f"{record.job.name}: {count(record.clips, 'clip')}{cost}, {question}"
        yield from wrapped(text, first="- ", rest="  ")


def _refused_lines(refused: Iterable[NotAdoptable]) -> Iterator[str]:
    for each in refused:
        yield from wrapped(f"{each.name}: not entered: {each.why}", first="- ", rest="  ")
        yield from wrapped(f"hint: {each.hint}", first="  ", rest="        ")
