"""A summary of a job's labels as text for a terminal."""

from __future__ import annotations

import re
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
from groundctl.presentation.screen import PLAIN, Screen
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import count

WIDTH = 80
_MAX_EXAMPLES = 5
_LABEL_WIDTH, _BAR_WIDTH = 28, 24
_BLOCKS = " ▏▎▍▌▋▊▉█"
_INDENT = " " * 12
_HEIGHTS = "▁▂▃▄▅▆▇█"


def results_text(results: Results, now: datetime, screen: Screen = PLAIN) -> str:
    """Write a summary of a job's labels for a terminal of 80 columns, or a narrower one."""
    screen = screen.of_at_most(WIDTH)
    blocks = [
        [*screen.lines(headline(results), rest="")],
        _labels(results.counts, screen),
        _confidence(results, screen),
        [line for note in notes(results) for line in screen.lines(note, rest="")],
        _least_sure(results, screen),
        _agreement(results.agreement, screen),
        _without_label(results.unlabeled, screen),
        _next_steps(next_steps(results, now), screen),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _next_steps(steps: Sequence[NextStep], screen: Screen) -> list[str]:
    lines: list[str] = []
    lead = "next steps: "
    indent = " " * len(lead) if screen.fits(" " * 4 * len(lead)) else "  "
    for step in steps:
        lines += screen.lines(step.sentence, first=indent if lines else lead, rest=indent)
        lines += [for_terminal(f"{indent}  {line}") for line in step.declaration]
    return lines


def _labels(counts: Sequence[LabelCount], screen: Screen) -> list[str]:
    total = sum(each.count for each in counts)
    longest = max((each.count for each in counts), default=0)
    columns = [
        Column("label", leads=True),
        Column("clips", right=True),
        Column("share", right=True),
        Column("confidence", right=True),
        Column(" ", is_extra=True),
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
    return text_table(columns, rows, screen)


def _bar(number: int, longest: int) -> str:
    eighths = round(number * _BAR_WIDTH * 8 / longest) if longest else 0
    whole, rest = divmod(max(eighths, 1 if number else 0), 8)
    return "█" * whole + _BLOCKS[rest].strip()


def _confidence(results: Results, screen: Screen) -> list[str]:
    sentence = confidence_sentence(results)
    if not results.with_confidence:
        return [*screen.lines(sentence, first="confidence: ", rest="")] if sentence else []
    highest = max(results.histogram)
    drawn = "".join(_HEIGHTS[round(number * 7 / highest)] if number else "·" for number in results.histogram)
    return [f"confidence  0 |{drawn}| 1", *screen.lines(sentence, rest=_INDENT, first=_INDENT)]


def _least_sure(results: Results, screen: Screen) -> list[str]:
    rows = [
        [
            f"{each.confidence:.2f}",
            _shortened(each.label or "", _LABEL_WIDTH),
            shortened_key(each.source_ref, min(40, (screen.columns or WIDTH) - 4)),
        ]
        for each in results.least_sure[:_MAX_EXAMPLES]
    ]
    return ["lowest confidence", *_rows(rows, screen)] if rows else []


def _agreement(agreement: Agreement | None, screen: Screen) -> list[str]:
    if agreement is None:
        return []
    rows = [
        [
            shortened_key(each.source_ref, min(36, (screen.columns or WIDTH) - 4)),
            _shortened(votes_text(each.answers), 40),
        ]
        for each in agreement.disputed[:_MAX_EXAMPLES]
    ]
    return [
        *(line for sentence in agreement_sentences(agreement) for line in screen.lines(sentence, rest="")),
        *(["", "most disputed", *_rows(rows, screen)] if rows else []),
    ]


def _rows(rows: Sequence[Sequence[str]], screen: Screen) -> list[str]:
    """Lay out rows without headings, each on lines of its own where they do not fit."""
    widths = [max(display_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [
        "  "
        + "  ".join(
            cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    if all(map(screen.fits, lines)):
        return [for_terminal(line) for line in lines]
    return [line for row in rows for line in screen.lines("  ".join(row), first="  ", rest="    ")]


def _without_label(groups: Sequence[UnlabeledGroup], screen: Screen) -> list[str]:
    lines: list[str] = []
    for group in groups:
        reason = reason_text(group.reason, group.aws_reason)
        lines += screen.lines(f"{count(group.count, 'clip')}: {reason}", first="  ", rest="    ")
        lines += [
            for_terminal(f"    {shortened_key(example, min(70, (screen.columns or WIDTH) - 4))}")
            for example in group.examples
        ]
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
