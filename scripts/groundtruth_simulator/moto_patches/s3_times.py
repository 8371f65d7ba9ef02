"""The times of objects in S3."""

from __future__ import annotations

from datetime import datetime

from moto.s3 import models


def stamp_objects_with_the_simulated_time() -> None:
    """Give objects the simulator's time as LastModified; moto takes the machine's."""
    models.utcnow = _now  # type: ignore[attr-defined]  # moto's module imports it without saying so


def _now() -> datetime:
    # moto compares times without a zone.
    from groundtruth_simulator.simulator import current_simulator

    return current_simulator().clock.now().replace(tzinfo=None)
