"""Faults on order: what GitHub does to a client on a bad day."""

from __future__ import annotations

import fnmatch
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from github_emulator.exchange import Answer, refusal

UNICORN = (
    "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body><p>We had issues.</p></body></html>"
)


class Kind(StrEnum):
    """What the client sees instead of an answer."""

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


# Kinds that break the answer itself; the description has no say in them.
BREAKING = frozenset({Kind.TIMEOUT, Kind.RESET, Kind.HTML, Kind.BROKEN_JSON})

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
    left: int = field(default=0, init=False)
    passed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Check `when`, and count down from `times`."""
        if self.when not in ("before", "after"):
            raise ValueError("when is before or after")
        self.left = self.times

    def fits(self, operation: str) -> bool:
        """Tell whether a request is of those to break."""
        return fnmatch.fnmatchcase(operation, self.operation)

    def answer(self) -> Answer:
        """Return what the client gets; TIMEOUT and RESET have no answer."""
        status = self.status or DEFAULT_STATUS[self.kind]
        if self.kind is Kind.HTML:
            return Answer(status=status, body=UNICORN.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        if self.kind is Kind.BROKEN_JSON:
            return Answer(
                status=status, body=b'{"id": 1, "body": "half a', headers={"Content-Type": "application/json"}
            )
        headers: dict[str, str] = {}
        if self.kind is Kind.SECONDARY_LIMIT and self.seconds:
            headers["Retry-After"] = str(self.seconds)
        if self.kind is Kind.PRIMARY_LIMIT:
            headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + self.seconds)}
        return refusal(status, self.message or MESSAGES[self.kind], headers=headers)


class NoAnswerError(Exception):
    """The client gets no answer: silence, or a connection that breaks."""

    def __init__(self, fault: Fault) -> None:
        """Remember what was ordered."""
        super().__init__(fault.kind.value)
        self.fault = fault


@dataclass(slots=True, kw_only=True)
class Meanwhile:
    """Something that happens between a client's last look and its next request of an operation."""

    operation: str
    action: Callable[[], object]


class Faults:
    """The faults still to come, in order."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._queue: list[Fault] = []
        self._meanwhile: list[Meanwhile] = []

    def add(self, operation: str, kind: Kind, **more: object) -> Fault:
        """Order a fault; see `Fault` for what can be said of it."""
        fault = Fault(operation=operation, kind=kind, **more)  # type: ignore[arg-type] # the dataclass checks names
        with self._lock:
            self._queue.append(fault)
        return fault

    def meanwhile(self, operation: str, action: Callable[[], object]) -> None:
        """Let something happen once, just before the next request of an operation is looked at."""
        with self._lock:
            self._meanwhile.append(Meanwhile(operation=operation, action=action))

    def take(self, operation: str) -> Fault | None:
        """Use up one time of the first fault that fits."""
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

    def happen(self, operation: str) -> None:
        """Let what was to happen meanwhile happen."""
        with self._lock:
            due = [each for each in self._meanwhile if fnmatch.fnmatchcase(operation, each.operation)]
            self._meanwhile = [each for each in self._meanwhile if each not in due]
        for each in due:
            each.action()

    def pending(self) -> list[Fault]:
        """Return the faults still to come."""
        with self._lock:
            return list(self._queue)

    def clear(self) -> None:
        """Drop them all."""
        with self._lock:
            self._queue.clear()
            self._meanwhile.clear()
