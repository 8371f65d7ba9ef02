"""The handle on the simulation: clock, settings, correct labels, faults and the log of requests.

moto keeps its backends once per process, so there is one simulator per process too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict
from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends

from groundtruth_simulator.control.clock import Clock
from groundtruth_simulator.control.faults import Fault, Faults
from groundtruth_simulator.control.request_log import RequestLog
from groundtruth_simulator.events import EventQueue
from groundtruth_simulator.labeling.workers import CorrectLabels
from groundtruth_simulator.models.backend import GroundTruthBackend
from groundtruth_simulator.models.subscription import Subscription
from groundtruth_simulator.settings import Settings

BACKEND_ATTRIBUTE = "_ground_truth"  # in a moto backend's __dict__, which its reset() empties


class Simulator:
    """Lets tests and demos move time, set the correct labels, inject faults and read the requests."""

    def __init__(self) -> None:
        """Start with default settings and a clock that runs with real time."""
        self.lock = threading.RLock()
        self.url: str | None = None  # where a server answers, once there is one
        self.clock = Clock()
        self.settings = Settings()
        self.faults = Faults()
        self.log = RequestLog()
        self.event_queue = EventQueue()
        self.routes: dict[str, str] = {}
        self.subscriptions: tuple[Subscription, ...] = ()
        self._correct_labels: dict[str, str | None] = {}

    def configure(
        self, *, start: datetime | None = None, speed: float = 1.0, frozen: bool = False, **settings: Any
    ) -> None:
        """Restart with a fresh clock and fresh settings; keep moto's AWS resources."""
        with self.lock:
            self.settings = Settings().changed(settings)
            self.clock = Clock(start=start, speed=speed, frozen=frozen)
            self.faults.clear()
            self.log.clear()
            self.routes.clear()
            self.subscriptions = ()
            self._correct_labels.clear()

    def reset(self) -> None:
        """Delete every AWS resource and subscription, fault, logged request and correct label; keep clock and settings."""
        with self.lock:
            BackendDict.reset()
            self.faults.clear()
            self.log.clear()
            self.subscriptions = ()
            self._correct_labels.clear()

    def change_settings(self, **changes: Any) -> Settings:
        """Change settings from now on; jobs whose work has started keep their course."""
        with self.lock:
            self.settings = self.settings.changed(changes)
            return self.settings

    # -- time ------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> datetime:
        """Move time forward and process everything that becomes due."""
        self.clock.advance(seconds)
        self.process_due()
        return self.clock.now()

    def advance_until_idle(self) -> datetime:
        """Move time forward until every static job has ended; a streaming job has no end to wait for."""
        while (last := self._last_job_end()) is not None:
            self.clock.advance_to(last)
            self.process_due()
        return self.clock.now()

    def process_due(self) -> None:
        """Process everything that is due by now: counters, files, events."""
        with self.lock:
            for backend in self._backends():
                backend.process_due()
        self.event_queue.deliver()

    # -- correct labels, routes and faults ----------------------------------------------------------

    def set_correct_labels(self, labels: Mapping[str, str | None]) -> None:
        """Set the correct label of clips, by URI or file name; with None, every worker declines the clip."""
        with self.lock:
            self._correct_labels.update(labels)

    def correct_labels(self) -> CorrectLabels:
        """Return the correct labels as they are set now."""
        return CorrectLabels(known=dict(self._correct_labels), seed=self.settings.seed)

    def sign_in_members(self, number: int) -> None:
        """Let so many people sign in to each work team that exists."""
        with self.lock:
            for backend in self._backends():
                backend.workforces.sign_in_members(number)

    def subscribe(self, *teams: str | Mapping[str, Any]) -> None:
        """Make these vendors' teams the only ones that the accounts have subscribed to in AWS Marketplace.

        A team is an ARN, or a mapping with the members of `SubscribedWorkteam`. An ARN's Region is where it can be used.
        """
        self.subscriptions = tuple(Subscription.parse(team) for team in teams)

    def environment(self, *, account_id: str | None = None, region: str | None = None) -> dict[str, str]:
        """Return the environment variables that point AWS SDKs, the AWS CLI and Terraform at this server only.

        An access key id of twelve digits is an account id: clients with different ones work in different accounts.
        """
        if self.url is None:
            raise RuntimeError("only a server has an address; start one with SimulatorServer")
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account_id or self.settings.account_id,
            "AWS_SECRET_ACCESS_KEY": "simulated",
            "AWS_REGION": region or self.settings.region,
            "AWS_DEFAULT_REGION": region or self.settings.region,  # what boto3 and the AWS CLI read
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def add_routes(self, routes: Mapping[str, str]) -> None:
        """Map an external address, such as https://api.github.com, to the local URL to call in its place.

        The simulator calls an API destination only if a route matches its address or the address is local.
        """
        for address, local_url in routes.items():
            if not local_url.startswith("http://"):
                raise ValueError(f"a route leads to an http:// address, not to {local_url!r}")
            self.routes[address.rstrip("/")] = local_url.rstrip("/")

    def add_fault(self, **fault: Any) -> Fault:
        """Queue a fault for coming requests; see `control.faults.Fault` for the members."""
        return self.faults.add(Fault.parse(fault))

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the logged requests, oldest first."""
        return [entry for entry in self.log.entries() if operation in (None, entry["operation"])]

    def clear_requests(self) -> None:
        """Clear the log of requests."""
        self.log.clear()

    def jobs(self) -> list[dict[str, Any]]:
        """Return the record of every labeling job of every account and Region: clips, labels, status."""
        with self.lock:
            return [record for backend in self._backends() for record in backend.records()]

    # -- backends ---------------------------------------------------------------------------------

    def backend_of(self, moto_backend: SageMakerModelBackend) -> GroundTruthBackend:
        """Return the Ground Truth state attached to a moto backend; moto's reset of that backend drops it."""
        if BACKEND_ATTRIBUTE not in moto_backend.__dict__:
            moto_backend.__dict__[BACKEND_ATTRIBUTE] = GroundTruthBackend(
                self,
                account=moto_backend.account_id,
                region=moto_backend.region_name,
                partition=moto_backend.partition,
            )
        backend: GroundTruthBackend = moto_backend.__dict__[BACKEND_ATTRIBUTE]
        return backend

    def _backends(self) -> Iterator[GroundTruthBackend]:
        for account in list(sagemaker_backends.values()):
            for moto_backend in list(account.values()):
                if backend := moto_backend.__dict__.get(BACKEND_ATTRIBUTE):
                    yield backend

    def _last_job_end(self) -> datetime | None:
        with self.lock:
            ends = [end for backend in self._backends() if (end := backend.last_job_end()) is not None]
        return max(ends, default=None)


_SIMULATOR = Simulator()


def current_simulator() -> Simulator:
    """Return the simulator of this process."""
    return _SIMULATOR
