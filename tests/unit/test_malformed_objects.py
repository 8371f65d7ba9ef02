"""One malformed object concerns one job: no traceback, a diagnostic or an honest outcome, and the others go on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundctl.app.gathering.gather import gather
from groundctl.app.publish import read_provenance
from groundctl.domain.canonical_json import parse_json, parse_json_object
from groundctl.domain.jobs.artifacts import Artifact
from groundctl.domain.jobs.continuation import parse_kept_declaration
from groundctl.domain.jobs.creation import Result
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.planning.plan import Create, Immutable, Plan, Refused
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.results.agreement import read_answers
from groundctl.domain.results.labeled_job import label_names
from groundctl.domain.results.output_line import NoLabelReason, members_of
from groundctl.domain.results.output_manifest import read_objects
from groundctl.domain.results.results import read_results
from groundctl.domain.tracking.provenance import parse_provenance, provenance_json, provenance_uri
from groundctl.presentation.results_sentences import headline
from results.manifests import a_labeled_job
from support.builders import a_declaration, a_desired_job, a_plan, a_policy, a_run, an_observed_job, some_data
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account, an_open_ledger

OTHER_TASK = {**some_data()["task"], "title": "Another question"}
OTHER_CLIPS = {"objects": ["s3://clips/other.mp4"]}
DEEP = b"[" * 100_000
MALFORMED = {
    "empty": b"",
    "blank": b" \n",
    "no UTF-8": b"\xff\xfe{}",
    "half a character": b'"\xed\xa0\x80"',
    "UTF-16": '{"declared": {}}'.encode("utf-16"),
    "a text": b'"text"',
    "a number": b"5",
    "null": b"null",
    "a list": b"[]",
    "a list of lists": b"[[[]]]",
    "an empty object": b"{}",
    "cut off": b'{"declared": {"name": "ral',
    "deep": DEEP,
    "deep objects": b'{"a":' * 100_000,
    "a huge number": b'{"declared": ' + b"9" * 5_000 + b"}",
    "no number": b'{"declared": NaN}',
    "HTML": b"<html>503</html>",
    "a picture": bytes(range(256)),
}


def with_wrong_types(value: Any) -> list[Any]:
    """Give a JSON value with each part of it replaced by a value of another type, one at a time."""
    others: tuple[Any, ...] = (None, 5, -1, 1e300, True, "x", [], {}, [[]])
    variants = [wrong for wrong in others if type(wrong) is not type(value)]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for wrong in with_wrong_types(part):
            copy: Any = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = wrong
            variants.append(copy)
    return variants


def malformed_like(raw: bytes) -> list[bytes]:
    return [*MALFORMED.values(), *(json.dumps(variant).encode() for variant in with_wrong_types(json.loads(raw)))]


def plan_with(objects: FakeObjects, *declarations: Any, jobs: tuple[ObservedJob, ...] = ()) -> Plan:
    observed = {job.key: job for job in jobs}
    account = an_account(FakeJobs(), objects, observed=observed)
    return make_plan(gather(declarations, a_policy(), account))


def kept_declaration() -> bytes:
    content = next(each.content for each in a_desired_job().artifacts if each.uri.endswith("declaration.json"))
    assert parse_kept_declaration(content)
    return content


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_malformed_json_is_one_kind_of_error(content):
    try:
        assert parse_json_object(content) == {}
    except ValueError:
        return
    assert content == b"{}"


def test_constants_that_are_no_json_are_refused():
    for constant in ("NaN", "Infinity", "-Infinity"):
        with pytest.raises(ValueError, match="is no JSON"):
            parse_json(constant)


def test_a_malformed_kept_declaration_is_named_and_the_other_jobs_are_planned():
    job = an_observed_job()
    assert job.fingerprint
    changed, other = a_declaration(task=OTHER_TASK), a_declaration(name="another-job", input=OTHER_CLIPS)
    uri = job.fingerprint.uri_of("declaration.json")

    for content in MALFORMED.values():
        plan = plan_with(FakeObjects({uri: content}), changed, other, jobs=(job,))

        immutable = next(change for change in plan.changes if isinstance(change, Immutable))
        assert f"{uri} is not the declaration" in immutable.reasons[0].message
        assert any(isinstance(change, Create) and change.name == "another-job" for change in plan.changes)


def test_a_kept_declaration_with_wrong_types_anywhere_ends_in_a_plan():
    job = an_observed_job()
    assert job.fingerprint
    changed = a_declaration(task=OTHER_TASK)
    uri = job.fingerprint.uri_of("declaration.json")

    for content in malformed_like(kept_declaration()):
        plan = plan_with(FakeObjects({uri: content}), changed, jobs=(job,))

        assert [type(change) for change in plan.changes] == [Immutable], content


def test_a_chain_from_a_job_whose_kept_declaration_is_malformed_is_refused_alone():
    job = an_observed_job(status=Status.COMPLETED, output_manifest="s3://outputs/output.manifest")
    assert job.fingerprint
    uri = job.fingerprint.uri_of("declaration.json")
    chained = a_declaration(name="second-look", input={"from_job": job.name})

    plan = plan_with(
        FakeObjects({uri: b"\xff"}), chained, a_declaration(name="another-job", input=OTHER_CLIPS), jobs=(job,)
    )

    kinds = {change.name: type(change) for change in plan.changes}
    assert kinds["second-look"] is Refused
    assert kinds["another-job"] is Create


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_ledger_entry_stops_every_purchase_and_is_named(content: bytes):
    plan = a_plan(a_declaration(), a_declaration(name="another-job", input=OTHER_CLIPS))
    ledger, jobs = an_open_ledger(), FakeJobs()
    ledger.entries[2] = content

    outcomes = carry_out(plan, jobs=jobs, ledger=ledger)

    assert {each.result for each in outcomes} == {Result.HELD}
    assert all("entry 2 " in each.verdict.evidence for each in outcomes)
    assert jobs.sent == []


def test_malformed_provenance_is_none_whatever_is_wrong_with_it():
    [change] = a_plan(a_declaration()).changes
    job = an_observed_job()
    assert job.fingerprint
    raw = provenance_json(change, a_run(pull_request=12))
    assert parse_provenance(raw)

    for content in malformed_like(raw):
        found = read_provenance(
            [job], FakeObjects({provenance_uri(job.fingerprint): content}), repository="acme/labeling"
        )

        for source in found.values():
            assert isinstance(source.path, str)
            assert source.pull_request is None or source.pull_request >= 0


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-1", "1e999999", "1e400"])
def test_provenance_with_an_amount_that_is_none_is_no_provenance(amount):
    [change] = a_plan(a_declaration()).changes
    data = json.loads(provenance_json(change, a_run()))
    data["change"]["usd"] = {"low": amount, "high": amount}

    assert parse_provenance(json.dumps(data).encode()) is None


def test_malformed_label_categories_are_no_labels():
    for content in malformed_like(b'{"document-version": "2018-11-28", "labels": [{"label": "winner"}]}'):
        assert all(isinstance(name, str) for name in label_names(content))


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_input_manifest_refuses_one_job(content):
    declaration = a_declaration(input={"manifest": "s3://clips/m.manifest"})
    objects = FakeObjects({"s3://clips/m.manifest": content})

    plan = plan_with(objects, declaration, a_declaration(name="another-job", input=OTHER_CLIPS))

    kinds = {change.name: type(change) for change in plan.changes}
    assert kinds == {declaration.spec.name: Refused, "another-job": Create}


def test_malformed_lines_of_an_output_manifest_are_clips_without_a_label():
    line = {
        "source-ref": "s3://clips/1.mp4",
        "main-action": 0,
        "main-action-metadata": {
            "class-name": "winner",
            "confidence": 0.5,
            "job-name": "labeling-job/rally",
            "creation-date": "2026-11-23T00:00:00",
        },
    }
    job = a_labeled_job(label_attribute="main-action")

    for content in malformed_like(json.dumps(line).encode()):
        lines = [content.replace(b"\n", b" ")]
        results = read_results(lines, job)

        assert len(list(read_objects(lines, job))) == results.objects <= 1
        assert headline(results)
    assert members_of(DEEP) is None
    assert read_results([DEEP], job).unlabeled[0].reason is NoLabelReason.UNREADABLE


def test_malformed_answers_are_counted_and_the_others_are_read():
    good = [
        {
            "datasetObjectId": "0",
            "dataObject": {"s3Uri": "s3://clips/1.mp4"},
            "annotations": [{"workerId": "w", "annotationData": {"content": '{"crowd-classifier": {"label": "let"}}'}}],
        }
    ]
    raw = json.dumps(good).encode()

    for content in malformed_like(raw):
        answers = read_answers([content, raw])

        assert answers.by_object["0"] == (("let", 1),)


def test_an_artifact_of_malformed_content_is_not_taken_for_ours():
    plan = a_plan(a_declaration())
    [change] = plan.creates
    artifact: Artifact = change.purchase.desired.artifacts[0]

    for content in MALFORMED.values():
        objects = FakeObjects({artifact.uri: content})
        [outcome] = carry_out(plan, objects=objects)

        assert outcome.result is Result.FAILED
