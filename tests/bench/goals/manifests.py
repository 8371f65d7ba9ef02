"""Goals 11 to 14: input manifests, listings of S3, and output manifests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.measure import Command, Run
from bench.results_file import write_results
from bench.row import Row, Rows, not_built
from bench.stub_aws import Stub
from bench.workspace import PEERS, Workspace, expect_equal


def goal_11(work: Workspace) -> Rows:
    """Build an input manifest."""
    number = str(work.sizes.uris)
    commands = {"ours": work.ours("manifest", number), "dumps": work.peer("manifest", number, cwd=work.scratch)}
    what = f"build a manifest of {work.sizes.uris:,} clips, byte-identical, to a json.dumps loop, CPU"
    yield Row(goal=11, what=what, bar=0.13, moonshot=0.10, measured=_cpu_ratio(work, what, commands))


def goal_12(work: Workspace) -> Rows:
    """List a bucket."""
    account = work.scratch / "listed.json"
    account.write_text(json.dumps({"jobs": [], "objects": {}, "listed": work.sizes.listed}))
    with Stub(account) as stub:
        commands = {
            "ours": work.ours("listing", "bench-clips", settings=stub.settings),
            "boto3": work.peer("listing", "bench-clips", cwd=work.scratch, settings=stub.settings),
        }
        what = f"list {work.sizes.listed:,} keys of S3, to boto3's own paginator, CPU"
        yield Row(goal=12, what=what, bar=0.2, measured=_cpu_ratio(work, what, commands))


def goal_13(work: Workspace) -> Rows:
    """Check and freeze the largest input manifest, with some wrong lines in it."""
    lines = work.sizes.manifest_lines
    large = _manifest(work.scratch / f"input-{lines}.manifest", lines)
    small = _manifest(work.scratch / f"input-{lines // 10}.manifest", lines // 10)
    commands = {"ours": work.ours("freeze", large), "loads": work.peer("check", large, cwd=work.scratch)}
    what = f"freeze a manifest of {lines:,} lines, to a json.loads loop that finds the same faults, CPU"
    yield Row(goal=13, what=what, bar=1.0, moonshot=0.5, measured=_cpu_ratio(work, what, commands))
    grown = _growth(work, work.ours("freeze", small), work.ours("freeze", large))
    what = f"memory of a manifest of {lines:,} lines above one of {lines // 10:,}, MiB"
    yield Row(goal=13, what=what, bar=24, measured=grown, form="{:.1f}")
    yield not_built(13, "lines read after line 100,001 (the whole manifest is read)")


def goal_14(work: Workspace) -> Rows:
    """Sum up an output manifest."""
    few = write_results(work.scratch / "output-10.manifest", 10)
    for lines in work.sizes.results:
        file = write_results(work.scratch / f"output-{lines}.manifest", lines)
        what = f"sum up {lines:,} lines of results, to duckdb, CPU"
        program = work.rivals["duckdb"].program
        if program is None:
            yield Row(goal=14, what=what, bar=2, note=work.missing("duckdb"))
        else:
            duckdb = Command(argv=[program, PEERS, "report", file], cwd=work.scratch)
            measured = _cpu_ratio(work, what, {"ours": work.ours("report", file), "duckdb": duckdb})
            yield Row(goal=14, what=what, bar=2, measured=measured)
        grown = _growth(work, work.ours("report", few), work.ours("report", file))
        what = f"memory for {lines:,} lines of results above that for 10, MiB"
        yield Row(goal=14, what=what, bar=16, measured=grown, form="{:.1f}")


def _cpu_ratio(work: Workspace, title: str, commands: dict[str, Command]) -> float:
    """Compare what two programs say they took, once their answers are equal."""
    ours, theirs = work.in_turn(title, commands).values()
    expect_equal(title, *(_answer(one) for one in (*ours, *theirs)))
    return median(_cpu(one) / _cpu(other) for one, other in zip(ours, theirs, strict=True))


def _growth(work: Workspace, small: Command, large: Command) -> float:
    runs = work.in_turn("memory", {"small": small, "large": large}, rounds=1, warm_up=False)
    peaks: Sequence[int] = [json.loads(one.out)["peak_kib"] for [one] in runs.values()]
    return max(0.0, (peaks[1] - peaks[0]) / 1024)


def _answer(one: Run) -> object:
    answer: object = json.loads(one.out)["answer"]
    return answer


def _cpu(one: Run) -> float:
    return max(float(json.loads(one.out)["cpu"]), 1e-6)


def _manifest(file: Path, lines: int) -> Path:
    if not file.exists():
        good = (
            f'{{"source-ref":"s3://bench-clips/field-lab/{number:09d}.mp4","camera":{number % 9}}}'
            for number in range(lines)
        )
        written = list(good)
        # Fewer than ten: groundctl shows ten faults, and counts the rest.
        for number in (lines // 3, lines // 2, lines - 1):
            written[number] = written[number].replace("s3://", "https://")
        file.write_text("\n".join(written) + "\n", encoding="utf-8")
    return file
