"""One AWS session: its clients, and its errors in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore import exceptions as aws
from botocore.config import Config
from botocore.parsers import ResponseParserError
from botocore.utils import determine_content_length

from groundctl.adapters.aws.aws_time import AwsTime
from groundctl.adapters.aws.listed_objects import read_objects_quickly
from groundctl.adapters.aws.object_reads import note_region
from groundctl.adapters.aws.responses import error_code, error_message, expect, malformed_as_parser_error
from groundctl.adapters.aws.signing_deadline import enforce_deadline
from groundctl.errors import ExternalError, RefusedByAws, UnclearFromAws, UsageError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_sagemaker.client import SageMakerClient

PATIENCE = 30  # seconds to wait for a response
ATTEMPTS = 5  # of a read
_SMALL_BODY = 1 << 20  # bytes

Client = TypeVar("Client")

# Without credentials no request can be signed, so none is sent.
WITHOUT_CREDENTIALS = (
    aws.NoCredentialsError,
    aws.PartialCredentialsError,
    aws.ProfileNotFound,
    aws.CredentialRetrievalError,
    aws.UnknownCredentialError,
    aws.RefreshWithMFAUnsupportedError,
    aws.MetadataRetrievalError,
    aws.NoAuthTokenError,
    aws.TokenRetrievalError,
    aws.UnknownTokenProviderError,
    aws.SSOError,
    aws.LoginError,
)


class AwsSession:
    """Clients for one Region, created on first use."""

    def __init__(self, region: str, *, patience: float = PATIENCE, attempts: int = ATTEMPTS) -> None:
        self.region = region
        # Reads can be retried: adaptive mode slows down when AWS throttles (measured; standard mode gave up).
        self._reads = Config(
            retries={"mode": "adaptive", "max_attempts": attempts}, read_timeout=patience, connect_timeout=10
        )
        # A look without an answer is reported and blocks nothing: a closed network must not hold up a plan for minutes.
        self._looks = Config(retries={"total_max_attempts": 2}, read_timeout=min(patience, 10), connect_timeout=3)
        # The SDK must not retry the create call: only groundctl does, after looking up the job.
        self._create = Config(retries={"total_max_attempts": 1}, read_timeout=patience, connect_timeout=10)
        with in_plain_words("reading the AWS settings", region):
            self._session = boto3.Session(region_name=region)
        self._session._session.get_component(
            "response_parser_factory"
        ).set_parser_defaults(  # the hook that the AWS CLI uses
            timestamp_parser=parse_timestamp
        )
        self._time = AwsTime()
        self._session.events.register("response-received", self._time.hear)
        # Clients are thread-safe, but creating one is not.
        self._making = Lock()
        self._clients: dict[str, Any] = {}

    def now(self) -> datetime:
        """Return AWS's time as of its last response to this session."""
        return self._time.now()

    def sagemaker(self) -> SageMakerClient:
        """Return the client for reads."""
        return self._made_once("sagemaker", lambda: self._session.client("sagemaker", config=self._reads))

    def sagemaker_without_retries(self, deadline: Callable[[], datetime | None]) -> SageMakerClient:
        """Return the client that sends each call once, and no create call that is signed after the deadline."""

        def make() -> SageMakerClient:
            client = self._session.client("sagemaker", config=self._create)
            enforce_deadline(client, deadline)
            return client

        return self._made_once("create", make)

    def account_check(self, expected: str) -> Callable[[], None]:
        """Return a thread-safe function that checks with AWS whether the credentials belong to an account."""
        sts = self._made_once("sts", lambda: self._session.client("sts", config=self._reads))

        def check() -> None:
            with in_plain_words("looking up the account of the credentials", self.region), malformed_as_parser_error():
                response = sts.get_caller_identity()
                expect(response, "Account")
                account = response["Account"]
            if account != expected:
                message = f"these credentials are for account {account}, but the infrastructure is in {expected}"
                raise ExternalError(
                    message, hint="use that account's credentials (AWS_PROFILE), or the other infrastructure"
                )

        return check

    def s3(self) -> S3Client:
        """Return the client for objects."""

        def make() -> S3Client:
            client = self._session.client("s3", config=self._reads)
            read_objects_quickly(client)
            client.meta.events.register("before-sign.s3.PutObject", _send_small_bodies_at_once)
            note_region(client)
            return client

        return self._made_once("s3", make)

    def looking(self, service: str) -> Any:
        """Return the client of a service, by its name, for looks that a plan can do without."""
        return self._made_once(
            f"looking at {service}",
            lambda: self._session.client(service, config=self._looks),  # type: ignore[call-overload]  # one for several
        )

    def _made_once(self, name: str, make: Callable[[], Client]) -> Client:
        """Return a client, created on first use; other threads wait meanwhile."""
        with self._making:
            if name not in self._clients:
                self._clients[name] = self._make(make)
            client: Client = self._clients[name]
        return client

    def _make(self, make: Callable[[], Client]) -> Client:
        try:
            with in_plain_words("reading the AWS settings", self.region):
                return make()
        except ValueError as error:
            hint = (
                "write AWS_ENDPOINT_URL as http://HOST:PORT, or unset it; check the other AWS settings of this machine"
            )
            raise UsageError(f"the AWS settings cannot be used: {error}", hint=hint) from error


