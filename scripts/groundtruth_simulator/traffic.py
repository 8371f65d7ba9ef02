"""Which AWS operation a request is, whether it changes anything, and the log of those seen."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

KEPT = 100_000  # requests
SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request")
READING = re.compile(
    r"^(Get|List|Describe|Head|BatchGet|Search|Lookup|Query|Scan|Select|Simulate|Validate|Test|Render)"
)
SERVICE_ALIASES = {"monitoring": "cloudwatch", "eventbridge": "events"}  # signing names that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, named the way AWS names it."""

    service: str
    operation: str
    region: str
    json: bool  # whether errors go out as JSON or as XML

    @property
    def mutating(self) -> bool:
        """Tell whether the operation can change anything; sts only hands out credentials."""
        return self.service != "sts" and not READING.match(self.operation)


def name_call(request: Request, body: bytes) -> Call:
    """Name a request by its signature's scope and by target header, form or path; an unsigned one is S3's or, a form, STS's."""
    scope = SCOPE.search(request.headers.get("Authorization", "")) or SCOPE.search(
        f"Credential={request.args.get('X-Amz-Credential', '')}"
    )
    is_form = (request.content_type or "").startswith("application/x-www-form-urlencoded")
    # Whoever shows an identity to get credentials has none to sign with.
    signed = scope["service"] if scope else "sts" if is_form else "s3"
    service = SERVICE_ALIASES.get(signed, signed)
    target = request.headers.get("X-Amz-Target")
    is_json = target is not None
    if target is not None:
        operation = target.rpartition(".")[2]
    elif is_form:
        operation = parse_qs(body.decode(errors="replace")).get("Action", ["?"])[0]
    else:
        operation = _by_path(service, request)
        is_json = service != "s3"
    return Call(service=service, operation=operation, region=scope["region"] if scope else "", json=is_json)


def _by_path(service: str, request: Request) -> str:
    try:
        operation, _ = get_service_router(service).match(request)
    except (NotFound, NotImplementedError, UnknownServiceError):
        return f"{request.method} {request.path}"
    return str(operation.name)


class RequestLog:
    """The last requests, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def add(self, call: Call, at: datetime, *, status: int | None, fault: str | None) -> None:
        """Remember a request; a status of None means that the client got no answer."""
        entry = {
            "time": at.isoformat(),
            "service": call.service,
            "operation": call.operation,
            "mutating": call.mutating,
            "region": call.region,
            "status": status,
            "fault": fault,
        }
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[dict[str, Any]]:
        """Return the requests, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget the requests."""
        with self._lock:
            self._entries.clear()
