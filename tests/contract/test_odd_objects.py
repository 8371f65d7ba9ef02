"""What the adapter makes of S3's answers about one object that the simulator does not give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.clips.inspection.object_facts import Absence, ObjectFacts, Unavailable
from groundctl.errors import ExternalError, RefusedByAws
from support.aws.fake_endpoint import Reply, answering
from support.builders import REGION

CLIP = "s3://clips/rally-1.mp4"
GOOD = {"ETag": '"0"', "Last-Modified": "Mon, 02 Nov 2026 09:00:00 GMT", "Content-Type": "video/mp4"}
Ask = Callable[..., Any]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask about a clip, or read a part of it, with these responses."""

    def asked(*replies: Reply, part: bool = False) -> Any:
        with answering(*replies) as url:
            for name, value in {
                "AWS_ENDPOINT_URL": url,
                "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "b",
            }.items():
                monkeypatch.setenv(name, value)
            objects = S3Objects(AwsSession(REGION, attempts=1))
            return objects.read_range(CLIP, 0, 4) if part else objects.head(CLIP)

    return asked


def a_head(**headers: str) -> Reply:
    return Reply(200, b"clip", {**GOOD, **headers})


def an_error(status: int, code: str, message: str = "no") -> Reply:
    return Reply(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())


@pytest.mark.parametrize(
    ("headers", "archived", "restored"),
    [
        ({"x-amz-storage-class": "GLACIER"}, "GLACIER", False),
        ({"x-amz-storage-class": "GLACIER", "x-amz-restore": 'ongoing-request="true"'}, "GLACIER", False),
        ({"x-amz-storage-class": "DEEP_ARCHIVE", "x-amz-restore": 'ongoing-request="false", expiry-date="x"'}, "DEEP_ARCHIVE", True),
        ({"x-amz-storage-class": "INTELLIGENT_TIERING", "x-amz-archive-status": "ARCHIVE_ACCESS"}, "ARCHIVE_ACCESS", False),
        ({"x-amz-storage-class": "INTELLIGENT_TIERING"}, "", False),
        ({"x-amz-storage-class": "GLACIER_IR"}, "", False),
        ({}, "", False),
    ],
)  # fmt: skip
def test_an_archive_is_seen_in_every_form_that_s3_has(
    headers: Mapping[str, str], archived: str, restored: bool, ask: Ask
):
    found = ask(a_head(**headers))

    assert isinstance(found, ObjectFacts)
    assert (found.archived_as, found.is_restored) == (archived, restored)


@pytest.mark.parametrize(
    ("header", "version"), [("3sL4kqtJlcpXroDTDmJ", "3sL4kqtJlcpXroDTDmJ"), ("null", ""), (None, "")]
)
def test_the_version_of_an_object_is_seen_if_it_has_one(header: str | None, version: str, ask: Ask):
    found = ask(a_head(**({"x-amz-version-id": header} if header else {})))

    assert isinstance(found, ObjectFacts)
    assert (found.etag, found.version, found.stored.version) == ('"0"', version, version)


def test_an_object_that_may_not_be_looked_at_is_denied_and_not_missing(ask: Ask):
    assert ask(Reply(403)) == Unavailable(why=Absence.DENIED)
    assert ask(Reply(404)) == Unavailable(why=Absence.MISSING)


def test_a_bucket_of_another_region_is_said_to_be_there(ask: Ask):
    found = ask(Reply(301, headers={"x-amz-bucket-region": "eu-west-1"}), a_head())

    assert isinstance(found, Unavailable)
    assert found.why is Absence.OTHER_REGION


def test_an_object_with_a_key_of_its_owner_is_found_by_the_answer_to_a_second_request(ask: Ask):
    message = "The object was stored using a form of Server Side Encryption."
    found = ask(Reply(400), an_error(400, "InvalidRequest", message))

    assert found == Unavailable(why=Absence.CUSTOMER_KEY, detail=message)


def test_expired_credentials_are_no_finding_about_a_clip(ask: Ask):
    with pytest.raises(ExternalError, match="ExpiredToken"):
        ask(Reply(400), an_error(400, "ExpiredToken"))


@pytest.mark.parametrize("reply", [Reply(500), Reply(503), Reply(200, b"clip"), Reply(200, b"clip", {"ETag": '"0"'})])
def test_an_answer_that_is_not_of_s3_is_no_finding_about_a_clip(reply: Reply, ask: Ask):
    with pytest.raises(ExternalError):
        ask(reply)


def test_the_whole_object_instead_of_a_part_is_refused_and_not_read_to_its_end(ask: Ask):
    with pytest.raises(ExternalError, match="not a response from AWS"):
        ask(Reply(200, b"x" * 1_000_000, GOOD), part=True)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidObjectState", "KMS.DisabledException"])
def test_a_part_that_may_not_be_read_concerns_this_clip_alone(code: str, ask: Ask):
    with pytest.raises(RefusedByAws, match=code):
        ask(an_error(403, code), part=True)


def test_a_part_cannot_be_read_with_credentials_that_are_wrong(ask: Ask):
    with pytest.raises(ExternalError) as raised:
        ask(an_error(403, "SignatureDoesNotMatch"), part=True)

    assert not isinstance(raised.value, RefusedByAws)
