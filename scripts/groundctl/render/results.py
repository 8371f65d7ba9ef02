"""Labels that came back, in words: for a terminal, as JSON, and as tables that other tools read."""

from __future__ import annotations

import csv
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from groundctl.core.observed import Status
from groundctl.core.progress import progress_of
from groundctl.core.results import Agreement, LabelCount, LabeledObject, Results, Unlabeled, Votes, Why
from groundctl.render.escape import display_width, for_terminal
from groundctl.render.table import Column, text_table
from groundctl.render.words import count, moment

FORMAT_VERSION = 1
WIDTH = 80
_LEAST_SURE = 5
_LABEL_WIDTH, _BAR_WIDTH = 28, 24
_BLOCKS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"

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


def results_text(results: Results, now: datetime) -> str:
    """Write a job's labels for a terminal of 80 columns."""
    blocks = [
        [headline(results)],
        _labels(results.counts),
        _confidence(results),
        [line for note in notes(results) for line in _wrapped(note)],
        _least_sure(results),
        _agreement(results.agreement),
        _without_label(results.unlabeled),
        _what_now(next_steps(results, now)),
    ]
    return "\n\n".join("\n".join(map(for_terminal, lines)) for lines in blocks if lines)


def headline(results: Results) -> str:
    """Say in one line how a job ended, or how far it is."""
    job = results.origin.job
    verb = "has" if results.labeled == 1 or results.objects == 1 else "have"
    if results.objects and results.labeled == results.objects:
        figures = "the one clip has a label" if results.objects == 1 else f"all {results.objects:,} clips have a label"
    else:
        figures = f"{results.labeled:,} of {count(results.objects, 'clip')} {verb} a label"
    return f"{job.name}: {STATUS[job.status]}, {figures}"


STATUS = {
    Status.INITIALIZING: "being set up",
    Status.IN_PROGRESS: "in progress",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.STOPPING: "being stopped",
    Status.STOPPED: "stopped",
}


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


_CAN_BE_ASKED_AGAIN = {Why.NO_LABEL, Why.TOO_FEW, Why.NOBODY, Why.STOPPED, Why.JOB_FAILED}


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


# --- the terminal ---------------------------------------------------------------------------------------------------


def _wrapped(text: str, indent: str = "", *, first: str | None = None) -> list[str]:
    lead = indent if first is None else first
    return textwrap.wrap(
        for_terminal(text), WIDTH, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False
    )


def _what_now(steps: Sequence[str]) -> list[str]:
    lines: list[str] = []
    lead = "what now: "
    for step in steps:
        words, *code = step.split("\n")
        lines += _wrapped(words, " " * len(lead), first=lead if not lines else None)
        lines += [f"{' ' * len(lead)}  {line}" for line in code]
    return lines


def _labels(counts: Sequence[LabelCount]) -> list[str]:
    total = sum(one.count for one in counts)
    longest = max((one.count for one in counts), default=0)
    columns = [
        Column("label"),
        Column("clips", right=True),
        Column("share", right=True),
        Column("confidence", right=True),
        Column(" "),
    ]
    rows = [
        [
            _shortened(one.label, _LABEL_WIDTH),
            f"{one.count:,}",
            share_words(one.count, total),
            "" if one.mean_confidence is None else f"{one.mean_confidence:.2f}",
            _bar(one.count, longest),
        ]
        for one in counts
    ]
    return text_table(columns, rows)


def _bar(number: int, longest: int) -> str:
    eighths = round(number * _BAR_WIDTH * 8 / longest) if longest else 0
    whole, rest = divmod(max(eighths, 1 if number else 0), 8)
    return "█" * whole + _BLOCKS[rest].strip()


def _confidence(results: Results) -> list[str]:
    words = confidence_words(results)
    if not results.computed:
        return _wrapped(words, first="confidence: ") if words else []
    highest = max(results.histogram)
    drawn = "".join(_HEIGHTS[round(number * 7 / highest)] if number else "·" for number in results.histogram)
    return [f"confidence  0 |{drawn}| 1", *_wrapped(words, "            ")]


def _least_sure(results: Results) -> list[str]:
    shown = results.least_sure[:_LEAST_SURE]
    rows = [
        [f"  {one.confidence:.2f}", _shortened(one.label or "", _LABEL_WIDTH), place_of(one.source_ref, 40)]
        for one in shown
    ]
    return ["least sure", *_rows(rows)] if rows else []


