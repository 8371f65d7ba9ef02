"""What is looked at: how many clips, each once, from how few bytes; and files that were made to do harm."""

from __future__ import annotations

import os
import random
import struct
import time
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming import a_clip, boxes_of
from groundctl.adapters.media import clip_reader
from groundctl.adapters.media.clip_reader import ClipReader
from groundctl.app.gathering.gather import gather
from groundctl.domain.clips.inspection.containers import (
    FIRST_BYTES,
    MAX_INDEX,
    MAX_REQUESTS,
    Container,
    Layout,
    Part,
    PartialFile,
    layout_of,
)
from groundctl.domain.clips.inspection.faults import MAX_ASKED, MAX_LOOKED_INTO, fair_shares, sample_of
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.clips.inspection.video_facts import NotRead, Streams
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.plan import Create, Refused
from groundctl.domain.planning.planner import make_plan
from support.builders import a_declaration, a_policy
from support.fake_objects import A_CLIP, FakeClipReader, FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account


class CountingObjects(FakeObjects):
    """Objects that count the questions about each, and the bytes that were read."""

    def __init__(self, objects: Mapping[str, bytes], listed: tuple[StoredObject, ...] = ()) -> None:
        super().__init__(objects, listed)
        self.heads: Counter[str] = Counter()
        self.ranges: Counter[str] = Counter()
        self.bytes = 0

    def head(self, uri: str) -> HeadAnswer:
        self.heads[uri] += 1
        return super().head(uri)

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        self.ranges[uri] += 1
        content = super().read_range(uri, start, length)
        self.bytes += len(content)
        return content


def gathered(objects: FakeObjects, *inputs: Mapping[str, object]) -> PlanInputs:
    declarations = [a_declaration(name=f"job-{number}", input=each) for number, each in enumerate(inputs)]
    return gather(declarations, a_policy(), an_account(FakeJobs(), objects))


def named(number: int) -> dict[str, object]:
    return {"objects": [f"s3://clips/{each:05}.mp4" for each in range(number)]}


# --- how much is looked at ------------------------------------------------------------------------------------------------


def test_each_object_is_asked_about_once_and_looked_into_once_even_if_jobs_share_it() -> None:
    objects = CountingObjects({})

    gathered(objects, named(12), named(12), named(5))

    assert len(objects.heads) == len(objects.ranges) == 12
    assert set(objects.heads.values()) == set(objects.ranges.values()) == {1}


def test_beyond_a_stated_number_a_sample_is_asked_about_and_the_plan_says_so() -> None:
    objects = CountingObjects({})

    inputs = gathered(objects, named(MAX_ASKED + 500))
    [change] = make_plan(inputs).changes

    assert isinstance(change, Create), change
    assert MAX_ASKED <= len(objects.heads) <= MAX_ASKED + MAX_LOOKED_INTO
    assert len(objects.ranges) == MAX_LOOKED_INTO
    assert (
        "of 1,500 clips (a plan asks about 1,000 at most); opened 20 of 1,500 clips: all play"
        in change.purchase.looked_at
    )


def test_clips_of_a_listing_are_asked_about_only_if_they_are_looked_into_or_archived() -> None:
    there = {f"s3://clips/a/{number:03}.mp4": A_CLIP for number in range(100)}
    listed = tuple(StoredObject(f"s3://clips/a/{number:03}.mp4", 9_000, storage_class="GLACIER") for number in range(3))
    objects = CountingObjects(there, listed)

    [change] = make_plan(gathered(objects, {"prefix": "s3://clips/a/"})).changes

    assert isinstance(change, Refused)
    assert "3 of its 100 clips are archived (GLACIER)" in change.reasons[0].message
    assert MAX_LOOKED_INTO <= len(objects.heads) <= MAX_LOOKED_INTO + 3


def test_the_same_clips_are_looked_at_again_and_most_of_them_if_others_arrive() -> None:
    uris = [f"s3://clips/{number}.mp4" for number in range(1_000)]
    mixed = random.Random(7).sample(uris, len(uris))

    assert sample_of(uris, 20) == sample_of(mixed, 20)
    assert len(set(sample_of(uris, 20)) & set(sample_of([*uris, *(f"{uri}.webm" for uri in uris[:50])], 20))) >= 15


@given(st.dictionaries(st.integers(0, 50), st.integers(0, 200), max_size=20), st.integers(0, 500))
def test_shares_are_never_more_than_wanted_or_there_and_leave_nothing_over(wanted: dict[int, int], most: int) -> None:
    shares = fair_shares(wanted, most)

    assert all(0 <= shares[key] <= wanted[key] for key in wanted)
    assert sum(shares.values()) == min(most, sum(wanted.values()))


def test_the_average_of_the_sample_is_the_time_that_a_worker_takes() -> None:
    assert gathered(CountingObjects({}), named(3)).seconds_per_clip == {"job-0": Decimal("12.0")}


# --- few bytes ------------------------------------------------------------------------------------------------------------


def read_layout(content: bytes, size: int | None = None) -> tuple[Layout, PartialFile, int]:
    """Ask for parts until the layout is known; a file can be longer than its content, with zeros behind it."""
    file = PartialFile(size=size or len(content))
    for number in range(MAX_REQUESTS + 1):
        layout = layout_of(file)
        if layout.needs is None:
            return layout, file, number
        start, length = layout.needs
        assert 0 <= start < file.size
        assert 0 < length <= max(FIRST_BYTES, MAX_INDEX)
        part = content[start : start + length]
        file = PartialFile(size=file.size, parts=(*file.parts, Part(start=start, content=part.ljust(length, b"\0"))))
    return layout, file, MAX_REQUESTS + 1


