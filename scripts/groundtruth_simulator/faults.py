"""Faults on order: a request that times out, breaks off, is refused, or whose effect is not seen for a while."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What the client sees instead of an answer; STALE_READS hides a created job from Describe, List and Stop."""

    TIMEOUT = "timeout"
    RESET = "reset"
    ERROR500 = "error500"
    THROTTLE = "throttle"
    ACCESS_DENIED = "access_denied"
    ERROR = "error"
    STALE_READS = "stale_reads"


ERRORS = {
    Kind.ERROR500: (500, "InternalFailure", "The request processing has failed because of an unknown error."),
    Kind.THROTTLE: (400, "ThrottlingException", "Rate exceeded"),
    Kind.ACCESS_DENIED: (
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: {action} "
        "because no identity-based policy allows the {action} action",
    ),
    Kind.ERROR: (400, "ValidationException", "An error on order."),
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One kind of fault for the next `times` requests of an operation ("*" for any, "s3:PutObject" to name the service)."""

    operation: str
    kind: Kind
    when: str = "before"  # "before": nothing happens; "after": the request takes effect, then breaks
    times: int = 1
    seconds: float = 0.0  # timeout: how long the server stays silent; stale_reads: simulated seconds
    code: str | None = None
    message: str | None = None
    status: int | None = None
    left: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Count down from `times`."""
        self.left = self.times

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Fault:
        """Read a fault from JSON; raise ValueError if a member is unknown or unfit."""
        known = {each.name for each in fields(cls) if each.init}
        if unknown := sorted(set(raw) - known):
            raise ValueError(f"unknown member {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        if missing := {"operation", "kind"} - set(raw):
            raise ValueError(f"missing member {', '.join(sorted(missing))}")
        if raw.get("when", "before") not in ("before", "after"):
            raise ValueError("when is before or after")
        if not isinstance(raw.get("times", 1), int) or raw.get("times", 1) < 1:
            raise ValueError("times is a whole number, 1 or more")
        if not isinstance(raw.get("seconds", 0), (int, float)) or raw.get("seconds", 0) < 0:
            raise ValueError("seconds is a number, 0 or more")
        return cls(**{**raw, "kind": Kind(raw["kind"])})

    def fits(self, service: str, operation: str) -> bool:
        """Tell whether a request is one of those to break."""
        return self.operation in ("*", operation, f"{service}:{operation}")

    def error(self, service: str, operation: str) -> tuple[int, str, str]:
        """Return HTTP status, code and message of the answer."""
        status, code, message = ERRORS[self.kind]
        message = message.format(action=f"{service}:{operation}")
        return self.status or status, self.code or code, self.message or message

    def as_json(self) -> dict[str, Any]:
        """Return the fault as it was ordered, with what is left of it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


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
        """Use up one time of the first fault on the wire that fits a request."""
        return self._take(service, operation, stale=False)

    def take_stale(self, operation: str) -> float:
        """Use up one time of a stale-reads fault; return for how many simulated seconds the thing stays unseen."""
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
                if (fault.kind is Kind.STALE_READS) == stale and fault.fits(service, operation):
                    fault.left -= 1
                    if fault.left <= 0:
                        self._queue.remove(fault)
                    return fault
        return None
