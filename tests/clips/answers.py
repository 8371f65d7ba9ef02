"""Answers of S3 that the simulator does not give, as data: each with what a plan must say of the clip before money is spent."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.domain.clips.inspection.object_facts import Absence, HeadAnswer, ObjectFacts, Unavailable

ODD = "s3://clips/rallies/odd-"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What S3 says of some clips, and what the plan of their job says of them; refused if nothing may be created."""

    name: str
    answer: HeadAnswer
    says: tuple[str, ...]
    refused: bool
    clips: int = 1


def sized(size: int) -> ObjectFacts:
    return ObjectFacts(uri=ODD, size=size, modified="2026-11-02T09:00:00Z", storage_class="STANDARD", content_type="")


ANSWERS = (
    Answered(
        name="a key of its owner",
        answer=Unavailable(why=Absence.CUSTOMER_KEY),
        says=("GT714", "is encrypted with a key that S3 does not keep (SSE-C)"),
        refused=True,
    ),
    Answered(
        name="a bucket of another Region",
        answer=Unavailable(why=Absence.OTHER_REGION),
        says=("GT711", "is in a bucket of another Region"),
        refused=True,
    ),
    # Those that are looked into are cut off; of the others, only the size is known. One of the twenty is the good one.
    Answered(
        name="499 bytes",
        answer=sized(499),
        says=("GT710", "11 of its 31 clips are smaller than any video", "19 of its 31 clips are cut off"),
        refused=True,
        clips=30,
    ),
    Answered(name="more than 2 GB", answer=sized(2_000_000_001), says=("GT710", "is larger than 2 GB"), refused=False),
)
