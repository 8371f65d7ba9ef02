"""`make demo` does what README says, with real Terraform."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.builders import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demo once, with AWS settings of a person in its environment that must not reach it."""
    out = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "AWS_PROFILE": "somebodys-real-account",
        "AWS_REGION": "eu-west-1",
        "AWS_SESSION_TOKEN": "real",
    }
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; from groundctl.cli.main import main; sys.exit(main(['demo', '--out', {str(out)!r}]))",
        ],
        cwd=out,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return out, ran.stdout


def test_the_demo_runs_every_step(demo: tuple[Path, str]):
    _, said = demo

    for sentence in (
        "A second terraform plan finds nothing to change",
        "3 declarations checked: no problems",
        "3 jobs: 3 created",
        "Nothing to do: every declared job exists",
        "It made 0 calls that change anything",
        "3 jobs: 3 Completed",
        "Results:",
    ):
        assert sentence in said


def test_the_demo_writes_every_file_that_it_lists(demo: tuple[Path, str]):
    out, said = demo
    named = [line.split()[0] for line in said.split("Results:")[1].splitlines() if line.strip()]

    assert len(named) >= 6
    assert all((ROOT / path).is_file() for path in named), named
    assert (out / "results" / "rally-outcome-2026-11.csv").is_file()


@pytest.mark.usefixtures("demo")
def test_the_demo_does_not_change_the_repository():
    status = subprocess.run(
        ["git", "status", "--porcelain", "terraform", "jobs"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ".terraform" not in status.stdout
    assert "tfstate" not in status.stdout


def test_most_simulated_answers_are_correct(demo: tuple[Path, str]):
    out, _ = demo
    truth = json.loads((ROOT / "scripts/samples/truth.json").read_bytes())

    judged = []
    for job in ("rally-outcome-2026-11", "serve-call-2026-11", "dock-events-2026-11"):
        for line in (out / "results" / f"{job}.jsonl").read_text().splitlines():
            row = json.loads(line)
            judged.append(row["label"] == truth["/".join(row["source_ref"].split("/")[-2:])])

    assert len(judged) == 26
    assert sum(judged) / len(judged) >= 0.8


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_demo_that_is_ended_leaves_no_simulator_running(number: signal.Signals, tmp_path: Path):
    code = f"import sys; from groundctl.cli.main import main; sys.exit(main(['demo', '--keep', '--out', {str(tmp_path / 'out')!r}]))"
    demo = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert demo.stdout is not None
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children")
    try:
        while b"Applying terraform" not in demo.stdout.readline():
            assert demo.poll() is None
        [simulator] = [child for child in children.read_text().split() if is_simulator(child)]

        demo.send_signal(number)
        _, said = demo.communicate(timeout=60)
    finally:
        demo.kill()

    assert (demo.returncode, b"Traceback" in said) == (130, False), said
    wait_until(lambda: not is_simulator(simulator))


def is_simulator(process: str) -> bool:
    try:
        return b"groundtruth_simulator.server" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")
