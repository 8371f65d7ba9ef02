"""What a manifest line says about a label: one answer for the input of a job and for its output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Ground Truth writes one of these beside every label, and beside every failure to find one; custom jobs use the other spelling.
_WRITTEN_BY_AWS = frozenset(
    {"failure-reason", "failure_reason", "human-annotated", "human_annotated", "job-name", "job_name"}
)


def is_label(value: Any) -> bool:  # any JSON value
    """Return whether the value of a label attribute is a label; null and an empty text are none."""
    return value is not None and value != ""


def has_stray_metadata(line: Mapping[str, Any], attribute: str) -> bool:  # JSON
    """Return whether a line has the metadata of a label, but no label, and the metadata is not Ground Truth's own."""
    if attribute in line or (key := f"{attribute}-metadata") not in line:
        return False
    metadata = line[key]
    return not isinstance(metadata, Mapping) or _WRITTEN_BY_AWS.isdisjoint(metadata)
