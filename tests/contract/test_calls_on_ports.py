"""From declarations to a plan, each question goes to a port once; the calls are counted on the ports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gathering.gather import Account
from groundctl.app.plan import PlanningResult, create_plan, plan_again
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.planning.plan import Action
from support.builders import a_declaration, an_observed_job, some_data, write_open_policy
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account


class CountingJobs(FakeJobs):
    """Labeling jobs that count what is asked of them."""

    def __init__(self, *listed: ObservedJob) -> None:
        super().__init__()
        self.listed = listed
        self.calls: Counter[str] = Counter()

    def list_jobs(self) -> Iterator[ObservedJob]:
        self.calls["list_jobs"] += 1
        yield from self.listed

    def describe(self, name: str) -> Mapping[str, Any] | None:
        self.calls[f"describe {name}"] += 1
        return super().describe(name)


class CountingObjects(FakeObjects):
    """Objects that count what is asked of them."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        super().__init__(objects)
        self.calls: Counter[str] = Counter()

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        self.calls[f"list {prefix}"] += 1
        return super().list_objects(prefix)

    def read(self, uri: str) -> bytes | None:
        self.calls[f"read {uri}"] += 1
        return super().read(uri)

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        self.calls[f"read {uri}"] += 1
        return super().read_lines(uri)

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        raise AssertionError(f"a plan writes nothing, and not {len(content)} bytes of {media_type} to {uri}")


def a_file(root: Path, **changes: Any) -> None:
    """Write a declaration as JSON, which is YAML."""
    data = some_data(**changes)
    file = root / "jobs" / "sports-data" / f"{data['name']}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_open_policy(root)
    file.write_text(json.dumps(data, indent=2))


def write_one_file_of_each_kind(root: Path) -> None:
    """Declare one job for each way in which a plan can decide."""
    a_file(root, name="first")
    a_file(root, name="changed", task={**some_data()["task"], "title": "Another question?"})
    a_file(root, name="done", input={"objects": ["s3://clips/d.mp4"]})
    a_file(root, name="new-prefix", input={"prefix": "s3://clips/p/"})
    a_file(root, name="new-manifest", input={"manifest": "s3://clips/m.manifest"})
    a_file(root, name="new-objects", input={"objects": ["s3://clips/o.mp4"]})
    a_file(root, name="rest-of-done", input={"from_job": "done"}, output={"label_attribute": "done"})
    a_file(root, name="rest-of-first", input={"from_job": "first"}, output={"label_attribute": "first"})
    a_file(root, name="stopped", state="stopped", input={"prefix": "s3://clips/stopped/"})
    a_file(root, name="elsewhere", input={"prefix": "s3://elsewhere/p/"})


def kept_declarations(jobs: Iterable[ObservedJob], declarations: Iterable[Declaration]) -> dict[str, bytes]:
    """Give what lies beside the manifests of existing jobs: the declarations that they were made from."""
    return {
        job.fingerprint.uri_of("declaration.json"): canonical_json(declaration.content)
        for job, declaration in zip(jobs, declarations, strict=False)
        if job.fingerprint
    }


def test_a_plan_reads_each_input_once(tmp_path: Path):
    first = a_declaration(name="first")
    changed, done = a_declaration(name="changed"), a_declaration(name="done", input={"objects": ["s3://clips/d.mp4"]})
    output = "s3://outputs/done/output.manifest"
    topical = an_observed_job(a_declaration(name="by-topic"), fingerprint=None, has_input=False)
    jobs = CountingJobs(
        an_observed_job(first),
        an_observed_job(changed),
        an_observed_job(done, status=Status.COMPLETED, output_manifest=output),
        an_observed_job(a_declaration(name="forgotten")),
        topical,
    )
    kept = kept_declarations(jobs.listed, [first, changed, done])
    clip = b'{"source-ref":"s3://clips/m.mp4"}'
    objects = CountingObjects({**kept, output: clip, "s3://clips/p/1.mp4": b"", "s3://clips/m.manifest": clip})
    opened = 0

    def open_account() -> Account:
        nonlocal opened
        opened += 1
        return an_account(jobs, objects)

    write_one_file_of_each_kind(tmp_path)

    planned = create_plan(Checkout(tmp_path), open_account)

    assert isinstance(planned, PlanningResult), planned
    assert {str(change.action) for change in planned.plan.changes} == set(Action) - {"foreign", "stop"}
    assert opened == 1
    assert jobs.calls == {"list_jobs": 1, "describe by-topic": 1}
    changed_file, done_file = (
        job.fingerprint.uri_of("declaration.json") for job in jobs.listed[1:3] if job.fingerprint
    )
    assert objects.calls == {
        "list s3://clips/p/": 1,
        "read s3://clips/m.manifest": 1,
        f"read {output}": 1,
        f"read {changed_file}": 1,
        f"read {done_file}": 1,
    }


def test_replanning_lists_jobs_again_and_reads_no_file_again(tmp_path: Path):
    jobs = CountingJobs()
    account = an_account(jobs, CountingObjects({}), observed={})
    a_file(tmp_path)
    planned = create_plan(Checkout(tmp_path), lambda: account)
    assert isinstance(planned, PlanningResult)
    (tmp_path / "jobs/sports-data/rally-outcome.yaml").unlink()
    jobs.listed = (an_observed_job(),)

    again = plan_again(planned)

    assert [change.action for change in planned.plan.changes] == [Action.CREATE]
    assert [change.action for change in again.plan.changes] == [Action.EXISTS]
    assert jobs.calls == {"list_jobs": 1}


def test_a_plan_with_invalid_declarations_does_not_wait_for_aws(tmp_path: Path):
    def nowhere() -> Account:
        raise AssertionError("the result of a plan that is not made is not looked at")

    a_file(tmp_path, owner=None)

    assert not isinstance(create_plan(Checkout(tmp_path), nowhere), PlanningResult)
