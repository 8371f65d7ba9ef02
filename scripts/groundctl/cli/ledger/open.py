"""groundctl ledger open: begin a ledger in an account where groundctl has made jobs already."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.app.adoption.ledger_adoption import open_ledger
from groundctl.cli.ledger.account import declaration_paths, open_ledger_account
from groundctl.cli.options import Command, InfrastructureFile
from groundctl.composition import open_author
from groundctl.exit_codes import ExitCode
from groundctl.presentation.terminal.ledger_changes import opened_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOpenOptions:
    """The options of `groundctl ledger open`."""

    infrastructure: InfrastructureFile = None


def run(options: LedgerOpenOptions) -> ExitCode:
    """Write entry 1, and print the ledger's id and where to write it down."""
    account = open_ledger_account(options.infrastructure)
    opened = open_ledger(account.open_writer(open_author()), account, declaration_paths(account.infrastructure))
    print(opened_text(opened.ledger, opened.adopted, opened.left_out, account.infrastructure))
    return ExitCode.OK


COMMAND = Command(
    description="Begin a ledger with every job of this account and Region that groundctl made, so that none of their"
    " clips is bought again. In an account without such jobs, the first apply does it. Prints the ledger's id and the"
    " line for the environment's tfvars file. Refuses if the ledger is open. Creates no labeling job.",
    examples=("groundctl ledger open", "groundctl ledger open --infrastructure infrastructure.json"),
    options=LedgerOpenOptions,
    run=run,
)
