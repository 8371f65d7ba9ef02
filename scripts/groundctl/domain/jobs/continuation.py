"""Compares a job with the job that it continues. GT704, GT705."""

from __future__ import annotations

from collections.abc import Iterator

from groundctl.domain.canonical_json import JsonObject, parse_json_object
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import JobSpec, parse_spec

# The content of a stored declaration.json: `declared`, as in the file, and `texts`.
DeclarationContent = JsonObject


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
    """Compare a job with the declaration of the job that it continues, as stored beside that job's manifest.

    Ground Truth decides by the label attribute. With the same attribute, only clips without a label are sent to workers,
    and class numbers in the output keep referring to labels by order. With another one, every clip is sent again.
    """
    assert isinstance(spec.source, ChainedInput)  # noqa: S101 - called for continuations only
    earlier = parse_spec({"owner": "", **before["declared"]})
    names, before_names = [label.name for label in spec.labels], [label.name for label in earlier.labels]
    if spec.label_attribute == earlier.label_attribute and names != before_names:
        yield Diagnostic(
            rule="GT704",
            pointer="/task/labels",
            message=f"the labels of {earlier.name} are continued under the same attribute, but these differ or have another order",
            hint=f"write the original labels ({', '.join(before_names)}): the output numbers them by their order",
        )
    elif (
        spec.label_attribute != earlier.label_attribute
        and sorted(names) == sorted(before_names)
        and not spec.rerun_of
        and _takes_labeled(spec)
    ):
        yield Diagnostic(
            rule="GT705",
            # Left out, it is the name of the job.
            pointer="/input/from_job" if spec.label_attribute == spec.name else "/output/label_attribute",
            message=f"the labels of {earlier.name} are asked again under another attribute: {_again(spec)} would be paid for again",
            hint=_how_to_continue(spec, earlier),
        )


def _takes_labeled(spec: JobSpec) -> bool:
    """Return whether a job asks about clips that have a label."""
    return spec.selection.only is None or spec.selection.only.asks_about_labels


def _again(spec: JobSpec) -> str:
    return "every clip" if spec.selection.only is None else "the clips that input.only takes"


def _how_to_continue(spec: JobSpec, earlier: JobSpec) -> str:
    if spec.selection.only is not None:
        return f"write `rerun_of: {{job: {earlier.name}, reason: ...}}` to pay again on purpose"
    return f"write `output: {{label_attribute: {earlier.label_attribute}}}`, or `rerun_of` to pay again on purpose"
