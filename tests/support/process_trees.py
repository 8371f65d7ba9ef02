"""The processes below a process, and whether they still run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Running:
    """A process: its number alone may be given to another one, and it may become another program."""

    number: int
    started: str
    command: str = field(compare=False)

    @property
    def is_alive(self) -> bool:
        found = _read(self.number)
        return found is not None and found[0] == self


def descendants(number: int) -> list[Running]:
    """Give every process below one, whatever session it is in."""
    processes = [found for path in Path("/proc").glob("[0-9]*") if (found := _read(int(path.name)))]
    below, wanted = [], {number}
    for _ in processes:
        more = [one for one, parent in processes if parent in wanted and one not in below]
        if not more:
            break
        below += more
        wanted |= {one.number for one in more}
    return below


def wait_until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for something that happens soon; fail if it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def _read(number: int) -> tuple[Running, int] | None:
    """Read a process and its parent's number; nothing if it has ended, or waits for its parent to notice."""
    try:
        state, parent, *rest = Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()
        command = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    return None if state == "Z" else (Running(number, rest[17], command), int(parent))
