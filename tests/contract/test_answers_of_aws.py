"""Whatever comes back over the wire, a create ends in an CreateResponse, and a read in a value or in plain words."""

from __future__ import annotations

import inspect
import json
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from botocore import exceptions as aws
from botocore.parsers import ResponseParserError
from botocore.retries.standard import ThrottledRetryableChecker

from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.creation import Accepted, CreateResponse, NameTaken, Rejected, Throttled, Unclear
from groundctl.errors import ExternalError, UsageError
from support.aws.fake_endpoint import Reply, answering
from support.builders import NOW, REGION, a_desired_job
from support.fakes import NO_DEADLINE

REQUEST = a_desired_job().request
ARN = "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/rally-outcome"
ETAG = {"ETag": '"0"'}
CONFLICT = Reply(409, b"<Error><Code>ConditionalRequestConflict</Code><Message>try again</Message></Error>")
THERE_IS_ONE = Reply(412, b"<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>")
PROXY_PAGE = b"<html>A proxy between here and AWS</html>"
NOTHING_WAS_SENT = {
    "ConnectTimeoutError", "CredentialRetrievalError", "EndpointConnectionError", "LoginAuthorizationCodeError",
    "LoginError", "LoginInsufficientPermissions", "LoginRefreshRequired", "LoginTokenLoadError",
    "MetadataRetrievalError", "NoAuthTokenError", "NoCredentialsError", "ParamValidationError",
    "PartialCredentialsError", "ProfileNotFound", "ProxyConnectionError", "RefreshWithMFAUnsupportedError", "SSOError",
    "SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError", "UnknownCredentialError",
    "UnknownTokenProviderError",
}  # fmt: skip
EXCEPTIONS = sorted(
    (kind for kind in vars(aws).values() if inspect.isclass(kind) and issubclass(kind, Exception)),
    key=lambda kind: kind.__name__,
)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


class Client:
    """A client of which every call raises, or gives, the next of these; also the session it comes from."""

    region = REGION

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls = 0

    def answer(self, **_: Any) -> Any:
        self.calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    create_labeling_job = describe_labeling_job = list_labeling_jobs = answer

    def jobs(self) -> SageMakerJobs:
        return SageMakerJobs(cast(AwsSession, self))

    def sagemaker(self) -> Client:
        return self

    def sagemaker_without_retries(self, _: object) -> Client:
        return self


def raised(kind: type[Exception]) -> Exception:
    """Make an exception as botocore does, with something in each field of its text."""
    if issubclass(kind, aws.ClientError):
        return kind({}, "CreateLabelingJob")
    text: str | None = getattr(kind, "fmt", None)
    if text is None:
        return kind("x")
    fields = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    more = {
        name for name in inspect.signature(kind).parameters if name not in {"args", "kwargs", "request", "response"}
    }
    return kind(**dict.fromkeys(fields | more, "x"))


@contextmanager
def jobs_that_answer(monkeypatch: pytest.MonkeyPatch, status: int, body: bytes) -> Iterator[SageMakerJobs]:
    with answering(Reply(status, body)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        yield SageMakerJobs(AwsSession(REGION))


# -- the create call -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_every_sdk_error_in_a_create_is_handled_and_a_refusal_means_that_nothing_was_sent(kind):
    answer = Client(raised(kind)).jobs().create_once(REQUEST, signed_until=NO_DEADLINE)

    assert type(answer) is (Rejected if kind.__name__ in NOTHING_WAS_SENT else Unclear), answer


@pytest.mark.parametrize(
    "answer",
    [ResponseParserError("<html>"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no text"), {}, None],
    ids=["no JSON", "no text", "no ARN", "nothing"],
)
def test_after_an_invalid_response_it_is_unknown_whether_the_job_exists(answer):
    assert isinstance(Client(answer).jobs().create_once(REQUEST, signed_until=NO_DEADLINE), Unclear)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, json.dumps({"LabelingJobArn": ARN}).encode(), Accepted(arn=ARN)),
        (200, b'{"LabelingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/another"}', Unclear),
        (200, b'{"LabelingJobArn": 5}', Unclear),
        (200, b"", Unclear),
        (200, b"{}", Unclear),
        (200, PROXY_PAGE, Unclear),
        (307, b"", Unclear),
        (400, b'{"__type": "ValidationException", "message": "no"}', Rejected(code="ValidationException", message="no")),
        (400, b'{"__type": "ResourceInUse", "message": "there"}', NameTaken(message="there")),
        (400, b'{"__type": "ThrottlingException", "message": "slow"}', Throttled(message="slow")),
        (400, b'{"__type": "RequestTimeout", "message": "slow"}', Unclear),
        (400, b'{"__type": "", "message": "slow"}', Unclear),
        (400, b"[]", Unclear),
        (403, PROXY_PAGE, Unclear),
        (403, b'{"__type": "com.aws#AccessDeniedException"}', Rejected(code="AccessDeniedException", message="")),
        (404, b"", Unclear),
        (408, b"", Unclear),
        (408, b'{"__type": "RequestTimeoutException", "message": "slow"}', Unclear),
        (429, b"", Throttled(message="")),
        (499, b"", Unclear),
        (500, b'{"__type": "InternalFailure"}', Unclear),
        (502, PROXY_PAGE, Unclear),
        (503, b"", Unclear),
    ],
)  # fmt: skip
def test_only_an_error_from_aws_itself_counts_as_a_refusal(
    monkeypatch, status: int, body: bytes, expected: CreateResponse | type[CreateResponse]
):
    with jobs_that_answer(monkeypatch, status, body) as jobs:
        answer = jobs.create_once(REQUEST, signed_until=NO_DEADLINE)

    assert answer == expected if not isinstance(expected, type) else isinstance(answer, expected), answer


