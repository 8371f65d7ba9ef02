"""Provenance: which pull request declared a job, stored where later runs find it."""

from __future__ import annotations

import json
from collections.abc import Callable

from groundctl.app.publish import read_provenance
from groundctl.domain.planning.plan import Change
from groundctl.domain.tracking.provenance import parse_provenance, provenance_json, provenance_uri
from groundctl.domain.tracking.run_context import RunContext
from support.builders import a_declaration, a_plan, a_run, an_observed_job
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.interleaving import stepping

RUN = a_run(pull_request=12, head_commit="b" * 40, run_url="https://github.com/x/y/actions/runs/1")


def _always(run: RunContext) -> Callable[[Change], RunContext]:
    return lambda _: run


def test_provenance_names_the_run_and_what_was_reviewed_and_no_user_to_notify():
    [change] = a_plan(a_declaration(notify=["dana"])).changes

    written = provenance_json(change, RUN)

    assert list(json.loads(written)) == [
        "change", "commit", "format_version", "owner", "pull_request", "repository", "run",
    ]  # fmt: skip
    assert written.startswith(b'{"change":{"action":"create","answers":6,"budget_usd":null,"clips":2,')
    assert written.endswith(
        b'"commit":"' + b"b" * 40 + b'","format_version":1,"owner":"sports-data","pull_request":12,'
        b'"repository":"acme/labeling","run":"https://github.com/x/y/actions/runs/1"}'
    )
    assert b"dana" not in written


def test_provenance_is_stored_beside_the_manifest_before_the_create():
    plan = a_plan(a_declaration())
    objects = FakeObjects()
    stored: dict[str, bytes] = {}
    jobs = stepping(FakeJobs(), before={"create_once": lambda: stored.update(objects.objects)})

    carry_out(plan, jobs=jobs, objects=objects, asking=lambda _: RUN)

    fingerprint = an_observed_job().fingerprint
    assert fingerprint
    [change] = plan.changes
    assert stored[provenance_uri(fingerprint)] == provenance_json(change, RUN)


def test_the_provenance_of_an_earlier_attempt_stays():
    plan = a_plan(a_declaration())
    objects = FakeObjects()
    later = a_run(pull_request=99, head_commit="c" * 40, run_url="https://x")

    for run in (RUN, later):
        carry_out(plan, objects=objects, asking=_always(run))

    [provenance] = read_provenance([an_observed_job()], objects, repository="acme/labeling").values()
    assert provenance.pull_request == 12


def test_jobs_of_another_repository_have_no_provenance_here():
    plan = a_plan(a_declaration())
    objects = FakeObjects()
    carry_out(plan, objects=objects, asking=lambda _: RUN)

    assert read_provenance([an_observed_job()], objects, repository="mallory/labeling") == {}


def test_content_that_is_no_provenance_is_none():
    for raw in (b"", b"{}", b"[]", b"null", b'{"repository": 1, "change": 2}', b"\xff"):
        assert parse_provenance(raw) is None
