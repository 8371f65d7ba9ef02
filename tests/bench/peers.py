"""Short programs that groundctl is measured against.

parse FOLDER            yaml.load(file, CSafeLoader) for every file, and nothing else
complain FOLDER         the same, and one jsonschema validator kept for all files; prints every error
list                    boto3's own paginator over ListLabelingJobs, pages of 100
describe COUNT          the same, then DescribeLabelingJob for COUNT jobs on 32 threads; prints its CPU seconds as JSON
manifest COUNT          json.dumps for every line of an input manifest; prints CPU seconds and the digest as JSON
listing BUCKET          boto3's own paginator over ListObjectsV2; prints CPU seconds and the number of keys as JSON
check FILE              json.loads for every line of an input manifest; prints CPU seconds and the wrong lines as JSON
report FILE             duckdb over an output manifest; prints CPU seconds and the count of each label as JSON
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
    with ThreadPoolExecutor(32) as executor:
        described = list(executor.map(lambda name: client.describe_labeling_job(LabelingJobName=name), names))
    describing = time.process_time() - before
    print(json.dumps({"described": len(described), "before": before, "describing": describing}))


def manifest(count: int) -> None:
    """Write lines with json.dumps."""
    import hashlib

    uris = [f"s3://bench-clips/field-lab/{number:09d}.mp4" for number in range(count)]
    begun = time.process_time()
    lines = "".join(json.dumps({"source-ref": uri}, separators=(",", ":")) + "\n" for uri in uris).encode()
    _print_answer(begun, hashlib.sha256(lines).hexdigest())


def listing(bucket: str) -> None:
    """List as boto3's documentation shows it."""
    import boto3

    client = boto3.client("s3", region_name="us-east-1")
    begun = time.process_time()
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="")
    keys = [f"s3://{bucket}/{entry['Key']}" for page in pages for entry in page.get("Contents", ())]
    _print_answer(begun, len(keys))


def check(file: str) -> None:
    """Find the wrong lines with json.loads and the same questions that groundctl asks."""
    import re

    content = Path(file).read_bytes()
    s3_object = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+")
    begun = time.process_time()
    wrong, seen = [], set()
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            uri = json.loads(line)["source-ref"]
        except (ValueError, KeyError):
            wrong.append(number)
            continue
        if not s3_object.fullmatch(uri) or not uri.endswith((".mp4", ".webm", ".ogg")):
            wrong.append(number)
            continue
        seen.add(uri)
    _print_answer(begun, wrong)


def report(file: str) -> None:
    """Count, average and bin with duckdb, which knows the columns."""
    import duckdb  # type: ignore[import-not-found] # installed for this program alone, in .bench/

    begun = time.process_time()
    rows = duckdb.execute(
        """SELECT m."class-name", count(*), avg(m.confidence), histogram(floor(m.confidence * 10))
        FROM (SELECT "main-action-metadata" AS m FROM read_json(?, format='newline_delimited', columns={
        'main-action': 'INTEGER', 'main-action-metadata': 'STRUCT("class-name" VARCHAR, confidence DOUBLE)'})) GROUP BY 1""",
        [file],
    ).fetchall()
    _print_answer(begun, {name: number for name, number, *_ in rows})


def _print_answer(begun: float, answer: Any) -> None:
    print(json.dumps({"cpu": time.process_time() - begun, "answer": answer}))


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
        case ["manifest", count]:
            manifest(int(count))
        case ["listing", bucket]:
            listing(bucket)
        case ["check", file]:
            check(file)
        case ["report", file]:
            report(file)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
