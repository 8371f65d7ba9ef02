"""An existing job becomes a declaration: what the form says, what is a comment, and what is not imported."""

from __future__ import annotations

from typing import Any

import pytest

from groundctl.domain.adoption.existing_job import ImportedFile, NotCopied, NotImported
from groundctl.domain.adoption.task_type import kind_in_words
from groundctl.domain.jobs.infrastructure import WorkTeam
from support.builders import ACCOUNT, REGION, an_infrastructure
from support.importing import PAGE, a_description, comments_of, declaration_of, imported

_FUNCTION = f"arn:aws:lambda:{REGION}:432418664414:function:"
_OWN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"
_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:new_clips"


def with_task(**changes: Any) -> dict[str, Any]:
    described = a_description()
    described["HumanTaskConfig"] |= changes
    return described


def with_functions(before: str, after: str) -> dict[str, Any]:
    return with_task(
        PreHumanTaskLambdaArn=before, AnnotationConsolidationConfig={"AnnotationConsolidationLambdaArn": after}
    )


def test_a_job_is_written_with_its_template_and_where_it_is_from():
    file = imported(schema="../../.groundctl/schema.json")

    declaration = declaration_of(file)
    assert isinstance(file, ImportedFile)
    assert file.path == "jobs/imported/rally-outcome.yaml"
    assert file.texts == {"jobs/imported/rally-outcome.html": PAGE}
    assert file.remarks == ()
    assert file.content.startswith(b"# yaml-language-server: $schema=../../.groundctl/schema.json\n# This job was made")
    assert declaration.data["imported"] == {
        "job": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/rally-outcome",
        "created": "2025-03-02T09:30:00Z",
        "at": "2026-11-28",
        "by": "dana",
        "content": declaration.digest,
    }


def test_without_an_editor_schema_there_is_no_line_for_it():
    file = imported()

    assert isinstance(file, ImportedFile)
    assert b"yaml-language-server" not in file.content


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "1",
        "1.5",
        "~",
        "a # b",
        "a: b",
        "- a",
        "'",
        '"',
        "\\",
        "a\nb",
        "\ttab",
        " blank ",
        "é",
        "🎾",
        "#",
        "[a]",
        "90s",
    ],
)
def test_every_text_is_read_back_as_it_is(text: str):
    declaration = declaration_of(imported(with_task(TaskTitle=text), labels=(text, "other")))

    assert declaration.data["task"]["title"] == text
    assert declaration.data["task"]["labels"][0] == text


def test_an_invisible_label_cannot_be_declared():
    for label in ("zero\u200bwidth", "half \ud800"):
        found = imported(labels=(label, "b"))

        assert isinstance(found, NotImported)
        assert found.in_ledger
        assert not found.expected


def test_more_labels_than_a_declaration_has_are_named():
    found = imported(labels=[str(number) for number in range(31)])

    assert isinstance(found, NotImported)
    assert "has 31 entries; at most 30 are allowed" in found.why


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (
            NotCopied(why="cannot be read: denied"),
            "its label category file, s3://clips/labels.json, cannot be read: denied",
        ),
        (b"{}", "its label category file, s3://clips/labels.json, lists no labels"),
        (b"\xff", "its label category file, s3://clips/labels.json, lists no labels"),
    ],
)
def test_a_job_without_labels_is_not_imported_with_the_reason(labels: Any, why: str):
    found = imported(labels=labels)

    assert isinstance(found, NotImported)
    assert found.why == why


def test_a_job_that_names_no_label_file_is_not_imported():
    described = a_description()
    del described["LabelCategoryConfigS3Uri"]

    found = imported(described, labels=None)

    assert isinstance(found, NotImported)
    assert found.why == "it has no label category file: its labels are in its worker template only"


@pytest.mark.parametrize(
    ("template", "comment"),
    [
        (NotCopied(why="is empty, or not there any more"), "s3://clips/page.html is empty, or not there any more."),
        (b"x" * 128_001, "s3://clips/page.html has 128,001 bytes or more; at most 128,000 are copied."),
        ("Wähle".encode("latin-1"), "s3://clips/page.html is not UTF-8."),
        (None, "AWS names no worker template of this job."),
    ],
)
def test_a_template_that_cannot_be_copied_is_a_comment(template: Any, comment: str):
    file = imported(template=template)

    declaration = declaration_of(file)
    assert isinstance(file, ImportedFile)
    assert (file.texts, declaration.texts) == ({}, {})
    assert comment in comments_of(file).replace("\n#   ", " ")
    assert file.remarks != ()


def test_a_template_is_copied_byte_by_byte_and_compared_as_git_may_write_it():
    windows = b"\xef\xbb\xbf" + PAGE + b"\r\n"

    file = imported(template=windows)

    assert isinstance(file, ImportedFile)
    assert [*file.texts.values()] == [windows]
    assert declaration_of(file).digest == declaration_of(imported(template=PAGE + b"\n")).digest


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("BoundingBox", "bounding box"),
        ("ImageMultiClass", "image classification"),
        ("TextMultiClass", "text classification"),
        ("VideoObjectTracking", "video object tracking"),
        ("3DPointCloudObjectDetection", "3D point cloud object detection"),
        ("AdjustmentSemanticSegmentation", "adjustment semantic segmentation"),
        ("NamedEntityRecognition", "named entity recognition"),
    ],
)
def test_another_task_is_named_and_not_imported(kind: str, words: str):
    found = imported(with_functions(f"{_FUNCTION}PRE-{kind}", f"{_FUNCTION}ACS-{kind}"))

    assert kind_in_words(kind) == words
    assert isinstance(found, NotImported)
    assert (found.why, found.expected, found.in_ledger) == (f"it is {words}, not video classification", True, False)


