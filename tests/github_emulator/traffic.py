"""The log of requests, for assertions."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request and how it ended."""

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
        """Tell whether it asks for a change."""
        return self.method not in ("GET", "HEAD")

    @property
    def done(self) -> bool:
        """Tell whether the client was told that it was done."""
        return self.status is not None and self.status < 400


class RequestLog:
    """Requests, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._seen: list[Seen] = []

    def add(self, seen: Seen) -> None:
        """Remember a request."""
        with self._lock:
            self._seen.append(seen)

    def all(self, operation: str = "", *, mutating: bool | None = None, run: int = 0) -> list[Seen]:
        """Return those of an operation, those that ask for a change, those of a workflow run."""
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
        """Forget all."""
        with self._lock:
            self._seen.clear()
