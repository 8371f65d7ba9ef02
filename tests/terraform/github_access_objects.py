"""The clips and answers that roles must not read."""

from __future__ import annotations

from support.aws.iam_policies import Request, Role, Verdict
from terraform.github_access import ARTIFACTS, INPUTS, OUTPUTS, s3

CLIPS_AND_ANSWERS = s3(
    f"{INPUTS}/rallies/one.mp4", "acme-clips/two.MOV", "acme-clips/manifests/three.mp4", "acme-clips/one.manifest/four.mp4",
    f"{OUTPUTS}/rally/annotations/worker-response/iteration-1/0/2026-11-01_00:00:00.json", f"{OUTPUTS}/one.mp4",
    f"{OUTPUTS}/rally/annotations/consolidated-annotation/consolidation-response/iteration-1/2026.json", f"{ARTIFACTS}/one.mp4",
    "another-owners/clip.mp4", "acme-terraform-state/other.tfstate",
)  # fmt: skip
READS_OF_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTorrent", "s3:GetObjectAttributes")


# These run the default branch's code only, and look at clips before they are bought.
LOOKING = ("record", "apply")


def hidden_from(kind: str) -> list[str]:
    """List the objects that a role must not read: workers' answers and what lies elsewhere, and of most roles the clips."""
    return [each for each in CLIPS_AND_ANSWERS if not (kind in LOOKING and each.endswith(".mp4"))]


def readable_clips(role: Role, kind: str) -> list[str]:
    """List the hidden objects that a role is not denied. A missing Allow is not enough: a bucket's own policy could grant it."""
    return [
        clip
        for clip in hidden_from(kind)
        if any(
            role.boundary.weigh(Request(action=action, resource=clip)) is not Verdict.DENIED
            for action in READS_OF_OBJECTS
        )
    ]
