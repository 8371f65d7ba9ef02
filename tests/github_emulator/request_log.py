"""The log of requests, for assertions in tests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request and its result."""

    operation: str  # such as issues/create-comment; "" for one that is no operation we know
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    token: str
    login: str  # "" if the token was not good
    job: str  # of the workflow run that the token was made for
    run: int
    status: int | None  # None: the client got no answer
    fault: str  # the kind of fault that was ordered for it, or ""

    @property
    def mutating(self) -> bool:
        """Return whether the request can change something."""
        return self.method not in ("GET", "HEAD")

    @property
    def done(self) -> bool:
        """Return whether the client received a success."""
        return self.status is not None and self.status < 400


class RequestLog:
    """Requests, oldest first; thread-safe."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._seen: list[LoggedRequest] = []

    def add(self, seen: LoggedRequest) -> None:
        """Add a request."""
        with self._lock:
            self._seen.append(seen)

    def all(self, operation: str = "", *, mutating: bool | None = None, run: int = 0) -> list[LoggedRequest]:
        """Return the requests of an operation, with or without changes, of a workflow run."""
        with self._lock:
            seen = list(self._seen)
        return [
            each
            for each in seen
            if (not operation or each.operation == operation)
            and (mutating is None or each.mutating == mutating)
            and (not run or each.run == run)
        ]

    def clear(self) -> None:
        """Remove all requests."""
        with self._lock:
            self._seen.clear()
