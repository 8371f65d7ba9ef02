"""The demo's infrastructure, applied to the simulator: provider, python-terraform and schema work together."""

import json
from functools import partial
from pathlib import Path

import jsonschema
import pytest

from groundctl.errors import ExternalError
from terraform.infrastructure import CHECKOUT, QUIET, Applied, client

# One worker, one stack: an apply takes several seconds. The destroy comes last.
pytestmark = [
    pytest.mark.xdist_group("applied-terraform"),
    QUIET,
]


def buckets_of_the_demo(applied: Applied) -> set[str]:
    """List this stack's buckets; other tests may have created more."""
    names = {bucket["Name"] for bucket in client(applied, "s3").list_buckets()["Buckets"]}
    return {name for name in names if name.startswith("groundctl-demo-")}


def test_the_output_of_an_apply_fits_the_schema(applied: Applied) -> None:
    schema = json.loads((CHECKOUT / "schemas/infrastructure.schema.json").read_text())

    infrastructure = applied.stack.outputs()

    jsonschema.validate(infrastructure, schema, cls=jsonschema.Draft202012Validator)
    assert infrastructure["environment"] == "demo"
    assert infrastructure["kms_key_arn"] is None
    assert list(infrastructure["work_teams"]) == ["court-side-reviewers", "dock-watchers"]


def test_a_second_plan_is_empty(applied: Applied) -> None:
    assert not applied.stack.has_changes(var_file=applied.var_file)


def test_settings_for_another_account_are_refused(applied: Applied) -> None:
    with pytest.raises(ExternalError, match=r"for account \d{12}, but the credentials are\s+for 123456789012"):
        applied.stack.has_changes(var_file=Path("environments/dev.us-east-1.tfvars"))


def test_job_files_are_written_once(applied: Applied) -> None:
    s3 = client(applied, "s3")
    place = {"Bucket": applied.stack.outputs()["artifact_bucket"], "Key": "jobs/rally/digest/input.manifest"}

    s3.put_object(**place, Body=b"reviewed", IfNoneMatch="*")
    for refused in (
        partial(s3.put_object, **place, Body=b"another"),
        partial(s3.put_object, **place, Body=b"another", IfNoneMatch="*"),
        partial(s3.delete_object, **place),
    ):
        with pytest.raises(s3.exceptions.ClientError, match=r"\((403|AccessDenied|PreconditionFailed)\)"):
            refused()

    assert s3.get_object(**place)["Body"].read() == b"reviewed"


def test_a_job_can_name_each_team(applied: Applied) -> None:
    sagemaker = client(applied, "sagemaker")

    for name, team in applied.stack.outputs()["work_teams"].items():
        assert sagemaker.describe_workteam(WorkteamName=name)["Workteam"]["WorkteamArn"] == team["arn"]


def test_the_workers_page_may_fetch_clips_and_nothing_else(applied: Applied) -> None:
    s3 = client(applied, "s3")
    infrastructure = applied.stack.outputs()

    [rule] = s3.get_bucket_cors(Bucket=infrastructure["input_buckets"][0])["CORSRules"]

    assert rule["AllowedMethods"] == ["GET"]
    assert rule["AllowedOrigins"] == ["*"]
    assert rule["ExposeHeaders"] == ["Access-Control-Allow-Origin"]
    for bucket in (infrastructure["artifact_bucket"], infrastructure["output_bucket"]):
        with pytest.raises(s3.exceptions.ClientError, match="NoSuchCORSConfiguration"):
            s3.get_bucket_cors(Bucket=bucket)


def test_clips_can_be_uploaded_and_fetched_under_the_bucket_policy(applied: Applied) -> None:
    s3 = client(applied, "s3")
    bucket = applied.stack.outputs()["input_buckets"][0]

    s3.put_object(Bucket=bucket, Key="rallies/one.mp4", Body=b"clip")

    assert s3.get_object(Bucket=bucket, Key="rallies/one.mp4")["Body"].read() == b"clip"


def test_destroy_removes_everything(applied: Applied) -> None:
    buckets = buckets_of_the_demo(applied)

    applied.stack.destroy(var_file=applied.var_file)

    assert len(buckets) == 3
    assert buckets_of_the_demo(applied) == set()
    with pytest.raises(ExternalError, match="has not created anything"):
        applied.stack.outputs()
