"""groundctl ledger check: read everything, and say what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.ledger import check_ledger
from groundctl.cli.ledger.account import LedgerFormat, open_ledger_account
from groundctl.cli.options import Command, InfrastructureFile, Option
from groundctl.cli.streams import screen
from groundctl.domain.jobs.ledger.findings import is_wrong
from groundctl.exit_codes import ExitCode
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.ledger_json import check_json
from groundctl.presentation.terminal.ledger_check import check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCheckOptions:
    """The options of `groundctl ledger check`."""

    format: Annotated[
        LedgerFormat,
        Option("--format", "text: a sentence for each finding, with what to do (default); json: for programs"),
    ] = LedgerFormat.TEXT
    infrastructure: InfrastructureFile = None


def run(options: LedgerCheckOptions) -> ExitCode:
    """Print what was found; exit 1 if something is wrong."""
    account = open_ledger_account(options.infrastructure)
    checked = check_ledger(account)
    if options.format is LedgerFormat.JSON:
        print(for_json(check_json(checked.ledger, checked.findings, account.infrastructure)))
    else:
        print(check_text(checked.ledger, checked.findings, account.infrastructure, screen()))
    return ExitCode.PROBLEMS if any(map(is_wrong, checked.findings)) else ExitCode.OK


COMMAND = Command(
    description="Read every entry and every pack of the purchase ledger, compare them with each other and with the jobs"
    " of this account and Region, and say what is wrong and what to do about it. Notes, such as jobs from the console"
    " that the ledger does not know, are not wrong. Reads from AWS and changes nothing.",
    examples=("groundctl ledger check", "groundctl ledger check --format json"),
    options=LedgerCheckOptions,
    run=run,
)
