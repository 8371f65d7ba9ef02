"""Jobs that other clients made in the simulated account: with the console, SDKs, and Terraform, and some long ago."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from groundtruth_simulator.models.labeling_job import LabelingJob
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION

CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 9))
TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="Which?">
    <classification-target>
      <video width="100%" controls/>
        <source src="{{ task.input.taskObject | grant_read_access }}" type="video/mp4"/>
    </classification-target>
    <full-instructions header="Video classification instructions"><p>Read the task.</p></full-instructions>
    <short-instructions><p>Choose.</p></short-instructions>
  </crowd-classifier>
</crowd-form>
"""
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/console-made"
VENDOR = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/vendor-crowd/acme_labels"
PUBLIC = f"arn:aws:sagemaker:{REGION}:394669845002:workteam/public-crowd/default"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:new_clips"
OWN_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:before"
AWS_FUNCTION = f"arn:aws:lambda:{REGION}:432418664414:function:"

Change = Callable[[dict[str, Any]], object]


def plain_request(name: str, manifest: str, template: str, labels: str) -> dict[str, Any]:
    """A request as the AWS CLI's documentation has it."""
    return {
        "LabelingJobName": name,
        "LabelAttributeName": "outcome",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest}}},
        "OutputConfig": {"S3OutputPath": "s3://old-bucket/labels"},
        "RoleArn": OTHER_ROLE,
        "LabelCategoryConfigS3Uri": labels,
        "HumanTaskConfig": {
            "WorkteamArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
            "UiConfig": {"UiTemplateS3Uri": template},
            "PreHumanTaskLambdaArn": f"{AWS_FUNCTION}PRE-VideoMultiClass",
            "TaskTitle": "What happens at the end of the rally?",
            "TaskDescription": "Choose one: what you see, not what you expect.",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 3600,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": f"{AWS_FUNCTION}ACS-VideoMultiClass"},
        },
    }


@dataclass
class ExistingJobs:
    """Makes jobs in the account, and changes what the simulator knows of them where it would not make such a job."""

    simulator: Simulator

    def __post_init__(self) -> None:
        self.s3 = boto3.client("s3", region_name=REGION)
        self.sagemaker = boto3.client("sagemaker", region_name=REGION)
        self.s3.create_bucket(Bucket="old-bucket")
        prerequisites.open_to_browsers("old-bucket")
        iam = boto3.client("iam", region_name=REGION)
        iam.create_role(RoleName="console-made", AssumeRolePolicyDocument=json.dumps(prerequisites.TRUST))
        for clip in CLIPS:
            self.put(f"old/{clip}", b"a clip")

    def put(self, key: str, content: bytes) -> str:
        self.s3.put_object(Bucket="old-bucket", Key=key, Body=content)
        return f"s3://old-bucket/{key}"

    def delete(self, name: str, file: str) -> None:
        self.s3.delete_object(Bucket="old-bucket", Key=f"{name}/{file}")

    def make(
        self,
        name: str,
        clips: tuple[str, ...] = CLIPS[:2],
        *,
        labels: tuple[str, ...] = ("winner", "error"),
        template: bytes = TEMPLATE.encode(),
        manifest: bytes | None = None,
        change: Change = lambda _: None,
    ) -> None:
        """Create a job as some client does; `change` changes the request first."""
        lines = "".join(json.dumps({"source-ref": f"s3://old-bucket/old/{clip}"}) + "\n" for clip in clips)
        file = self.put(f"{name}/input.manifest", lines.encode() if manifest is None else manifest)
        page = self.put(f"{name}/page.liquid.html", template)
        categories = {"document-version": "2018-11-28", "labels": [{"label": label} for label in labels]}
        request = plain_request(name, file, page, self.put(f"{name}/labels.json", json.dumps(categories).encode()))
        change(request)
        self.sagemaker.create_labeling_job(**request)

    def ends(self) -> None:
        self.simulator.advance_until_idle()

    def starts(self) -> None:
        self.simulator.advance(1_800)

    def is_otherwise(self, name: str, change: Change) -> None:
        """Let AWS describe a job otherwise than it was requested: the simulator makes no such job."""
        with self.simulator.lock:
            job = self._job(name)
            request = copy.deepcopy(dict(job.request))
            change(request)
            job.request = {name: value for name, value in request.items() if name != "Tags"}
            job.tags = request.get("Tags", job.tags)

    def _job(self, name: str) -> LabelingJob:
        found = (backend._jobs.get(name.lower()) for backend in self.simulator._backends())
        [job] = [job for job in found if job is not None]
        return job


def with_functions(before: str, after: str) -> Change:
    def change(request: dict[str, Any]) -> None:
        task = request["HumanTaskConfig"]
        task["PreHumanTaskLambdaArn"] = before
        task["AnnotationConsolidationConfig"] = {"AnnotationConsolidationLambdaArn": after}

    return change


def on_topic(*, alone: bool) -> Change:
    def change(request: dict[str, Any]) -> None:
        source = request["InputConfig"]["DataSource"]
        source["SnsDataSource"] = {"SnsTopicArn": TOPIC}
        if alone:
            del source["S3DataSource"]

    return change


def after_the_pilot(attribute: str) -> Change:
    def change(request: dict[str, Any]) -> None:
        output = "s3://old-bucket/labels/season-pilot/manifests/output/output.manifest"
        request["LabelAttributeName"] = attribute
        request["InputConfig"] = {"DataSource": {"S3DataSource": {"ManifestS3Uri": output}}}

    return change


