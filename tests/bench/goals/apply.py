"""Goal 10: creating jobs at the rate that AWS allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from statistics import median

from bench.existing import Mix, infrastructure_file, read_declarations, write_account
from bench.measure import Run, run
from bench.row import Row, Rows
from bench.stub_aws import Stub
from bench.workspace import LATENCY_MS, Workspace, expect_equal
from groundctl.app.concurrency import MAX_CONCURRENCY


def goal_10(work: Workspace) -> Rows:
    """Create jobs, each with a latency a call and a limit of creates a second."""
    number, rate = work.sizes.creates, work.sizes.create_rate
    folder = work.checkout("creates", number)
    account = work.scratch / "creates.json"
    write_account(read_declarations(folder), account, Mix(changed=0, new=1000))
    runs: list[Run] = []
    calls: list[Mapping[str, int]] = []
    for _ in range(min(work.rounds, 3)):
        with Stub(account, LATENCY_MS, create_rate=rate) as stub:
            arguments = (
                "apply",
                "--auto-approve",
                "--infrastructure",
                infrastructure_file(account),
                "--format",
                "json",
            )
            runs.append(run(work.groundctl(*arguments, cwd=folder, settings=stub.settings, may_fail=True)))
            calls.append(stub.counts())
        outcomes = json.loads(runs[-1].out[runs[-1].out.index("{") :])["outcomes"]
        expect_equal("jobs created", sum(each["result"] == "created" for each in outcomes), number)
    work.timings.append((f"apply of {number} creates", runs))
    creates = median(each["CreateLabelingJob"] for each in calls)
    what = f"create calls a job, {number} creates at {rate} a second"
    yield Row(goal=10, what=what, bar=1.02, moonshot=1.01, measured=creates / number, exact=True, form="{:.3f}")
    by_rate, by_hands = (
        number / rate,
        median(sum(each.values()) for each in calls) * LATENCY_MS / 1000 / MAX_CONCURRENCY,
    )
    what = f"time of {number} creates to the limit of {rate} a second, or of {MAX_CONCURRENCY} hands"
    best = max(by_rate, by_hands)
    yield Row(goal=10, what=what, bar=1.1, moonshot=1.0, measured=median(one.wall for one in runs) / best)
