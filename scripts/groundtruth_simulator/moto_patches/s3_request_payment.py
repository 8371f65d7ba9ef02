"""Requester pays, a setting of S3 buckets."""

from __future__ import annotations

import re
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.s3.responses import S3Response

from groundtruth_simulator.labeling.s3_storage import PAYER, payer_of


def add_request_payment() -> None:
    """Add GetBucketRequestPayment and PutBucketRequestPayment, which moto takes for a list of objects and a new bucket."""
    if hasattr(S3Response, "get_bucket_request_payment"):
        return
    reading, writing = S3Response._bucket_response_get, S3Response._bucket_response_put

    @wraps(reading)
    def _get(self: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if "requestPayment" not in querystring:
            return reading(self, bucket_name, querystring)
        self.data["Action"] = "GetBucketRequestPayment"
        return self.serialized(ActionResult({"Payer": payer_of(self.backend.get_bucket(bucket_name))}))

    @wraps(writing)
    def _put(self: Any, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if "requestPayment" not in querystring:
            return writing(self, request, bucket_name, querystring)
        [payer] = re.findall(r"<Payer>(\w+)</Payer>", self.body.decode())
        self.backend.get_bucket(bucket_name).__dict__[PAYER] = payer
        self.data["Action"] = "PutBucketRequestPayment"
        return self.serialized(EmptyResult())

    setattr(S3Response, "_bucket_response_get", _get)  # noqa: B010 - mypy forbids the plain assignment
    setattr(S3Response, "_bucket_response_put", _put)  # noqa: B010 - as above
