"""The door to AWS as a whole: one session, its clients, and its faults in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from groundctl.errors import WorldError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_sagemaker.client import SageMakerClient

PATIENCE = 30  # seconds to wait for an answer


class AwsSession:
    """Clients for one Region, made when first used."""

    def __init__(self, region: str, *, patience: float = PATIENCE) -> None:
        self.region = region
        # Reads may be repeated: adaptive mode slows down where AWS asks for it (measured; standard mode gave up).
        self._reads = Config(retries={"mode": "adaptive", "max_attempts": 5}, read_timeout=patience, connect_timeout=10)
        # The create call may not be repeated, by anyone but us and after a look.
        self._create = Config(retries={"total_max_attempts": 1}, read_timeout=patience, connect_timeout=10)
        with in_plain_words("reading the AWS settings", region):
            self._session = boto3.Session(region_name=region)
        self._session._session.get_component("response_parser_factory").set_parser_defaults(  # the AWS CLI's own hook
            timestamp_parser=parse_timestamp
        )
        # Clients may be used by many threads, but a session makes them for one at a time.
        self._making = Lock()

    def sagemaker(self) -> SageMakerClient:
        """Make a client for reads."""
        with self._making:
            return self._session.client("sagemaker", config=self._reads)

    def sagemaker_without_retries(self) -> SageMakerClient:
        """Make a client whose calls go out once."""
        with self._making:
            return self._session.client("sagemaker", config=self._create)

    def account_check(self, expected: str) -> Callable[[], None]:
        """Make a check that the credentials belong to an account; calling it asks AWS, from any thread."""
        with self._making:
            sts = self._session.client("sts", config=self._reads)

        def check() -> None:
            with in_plain_words("asking whose credentials these are", self.region):
                found = sts.get_caller_identity()["Account"]
            if found != expected:
                message = f"these credentials are for account {found}, but the infrastructure is in {expected}"
                raise WorldError(
                    message, hint="use that account's credentials (AWS_PROFILE), or the other infrastructure"
                )

        return check

    def s3(self) -> S3Client:
        """Make a client for objects."""
        with self._making:
            return self._session.client("s3", config=self._reads)


def parse_timestamp(value: Any) -> datetime:
    """Read AWS's times: epoch seconds from JSON services, ISO 8601 from S3; botocore's own way costs 20 times as much."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        from botocore.utils import parse_timestamp as any_timestamp

        parsed: datetime = any_timestamp(value)  # dates in HTTP headers
        return parsed


@contextmanager
def in_plain_words(doing: str, region: str) -> Iterator[None]:
    """Turn what botocore raises into one message with what to do."""
    try:
        yield
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.ProfileNotFound) as error:
        hint = (
            "set AWS credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID, a role), or start with `make demo`, which needs none"
        )
        raise WorldError(f"no AWS credentials while {doing}", hint=hint) from error
    except (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ReadTimeoutError, aws.HTTPClientError) as error:
        hint = "check the network, the Region, and AWS_ENDPOINT_URL if it is set"
        raise WorldError(f"AWS did not answer while {doing}: {error}", hint=hint) from error
    except aws.ClientError as error:
        raise _refusal(error, doing, region) from error
    except aws.BotoCoreError as error:
        raise WorldError(
            f"the AWS SDK failed while {doing}: {error}", hint="check the AWS settings of this machine"
        ) from error


def _refusal(error: aws.ClientError, doing: str, region: str) -> WorldError:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    hints = {
        "AccessDenied": "this role lacks a right; terraform/README.md lists what each command needs",
        "AccessDeniedException": "this role lacks a right; terraform/README.md lists what each command needs",
        "ExpiredToken": "log in again: the credentials ran out",
        "ExpiredTokenException": "log in again: the credentials ran out",
        "UnrecognizedClientException": f"the credentials are not valid in {region}: log in again, check the Region",
        "InvalidClientTokenId": "the credentials are not valid: log in again",
        "SignatureDoesNotMatch": "the credentials are not valid: log in again",
        "RequestTimeTooSkewed": "the clock of this machine is wrong: set it",
        "NoSuchBucket": f"is the Region right ({region})? was Terraform applied?",
        "PermanentRedirect": f"the bucket is in another Region than {region}: use one Region for bucket and job",
        "ThrottlingException": "AWS is too busy for this account: run it again later",
    }
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    fallback = "AWS has a fault of its own: run it again later" if status >= 500 else "see the AWS message"
    return WorldError(f"AWS refused {doing}: {code}: {message}", hint=hints.get(code, fallback))
