"""A response that is empty, cut off, or about something else is an external failure: never an absence, never an end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
import pytest

from groundctl.adapters.aws.ledger import S3Ledger
from groundctl.adapters.aws.responses import DESCRIBED_JOB, LISTED_JOB
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.errors import ExternalError
from support.aws.fake_endpoint import Reply, answering
from support.builders import REGION

ARN = "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/rally-outcome"
ETAG = {"ETag": '"0"'}
PROXY_PAGE = b"<html>A proxy between here and AWS</html>"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


def a_listing(
    *keys: str, count: int | None = None, more: str = "", name: str = "clips", prefix: str = "a/", rest: str = ""
) -> bytes:
    entries = "".join(f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in keys)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>{name}</Name><Prefix>{prefix}</Prefix><KeyCount>{len(keys) if count is None else count}</KeyCount>"
        f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>"
        f"{f'<NextContinuationToken>{more}</NextContinuationToken>' if more else ''}{rest}{entries}</ListBucketResult>"
    ).encode()


def without(member: str) -> bytes:
    return re.sub(f"<{member}>[^<]*</{member}>", "", a_listing("a/1", more="t").decode()).encode()


FIRST = Reply(200, a_listing("a/1", "a/2", more="t"))
SUMMARY = {
    "LabelingJobName": "rally-outcome",
    "LabelingJobArn": ARN,
    "LabelingJobStatus": "Completed",
    "LabelCounters": {"TotalLabeled": 1},
    "CreationTime": 1.0,
    "LastModifiedTime": 1.0,
    "WorkteamArn": "team",
}
DESCRIBED = SUMMARY | {
    "JobReferenceCode": "code",
    "InputConfig": {"DataSource": {}},
    "OutputConfig": {"S3OutputPath": "s3://labels"},
    "RoleArn": "role",
    "HumanTaskConfig": {"WorkteamArn": "team"},
}


def a_description(**changes: Any) -> bytes:
    return json.dumps({key: value for key, value in (DESCRIBED | changes).items() if value is not None}).encode()


def a_list_of_jobs(**changes: Any) -> bytes:
    job = {key: value for key, value in (SUMMARY | changes).items() if value is not None}
    return json.dumps({"LabelingJobSummaryList": [job]}).encode()


def list_keys(session: AwsSession) -> Any:
    return list(S3Objects(session).list_keys("s3://clips/a/"))


def read(session: AwsSession) -> Any:
    return S3Objects(session).read("s3://clips/a/1")


def read_lines(session: AwsSession) -> Any:
    found = S3Objects(session).read_lines("s3://clips/a/1")
    return found and list(found)


def put_if_absent(session: AwsSession) -> Any:
    return S3Objects(session).put_if_absent("s3://clips/a/1", b"ours", "text/plain")


def put(session: AwsSession) -> Any:
    return S3Objects(session).put("s3://clips/a/1", b"ours", "text/plain")


def read_ledger(session: AwsSession) -> Any:
    return S3Ledger(session, "clips").read()


def describe(session: AwsSession) -> Any:
    return SageMakerJobs(session).describe("rally-outcome")


def list_jobs(session: AwsSession) -> Any:
    return list(SageMakerJobs(session).list_jobs())


def stop(session: AwsSession) -> Any:
    return SageMakerJobs(session).stop("rally-outcome")


def check_account(session: AwsSession) -> Any:
    return session.account_check("123456789012")()


CALLS = [list_keys, read, read_lines, put_if_absent, put, read_ledger, describe, list_jobs, stop, check_account]
WRONG_PAGES = {
    "no KeyCount": without("KeyCount"),
    "no IsTruncated": without("IsTruncated"),
    "no Name": without("Name"),
    "no token, but truncated": without("NextContinuationToken"),
    "a token, but not truncated": a_listing("a/1", rest="<NextContinuationToken>t</NextContinuationToken>"),
    "fewer keys than counted": a_listing("a/1", count=2),
    "more keys than counted": a_listing("a/1", "a/2", count=1),
    "no number as the count": a_listing("a/1").replace(b"<KeyCount>1", b"<KeyCount>one"),
    "of another bucket": a_listing("a/1", name="others"),
    "a key under another prefix": a_listing("b/1"),
    "a key twice": a_listing("a/1", "a/1"),
    "a key without a name": a_listing("a/1").replace(b"<Key>a/1</Key>", b""),
    "cut off": a_listing("a/1", "a/2")[:-60],
}


WRONG_TYPES: list[dict[str, Any]] = [
    {"LabelCounters": "many"},
    {"LabelCounters": {"TotalLabeled": "many"}},
    {"LabelCounters": {"TotalLabeled": -1}},
    {"LabelingJobName": 5},
    {"LabelingJobArn": 5},
    {"LabelingJobStatus": ["Completed"]},
    {"CreationTime": "yesterday"},
    {"CreationTime": 1e300},
]


def fails(call: Callable[[AwsSession], Any], session: AwsSession, doing: str) -> bool:
    try:
        call(session)
    except ExternalError as error:
        return doing in error.message
    return False


@contextmanager
def session_that_meets(monkeypatch: pytest.MonkeyPatch, *replies: Reply) -> Iterator[AwsSession]:
    with answering(*replies) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        yield AwsSession(REGION, attempts=1)


@pytest.mark.parametrize("call", CALLS)
def test_an_empty_response_is_an_external_failure_of_every_call_and_no_absence(monkeypatch, call):
    with session_that_meets(monkeypatch, Reply(200)) as session, pytest.raises(ExternalError):
        call(session)


@pytest.mark.parametrize("call", CALLS)
def test_a_page_of_something_in_between_is_an_external_failure_of_every_call(monkeypatch, call):
    with session_that_meets(monkeypatch, Reply(200, PROXY_PAGE)) as session, pytest.raises(ExternalError):
        call(session)


@pytest.mark.parametrize("call", [call for call in CALLS if call not in {put, put_if_absent, stop}])
def test_a_response_that_is_cut_off_is_an_external_failure_of_every_read(monkeypatch, call):
    bodies = {
        list_keys: a_listing("a/1"),
        read_ledger: a_listing("ledger/packs/00000000", prefix="ledger/packs/"),
        describe: a_description(),
        list_jobs: a_list_of_jobs(),
    }
    body = bodies.get(call, b"some lines\nof an object, and so on")
    reply = Reply(200, body[:-20], headers=ETAG, lost=20)

    with session_that_meets(monkeypatch, reply) as session, pytest.raises(ExternalError):
        call(session)


@pytest.mark.parametrize("before", [[], [FIRST]], ids=["as the first page", "as the second"])
def test_a_page_of_keys_that_cannot_be_one_is_an_external_failure_and_never_the_end(monkeypatch, before):
    replies = [reply for page in WRONG_PAGES.values() for reply in (*before, Reply(200, page))]

    with session_that_meets(monkeypatch, *replies) as session:
        believed = [case for case in WRONG_PAGES if not fails(list_keys, session, "listing s3://clips/a/")]

    assert believed == []


def test_a_list_of_keys_that_comes_round_again_is_an_external_failure(monkeypatch):
    with (
        session_that_meets(monkeypatch, FIRST, Reply(200, a_listing("a/3", more="t"))) as session,
        pytest.raises(ExternalError, match="listing s3://clips/a/"),
    ):
        list_keys(session)


def test_pages_that_belong_together_are_one_list(monkeypatch):
    with session_that_meets(monkeypatch, FIRST, Reply(200, a_listing("a/3"))) as session:
        assert list_keys(session) == ["s3://clips/a/1", "s3://clips/a/2", "s3://clips/a/3"]


@pytest.mark.parametrize("headers", [{}, {"ETag": ""}])
@pytest.mark.parametrize("call", [read, read_lines])
def test_an_object_without_its_etag_is_no_object(monkeypatch, call, headers):
    with (
        session_that_meets(monkeypatch, Reply(200, b"other", headers=headers)) as session,
        pytest.raises(ExternalError, match="reading s3://clips/a/1"),
    ):
        call(session)


def test_an_empty_object_is_an_empty_object(monkeypatch):
    with session_that_meets(monkeypatch, Reply(200, headers=ETAG)) as session:
        assert read(session) == b""


@pytest.mark.parametrize(("found", "written"), [(b"ours", True), (b"another's", False)])
def test_a_write_that_is_not_confirmed_is_read_back(monkeypatch, found, written):
    with session_that_meets(monkeypatch, Reply(200), Reply(200, found, headers=ETAG)) as session:
        assert put_if_absent(session) is written


@pytest.mark.parametrize("call", [put_if_absent, put])
def test_a_write_that_is_not_confirmed_and_not_there_is_an_external_failure(monkeypatch, call):
    there_is_none = Reply(404, b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>")

    with (
        session_that_meets(monkeypatch, Reply(200), there_is_none) as session,
        pytest.raises(ExternalError, match="writing s3://clips/a/1"),
    ):
        call(session)


def test_a_description_of_another_job_or_without_what_aws_always_gives_is_an_external_failure(monkeypatch):
    cases: list[dict[str, Any]] = [{member: None} for member in DESCRIBED_JOB] + WRONG_TYPES
    cases += [{"LabelingJobName": "another"}]

    with session_that_meets(monkeypatch, *(Reply(200, a_description(**case)) for case in cases)) as session:
        believed = [case for case in cases if not fails(describe, session, "describing rally-outcome")]

    assert believed == []


def test_a_listed_job_without_what_aws_always_gives_is_an_external_failure(monkeypatch):
    cases: list[dict[str, Any]] = [{member: None} for member in LISTED_JOB] + WRONG_TYPES

    with session_that_meets(monkeypatch, *(Reply(200, a_list_of_jobs(**case)) for case in cases)) as session:
        believed = [case for case in cases if not fails(list_jobs, session, "listing labeling jobs")]

    assert believed == []


def test_whole_responses_are_read(monkeypatch):
    with session_that_meets(monkeypatch, Reply(200, a_description())) as session:
        assert describe(session)["LabelingJobArn"] == ARN
    with session_that_meets(monkeypatch, Reply(200, a_list_of_jobs())) as session:
        assert [job.name for job in list_jobs(session)] == ["rally-outcome"]
    with session_that_meets(monkeypatch, Reply(200, headers={"x-amzn-RequestId": "1"})) as session:
        assert stop(session) is None


def test_what_is_always_there_is_what_the_model_of_botocore_requires():
    model = botocore.session.get_session().get_service_model("sagemaker")

    assert set(DESCRIBED_JOB) == set(model.shape_for("DescribeLabelingJobResponse").required_members)
    assert set(LISTED_JOB) == set(model.shape_for("LabelingJobSummary").required_members)
