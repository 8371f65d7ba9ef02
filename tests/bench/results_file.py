"""Writes output manifests as Ground Truth does, and describes the job they belong to.

python tests/bench/results_file.py FILE --lines 1000000
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from groundctl.domain.results.labeled_job import LabeledJob
from support.builders import an_observed_job

ATTRIBUTE = "main-action"
LABELS = ("walking", "running", "jumping", "climbing", "cannot tell")
LINE = (
    '{{"source-ref":"s3://bench-clips/field-lab/{number:09d}.mp4","main-action":{label},"main-action-metadata":'
    '{{"class-name":"{name}","job-name":"labeling-job/rally-outcome","confidence":{confidence},'
    '"type":"groundtruth/video-classification","human-annotated":"yes","creation-date":"2026-11-02T09:{minute:02d}:00.123456"}}}}\n'
)
BATCH = 10_000


def the_job() -> LabeledJob:
    """Return the job of the manifest."""
    return LabeledJob(
        job=an_observed_job(),
        label_attribute=ATTRIBUTE,
        workers_per_object=3,
        question="What is the main action?",
        folder="s3://bench-labels/rally-outcome",
        output_manifest="s3://bench-labels/rally-outcome/manifests/output/output.manifest",
        labels=LABELS,
    )


def write_results(file: Path, lines: int, *, seed: int = 1) -> Path:
    """Write an output manifest, unless it exists with that name."""
    if file.exists():
        return file
    chance = random.Random(seed)
    kinds = [(chance.randrange(len(LABELS)), round(chance.uniform(0.3, 1), 2)) for _ in range(5_000)]
    partial = file.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as out:
        for start in range(0, lines, BATCH):
            out.writelines(
                _line(number, *kinds[number % len(kinds)]) for number in range(start, min(start + BATCH, lines))
            )
    partial.rename(file)
    return file


def _line(number: int, label: int, confidence: float) -> str:
    return LINE.format(number=number, label=label, name=LABELS[label], confidence=confidence, minute=number % 60)


def main() -> None:
    """Write a manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lines", type=int, default=1_000_000)
    options = parser.parse_args()
    write_results(options.file, options.lines)


if __name__ == "__main__":
    main()
