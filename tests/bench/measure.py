"""Runs commands in turn, round by round, so that a busy machine hits all of them; ratios are medians over the rounds."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

CLEAN = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One program of the comparison, on one core or on all of them."""

    argv: Sequence[str | Path]
    cwd: Path
    one_core: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    may_fail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run took, children included, and what it said."""

    wall: float
    cpu: float
    code: int
    out: str


class FailedRunError(Exception):
    """A command of the comparison did not do its work, so its time means nothing."""


def run(command: Command) -> Run:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as out:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command.argv],
            cwd=command.cwd,
            env=CLEAN | dict(command.settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_stay_on_one_core if command.one_core else None,
        )
        # The kernel's own account of the process and of the children it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace")
    if process.returncode != 0 and not command.may_fail:
        raise FailedRunError(f"{' '.join(map(str, command.argv))[:200]} ended with {process.returncode}: {said[-600:]}")
    return Run(wall=wall, cpu=usage.ru_utime + usage.ru_stime, code=process.returncode, out=said)


def in_turn(commands: Mapping[str, Command], rounds: int, *, warm_up: bool = True) -> dict[str, list[Run]]:
    """Run every command once a round, every other round in reverse."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(-int(warm_up), rounds):
        names = list(commands) if number % 2 else list(commands)[::-1]
        for name in names:
            done = run(commands[name])
            if number >= 0:
                runs[name].append(done)
    return runs


def wall_ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> float:
    """Compare wall times, round by round."""
    return median(one.wall / other.wall for one, other in zip(ours, theirs, strict=True))


def cpu_ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> float:
    """Compare CPU times, round by round: on one core the same as wall time, without the influence of other processes."""
    return median(one.cpu / other.cpu for one, other in zip(ours, theirs, strict=True))


def cores() -> int:
    """Count the processors this process may use."""
    return len(os.sched_getaffinity(0))


def _stay_on_one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