def _agreement(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return []
    rows = [
        [f"  {place_of(one.source_ref, 36)}", _shortened(votes_words(one.answers), 40)]
        for one in agreement.disputed[:_LEAST_SURE]
    ]
    return [
        *(line for words in agreement_words(agreement) for line in _wrapped(words)),
        *(["", "disagreed on most", *_rows(rows)] if rows else []),
    ]


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(display_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _without_label(groups: Sequence[Unlabeled]) -> list[str]:
    lines = []
    for group in groups:
        lines += _wrapped(f"{count(group.count, 'clip')}: {why_words(group.why, group.told)}", "    ", first="  ")
        lines += [f"    {place_of(example, 70)}" for example in group.examples]
        if group.count > len(group.examples):
            lines.append(f"    and {group.count - len(group.examples):,} more")
    return ["without a label", *lines] if lines else []


def place_of(uri: str, width: int) -> str:
    """Write an object's key, cut from the left where it is long: what tells clips apart stands at the end."""
    key = for_terminal(re.sub(r"^s3://[^/]+/", "", uri))
    return key if len(key) <= width else f"…{key[1 - width :]}"


def _shortened(text: str, width: int) -> str:
    text = for_terminal(text)
    return text if len(text) <= width else f"{text[: width - 1]}…"


# --- for other tools ------------------------------------------------------------------------------------------------


def results_json(results: Results, now: datetime) -> dict[str, Any]:
    """Give a job's labels in sum as JSON values."""
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


def jsonl_lines(objects: Iterable[LabeledObject]) -> Iterator[bytes]:
    """Write objects as JSON Lines; the team's own keys are below `own`, where they clash with nothing."""
    for one in objects:
        line: dict[str, Any] = {
            "source_ref": one.source_ref,
            "label": one.label,
            "confidence": one.confidence,
            "labeled_at": one.labeled_at,
            "labeled_by": one.labeled_by,
            "why_no_label": why_words(one.why, one.told) if one.why else None,
            "own": one.own,
        }
        if one.answers:
            line["answers"] = dict(one.answers)
        yield msgspec.json.encode(line) + b"\n"


_COLUMNS = ("source_ref", "label", "confidence", "labeled_at", "labeled_by", "why_no_label")


def own_keys(objects: Iterable[LabeledObject]) -> tuple[str, ...]:
    """Collect the team's own keys in the order they are first met."""
    return tuple(dict.fromkeys(key for one in objects for key in one.own))


def csv_lines(objects: Iterable[LabeledObject], keys: Sequence[str], *, with_answers: bool = False) -> Iterator[str]:
    """Write objects as CSV with the team's own keys as columns; no cell is a formula to a spreadsheet."""
    # With any other line end, Python's writer leaves a carriage return inside a cell unquoted, and the row breaks there.
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    fixed = (*_COLUMNS, *(("answers",) if with_answers else ()))
    yield writer.writerow([*fixed, *(inert(name) for name in _column_names(keys, fixed))])
    for one in objects:
        cells = [
            one.source_ref,
            one.label,
            one.confidence,
            one.labeled_at,
            one.labeled_by,
            why_words(one.why, one.told) if one.why else None,
            *((votes_words(one.answers),) if with_answers else ()),
            *(one.own.get(key) for key in keys),
        ]
        yield writer.writerow([_cell(cell) for cell in cells])


class _Echo:
    """Gives back what a writer writes."""

    def write(self, text: str) -> str:
        """Give back one row."""
        return text


def _column_names(keys: Sequence[str], taken: Sequence[str]) -> list[str]:
    names = list(taken)
    for key in keys:
        name = key
        while name in names:
            name = f"own_{name}"
        names.append(name)
    return names[len(taken) :]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return inert(value)
        case bool() | Mapping() | list():
            return inert(msgspec.json.encode(value).decode())
        case int() | float():
            return repr(value)
        case _:
            return inert(str(value))


# Where a cell begins, also for a spreadsheet that splits at semicolons or lines, and what would make a formula of it there.
_SPLIT = re.compile(r"[;\t\r\n]")
_STARTS = frozenset("=+-@＝＋－＠' \t\r\n")  # noqa: RUF001
_FORMULA = re.compile(r"(^|[;\t\r\n])([ \t\r\n]*'*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001 - spreadsheets take the wide forms too


def inert(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; taking one away again gives the text back."""
    # Nearly all cells are harmless, and seen to be so by a look.
    if text and text[0] not in _STARTS and _SPLIT.search(text) is None:
        return text
    return _FORMULA.sub(r"\1\2'", text)
