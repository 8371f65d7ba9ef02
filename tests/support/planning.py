"""Builds what planning gives, around a plan."""

from __future__ import annotations

from collections.abc import Iterable

from groundctl.app.gathering.gather import Account
from groundctl.app.plan import PlanningResult
from groundctl.app.validate import Validated
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.ledger.entries import LedgerLog
from groundctl.domain.planning.plan import Plan
from support.builders import a_policy, an_infrastructure
from support.fake_objects import FakeClipReader, FakeObjects
from support.fakes import FakeJobs, FakePlaces


def a_planning_result(plan: Plan, declarations: Iterable[Declaration]) -> PlanningResult:
    validated = Validated(
        declarations=tuple(declarations), declared=frozenset(), summaries=(), problems=(), files=1, policy=a_policy()
    )
    account = Account(
        infrastructure=an_infrastructure(),
        jobs=FakeJobs(),
        objects=FakeObjects(),
        ledger=None,  # type: ignore[arg-type]  # no review reads it
        clips=FakeClipReader(),
        places=FakePlaces(),
        log=LedgerLog(),
        observed={},
    )
    return PlanningResult(plan=plan, validated=validated, account=account)
