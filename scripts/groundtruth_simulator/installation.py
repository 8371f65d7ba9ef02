"""Installs the simulator into moto, once per process."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from groundtruth_simulator.middleware import wrap_mock_aws
from groundtruth_simulator.moto_patches.apply import apply_moto_patches
from groundtruth_simulator.responses import add_operations, check_protocol_first
from groundtruth_simulator.simulator import Simulator, current_simulator


def install(*, start: datetime | None = None, speed: float = 1.0, frozen: bool = False, **settings: Any) -> Simulator:
    """Add Ground Truth to moto and return the simulator, restarted with these settings (see `Settings`).

    Safe to call again. Use it with `mock_aws`; for a server, use `SimulatorServer`.
    """
    _patch_moto()
    simulator = current_simulator()
    simulator.configure(start=start, speed=speed, frozen=frozen, **settings)
    return simulator


@cache
def _patch_moto() -> None:
    add_operations()
    check_protocol_first()
    apply_moto_patches()
    wrap_mock_aws()
