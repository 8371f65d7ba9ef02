"""Looks at the clips of jobs that could be created: asks S3 about them, and reads the first bytes of a sample.

Each object is asked about once and looked into once, even if several jobs have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from groundctl.app.concurrency import map_threads
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.clips.inspection.containers import MAX_REQUESTS, Layout, Part, PartialFile, layout_of
from groundctl.domain.clips.inspection.faults import (
    MAX_ASKED,
    MAX_LOOKED_INTO,
    MAX_LOOKED_INTO_IN_A_PLAN,
    ClipsSeen,
    can_be_read,
    durations_of,
    fair_shares,
    sample_of,
)
from groundctl.domain.clips.inspection.object_facts import ARCHIVED_CLASSES, HeadAnswer, ObjectFacts
from groundctl.domain.clips.inspection.video_facts import Content, NotAVideo, NotRead, Streams, VideoFacts
from groundctl.domain.clips.selection import Chosen
from groundctl.domain.planning.inputs import ClipsFound, PlanInputs
from groundctl.errors import RefusedByAws
from groundctl.ports import ClipReader, ObjectStore


def look_at_clips(inputs: PlanInputs, objects: ObjectStore, reader: ClipReader) -> PlanInputs:
    """Look at the clips in inputs.frozen, and measure how long they are."""
    jobs = {key: clips for key, clips in inputs.frozen.items() if isinstance(clips, FrozenInput) and clips.asked}
    into = _samples(jobs)
    heads = ask_about((*_to_ask(jobs, inputs), *into), objects)
    sizes = {uri: head.size for uri in into if can_be_read(head := heads[uri]) and isinstance(head, ObjectFacts)}
    seen = ClipsSeen(heads=heads, contents=_contents(sizes, objects, reader))
    measured = {key: durations_of(clips.asked, seen) for key, clips in jobs.items()}
    seconds = {key: durations.average for key, durations in measured.items() if durations}
    return replace(inputs, clips_seen=seen, seconds_per_clip=seconds)


def ask_about(uris: Iterable[str], objects: ObjectStore) -> dict[str, HeadAnswer]:
    """Ask S3 about each of some objects."""
    asked = tuple(dict.fromkeys(uris))
    return dict(zip(asked, map_threads(objects.head, asked), strict=True))


def _samples(jobs: Mapping[JobKey, FrozenInput]) -> dict[str, None]:
    """Choose the clips to look into."""
    wanted = {key: min(MAX_LOOKED_INTO, len(clips.asked)) for key, clips in jobs.items()}
    shares = fair_shares(wanted, MAX_LOOKED_INTO_IN_A_PLAN)
    return dict.fromkeys(uri for key, clips in jobs.items() for uri in sample_of(clips.asked, shares[key]))


def _to_ask(jobs: Mapping[JobKey, FrozenInput], inputs: PlanInputs) -> Iterator[str]:
    """Choose the clips to ask about: those that no listing shows now, and the archived ones, which may be restored."""
    candidates = {key: _unlisted(clips, inputs.clips_now.get(key)) for key, clips in jobs.items()}
    shares = fair_shares({key: len(uris) for key, uris in candidates.items()}, MAX_ASKED)
    for key, uris in candidates.items():
        yield from sample_of(uris, shares[key])


def _unlisted(clips: FrozenInput, now: ClipsFound | None) -> tuple[str, ...]:
    if not isinstance(now, Chosen) or not now.listed:
        return clips.asked
    good = {each.uri for each in now.listed if each.storage_class not in ARCHIVED_CLASSES}
    return tuple(uri for uri in clips.asked if uri not in good)


def _contents(sizes: Mapping[str, int], objects: ObjectStore, reader: ClipReader) -> dict[str, Content]:
    """Look into clips, by URI and size."""
    read = dict(zip(sizes, map_threads(partial(_read_parts, objects=objects), tuple(sizes.items())), strict=True))
    whole = {uri: (layout, file) for uri, each in read.items() if isinstance(each, tuple) for layout, file in [each]}
    questions = [(layout.container, file) for layout, file in whole.values() if layout.container]
    streams = dict(zip(whole, reader.read_streams(questions), strict=True))
    return {uri: _content(each[0], streams[uri]) if isinstance(each, tuple) else each for uri, each in read.items()}


def _read_parts(clip: tuple[str, int], *, objects: ObjectStore) -> tuple[Layout, PartialFile] | NotAVideo | NotRead:
    """Read the parts of a clip that show what is inside."""
    uri, size = clip
    file = PartialFile(size=size)
    for _ in range(MAX_REQUESTS):
        layout = layout_of(file)
        if layout.needs is None:
            return NotAVideo(why=layout.fault) if layout.fault else (layout, file)
        start, length = layout.needs
        try:
            content = objects.read_range(uri, start, length)
        except RefusedByAws as error:
            return NotRead(why=error.message)
        if not content:
            return NotRead(why="it changed while it was read")
        file = replace(file, parts=(*file.parts, Part(start=start, content=content)))
    return NotRead(why="its index is spread over too many places")


def _content(layout: Layout, streams: Streams | NotAVideo | NotRead) -> Content:
    if not isinstance(streams, Streams):
        return streams
    assert layout.container is not None  # noqa: S101 - only such files are read
    known = streams if layout.states_duration else replace(streams, seconds=None)
    return VideoFacts(
        container=layout.container,
        streams=known,
        index_is_last=layout.index_is_last,
        is_cut_off=layout.is_cut_off,
    )
