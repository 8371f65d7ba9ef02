"""Labeling job state changes on EventBridge, as the service sends them: Completed, Failed and Stopped only."""

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
    """One event, with the account and Region whose event bus gets it."""

    account: str
    region: str
    job_arn: str
    status: str
    at: float  # epoch seconds, simulated

    def entry(self) -> dict[str, Any]:
        """Return the event as an entry of PutEvents; the detail holds nothing but the status."""
        return {
            "Source": "aws.sagemaker",
            "DetailType": DETAIL_TYPE,
            "Resources": [self.job_arn],
            "Detail": json.dumps({"LabelingJobStatus": self.status}),
            "Time": self.at,
        }


class Outbox:
    """Holds events until nobody holds the simulator's lock: a target may call the simulator back."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: deque[StateChange] = deque()
        self._delivering = threading.Lock()

    def put(self, event: StateChange) -> None:
        """Queue an event; order is kept."""
        self._waiting.append(event)

    def deliver(self) -> None:
        """Send everything queued; a rule whose target fails is nobody's error but its owner's."""
        # Asked again after the release: something may have been queued while another thread was finishing.
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
            except Exception:  # a target may fail in any way at all
                LOGGER.warning("EventBridge could not deliver %s", event, exc_info=True)
