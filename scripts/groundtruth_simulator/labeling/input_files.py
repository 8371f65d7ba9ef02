"""The files that a labeling job reads before it starts: input manifest and label category configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_OBJECTS = 100_000  # guide: input-data-limits; adjustable per account
MAX_LINE_CHARACTERS = 100_000  # guide: sms-input-data-input-manifest
MAX_LABELS = 30  # guide: input-data-limits, video classification
MAX_LABEL_CHARACTERS = 256  # guide: input-data-limits


class InputError(Exception):
    """The job cannot start; the text becomes its FailureReason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataObject:
    """One line of an input manifest."""

    position: int
    text: str  # as in the file; the output manifest repeats an unlabeled line unchanged
    line: dict[str, Any]
    uri: str
    labeled: bool  # the line already carries the label attribute
    machine_labeled: bool
    available: bool = True  # the clip can be shown to a worker


def read_manifest(body: bytes, attribute: str, uri: str) -> tuple[DataObject, ...]:
    """Parse an input manifest; raise InputError at the first invalid line."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The input manifest {uri} is not UTF-8 encoded.") from error
    # Not splitlines(): only \n and \r\n end a line, and JSON text may contain U+2028 and similar characters.
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    objects = tuple(
        _data_object(position, line, attribute) for position, line in enumerate(line for line in lines if line.strip())
    )
    if not objects:
        raise InputError(f"The input manifest {uri} is empty.")
    if len(objects) > MAX_OBJECTS:
        raise InputError(f"The input manifest has {len(objects)} data objects; the maximum is {MAX_OBJECTS}.")
    return objects


def read_labels(body: bytes, uri: str) -> tuple[str, ...]:
    """Parse a label category configuration file; raise InputError if it is invalid."""
    try:
        labels = tuple(entry["label"] for entry in json.loads(body)["labels"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"The label category configuration file {uri} is not valid.") from error
    if not 1 <= len(labels) <= MAX_LABELS:
        raise InputError(
            f"The label category configuration file has {len(labels)} labels; it must have 1 to {MAX_LABELS}."
        )
    if len(set(labels)) != len(labels):
        raise InputError("The labels in the label category configuration file must be unique.")
    if any(not isinstance(label, str) or not 1 <= len(label) <= MAX_LABEL_CHARACTERS for label in labels):
        raise InputError(f"A label must be a text of 1 to {MAX_LABEL_CHARACTERS} characters.")
    return labels


def _data_object(position: int, text: str, attribute: str) -> DataObject:
    number = position + 1
    if len(text) > MAX_LINE_CHARACTERS:
        raise InputError(f"Line {number} of the input manifest is longer than {MAX_LINE_CHARACTERS} characters.")
    try:
        line = json.loads(text)
    except ValueError as error:
        raise InputError(f"Line {number} of the input manifest is not valid JSON.") from error
    if not isinstance(line, dict) or not isinstance(line.get("source-ref"), str):
        raise InputError(f"Line {number} of the input manifest has no source-ref.")
    if any(key.startswith("$") for key in line):
        raise InputError(f"Line {number} of the input manifest has a key that begins with $.")
    if not _is_s3_object(line["source-ref"]):
        raise InputError(f"Line {number} of the input manifest: {line['source-ref']} is not an S3 URI.")
    return DataObject(
        position=position,
        text=text,
        line=line,
        uri=line["source-ref"],
        labeled=attribute in line,
        machine_labeled=_is_machine_labeled(line.get(f"{attribute}-metadata")),
    )


def _is_s3_object(uri: str) -> bool:
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    return scheme == "s3" and bool(bucket) and bool(key)


def _is_machine_labeled(metadata: object) -> bool:
    return isinstance(metadata, Mapping) and metadata.get("human-annotated") == "no"
