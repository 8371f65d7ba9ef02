"""Checks a job against the job it continues. GT704, GT705."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groundctl.domain.canonical_json import parse_json_object
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import ChainedInput, JobSpec, parse_spec

# The content of a kept declaration.json: `declared`, as the file said it, and `texts`.
DeclarationContent = Mapping[str, Any]


def parse_kept_declaration(raw: bytes) -> DeclarationContent | None:
    """Read a kept declaration.json; None for anything else, because others may write to the bucket."""
    try:
        content = parse_json_object(raw)
        spec = parse_spec({"owner": "", **content["declared"]})
        texts = content.get("texts", {})
        is_whole = isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values())
        names = (spec.name, spec.label_attribute, *(label.name for label in spec.labels))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return None
    return content if is_whole and all(isinstance(name, str) for name in names) else None


def check_continuation(spec: JobSpec, before: DeclarationContent) -> Iterator[Diagnostic]:
    """Compare a job with the declaration of the one it continues, as kept beside that job's manifest.

    The attribute decides what Ground Truth does: with the same one only what has no label is sent out, and the numbers in
    the output go on meaning labels by their order; with another one every clip is asked again.
    """
    assert isinstance(spec.source, ChainedInput)  # noqa: S101 - asked for chained jobs only
    earlier = parse_spec({"owner": "", **before["declared"]})
    names, before_names = [label.name for label in spec.labels], [label.name for label in earlier.labels]
    if spec.label_attribute == earlier.label_attribute and names != before_names:
        yield Diagnostic(
            rule="GT704",
            pointer="/task/labels",
            message=f"continues {earlier.name} under the same attribute with other labels, or in another order",
            hint=f"write the labels as they were ({', '.join(before_names)}): the output numbers them by their order",
        )
    elif (
        spec.label_attribute != earlier.label_attribute and sorted(names) == sorted(before_names) and not spec.rerun_of
    ):
        yield Diagnostic(
            rule="GT705",
            pointer="/output/label_attribute",
            message=f"asks for the same labels as {earlier.name} under another attribute: every clip would be paid for again",
            hint=f"write `output: {{label_attribute: {earlier.label_attribute}}}`, or `rerun_of` to pay again on purpose",
        )
