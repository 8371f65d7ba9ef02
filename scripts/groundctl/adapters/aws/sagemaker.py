"""Lists, describes, creates, and stops labeling jobs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError
from botocore.retries.standard import RetryContext, ThrottledRetryableChecker

from groundctl.adapters.aws.bidirectional_pagination import Order, from_both_ends
from groundctl.adapters.aws.responses import (
    DESCRIBED_JOB,
    LISTED_JOB,
    error_code,
    error_message,
    expect,
    is_from_aws,
    malformed_as_parser_error,
)
from groundctl.adapters.aws.session import WITHOUT_CREDENTIALS, AwsSession, in_plain_words
from groundctl.adapters.aws.signing_deadline import SignedTooLateError
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.jobs.creation import (
    NOTHING_SENT,
    Accepted,
    CreateResponse,
    NameTaken,
    Rejected,
    Throttled,
    Unclear,
)
from groundctl.domain.jobs.observed import ObservedJob, observed_job

if TYPE_CHECKING:
    from types_boto3_sagemaker.client import SageMakerClient

_NOT_FOUND = ("not found", "could not find", "does not exist")
# Raised before the first byte of a request is sent. SSLError is not here: a connection can also break during a request.
_NOTHING_SENT = (
    *WITHOUT_CREDENTIALS,
    aws.ParamValidationError,
    aws.EndpointConnectionError,
    aws.ConnectTimeoutError,
    aws.ProxyConnectionError,
)
# A proxy or AWS stopped waiting; the request may have succeeded.
_GAVE_UP_WAITING = {408, 499}
_GAVE_UP_CODES = {"RequestTimeout", "RequestTimeoutException"}
_CODE_OF_AWS = re.compile(r"[A-Za-z][A-Za-z0-9.]*")


class _Sending(threading.local):
    """Until when a thread's create call may be signed: several threads send at once."""

    signed_until: datetime | None = None


class SageMakerJobs:
    """Labeling jobs in the session's account and Region."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._sending = _Sending()

    @property
    def _client(self) -> SageMakerClient:
        return self._session.sagemaker()

    def list_jobs(self) -> Iterator[ObservedJob]:
        """Yield every labeling job, 100 per call; a page that cannot be read is an error, never an absence."""
        with in_plain_words("listing labeling jobs", self._session.region), malformed_as_parser_error():
            yield from from_both_ends(self._page)

    def _page(self, order: Order, token: str | None) -> tuple[list[ObservedJob], str | None]:
        next_page: dict[str, str] = {"NextToken": token} if token else {}
        # AWS does not document its default page size.
        page = self._client.list_labeling_jobs(SortBy="CreationTime", SortOrder=order, MaxResults=100, **next_page)  # type: ignore[arg-type]  # the stubs accept no keywords from a mapping
        expect(page, "LabelingJobSummaryList")
        for entry in page["LabelingJobSummaryList"]:
            expect(entry, *LISTED_JOB)
        return [observed_job(entry) for entry in page["LabelingJobSummaryList"]], page.get("NextToken")

    def describe(self, name: str) -> Mapping[str, Any] | None:
        """Read one job; None if there is none."""
        with in_plain_words(f"describing {name}", self._session.region):
            try:
                with malformed_as_parser_error():
                    described: Mapping[str, Any] = self._client.describe_labeling_job(LabelingJobName=name)
                    _expect_described(described, name)
            except aws.ClientError as error:
                if _is_absent(error):
                    return None
                raise
            return described

    def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:
        """Send the create call once, and return how AWS responded."""
        self._sending.signed_until = signed_until
        client = self._session.sagemaker_without_retries(lambda: self._sending.signed_until)
        try:
            answer = client.create_labeling_job(**request)
            expect(answer, "LabelingJobArn")
            if not _is_arn_of(answer["LabelingJobArn"], request["LabelingJobName"]):
                return Unclear(message=f"the answer is about another job, {answer['LabelingJobArn']}")
            return Accepted(arn=answer["LabelingJobArn"])
        except aws.ClientError as error:
            return _answer(error)
        except SignedTooLateError as error:
            return Rejected(code="SignedTooLate", message=str(error))
        except _NOTHING_SENT as error:
            return Rejected(code=type(error).__name__, message=f"{NOTHING_SENT}: {error}")
        except Exception as error:  # noqa: BLE001 - AWS may have received the request, so the job must be looked up
            return Unclear(message=f"{type(error).__name__}: {error}")

    def stop(self, name: str) -> None:
        """Stop a job permanently."""
        with in_plain_words(f"stopping {name}", self._session.region):
            if not is_from_aws(self._client.stop_labeling_job(LabelingJobName=name)):
                raise ResponseParserError("no request ID with it")


def _expect_described(described: Mapping[str, Any], name: str) -> None:
    expect(described, *DESCRIBED_JOB)
    if job_key(described["LabelingJobName"]) != job_key(name):
        raise ResponseParserError("a description of another job")
    observed_job(described)  # raises where a member has another type than AWS gives it


def _is_arn_of(arn: str, name: str) -> bool:
    """Return whether an ARN is that of a job; AWS writes the name in lower case there."""
    return isinstance(arn, str) and arn.rpartition("/")[2].lower() == name.lower()


def _answer(error: aws.ClientError) -> CreateResponse:
    said = error.response.get("Error", {})
    code, message = said.get("Code", ""), said.get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code == "ResourceInUse":
        return NameTaken(message=message)
    if status == 429 or _is_throttle(error):
        return Throttled(message=message)
    if _is_clean_no(status, code):
        return Rejected(code=code, message=message)
    return Unclear(message=f"{code}: {message}")


def _is_throttle(error: aws.ClientError) -> bool:
    answer = RetryContext(attempt_number=1, parsed_response=error.response)
    return ThrottledRetryableChecker().is_retryable(answer)


def _is_clean_no(status: int, code: str) -> bool:
    """Return whether AWS itself refused the request; after a server error or a proxy's error, the job may exist."""
    by_aws = _CODE_OF_AWS.fullmatch(code) is not None  # if a response has no code, botocore uses the status
    gave_up = status in _GAVE_UP_WAITING or code in _GAVE_UP_CODES
    return 400 <= status < 500 and by_aws and not gave_up


def _is_absent(error: aws.ClientError) -> bool:
    """Return whether the job does not exist; AWS documents ResourceNotFound, and ValidationException was observed."""
    code, message = error_code(error), error_message(error).lower()
    absent = code == "ValidationException" and any(words in message for words in _NOT_FOUND)
    return code in {"ResourceNotFound", "ResourceNotFoundException"} or absent
