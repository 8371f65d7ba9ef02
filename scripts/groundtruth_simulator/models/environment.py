"""What the service's models need of the simulation around them.

The models depend on this protocol and not on `Simulator`, which holds the models: so there is no import cycle.
"""

from __future__ import annotations

from typing import Protocol

from groundtruth_simulator.control.clock import Clock
from groundtruth_simulator.control.faults import Faults
from groundtruth_simulator.events import EventQueue
from groundtruth_simulator.labeling.workers import CorrectLabels
from groundtruth_simulator.models.subscription import Subscription
from groundtruth_simulator.settings import Settings


class Environment(Protocol):
    """The simulated environment of a backend; its members can be replaced while the simulator runs."""

    @property
    def clock(self) -> Clock:
        """Return the simulated clock."""

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""

    @property
    def faults(self) -> Faults:
        """Return the faults still to come."""

    @property
    def event_queue(self) -> EventQueue:
        """Return the queue of events for EventBridge."""

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return the vendors' teams that were subscribed to."""

    def correct_labels(self) -> CorrectLabels:
        """Return the correct labels as they are set now."""
