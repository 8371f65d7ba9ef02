"""A summary of a job's labels as text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import datetime

from groundctl.domain.results.agreement import Agreement
from groundctl.domain.results.results import LabelCount, Results, UnlabeledGroup
from groundctl.presentation.escape import display_width, for_terminal
from groundctl.presentation.results_sentences import (
    NextStep,
    agreement_sentences,
    confidence_sentence,
    headline,
    next_steps,
    notes,
    reason_text,
    share_text,
    votes_text,
)
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import count

WIDTH = 80
_MAX_EXAMPLES = 5
_LABEL_WIDTH, _BAR_WIDTH = 28, 24
_BLOCKS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"


def results_text(results: Results, now: datetime) -> str:
    """Write a summary of a job's labels for a terminal of 80 columns."""
    blocks = [
        [headline(results)],
        _labels(results.counts),
        _confidence(results),
        [line for note in notes(results) for line in _wrapped(note)],
        _least_sure(results),
        _agreement(results.agreement),
        _without_label(results.unlabeled),
        _next_steps(next_steps(results, now)),
    ]
    return "\n\n".join("\n".join(map(for_terminal, lines)) for lines in blocks if lines)


def _wrapped(text: str, indent: str = "", *, first: str | None = None) -> list[str]:
    lead = indent if first is None else first
    return textwrap.wrap(
        for_terminal(text), WIDTH, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False
    )


def _next_steps(steps: Sequence[NextStep]) -> list[str]:
    lines: list[str] = []
    lead = "next steps: "
    for step in steps:
        lines += _wrapped(step.sentence, " " * len(lead), first=lead if not lines else None)
        lines += [f"{' ' * len(lead)}  {line}" for line in step.declaration]
    return lines


def _labels(counts: Sequence[LabelCount]) -> list[str]:
    total = sum(each.count for each in counts)
    longest = max((each.count for each in counts), default=0)
    columns = [
        Column("label"),
        Column("clips", right=True),
        Column("share", right=True),
        Column("confidence", right=True),
        Column(" "),
    ]
    rows = [
        [
            _shortened(each.label, _LABEL_WIDTH),
            f"{each.count:,}",
            share_text(each.count, total),
            "" if each.mean_confidence is None else f"{each.mean_confidence:.2f}",
            _bar(each.count, longest),
        ]
        for each in counts
    ]
    return text_table(columns, rows)


def _bar(number: int, longest: int) -> str:
    eighths = round(number * _BAR_WIDTH * 8 / longest) if longest else 0
    whole, rest = divmod(max(eighths, 1 if number else 0), 8)
    return "█" * whole + _BLOCKS[rest].strip()


def _confidence(results: Results) -> list[str]:
    sentence = confidence_sentence(results)
    if not results.with_confidence:
        return _wrapped(sentence, first="confidence: ") if sentence else []
    highest = max(results.histogram)
    drawn = "".join(_HEIGHTS[round(number * 7 / highest)] if number else "·" for number in results.histogram)
    return [f"confidence  0 |{drawn}| 1", *_wrapped(sentence, "            ")]


def _least_sure(results: Results) -> list[str]:
    rows = [
        [f"  {each.confidence:.2f}", _shortened(each.label or "", _LABEL_WIDTH), shortened_key(each.source_ref, 40)]
        for each in results.least_sure[:_MAX_EXAMPLES]
    ]
    return ["lowest confidence", *_rows(rows)] if rows else []


def _agreement(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return []
    rows = [
        [f"  {shortened_key(each.source_ref, 36)}", _shortened(votes_text(each.answers), 40)]
        for each in agreement.disputed[:_MAX_EXAMPLES]
    ]
    return [
        *(line for sentence in agreement_sentences(agreement) for line in _wrapped(sentence)),
        *(["", "most disputed", *_rows(rows)] if rows else []),
    ]


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(display_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _without_label(groups: Sequence[UnlabeledGroup]) -> list[str]:
    lines = []
    for group in groups:
        lines += _wrapped(
            f"{count(group.count, 'clip')}: {reason_text(group.reason, group.aws_reason)}", "    ", first="  "
        )
        lines += [f"    {shortened_key(example, 70)}" for example in group.examples]
        if group.count > len(group.examples):
            lines.append(f"    and {group.count - len(group.examples):,} more")
    return ["without a label", *lines] if lines else []


def shortened_key(uri: str, width: int) -> str:
    """Write an object's key, cut from the left if it is long, because keys differ at the end."""
    key = for_terminal(re.sub(r"^s3://[^/]+/", "", uri))
    return key if len(key) <= width else f"…{key[1 - width :]}"


def _shortened(text: str, width: int) -> str:
    text = for_terminal(text)
    return text if len(text) <= width else f"{text[: width - 1]}…"
