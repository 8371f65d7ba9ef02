"""groundctl ledger log: who bought what, when, for which pull request, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.cli.ledger.account import LedgerFormat
from groundctl.cli.options import Command, InfrastructureFile, Option
from groundctl.cli.streams import screen
from groundctl.composition import open_aws, open_checkout, open_infrastructure
from groundctl.domain.jobs.ledger.history import read_history
from groundctl.exit_codes import ExitCode
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.ledger_json import history_json
from groundctl.presentation.terminal.ledger import history_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLogOptions:
    """The options of `groundctl ledger log`."""

    job: Annotated[
        str | None, Option("--job", "show only the purchases of this job, in any account and Region", metavar="NAME")
    ] = None
    open: Annotated[bool, Option("--open", "show only open purchases: those whose job was not seen yet")] = False
    format: Annotated[
        LedgerFormat,
        Option("--format", "text: a block for each purchase, newest last (default); json: for programs"),
    ] = LedgerFormat.TEXT
    infrastructure: InfrastructureFile = None


def run(options: LedgerLogOptions) -> ExitCode:
    """Print the log; exit 1 if the ledger cannot be used as it is."""
    infrastructure = open_infrastructure(open_checkout(), options.infrastructure)
    history = read_history(open_aws(infrastructure).ledger.read())
    purchases = history.chosen(job=options.job, only_open=options.open)
    if options.format is LedgerFormat.JSON:
        print(for_json(history_json(history, purchases, infrastructure)))
    else:
        print(history_text(history, purchases, infrastructure, screen()))
    is_usable = not history.problems(infrastructure.ledger_id)
    return ExitCode.OK if is_usable else ExitCode.PROBLEMS


COMMAND = Command(
    description="Show the purchase ledger, newest last: who bought what, when by AWS's time, for which pull request,"
    " how many clips, what it cost, and its state. The same as `groundctl ledger` alone. Reads from AWS and"
    " changes nothing. Exits with 1 if the ledger cannot be used as it is.",
    examples=(
        "groundctl ledger log",
        "groundctl ledger log --job rally-outcome-2026-11",
        "groundctl ledger log --open --format json",
    ),
    options=LedgerLogOptions,
    run=run,
)
