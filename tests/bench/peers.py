"""The programs we are measured against that are too short to have a name.

parse FOLDER            yaml.load(file, CSafeLoader) for every file, and nothing else
complain FOLDER         the same, and one jsonschema validator kept for all files; prints every error
list                    boto3's own paginator over ListLabelingJobs, pages of 100
describe COUNT          the same, then DescribeLabelingJob for COUNT jobs on 32 threads; prints its CPU seconds as JSON
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parents[2] / "schemas/labeling-job.schema.json"


def parse(folder: str) -> None:
    """Only parse."""
    import yaml

    count = 0
    for file in _files(folder):
        with file.open("rb") as stream:
            yaml.load(stream, yaml.CSafeLoader)
        count += 1
    print(count)


def complain(folder: str) -> None:
    """Parse, and print every error of the schema."""
    import yaml
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads(SCHEMA.read_bytes()))
    errors = bad = 0
    for file in _files(folder):
        with file.open("rb") as stream:
            data = yaml.load(stream, yaml.CSafeLoader)
        found = list(validator.iter_errors(data))
        for error in found:
            print(f"{file}: {error.json_path}: {error.message}")
        errors, bad = errors + len(found), bad + bool(found)
    print(json.dumps({"errors": errors, "bad": bad}))


def list_jobs() -> list[dict[str, Any]]:
    """List as boto3's documentation shows it, but with the page size that AWS takes."""
    pages = _client().get_paginator("list_labeling_jobs").paginate(PaginationConfig={"PageSize": 100})
    return [job for page in pages for job in page["LabelingJobSummaryList"]]


def describe(count: int) -> None:
    """Ask about each job by itself, with a connection for every thread."""
    from concurrent.futures import ThreadPoolExecutor

    names = [job["LabelingJobName"] for job in list_jobs()][:count]
    client = _client(max_pool_connections=32)
    before = time.process_time()
    with ThreadPoolExecutor(32) as crew:
        described = list(crew.map(lambda name: client.describe_labeling_job(LabelingJobName=name), names))
    describing = time.process_time() - before
    print(json.dumps({"described": len(described), "before": before, "describing": describing}))


def _client(**settings: Any) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client("sagemaker", region_name="us-east-1", config=Config(**settings))


def _files(folder: str) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names if name != "policy.yaml")


def main() -> None:
    """Run one of them."""
    match sys.argv[1:]:
        case ["parse", folder]:
            parse(folder)
        case ["complain", folder]:
            complain(folder)
        case ["list"]:
            print(len(list_jobs()))
        case ["describe", count]:
            describe(int(count))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
