"""Odd jobs and odd places of an import: what was not seen is not claimed, and no clip stays free that was asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundctl.app.adoption.import_jobs import open_if_new
from groundctl.domain.adoption.choice import DeclaredFile
from groundctl.domain.adoption.import_result import ImportStatus, LedgerStatus
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.declarations.environments import Environment
from groundctl.domain.declarations.policy import FolderPolicy
from groundctl.domain.jobs.observed import observed_job
from groundctl.errors import UsageError
from groundctl.ports import FileState
from support.builders import ACCOUNT, REGION, a_policy
from support.fake_new_files import FakeNewFiles
from support.importing import a_description, categories
from support.ledger_people import a_world
from unit.test_import_jobs import TOPIC, Import

TRIALS = Environment(name="staging", account_id=ACCOUNT, region=REGION, folders=("trials", "docks"))
OTHERS = Environment(name="production", account_id="210987654321", region=REGION)
ENVIRONMENTS = (TRIALS, OTHERS)


def lines(*members: Any) -> bytes:
    return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in members).encode()


@pytest.mark.parametrize(
    ("manifest", "clips"),
    [
        (lines({"source-ref": "s3://clips/1.mp4"}, {"source": "a text"}, {"source-ref": "s3://clips/2.mp4"}), 2),
        (lines({"source-ref": "s3://clips/1.mp4"}, "no json", '{"source-ref": 7}', "[]"), 1),
        (lines({"source-ref": "s3://clips/1.mp4"}, {"source-ref": "s3://clips/1.mp4"}), 1),
        (lines({"source-ref": "s3://clips/1.mp4", "rally-outcome": 0}, "no json"), 0),
    ],
)
def test_lines_that_name_no_clip_leave_no_other_clip_of_a_running_job_free(manifest: bytes, clips: int):
    world = Import()
    world.has("running", LabelingJobStatus="InProgress")
    world.world.objects.objects["s3://clips/running.manifest"] = manifest

    [result] = world.runs()

    assert result.ledger is LedgerStatus.ENTERED
    [purchase] = world.world.purchases.live()
    assert purchase.record.clips == clips


def test_a_running_job_whose_manifest_names_no_clip_at_all_is_not_entered():
    world = Import()
    world.has("running", LabelingJobStatus="InProgress")
    world.world.objects.objects["s3://clips/running.manifest"] = b'{"source": "a text"}\n'

    [result] = world.runs()

    assert (result.ledger, result.is_problem) == (LedgerStatus.NOT_ENTERED, True)
    assert "line 1 of its input manifest names no clip" in result.ledger_why


def test_labels_behind_a_byte_order_mark_are_labels():
    world = Import()
    world.has("one")
    world.world.objects.objects["s3://clips/labels.json"] = b"\xef\xbb\xbf" + categories("winner", "error")

    [result] = world.runs()

    assert (result.status, result.ledger) == (ImportStatus.IMPORTED, LedgerStatus.ENTERED)


@pytest.mark.parametrize(
    "tags",
    [
        {"groundctl:declaration": "abc"},
        {"groundctl:declaration": "a" * 32, "groundctl:input": "b" * 32},
        {"groundctl:declaration": "a" * 32, "groundctl:artifacts": "bucket", "groundctl:input": "../" * 10 + "xx"},
    ],
)
def test_tags_without_the_form_of_groundctl_do_not_make_a_job_its_own(tags: dict[str, str]):
    source = {"DataSource": {"SnsDataSource": {"SnsTopicArn": TOPIC}}}
    written = [{"Key": key, "Value": value} for key, value in tags.items()]

    assert observed_job(a_description(InputConfig=source, Tags=written)).fingerprint is None


@pytest.mark.parametrize(("owner", "is_video"), [("432418664414", False), (ACCOUNT, True)])
def test_only_functions_of_aws_show_that_a_job_is_of_another_task(owner: str, is_video: bool):
    described = a_description()
    function = f"arn:aws:lambda:{REGION}:{owner}:function:PRE-BoundingBox"
    described["HumanTaskConfig"]["PreHumanTaskLambdaArn"] = function

    assert observed_job(described).is_video_classification is is_video


def test_tags_that_a_copy_in_the_console_kept_say_nothing_about_a_job_with_a_manifest():
    tags = {"groundctl:declaration": "a" * 32, "groundctl:artifacts": "artifacts", "groundctl:input": "b" * 32}
    written = [{"Key": key, "Value": value} for key, value in tags.items()]

    assert observed_job(a_description(Tags=written)).fingerprint is None


def test_a_job_on_a_topic_that_groundctl_made_is_its_files_own():
    world = Import(a_world())
    digests = {"groundctl:declaration": "a" * 32, "groundctl:input": "b" * 32}
    tags = {**digests, "groundctl:artifacts": world.world.account.infrastructure.artifact_bucket}
    source = {"DataSource": {"SnsDataSource": {"SnsTopicArn": TOPIC}}}
    described = world.has("stream", InputConfig=source)
    # ListLabelingJobs shows no tags.
    listed = observed_job(described)
    world.world.jobs.list_jobs = lambda: iter([listed])  # type: ignore[method-assign]
    described["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]

    [result] = world.runs(declared={job_key("stream"): DeclaredFile(path="jobs/a/stream.yaml")})

    assert (result.status, result.path) == (ImportStatus.UNCHANGED, "jobs/a/stream.yaml")
    assert result.ledger is LedgerStatus.ENTERED


def test_a_job_that_is_listed_and_not_described_is_not_said_to_be_in_the_ledger():
    world = Import()
    described = world.has("one")
    world.world.jobs.describe = lambda name: None  # type: ignore[method-assign] # noqa: ARG005 - a fake's signature
    ours = DeclaredFile(path="jobs/a/one.yaml")

    for declared in ({}, {job_key("one"): ours}):
        [result] = world.runs(declared=declared)

        assert described["LabelingJobName"] == "one"
        assert result.ledger is not LedgerStatus.KNOWN
        assert result.is_problem


@pytest.mark.parametrize(
    ("part", "member"),
    [("OutputConfig", "S3OutputPath"), ("HumanTaskConfig", "TaskTitle"), ("HumanTaskConfig", "WorkteamArn")],
)
def test_a_description_that_lacks_what_every_job_has_keeps_out_no_other(part: str, member: str):
    world = Import()
    del world.has("odd")[part][member]
    world.has("one")

    odd, one = world.runs()

    assert odd.why == f"AWS's description of it has no {part}.{member}, which every job has"
    assert (odd.is_problem, odd.ledger) == (True, LedgerStatus.ENTERED)
    assert one.status is ImportStatus.IMPORTED


def test_a_text_is_not_left_behind_where_the_declarations_name_is_taken():
    world = Import()
    world.has("one")
    world.files.files = {"jobs/imported/ONE.yaml": b"mine"}

    [result] = world.runs(declared={})

    assert result.status is ImportStatus.NOT_IMPORTED
    assert set(world.files.files) == {"jobs/imported/ONE.yaml"}


def test_a_folder_that_cannot_be_written_keeps_out_its_own_job_only():
    class Locked(FakeNewFiles):
        def look(self, path: str, content: bytes) -> FileState:
            if path.startswith("jobs/tennis/"):
                raise UsageError(f"{path} is behind a link that leaves this repository", hint="replace the link")
            return super().look(path, content)

    world = Import(files=Locked())
    world.has("one")
    other = world.has("two")
    other["HumanTaskConfig"]["WorkteamArn"] = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/others"

    one, two = world.runs(policy=a_policy(folders={"tennis": FolderPolicy(teams=("reviewers",))}))

    assert (one.status, one.hint) == (ImportStatus.NOT_IMPORTED, "replace the link")
    assert one.ledger is LedgerStatus.ENTERED
    assert two.status is ImportStatus.IMPORTED


def test_a_job_named_policy_does_not_become_the_policy():
    world = Import()
    world.has("policy")

    [result] = world.runs(folder="jobs")

    assert result.why == "jobs/policy.yaml is the policy, and no declaration"
    assert world.files.files == {}


def test_a_question_for_jobs_that_the_ledger_has_is_not_ignored_in_silence():
    world = Import()
    world.has("one")
    world.runs()

    [unnamed] = world.runs(question="rally outcome")
    world.world.adopts("one", question="rally outcome")
    [same] = world.runs(question="Rally  outcome")
    [another] = world.runs(question="foul")

    assert "its question has no name there" in unnamed.remarks[0]
    assert unnamed.remarks[0].endswith("`groundctl ledger adopt one --question rally outcome` names it")
    assert same.remarks == ()
    assert "its question is `rally outcome` there" in another.remarks[0]


def test_a_job_goes_to_a_folder_of_its_environment_or_waits_for_one():
    entry = FolderPolicy(teams=("reviewers",))
    world = Import()
    world.has("one")

    [by_team] = world.runs(
        policy=a_policy(folders={"docks": entry, "production": entry}, environments=ENVIRONMENTS),
        environment=TRIALS,
        is_rehearsal=True,
    )
    [waits] = world.runs(policy=a_policy(folders={}, environments=ENVIRONMENTS), environment=TRIALS)
    [fits] = world.runs(policy=a_policy(folders={}, environments=ENVIRONMENTS), environment=OTHERS)

    assert by_team.path == "jobs/docks/one.yaml"
    assert waits.why == "jobs/imported does not belong to environment staging, in which the job is"
    assert waits.hint == "choose one of its folders with --folder: jobs/trials, jobs/docks"
    assert waits.is_problem
    assert fits.path == "jobs/imported/one.yaml"


def test_a_ledger_is_opened_once_however_many_imports_begin_together():
    world = Import()
    world.has("one")
    first, second = world.world.writer(), world.world.writer()
    observed = {job_key("one"): observed_job(world.world.jobs.jobs["one"])}

    open_if_new(first, world.world.account, observed)
    open_if_new(second, world.world.account, observed)

    assert first.purchases.ledger == second.purchases.ledger
    assert world.world.ledger.read().end == 1
