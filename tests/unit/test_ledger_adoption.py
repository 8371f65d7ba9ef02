"""Opening a ledger and entering jobs, against fakes: what is entered, what is refused, lost answers, other writers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from groundctl.app.adoption.ledger_adoption import AdoptedJobs, adopt_jobs, open_ledger, our_jobs
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.jobs.ledger.records import RecordId
from groundctl.errors import ExternalError, UsageError
from groundctl.presentation.terminal.ledger_changes import adopted_text, opened_text
from support.ledger import (
    FakeLedger,
    a_purchase,
    clips,
    content_of,
    opened,
)
from support.ledger_people import RacingLedger, World, a_world, fill_more, from_console, void


def test_opening_enters_the_jobs_of_groundctl_and_names_those_without_a_list():
    world = World(FakeLedger())
    world.makes("Rally-1", "abc")
    world.makes("stream", of=lambda request: request["InputConfig"].update(DataSource={"SnsDataSource": {}}))
    world.makes("console", of=from_console)

    result = open_ledger(world.writer(), world.account, {})

    assert [each.record.job.name for each in result.adopted] == ["rally-1"]
    assert [each.name for each in result.left_out] == ["stream"]
    assert world.purchases.ledger == result.ledger
    assert len(result.ledger) == 32
    assert world.ledger.read().end == 1
    assert [each.index for each in world.purchases.live()] == [clips("abc").index()]


def test_a_ledger_is_not_opened_without_a_job_whose_clips_are_not_known():
    world = World(FakeLedger())
    world.makes("rally-1", "ab")
    world.makes("rally-2", "cd")
    manifest = world.jobs.jobs["rally-2"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    del world.objects.objects[manifest]

    with pytest.raises(ExternalError, match=r"rally-2: its input manifest, .*, is not there"):
        open_ledger(world.writer(), world.account, {})
    assert world.ledger.entries == {}


def test_a_ledger_is_not_opened_where_the_configuration_names_another():
    world = World(FakeLedger(), changes={"ledger_id": "acme"})

    with pytest.raises(UsageError, match="the configuration names the ledger acme"):
        open_ledger(world.writer(), world.account, {})
    assert world.ledger.entries == {}


def test_of_two_that_open_a_ledger_at_the_same_moment_one_is_refused():
    ledger = RacingLedger(others=[opened()])
    world = World(ledger)

    with pytest.raises(UsageError, match="is open already: it is acme"):
        open_ledger(world.writer(), world.account, {})
    assert world.ledger.read().end == 1


def test_a_damaged_ledger_is_not_opened():
    world = World(FakeLedger())
    world.ledger.entries[3] = b"x\n"

    with pytest.raises(ExternalError, match="entry 1 is missing"):
        open_ledger(world.writer(), world.account, {})


def test_an_unconfirmed_opening_is_an_external_failure():
    world = World(FakeLedger(lose=[False] * 9))

    with pytest.raises(ExternalError):
        open_ledger(world.writer(), world.account, {})


def test_a_lost_answer_to_an_opening_that_was_written_is_a_success():
    world = World(FakeLedger(lose=[True]))

    assert open_ledger(world.writer(), world.account, {}).ledger == world.purchases.ledger


def test_of_two_that_enter_a_job_at_the_same_moment_one_finds_it_there():
    ledger = RacingLedger()
    world = a_world(ledger=ledger)
    world.makes("rally-1")
    [adoption] = world.adopts("rally-1").adopted
    world.ledger.entries.pop(2)
    ledger.others = [(adoption.record, adoption.index)]

    second = world.adopts("rally-1")

    assert (second.entry, second.adopted) == (None, ())
    assert [each.id for each in second.known] == [RecordId(entry=2)]
    assert world.ledger.read().end == 2


def test_jobs_are_entered_with_one_entry_and_each_once():
    world = a_world()
    world.makes("rally-1", "ab")
    world.makes("rally-2", "cd")

    result = world.adopts("rally-1", "Rally-2", "rally-2")

    assert (result.entry, len(result.adopted), world.ledger.read().end) == (2, 2, 2)


def test_a_job_of_the_ledger_is_not_entered_again_while_it_is_open_or_void():
    world = a_world()
    world.makes("rally-1", "ab")
    manifest = world.jobs.jobs["rally-1"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    declaration, digest = manifest.split("/")[-2].split("-")
    fill_more(world, a_purchase("rally-1", declaration_digest=declaration, input_digest=digest))

    assert [each.id for each in world.adopts("rally-1").known] == [RecordId(entry=2)]


def test_a_foreign_job_under_the_name_of_a_void_purchase_can_be_entered():
    world = a_world(a_purchase())
    assert void(world) == 3
    world.makes("rally-1", "xy", of=from_console)
    world.objects.objects["s3://clips/console.manifest"] = b'{"source-ref": "s3://clips/x.mp4"}\n'

    assert world.adopts("rally-1").entry == 4


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (None, "its input manifest, s3://clips/console.manifest, is not there"),
        (b"{}\n", "line 1 of its input manifest names no clip"),
        (b'{"source-ref": "s3://clips/a.mp4"}\n\nnot JSON\n', "line 2 of its input manifest names no clip"),
        (b'{"source-ref": 7}\n', "line 1 of its input manifest names no clip"),
        (b"[" * 100_000, "line 1 of its input manifest names no clip"),
    ],
)
def test_a_job_whose_manifest_says_nothing_is_not_entered(manifest: bytes | None, why: str):
    world = a_world()
    world.makes("console", of=from_console)
    if manifest is not None:
        world.objects.objects["s3://clips/console.manifest"] = manifest

    result = world.adopts("console")

    assert [each.why for each in result.refused] == [why]
    assert world.ledger.read().end == 1


def test_a_job_without_a_list_of_clips_is_not_entered():
    world = a_world()
    world.makes("stream", of=lambda request: request["InputConfig"].update(DataSource={"SnsDataSource": {}}))

    [refused] = world.adopts("stream").refused

    assert "a topic sends its clips" in refused.why


def test_without_labels_a_question_is_needed():
    world = a_world()
    world.makes("console", of=from_console)
    world.objects.objects["s3://clips/console.manifest"] = b'{"source-ref": "s3://clips/x.mp4"}\n'
    del world.objects.objects[world.jobs.jobs["console"]["LabelCategoryConfigS3Uri"]]

    [refused] = world.adopts("console").refused
    entered = world.adopts("console", question="rally-outcome")

    assert "`--question NAME`" in refused.hint
    assert [each.record.question for each in entered.adopted] == ["rally-outcome"]


def test_only_clips_without_a_label_count_as_asked_and_a_clip_counts_once():
    world = a_world()
    world.makes("console", of=from_console)
    lines = [{"source-ref": "s3://clips/a.mp4"}, {"source-ref": "s3://clips/b.mp4", "outcome": 1}] * 2
    manifest = "\ufeff" + "\r\n".join(map(json.dumps, lines))
    world.objects.objects["s3://clips/console.manifest"] = manifest.encode()

    [adoption] = world.adopts("console").adopted

    assert (adoption.record.clips, adoption.record.lines) == (1, 4)
    assert adoption.index == clips("a").index()
    assert adoption.record.title == "How did the rally end?"
    assert adoption.record.labels == ("winner", "error")


def test_a_job_of_groundctl_keeps_its_declaration_its_reviewed_cost_and_its_digest():
    world = a_world()
    world.makes("rally-1", "ab")
    manifest = next(uri for uri in world.objects.objects if uri.endswith(".manifest"))
    change = {"path": "jobs/a/rally-1.yaml", "team": "reviewers", "clips": 2, "objects_to_label": 2, "answers": 6}
    reviewed = {**change, "usd": {"low": "0.04", "high": "0.16"}}
    provenance = {"repository": "acme/labels", "pull_request": 7, "owner": "ada", "change": reviewed}
    kept = manifest.rpartition("/")[0] + "/provenance.json"
    world.objects.objects[kept] = json.dumps(provenance).encode()

    [adoption] = world.adopts("rally-1").adopted

    assert adoption.record.declaration == "jobs/a/rally-1.yaml"
    assert adoption.record.usd == Decimal("0.16")
    assert f"-{adoption.record.input_digest}/" in manifest


def test_the_declaration_in_the_checkout_is_the_one_that_is_named():
    world = a_world()
    world.makes("Rally-1", "ab")

    result = adopt_jobs(
        ["rally-1"], world.writer(), world.account, {job_key("rally-1"): "jobs/a/Rally-1.yaml"}, question=None
    )

    assert [each.record.declaration for each in result.adopted] == ["jobs/a/Rally-1.yaml"]


def test_nothing_is_entered_into_a_damaged_ledger():
    world = a_world()
    world.makes("rally-1")
    world.ledger.entries[3] = content_of(world.ledger.read(), 1)

    with pytest.raises(ExternalError, match="the ledger cannot be used"):
        world.adopts("rally-1")


def test_the_jobs_of_groundctl_are_named_without_those_from_the_console_or_a_topic():
    world = a_world()
    world.makes("Rally-1")
    world.makes("console", of=from_console)
    world.makes("stream", of=lambda request: request["InputConfig"].update(DataSource={"SnsDataSource": {}}))

    assert our_jobs(world.account) == ("Rally-1",)


def test_a_title_that_no_entry_can_hold_is_replaced():
    world = a_world()
    world.makes("rally-1", of=lambda request: request["HumanTaskConfig"].update(TaskTitle="half \ud83d"))

    [adoption] = world.adopts("rally-1").adopted

    assert adoption.record.title == "half ?"


def said(result: AdoptedJobs, question: str | None = None) -> str:
    return adopted_text(result.entry, result.adopted, result.known, result.named, result.refused, question=question)


def test_a_job_that_the_ledger_has_can_get_a_name_for_its_question_once():
    world = a_world()
    world.makes("rally-1")
    world.adopts("rally-1")

    named, again, other = (world.adopts("rally-1", question=name) for name in ("foul", "foul", "fault"))

    assert said(named, "foul") == (
        "Entry 3: 0 jobs entered.\n- rally-1: in the ledger already, entry 2; its question is now named foul"
    )
    assert said(again, "foul") == "Nothing was written.\n- rally-1: in the ledger already, entry 2"
    assert "its question keeps the name foul" in " ".join(said(other, "fault").split())
    [purchase] = world.purchases.live()
    assert purchase.question.name == "foul"


def test_what_was_done_is_said_in_words():
    world = a_world(ledger_bucket="shared")
    world.makes("rally-1")
    world.makes("stream", of=lambda request: request["InputConfig"].update(DataSource={"SnsDataSource": {}}))

    first, second = world.adopts("rally-1", "stream"), world.adopts("rally-1")

    written = said(first).splitlines()
    assert written[:3] == [
        "Entry 2: 1 job entered.",
        "- rally-1: 2 clips, labels winner, error",
        "- stream: not entered: a topic sends its clips, so there is no list of them",
    ]
    assert said(second) == ("Nothing was written.\n- rally-1: in the ledger already, entry 2")
    opening = opened_text("ab" * 16, first.adopted, first.refused, world.account.infrastructure)
    assert f'  ledger = {{ bucket = "shared", id = "{"ab" * 16}" }}' in opening.splitlines()
    assert "In the environment that creates this bucket, add only the id" in " ".join(opening.split())
