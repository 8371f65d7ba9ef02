"""The command `apply` with a guard missing. Each flaw must be seen by the oracle within some histories.

A flaw is another adapter behind the same port, and the command is composed as cli/apply.py composes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from groundctl.app.gather import Account
from groundctl.app.validate import Validated
from groundctl.cli.apply import Agreed, carry_out, changes_to_make, exit_code
from groundctl.cli.main import report_error
from groundctl.cli.planning import plan_checkout
from groundctl.domain.jobs.creation import CreateResponse, Rejected, Unclear
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob
from groundctl.errors import GroundctlError
from groundctl.exit_codes import ExitCode
from groundctl.ports import LabelingJobs, ObjectStore
from groundctl.presentation.terminal.outcomes import applied_text


@dataclass(frozen=True)
class _Jobs:
    """Labeling jobs as they are."""

    behind: LabelingJobs

    def list_jobs(self) -> Iterator[ObservedJob]:
        return self.behind.list_jobs()

    def describe(self, name: str) -> AwsResponse | None:
        return self.behind.describe(name)

    def create_once(self, request: AwsResponse) -> CreateResponse:
        return self.behind.create_once(request)

    def stop(self, name: str) -> None:
        self.behind.stop(name)


class _SendsAgain(_Jobs):
    """Sends the create request again if there is no clear answer, as the SDK does by default."""

    def create_once(self, request: AwsResponse) -> CreateResponse:
        first = super().create_once(request)
        return super().create_once(request) if isinstance(first, Unclear) else first


class _TakesSilenceForNo(_Jobs):
    """Takes an unclear answer for a refusal, and does not look at the job afterwards."""

    def create_once(self, request: AwsResponse) -> CreateResponse:
        answer = super().create_once(request)
        return Rejected(code="NoAnswer", message=answer.message) if isinstance(answer, Unclear) else answer


@dataclass(frozen=True)
class _WinsEveryClaim:
    """Takes every conditional write of a claim for written."""

    behind: ObjectStore

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        return self.behind.put_if_absent(uri, content, media_type) or "/claims/" in uri

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


FLAWS: Mapping[str, Callable[[Account], Account]] = {
    "sends again": lambda account: replace(account, jobs=_SendsAgain(account.jobs)),
    "takes silence for no": lambda account: replace(account, jobs=_TakesSilenceForNo(account.jobs)),
    "wins every claim": lambda account: replace(account, objects=_WinsEveryClaim(account.objects)),
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
    policy = planned.validated.policy
    outcomes = carry_out(
        planned,
        Agreed(),
        changes_to_make(planned, None),
        allow_stop="--allow-stop" in arguments,
        report=lambda outcomes: print(applied_text(planned.plan, outcomes, policy)),
    )
    return int(exit_code(planned, outcomes))
