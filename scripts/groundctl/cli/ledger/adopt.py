"""groundctl ledger adopt: enter jobs that exist, so that their clips are not bought again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.adoption.ledger_adoption import adopt_jobs, our_jobs
from groundctl.cli.ledger.account import declaration_paths, open_ledger_account
from groundctl.cli.options import Argument, Command, InfrastructureFile, Option
from groundctl.cli.question_name import check_question
from groundctl.composition import open_author
from groundctl.domain.aws.job_names import JOB_NAME
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.terminal.ledger_changes import adopted_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAdoptOptions:
    """The options of `groundctl ledger adopt`."""

    names: Annotated[tuple[str, ...], Argument("NAME", "a labeling job in this account and Region")] = ()
    ours: Annotated[
        bool, Option("--ours", "every job of this account and Region that groundctl made; not with NAME")
    ] = False
    question: Annotated[
        str | None,
        Option("--question", "the name of the question that they ask, as in `task.question`", metavar="QUESTION"),
    ] = None
    infrastructure: InfrastructureFile = None

    def __post_init__(self) -> None:
        """Reject names that no job can have."""
        for name in self.names:
            if not JOB_NAME.fullmatch(name):
                raise UsageError(f"{name} is not a valid job name", hint="give the name alone, as AWS shows it")


def run(options: LedgerAdoptOptions) -> ExitCode:
    """Enter the jobs; exit 1 if one cannot be entered."""
    if options.question is not None:
        check_question(options.question)
    account = open_ledger_account(options.infrastructure)
    result = adopt_jobs(
        options.names or our_jobs(account),
        account.open_writer(open_author()),
        account,
        declaration_paths(account.infrastructure),
        question=options.question,
    )
    print(
        adopted_text(
            result.entry, result.adopted, result.known, result.named, result.refused, question=options.question
        )
    )
    return ExitCode.PROBLEMS if result.refused else ExitCode.OK


COMMAND = Command(
    description="Enter jobs that exist into the purchase ledger, also jobs from the console: their clips count as bought"
    " from then on, for the labels that they have, or for the question that you name. A job that the ledger has stays as"
    " it is; only a question without a name gets yours. Creates no labeling job and changes none.",
    examples=(
        "groundctl ledger adopt season-pilot",
        "groundctl ledger adopt season-pilot cup-final --question rally-outcome",
        "groundctl ledger adopt --ours",
    ),
    options=LedgerAdoptOptions,
    one_of=(("names", "ours"),),
    run=run,
)
