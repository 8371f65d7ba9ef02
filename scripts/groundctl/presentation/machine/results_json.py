"""A summary of a job's labels as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from groundctl.domain.results.agreement import Agreement
from groundctl.domain.results.results import LabelCount, Results
from groundctl.domain.results.verification import NamedClips, Verification
from groundctl.presentation.results_sentences import next_steps, notes

FORMAT_VERSION = 1


def results_json(results: Results, now: datetime) -> dict[str, Any]:
    """Return a summary of a job's labels as JSON values."""
    labeled_job, job = results.labeled_job, results.labeled_job.job
    return {
        "format_version": FORMAT_VERSION,
        "job": job.name,
        "arn": job.arn,
        "question": labeled_job.question,
        "status": str(job.status),
        "failure_reason": job.failure_reason,
        "label_attribute": labeled_job.label_attribute,
        "workers_per_object": labeled_job.workers_per_object,
        "output_manifest": labeled_job.output_manifest,
        "objects": results.objects,
        "bought": results.verification and results.verification.bought,
        "bought_and_labeled": results.labeled_clips,
        "verification": results.verification and _verification(results.verification),
        "labeled": results.labeled,
        "without_label": results.without_label,
        "labels_from_earlier_jobs": results.from_earlier_jobs,
        "labels_with_another_number": results.renumbered,
        "labels": [_label(label_count, results.labeled) for label_count in results.counts],
        "confidence": {"computed": results.with_confidence, "histogram": list(results.histogram)},
        "least_sure": [
            {"source_ref": each.source_ref, "label": each.label, "confidence": each.confidence}
            for each in results.least_sure
        ],
        "reasons_for_no_label": [
            {
                "reason": str(group.reason),
                "aws_says": group.aws_reason,
                "count": group.count,
                "examples": list(group.examples),
            }
            for group in results.unlabeled
        ],
        "agreement": results.agreement and _agreement(results.agreement),
        "notes": notes(results),
        "what_now": ["\n".join([step.sentence, *step.declaration]) for step in next_steps(results, now)],
    }


def _verification(check: Verification) -> dict[str, Any]:
    return {
        "verified": check.bought is not None,
        "why_not": check.not_verified or None,
        "missing": _clips(check.missing),
        "repeated": _clips(check.repeated),
        "surplus": _clips(check.surplus),
        "fewer_answers_than_ordered": _clips(check.few_answers),
        "labeled_as_aws_counts": check.counted,
    }


def _clips(clips: NamedClips) -> dict[str, Any]:
    return {"count": clips.count, "first": list(clips.names)}


def _label(label_count: LabelCount, total: int) -> dict[str, Any]:
    return {
        "label": label_count.label,
        "count": label_count.count,
        "share": label_count.count / total if total else None,
        "mean_confidence": label_count.mean_confidence,
        "declared": label_count.declared,
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "objects_with_two_answers_or_more": agreement.objects,
        "objects_with_one_answer": agreement.single,
        "unanimous": agreement.unanimous,
        "objects_with_answers_that_were_not_read": agreement.not_read,
        "krippendorff_alpha": agreement.alpha,
        "answers": agreement.answers,
        "answers_per_worker": list(agreement.answers_per_worker),
        "confused": [{"labels": [first, second], "objects": number} for first, second, number in agreement.confused],
        "disputed": [{"source_ref": each.source_ref, "answers": dict(each.answers)} for each in agreement.disputed],
    }
