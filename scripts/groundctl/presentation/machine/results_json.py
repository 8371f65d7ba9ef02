"""A summary of a job's labels as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from groundctl.domain.results.agreement import Agreement
from groundctl.domain.results.results import LabelCount, Results
from groundctl.presentation.results_sentences import next_steps, notes

FORMAT_VERSION = 1


def results_json(results: Results, now: datetime) -> dict[str, Any]:
    """Return a summary of a job's labels as JSON values."""
    origin, job = results.origin, results.origin.job
    return {
        "format_version": FORMAT_VERSION,
        "job": job.name,
        "arn": job.arn,
        "question": origin.question,
        "status": str(job.status),
        "failure_reason": job.failure_reason,
        "label_attribute": origin.label_attribute,
        "workers_per_object": origin.workers_per_object,
        "output_manifest": origin.output_manifest,
        "objects": results.objects,
        "labeled": results.labeled,
        "without_label": results.without_label,
        "labels_from_earlier_jobs": results.earlier,
        "labels_with_another_number": results.renumbered,
        "labels": [_label_json(one, results.labeled) for one in results.counts],
        "confidence": {"computed": results.computed, "histogram": list(results.histogram)},
        "least_sure": [
            {"source_ref": one.source_ref, "label": one.label, "confidence": one.confidence}
            for one in results.least_sure
        ],
        "reasons_for_no_label": [
            {"reason": str(one.why), "aws_says": one.told, "count": one.count, "examples": list(one.examples)}
            for one in results.unlabeled
        ],
        "agreement": results.agreement and _agreement_json(results.agreement),
        "notes": notes(results),
        "what_now": next_steps(results, now),
    }


def _label_json(one: LabelCount, total: int) -> dict[str, Any]:
    return {
        "label": one.label,
        "count": one.count,
        "share": round(one.count / total, 4) if total else None,
        "mean_confidence": one.mean_confidence and round(one.mean_confidence, 4),
        "declared": one.declared,
    }


def _agreement_json(agreement: Agreement) -> dict[str, Any]:
    return {
        "objects_with_two_answers_or_more": agreement.objects,
        "objects_with_one_answer": agreement.single,
        "unanimous": agreement.unanimous,
        "krippendorff_alpha": None if agreement.alpha is None else round(agreement.alpha, 4),
        "answers": agreement.answers,
        "answers_per_worker": list(agreement.answers_per_worker),
        "confused": [{"labels": [first, second], "objects": number} for first, second, number in agreement.confused],
        "disputed": [{"source_ref": one.source_ref, "answers": dict(one.answers)} for one in agreement.disputed],
    }
