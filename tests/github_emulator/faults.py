"""Injected faults: timeouts, resets, rate limits and broken responses."""

from __future__ import annotations

import copy
import fnmatch
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from github_emulator.http_messages import ApiResponse, refusal

UNICORN = (
    "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body><p>We had issues.</p></body></html>"
)


class Kind(StrEnum):
    """What the client receives instead of a response."""

    TIMEOUT = "timeout"  # silence for `seconds`, then the connection ends
    RESET = "reset"  # the connection breaks
    ERROR = "error"  # `status` with GitHub's JSON
    HTML = "html"  # `status` with a page, as from a proxy or GitHub's unicorn
    BROKEN_JSON = "broken_json"  # 200, and the JSON ends in the middle
    SECONDARY_LIMIT = "secondary_limit"  # `status` 403 or 429, with retry-after of `seconds` unless that is 0
    PRIMARY_LIMIT = "primary_limit"  # `status` 403 or 429, nothing remaining, reset in `seconds`
    EXPIRED = "expired"  # 401: the token ended
    FORBIDDEN = "forbidden"  # 403: Resource not accessible by integration
    NOT_FOUND = "not_found"
    INVALID = "invalid"  # 422
    ALTERED = "altered"  # the true answer with its body changed by `change`


# Kinds that break the response itself, so the description does not apply.
BREAKING = frozenset({Kind.TIMEOUT, Kind.RESET, Kind.HTML, Kind.BROKEN_JSON, Kind.ALTERED})

DEFAULT_STATUS = {
    Kind.ERROR: 500,
    Kind.HTML: 502,
    Kind.BROKEN_JSON: 200,
    Kind.SECONDARY_LIMIT: 403,
    Kind.PRIMARY_LIMIT: 403,
    Kind.EXPIRED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.INVALID: 422,
}
MESSAGES = {
    Kind.ERROR: "Server Error",
    Kind.SECONDARY_LIMIT: ("You have exceeded a secondary rate limit. Please wait a few minutes before you try again."),
    Kind.PRIMARY_LIMIT: "API rate limit exceeded for installation.",
    Kind.EXPIRED: "Bad credentials",
    Kind.FORBIDDEN: "Resource not accessible by integration",
    Kind.NOT_FOUND: "Not Found",
    Kind.INVALID: "Validation Failed",
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One kind of fault for the next `times` requests of an operation ("issues/update-comment", "checks/*", "*")."""

    operation: str
    kind: Kind
    when: str = "before"  # "before": nothing happens; "after": the request takes effect, then breaks
    times: int = 1
    skip: int = 0  # how many that fit pass unharmed first
    seconds: int = 0
    status: int = 0
    message: str = ""
    change: Callable[[Any], Any] = lambda body: body
    left: int = field(default=0, init=False)
    passed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Check `when`, and count down from `times`."""
        if self.kind is Kind.ALTERED:
            self.when = "after"  # there must be an answer to change
        if self.when not in ("before", "after"):
            raise ValueError("when is before or after")
        self.left = self.times

    def fits(self, operation: str) -> bool:
        """Return whether the fault applies to an operation."""
        return fnmatch.fnmatchcase(operation, self.operation)

    def answer(self, true: ApiResponse | None = None) -> ApiResponse:
        """Return the response for the client, who would get the true one without a fault; TIMEOUT and RESET have none."""
        if self.kind is Kind.ALTERED and true is not None:
            return replace(true, status=self.status or true.status, body=self.change(copy.deepcopy(true.body)))
        status = self.status or DEFAULT_STATUS[self.kind]
        if self.kind is Kind.HTML:
            return ApiResponse(
                status=status, body=UNICORN.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
            )
        if self.kind is Kind.BROKEN_JSON:
            return ApiResponse(
                status=status, body=b'{"id": 1, "body": "half a', headers={"Content-Type": "application/json"}
            )
        headers: dict[str, str] = {}
        if self.kind is Kind.SECONDARY_LIMIT and self.seconds:
            headers["Retry-After"] = str(self.seconds)
        if self.kind is Kind.PRIMARY_LIMIT:
            headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + self.seconds)}
        return refusal(status, self.message or MESSAGES[self.kind], headers=headers)


class NoResponseError(Exception):
    """The client gets no response: a timeout, or a broken connection."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        super().__init__(fault.kind.value)
        self.fault = fault


@dataclass(slots=True, kw_only=True)
class Interruption:
    """An action to run before the next request of an operation."""

    operation: str
    action: Callable[[], object]


class Faults:
    """The queue of pending faults."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._queue: list[Fault] = []
        self._interruptions: list[Interruption] = []

    def add(self, operation: str, kind: Kind, **more: object) -> Fault:
        """Add a fault; see `Fault` for its options."""
        fault = Fault(operation=operation, kind=kind, **more)  # type: ignore[arg-type] # the dataclass checks names
        with self._lock:
            self._queue.append(fault)
        return fault

    def before_next(self, operation: str, action: Callable[[], object]) -> None:
        """Run an action once, just before the next request of an operation."""
        with self._lock:
            self._interruptions.append(Interruption(operation=operation, action=action))

    def take(self, operation: str) -> Fault | None:
        """Consume one use of the first fault that applies."""
        with self._lock:
            for fault in self._queue:
                if not fault.fits(operation):
                    continue
                if fault.passed < fault.skip:
                    fault.passed += 1
                    continue
                fault.left -= 1
                if fault.left <= 0:
                    self._queue.remove(fault)
                return fault
        return None

    def run_interruptions(self, operation: str) -> None:
        """Run the actions that wait for an operation."""
        with self._lock:
            due = [each for each in self._interruptions if fnmatch.fnmatchcase(operation, each.operation)]
            self._interruptions = [each for each in self._interruptions if each not in due]
        for each in due:
            each.action()

    def pending(self) -> list[Fault]:
        """Return the pending faults."""
        with self._lock:
            return list(self._queue)

    def clear(self) -> None:
        """Remove all faults and actions."""
        with self._lock:
            self._queue.clear()
            self._interruptions.clear()
