"""Sentences about a job's labels that the terminal, the page, and the tables share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundctl.domain.jobs.observed import Status
from groundctl.domain.results.agreement import Agreement, Votes
from groundctl.domain.results.output_line import NoLabelReason
from groundctl.domain.results.results import Results
from groundctl.domain.tracking.progress import progress_of
from groundctl.presentation.text import count, moment

STATUS = {
    Status.INITIALIZING: "initializing",
    Status.IN_PROGRESS: "in progress",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.STOPPING: "stopping",
    Status.STOPPED: "stopped",
}

_REASONS = {
    NoLabelReason.NOT_YET: "not labeled yet",
    NoLabelReason.NO_LABEL: "no usable answer: workers declined it, its time ran out, or the clip could not be shown",
    NoLabelReason.EMPTY_LABEL: "the line in the output manifest has a label that is null or empty",
    NoLabelReason.TOO_FEW: "some workers answered, but too few for a label before its time ran out",
    NoLabelReason.NO_ANSWER: "no answers: workers declined it, its time ran out, or the clip could not be shown",
    NoLabelReason.STOPPED: "the job was stopped before the clip had a label",
    NoLabelReason.JOB_FAILED: "the job failed before the clip had a label",
    NoLabelReason.NOT_A_CLASS: "the value in the output manifest is not a class: check that this is a video classification job",
    NoLabelReason.UNREADABLE: "the line in the output manifest is not JSON",
}

MAX_NAMED_IN_NOTES = 5

# Reasons that a new job for the same clip may overcome.
_WORTH_ANOTHER_JOB = {
    NoLabelReason.NO_LABEL,
    NoLabelReason.TOO_FEW,
    NoLabelReason.NO_ANSWER,
    NoLabelReason.STOPPED,
    NoLabelReason.JOB_FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Something to do about results, with the lines that it adds to a declaration, if any."""

    sentence: str
    declaration: tuple[str, ...] = ()


def headline(results: Results) -> str:
    """Return one line with the job's status and how many clips have a label."""
    job = results.labeled_job.job
    labeled, clips, check = results.labeled_clips, results.clips, results.verification
    verb = "has" if labeled == 1 or clips == 1 else "have"
    if check is not None and check.bought is None:
        figures = f"{labeled:,} of {count(clips, 'clip')} in the output manifest {verb} a label (total not verified)"
    elif clips and labeled == clips:
        figures = "the one clip has a label" if clips == 1 else f"all {clips:,} clips have a label"
    else:
        figures = f"{labeled:,} of {count(clips, 'clip')} {verb} a label"
    return f"{job.name}: {STATUS[job.status]}, {figures}"


def notes(results: Results) -> list[str]:
    """Return what a reader needs to know to interpret the counts."""
    lines = verification_sentences(results)
    if not results.labeled_job.labels:
        lines.append("The job's list of labels could not be read, so labels with a count of 0 are not shown.")
    if undeclared := [label_count.label for label_count in results.counts if not label_count.declared]:
        lines.append(f"Not among the labels of this job: {', '.join(undeclared)}.")
    if results.from_earlier_jobs:
        labels = count(results.from_earlier_jobs, "label")
        lines.append(f"{labels} came with the input, from an earlier job; workers were not asked again.")
    if results.renumbered:
        has = "has" if results.renumbered == 1 else "have"
        labels = count(results.renumbered, "label")
        lines.append(f"{labels} {has} a class number that means another label in this job: use the class names.")
    return lines


def verification_sentences(results: Results) -> list[str]:
    """Say how the output manifest differs from what was bought."""
    check = results.verification
    if check is None:
        return []
    lines = []
    if check.bought is None:
        lines.append(f"The total was not verified: {check.not_verified}.")
    for clips, what in (
        (check.missing, "bought, but without a line in the output manifest"),
        (check.repeated, "more lines in the output manifest than were bought"),
        (check.surplus, "in the output manifest, but never bought by this job"),
        (check.few_answers, "fewer answers than ordered"),
    ):
        if clips.count:
            rest = clips.count - len(clips.names[:MAX_NAMED_IN_NOTES])
            more = f", and {rest:,} more" if rest > 0 else ""
            lines.append(f"{count(clips.count, 'clip')}: {what}: {', '.join(clips.names[:MAX_NAMED_IN_NOTES])}{more}.")
    if check.counted is not None and not results.from_earlier_jobs:
        lines.append(f"AWS counts {count(check.counted, 'labeled clip')}; the output manifest has {results.labeled:,}.")
    return lines


