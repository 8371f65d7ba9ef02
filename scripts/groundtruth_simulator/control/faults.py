"""Injected faults: a request that times out, loses its connection, is refused, or has a delayed effect."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What the client sees instead of a response; STALE_READS hides a created job from Describe, List and Stop."""

    TIMEOUT = "timeout"
    RESET = "reset"
    ERROR500 = "error500"
    THROTTLE = "throttle"
    ACCESS_DENIED = "access_denied"
    ERROR = "error"
    STALE_READS = "stale_reads"


ERRORS = {
    FaultKind.ERROR500: (500, "InternalFailure", "The request processing has failed because of an unknown error."),
    FaultKind.THROTTLE: (400, "ThrottlingException", "Rate exceeded"),
    FaultKind.ACCESS_DENIED: (
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: {action} "
        "because no identity-based policy allows the {action} action",
    ),
    FaultKind.ERROR: (400, "ValidationException", "An injected error."),
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault for the next `times` requests of an operation ("*" for any, "s3:PutObject" to name the service)."""

    operation: str
    kind: FaultKind
    when: str = "before"  # "before": nothing happens; "after": the request takes effect, then breaks
    times: int = 1
    seconds: float = 0.0  # timeout: how long the server does not respond; stale_reads: simulated seconds
    code: str | None = None
    message: str | None = None
    status: int | None = None
    left: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Count down from `times`."""
        self.left = self.times

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Fault:
        """Read a fault from JSON; raise ValueError if a member is unknown or invalid."""
        known = {member.name for member in fields(cls) if member.init}
        if unknown := sorted(set(raw) - known):
            raise ValueError(f"unknown member {', '.join(unknown)}; the members are: {', '.join(sorted(known))}")
        if missing := {"operation", "kind"} - set(raw):
            raise ValueError(f"missing member {', '.join(sorted(missing))}")
        if raw.get("when", "before") not in ("before", "after"):
            raise ValueError("when must be before or after")
        if not isinstance(raw.get("times", 1), int) or raw.get("times", 1) < 1:
            raise ValueError("times must be a whole number, 1 or more")
        if not isinstance(raw.get("seconds", 0), (int, float)) or raw.get("seconds", 0) < 0:
            raise ValueError("seconds must be a number, 0 or more")
        return cls(**{**raw, "kind": FaultKind(raw["kind"])})

    def matches(self, service: str, operation: str) -> bool:
        """Return whether the fault is for a request."""
        return self.operation in ("*", operation, f"{service}:{operation}")

    def error(self, service: str, operation: str) -> tuple[int, str, str]:
        """Return HTTP status, code and message of the response."""
        status, code, message = ERRORS[self.kind]
        message = message.format(action=f"{service}:{operation}")
        return self.status or status, self.code or code, self.message or message

    def as_json(self) -> dict[str, Any]:
        """Return the fault as JSON, with the number of times that are left."""
        return {member.name: getattr(self, member.name) for member in fields(self)}


class Faults:
    """The faults still to come, in order."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Queue a fault."""
        with self._lock:
            self._queue.append(fault)
        return fault

    def take(self, service: str, operation: str) -> Fault | None:
        """Use up one time of the first fault that matches a request, except for stale reads."""
        return self._take(service, operation, stale=False)

    def take_stale(self, operation: str) -> float:
        """Use up one time of a stale-reads fault; return for how many simulated seconds the resource stays hidden."""
        fault = self._take("sagemaker", operation, stale=True)
        return fault.seconds if fault else 0.0

    def pending(self) -> list[Fault]:
        """Return the faults still to come."""
        with self._lock:
            return list(self._queue)

    def clear(self) -> None:
        """Drop every fault."""
        with self._lock:
            self._queue.clear()

    def _take(self, service: str, operation: str, *, stale: bool) -> Fault | None:
        with self._lock:
            for fault in self._queue:
                if (fault.kind is FaultKind.STALE_READS) == stale and fault.matches(service, operation):
                    fault.left -= 1
                    if fault.left <= 0:
                        self._queue.remove(fault)
                    return fault
        return None
