"""Putting the simulator into moto, once per process."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from groundtruth_simulator.gate import guard_mock_aws
from groundtruth_simulator.repairs import repair_moto
from groundtruth_simulator.responses import add_operations
from groundtruth_simulator.simulator import Simulator, current


def install(*, start: datetime | None = None, speed: float = 1.0, frozen: bool = False, **settings: Any) -> Simulator:
    """Teach moto Ground Truth and return the simulator, begun anew with these settings (see `Settings`).

    Safe to call again. Works with `mock_aws` as it is; a server is `SimulatorServer`.
    """
    _teach_moto()
    simulator = current()
    simulator.configure(start=start, speed=speed, frozen=frozen, **settings)
    return simulator


@cache
def _teach_moto() -> None:
    add_operations()
    repair_moto()
    guard_mock_aws()
