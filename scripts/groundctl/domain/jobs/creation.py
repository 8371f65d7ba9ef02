"""The possible responses to a create call, and the verdict after looking up the job.

CreateLabelingJob has no idempotency token, so the call is sent once. Unless the response is clear, the job
that AWS describes under that name is compared with the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.observed import AwsResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """AWS accepted the request."""

    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTaken:
    """AWS reported that a job with this name exists: created by an earlier attempt, or another job."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """AWS throttled the request, and created nothing."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """AWS refused the request, and created nothing."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """No response, or one that does not show whether the job was created."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """We did not send the request: this run may no longer act. result says what that means for the job."""

    message: str
    hint: str
    result: Result

    @property
    def verdict(self) -> Verdict:
        """Return the verdict on the change that was to be made."""
        return Verdict(result=self.result, evidence=self.message, hint=self.hint)


# Not just "choose another name": under another name, the same labels are paid for again.
NAME_IS_TAKEN = (
    "see what that job labels before you choose another name: the same clips are paid for again under any name; job names"
    " cannot be reused, not even after a failure"
)

# How the message of a Rejected begins that the AWS SDK or this machine gave, before anything was sent to AWS.
NOTHING_SENT = "nothing was sent"

CreateResponse = Accepted | NameTaken | Throttled | Rejected | Unclear | NotSent


class Result(StrEnum):
    """The result of a change of a plan. SEEN is the result of a create whose answer was lost: the job exists."""

    CREATED = "created"
    SEEN = "created (seen after a lost answer, by this run or an earlier one)"
    EXISTED = "existed"
    UNKNOWN = "unknown"
    FAILED = "failed"
    HELD = "held"
    STOPPING = "stopping"
    NOT_STARTED = "not started"
    SUPERSEDED = "left to a newer run"

    @property
    def needs_attention(self) -> bool:
        """Return whether a run with this result must fail."""
        return self in {Result.UNKNOWN, Result.FAILED, Result.HELD, Result.NOT_STARTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of a change, with the evidence and the next step.

    cost is that of the request that was sent: with `only_new`, fewer clips may be left than in the plan.
    """

    result: Result
    evidence: str
    hint: str = ""
    arn: str | None = None
    cost: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a change must not be applied now, and what to do."""

    reason: str
    hint: str = "open a new pull request that changes its file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The verdict on a job of a plan."""

    name: str
    path: str
    verdict: Verdict

    @property
    def key(self) -> JobKey:
        """Return the name as AWS compares it: ignoring case."""
        return job_key(self.name)

    @property
    def result(self) -> Result:
        """Return the verdict's result."""
        return self.verdict.result


def classify(answer: CreateResponse, request: AwsResponse, described: AwsResponse | None) -> Verdict:
    """Return the verdict on a create call, given the job that AWS describes under the name afterwards."""
    if isinstance(answer, NotSent):
        return answer.verdict
    if isinstance(answer, Rejected):
        return Verdict(
            result=Result.FAILED,
            evidence=f"AWS refused it ({answer.code}): {answer.message}",
            hint=rejection_hint(answer),
        )
    if described is None:
        return _nothing_found(answer)
    arn = described.get("LabelingJobArn")
    # Accepted means that the name was free, so the job is ours, even if AWS describes it with other values.
    if not isinstance(answer, Accepted) and not is_same_purchase(request, described):
        return name_belongs_to_another_job(arn)
    if described.get("LabelingJobStatus") == "Failed":
        return Verdict(
            result=Result.FAILED,
            evidence=f"AWS accepted the job and then failed it: {described.get('FailureReason', 'no reason given')}",
            hint="fix the cause, then declare what has no label yet under a new name: `groundctl results` shows it, and job"
            " names cannot be reused",
            arn=arn,
        )
    result, evidence = _success(answer)
    if differences := tuple(members_that_differ(request, described)):
        evidence += f"; AWS reports other values than requested for {', '.join(differences[:5])}"
    return Verdict(result=result, evidence=evidence, arn=arn)


def name_belongs_to_another_job(arn: str | None) -> Verdict:
    """Return the verdict on a job whose name is that of a job made from something else."""
    return Verdict(
        result=Result.FAILED,
        evidence="a job of this name exists, created from another declaration or other clips",
        hint=NAME_IS_TAKEN,
        arn=arn,
    )


def _success(answer: CreateResponse) -> tuple[Result, str]:
    match answer:
        case Accepted():
            return Result.CREATED, "accepted, and visible"
        case Unclear(message=message):
            return Result.SEEN, f"the response was lost ({message}), but the job exists as requested"
        case _:
            return Result.EXISTED, "it already existed, created from the same declaration"


def is_same_purchase(request: AwsResponse, described: AwsResponse) -> bool:
    """Return whether a job was created from the same declaration and clips, by the digests in the manifest's key."""
    source, have = request["InputConfig"]["DataSource"], described.get("InputConfig", {}).get("DataSource", {})
    if "S3DataSource" in source:
        return bool(source["S3DataSource"] == have.get("S3DataSource"))
    return bool(_tags(request).items() <= _tags(described).items() and source == have)


def _nothing_found(answer: CreateResponse) -> Verdict:
    again = "run apply again: it looks for the job first, and AWS takes a name only once"
    match answer:
        case Accepted(arn=arn):
            return Verdict(
                result=Result.UNKNOWN,
                evidence="AWS accepted the request, but the job is not visible yet",
                hint=again,
                arn=arn,
            )
        case Throttled(message=message):
            return Verdict(
                result=Result.FAILED, evidence=f"AWS throttled the request and created nothing: {message}", hint=again
            )
        case _:
            return Verdict(
                result=Result.UNKNOWN, evidence=f"{answer.message}; no job of this name is visible", hint=again
            )


def rejection_hint(answer: Rejected) -> str:
    """Return the hint for an error code of CreateLabelingJob."""
    hints = {
        "ResourceLimitExceeded": "a quota of the account is reached: wait for jobs to end or ask AWS for more; start `apply`"
        " by hand (workflow_dispatch) when the quota has room",
        "AccessDeniedException": "the apply role is not allowed to create this job: see"
        " terraform/modules/github-access/README.md for what it may do; start `apply` by hand (workflow_dispatch) when the role may do it",
        "ExpiredTokenException": "the credentials have expired: run apply again with new ones",
    }
    return hints.get(
        answer.code,
        "nothing was created; change its file, or fix the cause and start `apply` by hand (workflow_dispatch)",
    )


def members_that_differ(request: AwsResponse, described: AwsResponse, name: str = "") -> Iterator[str]:
    """List the members of a request that differ in the described job; members that AWS adds do not count."""
    for member, wanted in request.items():
        here, have = f"{name}{member}", described.get(member)
        if isinstance(wanted, Mapping):
            yield from members_that_differ(wanted, have if isinstance(have, Mapping) else {}, f"{here}.")
        elif member == "Tags":
            # An organization may add its own tags, and a new job may not show any yet.
            if have and not _tags(request).items() <= _tags(described).items():
                yield here
        elif _comparable(member, wanted) != _comparable(member, have):
            yield here


def _tags(holder: AwsResponse) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in holder.get("Tags") or ()}


def _comparable(member: str, value: Any) -> Any:
    if member == "LabelingJobName":
        return job_key(str(value))
    return value or None  # AWS describes a missing KmsKeyId as empty text
