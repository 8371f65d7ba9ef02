"""Parts of groundctl as programs, to measure them without the rest. Each prints JSON: its CPU seconds, its answer, its peak memory.

manifest COUNT          build an input manifest
listing BUCKET          list the objects of a bucket
freeze FILE             check and freeze an input manifest
report FILE             sum up an output manifest
groundctl ARGUMENTS     a whole command; its peak memory alone
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any


def manifest(count: str) -> Callable[[], Any]:
    """Build an input manifest of clips under one prefix."""
    from groundctl.domain.clips.input_manifest import manifest_of_uris

    uris = [f"s3://bench-clips/field-lab/{number:09d}.mp4" for number in range(int(count))]
    return lambda: hashlib.sha256(manifest_of_uris(uris)).hexdigest()


def listing(bucket: str) -> Callable[[], Any]:
    """List the objects of a bucket."""
    from groundctl.adapters.aws.s3 import S3Objects
    from groundctl.adapters.aws.session import AwsSession

    session = AwsSession("us-east-1")
    session.s3()  # boto3's client is there too, before its time is taken
    objects = S3Objects(session)
    return lambda: sum(1 for _ in objects.list_objects(f"s3://{bucket}/"))


def freeze(file: str) -> Callable[[], Any]:
    """Check and freeze an input manifest; the answer is the numbers of the wrong lines."""
    import re

    from groundctl.domain.clips import input_manifest
    from groundctl.domain.declarations.spec import Label

    content = Path(file).read_bytes()
    labels = [Label(name="yes"), Label(name="no")]

    def work() -> list[int]:
        frozen = input_manifest.freeze(content, labels, "main-action")
        faults = () if isinstance(frozen, input_manifest.FrozenInput) else frozen
        return sorted(int(found) for fault in faults for found in re.findall(r"line (\d+)", fault.message))

    return work


def report(file: str) -> Callable[[], Any]:
    """Sum up an output manifest; the answer is the count of each label."""
    from bench.results_file import the_job
    from groundctl.domain.results.results import read_results

    def work() -> dict[str, int]:
        with Path(file).open("rb") as lines:
            return {each.label: each.count for each in read_results(lines, the_job()).counts}

    return work


def groundctl(*arguments: str) -> Callable[[], Any]:
    """Run a whole command."""
    from groundctl.cli.main import main

    def work() -> None:
        try:
            with redirect_stdout(io.StringIO()):
                main(list(arguments))
        except SystemExit:
            pass

    return work


def peak_kib() -> int:
    """Return the most memory this process had; ru_maxrss would count that of its parent."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])


def main() -> None:
    """Run one of them."""
    name, *arguments = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).parents[1]))
    work = {"manifest": manifest, "listing": listing, "freeze": freeze, "report": report, "groundctl": groundctl}[name](
        *arguments
    )
    begun = time.process_time()
    answer = work()
    print(json.dumps({"cpu": time.process_time() - begun, "answer": answer, "peak_kib": peak_kib()}))


if __name__ == "__main__":
    main()
