"""A labeling job as AWS reports it: an entry of ListLabelingJobs or a Describe response, as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundctl.domain.aws import s3_layout
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS

# A request to AWS or a response from AWS in boto3's form: members by AWS's names, of AWS's types.
AwsResponse = Mapping[str, Any]

# The built-in function of another task type, such as PRE-ImageMultiClass. A function of one's own may be for any task.
_ANOTHER_TASK = re.compile(rf":(?:{'|'.join(BUILT_IN_LAMBDA_ACCOUNTS.values())}):function:PRE-(?!VideoMultiClass\b)")

_DIGEST = re.compile(r"[0-9a-f]{32}")

DECLARATION_TAG = "groundctl:declaration"
INPUT_TAG = "groundctl:input"
ARTIFACTS_TAG = "groundctl:artifacts"


class Status(StrEnum):
    """LabelingJobStatus, in AWS's terms."""

    INITIALIZING = "Initializing"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    # A status that AWS may add in the future.
    UNKNOWN = "Unknown"

    @classmethod
    def _missing_(cls, value: object) -> Status:  # noqa: ARG003 - enum's signature
        return cls.UNKNOWN

    @property
    def is_terminal(self) -> bool:
        """Return whether the status is final."""
        return self in {Status.COMPLETED, Status.FAILED, Status.STOPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """LabelCounters; all zero does not mean completed, because a new job starts with zeros."""

    labeled: int = 0
    failed: int = 0
    unlabeled: int = 0

    @property
    def total(self) -> int:
        """Return the number of data objects that AWS has counted so far."""
        return self.labeled + self.failed + self.unlabeled


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFingerprint:
    """The declaration and input that a job was created from, and the bucket that holds both."""

    bucket: str
    name: str
    declaration: str
    input: str

    def uri_of(self, file: str) -> str:
        """Return the URI of a file beside the job's manifest."""
        folder = s3_layout.job_folder(
            bucket=self.bucket, name=self.name, declaration=self.declaration, input_digest=self.input
        )
        return f"{folder}/{file}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedJob:
    """A labeling job that exists; the fingerprint is None for jobs that groundctl did not create."""

    name: str
    arn: str
    status: Status
    counters: Counters
    created: datetime
    modified: datetime
    team_arn: str
    fingerprint: JobFingerprint | None = None
    has_input: bool = True
    is_video_classification: bool = True
    failure_reason: str | None = None
    output_manifest: str | None = None

    @property
    def key(self) -> JobKey:
        """Return the name as AWS compares it: ignoring case."""
        return job_key(self.name)


def observed_job(entry: AwsResponse) -> ObservedJob:
    """Parse an entry of ListLabelingJobs, or a Describe response, which has the same members and more.

    Raise LookupError, TypeError, ValueError, or AttributeError for a response that AWS cannot have written.
    """
    counters = entry.get("LabelCounters", {})
    manifest = entry.get("InputConfig", {}).get("DataSource", {}).get("S3DataSource", {}).get("ManifestS3Uri")
    return ObservedJob(
        name=_text(entry["LabelingJobName"]),
        arn=_text(entry["LabelingJobArn"]),
        status=Status(_text(entry["LabelingJobStatus"])),
        counters=Counters(
            labeled=_number(counters.get("TotalLabeled", 0)),
            failed=_number(counters.get("FailedNonRetryableError", 0)),
            unlabeled=_number(counters.get("Unlabeled", 0)),
        ),
        created=entry["CreationTime"],
        modified=entry["LastModifiedTime"],
        team_arn=entry.get("WorkteamArn") or entry.get("HumanTaskConfig", {}).get("WorkteamArn", ""),
        fingerprint=fingerprint_of(manifest) if manifest else _tagged(entry),
        has_input=manifest is not None,
        is_video_classification=_ANOTHER_TASK.search(_pre_annotation(entry)) is None,
        failure_reason=entry.get("FailureReason"),
        output_manifest=entry.get("LabelingJobOutput", {}).get("OutputDatasetS3Uri"),
    )


def _pre_annotation(entry: AwsResponse) -> str:
    return str(entry.get("PreHumanTaskLambdaArn") or entry.get("HumanTaskConfig", {}).get("PreHumanTaskLambdaArn", ""))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return value


def fingerprint_of(manifest_uri: str | None) -> JobFingerprint | None:
    """Parse the digests in the manifest's key, so that a list of jobs shows drift without a call per job."""
    parts = s3_layout.JOB_FOLDER_FILE.fullmatch(manifest_uri or "")
    return JobFingerprint(**parts.groupdict()) if parts else None


def _tagged(entry: AwsResponse) -> JobFingerprint | None:
    """Parse the tags of a job with only a topic: it has no manifest, and Describe returns the tags.

    Every client can write tags: what does not have groundctl's form is not groundctl's.
    """
    tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags", ())}
    bucket, *digests = (tags.get(name, "") for name in (ARTIFACTS_TAG, DECLARATION_TAG, INPUT_TAG))
    if not bucket or not all(map(_DIGEST.fullmatch, digests)):
        return None
    declaration, input_digest = digests
    return JobFingerprint(bucket=bucket, name=entry["LabelingJobName"], declaration=declaration, input=input_digest)