def _send_small_bodies_at_once(request: Any, **_: Any) -> None:
    """Do not wait for S3's permission to send a body, which is a round trip longer than sending it."""
    length = determine_content_length(request.data)
    if length is not None and length <= _SMALL_BODY:
        del request.headers["Expect"]


def parse_timestamp(value: Any) -> datetime:
    """Parse a time from AWS: epoch seconds from JSON services, ISO 8601 from S3; 20 times faster than botocore's parser."""
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
    """Convert an exception of botocore into one message with a hint."""
    try:
        yield
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.ProfileNotFound) as error:
        hint = "set AWS credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID, a role), or try `groundctl demo --keep`, which needs none"
        raise ExternalError(f"no AWS credentials while {doing}", hint=hint) from error
    except WITHOUT_CREDENTIALS as error:
        hint = "log in again (such as `aws sso login`), or use other credentials"
        raise ExternalError(f"AWS credentials could not be loaded while {doing}: {error}", hint=hint) from error
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        hint = "check the network, the Region, and AWS_ENDPOINT_URL if it is set"
        raise UnclearFromAws(f"AWS did not answer while {doing}: {error}", hint=hint) from error
    except aws.ClientError as error:
        raise _refusal(error, doing, region) from error
    except ResponseParserError as error:
        raise _not_from_aws(doing) from error
    except aws.BotoCoreError as error:
        raise ExternalError(
            f"the AWS SDK failed while {doing}: {error}", hint="check the AWS settings of this machine"
        ) from error


def _not_from_aws(doing: str) -> ExternalError:
    hint = "check whether a proxy is in between or AWS_ENDPOINT_URL is not AWS; if not, run it again"
    return UnclearFromAws(f"the response while {doing} is not a response from AWS", hint=hint)


# Errors that concern one bucket or object; others may be accessible.
_ABOUT_ONE_THING = {
    "AccessDenied",
    "NoSuchBucket",
    "PermanentRedirect",
    "InvalidBucketName",
    "AllAccessDisabled",
    "KMS.DisabledException",
}


def _refusal(error: aws.ClientError, doing: str, region: str) -> ExternalError:
    code, message = error_code(error), error_message(error)
    if not code:
        return _not_from_aws(doing)
    hints = {
        "AccessDenied": "this role lacks a right; terraform/modules/github-access/README.md lists what each role may do",
        "AccessDeniedException": "this role lacks a right; terraform/modules/github-access/README.md lists what each role may do",
        "ExpiredToken": "log in again: the credentials have expired",
        "ExpiredTokenException": "log in again: the credentials have expired",
        "UnrecognizedClientException": f"the credentials are not valid in {region}: log in again, check the Region",
        "InvalidClientTokenId": "the credentials are not valid: log in again",
        "SignatureDoesNotMatch": "the credentials are not valid: log in again",
        "RequestTimeTooSkewed": "the clock of this machine is wrong: set it",
        "NoSuchBucket": f"is the Region right ({region})? was Terraform applied?",
        "PermanentRedirect": f"the bucket is in another Region than {region}: use one Region for bucket and job",
        "ThrottlingException": "AWS is too busy for this account: run it again later",
    }
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    fallback = "AWS had an internal error: run it again later" if status >= 500 else "see the AWS message"
    kind = UnclearFromAws if status >= 500 else RefusedByAws if code in _ABOUT_ONE_THING else ExternalError
    return kind(f"AWS refused {doing}: {code}: {message}", hint=hints.get(code, fallback))
