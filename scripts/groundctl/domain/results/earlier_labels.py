"""Chooses lines of a job's output manifest by their labels, for a job that continues it. GT706, GT707."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundctl.domain.clips.left_out import Why
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.sources import Only
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.near_names import nearest
from groundctl.domain.results.agreement import WorkerAnswers
from groundctl.domain.results.labeled_job import LabeledJob
from groundctl.domain.results.output_line import (
    NoLabelReason,
    OutputLine,
    computed_confidence,
    read_leniently,
    source_in,
)

_MAX_LISTED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLabels:
    """The labels of an earlier job, and which of them are asked for; answers is None if only does not depend on them."""

    job: LabeledJob
    only: Only
    answers: WorkerAnswers | None = None

    def why_not(self, position: int, members: dict[str, Any]) -> Why | None:  # JSON
        """Say why a line of the output manifest is not taken; None if it is."""
        line = read_leniently(members, self.job.label_attribute)
        if isinstance(line, NoLabelReason) or not line.has_label:
            return None if self.only.unlabeled else Why.NO_LABEL
        if not self.only.asks_about_labels:
            return Why.ONLY
        reasons = tuple(self._reasons(line, position, source_in(members)))
        return Why.ONLY if Why.ONLY in reasons else next(iter(reasons), None)

    def _reasons(self, line: OutputLine, position: int, source: str) -> Iterator[Why]:
        only = self.only
        if only.labels and self.job.label_of(line.label, line.metadata.name) not in only.labels:
            yield Why.ONLY
        if only.confidence_below is not None:
            yield from _not_below(computed_confidence(line.metadata.confidence), only.confidence_below)
        if only.agreement_below is not None and self.answers is not None:
            votes = self.answers.by_object.get(self.answers.object_id(position, source), ())
            number = sum(count for _, count in votes)
            if number < 2:
                yield Why.FEW_ANSWERS
            elif votes[0][1] >= only.agreement_below * number:
                yield Why.ONLY


def _not_below(confidence: float | None, bound: Decimal) -> Iterator[Why]:
    if confidence is None:
        yield Why.NO_CONFIDENCE
    elif Decimal(repr(confidence)) >= bound:
        yield Why.ONLY


def check_only(spec: JobSpec, only: Only, earlier: LabeledJob) -> Iterator[Diagnostic]:
    """Compare what a job asks for with the job whose labels these are."""
    yield from _unknown_labels(only, earlier)
    if only.asks_about_labels and spec.label_attribute == earlier.label_attribute:
        yield Diagnostic(
            rule="GT707",
            pointer="/input/only",
            message=f"asks about labeled clips again under `{earlier.label_attribute}`, the attribute of {earlier.job.name}:"
            " Ground Truth skips each clip that already has it",
            hint=f"write `output: {{label_attribute: {_another(spec)}}}`, or take only `unlabeled: true`",
            at_key=True,
        )


def _another(spec: JobSpec) -> str:
    """Return an attribute that AWS accepts and that differs from the declared one."""
    return spec.name if spec.name != spec.label_attribute else f"{spec.label_attribute}-2"


def _unknown_labels(only: Only, earlier: LabeledJob) -> Iterator[Diagnostic]:
    # Without the file of its labels, nothing is known about them.
    known = earlier.labels
    for index, label in enumerate(only.labels if known else ()):
        if label not in known:
            yield Diagnostic(
                rule="GT706",
                pointer=pointer_to("input", "only", "labels", index),
                message=f'"{label}" is not a label of {earlier.job.name}',
                hint=_similar(label, known),
            )


def _similar(label: str, known: Sequence[str]) -> str:
    folded = next((each for each in known if each.casefold() == label.casefold()), None)
    if similar := folded or nearest(label, known):
        return f"did you mean `{similar}`?"
    return f"its labels are: {', '.join(known[:_MAX_LISTED])}"
