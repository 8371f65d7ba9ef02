"""The fakes and the real doors keep the same promises; the real ones speak boto3 over HTTP to the simulator."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.response import StreamingBody

from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.clips.inspection.object_facts import Absence, ObjectFacts, Unavailable
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Accepted, NameTaken, Result
from groundctl.errors import ExternalError, RefusedByAws
from groundctl.ports import LabelingJobs, ObjectStore
from support.aws import prerequisites
from support.builders import REGION, a_declaration, a_desired_job, an_infrastructure
from support.buying import buy
from support.fake_objects import FakeObjects
from support.fakes import NO_DEADLINE, FakeJobs


@dataclass
class Doors:
    jobs: LabelingJobs
    objects: ObjectStore

    def create(self, declaration: Declaration | None = None) -> Result:
        return buy(declaration, jobs=self.jobs, objects=self.objects).result


@pytest.fixture(params=["fake", "real"])
def doors(request: pytest.FixtureRequest) -> Doors:
    if request.param == "fake":
        return Doors(jobs=FakeJobs(), objects=FakeObjects(all_clips_exist=False))
    request.getfixturevalue("simulator")
    prerequisites.build(an_infrastructure())
    session = AwsSession(REGION)
    return Doors(jobs=SageMakerJobs(session), objects=S3Objects(session))


def test_reading_a_missing_object_returns_none(doors: Doors):
    assert doors.objects.read("s3://artifacts/none") is None


def test_an_object_is_read_line_by_line_with_its_line_endings(doors: Doors):
    lines = [b"first\n", b"\n", b"a carriage return\r is no end\r\n", b"x" * 1_000_000 + b"\n", b"no end"]
    doors.objects.put_if_absent("s3://artifacts/lines", b"".join(lines), "text/plain")

    found = doors.objects.read_lines("s3://artifacts/lines")

    assert found is not None
    assert list(found) == lines


def test_an_empty_object_has_no_lines_and_a_missing_one_is_none(doors: Doors):
    doors.objects.put_if_absent("s3://artifacts/empty", b"", "text/plain")

    empty = doors.objects.read_lines("s3://artifacts/empty")

    assert empty is not None
    assert list(empty) == []
    assert doors.objects.read_lines("s3://artifacts/none") is None


def test_an_object_is_written_once_and_the_first_content_stays(doors: Doors):
    assert doors.objects.put_if_absent("s3://artifacts/a", b"first", "text/plain")
    assert not doors.objects.put_if_absent("s3://artifacts/a", b"second", "text/plain")

    assert doors.objects.read("s3://artifacts/a") == b"first"


def test_keys_are_listed_under_their_prefix_only(doors: Doors):
    for uri in ("s3://artifacts/x/1.mp4", "s3://artifacts/x/2.mp4", "s3://artifacts/y/3.mp4"):
        doors.objects.put_if_absent(uri, b"", "video/mp4")

    assert list(doors.objects.list_keys("s3://artifacts/x/")) == ["s3://artifacts/x/1.mp4", "s3://artifacts/x/2.mp4"]


@pytest.mark.parametrize("host", ["artifacts.s3.amazonaws.com", "s3.us-east-1.amazonaws.com/artifacts"])
def test_an_object_is_read_by_its_https_address_too(doors: Doors, host: str):
    doors.objects.put_if_absent("s3://artifacts/x/a", b"first", "text/plain")

    assert doors.objects.read(f"https://{host}/x/a") == b"first"
    assert list(doors.objects.read_lines(f"https://{host}/x/a") or ()) == [b"first"]
    assert doors.objects.read_range(f"https://{host}/x/a", 0, 2) == b"fi"


@pytest.mark.parametrize("address", ["https://example.org/a", "s3:///a", "a"])
def test_what_is_no_address_on_s3_is_refused_for_itself(doors: Doors, address: str):
    with pytest.raises(RefusedByAws, match=r"no address on S3"):
        doors.objects.read(address)


def test_objects_are_listed_with_what_s3_says_about_them(doors: Doors):
    odd = "s3://artifacts/x/50%+1 & <é>.mp4"
    for uri in ("s3://artifacts/x/1.mp4", odd):
        doors.objects.put_if_absent(uri, b"three", "video/mp4")

    first, second = doors.objects.list_objects("s3://artifacts/x/")

    assert (first.uri, second.uri) == ("s3://artifacts/x/1.mp4", odd)
    assert (first.size, first.storage_class) == (5, "STANDARD")
    assert first.etag == '"35d6d33467aae9a2e3dccb4b6b027878"'
    assert datetime.fromisoformat(first.modified).tzinfo is UTC


def test_an_object_is_asked_about_and_a_missing_one_is_said_to_be_missing(doors: Doors):
    doors.objects.put_if_absent("s3://artifacts/x/1 é.mp4", b"three", "video/mp4")

    found = doors.objects.head("s3://artifacts/x/1 é.mp4")

    assert isinstance(found, ObjectFacts)
    assert (found.uri, found.size, found.storage_class) == ("s3://artifacts/x/1 é.mp4", 5, "STANDARD")
    assert (found.content_type, found.content_encoding, found.archived_as) == ("video/mp4", "", "")
    [listed] = doors.objects.list_objects("s3://artifacts/x/")
    assert found.etag == listed.etag == '"35d6d33467aae9a2e3dccb4b6b027878"'
    assert datetime.fromisoformat(found.modified).tzinfo is UTC
    assert doors.objects.head("s3://artifacts/none.mp4") == Unavailable(why=Absence.MISSING)


def test_a_range_is_read_as_far_as_the_object_goes(doors: Doors):
    doors.objects.put_if_absent("s3://artifacts/digits", b"0123456789", "text/plain")

    assert doors.objects.read_range("s3://artifacts/digits", 0, 4) == b"0123"
    assert doors.objects.read_range("s3://artifacts/digits", 8, 100) == b"89"
    assert doors.objects.read_range("s3://artifacts/digits", 10, 1) == b""
    assert doors.objects.read_range("s3://artifacts/none", 0, 1) == b""


def test_describing_a_missing_job_returns_none(doors: Doors):
    assert doors.jobs.describe("nobody") is None


def test_a_created_job_is_listed_with_its_digests(doors: Doors):
    declaration = a_declaration()
    assert doors.create(declaration) is Result.CREATED

    [job] = doors.jobs.list_jobs()
    assert job.name == "rally-outcome"
    assert job.fingerprint is not None
    assert job.fingerprint.declaration == declaration.digest
    assert job.fingerprint.bucket == "artifacts"


def test_the_first_create_is_accepted_and_the_second_finds_the_name_taken_in_any_case(doors: Doors):
    desired = a_desired_job()
    doors.create(a_declaration(name="warm-up", input={"objects": ["s3://clips/rally-1.mp4"]}))
    for artifact in desired.artifacts:
        doors.objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)

    assert isinstance(doors.jobs.create_once(desired.request, signed_until=NO_DEADLINE), Accepted)
    assert isinstance(doors.jobs.create_once(desired.request, signed_until=NO_DEADLINE), NameTaken)
    assert isinstance(
        doors.jobs.create_once({**desired.request, "LabelingJobName": "RALLY-outcome"}, signed_until=NO_DEADLINE),
        NameTaken,
    )


def test_creating_the_same_job_again_reports_that_it_existed(doors: Doors):
    assert doors.create() is Result.CREATED
    assert doors.create() is Result.EXISTED


def test_a_description_holds_every_member_of_the_request(doors: Doors):
    from groundctl.domain.jobs.creation import members_that_differ

    declaration = a_declaration(tags={"cost-center": "sports"}, stop_when={"labeled_percent": 90})
    desired = a_desired_job(declaration)
    doors.create(declaration)

    described = doors.jobs.describe("rally-outcome")
    assert described is not None
    assert list(members_that_differ(desired.request, described)) == []


class Answering:
    """A session whose S3 answers every GetObject with this body."""

    region = REGION

    def __init__(self, content: Any, length: int) -> None:
        self.answer = {"Body": StreamingBody(content, length), "ContentLength": length, "ETag": '"0"'}

    def s3(self) -> Answering:
        return self

    def get_object(self, **_: str) -> dict[str, Any]:
        return self.answer

    def lines(self) -> Iterator[bytes]:
        found = S3Objects(cast(AwsSession, self)).read_lines("s3://artifacts/lines")
        assert found is not None
        return found


def test_an_interrupted_download_is_an_external_failure_and_not_a_short_object():
    lines = Answering(io.BytesIO(b"first\nsec"), length=100).lines()

    with pytest.raises(ExternalError, match="reading s3://artifacts/lines"):
        list(lines)


def test_memory_does_not_grow_with_the_object():
    class Endless(io.RawIOBase):
        left = 30_000_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            buffer[:size] = (b"x" * 99 + b"\n") * (size // 100) + b"x" * (size % 100)
            self.left -= size
            return size

    lines = Answering(Endless(), length=Endless.left).lines()
    tracemalloc.start()
    assert sum(map(len, lines)) == Endless.left
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert highest < 3_000_000
