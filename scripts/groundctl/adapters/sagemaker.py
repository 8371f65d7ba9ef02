"""The door to labeling jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from groundctl.adapters.aws_session import AwsSession, in_plain_words
from groundctl.adapters.both_ends import Order, from_both_ends
from groundctl.core.create_once import Accepted, Answer, NameTaken, Rejected, Throttled, Unclear
from groundctl.core.observed import ObservedJob, observed_job

if TYPE_CHECKING:
    from types_boto3_sagemaker.client import SageMakerClient

_THROTTLES = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
_NOT_FOUND = ("not found", "could not find", "does not exist")


class SageMakerJobs:
    """Labeling jobs in the session's account and Region."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @cached_property
    def _client(self) -> SageMakerClient:
        return self._session.sagemaker()

    @cached_property
    def _once(self) -> SageMakerClient:
        return self._session.sagemaker_without_retries()

    def list_jobs(self) -> Iterator[ObservedJob]:
        """Yield every labeling job, a page of 100 a call; a page that cannot be had is an error, never an absence."""
        with in_plain_words("listing labeling jobs", self._session.region):
            yield from from_both_ends(self._page)

    def _page(self, order: Order, token: str | None) -> tuple[list[ObservedJob], str | None]:
        more: dict[str, str] = {"NextToken": token} if token else {}
        # Left to itself AWS pages by a size it does not state.
        page = self._client.list_labeling_jobs(SortBy="CreationTime", SortOrder=order, MaxResults=100, **more)  # type: ignore[arg-type]
        return [observed_job(entry) for entry in page["LabelingJobSummaryList"]], page.get("NextToken")

    def describe(self, name: str) -> Mapping[str, Any] | None:
        """Read one job; None if there is none."""
        with in_plain_words(f"describing {name}", self._session.region):
            try:
                described: Mapping[str, Any] = self._client.describe_labeling_job(LabelingJobName=name)
            except aws.ClientError as error:
                if _is_absent(error):
                    return None
                raise
            return described

    def create_once(self, request: Mapping[str, Any]) -> Answer:
        """Send the create call once, and say what came back."""
        try:
            return Accepted(arn=self._once.create_labeling_job(**request)["LabelingJobArn"])
        except aws.ClientError as error:
            return _answer(error)
        except (aws.NoCredentialsError, aws.PartialCredentialsError) as error:
            return Rejected(code=type(error).__name__, message=str(error))
        except aws.EndpointConnectionError as error:
            return Rejected(code="EndpointConnectionError", message=f"nothing was sent: {error}")
        except aws.ParamValidationError as error:
            return Rejected(code="ParamValidationError", message=str(error))
        except (aws.HTTPClientError, ResponseParserError) as error:
            return Unclear(message=f"{type(error).__name__}: {error}")

    def stop(self, name: str) -> None:
        """Stop a job for good."""
        with in_plain_words(f"stopping {name}", self._session.region):
            self._client.stop_labeling_job(LabelingJobName=name)


def _answer(error: aws.ClientError) -> Answer:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code == "ResourceInUse":
        return NameTaken(message=message)
    if code in _THROTTLES:
        return Throttled(message=message)
    # A server's fault says nothing about what it had done by then.
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 500:
        return Unclear(message=f"{code}: {message}")
    return Rejected(code=code, message=message)


def _is_absent(error: aws.ClientError) -> bool:
    """AWS documents ResourceNotFound; its own operators have met ValidationException. Other words are no absence."""
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "").lower()
    absent = code == "ValidationException" and any(words in message for words in _NOT_FOUND)
    return code in {"ResourceNotFound", "ResourceNotFoundException"} or absent
