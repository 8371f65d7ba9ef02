"""Short-lived URLs for clips, signed as S3 signs them, so that a browser can play what grant_read_access hands out."""

from __future__ import annotations

from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from groundtruth_simulator.storage import split_uri

VALID_SECONDS = 3600  # AWS says short-lived and states no time


def presigned_url(uri: str, *, region: str, endpoint: str | None) -> str:
    """Return a URL for an S3 object: at the endpoint, path style, or at AWS's own address if there is none."""
    bucket, key = split_uri(uri)
    base = f"{endpoint}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
    request = AWSRequest(method="GET", url=f"{base}/{quote(key)}")
    signer = S3SigV4QueryAuth(Credentials("testing", "testing"), "s3", region, expires=VALID_SECONDS)
    signer.add_auth(request)
    return str(request.url)
