"""Names of labeling jobs, as AWS compares them."""

from __future__ import annotations

from typing import NewType

# A job's name in lower case. Two names with the same key are one name to AWS.
JobKey = NewType("JobKey", str)


def job_key(name: str) -> JobKey:
    """Turn a name into the form in which AWS compares names: ignoring case."""
    return JobKey(name.lower())
