"""A job's labels as one HTML page that requests nothing from the network but its clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundctl.domain.results.agreement import Agreement
from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.domain.results.results import LabelCount, Results, UnlabeledGroup
from groundctl.presentation.html.clip_selection import select_clips
from groundctl.presentation.html.page import media_source, render_page
from groundctl.presentation.html.results_clips import ClipsView, clips_view
from groundctl.presentation.html.results_plots import Histogram, histogram_of
from groundctl.presentation.html.text_views import (
    Fact,
    ObjectLocation,
    TextRun,
    as_sentence,
    object_location,
    text_runs,
)
from groundctl.presentation.results_sentences import (
    STATUS,
    NextStep,
    agreement_sentences,
    confidence_sentence,
    next_steps,
    notes,
    reason_text,
    share_text,
    votes_text,
)
from groundctl.presentation.text import count, moment

# More cards make a page slow to open; the table beside it has every clip.
MAX_CLIPS = 400

ClipUrl = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStepView:
    """What to do about the results, with lines for a declaration if there are any."""

    sentence: tuple[TextRun, ...]
    declaration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """How often a label was given."""

    label: str
    count: str
    share: str
    mean_confidence: str
    percent_of_longest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """An object on which workers disagree."""

    location: ObjectLocation
    answers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """How far workers agree."""

    sentences: tuple[str, ...]
    disputed: tuple[DisputeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlabeledRow:
    """Clips without a label for one reason; more is empty if the examples are all of them."""

    count: str
    reason: str
    examples: tuple[ObjectLocation, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsView:
    """Everything that the results page shows."""

    job_name: str
    question: str
    labeled: str
    objects: str
    labeled_percent: str
    facts: tuple[Fact, ...]
    output_manifest: str
    notes: tuple[str, ...]
    next_steps: tuple[NextStepView, ...]
    labels: tuple[LabelRow, ...]
    has_confidence: bool
    confidence: str
    histogram: Histogram | None
    agreement: AgreementView | None
    unlabeled: tuple[UnlabeledRow, ...]
    clips: ClipsView | None
    generated_at: str


def results_page(
    results: Results,
    objects: Iterable[LabeledObject],
    *,
    now: datetime,
    clip_url: ClipUrl | None = None,
    max_clips: int = MAX_CLIPS,
) -> str:
    """Write the page; clip_url returns the address a clip plays from, or None."""
    selected = select_clips(objects, max_clips)
    urls = {each.position: url for each in selected if clip_url and (url := clip_url(each.source_ref))}
    return render_page(
        "results",
        _view(results, clips_view(results, selected, urls), now),
        title=f"{results.labeled_job.job.name}: results",
        clips_from=filter(None, map(media_source, urls.values())),
    )


def _view(results: Results, clips: ClipsView | None, now: datetime) -> ResultsView:
    share = results.labeled_clips / results.clips if results.clips else 0.0
    confidence = confidence_sentence(results)
    longest = max((each.count for each in results.counts), default=0)
    return ResultsView(
        job_name=results.labeled_job.job.name,
        question=results.labeled_job.question,
        labeled=f"{results.labeled_clips:,}",
        objects=count(results.clips, "clip"),
        labeled_percent=f"{share * 100:.2f}",
        facts=_facts(results, now),
        output_manifest=results.labeled_job.output_manifest,
        notes=tuple(notes(results)),
        next_steps=tuple(map(_next_step, next_steps(results, now))),
        labels=tuple(_label_row(each, results, longest) for each in results.counts),
        has_confidence=bool(results.with_confidence),
        confidence=as_sentence(confidence) if confidence else "",
        histogram=histogram_of(results.histogram) if results.with_confidence else None,
        agreement=_agreement(results.agreement) if results.agreement else None,
        unlabeled=_unlabeled(results.unlabeled),
        clips=clips,
        generated_at=moment(now),
    )


def _facts(results: Results, now: datetime) -> tuple[Fact, ...]:
    job = results.labeled_job.job
    running = "" if job.status.is_terminal else f" at {moment(now)}"
    return (
        Fact(name="Status", value=STATUS[job.status] + running),
        Fact(name="Workers per clip", value=f"{results.labeled_job.workers_per_object}"),
        Fact(name="Created", value=moment(job.created)),
        Fact(name="Last modified", value=moment(job.modified)),
    )


def _next_step(step: NextStep) -> NextStepView:
    return NextStepView(sentence=text_runs(as_sentence(step.sentence)), declaration="\n".join(step.declaration))


def _label_row(label_count: LabelCount, results: Results, longest: int) -> LabelRow:
    mean = "not computed" if label_count.mean_confidence is None else f"{label_count.mean_confidence:.2f}"
    width = 100 * label_count.count / longest if longest else 0.0
    return LabelRow(
        label=label_count.label,
        count=f"{label_count.count:,}",
        share=share_text(label_count.count, results.labeled),
        mean_confidence=mean if label_count.count else "",
        percent_of_longest=f"{width:.2f}",
    )


def _agreement(agreement: Agreement) -> AgreementView:
    return AgreementView(
        sentences=tuple(agreement_sentences(agreement)),
        disputed=tuple(
            DisputeRow(location=object_location(dispute.source_ref), answers=votes_text(dispute.answers))
            for dispute in agreement.disputed
        ),
    )


def _unlabeled(groups: Sequence[UnlabeledGroup]) -> tuple[UnlabeledRow, ...]:
    return tuple(
        UnlabeledRow(
            count=count(group.count, "clip"),
            reason=reason_text(group.reason, group.aws_reason),
            examples=tuple(map(object_location, group.examples)),
            more=f"{group.count - len(group.examples):,}" if group.count > len(group.examples) else "",
        )
        for group in groups
    )
