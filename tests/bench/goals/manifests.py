"""Goals 11 to 14: input manifests, listings of S3, and output manifests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.measure import Command, Run
from bench.results_file import write_results
from bench.row import Row, Rows, count
from bench.stub_aws import KEYS_IN_A_PAGE, Stub
from bench.workspace import LATENCY_MS, PEERS, Workspace, expect_equal
from groundctl.domain.clips.input_manifest import MAX_LINES
from groundctl.domain.clips.selection import choose_from_manifest
from groundctl.domain.declarations.sources import TAKE_ALL


def goal_11(work: Workspace) -> Rows:
    """Build an input manifest."""
    number = str(work.sizes.uris)
    commands = {"ours": work.ours("manifest", number), "dumps": work.peer("manifest", number, cwd=work.scratch)}
    what = f"build a manifest of {work.sizes.uris:,} clips, byte-identical, to a json.dumps loop, CPU"
    yield Row(goal=11, what=what, bar=0.13, moonshot=0.10, measured=_cpu_ratio(work, what, commands))


def goal_12(work: Workspace) -> Rows:
    """List a bucket: once, because a million keys take boto3 a minute, and CPU seconds hardly differ between rounds."""
    many, few = work.sizes.listed, work.sizes.listed // 100
    with _listing(work, many) as large, _listing(work, few) as small:
        ours = work.ours("listing", "bench-clips", settings=large.settings)
        boto3 = work.peer("listing", "bench-clips", cwd=work.scratch, settings=large.settings)
        what = f"list {many:,} keys of S3, to boto3's own paginator, CPU"
        runs = work.in_turn(what, {"ours": ours, "boto3": boto3}, rounds=1, warm_up=False)
        grown = _growth(work, work.ours("listing", "bench-clips", settings=small.settings), ours)
    [mine], [theirs] = runs.values()
    expect_equal(what, _answer(mine), _answer(theirs))
    yield Row(goal=12, what=what, bar=0.2, measured=_cpu(mine) / _cpu(theirs))
    page_ms = _cpu(mine) * 1000 / max(1, many / KEYS_IN_A_PAGE)
    yield Row(
        goal=12, what=f"CPU of a page, to its {LATENCY_MS} ms", bar=0.2, moonshot=0.1, measured=page_ms / LATENCY_MS
    )
    what = f"memory of listing {many:,} keys above {few:,}, MiB"
    yield Row(goal=12, what=what, bar=4, measured=grown, form="{:.1f}")


def _listing(work: Workspace, number: int) -> Stub:
    account = work.scratch / f"listed-{number}.json"
    account.write_text(json.dumps({"jobs": [], "objects": {}, "listed": number}))
    return Stub(account)


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
    what = f"lines read after line {MAX_LINES + 1:,} of a longer manifest"
    yield count(13, what, bar=0, measured=_lines_read(MAX_LINES + 1_000) - MAX_LINES - 1)


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


def _lines_read(number: int) -> int:
    """Count the lines that a plan takes from a manifest with so many."""
    lines = iter(range(number))
    choose_from_manifest((b'{"source-ref":"s3://clips/%d.mp4"}\n' % each for each in lines), TAKE_ALL)
    return number - sum(1 for _ in lines)


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
