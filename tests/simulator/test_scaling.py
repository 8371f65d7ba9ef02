"""It stays quick when there are many jobs. The limits are generous: they catch the wrong order of growth."""

from __future__ import annotations

import time

from moto.sagemaker.models import sagemaker_backends

from simulator.world import REGION, World

JOBS = 10_000


def test_ten_thousand_jobs_are_made_and_listed_quickly(world: World) -> None:
    request = world.request(clips=1)
    ground_truth = world.simulator.backend_of(sagemaker_backends["123456789012"][REGION])
    with world.simulator.lock:
        for number in range(JOBS):
            ground_truth.create_labeling_job({**request, "LabelingJobName": f"job-{number}"})

    begun = time.perf_counter()
    pages = 0
    token: dict[str, str] = {}
    while True:
        page = world.sagemaker.list_labeling_jobs(MaxResults=100, **token)
        pages += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    seconds = time.perf_counter() - begun

    assert pages == JOBS / 100
    assert seconds / pages < 0.2
