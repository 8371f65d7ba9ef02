"""Names of labeling jobs, as AWS compares them."""

from __future__ import annotations

import re
from typing import NewType

# A job's name in lower case. Two names with the same key are one name to AWS.
JobKey = NewType("JobKey", str)

JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


def job_key(name: str) -> JobKey:
    """Turn a name into the form in which AWS compares names: ignoring case."""
    return JobKey(name.lower())
