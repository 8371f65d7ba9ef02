"""What a plan says about the file of an imported job: it exists, was changed, or is elsewhere; it is never created."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.spec import parse_spec
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Exists, Foreign, Immutable, Refused, Stop, Waiting
from support.builders import a_plan, a_policy, an_infrastructure, an_observed_job
from support.importing import declaration_of, imported

OTHERS = an_observed_job(fingerprint=None, status=Status.COMPLETED)


def a_file(**changes: object) -> Declaration:
    declaration = declaration_of(imported())
    data = {**declaration.data, **changes}
    return replace(declaration, data=data, spec=parse_spec(data))


def test_an_imported_job_exists_whatever_the_policy_says():
    plan = a_plan(a_file(), observed=(OTHERS,), policy=a_policy(folders={}, required_tags=("cost-center",)))

    [change] = plan.changes
    assert isinstance(change, Exists)
    assert (change.reasons, plan.notes) == ((), plan.notes)
    assert plan.digest == a_plan(a_file(), observed=(OTHERS,), policy=a_policy(folders={})).digest


def test_a_job_of_another_repository_of_groundctl_can_be_imported():
    made = an_observed_job()
    assert made.fingerprint is not None
    elsewhere = replace(made, fingerprint=replace(made.fingerprint, bucket="of-others"))

    [change] = a_plan(a_file(), observed=(elsewhere,)).changes

    assert isinstance(change, Exists)


def test_owner_notes_and_state_can_change_and_nothing_else():
    workforce = a_file().data["workforce"]

    [same] = a_plan(a_file(owner="another", notes="x"), observed=(OTHERS,)).changes
    [other] = a_plan(a_file(workforce={**workforce, "workers_per_object": 5}), observed=(OTHERS,)).changes

    assert isinstance(same, Exists)
    assert isinstance(other, Immutable)
    assert "imported with other content than this file has now" in other.reasons[0].message
    assert "`groundctl clone rally-outcome NEW`" in other.reasons[0].hint


def test_a_running_imported_job_can_be_stopped():
    running = replace(OTHERS, status=Status.IN_PROGRESS)

    [change] = a_plan(a_file(state="stopped"), observed=(running,)).changes

    assert isinstance(change, Stop)


def test_an_imported_job_that_aws_does_not_show_is_refused_and_never_created():
    [change] = a_plan(a_file()).changes

    assert isinstance(change, Refused)
    assert [reason.rule for reason in change.reasons] == ["P115"]
    assert change.purchase is None


def test_an_imported_job_of_another_account_is_nothing_to_do():
    [change] = a_plan(a_file(), infrastructure=an_infrastructure(account_id="999999999999")).changes

    assert isinstance(change, Waiting)
    assert re.search("was imported from account 123456789012, Region us-east-1", change.reasons[0].message)


def test_a_file_that_names_another_job_says_that_the_name_is_taken():
    file = a_file()
    other = {**file.data["imported"], "job": f"{file.data['imported']['job']}-2"}

    [change] = a_plan(a_file(imported=other), observed=(OTHERS,)).changes

    assert isinstance(change, Foreign)


@pytest.mark.parametrize("state", ["active", "stopped"])
def test_no_state_of_an_imported_file_creates_a_job(state: str):
    [change] = a_plan(a_file(state=state)).changes

    assert isinstance(change, Refused)
