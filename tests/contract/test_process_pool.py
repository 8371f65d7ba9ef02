"""Files checked by several processes give what one process gives."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.generate import write_checkout
from groundctl.adapters.local.checkout import Checkout
from groundctl.app.concurrency import BackgroundTask, map_processes
from groundctl.app.validate import MIN_FILES_FOR_PROCESSES, validate


def test_several_processes_find_the_same_problems_as_one(tmp_path: Path):
    checkout = Checkout(write_checkout(tmp_path, MIN_FILES_FOR_PROCESSES, bad_every=10))
    name = "warehouse-2026w03-part-000002"
    text = (tmp_path / f"jobs/warehouse/{name}.yaml").read_text(encoding="utf-8")
    (tmp_path / f"jobs/warehouse/{name.upper()}.yaml").write_text(text.replace(name, name.upper()), encoding="utf-8")

    alone, shared = validate(checkout), validate(checkout, processes=2)

    assert alone.problems == shared.problems
    assert {"GT102", "GT301"} <= {problem.rule for problem in shared.problems}
    assert alone.declarations == shared.declarations
    assert [one.digest for one in alone.declarations] == [one.digest for one in shared.declarations]


def test_problems_alone_come_without_declarations(tmp_path: Path):
    checkout = Checkout(write_checkout(tmp_path, 20, bad_every=10))

    kept, told = validate(checkout), validate(checkout, keep=False)

    assert kept.problems == told.problems
    assert len(kept.declarations) == 18
    assert told.declarations == ()


def test_results_come_in_the_order_of_the_paths():
    paths = [f"{number:03}" for number in range(50)]

    results = list(map_processes(list, paths, 3))

    assert len(results) > 3
    assert [path for share in results for path in share] == paths


def test_work_that_kills_its_process_is_repeated_in_this_process():
    assert list(map_processes(_die_elsewhere, [str(os.getpid())] * 20, 2)) == ["survived"]


def test_an_error_in_the_work_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(map_processes(_fail, ["a"] * 20, 2))


def test_background_work_returns_its_value_or_raises_its_error_on_request():
    assert BackgroundTask(lambda: 7).result() == 7

    failing = BackgroundTask(lambda: _fail([]))
    with pytest.raises(ZeroDivisionError):
        failing.result()


def _die_elsewhere(paths: Sequence[str]) -> str:
    if paths[0] != str(os.getpid()):
        os._exit(9)
    return "survived"


def _fail(paths: Sequence[str]) -> int:
    return 1 // 0 + len(paths)
