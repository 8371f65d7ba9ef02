"""Clients of a simulated AWS, for actions outside groundctl."""

from __future__ import annotations

from typing import Any

import boto3


def aws_client(service: str, endpoint: str, region: str) -> Any:
    """Return a client of a service, by its name, with the credentials that any simulator takes."""
    return boto3.client(
        service,  # type: ignore[call-overload]  # one name for several services
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
