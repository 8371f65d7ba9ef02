"""Builds what planning gives, around a plan."""

from __future__ import annotations

from collections.abc import Iterable

from groundctl.app.gather import Account
from groundctl.app.plan import PlanningResult
from groundctl.app.validate import Validated
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.ledger.entries import LedgerLog
from groundctl.domain.planning.plan import Plan
from support.builders import an_infrastructure
from support.fakes import FakeJobs, FakeObjects


def a_planning_result(plan: Plan, declarations: Iterable[Declaration]) -> PlanningResult:
    validated = Validated(
        declarations=tuple(declarations), declared=frozenset(), summaries=(), problems=(), files=1, policy=Policy()
    )
    account = Account(
        infrastructure=an_infrastructure(),
        jobs=FakeJobs(),
        objects=FakeObjects(),
        ledger=None,  # type: ignore[arg-type]  # no review reads it
        log=LedgerLog(),
        observed={},
    )
    return PlanningResult(plan=plan, validated=validated, account=account)
