"""A signal ends a command, and with it every process that the command has started, in the way that each needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.generate import write_checkout
from groundctl.app.validate import MIN_FILES_FOR_PROCESSES
from support.cli import CLEAN, TESTING
from support.process_trees import descendants, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the processes from /proc")

MAIN = "from groundctl.cli.main import main; main()"
# Terraform with a provider of its own; it takes a moment to write its state, and a second signal as an order to drop it.
TERRAFORM = """\
#!{python}
import os, signal, subprocess, sys, time
from pathlib import Path

if sys.argv[1] == "version":
    print('{{"terraform_version": "1.12.0"}}')
    sys.exit(0)
if sys.argv[1] in {{"init", "plan", "show"}}:
    print('{{"resource_changes": [{{"address": "a.b", "type": "a", "name": "b", "change": {{"actions": ["create"]}}}}]}}')
    sys.exit(0)
provider = subprocess.Popen(["sleep", "600"])
asked = []

def stop(number, frame):
    asked.append(number)

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
Path("started").write_text(" ".join(sys.argv[1:]))
while not asked:
    time.sleep(0.02)
for _ in range({moments}):
    time.sleep(0.02)
    if len(asked) > 1:
        sys.exit(9)
provider.kill()
Path("written").write_text("its state")
sys.exit(1)
"""


@dataclass(frozen=True)
class Place:
    """A repository whose Terraform is slow."""

    root: Path

    @property
    def terraform(self) -> Path:
        return self.root / "terraform"

    def has(self, name: str) -> bool:
        return (self.terraform / name).exists()

    @contextmanager
    def running(self, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command; the block ends with the command and all processes below it."""
        command = subprocess.Popen(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=self.root,
            env={**CLEAN, **TESTING, "GROUNDCTL_TERRAFORM": str(self.root / "slow-terraform"), **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        try:
            yield command
        finally:
            for child in descendants(command.pid):
                os.kill(child.number, signal.SIGKILL)
            command.kill()
            command.wait()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return a_place(tmp_path, moments=10)


def a_place(root: Path, *, moments: int) -> Place:
    place = Place(root)
    (place.terraform / ".terraform").mkdir(parents=True)
    (place.terraform / "environments").mkdir()
    for ending in ("tfvars", "s3.tfbackend"):
        (place.terraform / f"environments/test.{ending}").write_text("")
    write_checkout(root, 2)
    program = root / "slow-terraform"
    program.write_text(TERRAFORM.format(python=sys.executable, moments=moments))
    program.chmod(0o755)
    return place


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("plan", signal.SIGINT),
        ("plan", signal.SIGTERM),
        ("apply --auto-approve", signal.SIGTERM),
        ("status", signal.SIGINT),
        ("results some-job", signal.SIGTERM),
        ("ledger check", signal.SIGHUP),
        ("ledger void some-job --reason x --auto-approve", signal.SIGHUP),
        ("ci terraform apply --environment test", signal.SIGINT),
        ("ci terraform apply --environment test", signal.SIGTERM),
    ],
)
def test_terraform_is_asked_once_and_its_state_is_written(place: Place, line: str, number: signal.Signals):
    with place.running(*line.split()) as command:
        wait_until(lambda: place.has("started") or command.poll() is not None)
        below = descendants(command.pid)

        command.send_signal(number)
        out, said = command.communicate(timeout=30)

    assert len(below) == 2, (out, said)
    assert (command.returncode, "Traceback" in said) == (130, False), said
    assert "interrupted" in said
    assert place.has("written")
    wait_until(lambda: not any(child.is_alive for child in below))


def test_a_second_signal_ends_what_takes_its_time(tmp_path: Path):
    place = a_place(tmp_path, moments=3000)
    with place.running("ci", "terraform", "apply", "--environment", "test") as command:
        wait_until(lambda: place.has("started") or command.poll() is not None)
        below = descendants(command.pid)
        assert command.stderr is not None
        command.send_signal(signal.SIGINT)
        assert "slow-terraform apply may finish" in command.stderr.readline()

        command.send_signal(signal.SIGTERM)
        _, said = command.communicate(timeout=30)

    assert (len(below), command.returncode, "Traceback" in said) == (2, 130, False), said
    assert not place.has("written")
    wait_until(lambda: not any(child.is_alive for child in below))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_workers_that_check_many_files_end_too(place: Place, number: signal.Signals):
    write_checkout(place.root, 3 * MIN_FILES_FOR_PROCESSES)
    with place.running("validate") as command:
        wait_until(lambda: bool(descendants(command.pid)) or command.poll() is not None)
        below = descendants(command.pid)

        os.kill(command.pid, number)
        _, said = command.communicate(timeout=30)

    assert below
    assert (command.returncode, "Traceback" in said) == (130, False), said
    wait_until(lambda: not any(child.is_alive for child in below))


def test_a_problem_in_a_file_leaves_no_terraform_running(place: Place):
    next(place.root.glob("jobs/**/*-000001.yaml")).write_text("name: [\n")
    with place.running("plan") as command:
        wait_until(lambda: place.has("started") or command.poll() is not None)
        below = descendants(command.pid)
        command.communicate(timeout=30)

    assert command.returncode == 1
    wait_until(lambda: not any(child.is_alive for child in below))


def test_a_slow_git_ends_too(place: Place):
    git = place.root / "bin/git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\necho >"{place.terraform}/started"\nsleep 600\n')
    git.chmod(0o755)
    with place.running("ci", "changed", "--base", "x", PATH=f"{git.parent}:{CLEAN['PATH']}") as command:
        wait_until(lambda: place.has("started") and len(descendants(command.pid)) == 2)
        below = descendants(command.pid)

        command.send_signal(signal.SIGTERM)
        _, said = command.communicate(timeout=30)

    assert (command.returncode, "Traceback" in said) == (130, False), said
    wait_until(lambda: not below[0].is_alive)


def test_a_command_that_was_started_to_ignore_a_closed_terminal_goes_on(place: Place):
    command = subprocess.Popen(
        ["nohup", sys.executable, "-c", MAIN, "status"],
        cwd=place.root,
        env={**CLEAN, **TESTING, "GROUNDCTL_TERRAFORM": str(place.root / "slow-terraform")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until(lambda: place.has("started") or command.poll() is not None)
        command.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            command.wait(timeout=0.3)
        command.send_signal(signal.SIGTERM)
        command.communicate(timeout=30)
    finally:
        command.kill()

    assert command.returncode == 130


def test_a_child_is_found_and_its_end_is_seen():
    parent = subprocess.Popen(["sh", "-c", "sleep 600 & wait"])
    try:
        # Until it becomes sleep, the child is a copy of its shell.
        wait_until(lambda: [one.command.split()[0] for one in descendants(parent.pid)] == ["sleep"])
        [child] = descendants(parent.pid)
        os.kill(child.number, signal.SIGKILL)
        wait_until(lambda: not child.is_alive)
    finally:
        parent.kill()
        parent.wait()
