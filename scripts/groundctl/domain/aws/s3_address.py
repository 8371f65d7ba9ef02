"""Addresses of objects on S3: AWS takes s3:// and https:// in requests, and returns what it was given."""

from __future__ import annotations

import re

# https addresses of S3 objects, by both of S3's ways to write them.
_HTTPS = (
    re.compile(r"https://([a-z0-9][a-z0-9.-]+)\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/(.+)"),
    re.compile(r"https://s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/([a-z0-9][a-z0-9.-]+)/(.+)"),
)


def as_s3(uri: str) -> str:
    """Write an https address of an S3 object as its S3 URI; other texts stay as they are."""
    found = next((match for form in _HTTPS if (match := form.fullmatch(uri))), None)
    return f"s3://{found[1]}/{found[2]}" if found else uri
