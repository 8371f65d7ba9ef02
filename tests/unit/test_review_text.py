"""What the reviewers of a protected environment read in the job `look`."""

from __future__ import annotations

from groundctl.domain.jobs.creation import Hold
from groundctl.presentation.terminal.review import review_text
from support.builders import a_declaration, a_plan

OTHER = a_declaration(name="serves", path="jobs/tennis/serves.yaml", input={"objects": ["s3://clips/serve.mp4"]})
PLAN = a_plan(a_declaration(), OTHER)
[RALLY, SERVES] = [create.key for create in PLAN.creates]


def test_what_goes_ahead_and_what_is_held_are_one_line_each():
    held = {SERVES: Hold(reason="it has no approval")}

    text = review_text(PLAN, held=held, agreed={RALLY: "approved by @ann"}, arrived={}, digest=PLAN.digest)

    assert text.splitlines() == ["approved  rally-outcome: approved by @ann", "held      serves: it has no approval"]


def test_if_clips_arrived_later_the_digest_that_approve_takes_is_shown():
    text = review_text(PLAN, held={}, agreed={}, arrived={RALLY: 1}, digest="d" * 32)

    assert "1 new clip was not part of the approved plan: a next job with only_new takes it" in text
    assert text.endswith(f"because it also lets through what arrived later: {'d' * 32}")
