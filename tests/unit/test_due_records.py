"""What a plan takes from AWS into the ledger: new ledgers, jobs that were seen, and clips that ended without a label."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundctl.app.gathering.gather import gather
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import CreatedRecord, EndedRecord, OpenedRecord
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.plan import Action
from groundctl.domain.planning.planner import make_plan
from support.builders import POLICY, a_declaration, an_infrastructure
from support.buying import a_buyer, buy
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.interleaving import stepping
from support.ledger import FakeLedger, an_account, an_open_ledger

OUTPUT = "s3://outputs/rally-outcome/manifests/output/output.manifest"


def asks(name: str, clips: str, **changes: Any) -> Declaration:
    return a_declaration(name=name, input={"objects": [f"s3://clips/{clip}.mp4" for clip in clips]}, **changes)


class Ended(FakeJobs):
    """Jobs of which the first has ended, with an output manifest unless nothing was labeled."""

    def end(self, name: str, status: str, *, labeled: int, output: str | None = OUTPUT) -> None:
        job = self.jobs[name]
        job["LabelingJobStatus"] = status
        job["LabelCounters"] = {"TotalLabeled": labeled, "FailedNonRetryableError": 0, "Unlabeled": 0}
        if output:
            job["LabelingJobOutput"] = {"OutputDatasetS3Uri": output}


def line(clip: str, *, labeled: bool, attribute: str) -> bytes:
    members: dict[str, Any] = {"source-ref": f"s3://clips/{clip}.mp4"}
    if labeled:
        members |= {attribute: 0, f"{attribute}-metadata": {"class-name": "winner", "type": "groundtruth/x"}}
    return json.dumps(members).encode() + b"\n"


def seen(
    declaration: Declaration,
    jobs: FakeJobs,
    *,
    objects: FakeObjects | None = None,
    ledger: FakeLedger | None = None,
    infrastructure: Any = None,
) -> PlanInputs:
    account = an_account(jobs, objects or FakeObjects(), ledger=ledger, infrastructure=infrastructure)
    return gather([declaration], POLICY, account)


def action(inputs: PlanInputs) -> Action:
    [action] = [change.action for change in make_plan(inputs).changes if change.action is not Action.ORPHAN]
    return action


# --- A ledger without entries.


def test_a_new_ledger_is_opened_by_the_first_plan():
    inputs = seen(asks("b", "12"), FakeJobs(), ledger=FakeLedger())

    assert [type(record) for record, _ in inputs.due] == [OpenedRecord]
    assert action(inputs) is Action.CREATE


def test_each_new_ledger_has_an_id_of_its_own():
    """Otherwise `ledger_id` in the configuration would accept any ledger that an apply has opened."""
    ids = set()
    for ledger in (FakeLedger(), FakeLedger()):
        inputs = seen(asks("b", "12"), FakeJobs(), ledger=ledger)
        a_buyer(jobs=FakeJobs(), ledger=ledger).write_due(inputs.due)
        ids.add(Purchases.of(ledger.read()).ledger)

    assert len(ids - {"0" * 32}) == 2


def test_an_empty_ledger_beside_jobs_of_groundctl_buys_nothing():
    jobs = FakeJobs()
    buy(asks("a", "34"), jobs=jobs)

    inputs = seen(asks("b", "12"), jobs, ledger=FakeLedger())

    assert inputs.due == ()
    assert action(inputs) is Action.REFUSED


def test_an_empty_ledger_where_the_configuration_names_one_buys_nothing():
    inputs = seen(asks("b", "12"), FakeJobs(), ledger=FakeLedger(), infrastructure=an_infrastructure(ledger_id="acme"))

    assert inputs.due == ()
    assert action(inputs) is Action.REFUSED
    [change] = make_plan(inputs).changes
    assert "ledger open" not in change.reasons[0].hint  # it refuses as well


def test_another_ledger_than_the_one_that_the_configuration_names_buys_nothing():
    inputs = seen(asks("b", "12"), FakeJobs(), infrastructure=an_infrastructure(ledger_id="another"))

    assert action(inputs) is Action.REFUSED


# --- Jobs that exist though the ledger does not say so.


class Dying(FakeJobs):
    """AWS accepts the request, and the run ends before it hears of that."""

    def create_once(self, request: Any, **given: Any) -> Any:
        super().create_once(request, **given)
        raise KeyboardInterrupt


def a_dead_run(declaration: Declaration, ledger: FakeLedger) -> FakeJobs:
    jobs = Dying()
    with pytest.raises(KeyboardInterrupt):
        buy(declaration, jobs=jobs, ledger=ledger)
    return jobs


def test_a_job_that_a_dead_run_has_made_is_written_down():
    ledger = an_open_ledger()
    jobs = a_dead_run(asks("a", "12"), ledger)

    inputs = seen(asks("a", "12"), jobs, ledger=ledger)

    assert [type(record) for record, _ in inputs.due] == [CreatedRecord]


def test_a_job_of_the_same_name_elsewhere_says_nothing_about_a_purchase():
    ledger = an_open_ledger()
    jobs = a_dead_run(asks("a", "12"), ledger)

    for elsewhere in (an_infrastructure(region="eu-west-1"), an_infrastructure(account_id="210987654321")):
        assert seen(asks("b", "34"), jobs, ledger=ledger, infrastructure=elsewhere).due == ()


def test_what_another_run_has_written_meanwhile_is_not_written_again():
    ledger = an_open_ledger()
    jobs = a_dead_run(asks("a", "12"), ledger)
    due = seen(asks("a", "12"), jobs, ledger=ledger).due

    for _ in range(2):
        a_buyer(jobs=jobs, ledger=ledger).write_due(due)

    assert ledger.read().end == 3  # opened, purchase, created


def test_what_is_due_is_written_though_another_entry_came_first():
    ledger = an_open_ledger()
    jobs = a_dead_run(asks("a", "12"), ledger)
    due = seen(asks("a", "12"), jobs, ledger=ledger).due
    another = stepping(ledger, before={"append": lambda: buy(asks("b", "34"), jobs=FakeJobs(), ledger=ledger)})

    a_buyer(jobs=jobs, ledger=another).write_due(due)

    assert [each.exists for each in Purchases.of(ledger.read()).by_id.values()] == [True, True]


# --- Clips that are free again.


def ended_with(
    *lines: tuple[str, bool], status: str = "Completed", labeled: int = 1, output: bool = True
) -> PlanInputs:
    """Plan to ask clip 2 again, after a job about clips 1 and 2 has an output of these lines."""
    ledger, jobs = an_open_ledger(), Ended()
    buy(asks("a", "12"), jobs=jobs, ledger=ledger)
    jobs.end("a", status, labeled=labeled, output=OUTPUT if output else None)
    attribute = jobs.jobs["a"]["LabelAttributeName"]
    manifest = b"".join(line(clip, labeled=is_labeled, attribute=attribute) for clip, is_labeled in lines)
    return seen(asks("b", "2"), jobs, ledger=ledger, objects=FakeObjects({OUTPUT: manifest}))


def test_a_clip_that_ended_without_a_label_is_free_again():
    inputs = ended_with(("1", True), ("2", False))

    assert [type(record) for record, _ in inputs.due] == [EndedRecord]
    assert action(inputs) is Action.CREATE


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_no_clip_is_free_before_its_job_has_ended(status: str):
    assert action(ended_with(("1", True), ("2", False), status=status)) is Action.REPURCHASE


def test_no_clip_is_free_while_lines_of_the_output_are_missing():
    assert action(ended_with(("2", False), labeled=0)) is Action.REPURCHASE


def test_a_clip_with_a_label_on_one_of_its_lines_is_not_free():
    assert action(ended_with(("2", True), ("2", False))) is Action.REPURCHASE


def test_without_an_output_manifest_clips_are_free_only_if_aws_counts_no_label():
    assert action(ended_with(status="Failed", labeled=0, output=False)) is Action.CREATE
    assert action(ended_with(status="Failed", labeled=1, output=False)) is Action.REPURCHASE


def test_an_output_that_cannot_be_found_frees_nothing():
    ledger, jobs = an_open_ledger(), Ended()
    buy(asks("a", "12"), jobs=jobs, ledger=ledger)
    jobs.end("a", "Failed", labeled=0)

    assert action(seen(asks("b", "2"), jobs, ledger=ledger)) is Action.REPURCHASE
