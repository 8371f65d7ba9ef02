"""The command `apply` with a guard missing. Each flaw must be seen by the oracle within some histories.

A flaw is another adapter behind the same port, and the command is composed as cli/apply.py composes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from groundctl.app.apply import apply
from groundctl.app.apply_log import ApplyLog
from groundctl.app.concurrency import MAX_CONCURRENCY
from groundctl.app.gathering.gather import Account
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.app.purchase import Buyer
from groundctl.app.validate import Validated
from groundctl.cli.apply import changes_to_make, exit_code
from groundctl.cli.main import report_error
from groundctl.cli.planning import plan_checkout
from groundctl.composition import SystemClock, open_author, open_interruptions
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import CreateResponse, Rejected, Unclear
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.ledger.entries import Appended, AppendResult, LedgerLog
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob
from groundctl.errors import GroundctlError
from groundctl.exit_codes import ExitCode
from groundctl.ports import LabelingJobs, Ledger
from groundctl.presentation.terminal.outcomes import applied_text


@dataclass(frozen=True)
class _Jobs:
    """Labeling jobs as they are."""

    behind: LabelingJobs

    def list_jobs(self) -> Iterator[ObservedJob]:
        return self.behind.list_jobs()

    def describe(self, name: str) -> AwsResponse | None:
        return self.behind.describe(name)

    def create_once(self, request: AwsResponse, *, signed_until: datetime) -> CreateResponse:
        return self.behind.create_once(request, signed_until=signed_until)

    def stop(self, name: str) -> None:
        self.behind.stop(name)


class _SendsAgain(_Jobs):
    """Sends the create request again if there is no clear answer, as the SDK does by default."""

    def create_once(self, request: AwsResponse, *, signed_until: datetime) -> CreateResponse:
        first = super().create_once(request, signed_until=signed_until)
        return super().create_once(request, signed_until=signed_until) if isinstance(first, Unclear) else first


class _TakesSilenceForNo(_Jobs):
    """Takes an unclear answer for a refusal, and does not look at the job afterwards."""

    def create_once(self, request: AwsResponse, *, signed_until: datetime) -> CreateResponse:
        answer = super().create_once(request, signed_until=signed_until)
        return Rejected(code="NoAnswer", message=answer.message) if isinstance(answer, Unclear) else answer


@dataclass(frozen=True)
class _Ledger:
    """The ledger as it is."""

    behind: Ledger

    def read(self, known: LedgerLog | None = None) -> LedgerLog:
        return self.behind.read(known)

    def append(self, number: int, content: bytes) -> AppendResult:
        return self.behind.append(number, content)

    def write_packs(self, log: LedgerLog) -> LedgerLog:
        return self.behind.write_packs(log)


class _WinsEveryNumber(_Ledger):
    """Takes an entry for written although another entry has its number."""

    def append(self, number: int, content: bytes) -> AppendResult:
        super().append(number, content)
        return Appended(number=number)


class _WritesNothing(_Ledger):
    """Writes no entry at all."""

    def append(self, number: int, content: bytes) -> AppendResult:  # noqa: ARG002 - the port's signature
        return Appended(number=number)


class _ForgetfulLog(ApplyLog):
    """Does not write down that a request is about to be sent."""

    def begin(self, key: JobKey, step: Step) -> None:
        if step is not Step.SENDING_CREATE:
            super().begin(key, step)


Adapters = Callable[[Account], Account]

FLAWS: Mapping[str, Adapters] = {
    "sends-again": lambda account: replace(account, jobs=_SendsAgain(account.jobs)),
    "takes-silence-for-no": lambda account: replace(account, jobs=_TakesSilenceForNo(account.jobs)),
    "wins-every-number": lambda account: replace(account, ledger=_WinsEveryNumber(account.ledger)),
    "writes-nothing": lambda account: replace(account, ledger=_WritesNothing(account.ledger)),
    "forgets-steps": lambda account: account,
}


def apply_with(flaw: str, arguments: list[str]) -> int:
    """Apply what is declared, with a guard missing; errors are reported as always."""
    try:
        return _apply(flaw, arguments)
    except GroundctlError as error:
        report_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("groundctl: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED


def _apply(flaw: str, arguments: list[str]) -> int:
    planned = plan_checkout(None)
    if isinstance(planned, Validated):
        return 1
    planned = replace(planned, account=FLAWS[flaw](planned.account))
    account, changes = planned.account, changes_to_make(planned, None)
    log = _ForgetfulLog(changes) if flaw == "forgets-steps" else ApplyLog(changes)
    buyer = Buyer(
        jobs=account.jobs,
        objects=account.objects,
        clock=SystemClock(),
        writer=LedgerWriter(account.ledger, account.log, open_author()),
        policy=planned.validated.policy,
        hands=MAX_CONCURRENCY,
    )
    may_stop = "--allow-stop" in arguments
    steps = apply(planned.plan, log, buyer=buyer, jobs=account.jobs, due=planned.due, may_stop=may_stop)
    with open_interruptions() as interruptions:
        try:
            for _ in steps:
                interruptions.check()
        finally:
            interruptions.hold()
            log.close()
            print(applied_text(planned.plan, log.outcomes, planned.validated.policy), flush=True)
    return int(exit_code(planned, log.outcomes))
