"""What becomes of earlier purchases before a plan is made: jobs that exist, names of questions, clips that are free again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from groundctl.app.gathering.gather import gather
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Result, Unclear
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import (
    CreatedRecord,
    EndedRecord,
    NamedRecord,
    OpenedRecord,
    PurchaseRecord,
    RecordId,
)
from groundctl.domain.planning.due_records import is_still_due, opening
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.errors import RefusedByAws
from support.builders import POLICY, a_declaration, a_plan, an_infrastructure, an_observed_job
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import FakeLedger, a_log, a_purchase, an_account, an_open_ledger
from support.ledger import created as created_record
from support.ledger import ended as ended_record

OUTPUT = "s3://outputs/pilot/manifests/output/output.manifest"
CLIPS = tuple(f"s3://clips/rally-{number}.mp4" for number in (1, 2, 3))


class GuardedObjects(FakeObjects):
    """S3 that refuses to show one object."""

    refused = ""

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        if uri == self.refused:
            raise RefusedByAws(f"{uri} may not be read", hint="ask for s3:GetObject")
        return super().read_lines(uri)


@dataclass
class World:
    """A pilot of three clips that was bought and has ended, and what is declared after it."""

    jobs: FakeJobs = field(default_factory=FakeJobs)
    objects: GuardedObjects = field(default_factory=GuardedObjects)
    ledger: FakeLedger = field(default_factory=an_open_ledger)

    def buys(self, declaration: Declaration) -> Result:
        [outcome] = carry_out(a_plan(declaration), jobs=self.jobs, objects=self.objects, ledger=self.ledger)
        return outcome.result

    def ends(self, *lines: dict[str, Any] | bytes, status: str = "Completed", labeled: int | None = None) -> None:
        """End the pilot; AWS counts the labels that its output has, or as many as are given."""
        job, written_labels = (
            self.jobs.jobs["pilot"],
            sum(isinstance(line, dict) and "outcome" in line for line in lines),
        )
        job["LabelingJobStatus"] = status
        job["LabelCounters"]["TotalLabeled"] = written_labels if labeled is None else labeled
        if lines:
            job["LabelingJobOutput"] = {"OutputDatasetS3Uri": OUTPUT}
            written = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
            self.objects.objects[OUTPUT] = b"".join(line + b"\n" for line in written)

    def gathers(self, *declarations: Declaration) -> PlanInputs:
        account = an_account(self.jobs, self.objects, ledger=self.ledger)
        return gather(declarations or (THE_WHOLE,), POLICY, account)

    def freed(self) -> list[str]:
        """List the clips that the next plan counts as free, by their numbers."""
        inputs = self.gathers()
        records = [record for record, _ in inputs.due if isinstance(record, EndedRecord)]
        plan = make_plan(inputs)
        [change] = [each for each in plan.changes if each.name == "whole"]
        if change.action is Action.WAITING:
            assert [record.clips for record in records] in ([], [0])
            return []
        [create] = plan.creates
        assert create.purchase.wanted is not None
        assert create.purchase.wanted.input is not None
        asked = create.purchase.wanted.input.asked
        assert [record.clips for record in records] == [len(asked)]
        return [uri[-5] for uri in asked]


PILOT = a_declaration(name="pilot", input={"objects": list(CLIPS)}, output={"label_attribute": "outcome"})
THE_WHOLE = a_declaration(
    name="whole", input={"objects": list(CLIPS), "only_new": True}, output={"label_attribute": "outcome"}
)


@pytest.fixture
def world() -> World:
    world = World()
    assert world.buys(PILOT) is Result.CREATED
    return world


def labeled(number: int, label: Any = 0, attribute: str = "outcome") -> dict[str, Any]:
    metadata = {"class-name": "winner", "confidence": 0.9, "job-name": "labeling-job/pilot"}
    return {"source-ref": CLIPS[number - 1], attribute: label, f"{attribute}-metadata": metadata}


def without_label(number: int) -> dict[str, Any]:
    metadata = {"failure-reason": "ClientError: too few answers", "job-name": "labeling-job/pilot"}
    return {"source-ref": CLIPS[number - 1], "outcome-metadata": metadata}


# --- clips that are free again


def test_clips_without_a_label_are_free(world: World):
    world.ends(labeled(1), without_label(2), without_label(3))

    assert world.freed() == ["2", "3"]


def test_the_record_says_status_output_and_lines(world: World):
    world.ends(labeled(1), labeled(2), without_label(3), status="Stopped")

    [(record, index)] = world.gathers().due

    assert isinstance(record, EndedRecord)
    assert (record.status, record.output_manifest, record.lines, record.clips) == ("Stopped", OUTPUT, 3, 1)
    assert len(index) == 1


def test_a_job_that_still_runs_frees_nothing(world: World):
    world.ends(labeled(1), without_label(2), without_label(3), status="InProgress")

    assert world.freed() == []


def test_a_clip_that_is_repeated_is_free_only_if_none_of_its_lines_has_a_label():
    world = World()
    world.buys(a_declaration(**{**PILOT.data, "input": {"objects": [*CLIPS, *CLIPS]}}))
    world.ends(labeled(1), without_label(1), without_label(2), without_label(2), labeled(3), labeled(3))

    assert world.freed() == ["2"]


def test_a_line_for_another_clip_in_place_of_one_that_is_missing_frees_nothing_for_it(world: World):
    world.ends(labeled(1), labeled(1), without_label(2))

    assert world.freed() == ["2"]


def test_an_unreadable_line_counts_as_a_line_and_frees_no_clip(world: World):
    world.ends(labeled(1), without_label(2), b'{"source-ref": "s3://clips/rally-3.mp4", "outc')

    assert world.freed() == ["2"]


def test_missing_lines_free_nothing_because_labels_may_be_in_them(world: World):
    world.ends(labeled(1), without_label(2))

    assert world.freed() == []


def test_an_output_with_fewer_labels_than_aws_counts_frees_nothing(world: World):
    """A job with the same output path may have written it."""
    world.ends(labeled(1), without_label(2), without_label(3), labeled=2)

    assert world.freed() == []


def test_surplus_lines_free_nothing(world: World):
    world.ends(labeled(1), without_label(2), without_label(3), without_label(3))

    assert world.freed() == []


def test_blank_lines_and_a_byte_order_mark_do_not_count(world: World):
    world.ends(b"\xef\xbb\xbf" + json.dumps(labeled(1)).encode(), b"", without_label(2), b"  ", labeled(3))

    assert world.freed() == ["2"]


def test_another_attribute_than_the_jobs_is_no_label(world: World):
    """The lines carry labels of an earlier job, under its own attribute."""
    world.ends(labeled(1), labeled(2, attribute="earlier"), labeled(3))

    assert world.freed() == ["2"]


@pytest.mark.parametrize("label", [0, 1, "1", "winner"])
def test_a_label_of_any_form_keeps_its_clip(world: World, label: Any):
    world.ends(labeled(1, label), labeled(2), labeled(3))

    assert world.freed() == []


@pytest.mark.parametrize("label", [{"class": 1}, [1], 1.5, True])
def test_a_label_that_cannot_be_understood_keeps_its_clip(world: World, label: Any):
    world.ends(labeled(1, label), labeled(2), labeled(3))

    assert world.freed() == []


def test_no_output_and_no_labeled_clip_frees_all(world: World):
    world.ends(status="Failed", labeled=0)

    assert world.freed() == ["1", "2", "3"]


def test_no_output_while_aws_counts_labels_frees_nothing(world: World):
    world.ends(status="Failed", labeled=1)

    assert world.freed() == []


def test_an_output_that_may_not_be_read_frees_nothing_and_stops_no_plan(world: World):
    world.ends(without_label(1), without_label(2), without_label(3))
    world.objects.refused = OUTPUT

    assert world.freed() == []


def test_an_output_that_is_gone_frees_nothing(world: World):
    world.ends(without_label(1), without_label(2), without_label(3))
    del world.objects.objects[OUTPUT]

    assert world.freed() == []


def test_a_job_whose_clips_no_file_wants_is_not_read(world: World):
    world.ends(without_label(1), without_label(2), without_label(3))
    other = a_declaration(name="other", input={"objects": ["s3://clips/rally-9.mp4"]})
    describes = world.jobs.describes

    assert world.gathers(other).due == ()
    assert world.jobs.describes == describes


def test_a_job_of_another_question_is_not_read(world: World):
    world.ends(without_label(1), without_label(2), without_label(3))
    task = {**THE_WHOLE.data["task"], "labels": ["in", "out"]}

    assert world.gathers(a_declaration(name="other", task=task, input={"objects": list(CLIPS)})).due == ()


# --- jobs that exist, and names


def test_a_job_that_exists_though_its_purchase_is_open_is_recorded_as_created():
    world = World(jobs=FakeJobs(Unclear(message="reset"), accepting=True, hidden_looks=99))
    assert world.buys(PILOT) is Result.UNKNOWN
    world.jobs.hidden_looks = 0

    [(record, _)] = world.gathers().due

    assert isinstance(record, CreatedRecord)
    assert record.arn.endswith("/pilot")


def test_a_question_that_was_named_since_is_recorded_under_its_name(world: World):
    task = {**PILOT.data["task"], "question": "rally-outcome"}
    named = a_declaration(**{**PILOT.data, "task": task})

    [(record, _)] = world.gathers(named).due

    assert isinstance(record, NamedRecord)
    assert record.question == "rally-outcome"
    assert plan_of(world, named).changes[0].action is Action.EXISTS


def plan_of(world: World, *declarations: Declaration) -> Plan:
    return make_plan(world.gathers(*declarations))


# --- what another run has written meanwhile


def test_a_record_is_due_until_some_run_has_written_it():
    purchase = RecordId(entry=2)
    bare = Purchases.of(a_log(a_purchase()))
    created, _ = created_record(2)
    ended, _ = ended_record(2)
    named = NamedRecord(purchase=purchase, question="foul")
    assert all(is_still_due(record, bare) for record in (created, ended, named))

    full = Purchases.of(a_log(a_purchase(), created_record(2), ended_record(2), (named, ended_record(2)[1])))

    assert not any(is_still_due(record, full) for record in (created, ended, named))
    assert not is_still_due(OpenedRecord(ledger="other"), full)
    assert is_still_due(OpenedRecord(ledger="other"), Purchases())


def test_only_a_new_ledger_beside_no_job_of_ours_opens_itself():
    infrastructure = an_infrastructure()
    empty = FakeLedger().read()

    [(record, _)] = opening(empty, [], infrastructure, ledger="acme")

    assert record == OpenedRecord(ledger="acme")
    foreign = an_observed_job(fingerprint=None)
    assert list(opening(empty, [foreign], infrastructure, ledger="acme"))
    assert not list(opening(empty, [an_observed_job()], infrastructure, ledger="acme"))
    assert not list(opening(empty, [], an_infrastructure(ledger_id="acme"), ledger="acme"))
    assert not list(opening(a_log(), [], infrastructure, ledger="acme"))


def test_the_purchase_of_a_plan_is_recorded_with_its_request(world: World):
    [record] = [each.record for each in Purchases.of(world.ledger.read()).by_id.values()]

    assert isinstance(record, PurchaseRecord)
    assert record.request in world.objects.objects
