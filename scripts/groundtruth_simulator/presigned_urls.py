"""Short-lived presigned S3 URLs, so that a browser can play the clips that grant_read_access links to."""

from __future__ import annotations

from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from groundtruth_simulator.labeling.s3_storage import split_uri

VALID_SECONDS = 3600  # AWS documents "short-lived" without a time


def presigned_url(uri: str, *, region: str, endpoint: str | None) -> str:
    """Return a URL for an S3 object: path-style at the endpoint, or at AWS's own address if there is no endpoint."""
    bucket, key = split_uri(uri)
    base = f"{endpoint}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
    request = AWSRequest(method="GET", url=f"{base}/{quote(key)}")
    signer = S3SigV4QueryAuth(Credentials("testing", "testing"), "s3", region, expires=VALID_SECONDS)
    signer.add_auth(request)
    return str(request.url)
