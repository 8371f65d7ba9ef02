"""Goal 15: deciding by the purchase ledger which clips were asked before."""

from __future__ import annotations

from bench.ledger import BAR, MOONSHOT, WHAT, WHAT_ALONE, measure_overlap
from bench.row import Row, Rows
from bench.workspace import Workspace


def goal_15(work: Workspace) -> Rows:
    """Compare the clips of a new job with those of many earlier jobs of the same question."""
    jobs, clips, new = work.sizes.some, work.sizes.uris, work.sizes.listed
    found = measure_overlap(jobs=jobs, clips=clips, new=new, rounds=min(work.rounds, 5))
    what = f"S3 calls to read a ledger of {jobs:,} jobs: 2, one a pack, one an entry after the packs"
    yield Row(goal=15, what=what, bar=found.most_calls, measured=found.calls, exact=True, form="{:.0f}")
    named = WHAT.format(new=new, clips=clips, jobs=jobs)
    yield Row(goal=15, what=named, bar=BAR, moonshot=MOONSHOT, measured=found.ratio)
    yield Row(goal=15, what=WHAT_ALONE, bar=BAR, moonshot=MOONSHOT, measured=found.ratio_alone)
    yield Row(
        goal=15,
        what="hashing the new clips, to that intersection",
        bar=None,
        measured=found.hashing_ratio,
        note="once a plan",
    )
    what = "memory of a decision beside the new clips, MiB"
    yield Row(goal=15, what=what, bar=None, measured=found.peak_mib, form="{:.1f}", note="8 bytes a clip, three times")
