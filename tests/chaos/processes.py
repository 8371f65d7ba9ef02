"""Runs of groundctl as processes: started by the zygote, signaled and awaited by the harness."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
PATIENCE = 120  # seconds that a run may take in real time


@dataclass
class Process:
    """One run of a command."""

    pid: int
    out_file: Path
    err_file: Path
    ended: threading.Event = field(default_factory=threading.Event)
    code: int = 0

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if not self.ended.is_set():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                self.ended.wait(1)

    def wait(self) -> None:
        """Wait for the end; a process that does not end is an error of the harness."""
        if not self.ended.wait(PATIENCE):
            os.kill(self.pid, signal.SIGABRT)  # which makes the process write where each of its threads is
            self.ended.wait(5)
            words = self.err_file.read_text(errors="replace")
            raise TimeoutError(f"a run of groundctl did not end within {PATIENCE} seconds:\n{words}")


class Zygote:
    """Forks processes that have imported everything already."""

    def __init__(self, folder: Path) -> None:
        self.clock_file = folder / "clock"
        self._folder = folder
        self._number = 0
        self._processes: dict[int, Process] = {}
        self._started: list[Process] = []
        self._changed = threading.Condition()
        self.clock_file.write_bytes(bytes(8))
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "chaos.zygote", str(self.clock_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=TESTS,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "0"},
        )
        assert self._zygote.stdout
        assert json.loads(self._zygote.stdout.readline()) == {"ready": True}
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self,
        arguments: list[str],
        *,
        folder: Path,
        settings: dict[str, str],
        flaw: str,
        at_end: Callable[[], None],
        warm: bool = False,
    ) -> Process:
        """Start a command; at_end is called as soon as its process has ended. warm runs it in the zygote before."""
        self._number += 1
        out, err = self._folder / f"{self._number % 50}.out", self._folder / f"{self._number % 50}.err"
        command = {"arguments": arguments, "folder": str(folder), "settings": settings, "flaw": flaw, "warm": warm}
        line = json.dumps({**command, "out": str(out), "err": str(err)}).encode() + b"\n"
        assert self._zygote.stdin
        with self._changed:
            self._zygote.stdin.write(line)
            self._zygote.stdin.flush()
            while not self._started:
                self._changed.wait()
            process = self._started.pop(0)
        process.out_file, process.err_file = out, err

        def follow() -> None:
            process.ended.wait()
            at_end()

        threading.Thread(target=follow, daemon=True).start()
        return process

    def close(self) -> None:
        """End the zygote."""
        assert self._zygote.stdin
        self._zygote.stdin.close()
        self._zygote.wait(10)

    def _listen(self) -> None:
        assert self._zygote.stdout
        for line in self._zygote.stdout:
            self._note(json.loads(line))

    def _note(self, message: dict[str, Any]) -> None:
        pid = message["pid"]
        with self._changed:
            if "code" in message:
                process = self._processes.pop(pid)
                process.code = message["code"]
                process.ended.set()
            else:
                self._processes[pid] = Process(pid, Path(os.devnull), Path(os.devnull))
                self._started.append(self._processes[pid])
            self._changed.notify_all()