def with_much(request: dict[str, Any]) -> None:
    request["Tags"] = [{"Key": "Owner", "Value": "tennis desk"}, {"Key": "made-with", "Value": "terraform"}]
    request["StoppingConditions"] = {"MaxPercentageOfInputDatasetLabeled": 90}
    request["InputConfig"]["DataAttributes"] = {"ContentClassifiers": ["FreeOfAdultContent"]}
    request["HumanTaskConfig"] |= {
        "TaskKeywords": ["tennis", "rally"],
        "TaskAvailabilityLifetimeInSeconds": 864_000,
        "MaxConcurrentTaskCount": 200,
        "NumberOfHumanWorkersPerDataObject": 3,
        "TaskTimeLimitInSeconds": 90,
    }


def for_the_public(request: dict[str, Any]) -> None:
    request["InputConfig"]["DataAttributes"] = {"ContentClassifiers": ["FreeOfPersonallyIdentifiableInformation"]}
    request["HumanTaskConfig"] |= {
        "WorkteamArn": PUBLIC,
        "TaskAvailabilityLifetimeInSeconds": 21_600,
        "PublicWorkforceTaskPrice": {"AmountInUsd": {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 6}},
    }


def by_https(request: dict[str, Any]) -> None:
    name = request["LabelingJobName"]
    request["LabelCategoryConfigS3Uri"] = f"https://old-bucket.s3.amazonaws.com/{name}/labels.json"
    source = request["InputConfig"]["DataSource"]["S3DataSource"]
    source["ManifestS3Uri"] = f"https://s3.{REGION}.amazonaws.com/old-bucket/{name}/input.manifest"


def make_all(jobs: ExistingJobs) -> Mapping[str, str]:
    """Make the jobs that every customer has; return what is to become of each."""
    jobs.make("season-pilot")
    jobs.make("Cup-Final", CLIPS[2:5], change=with_much)
    jobs.make("failed-early", manifest=b"no json\n")
    jobs.make("lost-manifest", CLIPS[5:6])
    jobs.ends()
    jobs.make("second-pass", change=after_the_pilot("outcome"))
    jobs.make("second-question", change=after_the_pilot("who-won"))
    jobs.make("stopped")
    jobs.make("running", CLIPS[6:8])
    jobs.make("stream", change=on_topic(alone=True))
    jobs.make("stream-and-list", change=on_topic(alone=False))
    jobs.make("lost-page")
    jobs.make("lost-labels")
    jobs.make("lost-everything")
    jobs.make("big-page", template=TEMPLATE.encode() + b"<!-- " + b"x" * 200_000 + b" -->")
    jobs.make("latin-page", template=TEMPLATE.replace("Choose", "Wähle").encode("latin-1"))
    jobs.make("windows-page", template=b"\xef\xbb\xbf" + TEMPLATE.replace("\n", "\r\n").encode())
    jobs.make("odd-labels", labels=("no", ' "quoted" #1', "line\nbreak", "🎾"))
    jobs.make("hidden-label", labels=("zero\u200bwidth", "b"))
    jobs.make("too-many-labels", labels=tuple(f"label {number}" for number in range(30)))
    make_foreign(jobs)
    lose_files(jobs)
    not_imported = ("lost-labels", "too-many-labels", "hidden-label", "boxes", "pictures", "own-task")
    names = [
        job["LabelingJobName"] for job in jobs.sagemaker.list_labeling_jobs(MaxResults=100)["LabelingJobSummaryList"]
    ]
    return {name: "not imported" if name in not_imported else "imported" for name in names}


def make_foreign(jobs: ExistingJobs) -> None:
    """Make jobs for other workforces and of other tasks."""
    jobs.make("vendor")
    jobs.make("public")
    jobs.make("boxes")
    jobs.make("pictures")
    jobs.make("own-functions")
    jobs.make("own-task", template=b"<crowd-form><crowd-text-area></crowd-text-area></crowd-form>")
    jobs.sagemaker.stop_labeling_job(LabelingJobName="stopped")
    jobs.starts()
    jobs.is_otherwise("public", for_the_public)
    jobs.is_otherwise("vendor", lambda request: request["HumanTaskConfig"].update(WorkteamArn=VENDOR))
    jobs.is_otherwise("boxes", with_functions(f"{AWS_FUNCTION}PRE-BoundingBox", f"{AWS_FUNCTION}ACS-BoundingBox"))
    jobs.is_otherwise(
        "pictures", with_functions(f"{AWS_FUNCTION}PRE-ImageMultiClass", f"{AWS_FUNCTION}ACS-ImageMultiClass")
    )
    for name in ("own-functions", "own-task"):
        jobs.is_otherwise(name, with_functions(OWN_FUNCTION, OWN_FUNCTION))


def lose_files(jobs: ExistingJobs) -> None:
    """Delete files that jobs were made from, or change them since."""
    for name in ("lost-manifest", "lost-everything"):
        jobs.delete(name, "input.manifest")
    for name in ("lost-page", "lost-everything"):
        jobs.delete(name, "page.liquid.html")
    jobs.delete("lost-labels", "labels.json")
    jobs.put("too-many-labels/labels.json", json.dumps({"labels": [{"label": str(n)} for n in range(31)]}).encode())