def test_functions_of_ones_own_are_known_by_the_page():
    described = with_functions(_OWN, _OWN)

    file, other = imported(described), imported(described, template=b"<crowd-form></crowd-form>")

    assert declaration_of(file).spec.name == "rally-outcome"
    assert isinstance(file, ImportedFile)
    assert "functions of its own" in file.remarks[0]
    assert f'HumanTaskConfig.PreHumanTaskLambdaArn: "{_OWN}"' in comments_of(file)
    assert isinstance(other, NotImported)
    assert other.expected


def test_one_function_of_aws_is_enough():
    file = imported(with_functions(_OWN, f"{_FUNCTION}ACS-VideoMultiClass"), template=b"<p></p>")

    assert declaration_of(file).spec.workers_per_object == 3
    assert isinstance(file, ImportedFile)
    assert "functions of its own" in file.remarks[0]


def test_the_output_of_another_job_is_named_by_that_job():
    file = imported(follows="season-pilot")

    assert declaration_of(file).data["input"] == {"from_job": "season-pilot"}
    assert "Its manifest is the output of season-pilot: s3://clips/console.manifest" in comments_of(file)


def test_a_topic_and_a_team_of_others_have_a_name_that_a_file_can_have():
    source = {"SnsDataSource": {"SnsTopicArn": _TOPIC}}
    vendor = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/vendor-crowd/acme_labels"
    described = with_task(WorkteamArn=vendor) | {"InputConfig": {"DataSource": source}}

    file = imported(described)

    data = declaration_of(file).data
    assert (data["input"], data["workforce"]["team"]) == ({"topic": "new-clips"}, "acme-labels")
    assert f"This infrastructure has no such topic: {_TOPIC}" in comments_of(file)
    assert vendor in comments_of(file)


def test_names_of_the_infrastructure_are_used():
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/Team-7"
    infrastructure = an_infrastructure(work_teams={"reviewers": WorkTeam(arn=arn)}, topics={"clips": _TOPIC})
    source = {"SnsDataSource": {"SnsTopicArn": _TOPIC}}

    file = imported(with_task(WorkteamArn=arn) | {"InputConfig": {"DataSource": source}}, infrastructure=infrastructure)

    data = declaration_of(file).data
    assert (data["input"]["topic"], data["workforce"]["team"]) == ("clips", "reviewers")
    assert "Team-7" not in comments_of(file)


def test_the_public_workforce_keeps_its_price():
    price = {"AmountInUsd": {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 6}}
    public = f"arn:aws:sagemaker:{REGION}:394669845002:workteam/public-crowd/default"

    data = declaration_of(imported(with_task(WorkteamArn=public, PublicWorkforceTaskPrice=price))).data

    assert data["workforce"]["crowd"] == "public"
    assert data["workforce"]["price_usd"] == 0.036


def test_what_no_field_can_say_is_a_comment():
    algorithm = {"LabelingJobAlgorithmSpecificationArn": "arn:x", "LabelingJobResourceConfig": {"VolumeKmsKeyId": "k"}}
    tags = [{"Key": "aws:stack", "Value": "x"}, {"Key": "hidden", "Value": "a\u200bb"}, {"Key": "no", "Value": "yes"}]
    described = with_task(MaxConcurrentTaskCount=9_000) | {
        "LabelingJobAlgorithmsConfig": algorithm,
        "Tags": tags,
        "OutputConfig": {"S3OutputPath": "s3://x/with#hash", "KmsKeyId": ""},
        "LabelAttributeName": None,
    }

    file = imported(described)

    data, comments = declaration_of(file).data, comments_of(file)
    assert data["tags"] == {"no": "yes"}
    assert "max_concurrent_objects" not in data["workforce"]
    for line in (
        'LabelingJobAlgorithmsConfig.LabelingJobAlgorithmSpecificationArn: "arn:x"',
        "HumanTaskConfig.MaxConcurrentTaskCount: 9000",
        'OutputConfig.S3OutputPath: "s3://x/with#hash"',
        'Tags: {"aws:stack":"x"}',
        'Tags: {"hidden":"a\\u200bb"}',
    ):
        assert f"#   {line}" in comments
    assert "OutputConfig.KmsKeyId" not in comments


def test_an_address_of_s3_by_https_is_an_s3_uri():
    for uri in (
        "https://s3.us-east-1.amazonaws.com/bucket-1/a/c.manifest",
        "https://bucket-1.s3.amazonaws.com/a/c.manifest",
    ):
        source = {"DataSource": {"S3DataSource": {"ManifestS3Uri": uri}}}

        data = declaration_of(imported(a_description(InputConfig=source))).data

        assert data["input"] == {"manifest": "s3://bucket-1/a/c.manifest"}


def test_rules_and_policy_judge_no_imported_file():
    described = with_task(TaskTimeLimitInSeconds=100_000, TaskAvailabilityLifetimeInSeconds=60) | {
        "LabelAttributeName": "outcome-metadata"
    }

    declaration = declaration_of(imported(described, labels=("same", "SAME")))

    assert declaration.spec.task_time_limit == 100_000
