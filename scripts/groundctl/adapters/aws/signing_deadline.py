"""Keeps a create call from being sent once its attempt's time is over.

A process can sleep between writing an attempt and sending its request. AWS accepts a request by the time of its
signature, so the signature is what is compared: after signing, and before the first byte is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_sagemaker.client import SageMakerClient

_BEFORE_SEND = "before-send.sagemaker.CreateLabelingJob"
_SIGNED_AT = "%Y%m%dT%H%M%SZ"


class SignedTooLateError(Exception):
    """The request was signed after its attempt's time, and was not sent."""


def enforce_deadline(client: SageMakerClient, deadline: Callable[[], datetime | None]) -> None:
    """Have a client ask for the deadline before each create call, and raise instead of sending after it."""

    def check(request: Any, **_: Any) -> None:
        signed_until = deadline()
        if signed_until is not None and _signed_at(request.headers.get("X-Amz-Date")) > signed_until:
            raise SignedTooLateError(f"signed after {signed_until:%H:%M:%S} UTC; nothing was sent")

    client.meta.events.register(_BEFORE_SEND, check)


def _signed_at(header: str | bytes | None) -> datetime:
    """Read the time of a signature. A request without one counts as signed too late."""
    if header is None:
        return datetime.max.replace(tzinfo=UTC)
    text = header.decode() if isinstance(header, bytes) else header
    return datetime.strptime(text, _SIGNED_AT).replace(tzinfo=UTC)
