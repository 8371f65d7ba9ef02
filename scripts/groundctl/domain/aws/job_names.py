"""Names of labeling jobs, as AWS compares them."""

from __future__ import annotations

import re
from typing import NewType

# A job's name in lowercase. AWS treats two names with the same key as equal.
JobKey = NewType("JobKey", str)

JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


def job_key(name: str) -> JobKey:
    """Convert a name to the form in which AWS compares names: lowercase."""
    return JobKey(name.lower())