def a_long_clip(size: int, *, index_first: bool) -> tuple[bytes, bytes]:
    """Return what is before and after the zeros in the middle of a clip of many bytes."""
    boxes = dict(boxes_of(a_clip(flags="faststart" if index_first else "")))
    pictures = b"\0\0\0\1mdat" + size.to_bytes(8) + boxes[b"mdat"][8:]
    front = boxes[b"ftyp"] + (boxes[b"moov"] if index_first else b"") + pictures
    return front, b"" if index_first else boxes[b"moov"]


@pytest.mark.parametrize("stated", [-5_000.0, -1e12, float("nan"), float("-inf"), 1e300])
def test_a_duration_that_cannot_be_one_is_not_known(stated: float) -> None:
    clip = a_clip("vp8", "webm")
    at = clip.index(b"\x44\x89\x88") + 3  # the duration, in milliseconds
    content = clip[:at] + struct.pack(">d", stated) + clip[at + 8 :]
    file = PartialFile(size=len(content), parts=(Part(start=0, content=content),))

    [found] = ClipReader(os.environ).read_streams([(Container.WEBM, file)])

    assert isinstance(found, Streams)
    assert found.seconds is None


@pytest.mark.parametrize("index_first", [True, False])
def test_of_a_clip_of_five_gigabytes_some_kilobytes_are_read(index_first: bool) -> None:
    size = 5_000_000_000
    front, back = a_long_clip(size, index_first=index_first)
    start_of_pictures = front.find(b"mdat") - 4
    total = start_of_pictures + size + len(back)
    asked: list[tuple[int, int]] = []
    file = PartialFile(size=total)
    while needs := (layout := layout_of(file)).needs:
        asked.append(needs)
        start, length = needs
        part = (
            front[start : start + length].ljust(length, b"\0") if start < len(front) else back[start - total :][:length]
        )
        file = PartialFile(size=total, parts=(*file.parts, Part(start=start, content=part)))
        assert len(asked) <= MAX_REQUESTS

    [found] = ClipReader(os.environ).read_streams([(Container.MP4, file)])

    assert (layout.fault, layout.index_is_last, layout.is_cut_off) == ("", not index_first, False)
    assert len(asked) <= 2
    assert sum(length for _, length in asked) < 400_000
    assert isinstance(found, Streams)
    assert (found.codec, found.width, found.seconds) == ("h264", 64, Decimal("1.0"))


# --- files that were made to do harm --------------------------------------------------------------------------------------

GOOD = (a_clip(), a_clip(flags="faststart"), a_clip("libvpx", "webm"), a_clip(flags="frag_keyframe+empty_moov"))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A clip with other bytes here and there, or a part of it, or two of them."""
    clip = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(clip) - 1))
        some = draw(
            st.sampled_from([b"\0", b"\xff", b"\xff\xff\xff\xff", b"\0\0\0\1", b"\x7f\xff\xff\xff", b"moov", b"mdat"])
        )
        clip[at : at + len(some)] = some
    start = draw(st.sampled_from([0, 0, 0, 4, 8]))
    return bytes(clip[start : draw(st.integers(start, len(clip)))])


@given(damaged() | st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: b"\0\0\0\x10ftyp" + tail))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_the_layout_fail_or_ask_without_end(content: bytes) -> None:
    if content:
        read_layout(content)


def test_damaged_files_never_end_the_plan_or_take_long() -> None:
    chance = random.Random(11)
    files: list[tuple[Container, PartialFile]] = []
    while len(files) < 120:
        clip = bytearray(chance.choice(GOOD))
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(clip) - 4)
            clip[at : at + 4] = chance.choice([b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), chance.randbytes(4)])
        layout, file, _ = read_layout(bytes(clip))
        if layout.container and not layout.fault:
            files.append((layout.container, file))
    start = time.monotonic()

    found = ClipReader(os.environ).read_streams(files)

    assert len(found) == len(files)
    assert time.monotonic() - start < 120  # twelve batches of at most ten seconds


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "import os; os.abort()", "print('{', end='')"])
def test_a_file_at_which_the_reader_ends_is_a_warning_and_the_rest_is_not_tried_without_end(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(program)
    monkeypatch.setattr(clip_reader, "_CHILD", child)
    file = PartialFile(size=len(A_CLIP), parts=(Part(start=0, content=A_CLIP),))

    found = ClipReader(os.environ, seconds=0.5).read_streams([(Container.MP4, file)] * 30)

    assert len(found) == 30
    assert all(isinstance(each, NotRead) for each in found)


def test_the_reader_gets_no_credentials() -> None:
    reader = ClipReader({"AWS_SECRET_ACCESS_KEY": "secret", "PATH": os.environ["PATH"]})

    assert reader._settings == {"PATH": os.environ["PATH"]}


def test_a_clip_that_cannot_be_looked_into_is_a_warning() -> None:
    objects, reader = FakeObjects(), FakeClipReader(NotRead(why="PyAV cannot be used on this machine"))
    account = an_account(FakeJobs(), objects, clips=reader)

    [change] = make_plan(gather([a_declaration()], a_policy(), account)).changes

    assert isinstance(change, Create)
    assert "2 of its 2 clips could not be looked into: PyAV cannot be used on this machine" in change.reasons[0].message
    assert (
        change.purchase.looked_at
        == "opened all 2 clips: 2 could not be looked into; not known: what is inside the clips"
    )