@pytest.mark.parametrize("code", vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"])
def test_every_code_that_the_sdk_treats_as_a_throttle_is_a_throttle(code):
    error = aws.ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "x")  # type: ignore[typeddict-item]

    assert isinstance(Client(error).jobs().create_once(REQUEST, signed_until=NO_DEADLINE), Throttled)


# -- reads -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{}", PROXY_PAGE], ids=["nothing", "no members", "a page"])
def test_a_response_that_is_not_from_aws_is_reported_in_plain_words(monkeypatch, body):
    with jobs_that_answer(monkeypatch, 200, body) as jobs:
        with pytest.raises(ExternalError, match="the response while describing rally is not a response from AWS"):
            jobs.describe("rally")
        with pytest.raises(ExternalError, match="the response while listing labeling jobs is not a response from AWS"):
            list(jobs.list_jobs())


@pytest.mark.parametrize("kind", [kind for kind in EXCEPTIONS if issubclass(kind, aws.BotoCoreError)])
def test_every_error_of_the_sdk_in_a_read_is_reported_in_plain_words(kind):
    with pytest.raises(ExternalError) as told:
        Client(raised(kind)).jobs().describe("rally")

    assert told.value.hint


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (400, "AccessDeniedException", "not authorized"),
        (400, "ThrottlingException", "Rate exceeded"),
        (400, "ValidationException", "1 validation error detected"),
        (500, "InternalFailure", "try again"),
        (404, "404", ""),
    ],
)
def test_only_awss_own_word_says_that_there_is_no_job(status, code, message):
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}

    with pytest.raises(ExternalError, match="describing rally"):
        Client(aws.ClientError(answer, "DescribeLabelingJob")).jobs().describe("rally")


def test_an_expired_login_is_reported_as_expired():
    with pytest.raises(ExternalError, match="credentials could not be loaded") as told:
        Client(aws.UnauthorizedSSOTokenError()).jobs().describe("rally")

    assert "log in again" in told.value.hint


def test_an_empty_token_ends_the_list():
    client = Client(a_page("first", token=""))

    assert [job.name for job in client.jobs().list_jobs()] == ["first"]
    assert client.calls == 1


def test_a_list_with_a_repeated_page_is_an_error_and_not_an_endless_loop():
    client = Client(*[a_page("first", token=token) for token in "abab"])

    with pytest.raises(ExternalError, match="the same page of the list of labeling jobs twice"):
        list(client.jobs().list_jobs())
    assert client.calls <= 6


def a_page(name: str, *, token: str) -> dict[str, Any]:
    job = {"LabelingJobName": name, "LabelingJobArn": "arn", "LabelingJobStatus": "Completed"}
    rest = {"CreationTime": NOW, "LastModifiedTime": NOW, "LabelCounters": {}, "WorkteamArn": "team"}
    return {"LabelingJobSummaryList": [{**job, **rest}], "NextToken": token}


# -- writing objects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replies", "written"), [([CONFLICT, CONFLICT, Reply(200, headers=ETAG)], True), ([CONFLICT, THERE_IS_ONE], False)]
)
def test_a_write_that_conflicts_with_another_is_retried_until_the_winner_is_known(monkeypatch, replies, written):
    slept: list[float] = []

    with answering(*replies) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        found = S3Objects(AwsSession(REGION), sleep=slept.append).put_if_absent("s3://artifacts/a", b"a", "text/plain")

    assert found is written
    assert len(slept) == len(replies) - 1


def test_endless_write_conflicts_are_an_external_failure(monkeypatch):
    slept: list[float] = []

    with answering(CONFLICT) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(ExternalError, match="ConditionalRequestConflict"):
            S3Objects(AwsSession(REGION), sleep=slept.append).put_if_absent("s3://artifacts/a", b"a", "text/plain")

    assert sum(slept) < 5


# -- clients ---------------------------------------------------------------------------------------------


def test_concurrent_threads_share_one_client():
    session = AwsSession(REGION)
    together = threading.Barrier(8)
    clients = set()

    def touch() -> None:
        together.wait()
        clients.add(session.s3())

    threads = [threading.Thread(target=touch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(clients) == 1


@pytest.mark.parametrize("touch", [AwsSession.s3, AwsSession.sagemaker, lambda session: session.account_check("1")])
def test_an_endpoint_that_is_not_an_address_is_wrong_usage(monkeypatch, touch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost:5000")

    with pytest.raises(UsageError, match="Invalid endpoint: localhost:5000") as told:
        touch(AwsSession(REGION))
    assert "AWS_ENDPOINT_URL" in told.value.hint


@pytest.mark.parametrize(
    "body",
    [b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>", b"<nothing/>"],
    ids=["of S3", "of no one"],
)
def test_an_error_in_another_form_than_that_of_the_service_is_reported_in_plain_words(monkeypatch, body):
    with answering(Reply(403, body)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        check = AwsSession(REGION, attempts=1).account_check("123456789012")

        with pytest.raises(ExternalError, match="is not a response from AWS"):
            check()
