"""Importing against fakes: chunks, faults of single jobs, names that are taken, and what the ledger learns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from groundctl.app.adoption.import_jobs import BATCH_SIZE, ImportSetting, import_jobs, open_if_new
from groundctl.app.gathering.gather import list_jobs
from groundctl.domain.adoption.choice import DeclaredFile
from groundctl.domain.adoption.import_result import ImportResult, ImportStatus, ImportTally, LedgerStatus
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.declarations.policy import FolderPolicy
from groundctl.domain.declarations.spec import Imported
from groundctl.errors import ExternalError, RefusedByAws
from groundctl.presentation.adoption.imports_text import import_question, result_text, tally_text
from support.builders import a_policy, an_infrastructure
from support.fake_new_files import FakeNewFiles
from support.importing import PAGE, SCHEMA, a_description, categories
from support.ledger import FakeLedger
from support.ledger_people import World, a_world

TOPIC = "arn:aws:sns:us-east-1:123456789012:clips"


@dataclass
class Import:
    """An account of console-made jobs, and the files that are written for them."""

    world: World = field(default_factory=lambda: World(FakeLedger()))
    files: FakeNewFiles = field(default_factory=FakeNewFiles)
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.objects.objects |= {
            "s3://clips/labels.json": categories("winner", "error"),
            "s3://clips/page.html": PAGE,
        }

    def has(self, name: str, clips: tuple[str, ...] = ("1", "2"), **changes: Any) -> dict[str, Any]:
        lines = [json.dumps({"source-ref": f"s3://clips/{clip}.mp4"}) for clip in clips]
        manifest = f"s3://clips/{name}.manifest"
        self.world.objects.objects[manifest] = "\n".join(lines).encode()
        described = a_description(LabelingJobName=name, **changes)
        described["LabelingJobArn"] = f"arn:aws:sagemaker:us-east-1:123456789012:labeling-job/{name.lower()}"
        if "InputConfig" not in changes:
            described["InputConfig"] = {"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest}}}
        self.world.jobs.jobs[name.lower()] = described
        return described

    def runs(self, *names: str, **setting: Any) -> list[ImportResult]:
        observed = list_jobs(self.world.account.jobs)
        writer = self.world.writer()
        open_if_new(writer, self.world.account, observed)
        members: dict[str, Any] = {
            "account": self.world.account,
            "files": self.files,
            "policy": a_policy(),
            "declared": self.declared(),
            "schema": SCHEMA,
            "editor_schema": None,
            "by": "dana",
        }
        chosen = [job for job in observed.values() if not names or job.name in names]
        return list(import_jobs(chosen, observed, ImportSetting(**{**members, **setting}), writer))

    def declared(self) -> dict[Any, DeclaredFile]:
        """The declarations that were written so far."""
        found = {}
        for path, content in self.files.files.items():
            if path.endswith(".yaml"):
                lines = dict(line.strip().split(": ", 1) for line in content.decode().splitlines() if ": " in line)
                name = path.rpartition("/")[2].removesuffix(".yaml")
                known = Imported(job=lines["job"], created="", content="") if "job" in lines else None
                found[job_key(name)] = DeclaredFile(path=path, imported=known)
        return found


def test_many_jobs_are_entered_some_at_a_time():
    world = Import()
    for number in range(BATCH_SIZE + 3):
        world.has(f"job-{number}", clips=(str(number),))

    results = world.runs()

    assert ImportTally.of(results) == ImportTally(
        imported=BATCH_SIZE + 3, unchanged=0, not_imported=0, entered=BATCH_SIZE + 3, problems=0
    )
    assert world.world.ledger.read().end == 3  # it is opened, and two entries are written
    assert len(world.files.files) == 2 * (BATCH_SIZE + 3)
    assert {each.record.declaration for each in world.world.purchases.live()} == {
        f"jobs/imported/job-{number}.yaml" for number in range(BATCH_SIZE + 3)
    }


def test_a_second_import_reads_nothing_and_changes_nothing():
    world = Import()
    world.has("one")
    world.runs()
    world.world.jobs.describes = 0

    [again] = world.runs()

    assert (again.status, again.ledger) == (ImportStatus.UNCHANGED, LedgerStatus.KNOWN)
    assert world.world.jobs.describes == 0
    assert world.world.ledger.read().end == 2


def test_what_the_ledger_did_not_learn_the_first_time_it_learns_the_second():
    world = Import()
    world.has("one")
    world.runs()
    world.world.ledger.entries.pop(2)

    [again] = world.runs()

    assert (again.status, again.ledger) == (ImportStatus.UNCHANGED, LedgerStatus.ENTERED)


def test_a_rehearsal_writes_nothing():
    world = Import()
    world.has("one")

    [result] = world.runs(is_rehearsal=True)

    assert (result.status, result.ledger) == (ImportStatus.IMPORTED, LedgerStatus.ENTERED)
    assert world.files.files == {}
    assert world.world.ledger.read().end == 1


def test_the_fault_of_one_job_keeps_out_no_other():
    world = Import()
    world.has("broken")
    world.has("one")
    describe = world.world.jobs.describe

    def fails(name: str) -> Any:
        if name == "broken":
            raise ExternalError("AWS gave no answer about broken", hint="run it again")
        return describe(name)

    world.world.jobs.describe = fails  # type: ignore[method-assign]

    broken, one = world.runs()

    assert (broken.status, broken.why, broken.is_problem) == (
        ImportStatus.NOT_IMPORTED, "AWS gave no answer about broken", True,
    )  # fmt: skip
    assert (one.status, one.ledger) == (ImportStatus.IMPORTED, LedgerStatus.ENTERED)


def test_a_manifest_that_may_not_be_read_keeps_the_job_out_of_the_ledger_only():
    world = Import()
    world.has("secret")
    world.has("one")
    read = world.world.objects.read_lines

    def refuses(uri: str) -> Any:
        if "secret" in uri:
            raise RefusedByAws(f"{uri} may not be read", hint="ask for s3:GetObject")
        return read(uri)

    world.world.objects.read_lines = refuses  # type: ignore[method-assign]

    secret, one = world.runs()

    assert (secret.status, secret.ledger, secret.is_problem) == (
        ImportStatus.IMPORTED, LedgerStatus.NOT_ENTERED, True,
    )  # fmt: skip
    assert secret.ledger_why == "s3://clips/secret.manifest may not be read; ask for s3:GetObject"
    assert one.ledger is LedgerStatus.ENTERED


def test_a_lost_manifest_is_replaced_by_the_output_and_counts_every_clip():
    world = Import()
    output = {"OutputDatasetS3Uri": "s3://clips/out.manifest"}
    world.has("lost", LabelingJobOutput=output)
    labeled = [{"source-ref": "s3://clips/1.mp4", "rally-outcome": 1}, {"source-ref": "s3://clips/2.mp4"}]
    world.world.objects.objects["s3://clips/out.manifest"] = "\n".join(map(json.dumps, labeled)).encode()
    del world.world.objects.objects["s3://clips/lost.manifest"]

    [result] = world.runs()

    assert result.ledger is LedgerStatus.ENTERED
    [purchase] = world.world.purchases.live()
    assert purchase.record.clips == 2


def test_a_job_that_failed_before_the_first_answer_holds_no_clips():
    world = Import()
    world.has("failed", LabelingJobStatus="Failed", LabelCounters={})
    world.world.objects.objects["s3://clips/failed.manifest"] = b"no json\n"

    [result] = world.runs()

    assert result.ledger is LedgerStatus.ENTERED
    [purchase] = world.world.purchases.live()
    assert purchase.record.clips == 0


def test_a_topic_counts_as_one_clip_as_it_does_for_a_purchase():
    world = Import()
    world.has("stream", InputConfig={"DataSource": {"SnsDataSource": {"SnsTopicArn": TOPIC}}})

    [result] = world.runs()

    assert (result.status, result.ledger) == (ImportStatus.IMPORTED, LedgerStatus.ENTERED)
    [purchase] = world.world.purchases.live()
    assert purchase.record.clips == 1


def test_names_that_are_taken_are_said_and_nothing_is_overwritten():
    world = Import()
    world.has("one")
    world.has("two")
    world.files.files = {"jobs/imported/One.yaml": b"mine", "jobs/imported/two.html": b"another page"}

    one, two = world.runs(declared={})

    assert one.why.startswith("jobs/imported/one.yaml is there already")
    assert two.why.startswith("jobs/imported/two.html is there already")
    assert world.files.files["jobs/imported/One.yaml"] == b"mine"
    assert "jobs/imported/two.yaml" not in world.files.files


def test_a_file_of_the_same_name_that_was_not_imported_is_named():
    world = Import()
    world.has("one")

    [result] = world.runs(declared={job_key("one"): DeclaredFile(path="jobs/a/one.yaml")})

    assert result.why == "jobs/a/one.yaml has its name, and was not imported from it"
    assert result.ledger is LedgerStatus.ENTERED


def test_a_job_that_groundctl_made_here_is_left_to_its_own_file():
    world = Import(a_world())
    world.world.makes("rally-1")

    [result] = world.runs()

    assert (result.status, result.is_problem) == (ImportStatus.NOT_IMPORTED, False)
    assert "Git's history" in result.hint


def test_the_folder_is_the_teams_if_the_policy_gives_it_one():
    world = Import()
    world.has("one")
    policy = a_policy(folders={"tennis": FolderPolicy(teams=("reviewers",)), "others": FolderPolicy(teams=("*",))})

    [result] = world.runs(policy=policy)
    [other] = Import.runs(world, policy=policy, folder="jobs/old/2024", declared={}, files=FakeNewFiles())

    assert result.path == "jobs/tennis/one.yaml"
    assert other.path == "jobs/old/2024/one.yaml"


def test_another_task_that_was_named_is_a_problem_and_among_all_it_is_none():
    world = Import()
    described = world.has("boxes")
    described["HumanTaskConfig"]["PreHumanTaskLambdaArn"] = (
        "arn:aws:lambda:us-east-1:432418664414:function:PRE-BoundingBox"
    )

    [among_all] = world.runs()
    [named] = world.runs(keys_named=frozenset({job_key("boxes")}))

    assert among_all.why == "it is bounding box, not video classification"
    assert (among_all.is_problem, named.is_problem) == (False, True)
    assert among_all.ledger is LedgerStatus.NOT_ASKED


def test_the_terminal_says_what_became_of_each_job():
    world = Import()
    world.has("one")
    infrastructure = an_infrastructure()

    [result] = world.runs()
    shown = result_text(result, is_rehearsal=False)
    tally = tally_text(ImportTally.of([result]), infrastructure, is_rehearsal=False)
    taken = replace(result, status=ImportStatus.NOT_IMPORTED, why="no", hint="do that", ledger=LedgerStatus.NOT_ASKED)
    question = import_question(1, infrastructure)

    assert shown.replace("\n ", "") == ("- one: wrote jobs/imported/one.yaml and one.html; entered into the ledger")
    assert result_text(taken, is_rehearsal=False) == "- one: not imported: no\n  hint: do that"
    assert "Wrote 1 declaration, 0 had one already, 0 not imported; 1 job entered" in tally
    assert "No labeling job is created, changed, or stopped." in question[0].replace("\n", " ")
    assert question[1] == "Do this with the jobs of test (123456789012, us-east-1)? Only `yes` is accepted: "


@pytest.mark.parametrize("is_rehearsal", [False, True])
def test_where_there_is_nothing_it_says_so(is_rehearsal: bool):
    text = tally_text(ImportTally.of([]), an_infrastructure(), is_rehearsal=is_rehearsal)

    assert text.replace("\n", " ") == "There is no labeling job to import in test (123456789012, us-east-1)."
