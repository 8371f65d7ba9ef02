"""groundctl ledger void: void a purchase that can no longer become a job, or pass over an unreadable entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.ledger import LedgerAccount, decide_void, find_purchase, pass_over, void_purchase
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.cli.consent import ask_for_yes
from groundctl.cli.ledger.account import open_ledger_account
from groundctl.cli.options import Argument, Command, Given, InfrastructureFile, Option
from groundctl.composition import is_interactive, open_author
from groundctl.domain.jobs.ledger.settlement import VoidRefused, may_pass_over
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.terminal.ledger_changes import (
    pass_over_question,
    passed_over_text,
    void_question,
    void_refused_text,
    voided_text,
)

NOTHING_WAS_WRITTEN = "The answer was not `yes`. Nothing was written to the ledger."


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerVoidOptions:
    """The options of `groundctl ledger void`."""

    job: Annotated[str | None, Argument("JOB", "the job whose purchase to void")] = None
    reason: Annotated[str, Option("--reason", "why, for those who read the log later", metavar="TEXT")]
    entry: Annotated[
        int | None,
        Option(
            "--entry",
            "the entry of the purchase, if the job has several; only with JOB",
            metavar="N",
            needs=(Given("job"),),
        ),
    ] = None
    unreadable: Annotated[
        int | None,
        Option("--unreadable", "pass over this entry instead, which cannot be read; not with JOB", metavar="N"),
    ] = None
    auto_approve: Annotated[bool, Option("--auto-approve", "do not ask: write without a yes at the terminal")] = False
    infrastructure: InfrastructureFile = None

    def __post_init__(self) -> None:
        """Reject what is missing or would be ignored."""
        if not self.reason.strip():
            raise UsageError("--reason is empty", hint="say why, for those who read the log later")
        if self.reason.encode(errors="ignore").decode() != self.reason:
            raise UsageError("--reason is not UTF-8", hint="give it in UTF-8, as the log is written")


def run(options: LedgerVoidOptions) -> ExitCode:
    """Decide, ask, and append; exit 1 if it must not be, or the answer is not yes."""
    if not options.auto_approve and not is_interactive():
        message = "void asks before it writes, and there is no terminal to ask at"
        raise UsageError(message, hint="run it at a terminal, or give --auto-approve")
    account = open_ledger_account(options.infrastructure)
    author = open_author()
    writer = account.open_writer(author)
    if options.unreadable is not None:
        return _pass_over(options.unreadable, options, writer, account, person=author.person)
    return _void(options.job or "", options, writer, account, person=author.person)


def _void(
    name: str, options: LedgerVoidOptions, writer: LedgerWriter, account: LedgerAccount, *, person: str
) -> ExitCode:
    purchase = find_purchase(name, options.entry, writer.purchases, account)
    decision, look = decide_void(purchase.id, writer, account)
    if isinstance(decision, VoidRefused):
        print(void_refused_text(f"{purchase.job.name} (entry {purchase.id})", decision))
        return ExitCode.PROBLEMS
    if not options.auto_approve:
        shown, question = void_question(purchase, look, account.infrastructure)
        if (refused := ask_for_yes(shown, question, otherwise=NOTHING_WAS_WRITTEN)) is not None:
            return refused
    result = void_purchase(purchase.id, writer, account, reason=options.reason, person=person)
    if isinstance(result, VoidRefused):
        print(void_refused_text(f"{purchase.job.name} (entry {purchase.id})", result))
        return ExitCode.PROBLEMS
    print(voided_text(purchase, result))
    return ExitCode.OK


def _pass_over(
    number: int, options: LedgerVoidOptions, writer: LedgerWriter, account: LedgerAccount, *, person: str
) -> ExitCode:
    if decision := may_pass_over(number, writer.purchases):
        print(void_refused_text(f"entry {number}", decision))
        return ExitCode.PROBLEMS
    if not options.auto_approve:
        why = next(fault.why for fault in writer.purchases.faults if fault.number == number)
        shown, question = pass_over_question(number, why, account.infrastructure)
        if (refused := ask_for_yes(shown, question, otherwise=NOTHING_WAS_WRITTEN)) is not None:
            return refused
    result = pass_over(number, writer, reason=options.reason, person=person)
    if isinstance(result, VoidRefused):
        print(void_refused_text(f"entry {number}", result))
        return ExitCode.PROBLEMS
    print(passed_over_text(number, result))
    return ExitCode.OK


COMMAND = Command(
    description="Void a purchase that was never seen as a job, so that its clips can be bought again. AWS is asked for"
    " the job first, and nothing is written while AWS may still accept the request: the message names the time. Asks"
    " for `yes` at a terminal. This cannot be undone.",
    examples=(
        'groundctl ledger void rally-outcome-2026-11 --reason "the run was cancelled"',
        'groundctl ledger void --unreadable 17 --reason "damaged, no earlier version"',
    ),
    options=LedgerVoidOptions,
    one_of=(("job", "unreadable"),),
    run=run,
)
