"""A job on the sample clips, labeled by the simulator's workers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import boto3

from groundctl.adapters.aws.ledger import S3Ledger
from groundctl.adapters.aws.places import AwsPlaces
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.composition import Aws
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Result
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, a_declaration, an_infrastructure
from support.buying import buy

SAMPLES = Path(__file__).parents[2] / "scripts" / "samples"
CLIPS = SAMPLES / "clips"
TRUTH: Mapping[str, str] = json.loads((SAMPLES / "truth.json").read_text())
LABELS = ("winner", "forced error", "unforced error", "cannot tell")
JOB = "rally-outcome-2026-11"


def label_the_rallies(
    simulator: Simulator, *, workers: int = 3, declined: tuple[str, ...] = (), until: float | None = None
) -> Aws:
    """Create a job on the sample rallies and let its workers answer; until ends the simulated time early."""
    rallies = [clip for clip in TRUTH if clip.startswith("rallies/")]
    prerequisites.build(an_infrastructure(), clips=())
    for clip in rallies:
        boto3.client("s3", region_name=REGION).put_object(
            Bucket="clips", Key=clip, Body=(CLIPS / clip).read_bytes(), ContentType="video/mp4"
        )
    simulator.set_correct_labels({f"s3://clips/{clip}": None if clip in declined else TRUTH[clip] for clip in rallies})
    session = AwsSession(REGION)
    aws = Aws(
        jobs=SageMakerJobs(session),
        objects=S3Objects(session),
        ledger=S3Ledger(session, "artifacts"),
        places=AwsPlaces(session),
        check_account=lambda: None,
        now=session.now,
    )
    outcome = buy(_declaration(rallies, workers), jobs=aws.jobs, objects=aws.objects)
    assert outcome.result is Result.CREATED, outcome
    simulator.advance_until_idle() if until is None else simulator.advance(until)
    return aws


def _declaration(rallies: list[str], workers: int) -> Declaration:
    return a_declaration(
        name=JOB,
        task={
            "title": "How did the rally end?",
            "description": "Watch the clip to its end and choose the one outcome you see.",
            "labels": list(LABELS),
            "instructions": {"short": "Watch **to the end**."},
        },
        input={
            "objects": [
                {"source-ref": f"s3://clips/{clip}", "court": index % 3 + 1} for index, clip in enumerate(rallies)
            ]
        },
        workforce={"team": "reviewers", "workers_per_object": workers, "task_time_limit": "10m"},
        output={"label_attribute": "rally-outcome"},
    )
