"""The work for one operation does not grow with the number of jobs, except that a list operation reads every job once.

The tests count calls of Python functions, so a busy machine cannot change their result. `tests/bench` measures the time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from moto.sagemaker.models import sagemaker_backends

from groundtruth_simulator.models.backend import GroundTruthBackend
from simulator.world import REGION, World, in_process

FEW, MANY = 100, 1_000
JOBS = 10_000

Operation = Callable[[GroundTruthBackend], object]


def fill(world: World, jobs: int) -> GroundTruthBackend:
    """Create jobs without the overhead of HTTP requests, and return the backend."""
    request = world.request(clips=1)
    backend = world.simulator.backend_of(sagemaker_backends["123456789012"][REGION])
    with world.simulator.lock:
        for number in range(jobs):
            backend.create_labeling_job({**request, "LabelingJobName": f"job-{number}"})
    return backend


def count_calls(operation: Operation, backend: GroundTruthBackend) -> int:
    """Return how many Python functions an operation calls."""
    calls = 0

    def profile(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    previous = sys.getprofile()
    sys.setprofile(profile)
    try:
        operation(backend)
    finally:
        sys.setprofile(previous)
    return calls


def calls_with(jobs: int, operation: Operation) -> int:
    """Return the calls of an operation in an account with a number of jobs."""
    with in_process() as world:
        backend = fill(world, jobs)
        operation(backend)  # caches are warm afterwards
        return count_calls(operation, backend)


def create(backend: GroundTruthBackend) -> None:
    """Create a job like the first one, under the next free name."""
    first = backend.describe_labeling_job({"LabelingJobName": "job-0"})
    for number in range(2):
        name = f"another-{number}"
        if backend.find_resource(f"arn:aws:sagemaker:us-east-1:123456789012:labeling-job/{name}") is None:
            backend.create_labeling_job({**first, "LabelingJobName": name})
            return


@pytest.mark.parametrize(
    "operation",
    [
        create,
        lambda backend: backend.describe_labeling_job({"LabelingJobName": "job-7"}),
        lambda backend: backend.stop_labeling_job({"LabelingJobName": "job-7"}),
        lambda backend: backend.process_due(),
    ],
    ids=["create", "describe", "stop", "process what is due"],
)
def test_the_calls_of_an_operation_do_not_grow_with_the_number_of_jobs(operation: Operation) -> None:
    few = calls_with(FEW, operation)

    assert few > 0
    assert calls_with(MANY, operation) == few


def test_the_calls_of_a_list_page_grow_no_faster_than_the_number_of_jobs() -> None:
    def list_page(backend: GroundTruthBackend) -> None:
        backend.list_labeling_jobs({"MaxResults": 100})

    assert calls_with(MANY, list_page) <= calls_with(FEW, list_page) * MANY / FEW


def test_ten_thousand_jobs_are_listed_in_a_hundred_pages(world: World) -> None:
    fill(world, JOBS)

    pages = list(world.sagemaker.get_paginator("list_labeling_jobs").paginate(PaginationConfig={"PageSize": 100}))

    assert len(pages) == JOBS / 100
    assert len({job["LabelingJobName"] for page in pages for job in page["LabelingJobSummaryList"]}) == JOBS