def next_steps(results: Results, now: datetime) -> list[NextStep]:
    """Return what to do about the results, if anything."""
    labeled_job, job, steps = results.labeled_job, results.labeled_job.job, []
    if not job.status.is_terminal:
        progress = progress_of(job, now)
        end = f"; expected end {moment(progress.expected_end)}" if progress.expected_end else ""
        steps.append(NextStep(sentence=f"labels are still coming in{end}: run this command again later"))
    if job.status is Status.FAILED:
        steps.append(NextStep(sentence=f"fix the failure that AWS reports: {job.failure_reason or 'no reason given'}"))
    if results.verification and results.verification.missing.count:
        sentence = "find out whether the output manifest was changed after the job: a job that continues this one does"
        steps.append(NextStep(sentence=f"{sentence} not reach the clips that it lacks"))
    if job.status.is_terminal and any(group.reason in _WORTH_ANOTHER_JOB for group in results.unlabeled):
        steps.append(
            NextStep(
                sentence="create a job with a new name for the remaining clips; "
                "with these lines, only clips without a label are sent:",
                declaration=(
                    f"input: {{from_job: {job.name}}}",
                    f"output: {{label_attribute: {labeled_job.label_attribute}}}",
                ),
            )
        )
    if labeled_job.workers_per_object == 1 and results.labeled:
        steps.append(NextStep(sentence="for confidence values, use two or more workers per clip in the next job"))
    return steps


def confidence_sentence(results: Results) -> str:
    """Say how many labels have a confidence, or why none has."""
    own_labels = results.labeled - results.from_earlier_jobs
    if results.with_confidence:
        labels = f"{results.with_confidence:,} of {count(own_labels, 'label')}"
        return f"computed for {labels}; compare values within this job only"
    if results.labeled_job.workers_per_object == 1:
        return "not computed: one worker answered each clip"
    return "not computed" if own_labels else ""


def agreement_sentences(agreement: Agreement) -> list[str]:
    """Describe worker agreement in a few sentences that identify no worker."""
    unreadable = count(agreement.unreadable, "entry", "entries")
    skipped = [f"Not included, because unreadable: {unreadable}."] if agreement.unreadable else []
    if agreement.not_read:
        clips = count(agreement.not_read, "clip")
        skipped.append(f"Not included: the answers to {clips}, for which AWS wrote no consolidation request.")
    if not agreement.objects:
        if agreement.not_read:
            return ["No clip whose answers were read has answers from two workers.", *skipped]
        return ["No clip has answers from two workers, so there is nothing to compare.", *skipped]
    share = agreement.unanimous / agreement.objects
    lines = [f"Workers agree on {agreement.unanimous:,} of {count(agreement.objects, 'clip')} ({share:.0%})."]
    if agreement.alpha is not None:
        lines.append(f"Krippendorff's alpha (nominal): {agreement.alpha:.2f} (1: perfect agreement, 0: chance).")
    else:
        lines.append("Krippendorff's alpha is undefined: all answers are the same label.")
    most, fewest = agreement.answers_per_worker[0], agreement.answers_per_worker[-1]
    each = f"{most:,}" if most == fewest else f"{fewest:,} to {most:,}"
    workers = count(len(agreement.answers_per_worker), "worker")
    lines.append(f"{count(agreement.answers, 'answer')} from {workers}, {each} each.")
    if agreement.confused:
        pairs = ", ".join(f"{first} and {second} ({number:,})" for first, second, number in agreement.confused[:3])
        lines.append(f"Most often confused: {pairs}.")
    return [*lines, *skipped]


def votes_text(votes: Votes) -> str:
    """Write the answers to one object: winner 2, let 1."""
    return ", ".join(f"{label} {number}" for label, number in votes)


def reason_text(reason: NoLabelReason, aws_reason: str | None) -> str:
    """Say why there is no label, with the reason that AWS gave, if any."""
    return f"{_REASONS[reason]} (AWS: {aws_reason})" if aws_reason else _REASONS[reason]


def share_text(number: int, total: int) -> str:
    """Write a share in whole percent; a share that rounds to zero is written as <1%."""
    if not total:
        return ""
    share = number / total
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"
