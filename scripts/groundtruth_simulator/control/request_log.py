"""Identifies the AWS operation of a request, and logs the requests."""

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

MAX_ENTRIES = 100_000  # requests
CREDENTIAL_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request")
READ_OPERATIONS = re.compile(
    r"^(Get|List|Describe|Head|BatchGet|Search|Lookup|Query|Scan|Select|Simulate|Validate|Test|Render)"
)
SERVICE_ALIASES = {"monitoring": "cloudwatch", "eventbridge": "events"}  # signing names that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, with the service and operation as AWS names them."""

    service: str
    operation: str
    region: str
    json: bool  # whether the service sends errors as JSON; otherwise XML

    @property
    def mutating(self) -> bool:
        """Return whether the operation can change anything; STS only issues credentials."""
        return self.service != "sts" and not READ_OPERATIONS.match(self.operation)


def identify_call(request: Request, body: bytes) -> Call:
    """Identify a request by its credential scope, and by target header, form or path; an unsigned form is for STS, else S3."""
    scope = CREDENTIAL_SCOPE.search(request.headers.get("Authorization", "")) or CREDENTIAL_SCOPE.search(
        f"Credential={request.args.get('X-Amz-Credential', '')}"
    )
    is_form = (request.content_type or "").startswith("application/x-www-form-urlencoded")
    # AssumeRoleWithWebIdentity is unsigned, because its caller has no credentials yet.
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
    """The last requests, oldest first. The log is thread-safe."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=MAX_ENTRIES)

    def add(self, call: Call, at: datetime, *, status: int | None, fault: str | None) -> None:
        """Log a request; a status of None means that the client got no response."""
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
        """Clear the log."""
        with self._lock:
            self._entries.clear()
