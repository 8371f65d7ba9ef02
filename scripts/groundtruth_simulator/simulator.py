"""The simulated world around the service: its clock, its workers' knowledge, its faults and its memory of requests.

moto keeps its backends once per process, so there is one simulator per process too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict
from moto.sagemaker.models import sagemaker_backends

from groundtruth_simulator.clock import Clock
from groundtruth_simulator.events import Outbox
from groundtruth_simulator.faults import Fault, Faults
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.traffic import RequestLog
from groundtruth_simulator.workers import Truth

if TYPE_CHECKING:
    from groundtruth_simulator.models import GroundTruth

STATE = "_ground_truth"  # in a moto backend's __dict__, which its reset() empties


class Simulator:
    """The handle for tests and demos: move time, set truth, break things, see what was asked."""

    def __init__(self) -> None:
        """Start with default settings and a clock that runs with real time."""
        self.lock = threading.RLock()
        self.url: str | None = None  # where a server answers, once there is one
        self.clock = Clock()
        self.settings = Settings()
        self.faults = Faults()
        self.log = RequestLog()
        self.outbox = Outbox()
        self.routes: dict[str, str] = {}
        self._truth: dict[str, str | None] = {}

    def configure(
        self, *, start: datetime | None = None, speed: float = 1.0, frozen: bool = False, **settings: Any
    ) -> None:
        """Begin anew with a fresh clock and fresh settings; AWS resources of moto stay as they are."""
        with self.lock:
            self.settings = Settings().changed(settings)
            self.clock = Clock(start=start, speed=speed, frozen=frozen)
            self.faults.clear()
            self.log.clear()
            self.routes.clear()
            self._truth.clear()

    def reset(self) -> None:
        """Forget every AWS resource, fault, request and truth; clock and settings stay."""
        with self.lock:
            BackendDict.reset()
            self.faults.clear()
            self.log.clear()
            self._truth.clear()

    def change_settings(self, **changes: Any) -> Settings:
        """Change settings from now on; jobs whose work has begun keep their course."""
        with self.lock:
            self.settings = self.settings.changed(changes)
            return self.settings

    # -- time ------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> datetime:
        """Move time forward and let everything due happen."""
        self.clock.advance(seconds)
        self.settle()
        return self.clock.now()

    def advance_until_idle(self) -> datetime:
        """Move time forward until every static job has ended; streaming jobs have no end to wait for."""
        while (last := self._last_change()) is not None:
            self.clock.advance_to(last)
            self.settle()
        return self.clock.now()

    def settle(self) -> None:
        """Let everything happen that is due by now: counters, files, events."""
        with self.lock:
            for world in self._worlds():
                world.settle()
        self.outbox.deliver()

    # -- knowledge and faults ---------------------------------------------------------------------

    def set_truth(self, truth: Mapping[str, str | None]) -> None:
        """Say which label is right, by clip URI or file name; None makes every worker decline the clip."""
        with self.lock:
            self._truth.update(truth)

    def truth(self) -> Truth:
        """Return what the workers may know now."""
        return Truth(known=dict(self._truth), seed=self.settings.seed)

    def add_routes(self, routes: Mapping[str, str]) -> None:
        """Say what on this machine stands in for an address elsewhere, such as https://api.github.com.

        An API destination below that address is then called there; without a route, it is not called at all.
        """
        for address, stand_in in routes.items():
            if not stand_in.startswith("http://"):
                raise ValueError(f"a route leads to an http:// address, not to {stand_in!r}")
            self.routes[address.rstrip("/")] = stand_in.rstrip("/")

    def add_fault(self, **fault: Any) -> Fault:
        """Queue a fault for coming requests; see `faults.Fault` for the members."""
        return self.faults.add(Fault.parse(fault))

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the requests seen so far, oldest first."""
        return [entry for entry in self.log.entries() if operation in (None, entry["operation"])]

    def clear_requests(self) -> None:
        """Forget the requests seen so far."""
        self.log.clear()

    # -- moto's backends --------------------------------------------------------------------------

    def _worlds(self) -> Iterator[GroundTruth]:
        for account in list(sagemaker_backends.values()):
            for backend in list(account.values()):
                if world := backend.__dict__.get(STATE):
                    yield world

    def _last_change(self) -> datetime | None:
        with self.lock:
            ends = [end for world in self._worlds() if (end := world.last_change()) is not None]
        return max(ends, default=None)


_SIMULATOR = Simulator()


def current() -> Simulator:
    """Return the simulator of this process."""
    return _SIMULATOR
