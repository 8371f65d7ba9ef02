"""What a rehearsal is played with: the adapters and their fakes keep the same promises."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.session import AwsSession
from groundctl.adapters.local.rehearsal_folder import RehearsalFolder
from groundctl.adapters.local.simulator import SimulatorProcess
from groundctl.adapters.terraform.stack import Stack
from groundctl.domain.rehearsal.stand_ins import StandIn
from groundctl.rehearsal_ports import RehearsalFiles, Simulator, StandInStore, TerraformRoot
from support.aws import prerequisites
from support.builders import ROOT, an_infrastructure
from support.fake_objects import FakeObjects
from support.rehearsal_fakes import FakeRehearsalFiles, FakeSimulator, FakeTerraform

SOURCE = {
    "jobs/policy.yaml": b"folders: {}\n",
    "jobs/infrastructure.json": b"{}",
    "jobs/a/one.yaml": b"one",
    "jobs/a/two.yaml": b"two",
    "jobs/a/one.md": b"Watch the line.",
}
BOTH = pytest.mark.parametrize("kind", ["fake", "real"])


# --- the output folder ----------------------------------------------------------------------------------------------


@dataclass
class Folder:
    """The files of a rehearsal, and what stands in the copy of the repository."""

    files: RehearsalFiles

    @property
    def copied(self) -> Mapping[str, bytes]:
        if isinstance(self.files, FakeRehearsalFiles):
            return self.files.copied
        assert isinstance(self.files, RehearsalFolder)
        root = self.files.repository
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def folder(kind: str, tmp_path: Path) -> Folder:
    if kind == "fake":
        return Folder(FakeRehearsalFiles(SOURCE))
    for path, content in SOURCE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    real = RehearsalFolder(tmp_path / "out", source=tmp_path, samples=ROOT / "scripts/samples")
    real.empty()
    return Folder(real)


@BOTH
def test_texts_are_copied_without_declarations_and_without_the_kept_infrastructure(folder: Folder):
    folder.files.copy_texts()

    assert folder.copied == {path: SOURCE[path] for path in ("jobs/policy.yaml", "jobs/a/one.md")}


@BOTH
def test_declarations_are_added_and_taken_out_by_their_paths(folder: Folder):
    folder.files.add(["jobs/a/one.yaml", "jobs/a/two.yaml"])
    folder.files.remove("jobs/a/one.yaml")

    assert folder.copied == {"jobs/a/two.yaml": b"two"}


@BOTH
def test_without_a_plan_there_are_no_changes(folder: Folder):
    assert list(folder.files.planned_changes()) == []


def test_the_changes_are_those_of_the_plan_file(tmp_path: Path):
    files = RehearsalFolder(tmp_path, source=tmp_path, samples=tmp_path)
    files.plan.write_text(json.dumps({"changes": [{"name": "one"}]}))

    assert files.planned_changes() == [{"name": "one"}]


@BOTH
def test_a_sample_clip_has_a_correct_label_and_becomes_a_stand_in_of_the_size_that_is_asked(folder: Folder):
    samples = folder.files.sample_clips()
    [clip, *_] = samples.under("rallies/")

    content = folder.files.content(StandIn(uri="s3://clips/x.mp4", clip=clip, size=samples.sizes[clip] + 100))

    assert len(content) == samples.sizes[clip] + 100
    assert clip in folder.files.correct_labels()


# --- the simulated S3 -----------------------------------------------------------------------------------------------


@BOTH
def test_a_stand_in_replaces_an_older_one(kind: str, request: pytest.FixtureRequest):
    objects: FakeObjects | S3Objects = FakeObjects()
    if kind == "real":
        request.getfixturevalue("simulator")
        prerequisites.build(an_infrastructure())
        objects = S3Objects(AwsSession("us-east-1"))
    store: StandInStore = objects

    store.put("s3://artifacts/x.mp4", b"first", "video/mp4")
    store.put("s3://artifacts/x.mp4", b"second", "video/mp4")

    assert objects.read("s3://artifacts/x.mp4") == b"second"


# --- the simulator --------------------------------------------------------------------------------------------------


@pytest.fixture
def simulated(kind: str) -> Iterator[Simulator]:
    if kind == "fake":
        yield FakeSimulator()
        return
    with SimulatorProcess(environment=os.environ, account_id="111122223333", region="eu-west-1") as simulator:
        yield simulator


@BOTH
def test_what_prepares_a_rehearsal_and_moves_its_time_counts_as_no_change(simulated: Simulator):
    simulated.make_existing({"buckets": ["acme-clips"]})
    simulated.set_correct_labels({"s3://acme-clips/x.mp4": "in"})
    simulated.sign_in_members(4)
    simulated.advance(150)
    simulated.run_until_idle()

    assert simulated.mutating_calls() == 0


@BOTH
def test_its_settings_lead_to_its_own_address(simulated: Simulator):
    assert simulated.settings()["AWS_ENDPOINT_URL"] == simulated.url
    assert simulated.url.startswith("http://127.0.0.1:")


# --- Terraform ------------------------------------------------------------------------------------------------------

CODE = """\
resource "terraform_data" "thing" {}

output "infrastructure" {
  value = { environment = "demo" }
}
"""


@pytest.fixture
def terraform(kind: str, tmp_path: Path) -> TerraformRoot:
    if kind == "fake":
        return FakeTerraform()
    (tmp_path / "main.tf").write_text(CODE)
    stack = Stack(tmp_path)
    stack.init()
    return stack


@BOTH
def test_after_an_apply_nothing_is_left_to_change(terraform: TerraformRoot):
    before = terraform.has_changes()
    terraform.apply()

    assert (before, terraform.has_changes()) == (True, False)
    assert terraform.outputs() == {"environment": "demo"}
