"""Recorded plans, as the fake has them and as S3 does."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import zlib
from datetime import UTC, datetime

import boto3
import pytest

from groundctl.adapters.aws.recorded_plans import MAX_UNPACKED, S3RecordedPlans
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.approval.recorded_plan import PlanName, clips_key, seen_key
from groundctl.domain.approval.seen_clips import SeenClips, parse_seen, seen_content
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.errors import ExternalError
from groundctl.ports import RecordedPlans
from support.aws import prerequisites
from support.builders import REGION, an_infrastructure
from support.fakes import FakeRecordedPlans

NAME = PlanName(pull_request=12, head="a" * 40, run_id=7, attempt=1)
MANIFEST = b'{"source-ref":"s3://clips/a.mp4"}\n'
PACKED = gzip.compress(MANIFEST, mtime=0)
A_CLIP = StoredObject("s3://clips/a.mp4", 6, "2026-11-02T09:00:00.000Z", etag='"a"')
SEEN = seen_content(SeenClips(known={A_CLIP.uri: A_CLIP}))


@pytest.fixture
def on_s3(request: pytest.FixtureRequest) -> S3RecordedPlans:
    request.getfixturevalue("simulator")
    prerequisites.build(an_infrastructure())
    return S3RecordedPlans(AwsSession(REGION), "artifacts", 99)


@pytest.fixture(params=["fake", "S3"])
def recorded(request: pytest.FixtureRequest) -> RecordedPlans:
    if request.param == "fake":
        return FakeRecordedPlans(clock=lambda: datetime(2026, 11, 28, tzinfo=UTC))
    found: S3RecordedPlans = request.getfixturevalue("on_s3")
    return found


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_plan_is_recorded_once(recorded: RecordedPlans):
    recorded.write(NAME, b"{}")
    recorded.write(NAME, b"{}")

    [stored] = recorded.list(12, "a" * 40)
    assert (stored.name, recorded.read(stored)) == (NAME, b"{}")
    assert recorded.list(13, "a" * 40) == ()
    with pytest.raises(ExternalError, match="exists with other content"):
        recorded.write(NAME, b"[]")


def test_clips_and_what_s3_said_of_them_are_kept_apart_by_digest(recorded: RecordedPlans):
    for _ in range(2):
        recorded.write_clips(sha256(MANIFEST), MANIFEST)
        recorded.write_seen(sha256(SEEN), SEEN)

    assert recorded.read_clips(sha256(MANIFEST)) == MANIFEST
    assert recorded.read_seen(sha256(SEEN)) == SEEN
    assert recorded.read_clips(sha256(SEEN)) is None
    assert recorded.read_seen(sha256(MANIFEST)) is None
    assert recorded.list(12, "a" * 40) == ()


def put(key: str, content: bytes) -> None:
    boto3.client("s3", region_name=REGION).put_object(Bucket="artifacts", Key=key, Body=content)


def a_bomb() -> bytes:
    """A few hundred kilobytes that expand to more than is ever recorded."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    size = 1 << 24
    # After a full flush, the same bytes are the same compressed bytes.
    first, again = (packer.compress(bytes(size)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (MAX_UNPACKED // size)


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (b"no gzip", "is malformed: Error -3"),
        (PACKED[:-4], "is not exactly one gzip stream"),
        (PACKED * 2, "is not exactly one gzip stream"),
        (gzip.compress(b"other clips", mtime=0), "has content that does not match its key"),
    ],
    ids=["no gzip", "cut", "two streams", "other content"],
)
def test_clips_that_were_not_written_so_are_refused(on_s3: S3RecordedPlans, packed: bytes, why: str):
    put(clips_key(99, sha256(MANIFEST)), packed)
    put(seen_key(99, sha256(MANIFEST)), packed)

    for read in (on_s3.read_clips, on_s3.read_seen):
        with pytest.raises(ExternalError, match=why):
            read(sha256(MANIFEST))


def test_a_compressed_object_is_read_no_further_than_what_is_ever_recorded(on_s3: S3RecordedPlans):
    bomb = a_bomb()
    put(clips_key(99, "0" * 64), bomb)

    assert len(bomb) < 1_000_000
    with pytest.raises(ExternalError, match="it expands to over 268,435,456 bytes"):
        on_s3.read_clips("0" * 64)


def test_what_s3_says_of_a_key_with_odd_characters_is_read_as_it_was_written():
    keys = [
        "a b+c%2F.mp4",
        "ü\u200b\u202e.mp4",
        'quote".mp4',
        "back\\slash.mp4",
        "\x01\x7f.mp4",
        "\U0001f3c6.mp4",
        "a\u2028b.mp4",
    ]
    known = {
        (uri := f"s3://clips/{key}"): StoredObject(uri, 1, "2026-11-02T09:00:00.000Z", "GLACIER", '"a-2"', version)
        for key, version in zip(keys, itertools.cycle(["", "v\u202e1"]), strict=False)
    }
    seen = SeenClips(known=known, unknown={f"{uri}.webm" for uri in known})

    assert parse_seen(seen_content(seen)) == seen


def test_what_s3_said_is_read_as_it_was_written_before_versions_and_unknown_clips_were():
    line = b'["s3://clips/a.mp4",6,"\\"a\\"","2026-11-02T09:00:00.000Z","STANDARD"]\n'

    assert line == SEEN
    assert parse_seen(line) == SeenClips(known={A_CLIP.uri: A_CLIP}, unknown=set())


@pytest.mark.parametrize(
    "content",
    [
        b"[1]\n",
        b"{}\n",
        b'["a","b","c","d","e"]\n',
        b'["a",1,"e","m"',
        b'["a",1,"e","m"]\n',
        b'["a",1,"e","m","s","v","w"]\n',
        b"\xff\n",
    ],
)
def test_lines_of_another_form_are_an_error(content: bytes):
    with pytest.raises(ValueError, match=r"."):
        parse_seen(content)
