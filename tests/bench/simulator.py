"""Measures whether the simulator stays fast with many jobs: the cost of a job among 1,000 against its cost among 100."""

from __future__ import annotations

import time
from statistics import median

from simulator.world import in_process

FEW, MANY = 100, 1_000
WHAT = f"CPU a job to create and list {MANY:,} jobs in the simulator by the same for {FEW:,}"
# A page of the list reads every job, so the cost of a job may rise a little; work that is quadratic would give up to 10.
BAR = 1.5


def simulator_growth(rounds: int, *, few: int = FEW, many: int = MANY) -> float:
    """Return the cost of a job among many by its cost among few, both measured in turn."""
    _cpu_per_job(few)  # warm-up: service models and clients
    ratios = []
    for _ in range(rounds):
        cost_among_few = median(_cpu_per_job(few) for _ in range(3))
        ratios.append(_cpu_per_job(many) / cost_among_few)
    return median(ratios)


def _cpu_per_job(jobs: int) -> float:
    with in_process() as world:
        request = world.request(clips=1)
        pages = world.sagemaker.get_paginator("list_labeling_jobs")
        begun = time.process_time()
        for number in range(jobs):
            world.sagemaker.create_labeling_job(**{**request, "LabelingJobName": f"job-{number}"})
        for _ in pages.paginate(PaginationConfig={"PageSize": 100}):
            pass
        return (time.process_time() - begun) / jobs
