"""Goals 7 to 9: planning against as many jobs as declarations."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import median

from bench.existing import Counted, Mix, infrastructure_file, read_declarations, write_account
from bench.measure import Run, run, wall_ratio
from bench.row import Row, Rows, count, not_built
from bench.stub_aws import Stub
from bench.workspace import LATENCY_MS, Workspace, expect_equal

MIXES = {
    "some changed, some new": Mix(),
    "all unchanged": Mix(changed=0, new=0),
    "all changed": Mix(changed=1000, new=0),
    "all new": Mix(changed=0, new=1000),
}


def goal_7(work: Workspace) -> Rows:
    """Count the calls of plans in which nothing, everything, or some changed or is new."""
    declarations = read_declarations(work.many)
    for name, mix in MIXES.items():
        account = work.scratch / f"{name.replace(', ', '-').replace(' ', '-')}.json"
        counted = write_account(declarations, account, mix)
        with Stub(account) as stub:
            done = run(work.plan(stub, account, form="json"))
            calls = stub.counts()
        expect_equal(f"plan, {name}", actions_of(done), expected(counted))
        limit = -(-work.sizes.many // 100) + 2
        yield count(7, f"list calls, {name}", bar=limit, measured=calls.get("ListLabelingJobs", 0))
        yield count(7, f"describes, {name}", bar=0, measured=calls.get("DescribeLabelingJob", 0))
        yield count(7, f"reads from S3, {name}", bar=50, measured=calls.get("S3 GET", 0))
    yield not_built(7, "S3 reads of a report, by pull requests with news (a report reads one record a job)")


def goals_8_and_9(work: Workspace) -> Rows:
    """Plan against as many jobs as files, to listing them alone, and to describing each."""
    account = work.scratch / "account.json"
    counted = write_account(read_declarations(work.many), account)
    described, total = str(work.sizes.described), work.sizes.many
    fewer = work.checkout("fewer", work.sizes.for_check_jsonschema)
    with Stub(account, LATENCY_MS) as stub:
        commands = {
            "plan": work.plan(stub, account),
            "validate": work.groundctl("validate", cwd=work.many, one_core=True),
            "paginator": work.peer("list", cwd=work.many, settings=stub.settings),
            "describing": work.peer("describe", described, cwd=work.many, settings=stub.settings),
        }
        expect_equal("plan", actions_of(run(work.plan(stub, account, form="json"))), expected(counted))
        runs = work.in_turn(f"{total:,} jobs, {LATENCY_MS} ms a call", commands)
        peaks = [_peak(work, folder, stub) for folder in (work.many, fewer)]
    what = f"plan of {total:,} files and jobs, to boto3's paginator alone, {LATENCY_MS} ms a call"
    yield Row(goal=8, what=what, bar=0.9, moonshot=0.55, measured=wall_ratio(runs["plan"], runs["paginator"]))
    beyond = median(
        (plan.cpu - validate.cpu) / _cpu_of_all(theirs, total)
        for plan, validate, theirs in zip(runs["plan"], runs["validate"], runs["describing"], strict=True)
    )
    what = f"CPU of plan beyond that of validate, to describing every job (scaled from {described})"
    yield Row(goal=9, what=what, bar=0.1, moonshot=0.05, measured=beyond, form="{:.3f}x")
    grown = (peaks[0] - peaks[1]) / (total - work.sizes.for_check_jsonschema)
    yield Row(goal=9, what="memory of plan a declaration, KiB", bar=15, measured=max(grown, 0.0), form="{:.1f}")


def actions_of(done: Run) -> dict[str, int]:
    """Count the changes of a plan by their action; an orphan is a job without a declaration."""
    changes = json.loads(done.out[done.out.index("{") :])["changes"]
    return dict(Counter(each["action"] for each in changes if each.get("path")))


def expected(counted: Counted) -> dict[str, int]:
    """Return the actions that a plan of an account must have."""
    actions = {"create": counted.new, "exists": counted.exists, "immutable": counted.changed}
    return {action: number for action, number in actions.items() if number}


def _peak(work: Workspace, folder: Path, stub: Stub) -> float:
    infrastructure = infrastructure_file(work.scratch / "account.json")
    command = work.ours("groundctl", "plan", "--infrastructure", infrastructure, cwd=folder, settings=stub.settings)
    return float(json.loads(run(command).out.splitlines()[-1])["peak_kib"])


def _cpu_of_all(taken: Run, total: int) -> float:
    answer = json.loads(taken.out)
    started = taken.cpu - answer["describing"]
    return float(started + answer["describing"] * total / answer["described"])
