"""Goal 15: which of a job's clips earlier jobs have asked, read from S3 through the ledger.

1,000 earlier jobs of the same question with 1,000,000 clips, in 4,000 entries, and 100,000 new clips: as many as a job
can have. Ours reads the ledger and decides. S3 is a dictionary in this process, so that only our own work is measured.
The comparison has nothing to read and nothing to check: it has the names of each job's clips in memory, makes a set of
them, and intersects. The intersection alone is also compared with that of sets that are there already.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime
from io import BytesIO
from statistics import median
from typing import Any, cast

from groundctl.adapters.aws.ledger import ENTRIES, PACKS, S3Ledger, entry_key
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.jobs.ledger.decisions import Overlap, decide_purchase
from groundctl.domain.jobs.ledger.entries import LedgerLog, parse_entry
from groundctl.domain.jobs.ledger.packs import due_packs, write_pack
from groundctl.domain.jobs.ledger.purchases import Purchases
from support.ledger import (
    NOW,
    Indexed,
    a_purchase,
    a_want,
    an_attempt,
    an_entry,
    created,
    ended,
    opened,
)

WHAT = "overlap of {new:,} clips with {clips:,} of {jobs:,} earlier jobs, read and decided, to sets made of names in memory"
WHAT_ALONE = "the intersection alone, to that of sets that are there already"
BAR, MOONSHOT = 1.5, 0.5
BUCKET = "acme-ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one decision takes. Calls are to S3; most_calls is 2 and one for each pack and each entry after the packs.

    ratio is the whole by sets made of names; ratio_alone is the intersection by that of sets that are there already;
    hashing_ratio is hashing the new clips, once in a plan, by the latter.
    """

    calls: int
    most_calls: int
    ratio: float
    ratio_alone: float
    hashing_ratio: float
    peak_mib: float


@dataclass
class CountedS3:
    """S3 in a dictionary, as far as the ledger uses boto3's client; counts the calls."""

    objects: dict[str, bytes]
    calls: Counter[str] = field(default_factory=Counter)
    region: str = "us-east-1"

    def s3(self) -> CountedS3:
        """Be the client of a session."""
        return self

    def get_paginator(self, _: str) -> CountedS3:
        """Be the paginator of a listing."""
        return self

    def paginate(self, *, Prefix: str, StartAfter: str = "", Bucket: str = "", **_: str) -> Iterator[Mapping[str, Any]]:  # noqa: N803 - AWS's
        """Give one page."""
        self.calls["list"] += 1
        keys = [key for key in sorted(self.objects) if key.startswith(Prefix) and key > StartAfter]
        yield {
            "Name": Bucket,
            "IsTruncated": False,
            "KeyCount": len(keys),
            "Contents": [{"Key": key, "Size": len(self.objects[key])} for key in keys],
            "ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(NOW, usegmt=True)}},
        }

    def get_object(self, *, Key: str, **_: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's
        """Give an object."""
        self.calls["get"] += 1
        return {"Body": BytesIO(self.objects[Key]), "ContentLength": len(self.objects[Key]), "ETag": '"0"'}


def clip_names(first: int, count: int) -> list[str]:
    """Name clips as cameras do."""
    return [f"s3://acme-clips/camera-{n % 37}/2026/11/23/clip-{n:09}.mp4" for n in range(first, first + count)]


def earlier_jobs(jobs: int, clips: int) -> Iterator[tuple[Indexed, list[str]]]:
    """Make the purchases of some jobs that share some clips evenly."""
    size = clips // max(jobs, 1)
    for number in range(jobs):
        names = clip_names(number * size, size)
        yield a_purchase(f"job-{number}", HashedClips.of(names)), names


def a_full_ledger(jobs: int, clips: int) -> tuple[CountedS3, list[list[str]]]:
    """Write a ledger with its packs, and keep the clips of each job beside it."""
    entries: list[Indexed] = [opened()]
    names: list[list[str]] = []
    for purchase, asked in earlier_jobs(jobs, clips):
        number = len(entries) + 1
        entries += [purchase, an_attempt(number), created(number), ended(number)]
        names.append(asked)
    contents: dict[int, bytes] = {}
    log, parsed = LedgerLog(), []
    for number, records in enumerate(entries, start=1):
        contents[number] = an_entry(log, records)
        parsed.append(parse_entry(number, contents[number]))
        log = LedgerLog(entries=(parsed[-1],), end=number)  # the end is all that the next entry needs
    log = LedgerLog(entries=tuple(parsed), end=len(parsed))
    packs = {f"{PACKS}{pack:08d}": write_pack(pack, log) or b"" for pack in due_packs(log)}
    return CountedS3({entry_key(number): content for number, content in contents.items()} | packs), names


def decide(store: CountedS3, new: HashedClips) -> int:
    """Read the ledger and decide about a job; return the clips that are held."""
    log = S3Ledger(cast(AwsSession, store), BUCKET).read()
    found = decide_purchase(a_want("new", new), Purchases.of(log))
    return found.clips if isinstance(found, Overlap) else 0


def measure_overlap(*, jobs: int = 1_000, clips: int = 1_000_000, new: int = 100_000, rounds: int = 5) -> Measured:
    """Measure goal 15. Of the new clips one in fifty was asked before."""
    store, earlier = a_full_ledger(jobs, clips)
    asked = [*clip_names(0, new // 50), *clip_names(clips, new - new // 50)]
    hashed, wanted = HashedClips.of(asked), frozenset(asked)
    sets = [frozenset(names) for names in earlier]
    ledger = Purchases.of(S3Ledger(cast(AwsSession, store), BUCKET).read())
    store.calls.clear()
    works: dict[str, Callable[[], int]] = {
        "whole": lambda: decide(store, hashed),
        "made": lambda: len(frozenset().union(*(wanted & frozenset(names) for names in earlier))),
        "alone": lambda: sum(len(held) for _, held in ledger.holders(hashed)),
        "there": lambda: sum(len(wanted & each) for each in sets),
        "hashing": lambda: len(HashedClips.of(asked)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    gc.freeze()  # the garbage collector would walk the million names of the comparison during our work
    for _ in range(rounds):
        found = {name: _timed(work, seconds[name]) for name, work in works.items()}
        assert found["whole"] == found["made"] == found["alone"] == found["there"] == new // 50
    gc.unfreeze()
    calls = sum(store.calls.values()) // rounds
    entries = sum(key.startswith(ENTRIES) for key in store.objects)
    packs = len(store.objects) - entries
    return Measured(
        calls=calls,
        most_calls=2 + packs + (entries + 1) % 100,
        ratio=_ratio(seconds["whole"], seconds["made"]),
        ratio_alone=_ratio(seconds["alone"], seconds["there"]),
        hashing_ratio=_ratio(seconds["hashing"], seconds["there"]),
        peak_mib=_peak(store, hashed),
    )


def _timed(work: Callable[[], int], seconds: list[float]) -> int:
    begun = time.process_time()
    answer = work()
    seconds.append(time.process_time() - begun)
    return answer


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def _peak(store: CountedS3, hashed: HashedClips) -> float:
    """Give the most memory that one decision takes, beside S3 and the new clips."""
    tracemalloc.start()
    decide(store, hashed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20
