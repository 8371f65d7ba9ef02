"""What is said about a job's labels, in sentences that terminal, page and tables share."""

from __future__ import annotations

from datetime import datetime

from groundctl.domain.jobs.observed import Status
from groundctl.domain.results.agreement import Agreement, Votes
from groundctl.domain.results.output_line import Why
from groundctl.domain.results.results import Results
from groundctl.domain.tracking.progress import progress_of
from groundctl.presentation.text import count, moment

STATUS = {
    Status.INITIALIZING: "being set up",
    Status.IN_PROGRESS: "in progress",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.STOPPING: "being stopped",
    Status.STOPPED: "stopped",
}

WHY = {
    Why.NOT_YET: "not labeled yet",
    Why.NO_LABEL: "no usable answer: workers declined it, its time ran out, or the clip could not be shown",
    Why.TOO_FEW: "some workers answered, but too few for a label before its time ran out",
    Why.NOBODY: "nobody answered: workers declined it, its time ran out, or the clip could not be shown",
    Why.STOPPED: "the job was stopped before it had a label",
    Why.JOB_FAILED: "the job failed before it had a label",
    Why.NOT_A_CLASS: "what AWS wrote as its label is no class: is this a video classification job?",
    Why.UNREADABLE: "the line in the output manifest is not JSON",
}

_CAN_BE_ASKED_AGAIN = {Why.NO_LABEL, Why.TOO_FEW, Why.NOBODY, Why.STOPPED, Why.JOB_FAILED}


def headline(results: Results) -> str:
    """Say in one line how a job ended, or how far it is."""
    job = results.origin.job
    verb = "has" if results.labeled == 1 or results.objects == 1 else "have"
    if results.objects and results.labeled == results.objects:
        figures = "the one clip has a label" if results.objects == 1 else f"all {results.objects:,} clips have a label"
    else:
        figures = f"{results.labeled:,} of {count(results.objects, 'clip')} {verb} a label"
    return f"{job.name}: {STATUS[job.status]}, {figures}"


def notes(results: Results) -> list[str]:
    """Say what a reader of the counts has to know."""
    lines = []
    if not results.origin.labels:
        lines.append("The job's list of labels could not be read: a label that nobody gave is missing here.")
    if strange := [one.label for one in results.counts if not one.declared]:
        lines.append(f"Not among the labels of this job: {', '.join(strange)}.")
    if results.earlier:
        lines.append(
            f"{count(results.earlier, 'label')} came with the input, from an earlier job; AWS asked nobody again."
        )
    if results.renumbered:
        has = "has" if results.renumbered == 1 else "have"
        lines.append(
            f"{count(results.renumbered, 'label')} {has} a class number that means another label in this job: go by names."
        )
    return lines


def next_steps(results: Results, now: datetime) -> list[str]:
    """Say what somebody should do about these results, if anything; lines after a step's first are for a declaration."""
    origin, steps = results.origin, []
    job = origin.job
    if not job.status.is_terminal:
        standing = progress_of(job, now)
        end = f"; expected end {moment(standing.expected_end)}" if standing.expected_end else ""
        steps.append(f"labels are still coming in{end}: run this again later")
    if job.status is Status.FAILED:
        steps.append(f"AWS says why it failed: {job.failure_reason or 'nothing'}")
    if job.status.is_terminal and any(one.why in _CAN_BE_ASKED_AGAIN for one in results.unlabeled):
        steps.append(
            "ask for the rest in a new labeling job with these lines; only clips without a label are sent:\n"
            f"input: {{from_job: {job.name}}}\n"
            f"output: {{label_attribute: {origin.label_attribute}}}"
        )
    if origin.workers_per_object == 1 and results.labeled:
        steps.append("with two workers per clip or more, AWS says how sure a label is")
    return steps


def confidence_words(results: Results) -> str:
    """Say for how many labels there is a confidence, or why there is none."""
    ours = results.labeled - results.earlier
    if results.computed:
        return f"AWS computed it for {results.computed:,} of {count(ours, 'label')}; compare it within this job only"
    if results.origin.workers_per_object == 1:
        return "not computed: one worker answered each clip"
    return "not computed" if ours else ""


def agreement_words(agreement: Agreement) -> list[str]:
    """Say how far workers agree, in a few sentences and without naming anybody."""
    unread = count(agreement.unreadable, "entry", "entries")
    missing = [f"Left out of these figures, because unreadable: {unread}."] if agreement.unreadable else []
    if not agreement.objects:
        return ["No clip has answers of two workers: nothing to compare.", *missing]
    share = agreement.unanimous / agreement.objects
    lines = [f"Workers agree on {agreement.unanimous:,} of {count(agreement.objects, 'clip')} ({share:.0%})."]
    if agreement.alpha is not None:
        lines.append(
            f"Krippendorff's alpha (nominal): {agreement.alpha:.2f}. 1 is perfect, 0 is what chance would give."
        )
    else:
        lines.append("Krippendorff's alpha says nothing here: only one label was ever given.")
    busiest, idlest = agreement.answers_per_worker[0], agreement.answers_per_worker[-1]
    each = f"{busiest:,}" if busiest == idlest else f"{idlest:,} to {busiest:,}"
    workers = len(agreement.answers_per_worker)
    lines.append(f"{count(agreement.answers, 'answer')} from {count(workers, 'worker')}, {each} each.")
    if agreement.confused:
        pairs = ", ".join(f"{first} and {second} ({number:,})" for first, second, number in agreement.confused[:3])
        lines.append(f"Most often confused: {pairs}.")
    return [*lines, *missing]


def votes_words(votes: Votes) -> str:
    """Write the answers to one object: winner 2, let 1."""
    return ", ".join(f"{label} {number}" for label, number in votes)


def why_words(why: Why, told: str | None) -> str:
    """Say why there is no label, with AWS's own words where it has some."""
    return f"{WHY[why]} (AWS: {told})" if told else WHY[why]


def share_words(number: int, total: int) -> str:
    """Write a share in whole per cent; what is little but not nothing does not read as nothing."""
    if not total:
        return ""
    share = number / total
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"
