"""Bucket notifications in S3."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response

from groundtruth_simulator.moto_patches.methods import set_method


def return_eventbridge_configuration() -> None:
    """Return a bucket's EventBridge configuration; moto stores and uses it, but omits it from the response."""
    original = S3Response.get_bucket_notification
    if "EventBridge" in inspect.getsource(original):
        return

    @wraps(original)
    def get_bucket_notification(self: Any) -> Any:
        stored = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if stored is not None and stored.event_bridge is not None:
            serialize = self.serialized
            # On this response object only: add the omitted member to what moto is about to serialize.
            self.serialized = lambda response: serialize(
                ActionResult({**response.result, "EventBridgeConfiguration": {}})
            )
        return original(self)

    set_method(S3Response, get_bucket_notification)
