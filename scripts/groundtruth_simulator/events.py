"""Labeling job state changes for EventBridge. As on AWS, only Completed, Failed and Stopped send an event."""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from moto.events.models import events_backends

LOGGER = logging.getLogger(__name__)
DETAIL_TYPE = "SageMaker Ground Truth Labeling Job State Change"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """One event, with the account and Region of its event bus."""

    account: str
    region: str
    job_arn: str
    status: str
    at: float  # epoch seconds, simulated

    def entry(self) -> dict[str, Any]:
        """Return the event as an entry of PutEvents; the detail contains only the status."""
        return {
            "Source": "aws.sagemaker",
            "DetailType": DETAIL_TYPE,
            "Resources": [self.job_arn],
            "Detail": json.dumps({"LabelingJobStatus": self.status}),
            "Time": self.at,
        }


class EventQueue:
    """Keeps events until the simulator's lock is released, because a target may call the simulator."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: deque[StateChange] = deque()
        self._delivering = threading.Lock()

    def put(self, event: StateChange) -> None:
        """Add an event at the end of the queue."""
        self._waiting.append(event)

    def deliver(self) -> None:
        """Send all queued events; a target that fails is logged and stops nothing."""
        # Checked again after each release: an event may have been queued while another thread was finishing.
        while self._waiting and self._delivering.acquire(blocking=False):
            try:
                self._drain()
            finally:
                self._delivering.release()

    def _drain(self) -> None:
        while self._waiting:
            event = self._waiting.popleft()
            try:
                events_backends[event.account][event.region].put_events([event.entry()])
            except Exception:  # a target may raise any error
                LOGGER.warning("EventBridge could not deliver %s", event, exc_info=True)
