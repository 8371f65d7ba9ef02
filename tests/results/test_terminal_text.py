"""Results as text for a terminal, compared whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from groundctl.domain.results.agreement import read_answers
from groundctl.presentation.escape import display_width
from groundctl.presentation.machine.results_json import results_json
from groundctl.presentation.screen import Screen
from groundctl.presentation.terminal.results import results_text
from results.manifests import ATTRIBUTE, a_line, a_request, metadata, some_results
from support.builders import NOW

HOSTILE = "\x1b[2Jwinner\n::error::\u202eevil\x9b" + "x" * 300


def test_a_completed_job() -> None:
    confidences = [0.95, 0.97, 0.99, 0.71, 0.64, 0.55]
    labels = ["winner", "winner", "winner", "forced error", "forced error", "cannot tell"]
    lines = [a_line(n, label, value) for n, (label, value) in enumerate(zip(labels, confidences, strict=True))]

    assert results_text(some_results(*lines, a_line(6, None)), NOW) == (
        """\
Rally-2026: completed, 6 of 7 clips have a label

label           clips  share  confidence
winner              3    50%        0.97  ████████████████████████
forced error        2    33%        0.68  ████████████████
unforced error      0     0%
cannot tell         1    17%        0.55  ████████

confidence  0 |·····▃▃▃·█| 1
            computed for 6 of 6 labels; compare values within this job only

lowest confidence
  0.55  cannot tell   rally-5.mp4
  0.64  forced error  rally-4.mp4
  0.71  forced error  rally-3.mp4
  0.95  winner        rally-0.mp4
  0.97  winner        rally-1.mp4

without a label
  1 clip: no usable answer: workers declined it, its time ran out, or the clip
    could not be shown
    rally-6.mp4

next steps: create a job with a new name for the remaining clips; with these
            lines, only clips without a label are sent:
              input: {from_job: Rally-2026}
              output: {label_attribute: rally-outcome}"""
    )


def test_a_running_job_with_one_worker_per_clip() -> None:
    counters = {"TotalLabeled": 1, "FailedNonRetryableError": 0, "Unlabeled": 1}
    results = some_results(
        a_line(0, confidence=0.0),
        a_line(1, None),
        workers=1,
        LabelingJobStatus="InProgress",
        LabelCounters=counters,
        CreationTime=NOW - timedelta(hours=2),
    )

    assert results_text(results, NOW) == (
        """\
Rally-2026: in progress, 1 of 2 clips has a label

label           clips  share
winner              1   100%  ████████████████████████
forced error        0     0%
unforced error      0     0%
cannot tell         0     0%

confidence: not computed: one worker answered each clip

without a label
  1 clip: not labeled yet
    rally-1.mp4

next steps: labels are still coming in; expected end 2026-11-23 14:00 UTC: run
            this command again later
            for confidence values, use two or more workers per clip in the next
            job"""
    )


def test_a_job_that_failed_before_any_label() -> None:
    results = some_results(a_line(0, None), LabelingJobStatus="Failed", FailureReason="ClientError: no access")

    assert results_text(results, NOW) == (
        """\
Rally-2026: failed, 0 of 1 clip has a label

label           clips
winner              0
forced error        0
unforced error      0
cannot tell         0

without a label
  1 clip: the job failed before the clip had a label
    rally-0.mp4

next steps: fix the failure that AWS reports: ClientError: no access
            create a job with a new name for the remaining clips; with these
            lines, only clips without a label are sent:
              input: {from_job: Rally-2026}
              output: {label_attribute: rally-outcome}"""
    )


def test_disagreement_is_shown_with_the_clips_to_look_at() -> None:
    answers = read_answers([a_request({0: ["winner"] * 3, 1: ["winner", "winner", "forced error"]})])

    text = results_text(some_results(a_line(0), a_line(1), answers=answers), NOW)

    assert (
        """\
Workers agree on 1 of 2 clips (50%).
Krippendorff's alpha (nominal): 0.00 (1: perfect agreement, 0: chance).
6 answers from 3 workers, 2 each.
Most often confused: forced error and winner (1).

most disputed
  rally-1.mp4  winner 2, forced error 1"""
        in text
    )


@pytest.mark.parametrize(
    ("line", "note"),
    [
        (a_line(1, "let"), "Not among the labels of this job: let."),
        (
            {**a_line(), f"{ATTRIBUTE}-metadata": {**metadata(), "job-name": "labeling-job/first"}},
            "1 label came with the input, from an earlier job; workers were not asked again.",
        ),
        (
            {**a_line(), f"{ATTRIBUTE}-metadata": metadata("cannot tell")},
            "1 label has a class number that means another label in this job: use the class names.",
        ),
    ],
)
def test_notes_say_what_a_reader_needs_to_know(line: dict[str, Any], note: str) -> None:
    results = some_results(line)

    assert results_json(results, NOW)["notes"] == [note]
    assert note in " ".join(results_text(results, NOW).split("\n"))


def test_an_unknown_list_of_labels_is_reported() -> None:
    assert "could not be read" in results_text(some_results(a_line(), labels=()), NOW)


def test_untrusted_text_stays_on_its_line_and_controls_no_terminal() -> None:
    lines = [a_line(n, HOSTILE, 0.5, **{HOSTILE: HOSTILE}) | {"source-ref": HOSTILE} for n in range(3)]
    broken = {"source-ref": HOSTILE, f"{ATTRIBUTE}-metadata": {"failure-reason": HOSTILE}}
    answers = read_answers([a_request({0: [HOSTILE, "winner"]}).replace(b"s3://clips/", b"s3://clips/\\u001b")])

    text = results_text(some_results(*lines, broken, answers=answers, TaskTitle=HOSTILE), NOW)

    assert not [character for character in text if character != "\n" and not character.isprintable()]
    assert not [line for line in text.split("\n") if line.startswith("::")]


@pytest.mark.parametrize("columns", [None, 200, 80, 40])
def test_every_line_fits_the_screen_and_80_columns(columns: int | None) -> None:
    label = "a label whose name is longer than anybody would read on a terminal"
    lines = [a_line("x" * 200 + str(n), label, 0.5) for n in range(20_000 // 1000)]
    answers = read_answers([a_request({n: [label, "winner", "cannot tell"] for n in range(9)})])

    text = results_text(some_results(*lines, *[a_line("y" * 200, None)] * 9, answers=answers), NOW, Screen(columns))

    # The lines to copy into a declaration, at the end, stay whole.
    shown = text.split("\n")[:-2]
    assert max(map(display_width, shown)) <= min(columns or 80, 80)
